/* The server on loopback with rows of this test's own: what it answers by itself, and how it has others answer. */
#define _GNU_SOURCE
#include "base/thread.h"
#include "web/server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { WHO_STAFF = 7, ROLE_STAFF = 3, BODY_MAX = 100 };

static struct program {
    struct server *server;
    struct server_load load;
    pthread_t later;
    const struct ask *pending;
    int settled;
} program;

/* ---- the program's handlers ---- */

static void hello(void *ctx, const struct ask *a, struct reply *out)
{
    const char *name = ask_argument(a, "name");
    assert_ptr_equal(ctx, &program);
    reply_say(out, 200, "hello %s %s", a->rest, name ? name : "nobody");
}

static void echo(void *ctx, const struct ask *a, struct reply *out)
{
    (void)ctx;
    out->status = 200;
    str_add(&out->body, a->body, a->body_len);
}

static void staff_only(void *ctx, const struct ask *a, struct reply *out)
{
    (void)ctx;
    assert_int_equal(a->role, ROLE_STAFF);
    reply_say(out, 200, "secret for %s", a->user);
}

static void settle(void *own, struct reply *r)
{
    program.settled++;
    r->status = 201;
    str_printf(&r->body, "%s\n", (char *)own);
    free(own);
}

static void *finish(void *ctx)
{
    server_answered(((struct program *)ctx)->pending);
    return NULL;
}

/* Complete only after this function has returned, on a thread of its own; moves the body away. */
static void slowly(void *ctx, const struct ask *a, struct reply *out)
{
    struct program *p = ctx;
    out->own = mem_printf("%.*s", (int)a->whole->len, a->whole->data);
    out->settle = settle;
    p->pending = a;
    if (!server_room(a, 1000))
        abort();
    thread_start(&p->later, "later", finish, p);
}

static void too_heavy(void *ctx, const struct ask *a, struct reply *out)
{
    (void)ctx;
    reply_say(out, server_room(a, 1 << 30) ? 200 : 503, "weighed");
    server_answered(a);
}

static bool may(void *ctx, int who, struct ask *a, struct reply *out)
{
    assert_ptr_equal(ctx, &program);
    assert_int_equal(who, WHO_STAFF);
    if (a->user && a->password && !strcmp(a->user, "li") && !strcmp(a->password, "geheim")) {
        a->role = ROLE_STAFF;
        return true;
    }
    reply_say(out, 401, "who are you?");
    out->ask_password = true;
    return false;
}

static bool letters(const char *rest) { return *rest && strspn(rest, "abcdefghijklmnopqrstuvwxyz") == strlen(rest); }

static const struct route rows[] = {
    { "/hello/", letters, ROUTE_GET, ROUTE_ANYBODY, 0, ROUTE_HERE, hello },
    { "/pool/", letters, ROUTE_GET, ROUTE_ANYBODY, 0, ROUTE_POOL, hello },
    { "/echo", NULL, ROUTE_PUT | ROUTE_POST, ROUTE_ANYBODY, BODY_MAX, ROUTE_POOL, echo },
    { "/later", NULL, ROUTE_PUT, ROUTE_ANYBODY, BODY_MAX, ROUTE_LATER, slowly },
    { "/heavy", NULL, ROUTE_GET, ROUTE_ANYBODY, 0, ROUTE_LATER, too_heavy },
    { "/staff", NULL, ROUTE_GET, WHO_STAFF, 0, ROUTE_POOL, staff_only },
    { "/staff/later", NULL, ROUTE_GET, WHO_STAFF, 0, ROUTE_LATER, too_heavy },
    { 0 },
};
static const struct route *const routes[] = { rows, NULL };

/* ---- a client ---- */

static char got[8192];

/* Status of the answer to this head (and body); all of the answer in `got`. */
static int request(const char *head, const char *body)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)server_port(program.server)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = 0;
    size_t n = 0;
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    char *text = mem_printf("%s\r\nHost: h\r\nConnection: close\r\n\r\n%s", head, body);
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    free(text);
    for (ssize_t r; n < sizeof got - 1 && (r = read(fd, got + n, sizeof got - 1 - n)) > 0;)
        n += (size_t)r;
    got[n] = 0;
    close(fd);
    assert_int_equal(sscanf(got, "HTTP/1.1 %d", &status), 1);
    return status;
}

static bool has(const char *text) { return strstr(got, text) != NULL; }
static const char *body_of_answer(void)
{
    const char *end = strstr(got, "\r\n\r\n");
    assert_non_null(end);
    return end + 4;
}

/* ---- tests ---- */

static void only_places_that_are_there(void **state)
{
    (void)state;
    assert_int_equal(request("GET / HTTP/1.1", ""), 404);
    assert_int_equal(request("GET /hello/ HTTP/1.1", ""), 404);
    assert_int_equal(request("GET /hello/A HTTP/1.1", ""), 404);
    assert_int_equal(request("DELETE /nowhere HTTP/1.1", ""), 404);
    assert_int_equal(request("GET /hello/you?name=wei%20ke HTTP/1.1", ""), 200);
    assert_string_equal(body_of_answer(), "hello you wei ke\n");
}

static void the_wrong_method_hears_the_right_ones(void **state)
{
    (void)state;
    assert_int_equal(request("PUT /hello/you HTTP/1.1\r\nContent-Length: 1", "x"), 405);
    assert_true(has("Allow: GET, HEAD, OPTIONS\r\n"));
    assert_int_equal(request("DELETE /echo HTTP/1.1", ""), 405);
    assert_true(has("Allow: PUT, POST, OPTIONS\r\n"));
    assert_int_equal(request("OPTIONS /echo HTTP/1.1", ""), 204);
    assert_true(has("Allow: PUT, POST, OPTIONS\r\n"));
    assert_int_equal(request("OPTIONS /nowhere HTTP/1.1", ""), 404);
    assert_int_equal(request("OPTIONS /staff HTTP/1.1\r\nContent-Length: 9", "body body"), 413);
}

static void head_is_get_without_a_body(void **state)
{
    static const char *const places[] = { "HEAD /hello/you HTTP/1.1", "HEAD /pool/you HTTP/1.1" };
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(request(places[i], ""), 200);
        assert_true(has("Content-Length: 17\r\n"));
        assert_string_equal(body_of_answer(), "");
    }
    assert_int_equal(request("HEAD /echo HTTP/1.1", ""), 405);
}

static void bodies_have_limits(void **state)
{
    char much[BODY_MAX + 2] = "";
    (void)state;
    memset(much, 'x', BODY_MAX + 1);
    assert_int_equal(request("POST /echo HTTP/1.1\r\nContent-Length: 101", much), 413);
    assert_int_equal(request("POST /echo HTTP/1.1\r\nContent-Length: 99999999999999999999", ""), 413);
    assert_int_equal(request("POST /echo HTTP/1.1", ""), 411);
    assert_int_equal(request("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked", "1\r\nx\r\n0\r\n\r\n"), 411);
    assert_int_equal(request("GET /hello/you HTTP/1.1\r\nContent-Length: 1", "x"), 413);
    much[BODY_MAX] = 0;
    assert_int_equal(request("PUT /echo HTTP/1.1\r\nContent-Length: 100", much), 200);
    assert_string_equal(body_of_answer(), much);
}

static void the_pool_answers(void **state)
{
    (void)state;
    assert_int_equal(request("GET /pool/you HTTP/1.1", ""), 200);
    assert_string_equal(body_of_answer(), "hello you nobody\n");
}

static void an_answer_may_come_later(void **state)
{
    (void)state;
    assert_int_equal(request("PUT /later HTTP/1.1\r\nContent-Length: 4", "body"), 201);
    thread_join(program.later);
    assert_string_equal(body_of_answer(), "body\n");
    assert_int_equal(program.settled, 1);
    assert_int_equal(request("GET /heavy HTTP/1.1", ""), 503);
}

static void the_program_says_who_may(void **state)
{
    (void)state;
    assert_int_equal(request("GET /staff HTTP/1.1", ""), 401);
    assert_true(has("WWW-Authenticate: Basic realm=\"test\""));
    assert_int_equal(request("GET /staff HTTP/1.1\r\nAuthorization: Basic bGk6d3Jvbmc=", ""), 401);
    assert_int_equal(request("GET /staff HTTP/1.1\r\nAuthorization: Basic bGk6Z2VoZWlt", ""), 200);
    assert_string_equal(body_of_answer(), "secret for li\n");
    assert_int_equal(request("GET /staff/later HTTP/1.1", ""), 401);
}

/* Of what was declared and weighed nothing stays counted. */
static void nothing_stays_counted(void **state)
{
    (void)state;
    server_stop(program.server);
    program.server = NULL;
    assert_int_equal(atomic_load(&program.load.body_bytes), 0);
    assert_int_equal(atomic_load(&program.load.connections), 0);
    assert_true(atomic_load(&program.load.requests) > atomic_load(&program.load.refused));
}

static int start(void **state)
{
    struct err e = ERR_INIT;
    struct server_config c = { .name = "test", .host = "127.0.0.1", .port = "0", .connections = 20, .per_ip = 20, .routes = routes,
                               .may = may, .ctx = &program, .load = &program.load };
    (void)state;
    program.server = server_start(&c, &e);
    return program.server ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_places_that_are_there), cmocka_unit_test(the_wrong_method_hears_the_right_ones),
        cmocka_unit_test(head_is_get_without_a_body), cmocka_unit_test(bodies_have_limits), cmocka_unit_test(the_pool_answers),
        cmocka_unit_test(an_answer_may_come_later), cmocka_unit_test(the_program_says_who_may), cmocka_unit_test(nothing_stays_counted),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
