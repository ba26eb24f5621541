#include "sync/http/http.h"
#include "base/clock.h"

#include <assert.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    HEAD_MAX_BYTES = 32 << 10, /* of one answer's header lines: an endless head ends here */
    RETRY_AFTER_MAX_S = 86400,
};

struct http_request {
    struct http *http;
    struct http_request *next;
    CURL *easy;
    struct curl_slist *headers;
    struct http_answer answer;
    bool (*on_data)(void *ctx, const struct http_answer *a, const void *data, size_t len);
    void (*on_end)(void *ctx, const struct http_answer *a);
    void *ctx;
    size_t head_bytes;
    bool added;              /* to the multi handle */
    bool begun;              /* it has a connection: from here its stall counts */
    bool refused, cancelled; /* on_data said no; http_cancel was called from within a callback */
    int64_t window_ms;       /* stall limit: when its window began, and the bytes before it */
    uint64_t window_bytes;
    char why[CURL_ERROR_SIZE];
};
struct http {
    struct http_options o;
    char *pin, *user, *password;
    CURLM *multi;
    struct http_request *first;
    bool performing;         /* inside curl: no handle may be added or removed now */
    uint64_t bytes;
};

/* ---- life ---- */

static void start_curl(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        abort();
}

struct http *http_new(const struct http_options *o)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    struct http *h = mem_alloc(sizeof *h);
    h->o = *o;
    h->pin = mem_dup(o->pin);
    h->user = mem_dup(o->user);
    h->password = mem_dup(o->password);
    h->o.connections = o->connections < 1 ? 1 : o->connections > 8 ? 8 : o->connections;
    h->o.connect_timeout_s = o->connect_timeout_s ? o->connect_timeout_s : 20;
    h->o.stall_s = o->stall_s ? o->stall_s : 60;
    h->o.stall_bytes = o->stall_bytes ? o->stall_bytes : 200;
    h->multi = curl_multi_init();
    if (!h->multi)
        abort();
    curl_multi_setopt(h->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)h->o.connections);
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)h->o.connections);
    return h;
}

static void request_free(struct http_request *r)
{
    struct http_request **at = &r->http->first;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    if (r->added)
        curl_multi_remove_handle(r->http->multi, r->easy);
    curl_easy_cleanup(r->easy);
    curl_slist_free_all(r->headers);
    free(r);
}

void http_free(struct http *h)
{
    if (!h)
        return;
    while (h->first)
        request_free(h->first);
    curl_multi_cleanup(h->multi);
    free(h->pin);
    free(h->user);
    free(h->password);
    free(h);
}

/* ---- what comes ---- */

static int64_t number(const char *text)
{
    char *end;
    while (*text == ' ' || *text == '\t')
        text++;
    if (*text < '0' || *text > '9')
        return -1;
    long long n = strtoll(text, &end, 10);
    return *end && *end != ' ' ? -1 : n;
}

static void copy_value(char *out, size_t size, const char *value)
{
    if (strlen(value) < size) /* one that is too long is as good as none */
        memcpy(out, value, strlen(value) + 1);
}

static void read_header(struct http_answer *a, const char *name, const char *value)
{
    long long first, last, total;
    int end = 0;
    if (strcasecmp(name, "content-length") == 0)
        a->length = number(value);
    else if (strcasecmp(name, "content-encoding") == 0)
        a->encoded = *value && strcasecmp(value, "identity") != 0;
    else if (strcasecmp(name, "etag") == 0 && value[0] == '"')
        copy_value(a->etag, sizeof a->etag, value);
    else if (strcasecmp(name, "location") == 0)
        copy_value(a->location, sizeof a->location, value);
    else if (strcasecmp(name, "content-type") == 0)
        copy_value(a->type, sizeof a->type, value);
    else if (strcasecmp(name, "retry-after") == 0 && number(value) > 0) /* a date needs a clock one can trust: ignored */
        a->retry_after_s = number(value) < RETRY_AFTER_MAX_S ? (int)number(value) : RETRY_AFTER_MAX_S;
    else if (strcasecmp(name, "content-range") == 0 && sscanf(value, "bytes %lld-%lld/%lld%n", &first, &last, &total, &end) == 3 &&
             !value[end] && first >= 0 && last >= first && total > last) {
        a->range_first = first;
        a->range_last = last;
        a->range_total = total;
    }
}

static void answer_clear(struct http_answer *a)
{
    uint64_t sent = a->sent_bytes, received = a->received_bytes;
    *a = (struct http_answer){ .length = -1, .range_first = -1, .range_last = -1, .range_total = -1, .sent_bytes = sent,
                               .received_bytes = received };
}

/* One header line with its line end; a status line begins a new head (after 100 Continue). */
static size_t on_header(char *line, size_t one, size_t len, void *ctx)
{
    struct http_request *r = ctx;
    char text[512];
    int status;
    len *= one;
    r->head_bytes += len;
    if (r->head_bytes > HEAD_MAX_BYTES)
        return 0;
    if (len >= sizeof text)
        return len;
    memcpy(text, line, len);
    text[len] = 0;
    text[strcspn(text, "\r\n")] = 0;
    if (sscanf(text, "HTTP/%*s %d", &status) == 1) {
        answer_clear(&r->answer);
        r->answer.status = status;
        return len;
    }
    char *value = strchr(text, ':');
    if (!value)
        return len;
    *value++ = 0;
    value += strspn(value, " \t");
    for (size_t n = strlen(value); n && (value[n - 1] == ' ' || value[n - 1] == '\t'); n--)
        value[n - 1] = 0;
    read_header(&r->answer, text, value);
    return len;
}

static size_t on_body(char *data, size_t one, size_t len, void *ctx)
{
    struct http_request *r = ctx;
    len *= one;
    if (r->cancelled || (r->on_data && !r->on_data(r->ctx, &r->answer, data, len))) {
        r->refused = true;
        return 0;
    }
    return len;
}

/* Exact counting: curl's own figures leave out chunk framing and bodies that were cut. */
static int on_traffic(CURL *easy, curl_infotype type, char *data, size_t len, void *ctx)
{
    struct http_request *r = ctx;
    bool out = type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT || type == CURLINFO_SSL_DATA_OUT;
    bool in = type == CURLINFO_HEADER_IN || type == CURLINFO_DATA_IN || type == CURLINFO_SSL_DATA_IN;
    (void)easy;
    (void)data;
    if (out)
        r->answer.sent_bytes += len;
    if (in)
        r->answer.received_bytes += len;
    if (in || out)
        r->http->bytes += len;
    return 0;
}

/* ---- requests ---- */

static void add_header(struct http_request *r, const char *name, const char *value)
{
    if (!value)
        return;
    char *line = mem_printf("%s: %s", name, value);
    r->headers = curl_slist_append(r->headers, line);
    free(line);
}

static void set_headers(struct http_request *r, const struct http_call *c)
{
    /* A name without value takes away what curl adds by itself: every poll of every kiosk pays for each byte. */
    static const char *const none[] = { "Accept:", "Accept-Encoding:", "Expect:" };
    char range[64];
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        r->headers = curl_slist_append(r->headers, none[i]);
    if (c->content_type)
        add_header(r, "Content-Type", c->content_type);
    else
        r->headers = curl_slist_append(r->headers, "Content-Type:");
    add_header(r, "Content-Encoding", c->content_encoding);
    add_header(r, "If-None-Match", c->if_none_match);
    if (c->range_last > 0)
        snprintf(range, sizeof range, "bytes=%lld-%lld", (long long)c->range_from, (long long)c->range_last);
    else
        snprintf(range, sizeof range, "bytes=%lld-", (long long)c->range_from);
    if (c->range_from > 0 || c->range_last > 0) {
        add_header(r, "Range", range);
        add_header(r, "If-Range", c->if_range);
    }
    if (c->header)
        r->headers = curl_slist_append(r->headers, c->header);
}

static void set_method(CURL *c, const struct http_call *call)
{
    bool body = strcmp(call->method, "PUT") == 0 || strcmp(call->method, "POST") == 0;
    assert(body || strcmp(call->method, "GET") == 0 || strcmp(call->method, "HEAD") == 0);
    if (strcmp(call->method, "HEAD") == 0)
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    if (!body)
        return;
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_len);
    curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, call->body ? call->body : "");
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, call->method);
}

static void set_tls(CURL *c, const struct http *h)
{
    if (!h->pin)
        return;
    /* The pinned key is the identity: curl checks it whatever the certificate says. Its dates cannot be judged by a clock
     * nobody vouches for, and its name says nothing more. */
    curl_easy_setopt(c, CURLOPT_PINNEDPUBLICKEY, h->pin);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
}

static void set_link(CURL *c, const struct http *h)
{
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_PROXY, ""); /* also keeps the environment's out */
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L); /* a dead name server must not hold up http_cancel */
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)h->o.connect_timeout_s);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "weike");
    /* Asks for nothing (the header is taken away) but unpacks what a rude proxy packed. */
    curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "identity");
    if (h->user) {
        curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(c, CURLOPT_USERNAME, h->user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, h->password ? h->password : "");
    }
}

static void set_callbacks(struct http_request *r)
{
    curl_easy_setopt(r->easy, CURLOPT_ERRORBUFFER, r->why);
    curl_easy_setopt(r->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(r->easy, CURLOPT_HEADERDATA, r);
    curl_easy_setopt(r->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(r->easy, CURLOPT_WRITEDATA, r);
    curl_easy_setopt(r->easy, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(r->easy, CURLOPT_DEBUGFUNCTION, on_traffic);
    curl_easy_setopt(r->easy, CURLOPT_DEBUGDATA, r);
    curl_easy_setopt(r->easy, CURLOPT_PRIVATE, r);
}

static void add_waiting(struct http *h)
{
    for (struct http_request *r = h->first; r; r = r->next)
        if (!r->added) {
            r->added = true;
            r->window_ms = clock_boot_ms();
            if (curl_multi_add_handle(h->multi, r->easy) != CURLM_OK)
                abort();
        }
}

struct http_request *http_start(struct http *h, const struct http_call *c)
{
    struct http_request *r = mem_alloc(sizeof *r), **end = &h->first;
    r->http = h;
    r->on_data = c->on_data;
    r->on_end = c->on_end;
    r->ctx = c->ctx;
    answer_clear(&r->answer);
    r->easy = curl_easy_init();
    if (!r->easy)
        abort();
    curl_easy_setopt(r->easy, CURLOPT_URL, c->url);
    set_link(r->easy, h);
    set_tls(r->easy, h);
    set_method(r->easy, c);
    set_headers(r, c);
    curl_easy_setopt(r->easy, CURLOPT_HTTPHEADER, r->headers);
    set_callbacks(r);
    while (*end)
        end = &(*end)->next;
    *end = r;
    if (!h->performing)
        add_waiting(h);
    return r;
}

static void end(struct http_request *r)
{
    struct http_answer a = r->answer;
    void (*on_end)(void *, const struct http_answer *) = r->on_end;
    void *ctx = r->ctx;
    request_free(r);
    if (on_end)
        on_end(ctx, &a);
}

void http_cancel(struct http_request *r)
{
    if (r->http->performing) {
        r->cancelled = true;
        return;
    }
    err_set(&r->answer.err, ERR_CANCELLED, "stopped");
    end(r);
}

/* ---- moving on ---- */

static enum err_kind kind_of(const struct http_request *r, CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
        return ERR_MISSING;
    case CURLE_OPERATION_TIMEDOUT: /* only the connect time-out is curl's */
        return r->answer.received_bytes ? ERR_IO : ERR_MISSING;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CERTPROBLEM:
        return ERR_UNTRUSTED;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return ERR_INVALID;
    default:
        return ERR_IO;
    }
}

static void finished(struct http_request *r, CURLcode code)
{
    struct err *e = &r->answer.err;
    if (r->cancelled || r->refused)
        err_set(e, ERR_CANCELLED, "stopped");
    else if (r->head_bytes > HEAD_MAX_BYTES)
        err_set(e, ERR_TOO_BIG, "the answer's header lines do not end");
    else if (code != CURLE_OK)
        err_set(e, kind_of(r, code), "%s", r->why[0] ? r->why : curl_easy_strerror(code));
    end(r);
}

/* True if something ended. */
static bool reap(struct http *h)
{
    CURLMsg *m;
    bool any = false;
    for (int left; (m = curl_multi_info_read(h->multi, &left));) {
        struct http_request *r;
        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&r);
        finished(r, m->data.result);
        any = true;
    }
    return any;
}

static uint64_t traffic(const struct http_request *r)
{
    return r->answer.sent_bytes + r->answer.received_bytes;
}

static bool stalled(struct http_request *r, int64_t now_ms)
{
    curl_off_t begun_us = 0;
    if (!r->begun) { /* connecting has its own limit, and one that waits for a free connection cannot help it */
        curl_easy_getinfo(r->easy, CURLINFO_PRETRANSFER_TIME_T, &begun_us);
        r->begun = begun_us > 0;
        r->window_ms = now_ms;
        return false;
    }
    if (now_ms - r->window_ms < (int64_t)r->http->o.stall_s * 1000)
        return false;
    bool slow = traffic(r) - r->window_bytes < (uint64_t)r->http->o.stall_bytes;
    r->window_ms = now_ms;
    r->window_bytes = traffic(r);
    return slow;
}

/* Ends those that were cancelled inside a callback, and those that stall. */
static bool end_some(struct http *h)
{
    int64_t now_ms = clock_boot_ms();
    for (struct http_request *r = h->first; r; r = r->next) {
        if (r->cancelled)
            err_set(&r->answer.err, ERR_CANCELLED, "stopped");
        else if (stalled(r, now_ms))
            err_set(&r->answer.err, traffic(r) ? ERR_IO : ERR_MISSING, "less than %d bytes came in %d seconds", h->o.stall_bytes,
                    h->o.stall_s);
        else
            continue;
        end(r); /* may change the list */
        return true;
    }
    return false;
}

static bool turn(struct http *h)
{
    int running;
    bool any;
    add_waiting(h);
    h->performing = true;
    curl_multi_perform(h->multi, &running);
    h->performing = false;
    any = reap(h);
    while (end_some(h))
        any = true;
    return any;
}

static int wait_ms(const struct http *h, int timeout_ms)
{
    int64_t now_ms = clock_boot_ms();
    for (const struct http_request *r = h->first; r; r = r->next) {
        int64_t left = r->window_ms + (int64_t)h->o.stall_s * 1000 - now_ms;
        if (left < timeout_ms)
            timeout_ms = left < 0 ? 0 : (int)left + 1;
    }
    return timeout_ms;
}

int http_step(struct http *h, int timeout_ms)
{
    int n = 0;
    if (!turn(h) && timeout_ms > 0) {
        curl_multi_poll(h->multi, NULL, 0, wait_ms(h, timeout_ms), NULL);
        turn(h);
    }
    for (struct http_request *r = h->first; r; r = r->next)
        n++;
    return n;
}

void http_wake(struct http *h)
{
    curl_multi_wakeup(h->multi);
}

uint64_t http_bytes(const struct http *h)
{
    return h->bytes;
}

bool http_must_stop(const struct http *h)
{
    return h->o.stop && h->o.stop(h->o.ctx);
}
