#define LOG_MODULE "lrs"
#include "sync/send/lrs.h"
#include "base/json.h"
#include "base/log.h"
#include "store/outbox/outbox.h"
#include "sync/send/lrs_same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum { ANSWER_MAX = 256 << 10, HELD_MAX = 1 << 20, ERRORS_MAX = 9 /* 500s in a row, before it is the LRS and not a statement */ };
static const char version[] = "X-Experience-API-Version: 1.0.3";

struct row { int64_t seq; char id[UUID_TEXT]; char *body; size_t len; };
/* Refused while nothing had been accepted yet: judged at the end of the run. */
struct refusal { int64_t seq; char why[OUTBOX_REASON_MAX + 1]; };

struct run {
    const struct lrs_options *o;
    struct lrs_result *r;
    char *url;                  /* ".../statements" */
    bool over, packed;          /* packed: bodies go gzipped */
    int errors;                 /* 500s */
    int64_t after, skipped;     /* skipped: statements left for another run */
    struct row *row;
    int count, cap;
    size_t bytes;
    struct refusal *refusal;
    int refusals, refusal_cap;
};

static bool stop_with(struct run *u, enum lrs_end end, enum err_kind kind, const char *text)
{
    u->over = true;
    u->r->end = end;
    err_set(&u->r->err, kind, "%s", text);
    log_info("ends here: %s", text);
    return false;
}

/* ---- rows ---- */

static bool on_row(void *ctx, const struct outbox_row *row)
{
    struct run *u = ctx;
    int most = u->o->batch > 0 && u->o->batch <= LRS_BATCH_MAX ? u->o->batch : LRS_BATCH;
    if (u->count == most || (u->count && u->bytes + row->body_len > LRS_BODY_MAX))
        return false;
    ARRAY_GROW(u->row, u->count, u->cap);
    struct row *r = &u->row[u->count++];
    *r = (struct row){ .seq = row->seq, .body = mem_alloc(row->body_len + 1), .len = row->body_len };
    memcpy(r->body, row->body, row->body_len);
    memcpy(r->id, row->id, sizeof r->id);
    u->bytes += row->body_len + 1;
    return true;
}

static void drop_rows(struct run *u)
{
    while (u->count)
        free(u->row[--u->count].body);
    u->bytes = 0;
}

struct mark { const struct run *u; const struct row *row; int count; const char *why; };

static bool deliver_job(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    const struct mark *m = ctx;
    *value = 0;
    for (int i = 0; i < m->count; i++) {
        int64_t changed;
        if (!outbox_deliver(db, m->row[i].seq, m->row[i].seq, m->u->o->wall_ms, &changed, e))
            return false;
        *value += changed;
    }
    return true;
}

static bool deliver(struct run *u, const struct row *row, int count)
{
    struct mark m = { .u = u, .row = row, .count = count };
    struct err e = ERR_INIT;
    uint64_t ticket = writer_post_job(u->o->writer, deliver_job, &m, NULL);
    if (!writer_wait(u->o->writer, ticket, &e))
        return stop_with(u, LRS_STORAGE, e.kind, e.text);
    u->r->delivered += writer_value(u->o->writer, ticket);
    u->r->contact = true;
    log_debug("%d records from seq %lld: the LRS has them", count, (long long)row->seq);
    return true;
}

static bool reject_job(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    const struct refusal *f = ctx;
    (void)value;
    return outbox_reject(db, f->seq, f->why, e);
}

static bool quarantine(struct run *u, const struct refusal *f)
{
    struct err e = ERR_INIT;
    struct refusal copy = *f;
    if (!writer_do(u->o->writer, reject_job, &copy, &e))
        return stop_with(u, LRS_STORAGE, e.kind, e.text);
    u->r->quarantined++;
    log_warn("record %lld: %s", (long long)f->seq, f->why);
    return true;
}

/* ---- asking ---- */

static void pack_body(const struct row *row, int count, struct str *out)
{
    for (int i = 0; i < count; i++) {
        str_add(out, i ? "," : "[", 1);
        str_add(out, row[i].body, row[i].len);
    }
    str_add(out, "]", 1);
}

static void gzip(const struct str *in, struct str *out)
{
    z_stream z = { 0 };
    if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16 /* gzip */, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        abort(); /* out of memory */
    uLong bound = deflateBound(&z, in->len);
    uint8_t *buf = mem_alloc(bound);
    z.next_in = (uint8_t *)in->data;
    z.avail_in = (uInt)in->len;
    z.next_out = buf;
    z.avail_out = (uInt)bound;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    str_add(out, buf, bound - z.avail_out);
    deflateEnd(&z);
    free(buf);
}

static bool may_go(struct run *u)
{
    return !u->o->stop || !u->o->stop(u->o->ctx) || stop_with(u, LRS_STOPPED, ERR_CANCELLED, "stopped");
}

static bool ask(struct run *u, const struct http_call *c, size_t max, struct str *body, struct http_answer *a)
{
    struct err e = ERR_INIT;
    if (!may_go(u))
        return false;
    u->r->requests++;
    if (http_ask(u->o->http, c, max, body, a, &e))
        return true;
    enum lrs_end end = e.kind == ERR_CANCELLED ? LRS_STOPPED : e.kind == ERR_MISSING || e.kind == ERR_INVALID || e.kind == ERR_UNTRUSTED ? LRS_UNREACHABLE
                     : e.kind == ERR_TOO_BIG ? LRS_DENIED : LRS_CUT;
    return stop_with(u, end, e.kind, e.text);
}

/* One line of what it said, for people. */
static void said(const struct http_answer *a, const struct str *body, char *out, size_t size)
{
    struct str clean;
    str_init(&clean, 0);
    if (utf8_valid(body->data, body->len))
        utf8_clean(body->data, &clean);
    for (char *p = clean.data; *p; p++)
        if (*p == '\n' || *p == '\r')
            *p = ' ';
    snprintf(out, size, "the LRS refused it (status %d)%s%.120s", a->status, clean.len ? ": " : "", clean.data);
    for (size_t n = strlen(out); n && !utf8_valid(out, n); n--)
        out[n - 1] = 0;
    str_release(&clean);
}

static bool has_id(const struct str *held, const char *id)
{
    json_t *o = json_loadb(held->data, held->len, 0, NULL);
    const char *text = json_string_value(json_object_get(o, "id"));
    bool is = text && strcasecmp(text, id) == 0;
    json_decref(o);
    return is;
}

/* What is there under this id? 1: our statement, -1: another, 0: nothing, or nothing one could believe. */
static bool look(struct run *u, const struct row *row, const char *parameter, int *found)
{
    struct str body;
    struct http_answer a;
    char *url = mem_printf("%s?%s=%s", u->url, parameter, row->id);
    struct http_call c = { .method = "GET", .url = url, .header = version };
    str_init(&body, 0);
    bool ok = ask(u, &c, HELD_MAX, &body, &a);
    *found = ok && a.status == 200 && has_id(&body, row->id) ? lrs_same(row->body, row->len, body.data, body.len) ? 1 : -1 : 0;
    str_release(&body);
    free(url);
    return ok;
}

/* The array of our ids, in our order: what only an LRS that took them can say. */
static bool are_our_ids(const struct row *row, int count, const struct str *body)
{
    json_t *list = json_loadb(body->data, body->len, 0, NULL);
    bool ours = json_array_size(list) == (size_t)count;
    for (int i = 0; ours && i < count; i++) {
        const char *id = json_string_value(json_array_get(list, (size_t)i));
        ours = id && strcasecmp(id, row[i].id) == 0;
    }
    json_decref(list);
    return ours;
}

/* ---- judging ---- */

static bool post(struct run *u, const struct row *row, int count);

static bool halve(struct run *u, const struct row *row, int count)
{
    log_debug("%d records from seq %lld: not taken together, halved", count, (long long)row->seq);
    return post(u, row, count / 2) && post(u, row + count / 2, count - count / 2);
}

static bool refuse(struct run *u, const struct row *row, const char *why)
{
    ARRAY_GROW(u->refusal, u->refusals, u->refusal_cap);
    struct refusal *f = &u->refusal[u->refusals++];
    f->seq = row->seq;
    snprintf(f->why, sizeof f->why, "%s", why);
    if (u->refusals >= LRS_BATCH && !u->r->delivered)
        return stop_with(u, LRS_DENIED, ERR_REFUSED, u->refusal[0].why);
    return true;
}

static bool conflict(struct run *u, const struct row *row)
{
    int found = 0;
    if (!look(u, row, "statementId", &found))
        return false;
    if (!found && !look(u, row, "voidedStatementId", &found))
        return false;
    if (found > 0)
        return deliver(u, row, 1);
    struct refusal f = { .seq = row->seq };
    snprintf(f.why, sizeof f.why, found ? "the LRS holds another statement under this id"
                                        : "the LRS says that it holds another statement under this id, and does not show it");
    return found ? quarantine(u, &f) : refuse(u, row, f.why);
}

static bool accepted(struct run *u, const struct row *row, int count, const struct http_answer *a, const struct str *body)
{
    int found = 0;
    if (a->status == 200 && are_our_ids(row, count, body))
        return deliver(u, row, count);
    if (a->status == 204 && !look(u, &row[count - 1], "statementId", &found))
        return false;
    if (found > 0)
        return deliver(u, row, count);
    return stop_with(u, LRS_DENIED, ERR_UNTRUSTED, "the answer is not that of an LRS: is xapi_endpoint right, or does the network want a log-in?");
}

/* 500 may be one statement that it stumbles over: the others go on, this one waits for a better day. */
static bool stumbled(struct run *u, const struct row *row, int count, const struct http_answer *a)
{
    char text[80];
    if (++u->errors > ERRORS_MAX && !u->r->delivered) {
        snprintf(text, sizeof text, "the LRS is in trouble (status %d)", a->status);
        u->r->retry_after_s = a->retry_after_s;
        return stop_with(u, LRS_BUSY, ERR_REFUSED, text);
    }
    if (count > 1)
        return halve(u, row, count);
    u->skipped++;
    log_warn("record %lld: the LRS stumbles over it (status %d); it waits for another run", (long long)row->seq, a->status);
    snprintf(text, sizeof text, "the LRS stumbles over record %lld (status %d)", (long long)row->seq, a->status);
    err_set(&u->r->err, ERR_REFUSED, "%s", text);
    return true;
}

static bool denied(struct run *u, const struct http_answer *a)
{
    char text[200];
    snprintf(text, sizeof text, a->status == 401 || a->status == 403 ? "the LRS does not accept xapi_user and xapi_password (status %d)"
                                                                     : "there is no LRS at xapi_endpoint (status %d)", a->status);
    return stop_with(u, LRS_DENIED, ERR_REFUSED, text);
}

static bool judge(struct run *u, const struct row *row, int count, const struct http_answer *a, const struct str *body)
{
    char why[OUTBOX_REASON_MAX + 1];
    switch (a->status) {
    case 200:
    case 204: return accepted(u, row, count, a, body);
    case 409: return count > 1 ? halve(u, row, count) : conflict(u, row);
    case 415: /* does not unpack gzip */
        if (!u->packed)
            return denied(u, a);
        log_info("the LRS does not unpack gzip: plain from here on");
        u->packed = false;
        return post(u, row, count);
    case 400:
        if (u->packed && !u->r->delivered && !u->refusals) { /* so may one that takes gzip for JSON */
            u->packed = false;
            return post(u, row, count);
        }
        /* fall through */
    case 413:
    case 422:
        said(a, body, why, sizeof why);
        return count > 1 ? halve(u, row, count) : refuse(u, row, why);
    case 500: return stumbled(u, row, count, a);
    default:
        if (a->status != 429 && a->status < 500)
            return denied(u, a);
        u->r->retry_after_s = a->retry_after_s;
        snprintf(why, sizeof why, "the LRS cannot take records now (status %d)", a->status);
        return stop_with(u, LRS_BUSY, ERR_REFUSED, why);
    }
}

static bool post(struct run *u, const struct row *row, int count)
{
    struct str text, packed, body;
    struct http_answer a;
    str_init(&text, 0);
    str_init(&packed, 0);
    str_init(&body, 0);
    pack_body(row, count, &text);
    bool zip = u->packed;
    if (zip)
        gzip(&text, &packed);
    struct http_call c = { .method = "POST", .url = u->url, .body = zip ? packed.data : text.data, .body_len = zip ? packed.len : text.len,
                           .content_type = "application/json", .content_encoding = zip ? "gzip" : NULL, .header = version };
    bool ok = ask(u, &c, ANSWER_MAX, &body, &a);
    str_release(&text);
    str_release(&packed);
    ok = ok && judge(u, row, count, &a, &body);
    str_release(&body);
    return ok;
}

/* ---- the run ---- */

static bool next_batch(struct run *u)
{
    struct err e = ERR_INIT;
    drop_rows(u);
    if (!outbox_waiting(u->o->db, u->after, on_row, u, NULL, &e))
        return stop_with(u, LRS_STORAGE, e.kind, e.text);
    if (u->count)
        u->after = u->row[u->count - 1].seq;
    return u->count > 0;
}

/* An LRS that took something refused these for what they are; one that took nothing may refuse for what it is. */
static void settle_refusals(struct run *u)
{
    if (!u->refusals)
        return;
    if (u->r->delivered) {
        for (int i = 0; i < u->refusals && quarantine(u, &u->refusal[i]); i++)
            ;
    } else if (!u->over) {
        stop_with(u, LRS_DENIED, ERR_REFUSED, u->refusal[0].why);
    }
}

void lrs_run(const struct lrs_options *o, struct lrs_result *out)
{
    *out = (struct lrs_result){ .end = LRS_NOTHING };
    size_t len = strlen(o->endpoint);
    while (len && o->endpoint[len - 1] == '/')
        len--;
    struct run u = { .o = o, .r = out, .packed = true, .url = mem_printf("%.*s/statements", (int)len, o->endpoint) };
    while (next_batch(&u) && post(&u, u.row, u.count))
        ;
    settle_refusals(&u);
    if (!u.over && u.skipped)
        out->end = LRS_BUSY;
    else if (!u.over && (out->delivered || out->quarantined))
        out->end = LRS_DONE;
    drop_rows(&u);
    free(u.row);
    free(u.refusal);
    free(u.url);
}
