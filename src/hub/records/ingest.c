#define _GNU_SOURCE
#define LOG_MODULE "ingest"
#include "hub/records/ingest.h"
#include "base/clock.h"
#include "base/log.h"
#include "hub/records/columns.h"
#include "hub/vault/enrol.h"
#include "hub/vault/office.h"
#include "hub/records/receipts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {                   /* one statement of an opened packet */
    size_t at, len;             /* in `text` */
    uint8_t id[16], sha256[SHA256_BYTES];
    struct columns *columns;    /* NULL: no valid statement */
    char *why;                  /* then the reason */
    char uuid[UUID_TEXT];       /* as far as it could be read */
};
struct ingest {
    const struct ingest_place *place;
    struct str bytes;
    char name[SHA256_HEX];
    struct packet packet;       /* points into `bytes` */
    bool is_packet;
    struct str text;            /* the statements, one after the other */
    struct line *line;
    int count, cap;
    struct ingest_answer answer;
    struct vault_job job;
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

static const char stranger[] = "this terminal is not enrolled here: ask for a code and run weikectl enrol CODE";

/* ---- before the writer ---- */

static bool take_line(void *ctx, int n, const char *bytes, size_t len)
{
    struct ingest *g = ctx;
    struct err e = ERR_INIT;
    (void)n;
    ARRAY_GROW(g->line, g->count, g->cap);
    struct line *l = &g->line[g->count++];
    *l = (struct line){ .at = g->text.len, .len = len, .columns = mem_alloc(sizeof *l->columns) };
    str_add(&g->text, bytes, len);
    struct sha256 h;
    sha256_init(&h);
    sha256_add(&h, bytes, len);
    sha256_end(&h, l->sha256);
    bool valid = columns_read(bytes, len, l->columns, &e);
    snprintf(l->uuid, sizeof l->uuid, "%s", l->columns->id);
    if (valid) {
        char hex[33];
        const char *u = l->uuid;
        snprintf(hex, sizeof hex, "%.8s%.4s%.4s%.4s%.12s", u, u + 9, u + 14, u + 19, u + 24);
        valid = hex_decode(hex, l->id, sizeof l->id);
    }
    if (!valid) {
        free(l->columns);
        l->columns = NULL;
        l->why = mem_dup(e.text);
    }
    return true;
}

/* Spares strangers' packets the opening, and a full store the writing. The writer asks again. */
static bool may_enter(struct ingest *g, struct err *e)
{
    struct enrol_known known, old = { 0 };
    const struct packet_head *h = &g->packet.head;
    struct db *db = vault_reader(g->place->vault, e);
    if (!db)
        return false;
    bool ok = enrol_find(db, h->device.id, &known, e) && (known.here || !h->succession.there || enrol_find(db, h->succession.old.id, &old, e));
    bool has = false, enters = ok && ((known.here && !known.revoked) || (!known.here && old.here && !old.revoked));
    if (ok && enters && !g->place->identity->is_county)
        ok = carry_has(db, g->packet.sha256, &has, e) &&
             (has || carry_fits(db, g->place->data_dir, &g->place->limits, h->device.id, g->bytes.len, e));
    vault_reader_done(g->place->vault, db);
    return ok && (enters || answer(g, 403, 0, stranger));
}

bool ingest_check(struct ingest *g)
{
    struct err e = ERR_INIT;
    g->is_packet = packet_read(g->bytes.data, g->bytes.len, &g->packet, &e);
    if (!g->is_packet)
        return answer_err(g, &e);
    if (g->name[0] && strcmp(g->name, g->packet.sha256) != 0)
        return answer(g, 400, 0, "the bytes are not what their name says: they were changed on the way");
    bool ok = may_enter(g, &e);
    if (ok && g->place->identity->is_county)
        ok = packet_open(&g->packet, &g->place->identity->secret, take_line, g, &e);
    else if (ok)
        ok = carry_write(g->place->data_dir, &g->packet, g->bytes.data, g->bytes.len, &e);
    return ok || (g->answer.status ? false : answer_err(g, &e));
}

/* ---- in the transaction: the county ---- */

struct sums { int64_t added, same, conflicts, rejected; };

/* Rows can be missing from a packet (damaged at the terminal): then a line's seq is not known. */
static int64_t seq_of(const struct ingest *g, const struct line *l)
{
    const struct packet_head *h = &g->packet.head;
    return h->count == h->last - h->first + 1 ? h->first + (l - g->line) : 0;
}

static bool put_rejected(struct db *db, const struct ingest *g, int n, int64_t at_ms, struct sums *s, struct err *e)
{
    const struct line *l = &g->line[n];
    const struct packet_head *h = &g->packet.head;
    struct query q = db_query(db, "INSERT INTO rejected (device, epoch, sha256, seq, id, why, at_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    query_text(&q, h->device.id);
    query_text(&q, h->epoch);
    query_blob(&q, l->sha256, sizeof l->sha256);
    query_int(&q, seq_of(g, l));
    query_text(&q, l->uuid);
    query_text(&q, l->why);
    query_int(&q, at_ms);
    query_blob(&q, g->text.data + l->at, l->len);
    if (!query_run(&q, e))
        return false;
    s->rejected += db_changes(db);
    return true;
}

/* The id is taken: by the same statement (fine, a copy) or by another one (both are kept, and somebody must look). */
static bool compare(struct db *db, const struct ingest *g, const struct line *l, const char *body, int64_t at_ms, struct sums *s, struct err *e)
{
    size_t len;
    struct query q = db_query(db, "SELECT sha256 FROM statement WHERE id = ?");
    query_blob(&q, l->id, sizeof l->id);
    bool there = query_row(&q);
    const void *sha = query_col_blob(&q, 0, &len);
    bool same = there && len == sizeof l->sha256 && !memcmp(sha, l->sha256, len);
    if (!query_end(&q, e))
        return false;
    const char *device = g->packet.head.device.id;
    if (same) {
        s->same++;
        q = db_query(db, "UPDATE statement SET seq = ? WHERE id = ? AND seq = 0"); /* it came in a packet with holes first */
        query_int(&q, seq_of(g, l));
        query_blob(&q, l->id, sizeof l->id);
        return query_run(&q, e);
    }
    q = db_query(db, "INSERT INTO conflict (id, sha256, device, at_ms, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    query_blob(&q, l->id, sizeof l->id);
    query_blob(&q, l->sha256, sizeof l->sha256);
    query_text(&q, device);
    query_int(&q, at_ms);
    query_text(&q, body);
    if (!query_run(&q, e))
        return false;
    if (db_changes(db) == 0) { /* that one is known too */
        s->same++;
        return true;
    }
    s->conflicts++;
    return office_alarm(db, "conflict", device, at_ms, e, "terminal %s sent statement %s with other content than is stored; both are kept", device, l->uuid);
}

static bool put_statement(struct db *db, const struct ingest *g, struct line *l, int64_t site, int64_t at_ms, struct sums *s, struct err *e)
{
    const struct columns *c = l->columns;
    char *body = g->text.data + l->at, keep = body[l->len];
    body[l->len] = 0; /* bound as text: SQLite wants its length from us or a NUL */
    struct query q = db_query(db, "INSERT INTO statement (id, sha256, device, site, verb, actor, activity, at_ms, duration_ms, success, score, stored_ms, body, seq, about, file) "
                                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING");
    query_blob(&q, l->id, sizeof l->id);
    query_blob(&q, l->sha256, sizeof l->sha256);
    query_text(&q, g->packet.head.device.id);
    query_int(&q, site);
    query_text(&q, c->verb);
    query_text(&q, c->actor);
    query_text(&q, c->activity);
    query_int(&q, c->at_ms);
    c->has_duration ? query_int(&q, c->duration_ms) : query_text(&q, NULL);
    c->has_success ? query_int(&q, c->success) : query_text(&q, NULL);
    c->has_score ? query_num(&q, c->score) : query_text(&q, NULL);
    query_int(&q, at_ms);
    query_text(&q, body);
    query_int(&q, seq_of(g, l));
    query_text(&q, c->about);
    query_text(&q, c->file);
    bool ok = query_run(&q, e);
    bool added = ok && db_changes(db) > 0;
    s->added += added;
    ok = ok && (added || compare(db, g, l, body, at_ms, s, e));
    body[l->len] = keep;
    return ok;
}

static bool put_lines(struct db *db, struct ingest *g, int64_t site, int64_t at_ms, struct sums *s, struct err *e)
{
    for (int i = 0; i < g->count; i++)
        if (!(g->line[i].columns ? put_statement(db, g, &g->line[i], site, at_ms, s, e) : put_rejected(db, g, i, at_ms, s, e)))
            return false;
    const char *device = g->packet.head.device.id;
    return !s->rejected || office_alarm(db, "rejected", device, at_ms, e, "%lld statements of terminal %s are not valid; they are kept aside",
                                        (long long)s->rejected, device);
}

static bool seen_packet(struct db *db, const struct packet *p, bool *seen, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM packet WHERE sha256 = ?");
    uint8_t sha[SHA256_BYTES];
    if (!hex_decode(p->sha256, sha, sizeof sha))
        abort();
    query_blob(&q, sha, sizeof sha);
    *seen = query_row(&q);
    return query_end(&q, e);
}

static bool note_packet(struct db *db, const struct ingest *g, const struct sums *s, int64_t fresh, int64_t at_ms, struct err *e)
{
    const struct packet_head *h = &g->packet.head;
    uint8_t sha[SHA256_BYTES];
    if (!hex_decode(g->packet.sha256, sha, sizeof sha))
        abort();
    struct query q = db_query(db, "INSERT INTO packet (sha256, device, epoch, first, last, count, previous, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    query_blob(&q, sha, sizeof sha);
    query_text(&q, h->device.id);
    query_text(&q, h->epoch);
    query_int(&q, h->first);
    query_int(&q, h->last);
    query_int(&q, h->count);
    query_blob(&q, h->previous, sizeof h->previous);
    query_int(&q, at_ms);
    if (!query_run(&q, e))
        return false;
    /* More new statements than new numbers: two machines number their records under one name. */
    if (s->added > fresh && !office_alarm(db, "fork", h->device.id, at_ms, e,
                                          "terminal %s used sequence numbers twice (%lld to %lld): two machines run under its name; all statements are kept",
                                          h->device.id, (long long)h->first, (long long)h->last))
        return false;
    return office_count(db, "packets", 1, e) && office_count(db, "statements", s->added, e) && office_count(db, "duplicates", s->same, e) &&
           office_count(db, "conflicts", s->conflicts, e) && office_count(db, "rejected", s->rejected, e);
}

static bool stored_receipt(struct db *db, struct ingest *g, int64_t at_ms, struct err *e)
{
    const struct packet_head *h = &g->packet.head;
    struct ack *a = mem_alloc(sizeof *a);
    bool found, ok = receipts_build(db, h->device.id, h->epoch, &(struct ack_range){ h->first, h->last }, a, &found, e);
    if (ok) {
        a->level = ACK_STORED;
        a->now_ms = at_ms;
        memcpy(a->packet, g->packet.sha256, sizeof a->packet);
        str_clear(&g->answer.body);
        ack_write(a, &g->place->identity->secret.sign, &g->answer.body);
        g->answer.status = 200;
        ok = receipts_keep(db, h->device.id, h->epoch, g->answer.body.data, g->answer.body.len, at_ms, e);
    }
    free(a);
    return ok;
}

static bool store_opened(struct db *db, struct ingest *g, const struct enrol_known *who, int64_t at_ms, struct err *e)
{
    struct sums s = { 0 };
    bool seen;
    int64_t fresh = 0;
    if (!seen_packet(db, &g->packet, &seen, e))
        return false;
    if (seen)
        return office_count(db, "copies", 1, e) && stored_receipt(db, g, at_ms, e);
    return put_lines(db, g, who->site, at_ms, &s, e) && receipts_take(db, &g->packet.head, at_ms, &fresh, e) &&
           note_packet(db, g, &s, fresh, at_ms, e) && stored_receipt(db, g, at_ms, e);
}

/* ---- in the transaction: below the county ---- */

/* The county's newest receipt if there is one, else our own: held. A held receipt asks for nothing: what lies elsewhere on
 * its way is not missing. */
static bool held_receipt(struct db *db, struct ingest *g, int64_t at_ms, struct err *e)
{
    const struct packet_head *h = &g->packet.head;
    bool found;
    str_clear(&g->answer.body);
    g->answer.status = 202;
    if (!receipts_kept(db, h->device.id, &g->answer.body, &found, e))
        return false;
    if (found)
        return true;
    struct ack *a = mem_alloc(sizeof *a);
    bool ok = receipts_build(db, h->device.id, h->epoch, NULL, a, &found, e);
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

static bool store_held(struct db *db, struct ingest *g, int64_t at_ms, struct err *e)
{
    bool twice;
    int64_t fresh;
    return carry_put(db, g->place->data_dir, &g->place->limits, &g->packet, g->bytes.len, at_ms, &twice, e) &&
           (twice || office_count(db, "packets", 1, e)) && receipts_take(db, &g->packet.head, at_ms, &fresh, e) && held_receipt(db, g, at_ms, e);
}

static bool store(struct db *db, void *ctx, struct err *e)
{
    struct ingest *g = ctx;
    struct enrol_known who;
    int64_t at_ms = now();
    if (!enrol_admit(db, &g->packet, at_ms, &who, e))
        return false;
    if (!who.here || who.revoked) {
        answer(g, 403, 0, stranger);
        return true;
    }
    return g->place->identity->is_county ? store_opened(db, g, &who, at_ms, e) : store_held(db, g, at_ms, e);
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
    g->done(g->done_ctx); /* the connection goes on; `g` may be gone */
}

void ingest_post(struct ingest *g, void (*done)(void *ctx), void *ctx)
{
    g->done = done;
    g->done_ctx = ctx;
    g->job = (struct vault_job){ .run = store, .done = settled, .ctx = g };
    vault_post(g->place->vault, &g->job);
}

void ingest_later(struct ingest *g, int retry_after_s)
{
    answer(g, 503, retry_after_s, "too many records at once");
}

void ingest_wait(struct ingest *g)
{
    struct err e = ERR_INIT;
    if (!vault_do(g->place->vault, store, g, &e))
        answer_err(g, &e);
}

struct ingest_answer *ingest_get(struct ingest *g)
{
    return &g->answer;
}

const struct packet *ingest_packet(const struct ingest *g)
{
    return g->is_packet ? &g->packet : NULL;
}

size_t ingest_weight(const struct ingest *g)
{
    return g->bytes.cap + g->text.cap + (size_t)g->count * (sizeof *g->line + sizeof(struct columns));
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
    str_release(&g->bytes);
    str_release(&g->text);
    str_release(&g->answer.body);
    free(g);
}
