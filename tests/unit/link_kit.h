/* link_kit.h - a server on the loopback that can misbehave (tests/net/server.py), for the tests of sync/. Include once,
 * after scratch.h. */
#ifndef TESTS_LINK_KIT_H
#define TESTS_LINK_KIT_H
#include "base/json.h"
#include "sync/http/http.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct site { pid_t pid; int in; char url[64]; };

#define LINK_UNUSED __attribute__((unused)) static

static const char *link_script(void)
{
    static const char *const place[] = { "tests/net/server.py", "../tests/net/server.py", "../../tests/net/server.py" };
    for (size_t i = 0; i < sizeof place / sizeof *place; i++)
        if (access(place[i], R_OK) == 0)
            return place[i];
    return getenv("ROOT") ? fs_join(getenv("ROOT"), "tests/net/server.py") : place[0];
}

/* Serves `folder`; `cert` and `key` make it https. */
LINK_UNUSED void site_start(struct site *s, const char *folder, const char *cert, const char *key)
{
    int in[2], out[2];
    char port[16] = "";
    char *argv[] = { "python3", (char *)link_script(), (char *)folder, cert ? "--tls" : NULL, (char *)cert, (char *)key, NULL };
    posix_spawn_file_actions_t a;
    assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&a);
    posix_spawn_file_actions_adddup2(&a, in[0], 0);
    posix_spawn_file_actions_adddup2(&a, out[1], 1);
    assert_int_equal(posix_spawnp(&s->pid, "python3", &a, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&a);
    close(in[0]);
    close(out[1]);
    s->in = in[1];
    for (size_t n = 0; n < sizeof port - 1 && read(out[0], port + n, 1) == 1 && port[n] != '\n';)
        n++;
    close(out[0]);
    assert_true(atoi(port) > 0);
    snprintf(s->url, sizeof s->url, "%s://127.0.0.1:%d", cert ? "https" : "http", atoi(port));
}

LINK_UNUSED void site_stop(struct site *s)
{
    close(s->in);
    waitpid(s->pid, NULL, 0);
}

static void site_control(const struct site *s, const char *path, const char *body, struct str *out)
{
    struct http *h = http_new(&(struct http_options){ .connections = 1 });
    struct http_answer a;
    struct err e = ERR_INIT;
    char *url = mem_printf("%s%s", s->url, path);
    struct http_call c = { .method = body ? "POST" : "GET", .url = url, .body = body, .body_len = body ? strlen(body) : 0 };
    if (!http_ask(h, &c, 1 << 22, out, &a, &e))
        fail_msg("%s", e.text);
    assert_int_equal(a.status, 200);
    free(url);
    http_free(h);
}

/* Replaces the rules (see server.py) and empties the log. */
LINK_UNUSED void site_rules(const struct site *s, const char *json)
{
    struct str out;
    str_init(&out, 1 << 22);
    site_control(s, "/!rules", json, &out);
    str_release(&out);
}

/* What was asked since then: [{path, range, status, sent}]; json_decref() it. */
LINK_UNUSED json_t *site_log(const struct site *s)
{
    struct str out;
    json_error_t ignored;
    str_init(&out, 1 << 22);
    site_control(s, "/!log", NULL, &out);
    json_t *list = json_loads(out.data, 0, &ignored);
    str_release(&out);
    assert_non_null(list);
    return list;
}

/* Requests whose path has `part` in it, and the body bytes they were sent. */
LINK_UNUSED int site_count(const struct site *s, const char *part, uint64_t *sent)
{
    json_t *list = site_log(s), *x;
    size_t i;
    int n = 0;
    uint64_t total = 0;
    json_array_foreach(list, i, x)
        if (strstr(json_string_value(json_object_get(x, "path")), part)) {
            n++;
            total += (uint64_t)json_integer_value(json_object_get(x, "sent"));
        }
    json_decref(list);
    if (sent)
        *sent = total;
    return n;
}
#endif
