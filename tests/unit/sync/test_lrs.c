/* Statements straight to an LRS: one that behaves, and each way in which one may not. tests/e2e/lrs.sh has a real one. */
#define _GNU_SOURCE
#include "sync/send/lrs.h"
#include "store/outbox/outbox.h"
#include "sync/send/lrs_same.h"
#include "answerer.h"
#include "scratch.h"
#include "store_kit.h"

#include <jansson.h>
#include <zlib.h>

enum way { LRS_TAKES, LRS_LOSES, LRS_LIMITS, LRS_NO_GZIP, LRS_GZIP_400, LRS_401, LRS_404, LRS_503, LRS_500, LRS_PORTAL, LRS_SAYS_204, LRS_400_ALL };
struct server {
    struct answerer server;
    enum way way;
    size_t limit;                /* LRS_LIMITS: bytes of body it takes */
    json_t *held;                /* id -> statement */
    int posts, gets;
    bool was_gzip;
    char auth[80], version[20];
};
static struct server *lrs;
static char *dir;
static struct store *store;
static struct db *db;

static json_t *body_of(const struct asked *a, bool *zipped)
{
    char encoding[20];
    static char text[4 << 20];
    asked_header(a, "Content-Encoding", encoding, sizeof encoding);
    *zipped = strcmp(encoding, "gzip") == 0;
    if (!*zipped)
        return json_loadb(a->body, a->body_len, 0, NULL);
    z_stream z = { .next_in = (uint8_t *)(uintptr_t)a->body, .avail_in = (uInt)a->body_len, .next_out = (uint8_t *)text, .avail_out = sizeof text };
    if (inflateInit2(&z, 15 + 16) != Z_OK || inflate(&z, Z_FINISH) != Z_STREAM_END)
        return NULL;
    inflateEnd(&z);
    return json_loadb(text, sizeof text - z.avail_out, 0, NULL);
}

/* As the real one: nothing of a batch is kept if anything of it cannot be. */
static int keep_all(struct server *s, json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *one = json_array_get(list, i), *there = json_object_get(s->held, json_string_value(json_object_get(one, "id")));
        const char *verb = json_string_value(json_object_get(one, "verb"));
        if (strcmp(verb, "poison") == 0)
            return 400;
        if (strcmp(verb, "stumble") == 0)
            return 500;
        if (there && !json_equal(there, one))
            return 409;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *one = json_array_get(list, i);
        json_object_set(s->held, json_string_value(json_object_get(one, "id")), one);
    }
    return 200;
}

static void take(struct server *s, const struct asked *a, struct reply *r)
{
    s->posts++;
    asked_header(a, "Authorization", s->auth, sizeof s->auth);
    asked_header(a, "X-Experience-API-Version", s->version, sizeof s->version);
    json_t *list = body_of(a, &s->was_gzip), *ids = json_array();
    if (s->way == LRS_LIMITS && a->body_len > s->limit)
        r->status = 413;
    else if (s->way == LRS_400_ALL || (s->way == LRS_GZIP_400 && s->was_gzip))
        r->status = 400;
    else
        r->status = keep_all(s, list);
    if (r->status == 400)
        str_puts(&r->body, "{\"warning\":\"statements[0].verb\n must be an object\"}");
    for (size_t i = 0; r->status == 200 && i < json_array_size(list); i++)
        json_array_append(ids, json_object_get(json_array_get(list, i), "id"));
    if (r->status == 200) {
        char *text = json_dumps(ids, 0);
        str_puts(&r->body, text);
        free(text);
    }
    if (s->way == LRS_SAYS_204 && r->status == 200)
        r->status = 204;
    if (s->way == LRS_LOSES)
        r->status = 0;
    json_decref(list);
    json_decref(ids);
}

static void show(struct server *s, const struct asked *a, struct reply *r)
{
    const char *id = strstr(a->path, "?statementId=");
    json_t *one = id ? json_object_get(s->held, id + strlen("?statementId=")) : NULL;
    s->gets++;
    r->status = one ? 200 : 404;
    if (!one)
        return;
    json_t *copy = json_deep_copy(one);
    json_object_set_new(copy, "stored", json_string("2026-11-22T10:00:00.000Z"));
    json_object_set_new(copy, "version", json_string("1.0.0"));
    char *text = json_dumps(copy, 0);
    str_puts(&r->body, text);
    free(text);
    json_decref(copy);
}

static void on_request(void *ctx, const struct asked *a, struct reply *r)
{
    struct server *s = ctx;
    static const int plain[] = { [LRS_NO_GZIP] = 415, [LRS_401] = 401, [LRS_404] = 404, [LRS_503] = 503, [LRS_500] = 500 };
    if (s->way == LRS_PORTAL) {
        r->status = 200;
        str_puts(&r->body, "<html>Log in</html>");
    } else if (strncmp(a->path, "/xAPI/statements", 16) != 0) {
        r->status = 404;
    } else if (strcmp(a->method, "GET") == 0) {
        show(s, a, r);
    } else if (s->way == LRS_401 || s->way == LRS_404 || s->way == LRS_503 || s->way == LRS_500 || (s->way == LRS_NO_GZIP && strcasestr(a->head, "gzip"))) {
        s->posts++;
        r->status = plain[s->way];
        str_puts(&r->head, "Retry-After: 120\r\n");
    } else {
        take(s, a, r);
    }
}

struct rows { int from, count; const char *verb; };
static bool put_rows(struct db *w, void *ctx, int64_t *value, struct err *e)
{
    const struct rows *rows = ctx;
    (void)value;
    for (int i = 0; i < rows->count; i++) {
        char id[UUID_TEXT], body[300];
        snprintf(id, sizeof id, "0190c1a2-0000-7000-8000-%012d", rows->from + i);
        snprintf(body, sizeof body, "{\"id\":\"%s\",\"verb\":\"%s\",\"result\":{\"score\":{\"scaled\":1.0}}}", id, rows->verb);
        if (!outbox_put(w, id, body, strlen(body), 1800000000000, e))
            return false;
    }
    return true;
}

static void add_rows(int from, int count, const char *verb)
{
    struct err e = ERR_INIT;
    struct rows rows = { from, count, verb };
    assert_fine(writer_do(store_writer(store), put_rows, &rows, &e), e);
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

static void reason_of(int64_t seq, char *out, size_t size)
{
    struct err e = ERR_INIT;
    struct query q = db_query(db, "SELECT reason FROM statement WHERE seq = ?");
    query_int(&q, seq);
    out[0] = 0;
    if (query_row(&q))
        query_copy_text(&q, 0, out, size);
    assert_fine(query_end(&q, &e), e);
}

static struct lrs_result run_batch(int batch)
{
    struct http_options ho = { .connections = 1, .connect_timeout_s = 5, .stall_s = 5, .user = "weike", .password = "geheim" };
    struct lrs_result r;
    struct http *h = http_new(&ho);
    char *endpoint = mem_printf("%s/xAPI/", lrs->server.url);
    struct lrs_options o = { .http = h, .endpoint = endpoint, .db = db, .writer = store_writer(store), .batch = batch, .wall_ms = 1800000000000 };
    answerer_sync(&lrs->server);
    lrs_run(&o, &r);
    answerer_sync(&lrs->server);
    free(endpoint);
    http_free(h);
    return r;
}

static struct lrs_result run(void) { return run_batch(0); }

static void expect_end(const struct lrs_result *r, enum lrs_end end)
{
    if (r->end != end)
        fail_msg("ended with %d, want %d: %s", r->end, end, r->err.text);
}

static int begin(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    lrs = mem_alloc(sizeof *lrs);
    lrs->held = json_object();
    answerer_start(&lrs->server, on_request, lrs);
    dir = kit_dir();
    store = kit_open(dir, NULL);
    db = db_open_reader(dir, &e);
    return db ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    answerer_end(&lrs->server);
    db_close(db);
    store_close(store);
    kit_remove(dir);
    json_decref(lrs->held);
    free(lrs);
    return 0;
}

static void all_in_batches(void **state)
{
    (void)state;
    struct lrs_result r = run();
    expect_end(&r, LRS_NOTHING);
    assert_int_equal(r.requests, 0);
    add_rows(1, 250, "answered");
    r = run();
    expect_end(&r, LRS_DONE);
    assert_true(r.delivered == 250 && r.requests == 3 && r.contact && json_object_size(lrs->held) == 250 && in_state(OUTBOX_DELIVERED) == 250);
    assert_true(lrs->was_gzip);
    assert_string_equal(lrs->version, "1.0.3");
    assert_string_equal(lrs->auth, "Basic d2Vpa2U6Z2VoZWlt");
    r = run();
    expect_end(&r, LRS_NOTHING);
}

static void a_lost_answer(void **state)
{
    (void)state;
    add_rows(1, 20, "answered");
    lrs->way = LRS_LOSES;
    struct lrs_result r = run();
    expect_end(&r, LRS_CUT);
    assert_true(r.delivered == 0 && json_object_size(lrs->held) == 20);
    lrs->way = LRS_TAKES;
    r = run();
    assert_true(r.delivered == 20 && json_object_size(lrs->held) == 20 && in_state(OUTBOX_WAITING) == 0);
}

static void hold(int n, const char *verb)
{
    char id[UUID_TEXT];
    snprintf(id, sizeof id, "0190c1a2-0000-7000-8000-%012d", n);
    json_object_set_new(lrs->held, id, json_pack("{s:s, s:s, s:{s:{s:f}}}", "id", id, "verb", verb, "result", "score", "scaled", 1.0));
}

/* Rows 69 and 70: one conflicting statement among a hundred; the same one among them is no conflict. */
static void one_conflict(void **state)
{
    (void)state;
    char why[OUTBOX_REASON_MAX + 1];
    add_rows(1, 100, "answered");
    hold(37, "something else");
    hold(38, "answered");
    struct lrs_result r = run();
    expect_end(&r, LRS_DONE);
    assert_true(r.delivered == 99 && r.quarantined == 1 && in_state(OUTBOX_DELIVERED) == 99 && in_state(OUTBOX_QUARANTINED) == 1);
    reason_of(37, why, sizeof why);
    assert_string_equal(why, "the LRS holds another statement under this id");
    assert_true(r.requests < 25);
}

static void poison(void **state)
{
    (void)state;
    char why[OUTBOX_REASON_MAX + 1];
    add_rows(1, 60, "answered");
    add_rows(61, 1, "poison");
    add_rows(62, 40, "answered");
    struct lrs_result r = run();
    expect_end(&r, LRS_DONE);
    assert_true(r.delivered == 100 && r.quarantined == 1);
    reason_of(61, why, sizeof why);
    if (!strstr(why, "refused it (status 400)") || !strstr(why, "must be an object"))
        fail_msg("%s", why);
    r = run();
    expect_end(&r, LRS_NOTHING);
}

static void poison_alone_waits_for_company(void **state)
{
    (void)state;
    add_rows(1, 1, "poison");
    struct lrs_result r = run();
    expect_end(&r, LRS_DENIED);
    assert_true(in_state(OUTBOX_WAITING) == 1 && r.quarantined == 0);
    add_rows(2, 1, "answered");
    r = run();
    expect_end(&r, LRS_DONE);
    assert_true(r.delivered == 1 && r.quarantined == 1);
}

/* It is the LRS, then: not one record is put away for it. */
static void refuses_everything(void **state)
{
    (void)state;
    add_rows(1, 150, "answered");
    lrs->way = LRS_400_ALL;
    struct lrs_result r = run();
    expect_end(&r, LRS_DENIED);
    assert_true(in_state(OUTBOX_WAITING) == 150 && r.requests < 250);
}

static void too_large_batches(void **state)
{
    (void)state;
    add_rows(1, 100, "answered");
    lrs->way = LRS_LIMITS;
    lrs->limit = 250;
    struct lrs_result r = run();
    expect_end(&r, LRS_DONE);
    assert_true(r.delivered == 100 && r.quarantined == 0);
}

static void no_gzip_there(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        add_rows(1 + 100 * i, 100, "answered");
        lrs->way = i ? LRS_GZIP_400 : LRS_NO_GZIP;
        struct lrs_result r = run_batch(50);
        expect_end(&r, LRS_DONE);
        assert_true(r.delivered == 100 && r.requests == 3 && r.quarantined == 0);
    }
}

static void says_204(void **state)
{
    (void)state;
    add_rows(1, 10, "answered");
    lrs->way = LRS_SAYS_204;
    struct lrs_result r = run();
    expect_end(&r, LRS_DONE);
    assert_true(r.delivered == 10 && lrs->gets == 1);
}

static void ways_to_say_no(void **state)
{
    (void)state;
    static const struct { enum way way; enum lrs_end end; int most; const char *says; } rows[] = {
        { LRS_401, LRS_DENIED, 1, "xapi_password" }, { LRS_404, LRS_DENIED, 1, "no LRS" }, { LRS_503, LRS_BUSY, 1, "status 503" },
        { LRS_500, LRS_BUSY, 11, "in trouble" }, { LRS_PORTAL, LRS_DENIED, 1, "not that of an LRS" },
    };
    add_rows(1, 100, "answered");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lrs->way = rows[i].way;
        struct lrs_result r = run();
        expect_end(&r, rows[i].end);
        if (!strstr(r.err.text, rows[i].says) || r.requests > rows[i].most)
            fail_msg("%d requests, \"%s\"", r.requests, r.err.text);
        assert_true(in_state(OUTBOX_WAITING) == 100 && r.delivered == 0);
        assert_int_equal(r.retry_after_s, rows[i].end == LRS_BUSY ? 120 : 0);
    }
}

static void it_stumbles_over_one(void **state)
{
    (void)state;
    add_rows(1, 30, "answered");
    add_rows(31, 1, "stumble");
    add_rows(32, 30, "answered");
    struct lrs_result r = run();
    expect_end(&r, LRS_BUSY);
    assert_true(r.delivered == 60 && in_state(OUTBOX_WAITING) == 1 && in_state(OUTBOX_QUARANTINED) == 0 && strstr(r.err.text, "record 31"));
}

static void the_same_statement(void **state)
{
    (void)state;
    static const struct { const char *sent, *held; bool same; } rows[] = {
        { "{\"id\":\"a\",\"n\":1}", "{\"n\":1.0,\"id\":\"a\",\"stored\":\"x\",\"authority\":{},\"version\":\"1.0.0\"}", true },
        { "{\"id\":\"a\"}", "{\"id\":\"b\"}", false },
        { "{\"timestamp\":\"2026-11-22T09:42:06.083Z\"}", "{\"timestamp\":\"2026-11-22T17:42:06.083+08:00\"}", true },
        { "{\"timestamp\":\"2026-11-22T09:42:06.083Z\"}", "{\"timestamp\":\"2026-11-22T09:42:06.084Z\"}", false },
        { "{\"timestamp\":\"2026-11-22T09:42:06.1Z\"}", "{\"timestamp\":\"2026-11-22T09:42:06.100Z\"}", true },
        { "{\"timestamp\":\"soon\"}", "{\"timestamp\":\"soon\"}", true },
        { "{\"object\":{\"id\":\"q\",\"definition\":{\"name\":{}}}}", "{\"object\":{\"id\":\"q\",\"objectType\":\"Activity\"}}", true },
        { "{\"object\":{\"id\":\"q\",\"objectType\":\"StatementRef\"}}", "{\"object\":{\"id\":\"q\"}}", false },
        { "{\"verb\":{\"id\":\"v\",\"display\":{\"en\":\"x\"}}}", "{\"verb\":{\"id\":\"v\"}}", true },
        { "{\"result\":{\"response\":\"c1\"}}", "{\"result\":{\"response\":\"c2\"}}", false },
        { "{\"result\":{\"extensions\":{\"stored\":1}}}", "{\"result\":{\"extensions\":{}}}", false },
        { "{\"a\":[1,2]}", "{\"a\":[2,1]}", false },
        { "{}", "[]", false }, { "{}", "<html>", false }, { "{}", "", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (lrs_same(rows[i].sent, strlen(rows[i].sent), rows[i].held, strlen(rows[i].held)) != rows[i].same)
            fail_msg("%s and %s", rows[i].sent, rows[i].held);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(all_in_batches), CASE(a_lost_answer), CASE(one_conflict), CASE(poison), CASE(poison_alone_waits_for_company), CASE(refuses_everything),
        CASE(too_large_batches), CASE(no_gzip_there), CASE(says_204), CASE(ways_to_say_no), CASE(it_stumbles_over_one),
        cmocka_unit_test(the_same_statement),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
