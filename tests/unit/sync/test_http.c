/* Requests against a server that behaves, and one that does not: what the server claims is reported as it is, nothing is
 * followed, nothing waits for ever, every byte is counted. */
#define _GNU_SOURCE
#include "scratch.h"

#include "base/clock.h"
#include "base/thread.h"
#include "link_kit.h"

#include <sys/socket.h>
#include <netinet/in.h>

static struct site site;

static int setup(void **state)
{
    if (scratch_setup(state) != 0)
        return -1;
    make_dirs(scratch("www"));
    char *big = mem_alloc(300000);
    for (int i = 0; i < 300000; i++)
        big[i] = (char)(i * 7 + i / 251);
    put(scratch("www/big"), big, 300000);
    free(big);
    put_text(scratch("www/small"), "a small file");
    site_start(&site, scratch("www"), NULL, NULL);
    return 0;
}

static int teardown(void **state)
{
    site_stop(&site);
    return scratch_teardown(state);
}

struct caught { struct str body; struct http_answer answer; int ends; size_t stop_after; struct http_request *victim; };

static bool on_data(void *ctx, const struct http_answer *a, const void *data, size_t len)
{
    struct caught *c = ctx;
    (void)a;
    str_add(&c->body, data, len);
    if (c->victim)
        http_cancel(c->victim);
    c->victim = NULL;
    return !c->stop_after || c->body.len < c->stop_after;
}

static void on_end(void *ctx, const struct http_answer *a)
{
    struct caught *c = ctx;
    c->answer = *a;
    c->ends++;
}

static struct http *fresh(int stall_s)
{
    return http_new(&(struct http_options){ .connections = 2, .connect_timeout_s = 2, .stall_s = stall_s, .stall_bytes = 100 });
}

static struct http_request *start(struct http *h, struct caught *c, const char *base, const char *path, struct http_call call)
{
    char *url = mem_printf("%s%s", base, path);
    str_init(&c->body, 1 << 22);
    call.method = call.method ? call.method : "GET";
    call.url = url;
    call.on_data = on_data;
    call.on_end = on_end;
    call.ctx = c;
    struct http_request *r = http_start(h, &call);
    free(url);
    return r;
}

static void run(struct http *h)
{
    while (http_step(h, 1000))
        ;
}

static void once(int stall_s, struct caught *c, const char *path, struct http_call call)
{
    struct http *h = fresh(stall_s);
    start(h, c, site.url, path, call);
    run(h);
    assert_int_equal(c->ends, 1);
    http_free(h);
}

static void plain_answers(void **state)
{
    struct caught c = { 0 }, r = { 0 }, m = { 0 }, n = { 0 };
    (void)state;
    site_rules(&site, "[]");
    once(5, &c, "/small", (struct http_call){ 0 });
    assert_int_equal(c.answer.status, 200);
    assert_int_equal(c.answer.length, 12);
    assert_string_equal(c.body.data, "a small file");
    assert_int_equal(c.answer.err.kind, ERR_NONE);
    assert_int_equal(c.answer.etag[0], '"');
    assert_int_equal(c.answer.range_total, -1);
    once(5, &r, "/small", (struct http_call){ .range_from = 8 });
    assert_int_equal(r.answer.status, 206);
    assert_int_equal(r.answer.range_first, 8);
    assert_int_equal(r.answer.range_last, 11);
    assert_int_equal(r.answer.range_total, 12);
    assert_string_equal(r.body.data, "file");
    once(5, &m, "/small", (struct http_call){ .if_none_match = c.answer.etag });
    assert_int_equal(m.answer.status, 304);
    assert_int_equal(m.body.len, 0);
    once(5, &n, "/small", (struct http_call){ .range_from = 2, .range_last = 4 });
    assert_string_equal(n.body.data, "sma");
    str_release(&c.body);
    str_release(&r.body);
    str_release(&m.body);
    str_release(&n.body);
}

/* What every kiosk asks every hour is as small as it can be, and counted to the byte. */
static void lean_and_counted(void **state)
{
    struct caught c = { 0 };
    (void)state;
    site_rules(&site, "[]");
    struct http *h = fresh(5);
    start(h, &c, site.url, "/small", (struct http_call){ 0 });
    run(h);
    char *want = mem_printf("GET /small HTTP/1.1\r\nHost: %s\r\nUser-Agent: weike\r\n\r\n", strchr(site.url, ':') + 3);
    assert_int_equal(c.answer.sent_bytes, strlen(want));
    assert_in_range(c.answer.received_bytes, 12 + 60, 12 + 250);
    assert_int_equal(http_bytes(h), c.answer.sent_bytes + c.answer.received_bytes);
    free(want);
    str_release(&c.body);
    http_free(h);
}

static void puts_and_posts(void **state)
{
    struct http *h = fresh(5);
    struct str out;
    struct http_answer a;
    struct err e = ERR_INIT;
    char *url = mem_printf("%s/!rules", site.url);
    (void)state;
    str_init(&out, 1000);
    struct http_call c = { .method = "PUT", .url = url, .body = "[]", .body_len = 2, .content_type = "application/json", .header = "X-A: b" };
    assert_fine(http_ask(h, &c, 100, &out, &a, &e), e);
    assert_string_equal(out.data, "{}");
    assert_true(a.sent_bytes > 60);
    str_release(&out);
    free(url);
    http_free(h);
}

static void redirects_are_not_followed(void **state)
{
    struct caught c = { 0 };
    (void)state;
    site_rules(&site, "[{\"match\":\"/small\",\"do\":\"status\",\"n\":302,\"location\":\"https://login.example/\"}]");
    once(5, &c, "/small", (struct http_call){ 0 });
    assert_int_equal(c.answer.status, 302);
    assert_string_equal(c.answer.location, "https://login.example/");
    assert_int_equal(site_count(&site, "/", NULL), 1);
    str_release(&c.body);
}

static void retry_after(void **state)
{
    struct caught c = { 0 }, d = { 0 };
    (void)state;
    site_rules(&site, "[{\"match\":\"/small\",\"do\":\"status\",\"n\":503,\"after\":\"99999999\"},{\"match\":\"/big\",\"do\":\"status\",\"n\":429,"
                      "\"after\":\"120\"}]");
    once(5, &c, "/small", (struct http_call){ 0 });
    assert_int_equal(c.answer.retry_after_s, 86400);
    once(5, &d, "/big", (struct http_call){ 0 });
    assert_int_equal(d.answer.retry_after_s, 120);
    str_release(&c.body);
    str_release(&d.body);
}

static void only_http(void **state)
{
    struct caught c = { 0 };
    (void)state;
    struct http *h = fresh(5);
    start(h, &c, "file://", scratch("www/small"), (struct http_call){ 0 });
    run(h);
    assert_int_equal(c.answer.err.kind, ERR_INVALID);
    assert_int_equal(c.body.len, 0);
    str_release(&c.body);
    http_free(h);
}

/* A proxy in the environment is somebody else's idea of our link. */
static void no_proxy_of_the_environment(void **state)
{
    struct caught c = { 0 };
    (void)state;
    site_rules(&site, "[]");
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    once(5, &c, "/small", (struct http_call){ 0 });
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    assert_int_equal(c.answer.status, 200);
    str_release(&c.body);
}

static void nobody_there(void **state)
{
    struct caught c = { 0 }, d = { 0 };
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof a;
    char base[64];
    (void)state;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* bound, not listening: nobody else can have this port */
    assert_int_equal(bind(s, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(s, (struct sockaddr *)&a, &len), 0);
    snprintf(base, sizeof base, "http://127.0.0.1:%d", ntohs(a.sin_port));
    struct http *h = fresh(2);
    start(h, &c, base, "/", (struct http_call){ 0 });
    run(h);
    assert_int_equal(c.answer.status, 0);
    assert_int_equal(c.answer.err.kind, ERR_MISSING);
    start(h, &d, "http://no-such-name.invalid", "/", (struct http_call){ 0 });
    run(h);
    assert_int_equal(d.answer.err.kind, ERR_MISSING);
    str_release(&c.body);
    str_release(&d.body);
    http_free(h);
    close(s);
}

static void stalls_end(void **state)
{
    static const char *const how[] = { "stall", "silent", "loris" };
    (void)state;
    for (size_t i = 0; i < sizeof how / sizeof *how; i++) {
        struct caught c = { 0 };
        char rule[200];
        snprintf(rule, sizeof rule, "[{\"match\":\"/big\",\"do\":\"%s\",\"n\":5000,\"seconds\":20}]", how[i]);
        site_rules(&site, rule);
        int64_t before = clock_boot_ms();
        once(1, &c, "/big", (struct http_call){ 0 });
        assert_int_equal(c.answer.err.kind, ERR_IO);
        assert_true(clock_boot_ms() - before < 4000);
        if (i == 0)
            assert_int_equal(c.body.len, 5000);
        str_release(&c.body);
    }
}

static void cuts_are_told(void **state)
{
    struct caught c = { 0 }, d = { 0 };
    (void)state;
    site_rules(&site, "[{\"match\":\"/big\",\"do\":\"cut\",\"n\":70000,\"times\":1},{\"match\":\"/big\",\"do\":\"reset\",\"n\":70000}]");
    once(5, &c, "/big", (struct http_call){ 0 });
    assert_int_equal(c.answer.err.kind, ERR_IO);
    assert_int_equal(c.body.len, 70000);
    once(5, &d, "/big", (struct http_call){ 0 });
    assert_int_equal(d.answer.err.kind, ERR_IO);
    str_release(&c.body);
    str_release(&d.body);
}

static void endless_things_end(void **state)
{
    struct caught c = { .stop_after = 100000 }, d = { 0 };
    struct http *h = fresh(5);
    struct http_answer a;
    struct str out;
    struct err e = ERR_INIT;
    char *url = mem_printf("%s/big", site.url);
    (void)state;
    site_rules(&site, "[{\"match\":\"/big\",\"do\":\"endless\"},{\"match\":\"/small\",\"do\":\"endless_head\"}]");
    once(5, &c, "/big", (struct http_call){ 0 });
    assert_int_equal(c.answer.err.kind, ERR_CANCELLED);
    assert_true(c.body.len < 200000);
    once(5, &d, "/small", (struct http_call){ 0 });
    assert_int_equal(d.answer.err.kind, ERR_TOO_BIG);
    str_init(&out, 5000);
    str_puts(&out, "before");
    struct http_call call = { .method = "GET", .url = url };
    assert_refused(http_ask(h, &call, 1000, &out, &a, &e), e, ERR_TOO_BIG, "1000 bytes");
    assert_string_equal(out.data, "before");
    str_release(&out);
    str_release(&c.body);
    str_release(&d.body);
    free(url);
    http_free(h);
}

static void squeezed_unasked(void **state)
{
    struct caught c = { 0 };
    (void)state;
    site_rules(&site, "[{\"match\":\"/big\",\"do\":\"squeeze\"}]");
    once(5, &c, "/big", (struct http_call){ .range_from = 10 });
    assert_true(c.answer.encoded);
    assert_int_equal(c.answer.status, 200);
    assert_int_equal(c.body.len, 300000);
    assert_string_equal(c.answer.etag, "");
    str_release(&c.body);
}

static void odd_ranges(void **state)
{
    struct caught c = { 0 }, d = { 0 };
    (void)state;
    site_rules(&site, "[{\"match\":\"/big\",\"do\":\"no_total\"},{\"match\":\"/small\",\"do\":\"shifted\",\"n\":3}]");
    once(5, &c, "/big", (struct http_call){ .range_from = 299990 });
    assert_int_equal(c.answer.status, 206);
    assert_int_equal(c.answer.range_first, -1);
    once(5, &d, "/small", (struct http_call){ .range_from = 5 });
    assert_int_equal(d.answer.range_first, 2);
    str_release(&c.body);
    str_release(&d.body);
}

/* One request cancels another from inside its callback; one is cancelled from outside; one is dropped with its http. */
static void cancelling(void **state)
{
    struct caught a = { 0 }, b = { 0 }, c = { 0 };
    struct http *h = fresh(10);
    (void)state;
    site_rules(&site, "[{\"match\":\"/small\",\"do\":\"silent\",\"seconds\":20}]");
    struct http_request *silent = start(h, &b, site.url, "/small", (struct http_call){ 0 });
    a.victim = silent;
    start(h, &a, site.url, "/big", (struct http_call){ 0 });
    int64_t before = clock_boot_ms();
    run(h);
    assert_int_equal(a.ends, 1);
    assert_int_equal(a.answer.err.kind, ERR_NONE);
    assert_int_equal(b.ends, 1);
    assert_int_equal(b.answer.err.kind, ERR_CANCELLED);
    http_cancel(start(h, &c, site.url, "/small", (struct http_call){ 0 }));
    assert_int_equal(c.ends, 1);
    str_release(&c.body);
    c = (struct caught){ 0 };
    start(h, &c, site.url, "/small", (struct http_call){ 0 });
    http_step(h, 100);
    http_free(h);
    assert_int_equal(c.ends, 0);
    assert_true(clock_boot_ms() - before < 3000);
    str_release(&a.body);
    str_release(&b.body);
    str_release(&c.body);
}

static void *wake_soon(void *h)
{
    http_wake(h);
    return NULL;
}

static bool stop_now(void *ctx)
{
    (void)ctx;
    return true;
}

static void waking_and_stopping(void **state)
{
    struct http *h = fresh(10), *s = http_new(&(struct http_options){ .connections = 1, .stop = stop_now });
    struct http_answer a;
    struct str out;
    struct err e = ERR_INIT;
    pthread_t t;
    char *url = mem_printf("%s/small", site.url);
    (void)state;
    int64_t before = clock_boot_ms();
    thread_start(&t, "waker", wake_soon, h);
    http_step(h, 20000);
    thread_join(t);
    site_rules(&site, "[{\"match\":\"/small\",\"do\":\"silent\",\"seconds\":20}]");
    str_init(&out, 100);
    struct http_call c = { .method = "GET", .url = url };
    assert_false(http_ask(s, &c, 100, &out, &a, &e));
    assert_int_equal(e.kind, ERR_CANCELLED);
    assert_true(clock_boot_ms() - before < 2000);
    str_release(&out);
    free(url);
    http_free(h);
    http_free(s);
}

/* ---- TLS ---- */

static bool has_faketime(void)
{
    return system("command -v faketime >/dev/null") == 0;
}

/* `when`: "2020-01-01" makes one that has run out long ago, where faketime is installed. */
static void make_cert(const char *name, const char *when)
{
    char *text = mem_printf("$(test -n '%s' && command -v faketime) %s openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout '%s.key' -out '%s.crt' "
                            "-days 10 -subj /CN=else.example >/dev/null 2>&1", when, has_faketime() ? when : "", scratch(name), scratch(name));
    assert_int_equal(system(text), 0);
    free(text);
}

static void pin_of(const char *name, char *out, size_t size)
{
    char *text = mem_printf("openssl x509 -in '%s.crt' -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | "
                            "openssl base64 -A", scratch(name));
    FILE *p = popen(text, "r");
    snprintf(out, size, "sha256//");
    assert_non_null(fgets(out + 8, (int)size - 8, p));
    pclose(p);
    free(text);
}

static void ask_tls(const struct site *s, const char *pin, struct http_answer *a)
{
    struct caught c = { 0 };
    struct http *h = http_new(&(struct http_options){ .connections = 1, .pin = pin, .stall_s = 5 });
    start(h, &c, s->url, "/small", (struct http_call){ 0 });
    run(h);
    *a = c.answer;
    str_release(&c.body);
    http_free(h);
}

/* A certificate of nobody we know, for another name, that has run out: refused by the rules of the web, fine when its
 * key is the pinned one; another key is not, whatever else is right. */
static void a_pinned_key(void **state)
{
    struct site s;
    struct http_answer a;
    char pin[128], other[128];
    (void)state;
    make_cert("old", "2020-01-01");
    make_cert("wrong", "");
    pin_of("old", pin, sizeof pin);
    pin_of("wrong", other, sizeof other);
    site_start(&s, scratch("www"), scratch("old.crt"), scratch("old.key"));
    ask_tls(&s, NULL, &a);
    assert_int_equal(a.err.kind, ERR_UNTRUSTED);
    assert_int_equal(a.status, 0);
    ask_tls(&s, pin, &a);
    assert_int_equal(a.err.kind, ERR_NONE);
    assert_int_equal(a.status, 200);
    ask_tls(&s, other, &a);
    assert_int_equal(a.err.kind, ERR_UNTRUSTED);
    assert_int_equal(a.status, 0);
    site_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_answers),
        cmocka_unit_test(lean_and_counted),
        cmocka_unit_test(puts_and_posts),
        cmocka_unit_test(redirects_are_not_followed),
        cmocka_unit_test(retry_after),
        cmocka_unit_test(only_http),
        cmocka_unit_test(no_proxy_of_the_environment),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(stalls_end),
        cmocka_unit_test(cuts_are_told),
        cmocka_unit_test(endless_things_end),
        cmocka_unit_test(squeezed_unasked),
        cmocka_unit_test(odd_ranges),
        cmocka_unit_test(cancelling),
        cmocka_unit_test(waking_and_stopping),
        cmocka_unit_test(a_pinned_key),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
