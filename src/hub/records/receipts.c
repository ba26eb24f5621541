#define _GNU_SOURCE
#include "hub/records/receipts.h"

#include <stdio.h>
#include <string.h>

/* Sets the lowest and the highest seq known to exist: a packet proves its own, and all below its first. */
static bool note_epoch(struct db *db, const struct packet_head *h, int64_t now_ms, struct err *e)
{
    int64_t claimed = h->last > h->first - 1 ? h->last : h->first - 1;
    struct query q = db_query(db, "INSERT INTO epoch (device, epoch, base, claimed, seen_ms) VALUES (?1, ?2, ?3, ?4, ?5) "
                                  "ON CONFLICT DO UPDATE SET base = min(base, ?3), claimed = max(claimed, ?4), seen_ms = ?5");
    query_text(&q, h->device.id);
    query_text(&q, h->epoch);
    query_int(&q, h->first < h->base && h->first <= h->last ? h->first : h->base);
    query_int(&q, claimed);
    query_int(&q, now_ms);
    return query_run(&q, e);
}

struct merge { int64_t first, last, covered; int count; struct ack_range gone[64]; bool more; };

/* Spans that overlap or touch first..last of the packet. */
static bool find_touching(struct db *db, const struct packet_head *h, struct merge *m, struct err *e)
{
    struct query q = db_query(db, "SELECT first, last FROM span WHERE device = ? AND epoch = ? AND first <= ? ORDER BY first DESC");
    query_text(&q, h->device.id);
    query_text(&q, h->epoch);
    query_int(&q, m->last + 1);
    while (!m->more && query_row(&q)) {
        struct ack_range s = { query_col_int(&q, 0), query_col_int(&q, 1) };
        if (s.last < m->first - 1)
            break;
        int64_t from = s.first > h->first ? s.first : h->first, to = s.last < h->last ? s.last : h->last;
        if (to >= from)
            m->covered += to - from + 1;
        m->gone[m->count++] = s;
        m->more = m->count == (int)(sizeof m->gone / sizeof *m->gone);
    }
    return query_end(&q, e);
}

static bool drop_spans(struct db *db, const struct packet_head *h, struct merge *m, struct err *e)
{
    for (int i = 0; i < m->count; i++) {
        struct query q = db_query(db, "DELETE FROM span WHERE device = ? AND epoch = ? AND first = ?");
        query_text(&q, h->device.id);
        query_text(&q, h->epoch);
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

static bool add_span(struct db *db, const struct packet_head *h, const struct merge *m, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO span (device, epoch, first, last) VALUES (?, ?, ?, ?)");
    query_text(&q, h->device.id);
    query_text(&q, h->epoch);
    query_int(&q, m->first);
    query_int(&q, m->last);
    return query_run(&q, e);
}

bool receipts_take(struct db *db, const struct packet_head *head, int64_t now_ms, int64_t *fresh, struct err *e)
{
    struct merge m = { .first = head->first, .last = head->last };
    *fresh = 0;
    if (!note_epoch(db, head, now_ms, e))
        return false;
    if (head->first > head->last) /* health only */
        return true;
    int64_t covered = 0;
    do { /* again only for a packet that joins more than 64 spans: what was merged so far is then one of them */
        m.count = 0;
        m.covered = 0;
        m.more = false;
        if (!find_touching(db, head, &m, e))
            return false;
        covered += m.covered;
        if (m.more && !drop_spans(db, head, &m, e))
            return false;
    } while (m.more);
    *fresh = head->last - head->first + 1 - covered;
    return drop_spans(db, head, &m, e) && add_span(db, head, &m, e);
}

/* ---- building ---- */

static void add_want(struct ack *a, int64_t first, int64_t last)
{
    if (first <= last && a->want_count < ACK_RANGES_MAX)
        a->want[a->want_count++] = (struct ack_range){ first, last };
}

static bool build_ranges(struct db *db, struct ack *a, int64_t base, int64_t claimed, struct err *e)
{
    int64_t next = base;
    a->upto = base - 1;
    struct query q = db_query(db, "SELECT first, last FROM span WHERE device = ? AND epoch = ? ORDER BY first");
    query_text(&q, a->device);
    query_text(&q, a->epoch);
    while (a->range_count < ACK_RANGES_MAX && query_row(&q)) {
        struct ack_range s = { query_col_int(&q, 0), query_col_int(&q, 1) };
        if (s.first <= next)
            a->upto = s.last;
        else
            a->range[a->range_count++] = s;
        add_want(a, next, s.first - 1);
        next = s.last + 1;
    }
    if (a->range_count < ACK_RANGES_MAX) /* else the list was cut, and what lies behind is not missing */
        add_want(a, next, claimed);
    return query_end(&q, e);
}

/* Not all have room: who sent a packet learns at least what was wrong in it, also when it is a copy of an old one. */
static bool build_rejected(struct db *db, struct ack *a, const struct ack_range *answers, struct err *e)
{
    struct query q = db_query(db, "SELECT seq, id, why FROM rejected WHERE device = ? AND epoch = ? AND id <> '' "
                                  "ORDER BY seq BETWEEN ? AND ? DESC, at_ms DESC, seq LIMIT 50");
    query_text(&q, a->device);
    query_text(&q, a->epoch);
    query_int(&q, answers ? answers->first : 0);
    query_int(&q, answers ? answers->last : -1);
    while (a->rejected_count < ACK_REJECTED_MAX && query_row(&q)) {
        struct ack_rejected *r = &a->rejected[a->rejected_count++];
        r->seq = query_col_int(&q, 0);
        query_copy_text(&q, 1, r->id, sizeof r->id);
        query_copy_text(&q, 2, r->why, sizeof r->why);
    }
    return query_end(&q, e);
}

bool receipts_build(struct db *db, const char *device, const char *epoch, const struct ack_range *answers, struct ack *out, bool *found,
                    struct err *e)
{
    memset(out, 0, sizeof *out);
    snprintf(out->device, sizeof out->device, "%s", device);
    snprintf(out->epoch, sizeof out->epoch, "%s", epoch);
    struct query q = db_query(db, "SELECT base, claimed FROM epoch WHERE device = ? AND epoch = ?");
    query_text(&q, device);
    query_text(&q, epoch);
    *found = query_row(&q);
    int64_t base = query_col_int(&q, 0), claimed = query_col_int(&q, 1);
    if (!query_end(&q, e))
        return false;
    return !*found || (build_ranges(db, out, base, claimed, e) && build_rejected(db, out, answers, e));
}

bool receipts_epoch(struct db *db, const char *device, char out[EPOCH_TEXT], bool *found, struct err *e)
{
    struct query q = db_query(db, "SELECT epoch FROM epoch WHERE device = ? ORDER BY seen_ms DESC LIMIT 1");
    query_text(&q, device);
    *found = query_row(&q);
    if (*found)
        query_copy_text(&q, 0, out, EPOCH_TEXT);
    return query_end(&q, e);
}

bool receipts_keep(struct db *db, const char *device, const char *epoch, const void *envelope, size_t len, int64_t now_ms, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO ack (device, epoch, envelope, at_ms) VALUES (?1, ?2, ?3, ?4) "
                                  "ON CONFLICT DO UPDATE SET envelope = ?3, at_ms = ?4");
    query_text(&q, device);
    query_text(&q, epoch);
    query_blob(&q, envelope, len);
    query_int(&q, now_ms);
    return query_run(&q, e);
}

bool receipts_kept(struct db *db, const char *device, struct str *out, bool *found, struct err *e)
{
    struct query q = db_query(db, "SELECT envelope FROM ack WHERE device = ? ORDER BY at_ms DESC LIMIT 1");
    query_text(&q, device);
    *found = query_row(&q);
    if (*found) {
        size_t len;
        const void *bytes = query_col_blob(&q, 0, &len);
        str_add(out, bytes, len);
    }
    return query_end(&q, e);
}

/* ---- comparing ---- */

enum { AHEAD_MS = 24 * 3600 * 1000 };

/* Does `a` say that something is stored which `b` asks for? */
static bool has_wanted(const struct ack *a, const struct ack *b)
{
    for (int i = 0; i < b->want_count; i++) {
        if (b->want[i].first <= a->upto)
            return true;
        for (int j = 0; j < a->range_count; j++)
            if (a->range[j].first <= b->want[i].last && a->range[j].last >= b->want[i].first)
                return true;
    }
    return false;
}

/* The county's clock orders its receipts: after its database was restored from yesterday a newer one may cover less, and those
 * below must hear what is asked for again. But that clock may have been ahead for a while: what was signed then must not stand
 * above everything until that day comes. So a receipt that says all that the other says is newer, too, whatever their clocks say;
 * unless it has what the other asks for, for then the county lost that in between. A time ahead of our own clock orders nothing. */
bool receipts_newer(const struct ack *a, const struct ack *b, int64_t now_ms)
{
    bool a_ahead = a->now_ms > now_ms + AHEAD_MS, b_ahead = b->now_ms > now_ms + AHEAD_MS;
    if (strcmp(a->device, b->device) != 0 || strcmp(a->epoch, b->epoch) != 0)
        return false;
    if (a_ahead != b_ahead)
        return ack_dominates(a, b);
    return a->now_ms >= b->now_ms || (ack_dominates(a, b) && !ack_dominates(b, a) && !has_wanted(a, b));
}
