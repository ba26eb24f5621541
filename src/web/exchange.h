/* exchange.h - one request as the doors see it, and what they answer: no HTTP library in sight. Values of one thread. */
#ifndef WEIKE_WEB_EXCHANGE_H
#define WEIKE_WEB_EXCHANGE_H
#include "base/hash.h"
#include "base/str.h"
#include "web/range.h"

struct ask {                     /* all borrowed for the call; NULL: not there */
    const char *rest;            /* of the path, checked by route_find */
    bool head;
    struct range_ask range;
    const char *nonce;           /* ?nonce= */
    const char *code;            /* ?code= */
    const char *user, *password; /* Basic auth */
    const char *body; size_t body_len;
    const char *address;         /* of the client, as text */
};
struct reply {
    int status;
    const char *type;            /* Content-Type; NULL: text/plain */
    const char *cache;           /* Cache-Control; NULL: no-store */
    char etag[80];               /* with quotes; "": none */
    int retry_after_s;
    bool ask_password;           /* 401 */
    const char *location;        /* 303; a literal */
    struct str body;
    int fd;                      /* >= 0: a file instead of `body`, moved to whoever sends it */
    uint64_t first, count, total; /* of that file */
};
void reply_init(struct reply *r);
void reply_release(struct reply *r);
/* A sentence as the answer. */
void reply_say(struct reply *r, int status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
#endif
