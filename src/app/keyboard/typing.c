#include "app/keyboard/typing.h"

#include <string.h>

enum { BYTES_A_CHAR = 4 };

void typing_init(struct typing *t, const char *text, int max_chars)
{
    *t = (struct typing){ .max_chars = max_chars };
    str_init(&t->text, (size_t)max_chars * BYTES_A_CHAR + 1);
    if (!text || !utf8_valid(text, strlen(text)))
        return;
    for (uint32_t c; (c = utf8_next(&text)) != 0 && typing_add_char(t, c);)
        ;
}

void typing_release(struct typing *t)
{
    str_release(&t->text);
}

bool typing_add(struct typing *t, const char *utf8)
{
    size_t len = strlen(utf8);
    if (!utf8_valid(utf8, len))
        return false;
    int chars = (int)utf8_count(utf8);
    if (t->chars + chars > t->max_chars || !str_add(&t->text, utf8, len))
        return false;
    t->chars += chars;
    return true;
}

bool typing_add_char(struct typing *t, uint32_t c)
{
    char out[5] = "";
    if (c < 0x80) {
        out[0] = (char)c;
    } else if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 63));
        out[2] = (char)(0x80 | (c & 63));
    } else {
        out[0] = (char)(0xf0 | (c >> 18 & 7));
        out[1] = (char)(0x80 | (c >> 12 & 63));
        out[2] = (char)(0x80 | (c >> 6 & 63));
        out[3] = (char)(0x80 | (c & 63));
    }
    return typing_add(t, out);
}

bool typing_rub(struct typing *t)
{
    size_t n = t->text.len;
    if (!n)
        return false;
    while (n > 1 && ((unsigned char)t->text.data[n - 1] & 0xc0) == 0x80)
        n--;
    t->text.len = n - 1;
    t->text.data[n - 1] = 0;
    t->chars--;
    return true;
}

void typing_trimmed(const struct typing *t, struct str *out)
{
    const char *from = t->text.data, *to = from + t->text.len;
    while (*from == ' ')
        from++;
    while (to > from && to[-1] == ' ')
        to--;
    str_add(out, from, (size_t)(to - from));
}

/* In hundredths of an ideograph; letters of the bold face are 60 at most, but w, m and capitals. */
static int width_of(uint32_t c)
{
    if (c >= 0x2e80)
        return 100;
    return c >= 'A' && c <= 'Z' ? 75 : c == 'm' || c == 'w' || c >= 0x80 ? 90 : 60;
}

static const char *char_before(const char *at)
{
    do
        at--;
    while (((unsigned char)*at & 0xc0) == 0x80);
    return at;
}

void typing_tail(const char *text, int per_line, int lines, struct str *out)
{
    /* A line may end early where the next word does not fit: two ideographs a line are kept back for that. */
    int room = (per_line > 4 ? per_line - 2 : per_line) * lines * 100;
    const char *from = text + strlen(text);
    while (from > text) {
        const char *before = char_before(from), *p = before;
        room -= width_of(utf8_next(&p));
        if (room < 100)
            break;
        from = before;
    }
    if (from > text)
        str_puts(out, "…");
    str_puts(out, from);
}

uint32_t typing_shifted(uint32_t c)
{
    static const char plain[] = "1234567890-=[]\\;',./`", shifted[] = "!@#$%^&*()_+{}|:\"<>?~";
    const char *at = c && c < 0x80 ? strchr(plain, (int)c) : NULL;
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 'A';
    return at ? (uint32_t)(unsigned char)shifted[at - plain] : c;
}
