/* http.h - many HTTP requests at once (libcurl's multi interface); the only code that knows curl. One thread owns a
 * struct http; http_wake alone may be called from others.
 *
 * Nothing here believes a status code: bytes are handed on as they come, with what the server claims about them, and
 * whoever asked decides. Plain http:// and https://; no redirect is followed (a captive portal redirects). Proxies of
 * the environment are not used. Only these two protocols exist for it. */
#ifndef WEIKE_SYNC_HTTP_HTTP_H
#define WEIKE_SYNC_HTTP_HTTP_H
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

struct http;
struct http_request;

struct http_options {
    int connections;           /* at once and kept alive; 1..8 */
    int connect_timeout_s;     /* 0: 20 */
    int stall_s;               /* less than stall_bytes in so many seconds ends it; 0: 60 */
    int stall_bytes;           /* 0: 200 */
    const char *pin;           /* "sha256//base64": the only public key believed; dates are then not checked. NULL: system CAs */
    const char *user, *password; /* Basic auth; NULL: none */
    bool (*stop)(void *ctx);   /* asked while http_ask waits (wake it with http_wake); true ends it: ERR_CANCELLED. NULL: never */
    void *ctx;
};
struct http *http_new(const struct http_options *o);
void http_free(struct http *h); /* requests under way are dropped */

struct http_answer {           /* valid in callbacks and after the end */
    int status;                /* 0: no answer came */
    int64_t length;            /* Content-Length; -1: none */
    int64_t range_first, range_last, range_total; /* of Content-Range; -1: none, or not well formed */
    bool encoded;              /* somebody on the way compressed it though nobody asked: what comes to on_data is unpacked, `length` is not */
    char etag[128];            /* with quotes, strong only; "" */
    char location[256];        /* of a redirect, "" */
    char type[64];             /* Content-Type */
    int retry_after_s;         /* 0: none; capped at 24 h */
    struct err err;            /* why the transfer ended, ERR_NONE if it ended well. ERR_MISSING no connection/DNS, ERR_CANCELLED,
                                * ERR_UNTRUSTED TLS, ERR_IO cut or stalled on the way */
    uint64_t sent_bytes, received_bytes; /* with headers */
};
struct http_call {             /* strings are copied; NULL: none */
    const char *method;        /* "GET" "HEAD" "PUT" "POST" */
    const char *url;
    const void *body; size_t body_len;    /* copied */
    const char *content_type, *content_encoding;
    const char *if_none_match, *if_range;
    const char *header;        /* one more line, as "Name: value" */
    int64_t range_from;        /* > 0: Range: bytes=N- */
    int64_t range_last;        /* > 0: Range: bytes=N-LAST (also from 0) */
    /* As bytes come; the first call has the answer's head. False ends the transfer (ERR_CANCELLED). */
    bool (*on_data)(void *ctx, const struct http_answer *a, const void *data, size_t len);
    void (*on_end)(void *ctx, const struct http_answer *a); /* exactly once, from http_step or http_cancel */
    void *ctx;
};
struct http_request *http_start(struct http *h, const struct http_call *c); /* owned by `h` until on_end has returned */
void http_cancel(struct http_request *r);
/* Moves things on; waits up to timeout_ms for something to happen. Number of requests under way. */
int http_step(struct http *h, int timeout_ms);
void http_wake(struct http *h); /* any thread: a waiting http_step returns */
/* Waits for one small answer (other requests go on meanwhile). False: no answer at all or longer than max_bytes; the
 * caller looks at a->status. */
bool http_ask(struct http *h, const struct http_call *c, size_t max_bytes, struct str *out, struct http_answer *a,
              struct err *e) MUST_CHECK;
bool http_must_stop(const struct http *h); /* what `stop` of its options says now */
uint64_t http_bytes(const struct http *h); /* sent and received since http_new, headers included; of requests under way too */
#endif
