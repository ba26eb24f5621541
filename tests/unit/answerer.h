/* answerer.h - a small HTTP server on loopback, in a thread of a unit test: one request a connection, one at a time; what
 * it answers is the test's business. Include once. */
#ifndef TESTS_ANSWERER_H
#define TESTS_ANSWERER_H
#include "base/str.h"
#include "base/thread.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct asked { char method[8], path[256]; char *head; size_t head_len; const char *body; size_t body_len; };
struct reply {
    int status;          /* 0: closes the connection without a word; not set by the handler: 500 */
    struct str body, head; /* head: more header lines, each with CRLF */
    size_t cut;          /* > 0: only so many bytes of the answer go out */
};
struct answerer {
    int listener, port, stop[2], requests;
    pthread_t thread;
    struct gate gate;    /* held while the handler runs */
    void (*handler)(void *ctx, const struct asked *a, struct reply *r);
    void *ctx;
    char url[64];
};

/* Value of a header line of the request into `out`; "" if it is not there. */
__attribute__((unused)) static void asked_header(const struct asked *a, const char *name, char *out, size_t size)
{
    size_t n = strlen(name);
    out[0] = 0;
    for (const char *line = strchr(a->head, '\n'); line; line = strchr(line + 1, '\n'))
        if (strncasecmp(line + 1, name, n) == 0 && line[1 + n] == ':')
            snprintf(out, size, "%.*s", (int)strcspn(line + 3 + n, "\r\n"), line + 3 + n);
}

static bool answerer_read(int fd, struct str *in, struct asked *a)
{
    char buf[16384], length[32];
    char *end;
    ssize_t n;
    while (!(end = strstr(in->data, "\r\n\r\n"))) {
        if ((n = read(fd, buf, sizeof buf)) <= 0)
            return false;
        str_add(in, buf, (size_t)n);
    }
    a->head_len = (size_t)(end - in->data) + 4;
    a->head = in->data;
    asked_header(a, "Content-Length", length, sizeof length);
    size_t want = a->head_len + (size_t)atoll(length);
    while (in->len < want) {
        if ((n = read(fd, buf, sizeof buf)) <= 0)
            return false;
        str_add(in, buf, (size_t)n);
    }
    a->head = in->data;
    a->body = in->data + a->head_len;
    a->body_len = want - a->head_len;
    return sscanf(in->data, "%7s %255s", a->method, a->path) == 2;
}

static void answerer_one(struct answerer *s, int fd)
{
    struct str in, out;
    struct asked a = { .head = NULL };
    struct reply r = { .status = 500 };
    str_init(&in, 0);
    str_init(&out, 0);
    str_init(&r.body, 0);
    str_init(&r.head, 0);
    if (answerer_read(fd, &in, &a)) {
        gate_lock(&s->gate);
        s->requests++;
        s->handler(s->ctx, &a, &r);
        gate_unlock(&s->gate);
        if (r.status) {
            str_printf(&out, "HTTP/1.1 %d X\r\nConnection: close\r\n%s", r.status, r.head.data);
            if (r.status != 304 && r.status != 204)
                str_printf(&out, "Content-Length: %zu\r\n", r.body.len);
            str_puts(&out, "\r\n");
            str_add(&out, r.body.data, r.body.len);
            size_t len = r.cut && r.cut < out.len ? r.cut : out.len;
            for (size_t at = 0; at < len;) {
                ssize_t n = send(fd, out.data + at, len - at, MSG_NOSIGNAL);
                if (n <= 0)
                    break;
                at += (size_t)n;
            }
        }
    }
    str_release(&in);
    str_release(&out);
    str_release(&r.body);
    str_release(&r.head);
    close(fd);
}

static void *answerer_main(void *arg)
{
    struct answerer *s = arg;
    for (;;) {
        struct pollfd p[2] = { { s->listener, POLLIN, 0 }, { s->stop[0], POLLIN, 0 } };
        if (poll(p, 2, -1) < 0 || p[1].revents)
            return NULL;
        int fd = accept(s->listener, NULL, NULL);
        if (fd >= 0)
            answerer_one(s, fd);
    }
}

/* What the test has set is seen by the handler, what the handler has done by the test: before and after a request. */
static void answerer_sync(struct answerer *s)
{
    gate_lock(&s->gate);
    gate_unlock(&s->gate);
}

static void answerer_start(struct answerer *s, void (*handler)(void *, const struct asked *, struct reply *), void *ctx)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof at;
    *s = (struct answerer){ .handler = handler, .ctx = ctx };
    gate_init(&s->gate);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->listener < 0 || bind(s->listener, (struct sockaddr *)&at, len) != 0 || listen(s->listener, 16) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&at, &len) != 0 || pipe(s->stop) != 0)
        abort();
    s->port = ntohs(at.sin_port);
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d", s->port);
    thread_start(&s->thread, "answerer", answerer_main, s);
}

static void answerer_end(struct answerer *s)
{
    if (write(s->stop[1], "x", 1) != 1)
        abort();
    thread_join(s->thread);
    gate_release(&s->gate);
    close(s->listener);
    close(s->stop[0]);
    close(s->stop[1]);
}
#endif
