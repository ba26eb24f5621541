#define _GNU_SOURCE
#include "sync/stick/stick_mount.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* "\040" back to a space; false if it does not fit. */
static bool unescape(const char *from, size_t len, char *to, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = from[i];
        if (c == '\\' && i + 3 < len && strspn(from + i + 1, "01234567") >= 3) {
            c = (char)((from[i + 1] - '0') * 64 + (from[i + 2] - '0') * 8 + (from[i + 3] - '0'));
            i += 3;
        }
        if (n + 1 >= size)
            return false;
        to[n++] = c;
    }
    to[n] = 0;
    return true;
}

struct word { const char *at; size_t len; };

static bool has_option(struct word w, const char *option)
{
    size_t n = strlen(option);
    for (size_t i = 0; i + n <= w.len; i++)
        if ((i == 0 || w.at[i - 1] == ',') && strncmp(w.at + i, option, n) == 0 && (i + n == w.len || w.at[i + n] == ','))
            return true;
    return false;
}

/* 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue */
bool stick_mount_parse(const char *line, struct stick_mount *out)
{
    struct word w[32];
    int count = 0, dash = -1;
    for (const char *p = line; count < 32 && *p && *p != '\n';) {
        size_t n = strcspn(p, " \n");
        if (n == 1 && *p == '-' && count >= 6 && dash < 0)
            dash = count;
        w[count++] = (struct word){ p, n };
        p += n;
        p += *p == ' ';
    }
    if (dash < 0 || count < dash + 4)
        return false;
    struct stick_mount m = { .read_only = has_option(w[5], "ro") || has_option(w[dash + 3], "ro") };
    if (sscanf(w[2].at, "%u:%u", &m.major, &m.minor) != 2)
        return false;
    if (!unescape(w[4].at, w[4].len, m.dir, sizeof m.dir) || !unescape(w[dash + 1].at, w[dash + 1].len, m.type, sizeof m.type))
        return false;
    if (w[dash + 2].len && w[dash + 2].at[0] == '/' && !unescape(w[dash + 2].at, w[dash + 2].len, m.source, sizeof m.source))
        m.source[0] = 0;
    *out = m;
    return true;
}

bool stick_mount_each(const char *path, bool (*visit)(void *ctx, const struct stick_mount *m), void *ctx, struct err *e)
{
    char *line = NULL;
    size_t size = 0;
    struct stick_mount m;
    FILE *f = fopen(path ? path : "/proc/self/mountinfo", "re");
    if (!f)
        return err_errno(e, "reading the list of mounts");
    while (getline(&line, &size, f) > 0)
        if (stick_mount_parse(line, &m) && !visit(ctx, &m))
            break;
    free(line);
    fclose(f);
    return true;
}

struct search { const char *dir; struct stick_mount *out; bool found; };

static bool match(void *ctx, const struct stick_mount *m)
{
    struct search *s = ctx;
    if (strcmp(m->dir, s->dir) == 0) { /* the last one lies on top */
        *s->out = *m;
        s->found = true;
    }
    return true;
}

bool stick_mount_at(const char *dir, struct stick_mount *out)
{
    struct err e = ERR_INIT;
    char *real = realpath(dir, NULL);
    struct search s = { real ? real : dir, out, false };
    bool ok = stick_mount_each(NULL, match, &s, &e) && s.found;
    free(real);
    return ok;
}

bool stick_mount_writable(const char *dir, bool writable, struct err *e)
{
    struct stick_mount m;
    struct statvfs v;
    if (geteuid() != 0)
        return err_set(e, ERR_REFUSED, "%s is mounted read-only, and only root may change that; mount it with the option rw", dir);
    if (!stick_mount_at(dir, &m) || statvfs(dir, &v) != 0)
        return err_set(e, ERR_REFUSED, "%s is read-only and not a stick of its own", dir);
    unsigned long flags = MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC | (writable ? 0 : MS_RDONLY);
    if (v.f_flag & ST_NOATIME)
        flags |= MS_NOATIME;
    if (mount(NULL, dir, NULL, flags, NULL) == 0)
        return true;
    return err_errno(e, writable ? "%s cannot be written: it is write-protected, or its file system is damaged"
                                 : "%s could not be made read-only again", dir);
}

void stick_mount_forget(const char *dir)
{
    struct stick_mount m;
    if (geteuid() != 0 || !stick_mount_at(dir, &m) || strncmp(m.source, "/dev/", 5) != 0)
        return;
    int fd = open(m.source, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return;
    ioctl(fd, BLKFLSBUF, 0); /* only an improvement: without it, O_DIRECT and fadvise still pass the page cache */
    close(fd);
}
