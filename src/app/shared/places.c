#define _GNU_SOURCE
#include "app/shared/places.h"
#include "base/fs.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool has_content(const char *path)
{
    static const char *const sign[] = { "repo/timestamp", "WEIKE/repo/timestamp", "timestamp" };
    bool found = false;
    for (size_t i = 0; i < sizeof sign / sizeof *sign && !found; i++) {
        char *file = fs_join(path, sign[i]);
        found = fs_exists(file);
        free(file);
    }
    return found;
}

static void add(struct places *out, const char *path, bool stick)
{
    if (out->count >= PLACES_MAX)
        return;
    struct place *p = &out->place[out->count++];
    const char *slash = strrchr(path, '/'), *name = slash && slash[1] ? slash + 1 : path;
    *p = (struct place){ .path = mem_dup(path), .stick = stick, .content = has_content(path) };
    struct str clean;
    str_init(&clean, PLACE_LABEL - 1);
    if (utf8_valid(name, strlen(name)))
        utf8_clean(name, &clean);
    snprintf(p->label, sizeof p->label, "%s", clean.len ? clean.data : "?");
    str_release(&clean);
}

static bool removable(const char *dir)
{
    return !strncmp(dir, "/media/", 7) || !strncmp(dir, "/run/media/", 11) || !strncmp(dir, "/mnt", 4);
}

void places_mounted(struct places *out)
{
    memset(out, 0, sizeof *out);
    FILE *f = setmntent("/proc/self/mounts", "r");
    for (struct mntent *m; f && (m = getmntent(f));)
        if (removable(m->mnt_dir))
            add(out, m->mnt_dir, true);
    if (f)
        endmntent(f);
    char *list = mem_dup(getenv("WEIKE_IMPORT")), *rest = list;
    for (char *one; list && (one = strsep(&rest, ":"));)
        if (*one)
            add(out, one, false);
    free(list);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->label, ((const struct place *)b)->label);
}

void places_inside(const char *path, struct places *out)
{
    memset(out, 0, sizeof *out);
    DIR *dir = opendir(path);
    for (struct dirent *d; dir && (d = readdir(dir));) {
        struct stat st;
        if (d->d_name[0] == '.' || fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(st.st_mode))
            continue;
        char *child = fs_join(path, d->d_name);
        add(out, child, false);
        free(child);
    }
    if (dir)
        closedir(dir);
    qsort(out->place, (size_t)out->count, sizeof *out->place, by_name);
}

void places_release(struct places *p)
{
    for (int i = 0; i < p->count; i++)
        free(p->place[i].path);
    p->count = 0;
}
