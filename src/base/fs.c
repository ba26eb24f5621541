#define _GNU_SOURCE
#include "base/fs.h"
#include "base/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

char *fs_join(const char *a, const char *b)
{
    size_t n = strlen(a);
    return mem_printf("%s%s%s", a, n && a[n - 1] == '/' ? "" : "/", b);
}

bool fs_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool fs_mkdirs(const char *path, struct err *e)
{
    char *copy = mem_dup(path);
    bool ok = true;
    for (char *p = copy + 1; ok; p++) {
        if (*p && *p != '/')
            continue;
        char keep = *p;
        *p = 0;
        struct stat st;
        if (stat(copy, &st) == 0) { /* also for places we may not write, like / */
            if (!S_ISDIR(st.st_mode))
                ok = err_set(e, ERR_INVALID, "%s is in the way: not a folder", copy);
        } else if (!fault_write(-1, NULL, 0, 0) || (mkdir(copy, 0755) != 0 && errno != EEXIST)) {
            ok = err_errno(e, "making folder %s", copy);
        }
        if (!keep)
            break;
        *p = keep;
    }
    free(copy);
    return ok;
}

bool fs_sync_fd(int fd, struct err *e)
{
    if (!fault_write(-1, NULL, 0, 0) || fsync(fd) != 0)
        return err_errno(e, "writing through to the disk");
    return true;
}

bool fs_sync_dir(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(e, "opening folder %s", path);
    bool ok = fs_sync_fd(fd, e) || err_at(e, "%s", path);
    close(fd);
    return ok;
}

bool fs_write_all(int fd, const void *data, size_t len, struct err *e)
{
    const char *p = data;
    while (len) {
        if (!fault_write(fd, p, len, -1))
            return err_errno(e, "writing");
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, "writing");
        p += n;
        len -= (size_t)n;
    }
    return true;
}

bool fs_rename(const char *from, const char *to, struct err *e)
{
    if (!fault_write(-1, NULL, 0, 0) || rename(from, to) != 0)
        return err_errno(e, "renaming %s to %s", from, to);
    return true;
}

bool fs_unlink(const char *path, struct err *e)
{
    if (!fault_write(-1, NULL, 0, 0) || (unlink(path) != 0 && errno != ENOENT))
        return err_errno(e, "removing %s", path);
    return true;
}

static bool sync_parent(const char *path, struct err *e)
{
    char *dir = mem_dup(path), *slash = strrchr(dir, '/');
    if (slash == dir)
        slash[1] = 0;
    else if (slash)
        *slash = 0;
    bool ok = fs_sync_dir(slash ? dir : ".", e);
    free(dir);
    return ok;
}

bool fs_replace(const char *path, const void *data, size_t len, struct err *e)
{
    char *tmp = mem_printf("%s.tmp", path);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool ok = fd >= 0;
    if (!ok) {
        err_errno(e, "creating %s", tmp);
    } else {
        ok = fs_write_all(fd, data, len, e) && fs_sync_fd(fd, e);
        close(fd);
    }
    /* The rename is the commit point; syncing the folder makes it last. */
    ok = ok && fs_rename(tmp, path, e) && sync_parent(path, e);
    if (!ok && fd >= 0)
        unlink(tmp);
    free(tmp);
    return ok;
}

bool fs_remove_tree(const char *path, struct err *e)
{
    DIR *dir = opendir(path);
    if (!dir)
        return errno == ENOENT ? true : errno == ENOTDIR ? fs_unlink(path, e) : err_errno(e, "opening %s", path);
    bool ok = true;
    for (struct dirent *d; ok && (d = readdir(dir));) {
        if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
            continue;
        char *child = fs_join(path, d->d_name);
        struct stat st;
        ok = lstat(child, &st) == 0 && S_ISDIR(st.st_mode) ? fs_remove_tree(child, e) : fs_unlink(child, e);
        free(child);
    }
    closedir(dir);
    if (ok && (!fault_write(-1, NULL, 0, 0) || rmdir(path) != 0))
        ok = err_errno(e, "removing %s", path);
    return ok;
}

bool fs_read(const char *path, size_t max_bytes, struct str *out, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hang us */
    if (fd < 0)
        return err_errno(e, "opening %s", path);
    char buf[65536];
    bool ok = true;
    size_t total = 0;
    for (;;) {
        ssize_t n = read(fd, buf, sizeof buf);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            ok = err_errno(e, "reading %s", path);
        if (n <= 0)
            break;
        total += (size_t)n;
        if (total > max_bytes || !str_add(out, buf, (size_t)n)) {
            ok = err_set(e, ERR_TOO_BIG, "%s is longer than %zu bytes", path, max_bytes);
            break;
        }
    }
    close(fd);
    return ok;
}

int fs_open_dir(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        err_errno(e, "opening folder %s", path);
    return fd;
}

static int open_how(int root_fd, const char *rel)
{
    struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                            .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV };
    return (int)syscall(SYS_openat2, root_fd, rel, &how, sizeof how);
}

int fs_open_beneath(int root_fd, const char *rel, struct err *e)
{
    if (!fs_label_valid(rel, e))
        return -1;
    int fd = open_how(root_fd, rel);
    if (fd < 0) {
        if (errno == ELOOP || errno == EXDEV)
            err_set(e, ERR_UNTRUSTED, "%s is a link or leads outside its folder", rel);
        else if (errno == ENXIO)
            err_set(e, ERR_UNTRUSTED, "%s is not a regular file", rel);
        else
            err_errno(e, "opening %s", rel);
        return -1;
    }
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        err_set(e, ERR_UNTRUSTED, "%s is not a regular file", rel);
        return -1;
    }
    return fd;
}

static bool part_valid(const char *p, size_t n)
{
    if (n == 0 || n > 255 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f || p[i] == '\\')
            return false;
    return true;
}

bool fs_label_valid(const char *label, struct err *e)
{
    size_t len = strlen(label);
    bool ok = len > 0 && len <= 1024 && label[0] != '/' && utf8_valid(label, len) && !(len > 1 && label[1] == ':');
    for (const char *p = label; ok && *p;) {
        size_t n = strcspn(p, "/");
        ok = part_valid(p, n);
        p += n;
        if (*p == '/' && !*++p)
            ok = false;
    }
    if (!ok)
        return err_set(e, ERR_UNTRUSTED, "the name \"%.120s\" could lead outside its folder", label);
    return true;
}

bool fs_device_there(int fd)
{
    struct stat st;
    char sys[64];
    if (fstat(fd, &st) != 0)
        return false;
    if (major(st.st_dev) == 0) /* no block device of its own */
        return true;
    /* The kernel takes a disk out of sysfs the moment it is gone. */
    snprintf(sys, sizeof sys, "/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev));
    return fs_exists(sys) || !fs_exists("/sys/dev/block");
}

bool fs_space(const char *path, uint64_t *free_bytes, uint64_t *total_bytes, struct err *e)
{
    struct statvfs v;
    if (statvfs(path, &v) != 0)
        return err_errno(e, "asking for the free space of %s", path);
    if (free_bytes)
        *free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
    if (free_bytes && *free_bytes > fault_disk_free())
        *free_bytes = fault_disk_free();
    if (total_bytes)
        *total_bytes = (uint64_t)v.f_blocks * v.f_frsize;
    return true;
}
