/* fetch_get.c - one small signed file, with what its answer means; part of fetch.h. */
#include "sync/fetch/fetch_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum says fetch_says(const struct fetch *f, const struct http_answer *a)
{
    switch (a->status) {
    case 200:
    case 206:
        return SAYS_BODY;
    case 304:
        return SAYS_SAME;
    case 404:
    case 410:
        return SAYS_GONE;
    case 403: /* object stores answer so for what is not there; before we know that it is our server it may be a portal */
        return f->now.contact ? SAYS_GONE : SAYS_STRANGE;
    case 416:
        return SAYS_BAD_RANGE;
    case 408:
    case 425:
    case 429:
        return SAYS_BUSY;
    case 511: /* RFC 6585: network authentication required */
        return SAYS_STRANGE;
    default:
        return a->status >= 500 ? SAYS_BUSY : SAYS_STRANGE;
    }
}

bool fetch_is_page(const struct http_answer *a)
{
    return !a->type[0] || strncasecmp(a->type, "text/", 5) == 0;
}

/* Where the body that begins here goes; false: it is not what was asked for. */
static bool begin_body(struct get *g, const struct http_answer *a)
{
    if (a->status == 206)
        return a->range_first == (int64_t)g->body.len && !a->encoded && g->asked_from > 0;
    if (g->body.len) { /* the range was ignored: from the start */
        fetch_wasted(g->f, g->body.len);
        str_clear(&g->body);
    }
    return true;
}

static bool on_data(void *ctx, const struct http_answer *a, const void *data, size_t len)
{
    struct get *g = ctx;
    if (fetch_says(g->f, a) != SAYS_BODY) { /* an error page: how it ends is read from the head */
        fetch_wasted(g->f, len);
        g->page_bytes += len;
        g->page_ended = g->page_bytes > FETCH_PAGE_BYTES || fetch_left(g->f) == 0;
        return !g->page_ended;
    }
    if (g->answer.status == 0 && !begin_body(g, a)) {
        g->state = GET_STRANGE;
        return false;
    }
    g->answer.status = a->status;
    if (g->body.len + len > g->max_bytes || !str_add(&g->body, data, len)) {
        g->state = GET_TOO_BIG;
        return false;
    }
    if (fetch_left(g->f) == 0)
        g->state = GET_SPENT;
    return g->state == GET_ASKING;
}

static void ask(struct get *g, const char *if_none_match);

static void broken_off(struct get *g, const struct http_answer *a)
{
    bool further = g->body.len >= g->asked_from + FETCH_PROGRESS_BYTES;
    g->idle = further ? 0 : g->idle + 1;
    if (g->resumes && g->idle < FETCH_TRIES)
        ask(g, NULL);
    else
        g->state = a->status || g->body.len ? GET_CUT : GET_NO_ANSWER;
}

static bool whole(const struct get *g, const struct http_answer *a)
{
    return a->status == 206 ? (int64_t)g->body.len == a->range_total : a->encoded || a->length < 0 || (int64_t)g->body.len == a->length;
}

static void on_end(void *ctx, const struct http_answer *a)
{
    struct get *g = ctx;
    g->request = NULL;
    g->f->promised -= g->expected;
    g->answer = *a;
    g->f->changed = true;
    if (g->state != GET_ASKING)
        return;
    bool sound = a->err.kind == ERR_NONE || g->page_ended; /* it was us who ended it */
    if (!sound && a->err.kind == ERR_MISSING)
        g->state = GET_NO_ANSWER;
    else if (!sound && (a->err.kind == ERR_UNTRUSTED || a->err.kind == ERR_INVALID || a->err.kind == ERR_TOO_BIG))
        g->state = GET_STRANGE;
    else if (!sound && a->err.kind == ERR_CANCELLED)
        g->state = GET_IDLE;
    else if (!sound)
        broken_off(g, a);
    else
        switch (fetch_says(g->f, a)) {
        case SAYS_BODY:
            if (whole(g, a))
                g->state = GET_HERE;
            else
                broken_off(g, a);
            break;
        case SAYS_SAME: g->state = GET_SAME; break;
        case SAYS_GONE: g->state = GET_GONE; break;
        case SAYS_BUSY: g->state = GET_BUSY; break;
        default: g->state = GET_STRANGE;
        }
}

static bool can_pay(const struct fetch *f, const struct get *g)
{
    return !g->expected || fetch_unpromised(f) >= g->expected + FETCH_HEAD_BYTES;
}

static void ask(struct get *g, const char *if_none_match)
{
    if (!can_pay(g->f, g)) {
        g->state = GET_SPENT;
        return;
    }
    g->f->promised += g->expected;
    char *url = fetch_url(g->f, g->rel);
    struct http_call c = { .method = "GET", .url = url, .if_none_match = if_none_match, .on_data = on_data, .on_end = on_end, .ctx = g };
    if (!g->resumes)
        str_clear(&g->body);
    c.range_from = (int64_t)g->body.len;
    g->asked_from = g->body.len;
    g->page_bytes = 0;
    g->page_ended = false;
    g->answer = (struct http_answer){ 0 };
    g->state = GET_ASKING;
    g->request = http_start(g->f->o.http, &c);
    free(url);
}

void get_start(struct get *g, struct fetch *f, const char *rel, size_t max_bytes, size_t expected, const char *if_none_match)
{
    get_release(g);
    g->f = f;
    g->expected = expected;
    g->max_bytes = max_bytes;
    g->resumes = strcmp(rel, "timestamp") != 0;
    str_init(&g->body, max_bytes + 1);
    memcpy(g->rel, rel, strlen(rel) + 1);
    ask(g, if_none_match);
}

bool get_over(const struct get *g)
{
    return g->state > GET_ASKING;
}

void get_release(struct get *g)
{
    if (g->request)
        http_cancel(g->request);
    if (g->body.data)
        str_release(&g->body);
    memset(g, 0, sizeof *g);
}
