/* lite_receipt.c - spans, epochs and signed receipts in hub.db. Part of lite.h. */
#include "base/str.h"
#include "hub/ledger/lite_parts.h"

/* ---- taking numbers ---- */

static bool note_epoch(struct db *db, const struct ledger_span *s, int64_t now_ms, struct err *e)
{
    struct query q = db_query(
        db, "INSERT INTO epoch (device, epoch, base, claimed, seen_ms) VALUES (?1, ?2, ?3, ?4, ?5) "
            "ON CONFLICT DO UPDATE SET base = min(base, ?3), claimed = max(claimed, ?4), seen_ms = ?5");
    query_text(&q, s->device);
    query_text(&q, s->epoch);
    query_int(&q, s->base);
    query_int(&q, s->claimed);
    query_int(&q, now_ms);
    return query_run(&q, e);
}

struct merge {
    int64_t first, last, covered;
    int count;
    struct ack_range gone[64];
    bool more;
};

/* Spans that overlap or touch what came. */
static bool find_touching(struct db *db, const struct ledger_span *p, struct merge *m, struct err *e)
{
    struct query q = db_query(
        db, "SELECT first, last FROM span WHERE device = ? AND epoch = ? AND first <= ? ORDER BY first DESC");
    query_text(&q, p->device);
    query_text(&q, p->epoch);
    query_int(&q, m->last + 1);
    while (!m->more && query_row(&q)) {
        struct ack_range s = { query_col_int(&q, 0), query_col_int(&q, 1) };
        if (s.last < m->first - 1)
            break;
        int64_t from = s.first > p->first ? s.first : p->first, to = s.last < p->last ? s.last : p->last;
        if (to >= from)
            m->covered += to - from + 1;
        m->gone[m->count++] = s;
        m->more = m->count == (int)(sizeof m->gone / sizeof *m->gone);
    }
    return query_end(&q, e);
}

static bool drop_spans(struct db *db, const struct ledger_span *p, struct merge *m, struct err *e)
{
    for (int i = 0; i < m->count; i++) {
        struct query q = db_query(db, "DELETE FROM span WHERE device = ? AND epoch = ? AND first = ?");
        query_text(&q, p->device);
        query_text(&q, p->epoch);
        query_int(&q, m->gone[i].first);
        if (!query_run(&q, e))
            return false;
        if (m->gone[i].first < m->first)
            m->first = m->gone[i].first;
        if (m->gone[i].last > m->last)
            m->last = m->gone[i].last;
    }
    return true;
}

static bool add_span(struct db *db, const struct ledger_span *p, const struct merge *m, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO span (device, epoch, first, last) VALUES (?, ?, ?, ?)");
    query_text(&q, p->device);
    query_text(&q, p->epoch);
    query_int(&q, m->first);
    query_int(&q, m->last);
    return query_run(&q, e);
}

static bool span_take(struct work *w, const struct ledger_span *s, int64_t now_ms, int64_t *fresh,
                      struct err *e)
{
    struct db *db = lite_db(w);
    struct merge m = { .first = s->first, .last = s->last };
    *fresh = 0;
    if (!note_epoch(db, s, now_ms, e))
        return false;
    if (s->first > s->last)
        return true;
    int64_t covered = 0;
    do { /* again only for numbers that join more than 64 spans: what was merged so far is then one of them */
        m.count = 0;
        m.covered = 0;
        m.more = false;
        if (!find_touching(db, s, &m, e))
            return false;
        covered += m.covered;
        if (m.more && !drop_spans(db, s, &m, e))
            return false;
    } while (m.more);
    *fresh = s->last - s->first + 1 - covered;
    return drop_spans(db, s, &m, e) && add_span(db, s, &m, e);
}

/* ---- asking ---- */

static bool epoch_find(struct work *w, const char *device, const char *epoch, struct ledger_epoch *out,
                       bool *found, struct err *e)
{
    struct query q = db_query(lite_db(w), "SELECT base, claimed FROM epoch WHERE device = ? AND epoch = ?");
    query_text(&q, device);
    query_text(&q, epoch);
    *found = query_row(&q);
    *out = (struct ledger_epoch){ query_col_int(&q, 0), query_col_int(&q, 1) };
    return query_end(&q, e);
}

static bool epoch_newest(struct work *w, const char *device, char out[EPOCH_TEXT], bool *found, struct err *e)
{
    struct query q = db_query(lite_db(w),
                              "SELECT epoch FROM epoch WHERE device = ? ORDER BY seen_ms DESC LIMIT 1");
    query_text(&q, device);
    *found = query_row(&q);
    if (*found)
        query_copy_text(&q, 0, out, EPOCH_TEXT);
    return query_end(&q, e);
}

static bool spans(struct work *w, const char *device, const char *epoch, ledger_span_visit *visit, void *ctx,
                  struct err *e)
{
    bool more = true;
    struct query q = db_query(lite_db(w),
                              "SELECT first, last FROM span WHERE device = ? AND epoch = ? ORDER BY first");
    query_text(&q, device);
    query_text(&q, epoch);
    while (more && query_row(&q))
        more = visit(ctx, &(struct ack_range){ query_col_int(&q, 0), query_col_int(&q, 1) });
    return query_end(&q, e);
}

static bool asides(struct work *w, const struct ledger_aside *of, ledger_aside_visit *visit, void *ctx,
                   struct err *e)
{
    bool more = true;
    struct query q = db_query(lite_db(w),
                              "SELECT seq, id, why FROM rejected WHERE device = ? AND epoch = ? AND id <> '' "
                              "ORDER BY seq BETWEEN ? AND ? DESC, at_ms DESC, seq LIMIT 50");
    query_text(&q, of->device);
    query_text(&q, of->epoch);
    query_int(&q, of->first ? of->first->first : 0);
    query_int(&q, of->first ? of->first->last : -1);
    while (more && query_row(&q)) {
        struct ack_rejected r = { .seq = query_col_int(&q, 0) };
        query_copy_text(&q, 1, r.id, sizeof r.id);
        query_copy_text(&q, 2, r.why, sizeof r.why);
        more = visit(ctx, &r);
    }
    return query_end(&q, e);
}

/* ---- signed receipts ---- */

static bool receipt_put(struct work *w, const struct ledger_receipt *r, int64_t now_ms, struct err *e)
{
    struct query q = db_query(lite_db(w),
                              "INSERT INTO ack (device, epoch, envelope, at_ms) VALUES (?1, ?2, ?3, ?4) "
                              "ON CONFLICT DO UPDATE SET envelope = ?3, at_ms = ?4");
    query_text(&q, r->device);
    query_text(&q, r->epoch);
    query_blob(&q, r->envelope, r->len);
    query_int(&q, now_ms);
    return query_run(&q, e);
}

static bool found_receipt(struct query *q, struct str *out, bool *found, struct err *e)
{
    *found = query_row(q);
    if (*found) {
        size_t len;
        const void *bytes = query_col_blob(q, 0, &len);
        str_add(out, bytes, len);
    }
    return query_end(q, e);
}

static bool receipt_newest(struct work *w, const char *device, struct str *out, bool *found, struct err *e)
{
    struct query q = db_query(lite_db(w),
                              "SELECT envelope FROM ack WHERE device = ? ORDER BY at_ms DESC LIMIT 1");
    query_text(&q, device);
    return found_receipt(&q, out, found, e);
}

static bool receipt_of(struct work *w, const char *device, const char *epoch, struct str *out, bool *found,
                       struct err *e)
{
    struct query q = db_query(lite_db(w), "SELECT envelope FROM ack WHERE device = ? AND epoch = ?");
    query_text(&q, device);
    query_text(&q, epoch);
    return found_receipt(&q, out, found, e);
}

static bool receipt_devices(struct work *w, ledger_name_visit *visit, void *ctx, struct err *e)
{
    struct query q = db_query(lite_db(w), "SELECT DISTINCT device FROM ack");
    return lite_names(&q, visit, ctx, e);
}

const struct receipt_words lite_receipt_words = {
    .span_take = span_take,
    .epoch_find = epoch_find,
    .epoch_newest = epoch_newest,
    .spans = spans,
    .asides = asides,
    .receipt_put = receipt_put,
    .receipt_newest = receipt_newest,
    .receipt_of = receipt_of,
    .receipt_devices = receipt_devices,
};
