#define _GNU_SOURCE
#define LOG_MODULE "store"
#include "store/rescue/marker.h"
#include "base/fs.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool exists(const char *dir, const char *name)
{
    char *path = fs_join(dir, name);
    bool there = fs_exists(path);
    free(path);
    return there;
}

static bool put(const char *dir, const char *name, const char *text, struct err *e)
{
    char *path = fs_join(dir, name);
    bool ok = fs_replace(path, text, strlen(text), e);
    free(path);
    return ok;
}

static bool drop(const char *dir, const char *name, struct err *e)
{
    char *path = fs_join(dir, name);
    bool ok = fs_unlink(path, e);
    free(path);
    return ok;
}

static bool get(const char *dir, const char *name, char *out, size_t size)
{
    struct str text;
    str_init(&text, 0);
    char *path = fs_join(dir, name);
    bool ok = fs_read(path, 1024, &text, NULL);
    snprintf(out, size, "%s", ok ? text.data : "");
    out[strcspn(out, "\n")] = 0;
    free(path);
    str_release(&text);
    return ok && *out;
}

static bool fingerprint(const char *dir, char *out, size_t size)
{
    struct stat st;
    char *path = fs_join(dir, "weike.db");
    bool ok = stat(path, &st) == 0;
    if (ok)
        snprintf(out, size, "size %lld, changed %lld.%09ld", (long long)st.st_size, (long long)st.st_mtim.tv_sec,
                 st.st_mtim.tv_nsec);
    free(path);
    return ok;
}

bool marker_is_clean(const char *dir)
{
    char now[120], then[120];
    return fingerprint(dir, now, sizeof now) && get(dir, "clean", then, sizeof then) && strcmp(now, then) == 0;
}

bool marker_set_clean(const char *dir, struct err *e)
{
    char now[120];
    return !fingerprint(dir, now, sizeof now) || put(dir, "clean", now, e);
}

void marker_clear_clean(const char *dir)
{
    struct err e = ERR_INIT;
    if (!drop(dir, "clean", &e))
        log_warn("%s", e.text);
}

bool marker_is_damaged(const char *dir)
{
    return exists(dir, "damaged");
}

void marker_set_damaged(const char *dir)
{
    struct err e = ERR_INIT;
    if (!put(dir, "damaged", "the database was found damaged while running; the next start repairs it\n", &e))
        log_error("%s", e.text);
}

void marker_clear_damaged(const char *dir)
{
    struct err e = ERR_INIT;
    if (!drop(dir, "damaged", &e))
        log_warn("%s", e.text);
}

bool marker_restoring(const char *dir, char *file, size_t size)
{
    /* Written by us, but a file all the same: it must name a file of this folder. */
    return get(dir, "restoring", file, size) && !strncmp(file, "weike.db.damaged-", 17) && !strchr(file, '/');
}

bool marker_set_restoring(const char *dir, const char *file, struct err *e)
{
    return put(dir, "restoring", file, e);
}

bool marker_clear_restoring(const char *dir, struct err *e)
{
    return drop(dir, "restoring", e) && fs_sync_dir(dir, e);
}
