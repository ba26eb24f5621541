#include "web/form.h"

#include "base/str.h"

#include <string.h>

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes from..end; -1: does not fit or is broken. */
static int decode(const char *from, const char *end, char *out, size_t size)
{
    size_t n = 0;
    while (from < end) {
        char c = *from++;
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = end - from >= 2 ? hex_digit(from[0]) : -1, low = high >= 0 ? hex_digit(from[1]) : -1;
            if (low < 0)
                return -1;
            c = (char)(high << 4 | low);
            from += 2;
        }
        if (n + 1 >= size || (unsigned char)c < ' ')
            return -1;
        out[n++] = c;
    }
    out[n] = 0;
    return utf8_valid(out, n) || n == 0 ? (int)n : -1;
}

bool form_get(const char *body, size_t len, const char *name, char *out, size_t size)
{
    const char *end = body + len;
    size_t want = strlen(name);
    for (const char *p = body; p < end;) {
        const char *stop = memchr(p, '&', (size_t)(end - p));
        stop = stop ? stop : end;
        const char *equals = memchr(p, '=', (size_t)(stop - p));
        if (equals && (size_t)(equals - p) == want && !memcmp(p, name, want))
            return decode(equals + 1, stop, out, size) >= 0;
        p = stop + 1;
    }
    return false;
}
