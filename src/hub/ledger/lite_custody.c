/* lite_custody.c - packets on their way up in hub.db. Part of lite.h. */
#include "hub/ledger/lite_parts.h"

static bool custody_put(struct work *w, const struct ledger_custody *c, int64_t now_ms, bool *twice,
                        struct err *e)
{
    struct query q = db_query(
        lite_db(w),
        "INSERT INTO custody (sha256, device, epoch, first, last, bytes, at_ms, sent_ms, tries, refused) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, '') ON CONFLICT DO NOTHING");
    query_text(&q, c->sha256);
    query_text(&q, c->device);
    query_text(&q, c->epoch);
    query_int(&q, c->first);
    query_int(&q, c->last);
    query_int(&q, c->bytes);
    query_int(&q, now_ms);
    if (!query_run(&q, e))
        return false;
    *twice = db_changes(lite_db(w)) == 0;
    return true;
}

static bool custody_has(struct work *w, const char *sha256, bool *has, struct err *e)
{
    struct query q = db_query(lite_db(w), "SELECT 1 FROM custody WHERE sha256 = ?");
    query_text(&q, sha256);
    *has = query_row(&q);
    return query_end(&q, e);
}

static bool custody_bytes(struct work *w, const char *device, int64_t *bytes, struct err *e)
{
    struct query q = db_query(lite_db(w), "SELECT bytes FROM load WHERE device = ?");
    query_text(&q, device ? device : "*");
    *bytes = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

static bool custody_sums(struct work *w, struct ledger_custody_sums *out, struct err *e)
{
    struct query q = db_query(
        lite_db(w),
        "SELECT l.packets, l.bytes, (SELECT count(*) FROM custody WHERE sent_ms = 0 AND refused = ''), "
        "(SELECT count(*) FROM custody WHERE refused <> ''), (SELECT coalesce(min(at_ms), 0) FROM custody) "
        "FROM load l WHERE device = '*'");
    *out = (struct ledger_custody_sums){ 0 };
    if (query_row(&q))
        *out = (struct ledger_custody_sums){ query_col_int(&q, 0), query_col_int(&q, 1), query_col_int(&q, 2),
                                             query_col_int(&q, 3), query_col_int(&q, 4) };
    return query_end(&q, e);
}

/* ---- the way up ---- */

static bool custody_next(struct work *w, int64_t after_nr, struct ledger_custody_item *out, bool *found,
                         struct err *e)
{
    struct query q = db_query(lite_db(w), "SELECT nr, sha256, device, tries FROM custody WHERE nr > ? AND "
                                          "sent_ms = 0 AND refused = '' ORDER BY nr LIMIT 1");
    query_int(&q, after_nr);
    *found = query_row(&q);
    if (*found) {
        out->nr = query_col_int(&q, 0);
        query_copy_text(&q, 1, out->sha256, sizeof out->sha256);
        query_copy_text(&q, 2, out->device, sizeof out->device);
        out->tries = (int)query_col_int(&q, 3);
    }
    return query_end(&q, e);
}

static bool custody_sent(struct work *w, int64_t nr, int64_t now_ms, struct err *e)
{
    struct query q = db_query(lite_db(w), "UPDATE custody SET sent_ms = ?, tries = tries + 1 WHERE nr = ?");
    query_int(&q, now_ms);
    query_int(&q, nr);
    return query_run(&q, e);
}

static bool custody_refused(struct work *w, int64_t nr, const char *why, bool *here, struct err *e)
{
    struct query q = db_query(lite_db(w), "UPDATE custody SET refused = ?, tries = tries + 1 WHERE nr = ?");
    query_text(&q, why);
    query_int(&q, nr);
    if (!query_run(&q, e))
        return false;
    *here = db_changes(lite_db(w)) > 0;
    return true;
}

static bool custody_offer(struct work *w, const char *device, struct err *e)
{
    if (!device) {
        struct query all = db_query(lite_db(w), "UPDATE custody SET refused = '' WHERE refused <> ''");
        return query_run(&all, e);
    }
    struct query q = db_query(lite_db(w),
                              "UPDATE custody SET refused = '' WHERE device = ? AND refused <> ''");
    query_text(&q, device);
    return query_run(&q, e);
}

static bool custody_again(struct work *w, int64_t sent_before_ms, struct err *e)
{
    struct query q = db_query(lite_db(w), "UPDATE custody SET sent_ms = 0 WHERE sent_ms > 0 AND sent_ms < ?");
    query_int(&q, sent_before_ms);
    return query_run(&q, e);
}

static bool custody_taken(struct work *w, ledger_name_visit *visit, void *ctx, struct err *e)
{
    struct query q = db_query(lite_db(w), "SELECT DISTINCT device FROM custody WHERE sent_ms > 0");
    return lite_names(&q, visit, ctx, e);
}

/* ---- settling ---- */

static bool forget(struct db *db, int64_t nr, struct err *e)
{
    struct query q = db_query(db, "DELETE FROM custody WHERE nr = ?");
    query_int(&q, nr);
    return query_run(&q, e);
}

static bool offer_again(struct db *db, int64_t nr, struct err *e)
{
    struct query q = db_query(db, "UPDATE custody SET sent_ms = 0, refused = '' WHERE nr = ?");
    query_int(&q, nr);
    return query_run(&q, e);
}

static bool settle_one(struct db *db, int64_t nr, enum ledger_custody_fate fate, struct err *e)
{
    switch (fate) {
    case LEDGER_FORGET: return forget(db, nr, e);
    case LEDGER_OFFER: return offer_again(db, nr, e);
    default: return true;
    }
}

static bool custody_settle(struct work *w, const char *device, const char *epoch, ledger_custody_judge *judge,
                           void *ctx, struct err *e)
{
    bool ok = true;
    struct query q = db_query(
        lite_db(w),
        "SELECT nr, sha256, first, last FROM custody WHERE device = ? AND epoch = ? ORDER BY first");
    query_text(&q, device);
    query_text(&q, epoch);
    while (ok && query_row(&q)) {
        struct ledger_custody_numbers p = { query_col_text(&q, 1), query_col_int(&q, 2),
                                            query_col_int(&q, 3) };
        ok = settle_one(lite_db(w), query_col_int(&q, 0), judge(ctx, &p), e);
    }
    struct err end = ERR_INIT;
    return query_end(&q, ok ? e : &end) && ok;
}

const struct custody_words lite_custody_words = {
    .custody_put = custody_put,
    .custody_has = custody_has,
    .custody_bytes = custody_bytes,
    .custody_sums = custody_sums,
    .custody_next = custody_next,
    .custody_sent = custody_sent,
    .custody_refused = custody_refused,
    .custody_offer = custody_offer,
    .custody_again = custody_again,
    .custody_taken = custody_taken,
    .custody_settle = custody_settle,
};
