#define _GNU_SOURCE
#define LOG_MODULE "forward"
#include "hub/upstream/forward.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "hub/vault/enrol.h"
#include "hub/ledger/journal.h"
#include "hub/records/receipts.h"
#include "hub/pages/report.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SITES_AT_ONCE = 200, AGAIN_MS = 24 * 3600 * 1000, HEALTH_MS = 3600 * 1000 };

struct round {
    struct hub *hub;
    struct http *http;
    bool (*stop)(void *ctx);
    void *ctx;
    struct forward_result *out;
};

static bool stopped(struct round *r)
{
    return r->stop && r->stop(r->ctx);
}

static bool end(struct round *r, enum forward_end how)
{
    r->out->end = how;
    return false;
}

/* What an answer that is no yes means for the whole round. True: only for this request. */
static bool go_on(struct round *r, bool answered, const struct http_answer *a)
{
    if (!answered)
        return end(r, stopped(r) ? FORWARD_STOPPED : FORWARD_UNREACHABLE);
    r->out->retry_after_s = a->retry_after_s;
    if (a->status == 429 || a->status == 503 || a->status == 507)
        return end(r, FORWARD_BUSY);
    if (a->status == 200 || a->status == 202 || a->status == 304 || a->status == 400 || a->status == 403 || a->status == 404 || a->status == 413)
        return true;
    err_set(&r->out->err, ERR_UNTRUSTED, "%s does not answer as a hub (status %d)", r->hub->options->upstream, a->status);
    return end(r, FORWARD_UNREACHABLE);
}

/* ---- receipts ---- */

struct keep { struct hub *hub; const struct ack *ack; const void *bytes; size_t len; int settled; };

/* Under the database's lock, before the commit: the county has these records whatever becomes of our row, and nobody can take the
 * same packet in again between the two. */
static void remove_file(void *ctx, const char *sha256)
{
    struct keep *k = ctx;
    struct err e = ERR_INIT;
    char *path = carry_path(k->hub->data_dir, sha256);
    if (!fs_unlink(path, &e))
        log_warn("%s", e.text);
    free(path);
    k->settled++;
}

static bool is_newer(struct work *w, const struct keep *k, bool *newer, struct err *e)
{
    struct key_ring ring;
    struct str kept;
    bool found;
    *newer = true;
    key_ring_of(&k->hub->identity.county.sign, &ring);
    str_init(&kept, 0);
    bool ok = ledger_receipt_of(w, k->ack->device, k->ack->epoch, &kept, &found, e);
    if (ok && found) {
        struct err ignored = ERR_INIT;
        struct verified *v = envelope_open(kept.data, kept.len, &ring, &ignored);
        struct ack *old = mem_alloc(sizeof *old);
        *newer = !v || !ack_parse(v, old, &ignored) || receipts_newer(k->ack, old, hub_now_ms());
        free(old);
        verified_free(v);
    }
    str_release(&kept);
    return ok;
}

static bool keep_ack(struct work *w, void *ctx, struct err *e)
{
    struct keep *k = ctx;
    bool newer;
    k->settled = 0;
    if (!is_newer(w, k, &newer, e))
        return false;
    if (!newer) /* what it covers the county may have lost since: then what waits here is the only copy */
        return true;
    return ledger_receipt_put(w, &(struct ledger_receipt){ k->ack->device, k->ack->epoch, k->bytes, k->len }, hub_now_ms(), e) && carry_settle(w, k->ack, remove_file, k, e);
}

bool forward_take_ack(struct hub *h, const void *bytes, size_t len, int *settled, struct err *e)
{
    struct key_ring ring;
    *settled = 0;
    if (!h->identity.has_county)
        return err_set(e, ERR_REFUSED, "this hub does not know its county yet");
    key_ring_of(&h->identity.county.sign, &ring);
    struct verified *v = envelope_open(bytes, len, &ring, e);
    struct ack *a = mem_alloc(sizeof *a);
    bool ok = v && ack_parse(v, a, e) && (a->level == ACK_STORED || err_set(e, ERR_UNTRUSTED, "it is not a receipt for stored records"));
    struct keep k = { .hub = h, .ack = a, .bytes = bytes, .len = len };
    ok = ok && ledger_do(h->ledger, keep_ack, &k, e);
    *settled = ok ? k.settled : 0;
    free(a);
    verified_free(v);
    return ok;
}

/* A held receipt (of the hub above, not of the county) settles nothing. True if it was a stored one. */
static bool take_answer(struct round *r, const struct str *answer)
{
    struct err e = ERR_INIT;
    int settled;
    if (!forward_take_ack(r->hub, answer->data, answer->len, &settled, &e))
        return false;
    r->out->settled += settled;
    return true;
}

/* ---- introductions ---- */

struct strangers { json_t *list, *health; char (*id)[KEY_ID_TEXT]; int count, cap; };

/* How this hub itself fares goes along, once an hour: its disk, its backlog, its lessons. */
static bool add_health(struct work *w, const struct hub *h, struct strangers *s, struct err *e)
{
    char told[24];
    if (!ledger_get(w, "health_told_ms", told, sizeof told, e))
        return false;
    int64_t ago_ms = hub_now_ms() - strtoll(told, NULL, 10);
    if (ago_ms >= 0 && ago_ms < HEALTH_MS)
        return true;
    json_t *status = report_status(w, h->data_dir, e);
    if (!status)
        return false;
    const json_t *custody = json_object_get(status, "custody");
    s->health = json_pack("{s:O, s:O, s:O, s:O, s:O, s:O, s:I}", "version", json_object_get(status, "version"), "disk_free", json_object_get(status, "disk_free"),
                          "waiting", json_object_get(custody, "packets"), "waiting_bytes", json_object_get(custody, "bytes"), "oldest_ms",
                          json_object_get(custody, "oldest_ms"), "tree_version", json_object_get(status, "tree_version"), "alarms",
                          (json_int_t)json_array_size(json_object_get(status, "alarms")));
    json_decref(status);
    return true;
}

static void add_stranger(void *ctx, const struct ledger_stranger *t)
{
    struct strangers *s = ctx;
    char hex[2 * KEY_PUBLIC_BYTES + 1];
    hex_encode(t->key, KEY_PUBLIC_BYTES, hex);
    json_array_append_new(s->list, json_pack("{s:s, s:s, s:b, s:s}", "device", hex, "name", t->site, "hub", (int)t->hub, "succeeds", t->succeeds));
    ARRAY_GROW(s->id, s->count, s->cap);
    snprintf(s->id[s->count++], KEY_ID_TEXT, "%s", t->id);
}

static bool mark_told(struct work *w, void *ctx, struct err *e)
{
    const struct strangers *s = ctx;
    char now[24];
    snprintf(now, sizeof now, "%lld", (long long)hub_now_ms());
    if (s->health && !ledger_set(w, "health_told_ms", now, e))
        return false;
    for (int i = 0; i < s->count; i++) {
        if (!ledger_terminal_told(w, s->id[i], hub_now_ms(), e) || !ledger_custody_offer(w, s->id[i], e)) /* refused as a stranger's until now, perhaps */
            return false;
    }
    return true;
}

static bool tell(struct round *r, struct strangers *s)
{
    struct str text, body, answer;
    struct http_answer a = { 0 };
    json_t *o = json_pack("{s:s, s:O}", "type", "introduce", "sites", s->list);
    if (s->health)
        json_object_set(o, "health", s->health);
    str_init(&text, 0);
    str_init(&body, 0);
    str_init(&answer, 4096);
    json_write(o, &text);
    json_decref(o);
    envelope_seal(&r->hub->identity.hub, text.data, text.len, &body);
    char *url = mem_printf("%s/v1/introduce", r->hub->options->upstream);
    bool answered = http_ask(r->http, &(struct http_call){ .method = "POST", .url = url, .body = body.data, .body_len = body.len }, 4096, &answer, &a, &r->out->err);
    bool ok = go_on(r, answered, &a);
    if (ok && a.status != 200) {
        err_set(&r->out->err, ERR_REFUSED, "the hub above takes no introductions from us (status %d): %.200s", a.status, answer.data);
        ok = end(r, FORWARD_DENIED);
    }
    ok = ok && (ledger_do(r->hub->ledger, mark_told, s, &r->out->err) || end(r, FORWARD_STORAGE));
    free(url);
    str_release(&text);
    str_release(&body);
    str_release(&answer);
    return ok;
}

static bool introduce(struct round *r)
{
    for (bool more = true; more && !stopped(r);) {
        struct strangers s = { .list = json_array() };
        struct work *w = ledger_reader(r->hub->ledger, &r->out->err);
        bool ok = (w && ledger_terminals_untold(w, SITES_AT_ONCE, add_stranger, &s, &r->out->err) && add_health(w, r->hub, &s, &r->out->err)) || end(r, FORWARD_STORAGE);
        if (w)
            ledger_reader_done(r->hub->ledger, w);
        ok = ok && ((s.count == 0 && !s.health) || tell(r, &s));
        more = s.count == SITES_AT_ONCE;
        json_decref(s.list);
        json_decref(s.health);
        free(s.id);
        if (!ok)
            return false;
    }
    return true;
}

/* ---- packets ---- */

struct mark { int64_t nr; const char *why; const char *device; bool stranger; };
enum { LOST_TRIES = 3 };

static bool mark_sent(struct work *w, void *ctx, struct err *e)
{
    return ledger_custody_sent(w, ((struct mark *)ctx)->nr, hub_now_ms(), e);
}

/* The hub above does not know the terminal (any more: its database may be of yesterday): introduced again, then its packets are
 * offered again. Not if that was just now: it is revoked up there, and asking once a day is enough. */
static bool tell_again(struct work *w, const char *device, struct err *e)
{
    int64_t now_ms = hub_now_ms();
    return ledger_terminal_untell(w, device, now_ms - HEALTH_MS, now_ms, e);
}

static bool mark_refused(struct work *w, void *ctx, struct err *e)
{
    const struct mark *m = ctx;
    bool here;
    return ledger_custody_refused(w, m->nr, m->why, &here, e) && (!m->stranger || tell_again(w, m->device, e)) &&
           (!here || ledger_alarm(w, "refused", m->device, hub_now_ms(), e, "the hub above refuses a packet of terminal %s: %s; it is kept", m->device, m->why));
}

/* Its file is gone: settled in this moment by another courier, or by a receipt that came before its row. Then the next receipt
 * settles the row, too; if none does, people must know. */
static bool lost_file(struct round *r, const struct ledger_custody_item *c)
{
    struct mark m = { c->nr, "its file is gone", c->device, false };
    return ledger_do(r->hub->ledger, c->tries < LOST_TRIES ? mark_sent : mark_refused, &m, &r->out->err) || end(r, FORWARD_STORAGE);
}

static bool judge_packet(struct round *r, const struct ledger_custody_item *c, const struct http_answer *a, const struct str *answer)
{
    char why[200];
    struct mark m = { c->nr, why, c->device, a->status == 403 };
    if (a->status == 200 || a->status == 202) {
        r->out->packets++;
        /* 200 with the county's receipt: the packet is settled and its row gone; marking it sent then changes nothing. */
        take_answer(r, answer);
        return ledger_do(r->hub->ledger, mark_sent, &m, &r->out->err) || end(r, FORWARD_STORAGE);
    }
    snprintf(why, sizeof why, "%.*s", (int)strcspn(answer->data, "\r\n"), answer->data);
    if (!utf8_valid(why, strlen(why)) || !*why)
        snprintf(why, sizeof why, "status %d", a->status);
    r->out->refused++;
    return ledger_do(r->hub->ledger, mark_refused, &m, &r->out->err) || end(r, FORWARD_STORAGE);
}

static bool send_packet(struct round *r, const struct ledger_custody_item *c)
{
    struct str body, answer;
    struct http_answer a = { 0 };
    struct err lost = ERR_INIT;
    str_init(&body, PACKET_MAX_BYTES + 1);
    str_init(&answer, ACK_MAX_BYTES);
    char *path = carry_path(r->hub->data_dir, c->sha256), *url = mem_printf("%s/v1/rec/%s", r->hub->options->upstream, c->sha256);
    bool ok;
    if (!fs_read(path, PACKET_MAX_BYTES, &body, &lost)) { /* this one cannot go now, the others can */
        log_warn("%s", lost.text);
        ok = lost_file(r, c);
    } else {
        bool answered = http_ask(r->http, &(struct http_call){ .method = "PUT", .url = url, .body = body.data, .body_len = body.len }, ACK_MAX_BYTES, &answer, &a, &r->out->err);
        ok = go_on(r, answered, &a) && judge_packet(r, c, &a, &answer);
    }
    free(path);
    free(url);
    str_release(&body);
    str_release(&answer);
    return ok;
}

static bool send_all(struct round *r)
{
    struct ledger_custody_item c = { 0 };
    for (bool found = true; found && !stopped(r);) {
        struct work *w = ledger_reader(r->hub->ledger, &r->out->err);
        bool ok = w && ledger_custody_next(w, c.nr, &c, &found, &r->out->err);
        if (w)
            ledger_reader_done(r->hub->ledger, w);
        if (!ok)
            return end(r, FORWARD_STORAGE);
        if (found && !send_packet(r, &c))
            return false;
    }
    return true;
}

/* ---- receipts to be fetched ---- */

struct owed { char (*id)[KEY_ID_TEXT]; int count, cap; };

/* A terminal with packets here that the hub above has. */
static void add_owed(void *ctx, const char *device)
{
    struct owed *o = ctx;
    ARRAY_GROW(o->id, o->count, o->cap);
    snprintf(o->id[o->count++], KEY_ID_TEXT, "%s", device);
}

static bool fetch_ack(struct round *r, const char *device)
{
    struct str answer;
    struct http_answer a = { 0 };
    str_init(&answer, ACK_MAX_BYTES);
    char *url = mem_printf("%s/v1/ack/%s", r->hub->options->upstream, device);
    bool answered = http_ask(r->http, &(struct http_call){ .method = "GET", .url = url }, ACK_MAX_BYTES, &answer, &a, &r->out->err);
    bool ok = go_on(r, answered, &a);
    if (ok && a.status == 200)
        take_answer(r, &answer);
    free(url);
    str_release(&answer);
    return ok;
}

static bool offer_old_ones(struct work *w, void *ctx, struct err *e)
{
    return ledger_custody_again(w, hub_now_ms() - *(int64_t *)ctx, e) && carry_reconsider(w, hub_now_ms(), e);
}

static bool fetch_acks(struct round *r)
{
    struct owed o = { 0 };
    int64_t again_ms = AGAIN_MS;
    struct work *w = ledger_reader(r->hub->ledger, &r->out->err);
    bool ok = (w && ledger_custody_taken(w, add_owed, &o, &r->out->err)) || end(r, FORWARD_STORAGE);
    if (w)
        ledger_reader_done(r->hub->ledger, w);
    for (int i = 0; ok && i < o.count && !stopped(r); i++)
        ok = fetch_ack(r, o.id[i]);
    free(o.id);
    return ok && (ledger_do(r->hub->ledger, offer_old_ones, &again_ms, &r->out->err) || end(r, FORWARD_STORAGE));
}

static bool anything_left(struct round *r)
{
    struct ledger_custody_sums load = { 0 };
    struct err e = ERR_INIT;
    struct work *w = ledger_reader(r->hub->ledger, &e);
    bool ok = w && ledger_custody_sums(w, &load, &e);
    if (w)
        ledger_reader_done(r->hub->ledger, w);
    return ok && load.packets > load.refused;
}

void forward_round(struct hub *h, struct http *http, bool (*stop)(void *ctx), void *ctx, struct forward_result *out)
{
    *out = (struct forward_result){ .end = FORWARD_DONE };
    struct round r = { h, http, stop, ctx, out };
    if (introduce(&r) && send_all(&r) && fetch_acks(&r))
        out->end = stopped(&r) ? FORWARD_STOPPED : anything_left(&r) ? FORWARD_MORE : FORWARD_DONE;
    out->contact = out->end != FORWARD_UNREACHABLE && out->end != FORWARD_STORAGE && out->end != FORWARD_STOPPED;
}
