/* http_ask.c - waits for one small answer. Declared in http.h. */
#include "sync/http/http.h"

enum { TURN_MS = 250 }; /* whether to stop is asked at least so often */

struct ask { struct str *out; size_t max_bytes, start; bool ended, too_big; struct http_answer *answer; };

static bool ask_data(void *ctx, const struct http_answer *a, const void *data, size_t len)
{
    struct ask *k = ctx;
    (void)a;
    k->too_big = k->out->len - k->start + len > k->max_bytes || !str_add(k->out, data, len);
    return !k->too_big;
}

static void ask_end(void *ctx, const struct http_answer *a)
{
    struct ask *k = ctx;
    *k->answer = *a;
    k->ended = true;
}

bool http_ask(struct http *h, const struct http_call *c, size_t max_bytes, struct str *out, struct http_answer *a, struct err *e)
{
    struct ask k = { .out = out, .max_bytes = max_bytes, .start = out->len, .answer = a };
    struct http_call call = *c;
    call.on_data = ask_data;
    call.on_end = ask_end;
    call.ctx = &k;
    struct http_request *r = http_start(h, &call);
    while (!k.ended) {
        http_step(h, TURN_MS);
        if (!k.ended && http_must_stop(h))
            http_cancel(r);
    }
    if (a->err.kind != ERR_NONE) {
        out->len = k.start;
        out->data[out->len] = 0;
    }
    if (k.too_big)
        return err_set(e, ERR_TOO_BIG, "%s: its answer is longer than %zu bytes", c->url, max_bytes);
    if (a->err.kind == ERR_NONE)
        return true;
    return err_set(e, a->err.kind, "%s: %s", c->url, a->err.text);
}
