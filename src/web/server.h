/* server.h - an HTTP server that knows no page and no program: it finds the route, asks the program who may, takes the body within
 * its limits, and has the route's handler answer. It runs threads of its own (an epoll loop each); a request that waits for the
 * disk or a password is suspended, not a thread.
 *
 * Answered here: 404 no such place, 405 not that way (with Allow), OPTIONS, HEAD, 411 and 413 for bodies without a length or too
 * long, 503 when too many bodies are under way. */
#ifndef WEIKE_WEB_SERVER_H
#define WEIKE_WEB_SERVER_H
#include "base/err.h"
#include "web/route.h"

#include <stdatomic.h>

/* Counted since the start; any thread may look. */
struct server_load {
    atomic_llong requests, refused /* 400 and above */, file_bytes /* of files offered */;
    atomic_long connections, body_bytes; /* now */
};
/* May this one do what the row's `who` says? False: `out` says why not. It may set a->role. On the thread of the handler. */
typedef bool server_may(void *ctx, int who, struct ask *a, struct reply *out);
struct server_config {           /* borrowed until server_stop, but for texts */
    const char *name;            /* of the program, where a password is asked for */
    const char *host, *port;     /* of listen_open */
    const char *tls_cert, *tls_key; /* PEM files; NULL: plain */
    int connections;             /* at most */
    int per_ip;                  /* of one address; 0: no limit, all come from a proxy */
    const struct route *const *routes; /* of route_find */
    server_may *may;             /* NULL: all rows are for anybody */
    void *ctx;                   /* for `may` and handlers */
    struct server_load *load;
};
struct server;
/* Listens and serves at once. ERR_REFUSED if the address is taken. */
struct server *server_start(const struct server_config *c, struct err *e) MUST_CHECK;
int server_port(const struct server *s);
/* Takes no more connections, answers what waits (at most some seconds), then closes. */
void server_stop(struct server *s);

/* For handlers of ROUTE_LATER: the answer is complete. Once; from then on ask and reply are not the handler's. Any thread. */
void server_answered(const struct ask *a);
/* Counts memory that answering takes besides the body, until it is answered. False: too much at once, ask later. */
bool server_room(const struct ask *a, size_t bytes) MUST_CHECK;
#endif
