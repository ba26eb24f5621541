/* fetch_blob.c - one blob on its way, resumed and checked piece by piece; part of fetch.h. */
#define LOG_MODULE "fetch"
#include "base/fs.h"
#include "base/log.h"
#include "sync/fetch/fetch_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void over(struct blob_fetch *b, enum blob_state state)
{
    b->state = state;
    b->f->changed = true;
}

bool blob_fetch_over(const struct blob_fetch *b)
{
    return b->state >= BLOB_HERE;
}

uint64_t blob_fetch_at(const struct blob_fetch *b)
{
    return b->state == BLOB_HERE ? b->size : b->part ? part_at(b->part) : 0;
}

void blob_fetch_release(struct blob_fetch *b)
{
    struct err e = ERR_INIT;
    if (b->request)
        http_cancel(b->request);
    b->request = NULL;
    get_release(&b->list);
    bool more = b->state >= BLOB_READY && b->state != BLOB_HERE && b->state != BLOB_DISK;
    if (b->part && more && !part_sync(b->part, &e))
        log_warn("%s", e.text);
    part_close(b->part);
    memset(b, 0, sizeof *b);
}

void blob_fetch_discard(struct blob_fetch *b)
{
    struct part *p = b->part;
    b->part = NULL;
    blob_fetch_release(b);
    part_discard(p);
}

/* ---- the answer ---- */

/* Is this the body that was asked for? Its bytes go on where it says, or it ends here. */
static bool judge_head(struct blob_fetch *b, const struct http_answer *a)
{
    b->head_seen = true;
    if (a->status == 206) {
        bool fits = !b->plain && !a->encoded && a->range_first == (int64_t)b->asked_at && a->range_total == (int64_t)b->size;
        b->answer_at = b->asked_at;
        if (fits)
            return true;
        err_set(&b->err, ERR_INVALID, "the server sent another range than was asked for");
        log_info("blob %.12s: %s", b->sha256, b->err.text);
        if (b->plain)
            over(b, BLOB_WRONG);
        b->plain = b->rewound = true; /* once more, all of it from the start */
        return false;
    }
    b->answer_at = 0; /* the range was ignored, or none was asked for */
    if (a->encoded || a->length == (int64_t)b->size)
        return true;
    err_set(&b->err, ERR_UNTRUSTED, "the server's file has %lld bytes, signed are %llu", (long long)a->length, (unsigned long long)b->size);
    over(b, fetch_is_page(a) ? BLOB_STRANGE : BLOB_WRONG);
    return false;
}

static bool take(struct blob_fetch *b, const char *data, size_t len)
{
    uint64_t at = part_at(b->part);
    if (b->answer_at < at) { /* what is here stays until it proves wrong */
        size_t skip = at - b->answer_at < len ? (size_t)(at - b->answer_at) : len;
        fetch_wasted(b->f, skip);
        b->answer_at += skip;
        data += skip;
        len -= skip;
    }
    if (!len)
        return true;
    enum part_result r = part_add(b->part, data, len, &b->err);
    b->answer_at += len;
    switch (r) {
    case PART_MORE:
        return true;
    case PART_WHOLE:
        b->whole = true;
        return true;
    case PART_REWOUND:
        log_info("blob %.12s: what came up to byte %llu is not as signed; again from byte %llu", b->sha256, (unsigned long long)(at + len),
                 (unsigned long long)part_at(b->part));
        fetch_wasted(b->f, at + len - part_at(b->part));
        b->rewound = true;
        return false;
    case PART_WRONG:
        fetch_wasted(b->f, at + len);
        over(b, BLOB_WRONG);
        return false;
    default:
        over(b, BLOB_DISK);
        return false;
    }
}

/* So much of what was set aside for this answer has come. */
static void keep_promise(struct blob_fetch *b, uint64_t bytes)
{
    uint64_t n = bytes < b->promised ? bytes : b->promised;
    b->promised -= n;
    b->f->promised -= n;
}

static bool on_data(void *ctx, const struct http_answer *a, const void *data, size_t len)
{
    struct blob_fetch *b = ctx;
    keep_promise(b, len);
    if (fetch_says(b->f, a) != SAYS_BODY) {
        fetch_wasted(b->f, len);
        b->page_bytes += len;
        b->page_ended = b->page_bytes > FETCH_PAGE_BYTES || fetch_left(b->f) == 0;
        return !b->page_ended;
    }
    if (!b->head_seen && !judge_head(b, a))
        return false;
    b->f->changed = true;
    if (b->whole) { /* longer than it may be: not looked at */
        fetch_wasted(b->f, len);
        return false;
    }
    if (!take(b, data, len))
        return false;
    if (fetch_left(b->f) == 0 && !b->whole)
        over(b, BLOB_SPENT);
    return b->state == BLOB_ASKING;
}

/* It ended before all was here: on at once while it gets on, else a few times, then the link counts as gone. */
static void broken_off(struct blob_fetch *b)
{
    b->idle = part_at(b->part) >= b->asked_at + FETCH_PROGRESS_BYTES ? 0 : b->idle + 1;
    log_info("blob %.12s: cut at byte %llu of %llu; %s", b->sha256, (unsigned long long)part_at(b->part), (unsigned long long)b->size,
             b->idle < FETCH_TRIES ? "goes on from there" : "the link counts as gone");
    over(b, b->idle < FETCH_TRIES ? BLOB_READY : BLOB_CUT);
}

static void ended(struct blob_fetch *b, const struct http_answer *a)
{
    switch (fetch_says(b->f, a)) {
    case SAYS_BODY:
        broken_off(b);
        break;
    case SAYS_GONE:
        err_set(&b->err, ERR_MISSING, "the server does not have %s", b->rel);
        over(b, BLOB_GONE);
        break;
    case SAYS_BUSY:
        b->retry_after_s = a->retry_after_s;
        err_set(&b->err, ERR_REFUSED, "the server is busy (%d)", a->status);
        over(b, BLOB_BUSY);
        break;
    case SAYS_BAD_RANGE:
        if (b->plain) {
            over(b, BLOB_WRONG);
            break;
        }
        b->plain = true;
        over(b, BLOB_READY);
        break;
    default:
        err_set(&b->err, ERR_UNTRUSTED, "something else answered (%d)", a->status);
        over(b, BLOB_STRANGE);
    }
}

static void on_end(void *ctx, const struct http_answer *a)
{
    struct blob_fetch *b = ctx;
    b->request = NULL;
    keep_promise(b, b->promised);
    if (a->etag[0] && fetch_says(b->f, a) == SAYS_BODY)
        memcpy(b->etag, a->etag, sizeof b->etag);
    if (b->state != BLOB_ASKING)
        return;
    if (b->whole) {
        over(b, BLOB_HERE);
    } else if (b->rewound) { /* how often that may be is for the part to say */
        over(b, BLOB_READY);
    } else if (a->err.kind == ERR_NONE || b->page_ended) { /* ended by us: its head says enough */
        ended(b, a);
    } else if (a->err.kind == ERR_UNTRUSTED || a->err.kind == ERR_INVALID || a->err.kind == ERR_TOO_BIG) {
        b->err = a->err;
        over(b, BLOB_STRANGE);
    } else if (a->err.kind == ERR_CANCELLED) {
        over(b, BLOB_READY);
    } else {
        b->err = a->err;
        broken_off(b);
    }
}

/* ---- asking ---- */

/* The end of the range that the allowance still pays for; 0: all of it, -1: none. */
static int64_t last_byte(const struct blob_fetch *b, uint64_t from)
{
    uint64_t left = fetch_unpromised(b->f), need = b->size - from;
    if (left == UINT64_MAX)
        return 0;
    if (left < FETCH_WORTH_BYTES + FETCH_HEAD_BYTES && left < need + FETCH_HEAD_BYTES)
        return -1;
    left -= FETCH_HEAD_BYTES;
    return left >= need ? 0 : (int64_t)(from + left - 1);
}

static void ask(struct blob_fetch *b)
{
    uint64_t at = part_at(b->part), from = b->plain ? 0 : at;
    int64_t last = last_byte(b, from);
    if (last < 0 || (last > 0 && b->plain)) {
        over(b, BLOB_SPENT);
        return;
    }
    char *url = fetch_url(b->f, b->rel);
    struct http_call c = { .method = "GET", .url = url, .range_from = (int64_t)from, .range_last = last, .on_data = on_data, .on_end = on_end,
                           .ctx = b };
    if (!part_list_bytes(b->size) && from) /* nothing but the whole hash would notice another file under this name */
        c.if_range = b->etag[0] ? b->etag : NULL;
    log_debug("blob %.12s: asked for from byte %llu of %llu", b->sha256, (unsigned long long)from, (unsigned long long)b->size);
    b->asked_at = at;
    b->answer_at = from;
    b->head_seen = b->rewound = b->whole = b->page_ended = false;
    b->page_bytes = 0;
    part_begin(b->part);
    b->state = BLOB_ASKING;
    b->promised = (last ? (uint64_t)last + 1 : b->size) - from + FETCH_HEAD_BYTES;
    b->f->promised += b->promised;
    b->request = http_start(b->f->o.http, &c);
    free(url);
}

static void open_part(struct blob_fetch *b, const struct str *list)
{
    b->part = part_open(b->f->data_dir, b->sha256, b->size, list, &b->err);
    if (b->part)
        b->state = BLOB_CHECKING;
    else
        over(b, BLOB_DISK);
}

/* The list of chunk hashes, from here or from the server; without one the blob's own hash must do. */
static void get_list(struct blob_fetch *b)
{
    char rel[TREE_PATH_MAX];
    struct str text;
    struct err ignored = ERR_INIT;
    size_t want = part_list_bytes(b->size);
    tree_path(TREE_CHUNKS, b->sha256, rel);
    str_init(&text, want + 1);
    if (tree_read(b->f->tree_fd, rel, want, &text, &ignored) && text.len == want) {
        open_part(b, &text);
    } else {
        b->state = BLOB_LISTING;
        get_start(&b->list, b->f, rel, want, want, NULL);
    }
    str_release(&text);
}

static void list_came(struct blob_fetch *b)
{
    struct err e = ERR_INIT;
    struct get *g = &b->list;
    switch (g->state) {
    case GET_HERE:
        if (g->body.len == part_list_bytes(b->size) && !cache_put(b->f, g->rel, g->body.data, g->body.len, &e))
            log_warn("%s", e.text);
        open_part(b, &g->body);
        break;
    case GET_GONE:
    case GET_TOO_BIG:
        log_debug("blob %.12s: the server has no list of its chunks; only the whole proves itself", b->sha256);
        open_part(b, NULL);
        break;
    case GET_BUSY:
        b->retry_after_s = g->answer.retry_after_s;
        over(b, BLOB_BUSY);
        break;
    case GET_SPENT:
        over(b, BLOB_SPENT);
        break;
    case GET_NO_ANSWER:
    case GET_CUT:
        b->err = g->answer.err;
        over(b, BLOB_CUT);
        break;
    default:
        over(b, BLOB_STRANGE);
    }
    if (b->state != BLOB_LISTING)
        get_release(g);
}

static void check(struct blob_fetch *b)
{
    bool ready;
    enum part_result r = part_check(b->part, &ready, &b->err);
    if (r == PART_WHOLE)
        over(b, BLOB_HERE);
    else if (r != PART_MORE)
        over(b, r == PART_WRONG ? BLOB_WRONG : BLOB_DISK);
    else if (ready)
        b->state = BLOB_READY;
}

void blob_fetch_start(struct blob_fetch *b, struct fetch *f, const char *rel, const char *sha256, uint64_t size, bool listed)
{
    memset(b, 0, sizeof *b);
    b->f = f;
    b->size = size;
    memcpy(b->rel, rel, strlen(rel) + 1);
    memcpy(b->sha256, sha256, SHA256_HEX);
    if (listed && part_list_bytes(size))
        get_list(b);
    else
        open_part(b, NULL);
}

void blob_fetch_step(struct blob_fetch *b)
{
    if (b->state == BLOB_LISTING && get_over(&b->list))
        list_came(b);
    if (b->state == BLOB_CHECKING)
        check(b);
    if (b->state == BLOB_READY)
        ask(b);
}
