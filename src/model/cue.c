#include "model/cue.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum {
    HOUR_DIGITS = 4,         /* ceilings keep times far from overflow */
    SENTENCE_GRACE_MS = 1000 /* "again" in the first second means the sentence before */
};

struct line { const char *p; size_t n; };

struct reader {
    const char *p, *end;
    struct cues *out;
    int cap;
};

/* A line ends with CR LF, CR or LF (WebVTT §4.1). False at the end. */
static bool next_line(struct reader *r, struct line *l)
{
    if (r->p >= r->end)
        return false;
    const char *p = r->p;
    while (p < r->end && *p != '\n' && *p != '\r')
        p++;
    *l = (struct line){ r->p, (size_t)(p - r->p) };
    if (p < r->end)
        p += *p == '\r' && p + 1 < r->end && p[1] == '\n' ? 2 : 1;
    r->p = p;
    return true;
}

static bool has_arrow(struct line l)
{
    for (size_t i = 0; i + 3 <= l.n; i++)
        if (!memcmp(l.p + i, "-->", 3))
            return true;
    return false;
}

static bool is_block_word(struct line l, const char *word)
{
    size_t n = strlen(word);
    return l.n >= n && !memcmp(l.p, word, n) && (l.n == n || l.p[n] == ' ' || l.p[n] == '\t');
}

/* ---- times ---- */

static bool digits(const char **p, const char *end, size_t min, size_t max, int64_t *value)
{
    const char *start = *p;
    int64_t n = 0;
    while (*p < end && **p >= '0' && **p <= '9' && (size_t)(*p - start) <= max)
        n = n * 10 + (*(*p)++ - '0');
    *value = n;
    return (size_t)(*p - start) >= min && (size_t)(*p - start) <= max;
}

static bool sign(const char **p, const char *end, char c)
{
    if (*p >= end || **p != c)
        return false;
    ++*p;
    return true;
}

/* [h+:]mm:ss.ttt (WebVTT §6.3, "collect a WebVTT timestamp"). */
static bool timestamp(const char **p, const char *end, int64_t *ms)
{
    int64_t part[3] = { 0 }, thousandths;
    const char *start = *p;
    if (!digits(p, end, 1, HOUR_DIGITS, &part[0]))
        return false;
    bool two_digits = *p - start == 2;
    if (!sign(p, end, ':') || !digits(p, end, 2, 2, &part[1]))
        return false;
    if (sign(p, end, ':')) {
        if (!digits(p, end, 2, 2, &part[2]))
            return false;
    } else if (two_digits) {
        part[2] = part[1];
        part[1] = part[0];
        part[0] = 0;
    } else {
        return false;
    }
    if (part[1] > 59 || part[2] > 59 || !sign(p, end, '.') || !digits(p, end, 3, 3, &thousandths))
        return false;
    *ms = ((part[0] * 60 + part[1]) * 60 + part[2]) * 1000 + thousandths;
    return true;
}

static void skip_space(const char **p, const char *end)
{
    while (*p < end && (**p == ' ' || **p == '\t' || **p == '\f'))
        ++*p;
}

/* What follows the times (position, alignment, region) is not for us. */
static bool timing(struct line l, int64_t *from_ms, int64_t *to_ms)
{
    const char *p = l.p, *end = l.p + l.n;
    skip_space(&p, end);
    if (!timestamp(&p, end, from_ms))
        return false;
    skip_space(&p, end);
    if (end - p < 3 || memcmp(p, "-->", 3) != 0)
        return false;
    p += 3;
    skip_space(&p, end);
    if (!timestamp(&p, end, to_ms))
        return false;
    return (p == end || *p == ' ' || *p == '\t') && *to_ms > *from_ms;
}

/* ---- words ---- */

static void add_utf8(uint32_t c, struct str *out)
{
    char b[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (n == 1) {
        b[0] = (char)c;
    } else {
        for (size_t i = n - 1; i > 0; i--, c >>= 6)
            b[i] = (char)(0x80 | (c & 0x3f));
        b[0] = (char)((0xf00u >> n & 0xff) | c);
    }
    str_add(out, b, n);
}

/* "&#22909;" or "&#x597d;": the length read, 0 if it is none. */
static size_t numeric_entity(const char *p, const char *end, uint32_t *c)
{
    const char *q = p + 2;
    bool hex = q < end && (*q == 'x' || *q == 'X');
    q += hex;
    const char *start = q;
    uint32_t n = 0;
    for (; q < end; q++) {
        int d = *q >= '0' && *q <= '9' ? *q - '0' : !hex ? -1 : *q >= 'a' && *q <= 'f' ? *q - 'a' + 10
                                                  : *q >= 'A' && *q <= 'F' ? *q - 'A' + 10 : -1;
        if (d < 0)
            break;
        n = n > 0x10ffff ? n : n * (hex ? 16 : 10) + (uint32_t)d;
    }
    if (q == start || q >= end || *q != ';')
        return 0;
    bool control = (n < 0x20 && n != '\n' && n != '\t') || (n >= 0x7f && n < 0xa0);
    *c = control || n > 0x10ffff || (n >= 0xd800 && n <= 0xdfff) ? 0xfffd : n;
    return (size_t)(q + 1 - p);
}

static size_t entity(const char *p, const char *end, uint32_t *c)
{
    static const struct { const char *name; uint32_t c; } known[] = {
        { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' },
        { "&nbsp;", 0xa0 }, { "&lrm;", 0x200e }, { "&rlm;", 0x200f },
    };
    if (end - p > 2 && p[1] == '#')
        return numeric_entity(p, end, c);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t n = strlen(known[i].name);
        if ((size_t)(end - p) >= n && !memcmp(p, known[i].name, n)) {
            *c = known[i].c;
            return n;
        }
    }
    return 0;
}

static void add_decoded(const char *p, const char *end, struct str *out)
{
    while (p < end) {
        uint32_t c;
        size_t n = *p == '&' ? entity(p, end, &c) : 0;
        if (n)
            add_utf8(c, out);
        else
            str_add(out, p, 1);
        p += n ? n : 1;
    }
}

static char *trimmed(const struct str *s)
{
    const char *from = s->data, *to = s->data + s->len;
    while (from < to && strchr(" \t\n", *from))
        from++;
    while (to > from && strchr(" \t\n", to[-1]))
        to--;
    char *copy = mem_alloc((size_t)(to - from) + 1);
    memcpy(copy, from, (size_t)(to - from));
    return copy;
}

/* <v Name> or <v.class Name>, `p` behind the '<': the name, owned; NULL if it is not that tag or names nobody. */
static char *voice_of(const char *p, const char *close)
{
    if (*p != 'v' || p + 1 >= close || !strchr(". \t\n", p[1]))
        return NULL;
    while (p < close && !strchr(" \t\n", *p))
        p++;
    struct str name;
    str_init(&name, 0);
    add_decoded(p, close, &name);
    char *voice = trimmed(&name);
    str_release(&name);
    if (*voice)
        return voice;
    free(voice);
    return NULL;
}

/* Tags go; the first <v> is kept as voice. The reading above the characters (<rt>) goes with its words: without its
 * place above them it would be said twice. A '<' that nothing closes is shown: losing the words helps nobody. */
static void add_speech(const char *p, const char *end, struct str *out, char **voice)
{
    bool ruby = false;
    while (p < end) {
        const char *stop = memchr(p, '<', (size_t)(end - p));
        const char *close = stop ? memchr(stop, '>', (size_t)(end - stop)) : NULL;
        if (!close)
            stop = end;
        if (!ruby)
            add_decoded(p, stop, out);
        if (!close)
            return;
        size_t n = (size_t)(close - stop - 1);
        if (!*voice)
            *voice = voice_of(stop + 1, close);
        if (n >= 2 && !memcmp(stop + 1, "rt", 2) && (n == 2 || stop[3] == '.'))
            ruby = true;
        else if (n >= 3 && stop[1] == '/' && stop[2] == 'r') /* </rt>, or </ruby> with the </rt> left out */
            ruby = false;
        p = close + 1;
    }
}

/* ---- blocks ---- */

/* The lines of speech: up to a blank line, or one that holds an arrow and so begins the next cue. */
static void collect_speech(struct reader *r, struct str *out)
{
    struct line l;
    const char *before = r->p;
    while (next_line(r, &l) && l.n) {
        if (has_arrow(l)) {
            r->p = before;
            return;
        }
        if (out->len)
            str_puts(out, "\n");
        str_add(out, l.p, l.n);
        before = r->p;
    }
}

static bool add_cue(struct reader *r, int64_t from_ms, int64_t to_ms, const struct str *raw, struct err *e)
{
    struct cues *c = r->out;
    struct str words;
    char *voice = NULL;
    str_init(&words, 0);
    add_speech(raw->data, raw->data + raw->len, &words, &voice);
    char *text = trimmed(&words);
    str_release(&words);
    bool kept = *text, room = c->count < CUES_MAX_COUNT;
    if (kept && room) {
        ARRAY_GROW(c->cue, c->count, r->cap);
        c->cue[c->count++] = (struct cue){ .from_ms = from_ms, .to_ms = to_ms, .text = text, .voice = voice };
        return true;
    }
    free(text);
    free(voice);
    return !kept || err_set(e, ERR_TOO_BIG, "more than %d captions", CUES_MAX_COUNT);
}

static bool read_cue(struct reader *r, struct line times, struct err *e)
{
    int64_t from_ms, to_ms;
    struct str raw;
    str_init(&raw, 0);
    bool good = timing(times, &from_ms, &to_ms);
    collect_speech(r, &raw);
    if (!good)
        r->out->skipped++;
    bool ok = !good || add_cue(r, from_ms, to_ms, &raw, e);
    str_release(&raw);
    return ok;
}

/* A block: a comment, style or region; or a cue, with or without a name on the line before its times. */
static bool read_block(struct reader *r, struct line first, struct err *e)
{
    if (has_arrow(first))
        return read_cue(r, first, e);
    bool known = is_block_word(first, "NOTE") || is_block_word(first, "STYLE") || is_block_word(first, "REGION");
    const char *second = r->p;
    struct line l;
    if (!known && next_line(r, &l) && has_arrow(l))
        return read_cue(r, l, e);
    r->p = second;
    struct str rest;
    str_init(&rest, 0);
    collect_speech(r, &rest);
    str_release(&rest);
    r->out->skipped += !known;
    return true;
}

static bool read_header(struct reader *r, struct err *e)
{
    struct line l;
    if (r->end - r->p >= 3 && !memcmp(r->p, "\xef\xbb\xbf", 3))
        r->p += 3;
    if (!next_line(r, &l) || !is_block_word(l, "WEBVTT"))
        return err_set(e, ERR_INVALID, "not a WebVTT file: its first line must be WEBVTT");
    struct str rest;
    str_init(&rest, 0);
    collect_speech(r, &rest);
    str_release(&rest);
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct cue *x = a, *y = b;
    if (x->from_ms != y->from_ms)
        return x->from_ms < y->from_ms ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static void sort(struct cues *c)
{
    int64_t open_ms = 0;
    for (int i = 0; i < c->count; i++)
        c->cue[i].order = i;
    if (c->count)
        qsort(c->cue, (size_t)c->count, sizeof *c->cue, by_time);
    for (int i = 0; i < c->count; i++) {
        open_ms = c->cue[i].to_ms > open_ms ? c->cue[i].to_ms : open_ms;
        c->cue[i].open_ms = open_ms;
    }
}

bool cues_parse(const char *text, size_t len, struct cues *out, struct err *e)
{
    struct cues c = { 0 };
    struct reader r = { .p = text, .end = text + len, .out = &c };
    if (len > CUES_MAX_BYTES)
        return err_set(e, ERR_TOO_BIG, "captions of %zu bytes, at most %d are accepted", len, CUES_MAX_BYTES);
    if (!utf8_valid(text, len))
        return err_set(e, ERR_INVALID, "the captions are not UTF-8");
    bool ok = read_header(&r, e);
    struct line l;
    while (ok && next_line(&r, &l))
        if (l.n)
            ok = read_block(&r, l, e);
    if (!ok) {
        cues_release(&c);
        return false;
    }
    sort(&c);
    *out = c;
    return true;
}

/* ---- asking ---- */

/* The last cue that has begun at `ms`, -1 if none. */
static int begun_at(const struct cues *c, int64_t ms)
{
    int low = 0, high = c->count;
    while (low < high) {
        int mid = low + (high - low) / 2;
        if (c->cue[mid].from_ms <= ms)
            low = mid + 1;
        else
            high = mid;
    }
    return low - 1;
}

int cues_at(const struct cues *c, int64_t ms)
{
    for (int i = begun_at(c, ms); i >= 0 && c->cue[i].open_ms > ms; i--)
        if (c->cue[i].to_ms > ms)
            return i;
    return -1;
}

int64_t cues_sentence_start(const struct cues *c, int64_t ms)
{
    int i = begun_at(c, ms);
    if (i < 0)
        return 0;
    int64_t from_ms = c->cue[i].from_ms;
    if (ms - from_ms >= SENTENCE_GRACE_MS)
        return from_ms;
    while (i >= 0 && c->cue[i].from_ms == from_ms)
        i--;
    return i < 0 ? 0 : c->cue[i].from_ms;
}

void cues_release(struct cues *c)
{
    for (int i = 0; i < c->count; i++) {
        free(c->cue[i].text);
        free(c->cue[i].voice);
    }
    free(c->cue);
    *c = (struct cues){ 0 };
}
