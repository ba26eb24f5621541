/* library_switch.c - changes of the library: install, remove, sweep. The declarations are in library.h. */
#define _GNU_SOURCE
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "store/library/blob.h"
#include "store/library/catalogue.h"
#include "store/library/kinds.h"
#include "store/outbox/machine_log.h"
#include "store/library/library.h"
#include "store/states.h"

#include <stdlib.h>
#include <string.h>

struct install {
    const struct library_package *package;
    struct package_head *head;
    const struct course *course; /* the same, if it is one: then it may come lesson by lesson */
    char sha256[SHA256_HEX];
    bool whole;                  /* every lesson is to be ready */
    /* of the job's run */
    struct db *db;
    int64_t seq;
    struct err *e;
    bool ok;
};

static int lesson_count(const struct install *in)
{
    return in->course ? in->course->lesson_count : 0;
}

static bool is_ready(const struct install *in, int lesson)
{
    return !in->package->ready || in->package->ready[lesson];
}

static bool begin(struct install *in, const struct library_package *p, struct err *e)
{
    *in = (struct install){ .package = p, .whole = true };
    if (!package_parse(p->manifest, p->manifest_len, &in->head, e))
        return false;
    in->course = course_of(in->head);
    sha256_hex(p->manifest, p->manifest_len, in->sha256);
    for (int i = 0; i < lesson_count(in); i++)
        in->whole &= is_ready(in, i);
    return true;
}

/* May it be installed? *active: this very manifest is active already. */
static bool may_install(struct install *in, bool *active)
{
    int64_t highest;
    char sha256[SHA256_HEX];
    const struct package_head *c = in->head;
    *active = false;
    if (!library_version(in->db, c->id, &highest, sha256, in->e))
        return false;
    if (in->package->anew) {
        *active = *sha256 && strcmp(sha256, in->sha256) == 0;
        return true;
    }
    if (c->version < highest)
        return err_set(in->e, ERR_OLDER, "%s: version %lld is older than version %lld, which is or was here", c->id,
                       (long long)c->version, (long long)highest);
    if (c->version == highest && *sha256) {
        *active = strcmp(sha256, in->sha256) == 0;
        return *active || err_set(in->e, ERR_UNTRUSTED, "%s: version %lld is here already with other content", c->id,
                                  (long long)c->version);
    }
    return true;
}

/* Is a lesson that the version before shows not ready in this one? */
static bool would_take(const struct install *in, const char *content_id)
{
    for (int i = 0; i < lesson_count(in); i++)
        if (!strcmp(in->course->lesson[i].content_id, content_id))
            return !is_ready(in, i);
    return false; /* its publisher took it out */
}

/* A course in parts may appear where nothing was, or where no more than its own parts were shown so far. */
static bool may_show_parts(struct install *in)
{
    bool any = false, takes = false;
    if (in->whole)
        return true;
    for (int i = 0; i < lesson_count(in); i++)
        any |= is_ready(in, i);
    if (!any)
        return err_set(in->e, ERR_MISSING, "%s: none of its lessons is here yet", in->head->id);
    struct query q = db_query(in->db, "SELECT l.content_id, k.total <= k.lessons FROM package k JOIN lesson l ON l.package_seq = k.seq"
                                      " WHERE k.id = ? AND k.active = 1 AND l.ready <> " SQL_LESSON_TO_COME);
    query_text(&q, in->head->id);
    while (!takes && query_row(&q))
        takes = query_col_int(&q, 1) || would_take(in, query_col_text(&q, 0));
    if (!query_end(&q, in->e))
        return false;
    return !takes || err_set(in->e, ERR_REFUSED, "%s: version %lld replaces the one that is here when all its lessons are here",
                             in->head->id, (long long)in->head->version);
}

/* The version before the active one goes, the active one becomes the one before. */
static bool step_versions(struct install *in)
{
    struct query q = db_query(in->db, "DELETE FROM package WHERE id = ?1 AND (active = 0 OR version = ?2)");
    query_text(&q, in->head->id);
    query_int(&q, in->head->version);
    if (!query_run(&q, in->e))
        return false;
    q = db_query(in->db, "UPDATE package SET active = 0 WHERE id = ? AND active = 1");
    query_text(&q, in->head->id);
    if (!query_run(&q, in->e))
        return false;
    q = db_query(in->db, "INSERT INTO package_version (id, highest) VALUES (?1, ?2)"
                         " ON CONFLICT (id) DO UPDATE SET highest = iif(?3, ?2, max(highest, excluded.highest))");
    query_text(&q, in->head->id);
    query_int(&q, in->head->version);
    query_int(&q, in->package->anew);
    return query_run(&q, in->e);
}

static bool put_package(struct install *in)
{
    const struct package_head *c = in->head;
    struct clock_reading now;
    struct str title, summary;
    clock_read(0, &now);
    str_init(&title, 0);
    str_init(&summary, 0);
    struct query q = db_query(in->db, "INSERT INTO package (id, version, active, manifest_sha256, publisher, kind, category, priority,"
                                      " title, summary, poster_sha256, total, installed_ms, lessons, duration_ms)"
                                      " VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)");
    query_text(&q, c->id);
    query_int(&q, c->version);
    query_text(&q, in->sha256);
    query_text(&q, in->package->publisher);
    query_text(&q, c->kind->name);
    query_text(&q, c->category);
    query_int(&q, c->priority);
    library_bind_text(&q, &c->title, &title);
    library_bind_text(&q, &c->summary, &summary);
    query_text(&q, c->poster.sha256);
    query_int(&q, lesson_count(in));
    query_int(&q, now.wall_ms);
    bool ok = query_run(&q, in->e);
    in->seq = ok ? db_last_id(in->db) : 0;
    str_release(&title);
    str_release(&summary);
    if (!ok)
        return false;
    q = db_query(in->db, "INSERT INTO manifest (package_seq, body) VALUES (?, ?)");
    query_int(&q, in->seq);
    query_blob(&q, in->package->manifest, in->package->manifest_len);
    return query_run(&q, in->e);
}

static void put_file(void *ctx, const struct file_ref *f, const char *where)
{
    struct install *in = ctx;
    (void)where;
    if (!in->ok || !*f->sha256)
        return;
    struct query q = db_query(in->db, "INSERT OR IGNORE INTO package_file (package_seq, sha256) VALUES (?, ?)");
    query_int(&q, in->seq);
    query_text(&q, f->sha256);
    in->ok = query_run(&q, in->e);
}

bool library_resize(struct db *db, int64_t package_seq, struct err *e)
{
    struct query q = db_query(db, "UPDATE package SET (lessons, duration_ms) = (SELECT count(*), ifnull(sum(l.duration_ms), 0)"
                                  " FROM lesson l WHERE l.package_seq = package.seq"
                                  " AND l.ready <> " SQL_LESSON_TO_COME ") WHERE seq = ?");
    query_int(&q, package_seq);
    return query_run(&q, e);
}

static void add_size(void *ctx, const struct file_ref *f, const char *where)
{
    (void)where;
    *(int64_t *)ctx += *f->sha256 ? (int64_t)f->size_bytes : 0;
}

/* For the download register, once all of it is here. */
static bool tell_arrival(struct install *in)
{
    bool whole = false;
    int64_t bytes = 0;
    if (!in->package->how)
        return true;
    struct query q = db_query(in->db, "SELECT lessons = total AND NOT EXISTS (SELECT 1 FROM lesson l WHERE l.package_seq = package.seq"
                                      " AND l.ready = " SQL_LESSON_TO_COME ") FROM package WHERE seq = ?");
    query_int(&q, in->seq);
    whole = query_row(&q) && query_col_int(&q, 0);
    if (!query_end(&q, in->e))
        return false;
    if (!whole)
        return true;
    package_each_file(in->head, add_size, &bytes);
    return machine_log_content(in->db, (enum machine_kind)in->package->how, in->head->id, in->head->version, bytes, in->e);
}

/* More lessons of the version that is active already have come, or come back. */
static bool add_parts(struct install *in)
{
    bool all = false;
    struct query q = db_query(in->db, "SELECT k.seq, NOT EXISTS (SELECT 1 FROM lesson l"
                                      " WHERE l.package_seq = k.seq AND l.ready <> " SQL_LESSON_READY ")"
                                      " FROM package k WHERE k.id = ? AND k.active = 1");
    query_text(&q, in->head->id);
    if (query_row(&q)) {
        in->seq = query_col_int(&q, 0);
        all = query_col_int(&q, 1);
    }
    if (!query_end(&q, in->e))
        return false;
    if (all)
        return true;
    if (!library_kind_of(in->head)->check(in->db, in->head, in->package->ready, in->e))
        return false;
    for (int i = 0; i < lesson_count(in); i++) {
        if (!is_ready(in, i))
            continue;
        q = db_query(in->db, "UPDATE lesson SET ready = " SQL_LESSON_READY
                             " WHERE package_seq = ? AND position = ? AND ready <> " SQL_LESSON_READY);
        query_int(&q, in->seq);
        query_int(&q, i);
        if (!query_run(&q, in->e))
            return false;
    }
    return library_resize(in->db, in->seq, in->e) && tell_arrival(in);
}

static bool put_files(struct install *in)
{
    in->ok = true;
    package_each_file(in->head, put_file, in);
    return in->ok;
}

static bool apply_install(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    struct install *in = ctx;
    bool active;
    in->db = db;
    in->e = e;
    if (!may_install(in, &active))
        return false;
    if (active)
        return add_parts(in);
    const struct library_kind *kind = library_kind_of(in->head);
    return may_show_parts(in) && kind->check(db, in->head, in->package->ready, e) &&
           catalogue_keep(db_dir(db), in->sha256, in->package, e) && /* first: a file too many does no harm */
           step_versions(in) && put_package(in) && put_files(in) && kind->install(db, in->seq, in->head, in->package->ready, e) &&
           tell_arrival(in);
}

bool library_put(struct db *db, const struct library_package *p, struct err *e)
{
    struct install in;
    int64_t value;
    if (!begin(&in, p, e))
        return false;
    bool ok = apply_install(db, &in, &value, e);
    package_free(in.head);
    return ok;
}

bool library_install(struct writer *w, const struct library_package *p, struct err *e)
{
    struct install in;
    if (!begin(&in, p, e))
        return false;
    bool ok = writer_do(w, apply_install, &in, e);
    package_free(in.head);
    return ok;
}

static bool apply_remove(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    const char *id = ctx;
    struct query q = db_query(db, "DELETE FROM package WHERE id = ?");
    query_text(&q, id);
    if (!query_run(&q, e))
        return false;
    return db_changes(db) > 0 || err_set(e, ERR_MISSING, "the course %s is not here", id);
}

bool library_remove(struct writer *w, const char *course_id, struct err *e)
{
    char id[COURSE_ID];
    strncpy(id, course_id, sizeof id - 1);
    id[sizeof id - 1] = 0;
    return writer_do(w, apply_remove, id, e);
}

/* ---- sweep ---- */

struct sweeping {
    struct db *db;
    bool (*keep)(void *, const char *);
    void *ctx;
    struct library_sweep done;
    struct err *e;
    bool ok;
};

static bool sweep_one(void *ctx, const char *sha256, uint64_t size_bytes)
{
    struct sweeping *s = ctx;
    bool named = true;
    s->ok = library_references(s->db, sha256, &named, s->e);
    if (!s->ok || named || (s->keep && s->keep(s->ctx, sha256)))
        return s->ok;
    s->ok = blob_remove(db_dir(s->db), sha256, s->e);
    if (s->ok) {
        s->done.removed++;
        s->done.freed_bytes += size_bytes;
    }
    return s->ok;
}

/* What was put aside goes once it is here again or nothing names it. */
static bool drop_damaged(void *ctx, const char *sha256, const char *path)
{
    struct sweeping *s = ctx;
    bool named = true;
    char *blob = blob_path(db_dir(s->db), sha256);
    s->ok = library_references(s->db, sha256, &named, s->e) && ((named && !fs_exists(blob)) || fs_unlink(path, s->e));
    free(blob);
    return s->ok;
}

static bool apply_sweep(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    struct sweeping *s = ctx;
    s->db = db;
    s->e = e;
    s->ok = true;
    library_damaged_each(db_dir(db), drop_damaged, s);
    return s->ok && catalogue_tidy(db, e) && blob_each(db_dir(db), sweep_one, s, e) && s->ok;
}

bool library_sweep(struct writer *w, bool (*keep)(void *ctx, const char *sha256), void *ctx, struct library_sweep *out,
                   struct err *e)
{
    struct sweeping s = { .keep = keep, .ctx = ctx };
    if (!writer_do(w, apply_sweep, &s, e))
        return false;
    *out = s.done;
    return true;
}
