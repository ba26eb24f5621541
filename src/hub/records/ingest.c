#define _GNU_SOURCE
#define LOG_MODULE "ingest"
#include "hub/records/ingest.h"
#include "base/clock.h"
#include "base/log.h"
#include "hub/records/columns.h"
#include "hub/vault/enrol.h"
#include "hub/ledger/journal.h"
#include "hub/records/receipts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {                   /* what a statement of an opened packet points to */
    size_t at;                  /* of its body in `text` */
    struct columns *columns;    /* NULL: no valid statement */
    char *why;                  /* then the reason */
    char uuid[UUID_TEXT];       /* as far as it could be read */
};
struct sums { int64_t added, same, conflicts, rejected; };
struct ingest {
    const struct ingest_place *place;
    struct str bytes;
    char name[SHA256_HEX];
    struct packet packet;       /* points into `bytes` */
    bool is_packet;
    struct str text;            /* the statements, one after the other */
    struct line *line;          /* of statement[i] */
    struct ledger_statement *statement;
    enum ledger_verdict *verdict; /* given by the ledger */
    int count, cap, statement_cap;
    struct sums sums;
    bool seen;                  /* the very packet was here already */
    struct ingest_answer answer;
    struct ledger_job job;
    void (*done)(void *ctx);
    void *done_ctx;
};

static int64_t now(void)
{
    struct clock_reading r;
    clock_read(clock_build_floor_ms(), &r);
    return r.wall_ms;
}

static bool answer(struct ingest *g, int status, int retry_after_s, const char *sentence)
{
    g->answer.status = status;
    g->answer.retry_after_s = retry_after_s;
    str_clear(&g->answer.body);
    str_puts(&g->answer.body, sentence);
    return false;
}

static bool answer_err(struct ingest *g, const struct err *e)
{
    switch (e->kind) {
    case ERR_FULL: return answer(g, 507, 3600, e->text);
    case ERR_TOO_BIG: return answer(g, 413, 0, e->text);
    case ERR_INVALID:
    case ERR_UNTRUSTED:
    case ERR_UNSUPPORTED: return answer(g, 400, 0, e->text);
    case ERR_REFUSED: return answer(g, 503, 30, "the database is busy"); /* another process holds it */
    default:
        log_error("%s", e->text);
        return answer(g, 503, 300, "this hub cannot store anything now");
    }
}

/* What became of a packet, in one line; called when nothing can change it any more. */
static void tell(const struct ingest *g)
{
    const struct packet_head *h = &g->packet.head;
    const struct sums *s = &g->sums;
    int status = g->answer.status;
    if (!g->is_packet)
        log_info("what came as %.12s is no packet (%d): %s", g->name[0] ? g->name : "?", status, g->answer.body.data);
    else if (status != 200 && status != 202)
        log_info("packet %.12s of device %s refused (%d): %s", g->packet.sha256, h->device.id, status, g->answer.body.data);
    else if (g->seen)
        log_debug("packet %.12s of device %s was here already", g->packet.sha256, h->device.id);
    else if (status == 202)
        log_info("packet %.12s of device %s, epoch %.8s, seq %lld to %lld: held for the hub above", g->packet.sha256,
                 h->device.id, h->epoch, (long long)h->first, (long long)h->last);
    else
        log_info("packet %.12s of device %s, epoch %.8s, seq %lld to %lld: stored, %lld new, %lld known, %lld conflicts, "
                 "%lld not valid",
                 g->packet.sha256, h->device.id, h->epoch, (long long)h->first, (long long)h->last, (long long)s->added,
                 (long long)s->same, (long long)s->conflicts, (long long)s->rejected);
}

/* With the answer that was given already, else with one for `e`. */
static bool refuse(struct ingest *g, const struct err *e)
{
    if (!g->answer.status)
        answer_err(g, e);
    tell(g);
    return false;
}

static const char stranger[] = "this terminal is not enrolled here: ask for a code and run weikectl enrol CODE";

/* ---- before the writer ---- */

static bool read_id(const char uuid[UUID_TEXT], uint8_t id[16])
{
    char hex[33];
    snprintf(hex, sizeof hex, "%.8s%.4s%.4s%.4s%.12s", uuid, uuid + 9, uuid + 14, uuid + 19, uuid + 24);
    return hex_decode(hex, id, 16);
}

static bool take_line(void *ctx, int n, const char *bytes, size_t len)
{
    struct ingest *g = ctx;
    struct err e = ERR_INIT;
    (void)n;
    int count = g->count; /* both grow with it */
    ARRAY_GROW(g->statement, count, g->statement_cap);
    ARRAY_GROW(g->line, g->count, g->cap);
    struct ledger_statement *s = &g->statement[g->count];
    struct line *l = &g->line[g->count++];
    *s = (struct ledger_statement){ .len = len };
    *l = (struct line){ .at = g->text.len, .columns = mem_alloc(sizeof *l->columns) };
    str_add(&g->text, bytes, len);
    struct sha256 h;
    sha256_init(&h);
    sha256_add(&h, bytes, len);
    sha256_end(&h, s->sha256);
    bool valid = columns_read(bytes, len, l->columns, &e);
    memcpy(l->uuid, l->columns->id, sizeof l->uuid);
    if (!valid || !read_id(l->uuid, s->id)) {
        free(l->columns);
        l->columns = NULL;
        l->why = mem_dup(e.text);
    }
    return true;
}

/* All lines are here and nothing moves any more. Rows can be missing from a packet (damaged at the terminal): then a line's
 * seq is not known. */
static void point(struct ingest *g)
{
    const struct packet_head *h = &g->packet.head;
    bool numbered = h->count == h->last - h->first + 1;
    for (int i = 0; i < g->count; i++) {
        const struct line *l = &g->line[i];
        struct ledger_statement *s = &g->statement[i];
        s->body = g->text.data + l->at;
        s->seq = numbered ? h->first + i : 0;
        s->columns = l->columns;
        s->uuid = l->uuid;
        s->why = l->why;
    }
    g->verdict = mem_alloc(sizeof *g->verdict * (size_t)(g->count + 1));
}

/* Spares strangers' packets the opening, and a full store the writing. The writer asks again. */
static bool may_enter(struct ingest *g, struct err *e)
{
    struct ledger_terminal known, old = { 0 };
    const struct packet_head *h = &g->packet.head;
    struct work *w = ledger_reader(g->place->ledger, e);
    if (!w)
        return false;
    bool ok = ledger_terminal_find(w, h->device.id, &known, e) &&
              (known.here || !h->succession.there || ledger_terminal_find(w, h->succession.old.id, &old, e));
    bool has = false, enters = ok && ((known.here && !known.revoked) || (!known.here && old.here && !old.revoked));
    if (ok && enters && !g->place->identity->is_county)
        ok = ledger_custody_has(w, g->packet.sha256, &has, e) &&
             (has || carry_fits(w, g->place->data_dir, &g->place->limits, h->device.id, g->bytes.len, e));
    ledger_reader_done(g->place->ledger, w);
    return ok && (enters || answer(g, 403, 0, stranger));
}

bool ingest_check(struct ingest *g)
{
    struct err e = ERR_INIT;
    g->is_packet = packet_read(g->bytes.data, g->bytes.len, &g->packet, &e);
    if (!g->is_packet)
        return refuse(g, &e);
    if (g->name[0] && strcmp(g->name, g->packet.sha256) != 0) {
        answer(g, 400, 0, "the bytes are not what their name says: they were changed on the way");
        return refuse(g, &e);
    }
    bool ok = may_enter(g, &e);
    if (ok && g->place->identity->is_county)
        ok = packet_open(&g->packet, &g->place->identity->secret, take_line, g, &e) && (point(g), true);
    else if (ok)
        ok = carry_write(g->place->data_dir, &g->packet, g->bytes.data, g->bytes.len, &e);
    return ok || refuse(g, &e);
}

/* ---- in the transaction: the county ---- */

/* A conflict each; what is not valid together. */
static bool ring(struct work *w, const struct ingest *g, int64_t at_ms, struct sums *s, struct err *e)
{
    const char *device = g->packet.head.device.id;
    for (int i = 0; i < g->count; i++) {
        s->added += g->verdict[i] == LEDGER_NEW;
        s->same += g->verdict[i] == LEDGER_SAME;
        s->rejected += g->verdict[i] == LEDGER_REJECTED;
        if (g->verdict[i] != LEDGER_CONFLICT)
            continue;
        s->conflicts++;
        if (!ledger_alarm(w, "conflict", device, at_ms, e,
                          "terminal %s sent statement %s with other content than is stored; both are kept", device, g->line[i].uuid))
            return false;
    }
    return !s->rejected || ledger_alarm(w, "rejected", device, at_ms, e, "%lld statements of terminal %s are not valid; they are kept aside",
                                        (long long)s->rejected, device);
}

static bool count(struct work *w, const struct ingest *g, const struct sums *s, int64_t fresh, int64_t at_ms, struct err *e)
{
    const struct packet_head *h = &g->packet.head;
    /* More new statements than new numbers: two machines number their records under one name. */
    if (s->added > fresh && !ledger_alarm(w, "fork", h->device.id, at_ms, e,
                                          "terminal %s used sequence numbers twice (%lld to %lld): two machines run under its name; all statements are kept",
                                          h->device.id, (long long)h->first, (long long)h->last))
        return false;
    return ledger_count(w, "packets", 1, e) && ledger_count(w, "statements", s->added, e) && ledger_count(w, "duplicates", s->same, e) &&
           ledger_count(w, "conflicts", s->conflicts, e) && ledger_count(w, "rejected", s->rejected, e);
}

static bool stored_receipt(struct work *w, struct ingest *g, int64_t at_ms, struct err *e)
{
    const struct packet_head *h = &g->packet.head;
    struct ack *a = mem_alloc(sizeof *a);
    struct ledger_aside of = { h->device.id, h->epoch, &(struct ack_range){ h->first, h->last } };
    bool found, ok = receipts_build(w, &of, a, &found, e);
    if (ok) {
        a->level = ACK_STORED;
        a->now_ms = at_ms;
        memcpy(a->packet, g->packet.sha256, sizeof a->packet);
        str_clear(&g->answer.body);
        ack_write(a, &g->place->identity->secret.sign, &g->answer.body);
        g->answer.status = 200;
        struct ledger_receipt r = { h->device.id, h->epoch, g->answer.body.data, g->answer.body.len };
        ok = ledger_receipt_put(w, &r, at_ms, e);
    }
    free(a);
    return ok;
}

static bool store_opened(struct work *w, struct ingest *g, const struct ledger_terminal *who, int64_t at_ms, struct err *e)
{
    const struct packet_head *h = &g->packet.head;
    struct ledger_packet p = { .device = h->device.id, .epoch = h->epoch, .first = h->first, .last = h->last, .previous = h->previous,
                               .previous_len = sizeof h->previous, .site = who->site, .at_ms = at_ms, .statement = g->statement, .count = g->count };
    int64_t fresh = 0;
    g->sums = (struct sums){ 0 }; /* a transaction that failed is tried again */
    if (!hex_decode(g->packet.sha256, p.sha256, sizeof p.sha256))
        abort();
    if (!ledger_packet_put(w, &p, g->verdict, &g->seen, e))
        return false;
    if (g->seen)
        return ledger_count(w, "copies", 1, e) && stored_receipt(w, g, at_ms, e);
    return ring(w, g, at_ms, &g->sums, e) && receipts_take(w, h, at_ms, &fresh, e) && count(w, g, &g->sums, fresh, at_ms, e) &&
           stored_receipt(w, g, at_ms, e);
}

/* ---- in the transaction: below the county ---- */

/* The county's newest receipt if there is one, else our own: held. A held receipt asks for nothing: what lies elsewhere on
 * its way is not missing. */
static bool held_receipt(struct work *w, struct ingest *g, int64_t at_ms, struct err *e)
{
    const struct packet_head *h = &g->packet.head;
    bool found;
    str_clear(&g->answer.body);
    g->answer.status = 202;
    if (!ledger_receipt_newest(w, h->device.id, &g->answer.body, &found, e))
        return false;
    if (found)
        return true;
    struct ack *a = mem_alloc(sizeof *a);
    bool ok = receipts_build(w, &(struct ledger_aside){ h->device.id, h->epoch, NULL }, a, &found, e);
    if (ok) {
        a->level = ACK_HELD;
        a->want_count = a->rejected_count = 0;
        a->now_ms = at_ms;
        memcpy(a->packet, g->packet.sha256, sizeof a->packet);
        ack_write(a, &g->place->identity->hub, &g->answer.body);
    }
    free(a);
    return ok;
}

static bool store_held(struct work *w, struct ingest *g, int64_t at_ms, struct err *e)
{
    int64_t fresh;
    return carry_put(w, g->place->data_dir, &g->place->limits, &g->packet, g->bytes.len, at_ms, &g->seen, e) &&
           (g->seen || ledger_count(w, "packets", 1, e)) && receipts_take(w, &g->packet.head, at_ms, &fresh, e) &&
           held_receipt(w, g, at_ms, e);
}

static bool store(struct work *w, void *ctx, struct err *e)
{
    struct ingest *g = ctx;
    struct ledger_terminal who;
    int64_t at_ms = now();
    if (!enrol_admit(w, &g->packet, at_ms, &who, e))
        return false;
    if (!who.here || who.revoked) {
        answer(g, 403, 0, stranger);
        return true;
    }
    return g->place->identity->is_county ? store_opened(w, g, &who, at_ms, e) : store_held(w, g, at_ms, e);
}

/* ---- life ---- */

struct ingest *ingest_new(const struct ingest_place *place, const char *name, struct str *bytes)
{
    struct ingest *g = mem_alloc(sizeof *g);
    g->place = place;
    g->bytes = *bytes;
    str_init(bytes, 0);
    str_init(&g->text, PACKET_OPEN_MAX_BYTES + 1);
    str_init(&g->answer.body, 0);
    if (name)
        snprintf(g->name, sizeof g->name, "%s", name);
    return g;
}

static void settled(void *ctx, const struct err *e)
{
    struct ingest *g = ctx;
    if (e)
        answer_err(g, e);
    else if (g->answer.status == 202 && g->place->came)
        g->place->came(g->place->came_ctx);
    tell(g);
    g->done(g->done_ctx); /* the connection goes on; `g` may be gone */
}

void ingest_post(struct ingest *g, void (*done)(void *ctx), void *ctx)
{
    g->done = done;
    g->done_ctx = ctx;
    g->job = (struct ledger_job){ .run = store, .done = settled, .ctx = g };
    ledger_post(g->place->ledger, &g->job);
}

void ingest_later(struct ingest *g, int retry_after_s)
{
    answer(g, 503, retry_after_s, "too many records at once");
}

void ingest_wait(struct ingest *g)
{
    struct err e = ERR_INIT;
    if (!ledger_do(g->place->ledger, store, g, &e))
        answer_err(g, &e);
    tell(g);
}

struct ingest_answer *ingest_get(struct ingest *g)
{
    return &g->answer;
}

size_t ingest_weight(const struct ingest *g)
{
    return g->bytes.cap + g->text.cap + (size_t)g->count * (sizeof *g->line + sizeof *g->statement + sizeof(struct columns));
}

void ingest_free(struct ingest *g)
{
    if (!g)
        return;
    for (int i = 0; i < g->count; i++) {
        free(g->line[i].columns);
        free(g->line[i].why);
    }
    free(g->line);
    free(g->statement);
    free(g->verdict);
    str_release(&g->bytes);
    str_release(&g->text);
    str_release(&g->answer.body);
    free(g);
}
