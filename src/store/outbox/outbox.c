#include "store/outbox/outbox.h"
#include "base/str.h"
#include "store/outbox/chain.h"
#include "store/states.h"

#include <stdlib.h>
#include <string.h>

const char *outbox_state_name(enum outbox_state s)
{
    static const char *const name[OUTBOX_STATE_COUNT] = { "waiting", "delivered", "quarantined" };
    return (unsigned)s < OUTBOX_STATE_COUNT ? name[s] : "quarantined";
}

static void digest(const void *data, size_t len, uint8_t out[SHA256_BYTES])
{
    struct sha256 h;
    sha256_init(&h);
    sha256_add(&h, data, len);
    sha256_end(&h, out);
}

static bool row_is_sound(struct query *q, int hash_col, int body_col)
{
    uint8_t is[SHA256_BYTES];
    size_t hash_len, body_len;
    const void *hash = query_col_blob(q, hash_col, &hash_len), *body = query_col_blob(q, body_col, &body_len);
    digest(body_len ? body : "", body_len, is);
    return hash_len == sizeof is && memcmp(hash, is, sizeof is) == 0;
}

/* Rows of `q`: seq, id, state, sha256, body, delivered_ms, reason. */
static bool each_row(struct query *q, bool (*visit)(void *, const struct outbox_row *), void *ctx, int64_t *damaged, struct err *e)
{
    int64_t bad = 0;
    bool go_on = true;
    while (go_on && query_row(q)) {
        if (!row_is_sound(q, 3, 4)) {
            bad++;
            continue;
        }
        struct outbox_row row = { .seq = query_col_int(q, 0), .state = (enum outbox_state)query_col_int(q, 2),
                                  .delivered_ms = query_col_int(q, 5) };
        query_copy_text(q, 1, row.id, sizeof row.id);
        row.body = query_col_text(q, 4);
        row.body_len = strlen(row.body);
        row.reason = query_col_text(q, 6);
        go_on = visit(ctx, &row);
    }
    if (!query_end(q, e))
        return false;
    if (damaged)
        *damaged = bad;
    return true;
}

bool outbox_each(struct db *db, int64_t after_seq, bool (*visit)(void *ctx, const struct outbox_row *row), void *ctx,
                 int64_t *damaged, struct err *e)
{
    struct query q = db_query(db, "SELECT seq, id, state, sha256, body, delivered_ms, reason FROM statement WHERE seq > ?"
                                  " ORDER BY seq");
    query_int(&q, after_seq);
    return each_row(&q, visit, ctx, damaged, e);
}

bool outbox_waiting(struct db *db, int64_t after_seq, bool (*visit)(void *ctx, const struct outbox_row *row), void *ctx,
                    int64_t *damaged, struct err *e)
{
    struct query q = db_query(db, "SELECT seq, id, state, sha256, body, delivered_ms, reason FROM statement"
                                  " INDEXED BY statement_waiting WHERE state = " SQL_OUTBOX_WAITING
                                  " AND seq > ? ORDER BY seq");
    query_int(&q, after_seq);
    return each_row(&q, visit, ctx, damaged, e);
}

bool outbox_bounds(struct db *db, int64_t *first_waiting, int64_t *last_seq, struct err *e)
{
    int64_t first = 0, last = 0;
    struct query q = db_query(db, "SELECT ifnull((SELECT min(seq)"
                                  " FROM statement INDEXED BY statement_waiting"
                                  " WHERE state = " SQL_OUTBOX_WAITING "), 0),"
                                  " ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'statement'), 0)");
    if (query_row(&q)) {
        first = query_col_int(&q, 0);
        last = query_col_int(&q, 1);
    }
    if (!query_end(&q, e))
        return false;
    *first_waiting = first;
    *last_seq = last;
    return true;
}

static bool has_id(struct db *db, const char *id, bool *has, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM statement WHERE id = ?");
    query_text(&q, id);
    *has = query_row(&q);
    return query_end(&q, e);
}

/* Asked first: an insert that comes to nothing would still use up a number, and a number without a row is missed. */
bool outbox_put(struct db *db, const char id[UUID_TEXT], const char *body, size_t len, int64_t wall_ms, struct err *e)
{
    uint8_t hash[SHA256_BYTES], chain[SHA256_BYTES];
    bool has;
    digest(body, len, hash);
    if (!has_id(db, id, &has, e) || (!has && !chain_next(db, hash, chain, e)))
        return false;
    if (has)
        return true;
    struct query q = db_query(db, "INSERT INTO statement (id, state, sha256, created_ms, body, chain) VALUES (?, 0, ?, ?, ?, ?)");
    query_text(&q, id);
    query_blob(&q, hash, sizeof hash);
    query_int(&q, wall_ms);
    query_text(&q, body);
    query_blob(&q, chain, sizeof chain);
    return query_run(&q, e);
}

static bool run_counting(struct query *q, struct db *db, int64_t *changed, struct err *e)
{
    if (!query_run(q, e))
        return false;
    *changed = db_changes(db);
    return true;
}

/* By the index of waiting rows: a receipt names all seqs from the first on, most of them delivered long ago. */
bool outbox_deliver(struct db *db, int64_t first, int64_t last, int64_t wall_ms, int64_t *changed, struct err *e)
{
    struct query q = db_query(db, "UPDATE statement INDEXED BY statement_waiting SET state = " SQL_OUTBOX_DELIVERED ", delivered_ms = ?"
                                  " WHERE state = " SQL_OUTBOX_WAITING " AND seq BETWEEN ? AND ?");
    query_int(&q, wall_ms);
    query_int(&q, first);
    query_int(&q, last);
    return run_counting(&q, db, changed, e);
}

bool outbox_want(struct db *db, int64_t first, int64_t last, int64_t *changed, struct err *e)
{
    struct query q = db_query(db, "UPDATE statement SET state = " SQL_OUTBOX_WAITING
                                  ", delivered_ms = 0 WHERE seq BETWEEN ? AND ?"
                                  " AND state = " SQL_OUTBOX_DELIVERED);
    query_int(&q, first);
    query_int(&q, last);
    return run_counting(&q, db, changed, e);
}

bool outbox_reject(struct db *db, int64_t seq, const char *why, struct err *e)
{
    char reason[OUTBOX_REASON_MAX + 1];
    size_t n = strnlen(why, OUTBOX_REASON_MAX + 1);
    if (n > OUTBOX_REASON_MAX)
        for (n = OUTBOX_REASON_MAX; n && ((unsigned char)why[n] & 0xc0) == 0x80;)
            n--; /* cut before the first byte of a character */
    memcpy(reason, why, n);
    reason[n] = 0;
    struct query q = db_query(db, "UPDATE statement SET state = " SQL_OUTBOX_QUARANTINED
                                  ", reason = ? WHERE seq = ?");
    query_text(&q, reason);
    query_int(&q, seq);
    return query_run(&q, e);
}

static bool forget_one(struct db *db, int64_t seq, struct err *e)
{
    if (!chain_forget(db, seq, e))
        return false;
    struct query q = db_query(db, "DELETE FROM statement WHERE seq = ?");
    query_int(&q, seq);
    return query_run(&q, e);
}

bool outbox_forget(struct db *db, int64_t before_ms, int limit, int *removed, struct err *e)
{
    int64_t *old = mem_alloc((size_t)(limit > 0 ? limit : 1) * sizeof *old);
    int count = 0, done = 0;
    struct query q = db_query(db, "SELECT seq FROM statement INDEXED BY statement_delivered"
                                  " WHERE state = " SQL_OUTBOX_DELIVERED " AND delivered_ms < ?"
                                  " ORDER BY delivered_ms LIMIT ?");
    query_int(&q, before_ms);
    query_int(&q, limit);
    while (count < limit && query_row(&q))
        old[count++] = query_col_int(&q, 0);
    bool ok = query_end(&q, e);
    for (; ok && done < count; done += ok)
        ok = forget_one(db, old[done], e);
    free(old);
    if (ok)
        *removed = count;
    return ok;
}

bool outbox_quarantine_damaged(struct db *db, int64_t after_seq, int limit, int64_t *last, int *found, struct err *e)
{
    int64_t bad[64], at = 0;
    int count = 0, seen = 0;
    struct query q = db_query(db, "SELECT seq, sha256, body FROM statement WHERE state = " SQL_OUTBOX_WAITING
                                  " AND seq > ? ORDER BY seq LIMIT ?");
    query_int(&q, after_seq);
    query_int(&q, limit);
    while (count < 64 && query_row(&q)) {
        at = query_col_int(&q, 0);
        seen++;
        if (!row_is_sound(&q, 1, 2))
            bad[count++] = at;
    }
    if (!query_end(&q, e))
        return false;
    for (int i = 0; i < count; i++)
        if (!outbox_reject(db, bad[i], "damaged on this device: its hash does not fit", e))
            return false;
    *last = seen < limit && count < 64 ? 0 : at;
    *found = count;
    return true;
}
