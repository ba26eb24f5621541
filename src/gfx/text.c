#include "gfx/text.h"
#include "base/str.h"
#include "gfx/lru.h"
#include "gfx/scale.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RUN_BYTES = 6 << 20, WIDTH_BYTES = 1 << 20, MAX_RUN = 2000, WORDS = 60 };

/* A rendered piece of one face: only the rectangle that holds ink. */
struct run {
    int advance;      /* px to the next piece (before squeezing) */
    int x, y, w, h;   /* of the ink, from pen position and baseline */
    uint8_t *mask;    /* w*h coverage, or NULL */
    uint32_t *colour; /* w*h ARGB for colour glyphs, or NULL */
    int rim;          /* the halo reaches so far beyond the ink on every side */
    uint8_t *halo;    /* (w + 2 rim) * (h + 2 rim), or NULL */
};

struct text {
    struct fonts *fonts;
    struct lru *runs, *widths;
};

struct run_key { int face, px, halo; char text[MAX_RUN]; };
#define KEY_LEN(len) (offsetof(struct run_key, text) + (len))

static void run_free(void *value)
{
    struct run *r = value;
    free(r->mask);
    free(r->colour);
    free(r->halo);
    free(r);
}

struct text *text_new(struct fonts *fonts)
{
    struct text *t = mem_alloc(sizeof *t);
    t->fonts = fonts;
    t->runs = lru_new(RUN_BYTES, run_free);
    t->widths = lru_new(WIDTH_BYTES, free);
    return t;
}

void text_free(struct text *t)
{
    if (!t)
        return;
    lru_free(t->runs);
    lru_free(t->widths);
    fonts_free(t->fonts);
    free(t);
}

void text_set_fonts(struct text *t, struct fonts *fonts)
{
    lru_clear(t->runs);
    lru_clear(t->widths);
    fonts_free(t->fonts);
    t->fonts = fonts;
}

size_t text_cache_bytes(const struct text *t)
{
    return lru_bytes(t->runs) + lru_bytes(t->widths);
}

/* Characters that belong to the one before them, whatever face it came from: joiners, variation selectors,
 * combining marks, skin tones. */
static bool joins(uint32_t c)
{
    return c == 0x200d || (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0x300 && c <= 0x36f) || c == 0x20e3 ||
           (c >= 0x1f3fb && c <= 0x1f3ff) || (c >= 0xe0100 && c <= 0xe01ef);
}

/* Full-width marks whose blank half lies before (opening) or after (closing) their ink. */
static bool opening(uint32_t c)
{
    return c == 0x201c || c == 0x2018 || c == 0xff08 || c == 0x3008 || c == 0x300a || c == 0x300c || c == 0x300e ||
           c == 0x3010 || c == 0x3014;
}

static bool closing(uint32_t c)
{
    return c == 0x201d || c == 0x2019 || c == 0xff09 || c == 0x3009 || c == 0x300b || c == 0x300d || c == 0x300f ||
           c == 0x3011 || c == 0x3015 || c == 0xff0c || c == 0x3002 || c == 0x3001 || c == 0xff1a || c == 0xff1b;
}

/* Two marks in a row give up the blank between them (clreq, "compression of punctuation"): ”， and 。” set tight. */
static bool squeezed(uint32_t a, uint32_t b)
{
    return (closing(a) && (closing(b) || opening(b))) || (opening(a) && opening(b));
}

bool text_is_latin(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] >= 0xe3) /* lead bytes of U+3000 and above */
            return false;
    return true;
}

/* Marks that Chinese faces draw as wide as a character. */
static bool wide_mark(uint32_t c)
{
    return (c >= 0x2018 && c <= 0x201f) || c == 0xb7 || c == 0x2022;
}

/* The first stretch of `s` that one face can draw, at most MAX_RUN bytes; its face in *face. It ends early after a
 * mark that is squeezed against the next; then *squeeze is true. */
static size_t piece(struct text *t, const struct text_style *st, bool latin, const char *s, size_t len, int *face,
                    bool *squeeze)
{
    const char *p = s, *end = s + len;
    *face = -1;
    *squeeze = false;
    bool joined = false;
    uint32_t before = 0;
    while (p < end) {
        const char *q = p;
        uint32_t c = utf8_next(&q);
        if (q > end || q == p || (size_t)(q - s) > MAX_RUN)
            break;
        if (before && squeezed(before, c)) {
            *squeeze = true;
            break;
        }
        if (*face < 0 || !(joined || joins(c))) {
            int f = latin && wide_mark(c) ? fonts_narrow_face(t->fonts, st->face) : fonts_face_for(t->fonts, st->face, c);
            if (*face >= 0 && f != *face)
                break;
            *face = f;
        }
        joined = c == 0x200d;
        before = c;
        p = q;
    }
    if (*face < 0)
        *face = st->face;
    return p > s ? (size_t)(p - s) : len;
}

/* Half an em, when the mark that ends here is really set full width (Latin faces have narrow quotes). */
static int squeeze_px(struct text *t, int face, int px, const char *end)
{
    const char *mark = end - 3; /* every mark above takes three bytes */
    int advance = 0;
    TTF_Font *font = fonts_at(t->fonts, face, px);
    if (font && TTF_GlyphMetrics32(font, utf8_next(&mark), NULL, NULL, NULL, NULL, &advance) == 0 && advance * 10 >= px * 9)
        return px / 2;
    return 0;
}

static size_t key_of(struct run_key *k, int face, const struct text_style *st, int halo, const char *s, size_t len)
{
    k->face = face;
    k->px = st->px;
    k->halo = halo;
    if (len > MAX_RUN)
        len = MAX_RUN;
    memcpy(k->text, s, len);
    return KEY_LEN(len);
}

static void terminated(char out[MAX_RUN + 1], const char *s, size_t len)
{
    if (len > MAX_RUN)
        len = MAX_RUN;
    memcpy(out, s, len);
    out[len] = 0;
}

static int measure(struct text *t, int face, int px, const char *s, size_t len)
{
    char buf[MAX_RUN + 1];
    terminated(buf, s, len);
    int w = 0;
    TTF_Font *font = fonts_at(t->fonts, face, px);
    if (!font || TTF_SizeUTF8(font, buf, &w, NULL) != 0)
        return 0;
    return w * fonts_shrink(t->fonts, face, px) / 100;
}

int text_tail(struct text *t, const struct text_style *st, const char *s, size_t len)
{
    const char *mark = s + len - 3, *p = mark;
    int max_x = 0, advance = 0;
    uint32_t c = len >= 3 ? utf8_next(&p) : 0;
    if (p != s + len || !(closing(c) || c == 0xff01 || c == 0xff1f))
        return 0;
    TTF_Font *font = fonts_at(t->fonts, fonts_face_for(t->fonts, st->face, c), st->px);
    if (!font || TTF_GlyphMetrics32(font, c, NULL, &max_x, NULL, NULL, &advance) != 0 || advance * 10 < st->px * 9)
        return 0;
    return advance > max_x ? advance - max_x - st->px / 16 : 0;
}

static size_t bytes_of(const char *s, size_t len, int characters)
{
    const char *p = s;
    while (characters-- > 0 && p < s + len)
        utf8_next(&p);
    return (size_t)(p - s) < len ? (size_t)(p - s) : len;
}

size_t text_fit(struct text *t, const struct text_style *st, const char *s, size_t len, int width)
{
    bool latin = text_is_latin(s, len);
    size_t at = 0, n;
    for (; at < len; at += n) {
        int face, extent = 0, count = 0;
        bool squeeze;
        n = piece(t, st, latin, s + at, len - at, &face, &squeeze);
        char buf[MAX_RUN + 1];
        terminated(buf, s + at, n);
        TTF_Font *font = fonts_at(t->fonts, face, st->px);
        if (!font || TTF_MeasureUTF8(font, buf, width * 100 / fonts_shrink(t->fonts, face, st->px), &extent, &count) != 0)
            return len;
        size_t fits = bytes_of(s + at, n, count);
        if (fits < n)
            return at + fits;
        width -= measure(t, face, st->px, s + at, n);
        width += squeeze ? squeeze_px(t, face, st->px, s + at + n) : 0;
    }
    return len;
}

/* --- rendering --- */

struct ink { int x0, y0, x1, y1; bool coloured; };

static struct ink ink_of(const SDL_Surface *s)
{
    struct ink k = { s->w, s->h, 0, 0, false };
    for (int y = 0; y < s->h; y++) {
        const uint32_t *row = (const uint32_t *)((const uint8_t *)s->pixels + (size_t)y * (size_t)s->pitch);
        for (int x = 0; x < s->w; x++) {
            if (!(row[x] >> 24))
                continue;
            k.x0 = x < k.x0 ? x : k.x0;
            k.x1 = x + 1 > k.x1 ? x + 1 : k.x1;
            k.y0 = y < k.y0 ? y : k.y0;
            k.y1 = y + 1;
            k.coloured |= (row[x] & 0xffffff) != 0xffffff; /* text is rendered in white */
        }
    }
    return k;
}

static void take_ink(struct run *r, const SDL_Surface *s, struct ink k)
{
    r->w = k.x1 - k.x0;
    r->h = k.y1 - k.y0;
    size_t n = (size_t)r->w * (size_t)r->h;
    if (k.coloured)
        r->colour = mem_alloc(n * sizeof *r->colour);
    else
        r->mask = mem_alloc(n);
    for (int y = 0; y < r->h; y++) {
        const uint32_t *row = (const uint32_t *)((const uint8_t *)s->pixels + (size_t)(y + k.y0) * (size_t)s->pitch);
        for (int x = 0; x < r->w; x++) {
            size_t i = (size_t)y * (size_t)r->w + (size_t)x;
            if (k.coloured)
                r->colour[i] = row[x + k.x0];
            else
                r->mask[i] = (uint8_t)(row[x + k.x0] >> 24);
        }
    }
}

/* Widens by `reach` in one direction (maximum), then softens: a rim that keeps white letters readable on any
 * picture. Separable, so the corners are square-ish, which nobody sees at 3 px. */
static void spread(const uint8_t *in, uint8_t *out, int w, int h, int reach, bool soften, int step, int lines, int pitch)
{
    int n = step == 1 ? w : h;
    for (int l = 0; l < lines; l++) {
        const uint8_t *s = in + l * pitch;
        uint8_t *d = out + l * pitch;
        for (int i = 0; i < n; i++) {
            int best = 0, sum = 0;
            for (int j = i - reach; j <= i + reach; j++) {
                int v = j < 0 || j >= n ? 0 : s[j * step];
                best = v > best ? v : best;
                sum += v;
            }
            d[i * step] = (uint8_t)(soften ? sum / (2 * reach + 1) : best);
        }
    }
}

static void add_halo(struct run *r, int halo)
{
    r->rim = halo * 2;
    int w = r->w + 2 * r->rim, h = r->h + 2 * r->rim;
    uint8_t *a = mem_alloc((size_t)w * (size_t)h), *b = mem_alloc((size_t)w * (size_t)h);
    for (int y = 0; y < r->h; y++)
        memcpy(a + (size_t)(y + r->rim) * (size_t)w + r->rim, r->mask + (size_t)y * (size_t)r->w, (size_t)r->w);
    spread(a, b, w, h, halo, false, 1, h, w);
    spread(b, a, w, h, halo, false, w, w, 1);
    spread(a, b, w, h, (halo + 1) / 2, true, 1, h, w);
    spread(b, a, w, h, (halo + 1) / 2, true, w, w, 1);
    free(b);
    r->halo = a;
}

/* Pictures of a fixed size to the size of the letters around them. */
static void shrink(struct run *r, int percent)
{
    int w = r->w * percent / 100, h = r->h * percent / 100;
    r->advance = r->advance * percent / 100;
    r->x = r->x * percent / 100;
    r->y = r->y * percent / 100;
    if (!r->colour || w < 1 || h < 1)
        return;
    uint32_t *small = mem_resize(NULL, (size_t)w * (size_t)h, sizeof *small);
    scale_cover(r->colour, r->w, r->h, small, w, h);
    free(r->colour);
    r->colour = small;
    r->w = w;
    r->h = h;
}

static struct run *render(struct text *t, int face, const struct text_style *st, const char *s, size_t len)
{
    char buf[MAX_RUN + 1];
    terminated(buf, s, len);
    struct run *r = mem_alloc(sizeof *r);
    TTF_Font *font = fonts_at(t->fonts, face, st->px);
    if (!font)
        return r;
    int w = 0, min_x = 0;
    TTF_SizeUTF8(font, buf, &w, NULL);
    r->advance = w;
    SDL_Surface *full = TTF_RenderUTF8_Blended(font, buf, (SDL_Color){ 255, 255, 255, 255 });
    if (!full)
        return r;
    const char *p = buf;
    TTF_GlyphMetrics32(font, utf8_next(&p), &min_x, NULL, NULL, NULL, NULL);
    struct ink k = ink_of(full);
    if (k.x1 > k.x0) {
        take_ink(r, full, k);
        r->x = k.x0 + (min_x < 0 ? min_x : 0); /* SDL2_ttf shifts a run right when its first glyph hangs out left */
        r->y = k.y0 - TTF_FontAscent(font);
        if (st->halo > 0 && r->mask)
            add_halo(r, st->halo);
    }
    SDL_FreeSurface(full);
    if (fonts_shrink(t->fonts, face, st->px) != 100)
        shrink(r, fonts_shrink(t->fonts, face, st->px));
    return r;
}

static size_t run_bytes(const struct run *r)
{
    size_t n = (size_t)r->w * (size_t)r->h;
    size_t halo = r->halo ? (size_t)(r->w + 2 * r->rim) * (size_t)(r->h + 2 * r->rim) : 0;
    return sizeof *r + (r->mask ? n : 0) + (r->colour ? 4 * n : 0) + halo;
}

static const struct run *run_get(struct text *t, int face, const struct text_style *st, const char *s, size_t len)
{
    struct run_key k;
    size_t klen = key_of(&k, face, st, st->halo, s, len);
    struct run *r = lru_get(t->runs, &k, klen);
    if (!r) {
        r = render(t, face, st, s, len);
        lru_put(t->runs, &k, klen, r, run_bytes(r));
    }
    return r;
}

int text_width(struct text *t, const struct text_style *st, const char *s, size_t len)
{
    if (!len)
        return 0;
    struct run_key k;
    size_t klen = key_of(&k, st->face, st, 0, s, len);
    int *known = len <= MAX_RUN ? lru_get(t->widths, &k, klen) : NULL;
    if (known)
        return *known;
    bool latin = text_is_latin(s, len);
    int w = 0;
    for (size_t at = 0, n; at < len; at += n) {
        int face;
        bool squeeze;
        n = piece(t, st, latin, s + at, len - at, &face, &squeeze);
        /* What is short will be drawn as it is: rendering it now saves loading its glyphs twice. */
        w += len <= WORDS ? run_get(t, face, st, s + at, n)->advance : measure(t, face, st->px, s + at, n);
        w -= squeeze ? squeeze_px(t, face, st->px, s + at + n) : 0;
    }
    if (len <= MAX_RUN) {
        known = mem_alloc(sizeof *known);
        *known = w;
        lru_put(t->widths, &k, klen, known, sizeof *known);
    }
    return w;
}

void text_draw(struct text *t, const struct text_style *st, const struct paint *p, int x, int y, const char *s,
               size_t len, uint32_t argb)
{
    bool latin = text_is_latin(s, len);
    for (size_t at = 0, n; at < len; at += n) {
        int face;
        bool squeeze;
        n = piece(t, st, latin, s + at, len - at, &face, &squeeze);
        const struct run *r = run_get(t, face, st, s + at, n);
        if (r->halo)
            paint_mask(p, x + r->x - r->rim, y + r->y - r->rim, r->halo, r->w + 2 * r->rim, r->h + 2 * r->rim,
                       0xd0101814);
        if (r->mask)
            paint_mask(p, x + r->x, y + r->y, r->mask, r->w, r->h, argb);
        else if (r->colour)
            paint_pixels(p, x + r->x, y + r->y, r->colour, r->w, r->h, false);
        x += r->advance - (squeeze ? squeeze_px(t, face, st->px, s + at + n) : 0);
    }
}

int text_baseline(const struct text_style *st, int line_h)
{
    return (int)lroundf((float)line_h / 2 + 0.38f * (float)st->px);
}

static size_t utf8_put(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    int n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (int i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(0xf00 >> n | c);
    return (size_t)n;
}

void text_draw_icon(struct text *t, const struct paint *p, uint32_t icon, int x, int y, int size, uint32_t argb)
{
    char s[4];
    struct text_style st = { .face = FACE_ICON, .px = size };
    const struct run *r = run_get(t, FACE_ICON, &st, s, utf8_put(s, icon));
    if (r->mask) /* the icons' em square stands on the baseline */
        paint_mask(p, x + r->x, y + size + r->y, r->mask, r->w, r->h, argb);
}
