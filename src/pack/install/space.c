#define _GNU_SOURCE
#define LOG_MODULE "space"
#include "pack/install/space.h"
#include "base/fs.h"
#include "base/log.h"
#include "pack/tree/question_files.h"
#include "store/library/library.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

struct keep { const struct plan *plan; struct question_files pictures; };

static bool keep_blob(void *ctx, const char *sha256)
{
    const struct keep *k = ctx;
    return plan_has(k->plan, sha256) || question_files_has(&k->pictures, sha256);
}

void space_sweep(const struct plan *p, struct db *db, struct writer *w)
{
    struct library_sweep swept = { 0 };
    struct err e = ERR_INIT;
    struct keep keep = { .plan = p };
    bool ok = question_files_collect(db, &keep.pictures, &e) && library_sweep(w, keep_blob, &keep, &swept, &e);
    question_files_release(&keep.pictures);
    if (!ok)
        log_warn("freeing room: %s", e.text);
    else if (swept.removed)
        log_info("removed %d files no lesson needs, %llu bytes", swept.removed, (unsigned long long)swept.freed_bytes);
}

bool space_left(const char *path, struct err *e)
{
    uint64_t free_bytes, total;
    if (!fs_space(path, &free_bytes, &total, e))
        return false;
    return free_bytes >= (PLAN_RESERVE_BYTES + total / 100 * PLAN_RESERVE_PERCENT) / 2 ||
           err_set(e, ERR_FULL, "the disk has filled up: what is free now is kept for records; make room and start again, what was "
                                "copied is kept");
}

/* The blob whose part or byproduct ("<sha256>.…") a file is; false: none. */
static bool blob_of(const char *file, char sha256[SHA256_HEX])
{
    if (strlen(file) < SHA256_HEX || file[SHA256_HEX - 1] != '.')
        return false;
    memcpy(sha256, file, SHA256_HEX - 1);
    sha256[SHA256_HEX - 1] = 0;
    return sha256_hex_valid(sha256);
}

void space_drop_parts(const struct plan *p)
{
    char *dir = fs_join(p->data_dir, "incoming");
    DIR *d = opendir(dir);
    for (struct dirent *f; d && (f = readdir(d));) {
        char sha[SHA256_HEX];
        struct err e = ERR_INIT;
        if (!blob_of(f->d_name, sha) || plan_has(p, sha))
            continue;
        char *path = fs_join(dir, f->d_name);
        if (!fs_unlink(path, &e))
            log_warn("%s", e.text);
        free(path);
    }
    if (d)
        closedir(d);
    free(dir);
}
