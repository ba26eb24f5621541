#define _GNU_SOURCE
#define LOG_MODULE "server"
#include "hub/doors/server.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/thread.h"
#include "hub/doors/desk.h"
#include "web/guard.h"
#include "web/listen.h"
#include "hub/pages/page.h"
#include "web/pool.h"
#include "hub/doors/route.h"
#include "hub/doors/serve.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    THREADS = 4,
    HEAD_MAX_BYTES = 16 << 10,       /* of one request, with what the library itself keeps */
    IDLE_S = 60,
    BODIES_MAX_BYTES = 64 << 20,     /* of all requests together, opened packets included */
    ADDRESS_SHARE = 8,               /* one address gets so small a part of that for bodies under way */
    FILES_SPARED = 100,              /* of the limit, for databases and logs */
    OWED_MS = 1000,                  /* at the end, for answers on their way out */
};

struct server {
    struct hub *hub;
    struct gate gate;                /* for the four below */
    struct request *bodies;          /* that hold room for a declared body, by address */
    int suspended;                   /* requests that the pool or the vault has */
    int owed;                        /* the same until their answer is out */
    bool stopping;                   /* no more of them */
    struct guard *guard;
    struct pool *pool;               /* for what takes time */
    struct MHD_Daemon *daemon;
    int port;
};
struct request {
    struct server *server;
    struct MHD_Connection *conn;
    struct guard_entry *guard;
    const struct route *route;
    const char *rest;
    bool head, answered;
    size_t reserved;                 /* of BODIES_MAX_BYTES */
    size_t share;                    /* of what its address may have; in the server's list while it is not 0 */
    struct request *before, *after;
    struct str body;
    struct pool_job job;
    struct ingest *ingest;           /* a packet on its way in; its answer comes from there */
    struct reply reply;              /* of another slow door */
    struct ask ask;
    char address[64], *user, *password;
    bool suspended, owed;            /* counted in the server's */
};

/* False: the server is about to stop. */
static bool set_aside(struct request *r)
{
    struct server *s = r->server;
    gate_lock(&s->gate);
    r->suspended = r->owed = !s->stopping;
    s->suspended += r->suspended;
    s->owed += r->owed;
    gate_unlock(&s->gate);
    return r->suspended;
}

static void take_up(struct request *r, bool answered)
{
    struct server *s = r->server;
    if (!r->suspended && !(answered && r->owed))
        return;
    gate_lock(&s->gate);
    s->suspended -= r->suspended;
    s->owed -= answered && r->owed;
    gate_wake(&s->gate);
    gate_unlock(&s->gate);
    r->suspended = false;
    r->owed = r->owed && !answered;
}

/* A length is believed before a byte has come: two addresses that only declare would keep everybody out. Behind a proxy
 * (--per-ip 0) all come from one, and it sends what it has whole. */
static bool take_share(struct request *r, size_t bytes)
{
    struct server *s = r->server;
    size_t sum = bytes;
    if (bytes == 0 || !s->hub->options->per_ip)
        return true;
    gate_lock(&s->gate);
    for (const struct request *o = s->bodies; o; o = o->after)
        if (!strcmp(o->address, r->address))
            sum += o->share;
    bool fits = sum <= BODIES_MAX_BYTES / ADDRESS_SHARE;
    if (fits) {
        r->share = bytes;
        r->after = s->bodies;
        if (s->bodies)
            s->bodies->before = r;
        s->bodies = r;
    }
    gate_unlock(&s->gate);
    return fits;
}

static void release_share(struct request *r)
{
    struct server *s = r->server;
    if (!r->share)
        return;
    gate_lock(&s->gate);
    *(r->before ? &r->before->after : &s->bodies) = r->after;
    if (r->after)
        r->after->before = r->before;
    r->before = r->after = NULL;
    r->share = 0;
    gate_unlock(&s->gate);
}

static void release_room(struct request *r)
{
    release_share(r);
    atomic_fetch_sub(&r->server->hub->load.body_bytes, (long)r->reserved);
    r->reserved = 0;
}

static bool take_room(struct request *r, size_t bytes)
{
    long now = atomic_fetch_add(&r->server->hub->load.body_bytes, (long)bytes) + (long)bytes;
    r->reserved += bytes;
    if (now <= BODIES_MAX_BYTES)
        return true;
    release_room(r);
    return false;
}

/* ---- answering ---- */

static struct MHD_Response *make_response(struct request *r, struct reply *p)
{
    struct MHD_Response *m;
    if (p->fd < 0)
        return MHD_create_response_from_buffer(p->body.len, p->body.data, MHD_RESPMEM_MUST_COPY);
    m = MHD_create_response_from_fd_at_offset64(p->count, p->fd, p->first); /* sendfile */
    if (m)
        p->fd = -1; /* closed with the response */
    atomic_fetch_add(&r->server->hub->load.tree_bytes, r->head ? 0 : (long long)p->count);
    return m;
}

static void add_headers(struct MHD_Response *m, const struct reply *p, const struct request *r)
{
    char text[96];
    MHD_add_response_header(m, "Content-Type", p->type ? p->type : "text/plain; charset=utf-8");
    MHD_add_response_header(m, "Cache-Control", p->cache ? p->cache : "no-store");
    MHD_add_response_header(m, "X-Content-Type-Options", "nosniff");
    if (*p->etag)
        MHD_add_response_header(m, "ETag", p->etag);
    if (r->route && r->route->id == ROUTE_TREE)
        MHD_add_response_header(m, "Accept-Ranges", "bytes");
    if (p->status == 206)
        snprintf(text, sizeof text, "bytes %llu-%llu/%llu", (unsigned long long)p->first, (unsigned long long)(p->first + p->count - 1),
                 (unsigned long long)p->total);
    else
        snprintf(text, sizeof text, "bytes */%llu", (unsigned long long)p->total);
    if (p->status == 206 || p->status == 416)
        MHD_add_response_header(m, "Content-Range", text);
    snprintf(text, sizeof text, "%d", p->retry_after_s);
    if (p->retry_after_s)
        MHD_add_response_header(m, "Retry-After", text);
    if (p->ask_password)
        MHD_add_response_header(m, "WWW-Authenticate", "Basic realm=\"weike-hub\", charset=\"UTF-8\"");
    if (p->location)
        MHD_add_response_header(m, "Location", p->location);
    if (p->status == 405 && r->route)
        MHD_add_response_header(m, "Allow", r->route->allow);
    if (p->type && !strncmp(p->type, "text/html", 9)) {
        MHD_add_response_header(m, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'");
        MHD_add_response_header(m, "Referrer-Policy", "same-origin");
    }
}

static enum MHD_Result send_reply(struct request *r, struct reply *p)
{
    struct MHD_Response *m = make_response(r, p);
    enum MHD_Result rc = MHD_NO;
    if (m) {
        add_headers(m, p, r);
        rc = MHD_queue_response(r->conn, (unsigned)p->status, m);
        MHD_destroy_response(m);
    }
    if (p->status >= 400)
        atomic_fetch_add(&r->server->hub->load.refused, 1);
    r->answered = true;
    reply_release(p);
    return rc;
}

static enum MHD_Result say(struct request *r, int status, int retry_after_s, const char *text)
{
    struct reply p;
    reply_init(&p);
    reply_say(&p, status, "%s", text);
    p.retry_after_s = retry_after_s;
    return send_reply(r, &p);
}

/* ---- what takes time: set aside, done by the pool and the vault, taken up again ---- */

static void wake(void *ctx) /* any thread: `handle` is called again */
{
    MHD_resume_connection(((struct request *)ctx)->conn);
}

/* `run` gets the request on a thread of the pool, and ends with wake() there or later. */
static enum MHD_Result do_aside(struct request *r, void (*run)(void *ctx))
{
    if (!set_aside(r))
        return say(r, 503, 10, "this hub is stopping");
    MHD_suspend_connection(r->conn); /* first: it may be done before this thread goes on */
    r->job = (struct pool_job){ .run = run, .ctx = r };
    pool_post(r->server->pool, &r->job);
    return MHD_YES;
}

/* ---- packets ---- */

static void open_packet(void *ctx)
{
    struct request *r = ctx;
    if (ingest_check(r->ingest)) {
        /* What it weighs opened is known only now; too much at once, and it is asked for later. */
        if (take_room(r, ingest_weight(r->ingest))) {
            ingest_post(r->ingest, wake, r);
            return;
        }
        ingest_later(r->ingest, 5);
    }
    wake(r);
}

static enum MHD_Result answer_packet(struct request *r)
{
    struct ingest_answer *a = ingest_get(r->ingest);
    struct reply p;
    reply_init(&p);
    p.status = a->status;
    p.retry_after_s = a->retry_after_s;
    p.type = a->status < 300 ? "application/octet-stream" : NULL;
    str_add(&p.body, a->body.data, a->body.len);
    if (a->status >= 300)
        str_puts(&p.body, "\n");
    ingest_free(r->ingest);
    r->ingest = NULL;
    release_room(r);
    return send_reply(r, &p);
}

/* ---- everything else ---- */

static const char *header(struct request *r, const char *name)
{
    return MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, name);
}

/* All of it lasts as long as the request. */
static void fill_ask(struct request *r)
{
    r->ask = (struct ask){ .rest = r->rest, .head = r->head, .body = r->body.data, .body_len = r->body.len, .address = r->address,
                           .nonce = MHD_lookup_connection_value(r->conn, MHD_GET_ARGUMENT_KIND, "nonce"),
                           .code = MHD_lookup_connection_value(r->conn, MHD_GET_ARGUMENT_KIND, "code"),
                           .range = { r->head ? NULL : header(r, "Range"), header(r, "If-Range"), header(r, "If-None-Match") } };
    if (r->route->id == ROUTE_STATUS || r->route->id == ROUTE_ADMIN || r->route->id == ROUTE_REGISTER) {
        r->user = MHD_basic_auth_get_username_password(r->conn, &r->password);
        r->ask.user = r->user;
        r->ask.password = r->password;
    }
}

static void open_door(struct request *r, struct reply *p)
{
    struct hub *h = r->server->hub;
    switch (r->route->id) {
    case ROUTE_TREE:
        serve_file(h->data_dir, r->rest, &r->ask, p);
        atomic_fetch_add(&h->load.tree_requests, 1);
        break;
    case ROUTE_ACK: desk_ack(h, &r->ask, p); break;
    case ROUTE_ENROL: desk_enrol(h, &r->ask, p); break;
    case ROUTE_INTRODUCE: desk_introduce(h, &r->ask, p); break;
    case ROUTE_TIME: desk_time(h, &r->ask, p); break;
    case ROUTE_METRICS: page_metrics(h, &r->ask, p); break;
    case ROUTE_STATUS: page_status(h, &r->ask, p); break;
    case ROUTE_ADMIN: page_admin(h, &r->ask, p); break;
    case ROUTE_REGISTER: page_register(h, &r->ask, p); break;
    case ROUTE_PACKET:
    case ROUTE_COUNT: break; /* not this way */
    }
}

static void open_slow_door(void *ctx)
{
    struct request *r = ctx;
    open_door(r, &r->reply);
    wake(r);
}

static enum MHD_Result dispatch(struct request *r)
{
    struct hub *h = r->server->hub;
    if (r->route->id == ROUTE_PACKET) {
        atomic_fetch_add(&h->load.packets, 1);
        r->ingest = ingest_new(&h->place, r->rest, &r->body);
        return do_aside(r, open_packet);
    }
    fill_ask(r);
    if (r->route->slow)
        return do_aside(r, open_slow_door);
    open_door(r, &r->reply);
    return send_reply(r, &r->reply);
}

/* The pool or the vault is done with it. */
static enum MHD_Result go_on(struct request *r)
{
    take_up(r, false);
    return r->ingest ? answer_packet(r) : send_reply(r, &r->reply);
}

/* ---- life of a request ---- */

static struct request *request_new(struct server *s, struct MHD_Connection *conn)
{
    struct request *r = mem_alloc(sizeof *r);
    const union MHD_ConnectionInfo *i = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    const union MHD_ConnectionInfo *who = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    listen_text(who ? who->client_addr : NULL, r->address);
    r->server = s;
    r->conn = conn;
    r->guard = i ? i->socket_context : NULL;
    str_init(&r->body, 1); /* nothing, until a place that takes a body says how much */
    reply_init(&r->reply);
    atomic_fetch_add(&s->hub->load.requests, 1);
    return r;
}

/* With the head alone: may it go on? Bodies need a length that fits, before a byte of them is taken. */
static enum MHD_Result begin(struct request *r, const char *url, const char *method)
{
    unsigned m = route_method(method, &r->head);
    r->route = route_find(url, &r->rest);
    if (!r->route)
        return say(r, 404, 0, "there is nothing here");
    if (!(m & r->route->method))
        return say(r, 405, 0, "not that way");
    const char *length = header(r, "Content-Length");
    /* Chunks have no length that could be counted beforehand; the library would prefer them to a length that is there, too. */
    if (header(r, "Transfer-Encoding"))
        return m == ROUTE_GET ? say(r, 413, 0, "this takes no body") : say(r, 411, 0, "say the length of the body");
    if (m == ROUTE_GET) {
        guard_none(r->server->guard, r->guard);
        return length && strcmp(length, "0") != 0 ? say(r, 413, 0, "this takes no body") : MHD_YES;
    }
    if (!length)
        return say(r, 411, 0, "say the length of the body");
    size_t bytes = strlen(length) > 9 || strspn(length, "0123456789") != strlen(length) ? SIZE_MAX : strtoul(length, NULL, 10);
    if (bytes > r->route->body_max)
        return say(r, 413, 0, "the body is longer than this place takes");
    if (!take_share(r, bytes) || !take_room(r, bytes))
        return say(r, 503, 5, "too much at once");
    str_release(&r->body);
    str_init(&r->body, r->route->body_max + 1);
    guard_body(r->server->guard, r->guard, bytes);
    return MHD_YES;
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *conn, const char *url, const char *method, const char *version,
                              const char *upload, size_t *upload_bytes, void **ctx)
{
    struct request *r = *ctx;
    (void)version;
    if (!r) {
        r = *ctx = request_new(cls, conn);
        /* `url` lasts as long as the request; so do the rest of it and the headers. */
        return begin(r, url, method);
    }
    if (*upload_bytes) {
        bool fits = r->answered || str_add(&r->body, upload, *upload_bytes);
        *upload_bytes = 0;
        return fits ? MHD_YES : MHD_NO;
    }
    if (r->answered)
        return MHD_YES;
    guard_none(r->server->guard, r->guard);
    return r->owed ? go_on(r) : dispatch(r);
}

static void completed(void *cls, struct MHD_Connection *conn, void **ctx, enum MHD_RequestTerminationCode why)
{
    struct request *r = *ctx;
    struct server *s = cls;
    (void)conn, (void)why;
    *ctx = NULL;
    if (!r)
        return;
    take_up(r, true);
    guard_head(s->guard, r->guard);
    release_room(r);
    ingest_free(r->ingest);
    reply_release(&r->reply);
    MHD_free(r->user);
    MHD_free(r->password);
    str_release(&r->body);
    free(r);
}

static void connected(void *cls, struct MHD_Connection *conn, void **socket_ctx, enum MHD_ConnectionNotificationCode what)
{
    struct server *s = cls;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *i = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
        *socket_ctx = i ? guard_enter(s->guard, i->connect_fd) : NULL;
        atomic_fetch_add(&s->hub->load.connections, 1);
    } else {
        guard_leave(s->guard, *socket_ctx);
        *socket_ctx = NULL;
        atomic_fetch_sub(&s->hub->load.connections, 1);
    }
}

static void complain(void *cls, const char *fmt, va_list ap)
{
    char text[300];
    (void)cls;
    vsnprintf(text, sizeof text, fmt, ap);
    text[strcspn(text, "\n")] = 0;
    log_debug("%s", text); /* what clients do wrong is no news */
}

/* ---- start and stop ---- */

static int connection_limit(const struct options *o)
{
    long files = listen_files();
    long most = (files - FILES_SPARED) / 2; /* each may also have a file open */
    if (most < 10)
        most = 10;
    if (o->connections > most)
        log_warn("%ld open files allow %ld connections, not %d", files, most, o->connections);
    return o->connections > most ? (int)most : o->connections;
}

static bool read_pem(const char *path, struct str *out, struct err *e)
{
    str_init(out, 256 << 10);
    return !path || fs_read(path, 256 << 10, out, e) || err_at(e, "--tls");
}

static struct MHD_Daemon *daemon_start(struct server *s, int socket, int limit, const char *cert, const char *key)
{
    const struct options *o = s->hub->options;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | (cert ? MHD_USE_TLS : 0);
    struct MHD_OptionItem items[16] = {
        { MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)complain, NULL },
        { MHD_OPTION_LISTEN_SOCKET, socket, NULL },
        { MHD_OPTION_THREAD_POOL_SIZE, THREADS, NULL },
        { MHD_OPTION_CONNECTION_LIMIT, limit, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_MAX_BYTES, NULL },
        { MHD_OPTION_PER_IP_CONNECTION_LIMIT, o->per_ip, NULL },
        { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)completed, s },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)connected, s },
    };
    int n = 10;
    if (cert) {
        items[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)cert };
        items[n++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key };
    }
    items[n] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
    return MHD_start_daemon(flags, 0, NULL, NULL, handle, s, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
}

struct server *server_start(struct hub *h, struct err *e)
{
    struct server *s = mem_alloc(sizeof *s);
    struct str cert, key;
    s->hub = h;
    gate_init(&s->gate);
    bool ok = read_pem(h->options->tls_cert, &cert, e), ok2 = read_pem(h->options->tls_key, &key, e);
    int socket = ok && ok2 ? listen_open(h->options->host, h->options->port, &s->port, e) : -1;
    if (socket >= 0) {
        int limit = connection_limit(h->options);
        s->guard = guard_new(limit);
        s->pool = pool_new((int)sysconf(_SC_NPROCESSORS_ONLN) + 1);
        s->daemon = daemon_start(s, socket, limit, h->options->tls_cert ? cert.data : NULL, key.data);
        if (!s->daemon) {
            close(socket);
            err_set(e, ERR_REFUSED, h->options->tls_cert ? "the server does not start: are --tls CERT KEY a certificate and its key?"
                                                         : "the server does not start");
        }
    }
    str_release(&cert);
    str_release(&key);
    if (s->daemon)
        return s;
    guard_free(s->guard);
    pool_free(s->pool);
    gate_release(&s->gate);
    free(s);
    return NULL;
}

int server_port(const struct server *s)
{
    return s->port;
}

void server_stop(struct server *s)
{
    if (!s)
        return;
    /* Suspended connections would be lost by a plain stop: the vault answers each within its commit. */
    int socket = MHD_quiesce_daemon(s->daemon);
    gate_lock(&s->gate);
    s->stopping = true;
    while (s->suspended > 0)
        gate_wait(&s->gate);
    while (s->owed > 0 && gate_wait_ms(&s->gate, OWED_MS)) /* a slow client need not be waited for: it asks again */
        ;
    gate_unlock(&s->gate);
    MHD_stop_daemon(s->daemon);
    if (socket >= 0)
        close(socket);
    guard_free(s->guard);
    pool_free(s->pool);
    gate_release(&s->gate);
    free(s);
}
