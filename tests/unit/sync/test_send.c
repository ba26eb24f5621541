/* Records up: a kiosk's outbox against a hub that keeps, holds, refuses, forgets, or is none at all. */
#define _GNU_SOURCE
#include "sync/send/send.h"
#include "base/fault.h"
#include "store/outbox/outbox.h"
#include "store/setting.h"
#include "sync/send/bag.h"
#include "answerer.h"
#include "scratch.h"
#include "store_kit.h"

#include <sys/wait.h>

static struct county_secret county;
static struct secret_key hub_key;

enum hub_way { HUB_KEEPS, HUB_HOLDS, HUB_UNKNOWN, HUB_FULL, HUB_BAD, HUB_SMALL, HUB_NONE, HUB_PORTAL, HUB_LOSES_ACK, HUB_CUTS, HUB_FORGES };
enum { SEQS = 4000 };
struct hub {
    struct answerer server;
    enum hub_way way;
    int put, asked, not_modified, opened; /* requests; statements that came out of packets */
    bool here[SEQS];             /* by seq */
    struct ack ack;              /* of the one device */
    int ids, copies;             /* different statements; packets seen before */
    char id[SEQS][UUID_TEXT];
    int packets;
    char packet[400][SHA256_HEX];
    struct packet_head head;     /* of the last one */
    char health[200];
    size_t small;                /* HUB_SMALL: bytes it takes */
    char etag[40];
};
static struct hub *hub;
static char *dir;
static struct store *store;
static struct db *db;

static bool keep_line(void *ctx, int n, const char *line, size_t len)
{
    struct hub *h = ctx;
    char id[UUID_TEXT];
    (void)n;
    const char *at = memmem(line, len, "\"id\":\"", 6);
    snprintf(id, sizeof id, "%.36s", at + 6);
    h->opened++;
    for (int i = 0; i < h->ids; i++)
        if (strcmp(h->id[i], id) == 0)
            return true;
    memcpy(h->id[h->ids++], id, sizeof id);
    return true;
}

static void keep_packet(struct hub *h, const struct packet *p)
{
    struct err e = ERR_INIT;
    for (int i = 0; i < h->packets; i++)
        if (strcmp(h->packet[i], p->sha256) == 0) {
            h->copies++;
            return;
        }
    memcpy(h->packet[h->packets++], p->sha256, SHA256_HEX);
    if (!packet_open(p, &county, keep_line, h, &e))
        abort();
    if (strcmp(h->head.epoch, p->head.epoch) != 0)
        memset(h->here, 0, sizeof h->here);
    h->head = p->head;
    for (int64_t s = p->head.first; s <= p->head.last; s++)
        h->here[s] = true;
    snprintf(h->health, sizeof h->health, "%.*s", (int)p->health_len, p->health);
}

static void make_ack(struct hub *h, const struct packet_head *head)
{
    struct ack *a = &h->ack;
    int64_t s = head->base;
    memcpy(a->device, head->device.id, sizeof a->device);
    memcpy(a->epoch, head->epoch, sizeof a->epoch);
    a->level = ACK_STORED;
    a->range_count = 0;
    while (s < SEQS && h->here[s])
        s++;
    a->upto = s - 1;
    for (; s < SEQS; s++)
        if (h->here[s] && !h->here[s - 1])
            a->range[a->range_count++] = (struct ack_range){ s, s };
        else if (h->here[s])
            a->range[a->range_count - 1].last = s;
}

static void take_packet(struct hub *h, const struct asked *a, struct reply *r)
{
    struct packet p;
    struct err e = ERR_INIT;
    h->put++;
    if (h->way == HUB_SMALL && a->body_len > h->small) {
        r->status = 413;
        return;
    }
    if (!packet_read(a->body, a->body_len, &p, &e) || strcmp(p.sha256, a->path + strlen("/v1/rec/")) != 0) {
        r->status = 400;
        str_puts(&r->body, e.text);
        return;
    }
    if (h->way == HUB_CUTS) { /* before it is whole */
        r->status = 0;
        return;
    }
    keep_packet(h, &p);
    make_ack(h, &p.head);
    struct ack held = h->ack;
    held.level = ACK_HELD;
    r->status = h->way == HUB_HOLDS ? 202 : 200;
    if (h->way == HUB_HOLDS)
        ack_write(&held, &hub_key, &r->body);
    else
        ack_write(&h->ack, h->way == HUB_FORGES ? &hub_key : &county.sign, &r->body);
    if (h->way == HUB_LOSES_ACK)
        r->status = 0;
}

static void give_ack(struct hub *h, const struct asked *a, struct reply *r)
{
    char match[80];
    h->asked++;
    asked_header(a, "If-None-Match", match, sizeof match);
    if (!h->ack.device[0] || h->way == HUB_HOLDS) {
        r->status = 404;
    } else if (h->etag[0] && strcmp(match, h->etag) == 0) {
        h->not_modified++;
        r->status = 304;
    } else {
        r->status = 200;
        if (h->etag[0])
            str_printf(&r->head, "ETag: %s\r\n", h->etag);
        ack_write(&h->ack, &county.sign, &r->body);
    }
}

static void on_request(void *ctx, const struct asked *a, struct reply *r)
{
    struct hub *h = ctx;
    static const int plain[] = { [HUB_UNKNOWN] = 403, [HUB_FULL] = 507, [HUB_BAD] = 400, [HUB_NONE] = 404 };
    if (h->way == HUB_PORTAL) {
        r->status = 200;
        str_puts(&r->body, "<html>Please log in</html>");
    } else if (strncmp(a->path, "/v1/ack/", 8) == 0) {
        give_ack(h, a, r);
    } else if (h->way == HUB_UNKNOWN || h->way == HUB_FULL || h->way == HUB_BAD || h->way == HUB_NONE) {
        h->put++;
        r->status = plain[h->way];
        str_puts(&r->head, "Retry-After: 900\r\n");
        str_puts(&r->body, "Because.\nmore");
    } else {
        take_packet(h, a, r);
    }
}

/* ---- the kiosk ---- */

struct rows { int from, count; };

static void row_id(int n, char out[UUID_TEXT]) /* random, as real ones are to a compressor */
{
    snprintf(out, UUID_TEXT, "0190c1a2-0000-7000-8000-%012llx", (unsigned long long)(hash64(7, &n, sizeof n) * 0x9E3779B97F4A7C15u >> 16));
}

static bool put_rows(struct db *w, void *ctx, int64_t *value, struct err *e)
{
    const struct rows *rows = ctx;
    (void)value;
    for (int i = 0; i < rows->count; i++) {
        char id[UUID_TEXT], body[200];
        int n = rows->from + i;
        row_id(n, id);
        snprintf(body, sizeof body, "{\"id\":\"%s\",\"verb\":\"answered\"}", id);
        if (!outbox_put(w, id, body, strlen(body), 1795000000000, e))
            return false;
    }
    return true;
}

static void add_rows(int from, int count)
{
    struct err e = ERR_INIT;
    struct rows rows = { from, count };
    assert_fine(writer_do(store_writer(store), put_rows, &rows, &e), e);
}

static bool run_sql(struct db *w, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    return db_exec(w, ctx, e);
}

static void sql(const char *text)
{
    struct err e = ERR_INIT;
    assert_fine(writer_do(store_writer(store), run_sql, (void *)(uintptr_t)text, &e), e);
}

static int in_state(int state)
{
    struct err e = ERR_INIT;
    struct query q = db_query(db, "SELECT count(*) FROM statement WHERE state = ?");
    query_int(&q, state);
    int n = query_row(&q) ? (int)query_col_int(&q, 0) : -1;
    assert_fine(query_end(&q, &e), e);
    return n;
}

static int kept_in(const char *rel)
{
    char *path = mem_printf("%s/device/%s", dir, rel);
    struct dirent **list;
    int n = scandir(path, &list, NULL, NULL), files = 0;
    for (int i = 0; i < n; i++) {
        files += list[i]->d_name[0] != '.';
        free(list[i]);
    }
    if (n >= 0)
        free(list);
    free(path);
    return files;
}

static int kept(void) { return kept_in("sent"); }

static const char *hardware = "1111111111111111111111111111111111111111111111111111111111111111";
static struct send_options options(struct http *h)
{
    return (struct send_options){ .http = h, .server = hub->server.url, .data_dir = dir, .db = db, .writer = store_writer(store),
        .county = &county.pub, .hardware = hardware, .floor_ms = 1790000000000, .allowance = UINT64_MAX };
}

static struct send_result run_with(struct send_options *o)
{
    struct http_options ho = { .connections = 1, .connect_timeout_s = 5, .stall_s = 5 };
    struct send_result r;
    struct http *h = http_new(&ho);
    struct send_options local = options(h);
    if (o) {
        local = *o;
        local.http = h;
    }
    answerer_sync(&hub->server);
    send_run(&local, &r);
    answerer_sync(&hub->server);
    http_free(h);
    return r;
}

static struct send_result run(void) { return run_with(NULL); }

static int begin(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    hub = mem_alloc(sizeof *hub);
    answerer_start(&hub->server, on_request, hub);
    dir = kit_dir();
    store = kit_open(dir, NULL);
    db = db_open_reader(dir, &e);
    return db ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    answerer_end(&hub->server);
    db_close(db);
    store_close(store);
    kit_remove(dir);
    free(hub);
    return 0;
}

/* ---- the tests ---- */

static void expect_end(const struct send_result *r, enum send_end end)
{
    if (r->end != end)
        fail_msg("ended with %d, want %d: %s", r->end, end, r->err.text);
}

static void all_of_it_once(void **state)
{
    (void)state;
    struct send_result r = run();
    expect_end(&r, SEND_NOTHING);
    assert_int_equal(hub->server.requests, 0);
    add_rows(1, 450);
    r = run();
    expect_end(&r, SEND_DONE);
    assert_true(r.contact && r.packets == 3 && r.statements == 450 && r.receipted == 450);
    assert_true(hub->ids == 450 && hub->put == 3 && hub->asked == 0 && hub->ack.upto == 450);
    assert_int_equal(in_state(OUTBOX_DELIVERED), 450);
    assert_int_equal(kept(), 0);
    assert_int_equal(setting_get_int(db, "last_receipt_count", 0), 50); /* of the last packet */
    r = run();
    expect_end(&r, SEND_NOTHING);
    assert_int_equal(hub->put, 3);
    add_rows(451, 1);
    r = run();
    assert_true(r.receipted == 1 && hub->head.first == 451 && hub->head.last == 451);
    uint8_t previous[SHA256_BYTES];
    assert_true(hex_decode(hub->packet[2], previous, sizeof previous));
    assert_memory_equal(hub->head.previous, previous, sizeof hub->head.previous);
}

/* Row 66: the hub has committed, the answer is lost: the same bytes again, nothing twice. */
static void a_lost_ack(void **state)
{
    (void)state;
    add_rows(1, 30);
    hub->way = HUB_LOSES_ACK;
    struct send_result r = run();
    expect_end(&r, SEND_CUT);
    assert_true(!r.contact && r.receipted == 0 && in_state(OUTBOX_WAITING) == 30 && kept() == 1);
    add_rows(31, 5);
    hub->way = HUB_KEEPS;
    r = run();
    expect_end(&r, SEND_DONE);
    assert_true(r.receipted == 35 && hub->ids == 35 && hub->copies == 1 && hub->opened == 35 && hub->packets == 2);
    assert_int_equal(kept(), 0);
}

static void cut_on_the_way(void **state)
{
    (void)state;
    add_rows(1, 3);
    hub->way = HUB_CUTS;
    struct send_result r = run();
    expect_end(&r, SEND_CUT);
    assert_int_equal(kept(), 1);
    hub->way = HUB_KEEPS;
    r = run();
    assert_true(r.receipted == 3 && hub->ids == 3);
}

static void nobody_there(void **state)
{
    (void)state;
    add_rows(1, 3);
    struct send_options o = options(NULL);
    o.server = "http://127.0.0.1:1";
    struct send_result r = run_with(&o);
    expect_end(&r, SEND_UNREACHABLE);
    assert_int_equal(in_state(OUTBOX_WAITING), 3);
}

/* Held by a township: not delivered, not sent again for a day; freed when the county's receipt comes down. */
static void held_is_not_stored(void **state)
{
    (void)state;
    add_rows(1, 10);
    hub->way = HUB_HOLDS;
    struct send_result r = run();
    expect_end(&r, SEND_DONE);
    assert_true(r.contact && r.packets == 1 && r.receipted == 0 && in_state(OUTBOX_WAITING) == 10 && kept() == 1);
    r = run();
    expect_end(&r, SEND_NOTHING);
    assert_true(hub->put == 1 && hub->asked == 1);
    add_rows(11, 2); /* what is new goes on its way all the same */
    r = run();
    assert_true(hub->put == 2 && hub->head.first == 11 && hub->head.last == 12 && kept() == 2);
    hub->way = HUB_KEEPS;
    snprintf(hub->etag, sizeof hub->etag, "\"one\"");
    r = run();
    expect_end(&r, SEND_DONE);
    assert_true(r.receipted == 12 && r.packets == 0 && hub->put == 2 && kept() == 0);
}

static void after_a_day_it_goes_again(void **state)
{
    (void)state;
    add_rows(1, 4);
    struct clock_fake fake = { 1000000, 1800000000000 };
    clock_set_fake(&fake);
    hub->way = HUB_HOLDS;
    run();
    fake.wall_ms += 23 * 3600 * 1000;
    run();
    assert_int_equal(hub->put, 1);
    fake.wall_ms += 2 * 3600 * 1000;
    run();
    assert_true(hub->put == 2 && hub->copies == 1);
    fake.wall_ms -= 40 * 3600 * 1000; /* a clock that jumps back does not make it rest for ever */
    run();
    assert_int_equal(hub->put, 3);
    clock_set_fake(NULL);
}

static void the_same_ack_is_not_loaded_twice(void **state)
{
    (void)state;
    add_rows(1, 4);
    hub->way = HUB_HOLDS;
    run();
    hub->way = HUB_KEEPS;
    hub->ack.upto = 2; /* the county has two of them */
    snprintf(hub->etag, sizeof hub->etag, "\"two\"");
    struct send_result r = run();
    assert_true(r.receipted == 2 && hub->asked == 1);
    r = run();
    expect_end(&r, SEND_NOTHING);
    assert_true(r.contact && hub->not_modified == 1 && in_state(OUTBOX_WAITING) == 2);
}

static void ways_to_say_no(void **state)
{
    (void)state;
    static const struct { enum hub_way way; enum send_end end; const char *says; } rows[] = {
        { HUB_UNKNOWN, SEND_NOT_ENROLLED, "does not know this terminal" }, { HUB_FULL, SEND_HUB_FULL, "Because." },
        { HUB_NONE, SEND_NOT_HERE, "takes no records" }, { HUB_PORTAL, SEND_PORTAL, "does not come from the hub" },
        { HUB_FORGES, SEND_PORTAL, "not trusted" },
    };
    add_rows(1, 7);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        hub->way = rows[i].way;
        struct send_result r = run();
        expect_end(&r, rows[i].end);
        if (!strstr(r.err.text, rows[i].says))
            fail_msg("\"%s\" does not say \"%s\"", r.err.text, rows[i].says);
        assert_int_equal(in_state(OUTBOX_WAITING), 7);
        assert_int_equal(r.retry_after_s, rows[i].way == HUB_FULL ? 900 : 0);
        assert_int_equal(kept(), 1);
    }
}

static void no_county_key(void **state)
{
    (void)state;
    add_rows(1, 1);
    struct send_options o = options(NULL);
    o.county = NULL;
    struct send_result r = run_with(&o);
    expect_end(&r, SEND_NO_COUNTY_KEY);
    assert_int_equal(hub->server.requests, 0);
}

/* A packet that the hub refuses rests; the others go on. */
static void one_refused_packet_blocks_nobody(void **state)
{
    (void)state;
    add_rows(1, 5);
    hub->way = HUB_BAD;
    struct send_result r = run();
    expect_end(&r, SEND_REFUSED);
    assert_non_null(strstr(r.err.text, "Because."));
    add_rows(6, 5);
    hub->way = HUB_KEEPS;
    r = run();
    assert_true(r.receipted == 5 && in_state(OUTBOX_WAITING) == 5);
}

static void too_large_is_cut_up(void **state)
{
    (void)state;
    add_rows(1, 200);
    hub->way = HUB_SMALL;
    hub->small = 900;
    struct send_result r = run();
    expect_end(&r, SEND_DONE);
    assert_true(r.receipted == 200 && hub->ids == 200 && hub->packets > 3 && kept() == 0);
    add_rows(201, 1);
    hub->small = 10; /* not even one: it rests, and is not thrown away for what somebody on the way says */
    r = run();
    expect_end(&r, SEND_REFUSED);
    assert_true(in_state(OUTBOX_WAITING) == 1 && in_state(OUTBOX_QUARANTINED) == 0);
}

/* Row 47: bit-rot in a row. It stays behind, the packet accounts for its seq, a receipt does not call it delivered. */
static void a_damaged_row_never_leaves(void **state)
{
    (void)state;
    add_rows(1, 20);
    sql("UPDATE statement SET body = replace(body, 'answered', 'ANSWERED') WHERE seq IN (1, 7, 8, 20)");
    struct send_result r = run();
    expect_end(&r, SEND_DONE);
    assert_true(hub->ids == 16 && hub->head.count == 16 && hub->head.first == 1 && hub->head.last == 19 && hub->ack.upto == 19);
    assert_true(in_state(OUTBOX_DELIVERED) == 16 && r.receipted == 16 && in_state(OUTBOX_QUARANTINED) == 4 && kept() == 0);
    add_rows(21, 1);
    r = run(); /* the damaged end of the first packet is accounted for by the next */
    assert_true(hub->ack.upto == 21 && hub->ids == 17 && in_state(OUTBOX_WAITING) == 0 && in_state(OUTBOX_QUARANTINED) == 4);
}

/* The hub lost its disk and asks for a range: sent again as long as it is kept here, and nothing else. */
static void a_keeper_that_lost_some(void **state)
{
    (void)state;
    add_rows(1, 100);
    run();
    for (int s = 41; s <= 60; s++)
        hub->here[s] = false;
    make_ack(hub, &hub->head);
    hub->ack.want_count = 1;
    hub->ack.want[0] = (struct ack_range){ 41, 60 };
    hub->ids = 0;
    add_rows(101, 3);
    struct send_result r = run(); /* its answer asks */
    assert_true(r.receipted == 3 && in_state(OUTBOX_WAITING) == 20);
    hub->ack.want_count = 0;
    r = run();
    assert_true(r.receipted == 20 && hub->head.first == 41 && hub->head.last == 60 && hub->ids == 3 + 20 && hub->ack.upto == 103);
}

static void rejected_statements_are_shown(void **state)
{
    (void)state;
    add_rows(1, 6);
    hub->ack.rejected_count = 1;
    hub->ack.rejected[0] = (struct ack_rejected){ 0, "", "no such verb" };
    row_id(4, hub->ack.rejected[0].id);
    run();
    assert_true(in_state(OUTBOX_DELIVERED) == 5 && in_state(OUTBOX_QUARANTINED) == 1);
    struct err e = ERR_INIT;
    struct query q = db_query(db, "SELECT seq, reason FROM statement WHERE state = 2");
    assert_true(query_row(&q));
    assert_int_equal(query_col_int(&q, 0), 4);
    assert_string_equal(query_col_text(&q, 1), "refused by the county: no such verb");
    assert_fine(query_end(&q, &e), e);
}

/* Row 67. */
static void receipts_that_are_not_for_us(void **state)
{
    (void)state;
    add_rows(1, 10);
    hub->way = HUB_HOLDS;
    run();
    struct device d;
    struct err e = ERR_INIT;
    assert_fine(device_open(dir, hardware, 1, 10, false, &d, &e), e);
    struct ack good = hub->ack;
    good.upto = 10;
    static const struct { const char *what; enum err_kind kind; } rows[] = { { "forged", ERR_UNTRUSTED }, { "device", ERR_UNTRUSTED },
        { "epoch", ERR_UNTRUSTED }, { "changed", ERR_UNTRUSTED }, { "cut", ERR_UNTRUSTED }, { "held", ERR_NONE } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ack a = good;
        struct str text;
        int64_t receipted = 7;
        str_init(&text, 0);
        if (i == 1)
            a.device[0] = a.device[0] == 'f' ? '0' : 'f';
        if (i == 2)
            a.epoch[0] = a.epoch[0] == 'f' ? '0' : 'f';
        if (i == 5)
            a.level = ACK_HELD;
        ack_write(&a, i == 0 ? &hub_key : &county.sign, &text);
        if (i == 3)
            text.data[text.len - 3] ^= 1;
        e = (struct err)ERR_INIT;
        bool ok = send_apply_ack(store_writer(store), dir, &d, &county.pub, text.data, i == 4 ? 100 : text.len, &receipted, &e);
        if (ok != (rows[i].kind == ERR_NONE) || e.kind != rows[i].kind || (e.reason == ERR_BECAUSE_OTHER_EPOCH) != (i == 2) ||
            receipted != 0 || in_state(OUTBOX_WAITING) != 10)
            fail_msg("%s: %d %s, %d waiting", rows[i].what, ok, e.text, in_state(OUTBOX_WAITING));
        str_release(&text);
    }
    struct str text;
    int64_t receipted;
    str_init(&text, 0);
    ack_write(&good, &county.sign, &text);
    assert_fine(send_apply_ack(store_writer(store), dir, &d, &county.pub, text.data, text.len, &receipted, &e), e);
    assert_true(receipted == 10);
    good.upto = 4; /* an older one changes nothing */
    str_clear(&text);
    ack_write(&good, &county.sign, &text);
    assert_fine(send_apply_ack(store_writer(store), dir, &d, &county.pub, text.data, text.len, &receipted, &e), e);
    assert_true(receipted == 0 && in_state(OUTBOX_DELIVERED) == 10);
    str_release(&text);
    device_wipe(&d);
}

/* A copy of this disk sends in our name: what the county has of it is not ours, and from now on we are somebody else. */
static void a_twin_with_the_same_identity(void **state)
{
    (void)state;
    struct device d, heir;
    struct err e = ERR_INIT;
    struct str text;
    int64_t receipted = 7;
    str_init(&text, 0);
    add_rows(1, 10);
    hub->way = HUB_HOLDS;
    run();
    assert_fine(device_open(dir, hardware, 1, 10, false, &d, &e), e);
    struct ack twin = hub->ack;
    for (int i = 0; i < 3; i++) { /* the last says what could be ours, yet the doubt stays */
        twin.upto = i == 0 ? 15 : i == 1 ? 0 : 10;
        twin.range_count = i == 1;
        twin.range[0] = (struct ack_range){ 3, 15 };
        str_clear(&text);
        ack_write(&twin, &county.sign, &text);
        assert_refused(send_apply_ack(store_writer(store), dir, &d, &county.pub, text.data, text.len, &receipted, &e), e, ERR_UNTRUSTED, "another terminal");
        e = (struct err)ERR_INIT;
        assert_true(receipted == 0 && in_state(OUTBOX_WAITING) == 10 && device_doubted(dir, &d));
    }
    assert_fine(device_open(dir, hardware, 1, 10, false, &heir, &e), e);
    assert_true(heir.fresh && heir.succession.there && !device_doubted(dir, &heir));
    assert_string_equal(heir.why, "another terminal uses this identity");
    hub->way = HUB_KEEPS;
    hub->packets = hub->ids = 0;
    struct send_result r = run();
    expect_end(&r, SEND_DONE);
    assert_true(strcmp(hub->head.epoch, heir.epoch) == 0 && r.receipted == 10 && hub->ids == 10);
    str_release(&text);
    device_wipe(&d);
    device_wipe(&heir);
}

/* The link hears of the twin: no receipt is obeyed in that run, the next one sends under the new identity. */
static void a_twin_seen_by_the_link(void **state)
{
    (void)state;
    add_rows(1, 10);
    run();
    add_rows(11, 10);
    for (int s = 11; s <= 40; s++)
        hub->here[s] = true;
    struct send_result r = run();
    expect_end(&r, SEND_REFUSED);
    assert_true(r.receipted == 0 && in_state(OUTBOX_WAITING) == 10 && strstr(r.err.text, "another terminal"));
    r = run();
    expect_end(&r, SEND_DONE);
    assert_true(hub->head.succession.there && r.receipted == 10 && in_state(OUTBOX_WAITING) == 0 && hub->ids == 20);
}

/* Row 68: the same packets by link and by two sticks, in any order. */
static void three_couriers(void **state)
{
    (void)state;
    struct device d;
    struct err e = ERR_INIT;
    struct str first, second;
    int64_t last;
    int count;
    add_rows(1, 20);
    assert_fine(device_open(dir, hardware, 1, 20, false, &d, &e), e);
    str_init(&first, 0);
    str_init(&second, 0);
    assert_fine(send_seal_next(db, dir, &d, &county.pub, 0, 8, NULL, 0, &first, &last, &count, &e), e);
    assert_true(last == 8 && count == 8);
    assert_fine(send_seal_next(db, dir, &d, &county.pub, last, 8, NULL, 0, &second, &last, &count, &e), e);
    assert_true(last == 16 && count == 8);
    struct str again;
    str_init(&again, 0);
    assert_fine(send_seal_next(db, dir, &d, &county.pub, 0, 100, NULL, 0, &again, &last, &count, &e), e);
    assert_true(last == 8 && again.len == first.len && memcmp(again.data, first.data, first.len) == 0);
    struct packet p; /* stick 2 arrives before stick 1, and the link after both, then stick 2 of the neighbour */
    assert_true(packet_read(second.data, second.len, &p, &e));
    keep_packet(hub, &p);
    assert_true(packet_read(first.data, first.len, &p, &e));
    keep_packet(hub, &p);
    struct send_result r = run();
    expect_end(&r, SEND_DONE);
    assert_true(packet_read(second.data, second.len, &p, &e));
    keep_packet(hub, &p);
    assert_true(hub->ids == 20 && hub->opened == 20 && hub->copies == 2 && r.receipted == 20 && in_state(OUTBOX_WAITING) == 0 && kept() == 0);
    str_release(&first);
    str_release(&second);
    str_release(&again);
    device_wipe(&d);
}

/* Rows 71 and 72 as the hub sees them. */
static void a_new_epoch_says_whom_it_follows(void **state)
{
    (void)state;
    add_rows(1, 10);
    hub->way = HUB_LOSES_ACK;
    run();
    struct public_key old = hub->head.device;
    hub->way = HUB_KEEPS;
    struct send_options o = options(NULL);
    o.hardware = "2222222222222222222222222222222222222222222222222222222222222222";
    struct send_result r = run_with(&o);
    expect_end(&r, SEND_DONE);
    assert_true(hub->head.succession.there && strcmp(hub->head.succession.old.id, old.id) == 0 && hub->ids == 10 && r.receipted == 10);
    add_rows(11, 1);
    run_with(&o);
    assert_false(hub->head.succession.there);
    o.restored = true;
    setenv("WEIKE_START", "later", 1);
    add_rows(12, 1);
    r = run_with(&o);
    assert_true(hub->head.succession.there && hub->head.base == 12 && r.receipted == 1);
    unsetenv("WEIKE_START");
}

/* Packets were sealed, then an older database came back: they hold the only copy of what it lost. */
static void sealed_copies_outlive_the_database(void **state)
{
    (void)state;
    struct clock_fake fake = { 1000000, 1800000000000 };
    clock_set_fake(&fake);
    add_rows(1, 10);
    run();
    add_rows(11, 20);
    hub->way = HUB_CUTS;
    run();
    assert_true(kept() == 1 && hub->ids == 10);
    sql("DELETE FROM statement WHERE seq > 10; UPDATE sqlite_sequence SET seq = 10 WHERE name = 'statement'");
    struct send_result r = run(); /* nothing waits, and nobody answers */
    expect_end(&r, SEND_CUT);
    assert_true(kept() == 0 && kept_in("sent-old") == 1);
    hub->way = HUB_BAD;
    r = run();
    assert_true(kept_in("sent-old") == 1 && hub->ids == 10);
    hub->way = HUB_KEEPS;
    int put = hub->put;
    r = run(); /* it rests */
    expect_end(&r, SEND_NOTHING);
    assert_int_equal(hub->put, put);
    fake.wall_ms += BAG_OLD_REST_MS;
    add_rows(1001, 1);
    r = run();
    expect_end(&r, SEND_DONE);
    assert_true(hub->ids == 31 && kept_in("sent-old") == 0 && kept() == 0 && in_state(OUTBOX_WAITING) == 0);
    clock_set_fake(NULL);
}

/* The same when the repair went on with numbers far above, so that the identity stayed. */
static void lost_rows_leave_from_their_packet(void **state)
{
    (void)state;
    add_rows(1, 10);
    run();
    add_rows(11, 20);
    hub->way = HUB_CUTS;
    run();
    sql("DELETE FROM statement WHERE seq > 10; UPDATE sqlite_sequence SET seq = 1030 WHERE name = 'statement'");
    assert_int_equal(hub->ids, 10);
    hub->way = HUB_KEEPS;
    run();
    add_rows(1031, 1);
    run();
    run(); /* the packet that stood for the numbers left out goes once more: nobody knows here that they were never given */
    assert_true(hub->ids == 31 && kept_in("sent-old") == 0 && kept() == 0 && in_state(OUTBOX_WAITING) == 0);
}

/* The receipt for it may also come on a stick, and a portal's 200 is none. */
static void an_old_packet_leaves_only_for_a_receipt(void **state)
{
    (void)state;
    struct device d;
    struct err e = ERR_INIT;
    struct str text;
    int64_t receipted;
    add_rows(1, 10);
    hub->way = HUB_LOSES_ACK;
    run();
    struct ack old = hub->ack;
    hub->way = HUB_PORTAL;
    hardware = "3333333333333333333333333333333333333333333333333333333333333333";
    struct send_result r = run();
    expect_end(&r, SEND_PORTAL);
    assert_int_equal(kept_in("sent-old"), 1);
    assert_fine(device_open(dir, hardware, 1, 10, false, &d, &e), e);
    str_init(&text, 0);
    for (int i = 0; i < 2; i++) {
        old.upto = i ? 10 : 9;
        str_clear(&text);
        ack_write(&old, &county.sign, &text);
        assert_refused(send_apply_ack(store_writer(store), dir, &d, &county.pub, text.data, text.len, &receipted, &e), e, ERR_UNTRUSTED, "another device");
        e = (struct err)ERR_INIT;
        assert_int_equal(kept_in("sent-old"), i ? 0 : 1);
    }
    assert_int_equal(in_state(OUTBOX_WAITING), 10);
    str_release(&text);
    device_wipe(&d);
    hardware = "1111111111111111111111111111111111111111111111111111111111111111";
}

static void health_goes_along(void **state)
{
    (void)state;
    struct send_options o = options(NULL);
    o.health = "{\"disk_free\":5}";
    struct send_result r = run_with(&o);
    expect_end(&r, SEND_DONE);
    assert_true(hub->head.first > hub->head.last && strcmp(hub->health, o.health) == 0 && kept() == 0);
    add_rows(1, 3);
    run_with(&o);
    assert_true(hub->head.first == 1 && hub->head.last == 3 && strcmp(hub->health, o.health) == 0 && hub->put == 2);
}

static bool at_once(void *ctx) { (void)ctx; return true; }

static void stopped_and_spent(void **state)
{
    (void)state;
    add_rows(1, 500);
    struct send_options o = options(NULL);
    o.stop = at_once;
    struct send_result r = run_with(&o);
    expect_end(&r, SEND_STOPPED);
    o.stop = NULL;
    o.allowance = 6000;
    r = run_with(&o);
    expect_end(&r, SEND_STOPPED);
    assert_true(r.packets >= 1 && r.packets < 3 && r.receipted == 200 * r.packets);
}

static void forgotten_after_a_month(void **state)
{
    (void)state;
    struct clock_fake fake = { 1000000, 1800000000000 };
    clock_set_fake(&fake);
    add_rows(1, 5);
    run();
    fake.wall_ms += INT64_C(29) * 86400000;
    run();
    assert_int_equal(in_state(OUTBOX_DELIVERED), 5);
    fake.wall_ms += INT64_C(2) * 86400000;
    run();
    assert_int_equal(in_state(OUTBOX_DELIVERED), 0);
    clock_set_fake(NULL);
}

/* The board's clock stood years back when the receipt came; then it learns the time. */
static void a_clock_that_was_behind_forgets_nothing(void **state)
{
    (void)state;
    struct clock_fake fake = { 1000000, 1800000000000 };
    clock_set_fake(&fake);
    hub->ack.now_ms = fake.wall_ms + INT64_C(400) * 86400000;
    add_rows(1, 5);
    run();
    fake.wall_ms += INT64_C(429) * 86400000;
    run();
    assert_int_equal(in_state(OUTBOX_DELIVERED), 5);
    fake.wall_ms += INT64_C(2) * 86400000;
    run();
    assert_int_equal(in_state(OUTBOX_DELIVERED), 0);
    clock_set_fake(NULL);
}

static void a_damaged_packet_is_sealed_anew(void **state)
{
    (void)state;
    add_rows(1, 5);
    hub->way = HUB_CUTS;
    run();
    char *path = mem_printf("%s/device/sent", dir);
    struct dirent **list;
    int n = scandir(path, &list, NULL, NULL);
    for (int i = 0; i < n; i++) {
        if (list[i]->d_name[0] != '.') {
            char *file = fs_join(path, list[i]->d_name);
            put_text(file, "rot");
            free(file);
        }
        free(list[i]);
    }
    free(list);
    free(path);
    hub->way = HUB_KEEPS;
    struct send_result r = run();
    expect_end(&r, SEND_DONE);
    assert_true(hub->ids == 5 && r.receipted == 5);
}

/* A child seals and dies at its n-th write; the parent sends: all statements once, no seq in two packets. */
static void a_cut_between_any_two_writes(void **state)
{
    (void)state;
    add_rows(1, 6);
    unsigned n = 1;
    for (bool cut = true; cut; n++) {
        pid_t pid = fork();
        if (pid == 0) {
            struct device d;
            struct str out;
            struct err e = ERR_INIT;
            int64_t last;
            int count;
            struct db *mine = db_open_reader(dir, &e);
            str_init(&out, 0);
            fault_arm(FAULT_KILL, n);
            bool ok = mine && device_open(dir, hardware, 1, 6, false, &d, &e) &&
                      send_seal_next(mine, dir, &d, &county.pub, 0, 6, NULL, 0, &out, &last, &count, &e);
            _exit(ok ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        cut = WIFSIGNALED(status);
        assert_true(cut || WEXITSTATUS(status) == 0);
        struct send_result r = run();
        expect_end(&r, SEND_DONE);
        assert_true(hub->ids == 6 && hub->packets == 1 && in_state(OUTBOX_WAITING) == 0 && kept() == 0);
        sql("UPDATE statement SET state = 0, delivered_ms = 0");
        char *device = mem_printf("%s/device", dir);
        struct err e = ERR_INIT;
        assert_fine(fs_remove_tree(device, &e), e);
        free(device);
        hub->ids = hub->packets = 0;
    }
    assert_true(n > 15);
}

static void open_all(void)
{
    struct err e = ERR_INIT;
    store = kit_open(dir, NULL);
    db = db_open_reader(dir, &e);
    assert_non_null(db);
}

static void close_all(void)
{
    db_close(db);
    store_close(store);
}

/* A whole run in a child, from sealing to the receipt, with this fault at write n. True: it never came to write n. */
static bool run_with_fault(enum fault_mode mode, unsigned n)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        open_all();
        fault_arm(mode, n);
        struct send_result r = run();
        bool untouched = fault_writes() < n;
        fault_arm(FAULT_OFF, 0);
        _exit(untouched && r.end == SEND_DONE ? 0 : r.end == SEND_STORAGE || r.end == SEND_DONE ? 2 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 1);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Killed, full or failing at any write of sealing, sending and the receipt: the next run makes it good, each statement once. */
static void a_whole_run_with_a_fault_at_each_write(void **state)
{
    (void)state;
    static const enum fault_mode mode[] = { FAULT_KILL, FAULT_ENOSPC, FAULT_EIO };
    add_rows(1, 6);
    unsigned writes = 0;
    for (int m = 0; m < 3; m++)
        for (unsigned n = 1;; n += m ? 5 : 1) {
            close_all();
            bool over = run_with_fault(mode[m], n);
            open_all();
            struct send_result r = run();
            if (r.end != SEND_DONE && r.end != SEND_NOTHING)
                fail_msg("fault %d at write %u: the next run ended with %d: %s", mode[m], n, r.end, r.err.text);
            if (hub->ids != 6 || in_state(OUTBOX_DELIVERED) != 6 || (kept() && r.end != SEND_NOTHING)) /* what is left over goes with the next packet */
                fail_msg("fault %d at write %u: %d there, %d delivered, %d kept", mode[m], n, hub->ids, in_state(OUTBOX_DELIVERED), kept());
            sql("UPDATE statement SET state = 0, delivered_ms = 0");
            char *device = mem_printf("%s/device", dir);
            struct err e = ERR_INIT;
            assert_fine(fs_remove_tree(device, &e), e);
            free(device);
            hub->ids = hub->packets = 0;
            if (over)
                break;
            writes = m ? writes : n;
        }
    print_message("%u writes in a run\n", writes);
    assert_true(writes > 25);
}

static int once(void **state)
{
    struct err e = ERR_INIT;
    struct county_key pub;
    struct public_key hub_pub;
    return scratch_setup(state) == 0 && county_key_generate(scratch("c"), &pub, &e) &&
                   county_secret_load(scratch("c/county.key"), &county, &e) && key_generate(scratch("h"), &hub_pub, &e) &&
                   key_load_secret(scratch("h/weike.key"), &hub_key, &e)
               ? 0 : -1;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(all_of_it_once), CASE(a_lost_ack), CASE(cut_on_the_way), CASE(nobody_there), CASE(held_is_not_stored),
        CASE(after_a_day_it_goes_again), CASE(the_same_ack_is_not_loaded_twice), CASE(ways_to_say_no), CASE(no_county_key),
        CASE(one_refused_packet_blocks_nobody), CASE(too_large_is_cut_up), CASE(a_damaged_row_never_leaves), CASE(a_keeper_that_lost_some),
        CASE(rejected_statements_are_shown), CASE(receipts_that_are_not_for_us), CASE(a_twin_with_the_same_identity), CASE(a_twin_seen_by_the_link),
        CASE(three_couriers), CASE(a_new_epoch_says_whom_it_follows),
        CASE(sealed_copies_outlive_the_database), CASE(lost_rows_leave_from_their_packet), CASE(an_old_packet_leaves_only_for_a_receipt),
        CASE(health_goes_along), CASE(stopped_and_spent), CASE(forgotten_after_a_month), CASE(a_clock_that_was_behind_forgets_nothing), CASE(a_damaged_packet_is_sealed_anew),
        CASE(a_cut_between_any_two_writes), CASE(a_whole_run_with_a_fault_at_each_write),
    };
    return cmocka_run_group_tests(tests, once, scratch_teardown);
}
