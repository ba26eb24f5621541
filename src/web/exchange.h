/* exchange.h - one request as its handler sees it, and what it answers: no HTTP library in sight. Values of one thread. */
#ifndef WEIKE_WEB_EXCHANGE_H
#define WEIKE_WEB_EXCHANGE_H
#include "base/hash.h"
#include "base/str.h"
#include "web/range.h"

struct ask {                     /* all borrowed until the answer is complete; NULL: not there */
    const char *rest;            /* of the path, checked by the route's grammar */
    bool head;
    struct range_ask range;
    const char *user, *password; /* Basic auth; only where the route does not serve anybody */
    int role;                    /* what the program's server_may found out about who asks */
    const char *body; size_t body_len;
    struct str *whole;           /* the body itself, for a handler that moves it away */
    const char *address;         /* of the client, as text */
    const char *(*argument)(void *from, const char *name); /* of the query; see ask_argument */
    void *from;
};
/* Value of ?name=, decoded, as long as the request lasts; NULL: not there. */
const char *ask_argument(const struct ask *a, const char *name);

struct reply {
    int status;
    const char *type;            /* Content-Type; NULL: text/plain */
    const char *cache;           /* Cache-Control; NULL: no-store */
    char etag[80];               /* with quotes; "": none */
    int retry_after_s;
    bool ask_password;           /* 401 */
    bool ranges;                 /* parts of this place may be asked for */
    const char *location;        /* 303; a literal */
    struct str body;
    int fd;                      /* >= 0: a file instead of `body`, moved to whoever sends it */
    uint64_t first, count, total; /* of that file */
    /* Called once with `own` on the server's thread before the answer is sent, or when nobody wants it any more: fills in what
     * is missing and frees `own`. NULL: nothing to do. */
    void (*settle)(void *own, struct reply *r);
    void *own;
};
void reply_init(struct reply *r);
void reply_settle(struct reply *r);
void reply_release(struct reply *r); /* settles it, too */
/* A sentence as the answer. */
void reply_say(struct reply *r, int status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
#endif
