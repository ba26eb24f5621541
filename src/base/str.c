#define _GNU_SOURCE
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_MAX = 64 << 20 };

void *mem_alloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p)
        abort();
    return p;
}

void *mem_resize(void *p, size_t count, size_t size)
{
    void *q = reallocarray(p, count ? count : 1, size ? size : 1);
    if (!q)
        abort();
    return q;
}

char *mem_dup(const char *text)
{
    if (!text)
        return NULL;
    char *copy = strdup(text);
    if (!copy)
        abort();
    return copy;
}

char *mem_printf(const char *fmt, ...)
{
    char *out = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&out, fmt, ap);
    va_end(ap);
    if (n < 0)
        abort();
    return out;
}

void str_init(struct str *s, size_t max_bytes)
{
    *s = (struct str){ .max_bytes = max_bytes ? max_bytes : DEFAULT_MAX, .cap = 64 };
    s->data = mem_alloc(s->cap);
}

void str_release(struct str *s)
{
    free(s->data);
    *s = (struct str){ 0 };
}

void str_clear(struct str *s)
{
    s->len = 0;
    s->overflowed = false;
    s->data[0] = 0;
}

static bool reserve(struct str *s, size_t more)
{
    if (more > s->max_bytes || s->len > s->max_bytes - more) {
        s->overflowed = true;
        return false;
    }
    size_t need = s->len + more + 1;
    if (need <= s->cap)
        return true;
    size_t cap = s->cap * 2 > need ? s->cap * 2 : need;
    s->data = mem_resize(s->data, cap, 1);
    s->cap = cap;
    return true;
}

bool str_add(struct str *s, const void *data, size_t len)
{
    if (!reserve(s, len))
        return false;
    if (len)
        memcpy(s->data + s->len, data, len);
    s->len += len;
    s->data[s->len] = 0;
    return true;
}

bool str_puts(struct str *s, const char *text)
{
    return str_add(s, text, strlen(text));
}

bool str_printf(struct str *s, const char *fmt, ...)
{
    char small[256];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    bool ok = n >= 0;
    if (ok && (size_t)n < sizeof small) {
        ok = str_add(s, small, (size_t)n);
    } else if (ok && (ok = reserve(s, (size_t)n))) {
        vsnprintf(s->data + s->len, (size_t)n + 1, fmt, again);
        s->len += (size_t)n;
    }
    va_end(again);
    return ok;
}

char *str_take(struct str *s)
{
    char *data = s->data;
    str_init(s, s->max_bytes);
    return data;
}

/* Length of the sequence that `lead` starts, and the smallest code point it may carry; 0 if not a lead byte. */
static int sequence(unsigned char lead, uint32_t *least)
{
    if (lead < 0x80) {
        *least = 1;
        return 1;
    }
    if (lead >= 0xc2 && lead < 0xe0) {
        *least = 0x80;
        return 2;
    }
    if (lead >= 0xe0 && lead < 0xf0) {
        *least = 0x800;
        return 3;
    }
    if (lead >= 0xf0 && lead < 0xf5) {
        *least = 0x10000;
        return 4;
    }
    return 0;
}

bool utf8_valid(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text, *end = s + len;
    while (s < end) {
        uint32_t least, c;
        int n = sequence(*s, &least);
        if (!n || end - s < n)
            return false;
        c = n == 1 ? *s : (uint32_t)(*s & (0x7f >> n));
        for (int i = 1; i < n; i++) {
            if ((s[i] & 0xc0) != 0x80)
                return false;
            c = c << 6 | (s[i] & 0x3f);
        }
        if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
            return false;
        s += n;
    }
    return true;
}

uint32_t utf8_next(const char **p)
{
    const unsigned char *s = (const unsigned char *)*p;
    uint32_t least, c;
    if (!*s)
        return 0;
    int n = sequence(*s, &least);
    if (!n) {
        *p += 1;
        return 0xfffd;
    }
    c = n == 1 ? *s : (uint32_t)(*s & (0x7f >> n));
    for (int i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) { /* cut short: never step over the terminator */
            *p += i;
            return 0xfffd;
        }
        c = c << 6 | (s[i] & 0x3f);
    }
    *p += n;
    return c;
}

size_t utf8_count(const char *s)
{
    size_t n = 0;
    while (utf8_next(&s))
        n++;
    return n;
}

static bool invisible(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb);
}

void utf8_clean(const char *in, struct str *out)
{
    while (*in) {
        const char *start = in;
        uint32_t c = utf8_next(&in);
        if (c == '\n' || c == '\t')
            str_add(out, " ", 1);
        else if (!invisible(c))
            str_add(out, start, (size_t)(in - start));
    }
}

bool str_ends_with(const char *s, const char *suffix)
{
    size_t a = strlen(s), b = strlen(suffix);
    return a >= b && !memcmp(s + a - b, suffix, b);
}

void hex_encode(const uint8_t *in, size_t len, char *out)
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        *out++ = digit[in[i] >> 4];
        *out++ = digit[in[i] & 15];
    }
    *out = 0;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_decode(const char *in, uint8_t *out, size_t out_len)
{
    for (size_t i = 0; i < out_len; i++) {
        int hi = in[0] ? digit_value(in[0]) : -1, lo = hi < 0 ? -1 : digit_value(in[1]);
        if (lo < 0)
            return false;
        out[i] = (uint8_t)(hi << 4 | lo);
        in += 2;
    }
    return *in == 0;
}
