#define LOG_MODULE "send"
#include "sync/send/send.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "store/outbox/outbox.h"
#include "store/setting.h"
#include "sync/send/send_parts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 200, FORGET_STEP = 500, ETAG_MAX = 200, REQUEST_BYTES = 1024 /* what one takes besides its body, at most */ };
/* Takes that header away: each byte is paid for with every packet. */
static const char no_agent[] = "User-Agent:";
#define DAY_MS INT64_C(86400000)

/* One run. Every packet is put at most once in it. */
struct run {
    const struct send_options *o;
    struct send_result *r;
    struct device device;
    uint64_t bytes_before;
    int64_t now_ms, after;       /* after: seq up to which this run has dealt with everything */
    int batch;
    bool over;                   /* `r->end` says why */
    bool old;                    /* a packet of an earlier epoch went out */
    bool refused;                /* some packet was; the rest went on */
    struct err refusal;
};

static bool stop_with(struct run *u, enum send_end end, const struct err *e)
{
    u->over = true;
    u->r->end = end;
    if (e)
        u->r->err = *e;
    log_info("sending ends here: %s", e ? e->text : "stopped");
    return false;
}

static bool storage(struct run *u, const struct err *e)
{
    return stop_with(u, SEND_STORAGE, e);
}

/* ---- the bag, under its lock ---- */

typedef bool bag_act(struct run *u, struct bag *b, void *arg, struct err *e);

static bool with_bag(struct run *u, bag_act *act, void *arg)
{
    struct bag b = { 0 };
    struct err e = ERR_INIT;
    const char *dir = u->o->data_dir;
    int lock = device_lock(dir, &e);
    bool ok = lock >= 0 && device_refresh(dir, &u->device, &e) && bag_open(dir, &u->device, &b, &e) && act(u, &b, arg, &e);
    bag_release(&b);
    device_unlock(lock);
    return ok || storage(u, &e);
}

static bool act_tidy(struct run *u, struct bag *b, void *none, struct err *e)
{
    (void)none;
    return send_settle(u->o->data_dir, &u->device, b, e) && bag_tidy(b, u->o->db, e);
}

static bool act_hold(struct run *u, struct bag *b, void *name, struct err *e)
{
    int i = bag_find_name(b, name);
    return i < 0 || bag_hold(b, i, u->now_ms, e);
}

static bool act_drop(struct run *u, struct bag *b, void *name, struct err *e)
{
    (void)u;
    int i = bag_find_name(b, name);
    return i < 0 || bag_drop(b, i, e);
}

/* ---- what comes back ---- */

/* A 200 that is no receipt comes from something that answers in the hub's place. */
static bool take_ack(struct run *u, const struct str *body, struct err *e)
{
    int64_t receipted = 0;
    if (!send_apply_ack(u->o->writer, u->o->data_dir, &u->device, u->o->county, body->data, body->len, &receipted, e))
        return false;
    u->r->receipted += receipted;
    u->r->contact = true;
    return true;
}

static bool is_ours_to_blame(const struct err *e)
{
    return e->kind == ERR_IO || e->kind == ERR_FULL || e->kind == ERR_DAMAGED;
}

static bool portal(struct run *u, const struct http_answer *a, const struct err *why)
{
    struct err e = ERR_INIT;
    err_set(&e, ERR_UNTRUSTED, "the answer (status %d) does not come from the hub%s%s", a->status, why && why->text[0] ? ": " : "",
            why ? why->text : "");
    return stop_with(u, SEND_PORTAL, &e);
}

static bool no_answer(struct run *u, const struct err *e)
{
    enum send_end end = e->kind == ERR_CANCELLED ? SEND_STOPPED : e->kind == ERR_UNTRUSTED || e->kind == ERR_TOO_BIG ? SEND_PORTAL
                      : e->kind == ERR_MISSING || e->kind == ERR_INVALID ? SEND_UNREACHABLE : SEND_CUT;
    return stop_with(u, end, e);
}

/* First line of an answer, as the reason in a sentence. */
static void sentence(const struct str *body, char *out, size_t size)
{
    struct str clean;
    str_init(&clean, 0);
    if (utf8_valid(body->data, body->len))
        utf8_clean(body->data, &clean);
    snprintf(out, size, "%.*s", (int)(strcspn(clean.data, "\r\n") > 300 ? 300 : strcspn(clean.data, "\r\n")), clean.data);
    str_release(&clean);
}

static bool refused(struct run *u, char *name, const struct http_answer *a, const struct str *body)
{
    char why[320];
    sentence(body, why, sizeof why);
    u->refused = true;
    err_set(&u->refusal, ERR_REFUSED, "the hub refused %s (status %d): %s", name, a->status, why[0] ? why : "it gave no reason");
    log_warn("%s", u->refusal.text);
    return with_bag(u, act_hold, name);
}

/* Too large for somebody on the way: sealed anew in smaller packets. One statement alone rests and is tried again later. */
static bool too_large(struct run *u, const struct packet *p, char *name, const struct http_answer *a, const struct str *body)
{
    if (p->head.count <= 1)
        return refused(u, name, a, body);
    log_info("packet %s is too large for somebody on the way (status %d): sealed anew, %d statements at a time", name, a->status, p->head.count / 2);
    u->batch = p->head.count / 2;
    u->after = p->head.first - 1;
    return with_bag(u, act_drop, name);
}

/* Not the hub's fault, nor a portal's: the next run has a new identity. */
static bool no_receipt(struct run *u, const struct http_answer *a, const struct err *e)
{
    if (is_ours_to_blame(e))
        return storage(u, e);
    return device_doubted(u->o->data_dir, &u->device) ? stop_with(u, SEND_REFUSED, e) : portal(u, a, e);
}

static bool accepted(struct run *u, const struct packet *p, char *name, const struct http_answer *a, const struct str *body)
{
    struct err e = ERR_INIT;
    bool stored = take_ack(u, body, &e);
    if (!stored && (is_ours_to_blame(&e) || !(a->status == 202 && send_is_held(u->o->data_dir, &u->device, body->data, body->len))))
        return no_receipt(u, a, &e);
    u->r->contact = true;
    u->r->packets++;
    u->r->statements += p->head.count;
    log_info("packet %s: %s", name, a->status == 200 ? "the county has it" : "held by the hub for the county");
    return with_bag(u, act_tidy, NULL) && (a->status == 200 || with_bag(u, act_hold, name));
}

static bool judge(struct run *u, const struct packet *p, char *name, const struct http_answer *a, const struct str *body)
{
    struct err e = ERR_INIT;
    char why[320];
    sentence(body, why, sizeof why);
    switch (a->status) {
    case 200:
    case 202: return accepted(u, p, name, a, body);
    case 400: return refused(u, name, a, body);
    case 403:
        err_set(&e, ERR_REFUSED, "the hub does not know this terminal (device %s): \"weikectl enrol CODE\"", u->device.key.pub.id);
        return stop_with(u, SEND_NOT_ENROLLED, &e);
    case 404:
    case 405:
    case 501:
        err_set(&e, ERR_UNSUPPORTED, "%s takes no records", u->o->server);
        return stop_with(u, SEND_NOT_HERE, &e);
    case 413: return too_large(u, p, name, a, body);
    default:
        if (a->status != 429 && (a->status < 500 || a->status == 511))
            return portal(u, a, NULL);
        u->r->retry_after_s = a->retry_after_s;
        err_set(&e, ERR_REFUSED, "the hub cannot take records now (status %d)%s%s", a->status, why[0] ? ": " : "", why);
        return stop_with(u, SEND_HUB_FULL, &e);
    }
}

/* ---- what goes out ---- */

static bool may_go(struct run *u, size_t bytes)
{
    struct err e = ERR_INIT;
    if (u->o->stop && u->o->stop(u->o->ctx)) {
        err_set(&e, ERR_CANCELLED, "stopped");
        return stop_with(u, SEND_STOPPED, &e);
    }
    uint64_t spent = http_bytes(u->o->http) - u->bytes_before;
    if (u->o->allowance != UINT64_MAX && spent + bytes + REQUEST_BYTES > u->o->allowance) {
        err_set(&e, ERR_CANCELLED, "the bytes that this link may carry are spent");
        return stop_with(u, SEND_STOPPED, &e);
    }
    return true;
}

typedef bool answered(struct run *u, const struct packet *p, char *name, const struct http_answer *a, const struct str *body);

static bool put_with(struct run *u, const struct str *bytes, answered *judged)
{
    struct packet p;
    struct err e = ERR_INIT;
    char name[PACKET_NAME_MAX];
    if (!packet_read(bytes->data, bytes->len, &p, &e))
        return storage(u, &e);
    packet_name(&p, name);
    if (!may_go(u, bytes->len))
        return false;
    struct str body;
    struct http_answer a;
    char *url = mem_printf("%s/v1/rec/%s", u->o->server, p.sha256);
    struct http_call call = { .method = "PUT", .url = url, .body = bytes->data, .body_len = bytes->len, .header = no_agent };
    str_init(&body, 0);
    bool ok = http_ask(u->o->http, &call, ACK_MAX_BYTES, &body, &a, &e) ? judged(u, &p, name, &a, &body) : no_answer(u, &e);
    str_release(&body);
    free(url);
    return ok;
}

static bool put(struct run *u, const struct str *bytes)
{
    return put_with(u, bytes, judge);
}

/* ---- packets of an earlier epoch ---- */

/* What is said of one never holds up our own; only what would be said of every packet ends the run. */
static bool judge_old(struct run *u, const struct packet *p, char *name, const struct http_answer *a, const struct str *body)
{
    struct err e = ERR_INIT;
    bool stored = false;
    if (a->status == 200) {
        struct ack *ack = mem_alloc(sizeof *ack);
        bool signed_by_county = send_open_ack(&u->o->county->sign, body->data, body->len, ack, &e);
        stored = signed_by_county && send_old_stored(ack, p);
        free(ack);
        if (!signed_by_county)
            return portal(u, a, &e);
    } else if (a->status != 202 && a->status != 400 && a->status != 403 && a->status != 413) {
        return judge(u, p, name, a, body);
    }
    u->old = true;
    u->r->contact = true;
    log_info("%s of an earlier epoch: %s (status %d)", name, stored ? "the county has it" : "it rests", a->status);
    return send_old_done(u->o->data_dir, name, stored, u->now_ms, &e) || storage(u, &e);
}

/* Before our own: they are older, and may introduce the key that ours follows. */
static bool send_old(struct run *u)
{
    struct err e = ERR_INIT;
    struct str bytes;
    char name[PACKET_NAME_MAX];
    bool ok = true;
    str_init(&bytes, PACKET_MAX_BYTES + 1);
    do
        ok = send_old_next(u->o->data_dir, u->now_ms, &bytes, name, &e) || storage(u, &e);
    while (ok && bytes.len && (ok = put_with(u, &bytes, judge_old)));
    str_release(&bytes);
    return ok;
}

/* One statement that no packet can hold never blocks the others. */
struct too_big { int64_t seq; };
static bool too_big_job(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    return outbox_reject(db, ((struct too_big *)ctx)->seq, "too big for a packet", e);
}

static bool quarantine_big(struct run *u, int64_t seq)
{
    struct too_big t = { seq };
    struct err e = ERR_INIT;
    log_warn("record %lld is too big for a packet: quarantined", (long long)seq);
    return writer_do(u->o->writer, too_big_job, &t, &e) || storage(u, &e);
}

static bool first_one(void *ctx, const struct outbox_row *row)
{
    *(int64_t *)ctx = row->seq;
    return false;
}

/* The next waiting seq that is in no resting packet; 0: none. u->after comes up to it. */
static bool act_next(struct run *u, struct bag *b, void *seq, struct err *e)
{
    for (;;) {
        int64_t next = 0;
        if (!outbox_waiting(u->o->db, u->after, first_one, &next, NULL, e))
            return false;
        *(int64_t *)seq = next;
        int i = next ? bag_find(b, next) : -1;
        if (i < 0 || !bag_rests(&b->item[i], u->now_ms))
            return true;
        log_debug("packet %s rests, %lld minutes by now", b->item[i].name, (long long)((u->now_ms - b->item[i].held_ms) / 60000));
        u->after = b->item[i].last;
    }
}

/* One packet, if something is left. */
static bool send_one(struct run *u, bool *more)
{
    const struct send_options *o = u->o;
    struct err e = ERR_INIT;
    struct str bytes;
    int64_t seq = 0, last = 0;
    int count = 0;
    *more = false;
    if (!with_bag(u, act_next, &seq) || !seq)
        return !u->over;
    str_init(&bytes, PACKET_MAX_BYTES + 1);
    const char *health = u->r->packets ? NULL : o->health;
    bool ok = send_seal_next(o->db, o->data_dir, &u->device, o->county, u->after, u->batch, health, o->floor_ms, &bytes, &last, &count, &e);
    if (!ok && e.kind == ERR_TOO_BIG)
        ok = quarantine_big(u, last);
    else if (!ok)
        storage(u, &e);
    else if (bytes.len) {
        u->after = last;
        ok = put(u, &bytes);
    }
    *more = ok;
    str_release(&bytes);
    return ok;
}

static bool send_health(struct run *u)
{
    struct err e = ERR_INIT;
    struct str bytes;
    if (u->r->packets || !u->o->health)
        return true;
    str_init(&bytes, PACKET_MAX_BYTES + 1);
    bool ok = send_seal_health(u->o->data_dir, &u->device, u->o->county, u->o->health, u->o->floor_ms, &bytes, &e) ? put(u, &bytes) : storage(u, &e);
    str_release(&bytes);
    return ok;
}

/* ---- asking for receipts ---- */

static char *etag_path(const struct run *u)
{
    return mem_printf("%s/device/ack.etag", u->o->data_dir);
}

/* "<device> <etag>": that of another key is of no use. */
static void etag_load(const struct run *u, char out[ETAG_MAX])
{
    struct str text;
    struct err ignored;
    char *path = etag_path(u);
    out[0] = 0;
    str_init(&text, 0);
    if (fs_read(path, ETAG_MAX - 1, &text, &ignored) && strncmp(text.data, u->device.key.pub.id, KEY_ID_TEXT - 1) == 0 &&
        text.data[KEY_ID_TEXT - 1] == ' ' && !text.data[strcspn(text.data, "\r\n")])
        memcpy(out, text.data + KEY_ID_TEXT, text.len - KEY_ID_TEXT + 1);
    str_release(&text);
    free(path);
}

static bool etag_save(struct run *u, const char *etag)
{
    struct err e = ERR_INIT;
    char *path = etag_path(u), *text = mem_printf("%s %s", u->device.key.pub.id, etag);
    bool ok = fs_replace(path, text, strlen(text), &e) || storage(u, &e);
    free(path);
    free(text);
    return ok;
}

static bool take_asked(struct run *u, const struct http_answer *a, const struct str *body)
{
    struct err e = ERR_INIT;
    log_debug("asked for a receipt of device %s: status %d", u->device.key.pub.id, a->status);
    if (a->status == 304) {
        u->r->contact = true;
        return true;
    }
    if (a->status != 200) /* nothing stored yet, or nothing to say: the packets were told their own story */
        return true;
    if (!take_ack(u, body, &e))
        return e.reason == ERR_BECAUSE_OTHER_EPOCH || no_receipt(u, a, &e);
    return (!a->etag[0] || strlen(a->etag) + KEY_ID_TEXT >= ETAG_MAX || etag_save(u, a->etag)) && with_bag(u, act_tidy, NULL);
}

static bool ask(struct run *u)
{
    struct str body;
    struct http_answer a;
    struct err e = ERR_INIT;
    char etag[ETAG_MAX];
    if (!may_go(u, 0))
        return false;
    etag_load(u, etag);
    char *url = mem_printf("%s/v1/ack/%s", u->o->server, u->device.key.pub.id);
    struct http_call call = { .method = "GET", .url = url, .if_none_match = etag[0] ? etag : NULL, .header = no_agent };
    str_init(&body, 0);
    bool ok = http_ask(u->o->http, &call, ACK_MAX_BYTES, &body, &a, &e) ? take_asked(u, &a, &body) : no_answer(u, &e);
    str_release(&body);
    free(url);
    return ok;
}

static bool act_count(struct run *u, struct bag *b, void *count, struct err *e)
{
    (void)u;
    (void)e;
    *(int *)count = b->count;
    return true;
}

/* Only when something is under way; a packet put in this run was answered with the newest receipt there is. */
static bool ask_if_needed(struct run *u)
{
    int under_way = 0;
    return u->r->packets || (with_bag(u, act_count, &under_way) && (!under_way || ask(u)));
}

/* ---- the run ---- */

struct forget { int64_t before_ms; };
static bool forget_job(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    int removed;
    if (!outbox_forget(db, ((struct forget *)ctx)->before_ms, FORGET_STEP, &removed, e))
        return false;
    *value = removed;
    if (removed)
        log_info("%d records with a receipt older than %d days are forgotten", removed, OUTBOX_KEEP_DAYS);
    return true;
}

/* A month after its receipt, for a keeper that lost its disk may still ask. Not by a clock that contradicts itself. */
static bool forget_old(struct run *u)
{
    struct clock_reading now;
    struct err e = ERR_INIT;
    clock_read(u->o->floor_ms, &now);
    if (now.trust == CLOCK_FLOOR)
        return true;
    struct forget f = { now.wall_ms - OUTBOX_KEEP_DAYS * DAY_MS };
    uint64_t ticket = writer_post_job(u->o->writer, forget_job, &f, NULL);
    return writer_wait(u->o->writer, ticket, &e) || storage(u, &e);
}

static bool holds_any(const char *data_dir, const char *rel)
{
    char *path = mem_printf("%s/device/%s", data_dir, rel);
    DIR *dir = opendir(path);
    bool any = false;
    for (struct dirent *entry; !any && dir && (entry = readdir(dir));)
        any = entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    free(path);
    return any;
}

/* Sealed packets although no statement waits: a restored database may not know them any more. */
static bool left_over(const char *data_dir)
{
    return holds_any(data_dir, "sent") || holds_any(data_dir, "sent-old");
}

static bool begin(struct run *u, bool *needed)
{
    const struct send_options *o = u->o;
    struct clock_reading now;
    struct err e = ERR_INIT;
    int64_t first_waiting, last_seq;
    clock_read(o->floor_ms, &now);
    u->now_ms = now.wall_ms;
    u->bytes_before = http_bytes(o->http);
    u->batch = BATCH;
    if (!outbox_bounds(o->db, &first_waiting, &last_seq, &e))
        return storage(u, &e);
    *needed = first_waiting || o->health || (o->county && left_over(o->data_dir));
    if (*needed && !o->county) {
        err_set(&e, ERR_MISSING, "there is no county key to seal records to: enrol this terminal, or set county_key");
        return stop_with(u, SEND_NO_COUNTY_KEY, &e);
    }
    if (!*needed)
        return true;
    if (!device_open(o->data_dir, o->hardware, first_waiting, last_seq, o->restored, &u->device, &e))
        return storage(u, &e);
    return with_bag(u, act_tidy, NULL);
}

void send_run(const struct send_options *o, struct send_result *out)
{
    *out = (struct send_result){ .end = SEND_NOTHING };
    struct run u = { .o = o, .r = out };
    bool needed = false, more = true, ok = begin(&u, &needed);
    ok = ok && (!needed || send_old(&u));
    while (ok && needed && more)
        ok = send_one(&u, &more);
    ok = ok && (!needed || (send_health(&u) && ask_if_needed(&u)));
    ok = ok && forget_old(&u);
    if (ok && u.refused) {
        out->end = SEND_REFUSED;
        out->err = u.refusal;
    } else if (ok && (out->packets || out->receipted || u.old)) {
        out->end = SEND_DONE;
    }
    device_wipe(&u.device);
}
