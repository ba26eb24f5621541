#include "gfx/paragraph.h"
#include "base/str.h"
#include "gfx/lru.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>
#define LOG_MODULE "paragraph"
#include "base/log.h"

enum { CACHE_BYTES = 1 << 20, MAX_LINES = 4000 };

struct paragraphs {
    struct text *text;
    struct lru *cache;
    UBreakIterator *lines, *clusters; /* opened when first needed: 0.3 ms */
    struct str key;
};

struct paragraphs *paragraphs_new(struct text *text)
{
    struct paragraphs *p = mem_alloc(sizeof *p);
    p->text = text;
    p->cache = lru_new(CACHE_BYTES, free);
    str_init(&p->key, 0);
    return p;
}

void paragraphs_free(struct paragraphs *p)
{
    if (!p)
        return;
    if (p->lines)
        ubrk_close(p->lines);
    if (p->clusters)
        ubrk_close(p->clusters);
    lru_free(p->cache);
    str_release(&p->key);
    free(p);
}

void paragraphs_clear(struct paragraphs *p)
{
    lru_clear(p->cache);
}

/* --- where a line may end --- */

struct breaks { UBreakIterator *it; UText text; bool usable; };

static void breaks_begin(struct breaks *b, UBreakIterator **it, UBreakIteratorType type, const char *s, size_t len)
{
    UErrorCode status = U_ZERO_ERROR;
    if (!*it)
        *it = ubrk_open(type, "zh", NULL, 0, &status);
    b->text = (UText)UTEXT_INITIALIZER;
    utext_openUTF8(&b->text, s, (int64_t)len, &status);
    if (*it)
        ubrk_setUText(*it, &b->text, &status);
    b->it = *it;
    b->usable = U_SUCCESS(status);
    if (!b->usable)
        log_error("line breaking is not available: %s", u_errorName(status));
}

static void breaks_end(struct breaks *b)
{
    utext_close(&b->text);
}

/* The last place at or before `limit` and after `from` where a break is allowed; `from` if there is none. */
static size_t breaks_before(struct breaks *b, size_t from, size_t limit)
{
    if (!b->usable)
        return from;
    if (ubrk_isBoundary(b->it, (int32_t)limit))
        return limit;
    int32_t at = ubrk_preceding(b->it, (int32_t)limit);
    return at == UBRK_DONE || (size_t)at < from ? from : (size_t)at;
}

/* --- filling lines --- */

struct filler {
    struct paragraphs *p;
    const struct text_style *st;
    const char *s;
    size_t len; /* of this stretch between forced breaks, ending at s[len] */
    int width, max_lines;
    struct para *para;
    int cap;
};

static void add_line(struct filler *f, size_t start, size_t end)
{
    if (f->para->count == f->cap) {
        f->cap *= 2;
        f->para = mem_resize(f->para, 1, sizeof *f->para + (size_t)f->cap * sizeof f->para->line[0]);
    }
    while (end > start && f->s[end - 1] == ' ')
        end--;
    int w = text_width(f->p->text, f->st, f->s + start, end - start);
    f->para->line[f->para->count++] = (struct para_line){ (int)start, (int)(end - start), w, false };
    if (w > f->para->widest)
        f->para->widest = w;
}

static bool full(const struct filler *f)
{
    return f->para->count >= (f->max_lines ? f->max_lines : MAX_LINES);
}

/* Ends of line for a stretch that does not fit: the last allowed place; else, inside an endless word, the last
 * whole cluster that fits; always at least one cluster. */
static size_t line_end(struct filler *f, struct breaks *b, size_t from, size_t limit)
{
    size_t spaces = limit;
    while (spaces < f->len && f->s[spaces] == ' ') /* spaces may hang out */
        spaces++;
    size_t at = breaks_before(b, from, spaces);
    if (at > from)
        return at;
    struct breaks c;
    breaks_begin(&c, &f->p->clusters, UBRK_CHARACTER, f->s, f->len);
    at = breaks_before(&c, from, limit);
    if (at <= from && c.usable) {
        int32_t next = ubrk_following(c.it, (int32_t)from);
        at = next == UBRK_DONE ? f->len : (size_t)next;
    }
    breaks_end(&c);
    return at > from ? at : f->len;
}

/* One stretch without forced breaks. */
static void fill(struct filler *f, size_t start)
{
    struct breaks b = { .it = NULL };
    bool open = false;
    while (start < f->len && !full(f)) {
        size_t n = text_fit(f->p->text, f->st, f->s + start, f->len - start, f->width);
        if (n >= f->len - start) {
            add_line(f, start, f->len);
            start = f->len;
            break;
        }
        if (!open)
            breaks_begin(&b, &f->p->lines, UBRK_LINE, f->s, f->len);
        open = true;
        size_t end = line_end(f, &b, start, start + n);
        add_line(f, start, end);
        start = end;
    }
    if (open)
        breaks_end(&b);
}

const char *paragraph_dots(const char *s, size_t len)
{
    return text_is_latin(s, len) ? "..." : "…";
}

/* Shortens the last line until the ellipsis fits behind it. */
static void cut(struct filler *f)
{
    struct para_line *l = &f->para->line[f->para->count - 1];
    const char *mark = paragraph_dots(f->s + l->start, (size_t)l->len);
    int dots = text_width(f->p->text, f->st, mark, strlen(mark));
    size_t n = text_fit(f->p->text, f->st, f->s + l->start, (size_t)l->len, f->width - dots);
    while (n && f->s[l->start + (int)n - 1] == ' ')
        n--;
    l->len = (int)n;
    l->width = text_width(f->p->text, f->st, f->s + l->start, n) + dots;
    l->ellipsis = true;
    if (l->width > f->para->widest)
        f->para->widest = l->width;
}

static struct para *lay_out(struct paragraphs *p, const struct text_style *st, const char *s, int width, int max_lines)
{
    struct filler f = { .p = p, .st = st, .s = s, .width = width, .max_lines = max_lines, .cap = 4 };
    f.para = mem_alloc(sizeof *f.para + 4 * sizeof f.para->line[0]);
    size_t at = 0, all = strlen(s);
    bool more = true;
    while (more && !full(&f)) {
        const char *nl = memchr(s + at, '\n', all - at);
        f.len = nl ? (size_t)(nl - s) : all;
        if (f.len == at)
            add_line(&f, at, at);
        else
            fill(&f, at);
        at = f.len + 1;
        more = nl != NULL;
    }
    const struct para_line *last = &f.para->line[f.para->count - 1];
    size_t shown = (size_t)(last->start + last->len);
    while (s[shown] == ' ')
        shown++;
    if (max_lines && shown < all)
        cut(&f);
    return f.para;
}

struct key_head { int face, px, width, max_lines; };

const struct para *paragraph_get(struct paragraphs *p, const struct text_style *st, const char *s, int width,
                                 int max_lines)
{
    struct key_head head = { st->face, st->px, width < 1 ? 1 : width, max_lines };
    str_clear(&p->key);
    str_add(&p->key, &head, sizeof head);
    str_puts(&p->key, s);
    struct para *para = lru_get(p->cache, p->key.data, p->key.len);
    if (!para) {
        para = lay_out(p, st, s, head.width, max_lines);
        size_t bytes = sizeof *para + (size_t)para->count * sizeof para->line[0];
        lru_put(p->cache, p->key.data, p->key.len, para, bytes);
    }
    return para;
}
