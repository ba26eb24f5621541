#define LOG_MODULE "vouch"
#include "store/library/vouch.h"
#include "base/log.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

bool vouch_publisher(struct db *db, const char *course_id, char out[VOUCH_KEY_TEXT], struct err *e)
{
    char key[VOUCH_KEY_TEXT] = "";
    struct query q = db_query(db, "SELECT publisher FROM package WHERE id = ? AND active = 1");
    query_text(&q, course_id);
    if (query_row(&q))
        query_copy_text(&q, 0, key, sizeof key);
    if (!query_end(&q, e))
        return false;
    memcpy(out, key, sizeof key);
    return true;
}

/* What is to be done, gathered before anything is changed. */
struct change { char *id; char *key; /* NULL: drop */ };
struct settle {
    const char *(*who)(void *ctx, const struct vouch_package *p);
    void *ctx;
    struct change *change;
    int count, cap, dropped;
};

static void forget(struct settle *s)
{
    for (int i = 0; i < s->count; i++) {
        free(s->change[i].id);
        free(s->change[i].key);
    }
    s->count = s->dropped = 0;
}

static bool gather(struct settle *s, struct db *db, struct err *e)
{
    forget(s); /* a job may run again */
    struct query q = db_query(db, "SELECT id, manifest_sha256, publisher, version FROM package WHERE active = 1");
    while (query_row(&q)) {
        struct vouch_package p = { query_col_text(&q, 0), query_col_text(&q, 1), query_col_text(&q, 2), query_col_int(&q, 3) };
        const char *key = s->who(s->ctx, &p);
        if (key && strcmp(key, p.publisher) == 0)
            continue;
        ARRAY_GROW(s->change, s->count, s->cap);
        s->change[s->count++] = (struct change){ mem_dup(p.id), mem_dup(key) };
    }
    return query_end(&q, e);
}

static bool run(struct db *db, const char *sql, const struct change *c, struct err *e)
{
    struct query q = db_query(db, sql);
    query_text(&q, c->id);
    if (c->key)
        query_text(&q, c->key);
    return query_run(&q, e);
}

static bool apply(struct settle *s, struct db *db, const struct change *c, struct err *e)
{
    if (c->key)
        return run(db, "UPDATE package SET publisher = ?2 WHERE id = ?1 AND active = 1", c, e);
    log_warn("%s goes: the key that vouched for it was revoked, and no list of today has it", c->id);
    s->dropped++;
    return run(db, "DELETE FROM package WHERE id = ?", c, e) && run(db, "DELETE FROM package_version WHERE id = ?", c, e);
}

static bool settle_job(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    struct settle *s = ctx;
    (void)value;
    bool ok = gather(s, db, e);
    for (int i = 0; ok && i < s->count; i++)
        ok = apply(s, db, &s->change[i], e);
    return ok;
}

bool vouch_settle(struct writer *w, const char *(*who)(void *ctx, const struct vouch_package *p), void *ctx, int *dropped,
                  struct err *e)
{
    struct settle s = { .who = who, .ctx = ctx };
    bool ok = writer_do(w, settle_job, &s, e);
    if (ok)
        *dropped = s.dropped;
    forget(&s);
    free(s.change);
    return ok;
}
