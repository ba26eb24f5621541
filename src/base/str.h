/* str.h - a growing byte string, always NUL-terminated; and the few memory calls that abort on failure.
 *
 * Owner calls str_release. Out of memory aborts (the supervisor restarts us), as everywhere in Weike.
 * `max_bytes` bounds what outside input can make us hold; 0 means 64 MiB. */
#ifndef WEIKE_BASE_STR_H
#define WEIKE_BASE_STR_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    char *data;       /* never NULL after str_init; data[len] == 0 */
    size_t len, cap, max_bytes;
    bool overflowed;  /* an addition was refused because of max_bytes */
};

void str_init(struct str *s, size_t max_bytes);
void str_release(struct str *s);
void str_clear(struct str *s);
bool str_add(struct str *s, const void *data, size_t len); /* false once max_bytes would be passed */
bool str_puts(struct str *s, const char *text);
bool str_printf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *str_take(struct str *s); /* moves the bytes out (caller frees); `s` is empty and usable again */

void *mem_alloc(size_t size);                        /* zeroed; aborts on failure */
void *mem_resize(void *p, size_t count, size_t size); /* checks count*size; aborts on failure */
char *mem_dup(const char *text);                      /* NULL stays NULL */
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Grows `array` (of `cap` elements) by doubling so that `count + 1` fit; use as ARRAY_PUSH(a, n, cap). */
#define ARRAY_GROW(array, count, cap)                                                 \
    do {                                                                              \
        if ((count) >= (cap)) {                                                       \
            (cap) = (cap) ? (cap) * 2 : 8;                                            \
            (array) = mem_resize((array), (size_t)(cap), sizeof *(array));            \
        }                                                                             \
    } while (0)

bool utf8_valid(const char *s, size_t len);    /* RFC 3629: no overlongs, surrogates or > U+10FFFF; NUL refused */
uint32_t utf8_next(const char **p);            /* decodes one of a valid string and advances; 0 at the end */
size_t utf8_count(const char *s);              /* code points of a valid string */
/* Copies `in` without control, bidi-override and zero-width characters, so that a title cannot spoof another. */
void utf8_clean(const char *in, struct str *out);
bool str_ends_with(const char *s, const char *suffix);
void hex_encode(const uint8_t *in, size_t len, char *out);          /* out: 2*len+1 bytes, lower case */
bool hex_decode(const char *in, uint8_t *out, size_t out_len);      /* exactly 2*out_len lower-case digits */
#endif
