/* hub_load: many keep-alive connections from one thread (epoll), to measure a hub or any server beside it.
 *
 *   hub_load get PORT SECONDS CONNECTIONS PATH…            requests/s, MB/s, p50, p99
 *   hub_load put PORT DATA PACKETS BATCH CONNECTIONS       statements/s with receipts, p50, p99; DATA is the hub's folder, for codes
 *
 * Packets are sealed before the clock starts. One line of JSON. */
#define _GNU_SOURCE
#include "terminal.h"

#include "base/clock.h"
#include "base/json.h"
#include "hub/vault/enrol.h"
#include "hub/core/hub.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TERMINALS = 8, CONNECTIONS_MAX = 1000, LATENCIES_MAX = 1 << 21 };

struct conn {
    int fd;
    const struct str *out;      /* what is being sent */
    size_t sent;
    char head[4096];            /* of the answer */
    size_t head_len;
    int64_t body_left;          /* -1: the head is not whole yet */
    int64_t began_us;
    bool idle;
};
static struct conn conn[CONNECTIONS_MAX];
static struct str *request;     /* to be sent in turn */
static int requests, next_request;
static bool repeat;             /* begin again at the end */
static int64_t answers, good, bytes, deadline_ms;
static int32_t *latency_us;
static int latencies;

static int dial(int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
        perror("connect"), exit(1);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static bool begin(struct conn *c)
{
    c->idle = repeat ? clock_boot_ms() >= deadline_ms : next_request >= requests;
    if (c->idle)
        return false;
    c->out = &request[next_request++ % requests];
    c->sent = c->head_len = 0;
    c->body_left = -1;
    c->began_us = clock_boot_us();
    return true;
}

static void push(struct conn *c)
{
    while (c->sent < c->out->len) {
        ssize_t n = send(c->fd, c->out->data + c->sent, c->out->len - c->sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0)
            perror("send"), exit(1);
        c->sent += (size_t)n;
    }
}

static void finished(struct conn *c)
{
    answers++;
    good += !strncmp(c->head, "HTTP/1.1 20", 11);
    if (strncmp(c->head, "HTTP/1.1 20", 11) != 0 && answers - good < 4)
        fprintf(stderr, "%.40s\n", c->head);
    if (latencies < LATENCIES_MAX)
        latency_us[latencies++] = (int32_t)(clock_boot_us() - c->began_us);
    if (begin(c))
        push(c);
}

static bool head_done(struct conn *c)
{
    c->head[c->head_len] = 0;
    char *end = strstr(c->head, "\r\n\r\n"), *length = strcasestr(c->head, "content-length:");
    if (!end)
        return false;
    c->body_left = (length && length < end ? atoll(length + 15) : 0) - (int64_t)(c->head + c->head_len - end - 4);
    return true;
}

/* False: nothing more now. */
static bool pull(struct conn *c)
{
    static char sink[1 << 18];
    char *to = c->body_left < 0 ? c->head + c->head_len : sink;
    size_t room = c->body_left < 0 ? sizeof c->head - 1 - c->head_len : sizeof sink;
    ssize_t n = recv(c->fd, to, room, 0);
    if (n < 0 && errno == EAGAIN)
        return false;
    if (n <= 0)
        fprintf(stderr, "the server closed a connection\n"), exit(1);
    bytes += n;
    if (c->body_left < 0) {
        c->head_len += (size_t)n;
        if (!head_done(c))
            return true;
    } else {
        c->body_left -= n;
    }
    if (c->body_left == 0)
        finished(c);
    return !c->idle;
}

static int compare(const void *a, const void *b) { return *(const int32_t *)a < *(const int32_t *)b ? -1 : *(const int32_t *)a > *(const int32_t *)b; }

static double run(int port, int connections)
{
    int ep = epoll_create1(0), open = connections;
    struct epoll_event got[64];
    latency_us = mem_alloc(LATENCIES_MAX * sizeof *latency_us);
    for (int i = 0; i < connections; i++)
        conn[i].fd = dial(port);
    int64_t start = clock_boot_us();
    for (int i = 0; i < connections; i++) {
        struct epoll_event e = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = &conn[i] };
        if (begin(&conn[i]))
            push(&conn[i]);
        epoll_ctl(ep, EPOLL_CTL_ADD, conn[i].fd, &e);
    }
    while (open > 0) {
        int n = epoll_wait(ep, got, 64, 1000);
        for (int i = 0; i < n; i++) {
            struct conn *c = got[i].data.ptr;
            if (c->idle)
                continue;
            push(c);
            while (pull(c))
                ;
            open -= c->idle;
        }
        for (int i = open = 0; i < connections; i++)
            open += !conn[i].idle;
    }
    qsort(latency_us, (size_t)latencies, sizeof *latency_us, compare);
    return (double)(clock_boot_us() - start) / 1e6;
}

static double at(double share) { return latencies ? latency_us[(int)(share * (latencies - 1))] / 1000.0 : 0; }

static int get(int argc, char **argv)
{
    int port = atoi(argv[2]), connections = atoi(argv[4]);
    deadline_ms = clock_boot_ms() + atoll(argv[3]) * 1000;
    requests = argc - 5;
    request = mem_alloc(sizeof *request * (size_t)requests);
    repeat = true;
    for (int i = 0; i < requests; i++) {
        str_init(&request[i], 0);
        str_printf(&request[i], "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", argv[5 + i]);
    }
    double s = run(port, connections);
    printf("{\"requests_s\": %.0f, \"MB_s\": %.1f, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"bad\": %lld}\n", (double)answers / s, (double)bytes / s / 1e6, at(0.5), at(0.99),
           (long long)(answers - good));
    return answers == good ? 0 : 1;
}

/* ---- put ---- */

static bool make_device(struct work *w, void *ctx, struct err *e)
{
    return enrol_device(w, &(struct enrol_entry){ ctx, "load", false, "", "" }, hub_now_ms(), e);
}

static int put(char **argv)
{
    const char *data = argv[3];
    int port = atoi(argv[2]), batch = atoi(argv[5]), connections = atoi(argv[6]);
    struct county_key county;
    struct terminal t[TERMINALS];
    size_t sealed = 0;
    char path[600];
    snprintf(path, sizeof path, "%s/county/county.pub", data);
    MUST(county_key_load(path, &county, &e));
    for (int i = 0; i < TERMINALS; i++) {
        snprintf(path, sizeof path, "%s.terminals/%d-%d", data, (int)getpid(), i);
        terminal_init(&t[i], path, (uint64_t)getpid() * 100 + (uint64_t)i);
        MUST(ledger_act(data, make_device, &t[i].key.pub, &e));
    }
    requests = atoi(argv[4]);
    request = mem_alloc(sizeof *request * (size_t)requests);
    for (int i = 0; i < requests; i++) {
        struct str body;
        char sha[SHA256_HEX];
        int64_t first = 1 + (int64_t)(i / TERMINALS) * batch;
        str_init(&body, 0);
        terminal_seal(&t[i % TERMINALS], first, first + batch - 1, &county, NULL, &body);
        sha256_hex(body.data, body.len, sha);
        sealed += body.len;
        str_init(&request[i], 0);
        str_printf(&request[i], "PUT /v1/rec/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n", sha, body.len);
        str_add(&request[i], body.data, body.len);
        str_release(&body);
    }
    double s = run(port, connections);
    printf("{\"statements\": %lld, \"statements_s\": %.0f, \"packets_s\": %.1f, \"bytes_each\": %.1f, \"p50_ms\": %.1f, \"p99_ms\": %.1f, \"bad\": %lld}\n",
           (long long)requests * batch, (double)good * batch / s, (double)good / s, (double)sealed / ((double)requests * batch), at(0.5), at(0.99), (long long)(answers - good));
    return answers == good ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc >= 6 && !strcmp(argv[1], "get") && atoi(argv[4]) <= CONNECTIONS_MAX)
        return get(argc, argv);
    if (argc == 7 && !strcmp(argv[1], "put") && atoi(argv[6]) <= CONNECTIONS_MAX)
        return put(argv);
    fprintf(stderr, "usage: hub_load get PORT SECONDS CONNECTIONS PATH... | put PORT DATA PACKETS BATCH CONNECTIONS\n");
    return 2;
}
