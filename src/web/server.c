#define _GNU_SOURCE
#define LOG_MODULE "server"
#include "web/server.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/thread.h"
#include "web/guard.h"
#include "web/listen.h"
#include "web/pool.h"

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
    struct server_config config;
    struct gate gate;                /* for the four below */
    struct request *bodies;          /* that hold room for a declared body, by address */
    int suspended;                   /* requests that are being answered elsewhere */
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
    struct route_match match;
    bool head, answered;
    size_t reserved;                 /* of BODIES_MAX_BYTES */
    size_t share;                    /* of what its address may have; in the server's list while it is not 0 */
    struct request *before, *after;
    struct str body;
    struct pool_job job;
    struct reply reply;
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
    if (bytes == 0 || !s->config.per_ip)
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
    atomic_fetch_sub(&r->server->config.load->body_bytes, (long)r->reserved);
    r->reserved = 0;
}

static bool take_room(struct request *r, size_t bytes)
{
    long now = atomic_fetch_add(&r->server->config.load->body_bytes, (long)bytes) + (long)bytes;
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
    atomic_fetch_add(&r->server->config.load->file_bytes, r->head ? 0 : (long long)p->count);
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
    if (p->ranges)
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
    snprintf(text, sizeof text, "Basic realm=\"%s\", charset=\"UTF-8\"", r->server->config.name);
    if (p->ask_password)
        MHD_add_response_header(m, "WWW-Authenticate", text);
    if (p->location)
        MHD_add_response_header(m, "Location", p->location);
    route_allow(r->match.methods, text);
    if (p->status == 405 || p->status == 204)
        MHD_add_response_header(m, "Allow", text);
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
        atomic_fetch_add(&r->server->config.load->refused, 1);
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

/* ---- what takes time: set aside, done elsewhere, taken up again ---- */

static void wake(void *ctx) /* any thread: `handle` is called again */
{
    MHD_resume_connection(((struct request *)ctx)->conn);
}

static void answer(struct request *r)
{
    const struct server_config *c = &r->server->config;
    const struct route *row = r->match.row;
    if (row->who == ROUTE_ANYBODY || c->may(c->ctx, row->who, &r->ask, &r->reply))
        row->answer(c->ctx, &r->ask, &r->reply);
    else if (row->run == ROUTE_LATER)
        wake(r);
}

static void answer_on_pool(void *ctx)
{
    struct request *r = ctx;
    bool later = r->match.row->run == ROUTE_LATER; /* then it may be answered and gone by now */
    answer(r);
    if (!later)
        wake(r);
}

void server_answered(const struct ask *a)
{
    wake(a->from);
}

bool server_room(const struct ask *a, size_t bytes)
{
    return take_room(a->from, bytes);
}

static enum MHD_Result do_aside(struct request *r)
{
    if (!set_aside(r))
        return say(r, 503, 10, "this server is stopping");
    MHD_suspend_connection(r->conn); /* first: it may be done before this thread goes on */
    r->job = (struct pool_job){ .run = answer_on_pool, .ctx = r };
    pool_post(r->server->pool, &r->job);
    return MHD_YES;
}

static const char *header(struct request *r, const char *name)
{
    return MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, name);
}

/* Also on other threads: the request is suspended then, and nobody changes what it brought. */
static const char *argument(void *from, const char *name)
{
    return MHD_lookup_connection_value(((struct request *)from)->conn, MHD_GET_ARGUMENT_KIND, name);
}

/* All of it lasts as long as the request. */
static void fill_ask(struct request *r)
{
    r->ask = (struct ask){ .rest = r->match.rest, .head = r->head, .body = r->body.data, .body_len = r->body.len, .whole = &r->body,
                           .address = r->address, .argument = argument, .from = r,
                           .range = { r->head ? NULL : header(r, "Range"), header(r, "If-Range"), header(r, "If-None-Match") } };
    if (r->match.row->who != ROUTE_ANYBODY) {
        r->user = MHD_basic_auth_get_username_password(r->conn, &r->password);
        r->ask.user = r->user;
        r->ask.password = r->password;
    }
}

static enum MHD_Result dispatch(struct request *r)
{
    fill_ask(r);
    if (r->match.row->run != ROUTE_HERE)
        return do_aside(r);
    answer(r);
    return send_reply(r, &r->reply);
}

/* It was answered elsewhere. */
static enum MHD_Result go_on(struct request *r)
{
    take_up(r, false);
    reply_settle(&r->reply);
    str_release(&r->body);
    release_room(r);
    return send_reply(r, &r->reply);
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
    atomic_fetch_add(&s->config.load->requests, 1);
    return r;
}

/* SIZE_MAX: longer than any, or no number. */
static size_t length_of(const char *text)
{
    return strlen(text) > 9 || strspn(text, "0123456789") != strlen(text) ? SIZE_MAX : strtoul(text, NULL, 10);
}

/* A body needs a length that fits, before a byte of it is taken. */
static enum MHD_Result begin_body(struct request *r, const char *length)
{
    size_t bytes = length_of(length), most = r->match.row->body_max;
    if (bytes > most)
        return say(r, 413, 0, "the body is longer than this place takes");
    if (!take_share(r, bytes) || !take_room(r, bytes))
        return say(r, 503, 5, "too much at once");
    str_release(&r->body);
    str_init(&r->body, most + 1);
    guard_body(r->server->guard, r->guard, bytes);
    return MHD_YES;
}

static enum MHD_Result say_options(struct request *r)
{
    struct reply p;
    reply_init(&p);
    p.status = 204;
    return send_reply(r, &p);
}

/* With the head alone: may it go on? */
static enum MHD_Result begin(struct request *r, const char *url, const char *method)
{
    unsigned m = route_method(method, &r->head);
    route_find(r->server->config.routes, url, m, &r->match);
    if (!r->match.methods)
        return say(r, 404, 0, "there is nothing here");
    if (!r->match.row && m != ROUTE_OPTIONS)
        return say(r, 405, 0, "not that way");
    bool body = m == ROUTE_PUT || m == ROUTE_POST;
    const char *length = header(r, "Content-Length");
    /* Chunks have no length that could be counted beforehand; the library would prefer them to a length that is there, too. */
    if (header(r, "Transfer-Encoding"))
        return body ? say(r, 411, 0, "say the length of the body") : say(r, 413, 0, "this takes no body");
    if (body)
        return length ? begin_body(r, length) : say(r, 411, 0, "say the length of the body");
    if (length && strcmp(length, "0") != 0)
        return say(r, 413, 0, "this takes no body");
    if (m == ROUTE_OPTIONS)
        return say_options(r);
    guard_none(r->server->guard, r->guard);
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
        atomic_fetch_add(&s->config.load->connections, 1);
    } else {
        guard_leave(s->guard, *socket_ctx);
        *socket_ctx = NULL;
        atomic_fetch_sub(&s->config.load->connections, 1);
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

static int connection_limit(const struct server_config *c)
{
    long files = listen_files();
    long most = (files - FILES_SPARED) / 2; /* each may also have a file open */
    if (most < 10)
        most = 10;
    if (c->connections > most)
        log_warn("%ld open files allow %ld connections, not %d", files, most, c->connections);
    return c->connections > most ? (int)most : c->connections;
}

static bool read_pem(const char *path, struct str *out, struct err *e)
{
    str_init(out, 256 << 10);
    return !path || fs_read(path, 256 << 10, out, e) || err_at(e, "--tls");
}

static struct MHD_Daemon *daemon_start(struct server *s, int socket, int limit, const char *cert, const char *key)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG | (cert ? MHD_USE_TLS : 0);
    struct MHD_OptionItem items[16] = {
        { MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)complain, NULL },
        { MHD_OPTION_LISTEN_SOCKET, socket, NULL },
        { MHD_OPTION_THREAD_POOL_SIZE, THREADS, NULL },
        { MHD_OPTION_CONNECTION_LIMIT, limit, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_MAX_BYTES, NULL },
        { MHD_OPTION_PER_IP_CONNECTION_LIMIT, s->config.per_ip, NULL },
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

struct server *server_start(const struct server_config *c, struct err *e)
{
    struct server *s = mem_alloc(sizeof *s);
    struct str cert, key;
    s->config = *c;
    gate_init(&s->gate);
    bool ok = read_pem(c->tls_cert, &cert, e), ok2 = read_pem(c->tls_key, &key, e);
    int socket = ok && ok2 ? listen_open(c->host, c->port, &s->port, e) : -1;
    if (socket >= 0) {
        int limit = connection_limit(c);
        s->guard = guard_new(limit);
        s->pool = pool_new((int)sysconf(_SC_NPROCESSORS_ONLN) + 1);
        s->daemon = daemon_start(s, socket, limit, c->tls_cert ? cert.data : NULL, key.data);
        if (!s->daemon) {
            close(socket);
            err_set(e, ERR_REFUSED, c->tls_cert ? "the server does not start: are --tls CERT KEY a certificate and its key?"
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
    /* Suspended connections would be lost by a plain stop: whoever answers them does so within seconds. */
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
