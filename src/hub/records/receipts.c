#define _GNU_SOURCE
#include "hub/records/receipts.h"

#include <stdio.h>
#include <string.h>

/* A packet proves its own seqs, and all below its first. */
bool receipts_take(struct work *w, const struct packet_head *h, int64_t now_ms, int64_t *fresh, struct err *e)
{
    struct ledger_span s = {
        .device = h->device.id, .epoch = h->epoch, .first = h->first, .last = h->last,
        .base = h->first < h->base && h->first <= h->last ? h->first : h->base,
        .claimed = h->last > h->first - 1 ? h->last : h->first - 1,
    };
    return ledger_span_take(w, &s, now_ms, fresh, e);
}

/* ---- building ---- */

struct build { struct ack *ack; int64_t next; };

static void add_want(struct ack *a, int64_t first, int64_t last)
{
    if (first <= last && a->want_count < ACK_RANGES_MAX)
        a->want[a->want_count++] = (struct ack_range){ first, last };
}

static bool add_span(void *ctx, const struct ack_range *s)
{
    struct build *b = ctx;
    struct ack *a = b->ack;
    if (s->first <= b->next)
        a->upto = s->last;
    else
        a->range[a->range_count++] = *s;
    add_want(a, b->next, s->first - 1);
    b->next = s->last + 1;
    return a->range_count < ACK_RANGES_MAX;
}

/* Not all have room: who sent a packet learns at least what was wrong in it, also when it is a copy of an old one. */
static bool add_rejected(void *ctx, const struct ack_rejected *r)
{
    struct ack *a = ctx;
    a->rejected[a->rejected_count++] = *r;
    return a->rejected_count < ACK_REJECTED_MAX;
}

bool receipts_build(struct work *w, const struct ledger_aside *of, struct ack *out, bool *found, struct err *e)
{
    struct ledger_epoch p;
    memset(out, 0, sizeof *out);
    snprintf(out->device, sizeof out->device, "%s", of->device);
    snprintf(out->epoch, sizeof out->epoch, "%s", of->epoch);
    if (!ledger_epoch_find(w, of->device, of->epoch, &p, found, e))
        return false;
    if (!*found)
        return true;
    struct build b = { out, p.base };
    out->upto = p.base - 1;
    if (!ledger_spans(w, of->device, of->epoch, add_span, &b, e) || !ledger_asides(w, of, add_rejected, out, e))
        return false;
    if (out->range_count < ACK_RANGES_MAX) /* else the list was cut, and what lies behind is not missing */
        add_want(out, b.next, p.claimed);
    return true;
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
