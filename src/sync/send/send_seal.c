/* send_seal.c - part of send.h: waiting statements become sealed packets. */
#define LOG_MODULE "send"
#include "base/clock.h"
#include "base/log.h"
#include "store/outbox/outbox.h"
#include "store/states.h"
#include "sync/send/bag.h"
#include "sync/send/send_parts.h"

#include <stdlib.h>
#include <string.h>

/* One packet's worth of rows. A packet accounts for every seq from `first` to `last`, so none may lie between that a
 * receipt has covered already (the keeper may have lost it: it would look as if it had arrived) or that another packet
 * under way stands for. */
struct gather {
    struct db *db;
    int64_t before;             /* the first seq that belongs to another packet; INT64_MAX: none */
    int max_count, count, cap;
    int64_t *seq;               /* of each line */
    struct packet_line *line;   /* owned, with their bytes */
    size_t bytes;
    bool failed;
    struct err err;
};

/* The delivered row nearest to `seq` from below, above `floor`; `floor` if there is none. */
static bool delivered_below(struct db *db, int64_t floor, int64_t seq, int64_t *out, struct err *e)
{
    struct query q = db_query(db, "SELECT seq FROM statement WHERE seq > ? AND seq < ?"
                                  " AND state = " SQL_OUTBOX_DELIVERED " ORDER BY seq DESC LIMIT 1");
    query_int(&q, floor);
    query_int(&q, seq);
    *out = query_row(&q) ? query_col_int(&q, 0) : floor;
    return query_end(&q, e);
}

static void take(struct gather *g, const struct outbox_row *row)
{
    int cap = g->cap;
    ARRAY_GROW(g->line, g->count, g->cap);
    ARRAY_GROW(g->seq, g->count, cap);
    char *copy = mem_alloc(row->body_len + 1);
    memcpy(copy, row->body, row->body_len);
    g->line[g->count] = (struct packet_line){ copy, row->body_len };
    g->seq[g->count++] = row->seq;
    g->bytes += row->body_len + 1;
}

static bool on_row(void *ctx, const struct outbox_row *row)
{
    struct gather *g = ctx;
    int64_t below, last = g->count ? g->seq[g->count - 1] : row->seq - 1;
    if (row->seq >= g->before || g->count == g->max_count || (g->count && g->bytes + row->body_len + 1 > PACKET_OPEN_MAX_BYTES))
        return false;
    if (row->seq != last + 1) { /* damaged rows between are ours, delivered ones are not */
        g->failed = !delivered_below(g->db, last, row->seq, &below, &g->err);
        if (g->failed || below != last)
            return false;
    }
    take(g, row);
    return true;
}

static void cut_to(struct gather *g, int count)
{
    while (g->count > count)
        free((char *)g->line[--g->count].bytes);
}

static void gather_release(struct gather *g)
{
    cut_to(g, 0);
    free(g->line);
    free(g->seq);
    *g = (struct gather){ 0 };
}

static bool gather_rows(struct gather *g, struct db *db, int64_t after, int64_t before, int max_count, struct err *e)
{
    *g = (struct gather){ .db = db, .before = before, .max_count = max_count < 1 ? 1 : max_count > PACKET_MAX_STATEMENTS ? PACKET_MAX_STATEMENTS : max_count };
    bool ok = outbox_waiting(db, after, on_row, g, NULL, e);
    if (ok && g->failed) {
        if (e)
            *e = g->err;
        ok = false;
    }
    if (!ok)
        gather_release(g);
    return ok;
}

/* Where the packet begins: right after what others account for, so that the seqs of damaged rows are not a gap for ever. */
static bool begin_of(struct db *db, const struct device *d, const struct bag *bag, int64_t after, int64_t first, int64_t *out, struct err *e)
{
    int64_t floor = d->base - 1 > after ? d->base - 1 : after, below;
    for (int i = 0; i < bag->count; i++)
        if (bag->item[i].last < first && bag->item[i].last > floor)
            floor = bag->item[i].last;
    if (!delivered_below(db, floor, first, &below, e))
        return false;
    *out = below + 1;
    return true;
}

static void head_of(const struct device *d, int64_t floor_ms, int64_t first, struct packet_head *out)
{
    struct clock_reading now;
    clock_read(floor_ms, &now);
    *out = (struct packet_head){ .device = d->key.pub, .base = d->base, .first = first, .last = first - 1, .sealed_ms = now.wall_ms,
                                 .clock_trust = now.trust, .succession = d->succession };
    memcpy(out->epoch, d->epoch, sizeof out->epoch);
    memcpy(out->previous, d->previous, sizeof out->previous);
}

/* With fewer lines until it is small enough. ERR_TOO_BIG: one alone is not. */
static bool seal_fitting(struct gather *g, struct packet_head *head, const char *health, const struct device *d,
                         const struct county_key *county, struct str *out, struct err *e)
{
    struct err why;
    do {
        why = (struct err)ERR_INIT;
        head->count = g->count;
        head->last = g->seq[g->count - 1];
        if (packet_seal(head, health, g->line, g->count, &d->key, county, out, &why))
            return true;
        log_debug("%d statements from seq %lld are too many for a packet", g->count, (long long)head->first);
        cut_to(g, g->count > 1 ? g->count / 2 : 1);
    } while (why.kind == ERR_TOO_BIG && head->count > 1);
    if (e)
        *e = why;
    return false;
}

/* The file first, then the identity: what a cut leaves between is made good by send_settle. */
static bool keep(const char *data_dir, struct device *d, struct bag *bag, const struct str *bytes, struct err *e)
{
    struct packet p;
    uint8_t sum[SHA256_BYTES];
    bool ok = packet_read(bytes->data, bytes->len, &p, e) && bag_keep(bag, &p, bytes->data, bytes->len, e) &&
              hex_decode(p.sha256, sum, sizeof sum) && device_sealed(data_dir, d, p.head.last, sum, e);
    if (ok)
        log_info("packet %.12s of device %s, epoch %.8s: sealed, %d statements, seq %lld to %lld, %zu bytes", p.sha256, d->key.pub.id, d->epoch,
                 p.head.count, (long long)p.head.first, (long long)p.head.last, bytes->len);
    return ok;
}

static bool seal_new(struct db *db, const char *data_dir, struct device *d, const struct county_key *county, int64_t after, int64_t before,
                     int max_count, const char *health, int64_t floor_ms, struct bag *bag, struct str *out, int64_t *last, int *count, struct err *e)
{
    struct gather g;
    struct packet_head head;
    int64_t first = 0;
    if (!gather_rows(&g, db, after, before, max_count, e))
        return false;
    if (!g.count) {
        gather_release(&g);
        return true;
    }
    bool ok = begin_of(db, d, bag, after, g.seq[0], &first, e);
    head_of(d, floor_ms, first, &head);
    ok = ok && seal_fitting(&g, &head, health, d, county, out, e) && keep(data_dir, d, bag, out, e);
    *last = g.seq[g.count - 1]; /* also of the one that is too big */
    *count = ok ? g.count : 0;
    if (!ok)
        str_clear(out);
    gather_release(&g);
    return ok;
}

static bool first_one(void *ctx, const struct outbox_row *row)
{
    *(int64_t *)ctx = row->seq;
    return false;
}

static bool next_packet(struct db *db, const char *data_dir, struct device *d, const struct county_key *county, int64_t after, int max_count,
                        const char *health, int64_t floor_ms, struct bag *bag, struct str *out, int64_t *last, int *count, struct err *e)
{
    int64_t next = 0, before = INT64_MAX;
    struct packet p;
    if (!outbox_waiting(db, after, first_one, &next, NULL, e))
        return false;
    if (!next)
        return true;
    int i = bag_find(bag, next);
    if (i >= 0) {
        struct err why = ERR_INIT;
        if (bag_read(bag, i, out, &p, &why)) {
            log_debug("packet %s goes again, the same bytes", bag->item[i].name);
            *last = p.head.last;
            *count = p.head.count;
            return true;
        }
        str_clear(out);
        if (why.kind != ERR_DAMAGED) {
            if (e)
                *e = why;
            return false;
        }
    }
    for (i = 0; i < bag->count; i++)
        if (bag->item[i].first > next && bag->item[i].first < before)
            before = bag->item[i].first;
    return seal_new(db, data_dir, d, county, after, before, max_count, health, floor_ms, bag, out, last, count, e);
}

bool send_settle(const char *data_dir, struct device *d, struct bag *bag, struct err *e)
{
    struct packet p;
    struct str bytes;
    struct err why = ERR_INIT;
    uint8_t sum[SHA256_BYTES];
    int newest = bag->count - 1;
    if (newest < 0 || bag->item[newest].last <= d->high)
        return true;
    str_init(&bytes, PACKET_MAX_BYTES + 1);
    bool ok = true, read = bag_read(bag, newest, &bytes, &p, &why);
    if (read)
        log_info("packet %.12s was kept just before a cut: counted as sealed up to seq %lld", p.sha256, (long long)p.head.last);
    if (read)
        ok = hex_decode(p.sha256, sum, sizeof sum) && device_sealed(data_dir, d, p.head.last, sum, e);
    else if (why.kind != ERR_DAMAGED)
        ok = err_set(e, why.kind, "%s", why.text);
    str_release(&bytes);
    return ok;
}

bool send_seal_next(struct db *db, const char *data_dir, struct device *d, const struct county_key *county, int64_t after_seq, int max_count,
                    const char *health, int64_t floor_ms, struct str *out, int64_t *last, int *count, struct err *e)
{
    struct bag bag = { 0 };
    str_clear(out);
    *last = after_seq;
    *count = 0;
    int lock = device_lock(data_dir, e);
    bool ok = lock >= 0 && device_refresh(data_dir, d, e) && bag_open(data_dir, d, &bag, e) && send_settle(data_dir, d, &bag, e) &&
              bag_seal_for(&bag, db, county, e) &&
              next_packet(db, data_dir, d, county, after_seq, max_count, health, floor_ms, &bag, out, last, count, e);
    bag_release(&bag);
    device_unlock(lock);
    return ok;
}

bool send_seal_health(const char *data_dir, struct device *d, const struct county_key *county, const char *health, int64_t floor_ms,
                      struct str *out, struct err *e)
{
    struct packet_head head;
    str_clear(out);
    int lock = device_lock(data_dir, e);
    bool ok = lock >= 0 && device_refresh(data_dir, d, e);
    head_of(d, floor_ms, d->high + 1, &head);
    ok = ok && packet_seal(&head, health, NULL, 0, &d->key, county, out, e);
    device_unlock(lock);
    return ok;
}
