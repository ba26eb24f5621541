/* library_ready.c - which lessons can be played from the blobs that are here. Declared in library.h. */
#define _GNU_SOURCE
#define LOG_MODULE "library"
#include "base/fs.h"
#include "base/log.h"
#include "store/library/blob.h"
#include "store/library/catalogue.h"
#include "store/library/library.h"
#include "store/states.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool here(const char *dir, const struct file_ref *f)
{
    return !*f->sha256 || blob_exists(dir, f->sha256, f->size_bytes);
}

static bool rendition_here(const char *dir, const struct rendition *r)
{
    bool ok = here(dir, &r->media);
    for (int i = 0; ok && i < r->still_count; i++)
        ok = here(dir, &r->still[i].file);
    return ok;
}

static bool lesson_here(const char *dir, const struct lesson *l)
{
    bool playable = false, ok = here(dir, &l->questions);
    for (int i = 0; ok && i < l->caption_count; i++)
        ok = here(dir, &l->caption[i].file);
    for (int i = 0; ok && !playable && i < l->rendition_count; i++)
        playable = rendition_here(dir, &l->rendition[i]);
    return ok && playable;
}

int library_ready(const char *dir, const struct course *c, bool *ready)
{
    int n = 0;
    for (int i = 0; i < c->lesson_count; i++)
        n += ready[i] = lesson_here(dir, &c->lesson[i]);
    return n;
}

bool library_put_here(struct db *db, const struct library_package *p, struct err *e)
{
    struct package_head *head;
    if (!package_parse(p->manifest, p->manifest_len, &head, e))
        return false;
    const struct course *c = course_of(head);
    bool *ready = mem_alloc((c ? (size_t)c->lesson_count : 1) * sizeof *ready);
    if (c)
        library_ready(db_dir(db), c, ready);
    struct library_package some = *p;
    some.ready = ready;
    bool ok = library_put(db, &some, e);
    free(ready);
    package_free(head);
    return ok;
}

/* ---- looking again ---- */

static bool mark(struct db *db, int64_t package_seq, int position, int state, struct err *e)
{
    struct query q = db_query(db, state == LESSON_READY
                                      ? "UPDATE lesson SET ready = " SQL_LESSON_READY
                                        " WHERE package_seq = ? AND position = ?"
                                        " AND ready <> " SQL_LESSON_READY
                                      : "UPDATE lesson SET ready = " SQL_LESSON_REPAIRING
                                        " WHERE package_seq = ? AND position = ?"
                                        " AND ready = " SQL_LESSON_READY);
    query_int(&q, package_seq);
    query_int(&q, position);
    return query_run(&q, e);
}

static bool recheck_course(struct db *db, int64_t package_seq, const struct course *c, int *lost, struct err *e)
{
    bool *ready = mem_alloc((size_t)c->lesson_count * sizeof *ready), ok = true;
    int changed = 0;
    library_ready(db_dir(db), c, ready);
    for (int i = 0; ok && i < c->lesson_count; i++) {
        ok = mark(db, package_seq, i, ready[i] ? LESSON_READY : LESSON_REPAIRING, e);
        if (!ok || !db_changes(db))
            continue;
        changed++;
        *lost += !ready[i];
        if (!ready[i])
            log_warn("%s, lesson %d: waits for its files to be fetched again", c->head.id, i + 1);
    }
    free(ready);
    return ok && (!changed || library_resize(db, package_seq, e)); /* nothing changed: nothing is written */
}

/* Of other kinds than courses no part is shown or hidden by its files. */
static bool recheck(struct db *db, int64_t package_seq, const char *manifest, size_t len, int *lost, struct err *e)
{
    struct package_head *p;
    struct err why = ERR_INIT;
    if (!package_parse(manifest, len, &p, &why)) { /* one rotten row must not hide the state of all other courses */
        log_error("stored manifest: %s", why.text);
        return true;
    }
    bool ok = !course_of(p) || recheck_course(db, package_seq, course_of(p), lost, e);
    package_free(p);
    return ok;
}

/* Courses from before manifests were kept beside the database, or whose file was lost. */
static bool keep_manifest(struct db *db, const char *sha256, const struct library_package *p, struct err *e)
{
    char is[SHA256_HEX];
    sha256_hex(p->manifest, p->manifest_len, is);
    if (!strcmp(is, sha256))
        return catalogue_keep(db_dir(db), is, p, e);
    log_error("the stored manifest %.12s does not fit its hash", sha256);
    return true;
}

bool library_recheck(struct db *db, int64_t after_seq, int64_t *seq, int *lost, struct err *e)
{
    struct err why = ERR_INIT;
    bool ok = true;
    int64_t at = 0;
    struct query q = db_query(db, "SELECT k.seq, m.body, k.manifest_sha256, k.publisher FROM package k JOIN manifest m ON m.package_seq = k.seq"
                                  " WHERE k.active = 1 AND k.seq > ? ORDER BY k.seq LIMIT 1");
    query_int(&q, after_seq);
    *lost = 0;
    if (query_row(&q)) {
        at = query_col_int(&q, 0);
        struct library_package p = { .publisher = query_col_text(&q, 3) };
        p.manifest = query_col_blob(&q, 1, &p.manifest_len);
        ok = recheck(db, at, p.manifest, p.manifest_len, lost, &why) && keep_manifest(db, query_col_text(&q, 2), &p, &why);
    }
    if (!query_end(&q, e))
        return false;
    if (!ok && e)
        *e = why;
    *seq = at;
    return ok;
}

static bool recheck_blob(struct db *db, const char *sha256, int *lost, struct err *e)
{
    struct err why = ERR_INIT;
    bool ok = true;
    struct query q = db_query(db, "SELECT k.seq, m.body FROM package_file f JOIN package k ON k.seq = f.package_seq AND k.active = 1"
                                  " JOIN manifest m ON m.package_seq = k.seq WHERE f.sha256 = ?");
    query_text(&q, sha256);
    *lost = 0;
    while (ok && query_row(&q)) {
        size_t len;
        const char *body = query_col_blob(&q, 1, &len);
        ok = recheck(db, query_col_int(&q, 0), body, len, lost, &why);
    }
    if (!query_end(&q, e))
        return false;
    if (!ok && e)
        *e = why;
    return ok;
}

/* ---- damaged blobs ---- */

void library_damaged_each(const char *dir, bool (*visit)(void *ctx, const char *sha256, const char *path), void *ctx)
{
    char *folder = fs_join(dir, "incoming");
    DIR *d = opendir(folder);
    bool go_on = true;
    for (struct dirent *f; go_on && d && (f = readdir(d));) {
        char sha256[SHA256_HEX];
        snprintf(sha256, sizeof sha256, "%s", f->d_name);
        if (!sha256_hex_valid(sha256) || strcmp(f->d_name + strlen(sha256), ".damaged"))
            continue;
        char *path = fs_join(folder, f->d_name);
        go_on = visit(ctx, sha256, path);
        free(path);
    }
    if (d)
        closedir(d);
    free(folder);
}

struct rechecking { struct db *db; struct err *e; bool ok; };

static bool recheck_damaged(void *ctx, const char *sha256, const char *path)
{
    struct rechecking *r = ctx;
    int lost;
    (void)path;
    return r->ok = recheck_blob(r->db, sha256, &lost, r->e);
}

bool library_recheck_damaged(struct db *db, struct err *e)
{
    struct rechecking r = { .db = db, .e = e, .ok = true };
    if (!db_begin(db, e))
        return false;
    library_damaged_each(db_dir(db), recheck_damaged, &r);
    if (r.ok)
        return db_commit(db, e);
    db_rollback(db);
    return false;
}

struct damage { const char *sha256; int lost; };

/* First away with it, so that nobody is given it; then what that means for the lessons. */
static bool apply_put_aside(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    struct damage *d = ctx;
    char *path = blob_path(db_dir(db), d->sha256), *aside = mem_printf("%s/incoming/%s.damaged", db_dir(db), d->sha256);
    /* Run again after a rollback, it finds it moved. A file that was put aside before may be another name of this very one:
     * rename(2) would then do nothing. */
    bool ok = !fs_exists(path) || (fs_unlink(aside, e) && fs_rename(path, aside, e));
    ok = ok && recheck_blob(db, d->sha256, &d->lost, e);
    free(path);
    free(aside);
    return ok;
}

bool library_put_aside(struct writer *w, const char *sha256, int *lost, struct err *e)
{
    struct damage d = { .sha256 = sha256 };
    if (!writer_do(w, apply_put_aside, &d, e))
        return false;
    *lost = d.lost;
    return true;
}
