/* gift_mark.c - small scanning of GIFT text, shared by the files of the parser; part of gift_parts.h. */
#include "model/gift_parts.h"

#include <assert.h>
#include <string.h>

enum { TEXT_MAX = 4000 }; /* as lang_text_parse has it */

static const struct sign { int mark; const char *plain, *wide; } sign_table[] = {
    { MARK_OPEN, "{", "｛" }, { MARK_CLOSE, "}", "｝" }, { MARK_TILDE, "~", "～" }, { MARK_EQUAL, "=", "＝" },
    { MARK_HASH, "#", "＃" }, { MARK_ARROW, "->", "→" }, { MARK_NAME, "::", "：：" },
};
enum { SIGNS = sizeof sign_table / sizeof *sign_table };

static const struct sign *sign_at(const char *p, bool *wide, size_t *len)
{
    for (int i = 0; i < SIGNS; i++)
        for (int w = 0; w < 2; w++) {
            const char *text = w ? sign_table[i].wide : sign_table[i].plain;
            *len = strlen(text);
            *wide = w;
            if (!strncmp(p, text, *len))
                return &sign_table[i];
        }
    return NULL;
}

static bool is_space(const char *p)
{
    return *p == ' ' || *p == '\n' || *p == '\t';
}

/* ～ and ＝ are also punctuation ("10～20"): they count where a line or the braces begin, or after a space. */
static bool stands_free(const struct str *out)
{
    const char *end = out->data + out->len;
    return !out->len || is_space(end - 1) || gift_is(end[-1], MARK_OPEN) || (out->len >= 3 && !memcmp(end - 3, "　", 3));
}

/* Length of an escape at `p`, a backslash; what it stands for is added to `out`. */
static size_t add_escaped(const char *p, struct str *out)
{
    static const char *const letters[] = { "｛", "｝", "～", "＝", "＃", "：", "→" };
    if (p[1] == 'n') {
        str_puts(out, "\n");
        return 2;
    }
    if (p[1] && strchr("~=#{}:\\", p[1])) {
        str_add(out, p + 1, 1);
        return 2;
    }
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (!strncmp(p + 1, letters[i], 3)) {
            str_puts(out, letters[i]);
            return 4;
        }
    str_add(out, p, 1); /* Moodle too leaves other backslashes as they are */
    return 1;
}

void gift_mark(const char *p, struct str *out)
{
    enum { BEFORE, INSIDE, AFTER } at = BEFORE;
    while (*p) {
        bool wide;
        size_t len;
        const struct sign *s = sign_at(p, &wide, &len);
        bool brace = s && (s->mark == MARK_OPEN || s->mark == MARK_CLOSE);
        bool counts = brace || (s && at == BEFORE && s->mark == MARK_NAME) || (s && at == INSIDE && s->mark != MARK_NAME);
        if (counts && wide && (s->mark == MARK_TILDE || s->mark == MARK_EQUAL))
            counts = stands_free(out);
        if (*p == '\\') {
            p += add_escaped(p, out);
        } else if (counts) {
            str_add(out, &(char){ (char)(s->mark | (wide ? MARK_WIDE : 0)) }, 1);
            at = s->mark == MARK_OPEN ? INSIDE : s->mark == MARK_CLOSE ? AFTER : at;
            p += len;
        } else {
            str_add(out, p++, 1);
        }
    }
}

bool gift_is(char c, int mark)
{
    return (c & ~MARK_WIDE) == mark;
}

struct slice gift_trim(struct slice s)
{
    for (;;) {
        if (s.n && is_space(s.p))
            s = (struct slice){ s.p + 1, s.n - 1 };
        else if (s.n >= 3 && !memcmp(s.p, "　", 3))
            s = (struct slice){ s.p + 3, s.n - 3 };
        else if (s.n && is_space(s.p + s.n - 1))
            s.n--;
        else if (s.n >= 3 && !memcmp(s.p + s.n - 3, "　", 3))
            s.n -= 3;
        else
            return s;
    }
}

bool gift_has(struct slice s, int mark)
{
    for (size_t i = 0; i < s.n; i++)
        if (gift_is(s.p[i], mark))
            return true;
    return false;
}

struct slice gift_cut(struct slice s, int mark, struct slice *rest)
{
    for (size_t i = 0; i < s.n; i++)
        if (gift_is(s.p[i], mark)) {
            *rest = (struct slice){ s.p + i + 1, s.n - i - 1 };
            return (struct slice){ s.p, i };
        }
    *rest = (struct slice){ NULL, 0 };
    return s;
}

/* A line end is a space between words, nothing between ideographs. */
static void add_break(struct str *out, char next)
{
    bool wide = out->len && (out->data[out->len - 1] & 0x80) && (next & 0x80);
    if (out->len && out->data[out->len - 1] != ' ' && !wide)
        str_puts(out, " ");
}

static void unmark(struct slice s, struct str *out)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        const struct sign *known = NULL;
        for (int k = 0; k < SIGNS; k++)
            if (gift_is(c, sign_table[k].mark))
                known = &sign_table[k];
        if (known)
            str_puts(out, c & MARK_WIDE ? known->wide : known->plain);
        else if (c == '\n')
            add_break(out, i + 1 < s.n ? s.p[i + 1] : 0);
        else
            str_add(out, &c, 1);
    }
}

void gift_quote(struct slice s, char out[GIFT_QUOTE])
{
    struct str text;
    size_t n = 0;
    str_init(&text, 0);
    unmark(gift_trim(s), &text);
    for (const char *p = text.data; utf8_next(&p) && (size_t)(p - text.data) < GIFT_QUOTE;)
        n = (size_t)(p - text.data);
    memcpy(out, text.data, n);
    out[n] = 0;
    str_release(&text);
}

bool gift_text(struct slice s, const char *lang, struct lang_text *out, struct err *e)
{
    struct str joined, clean;
    s = gift_trim(s);
    assert(strlen(lang) < LANG_TEXT);
    str_init(&joined, 0);
    str_init(&clean, 0);
    unmark(s, &joined);
    utf8_clean(joined.data, &clean);
    bool ok = clean.len <= TEXT_MAX || err_set(e, ERR_TOO_BIG, "a text of %zu bytes, at most %d are accepted", clean.len, TEXT_MAX);
    if (ok && clean.len) {
        out->entry = mem_resize(out->entry, (size_t)out->count + 1, sizeof *out->entry);
        struct lang_entry *entry = &out->entry[out->count++];
        *entry = (struct lang_entry){ .text = str_take(&clean) };
        memcpy(entry->lang, lang, strlen(lang) + 1);
    }
    str_release(&joined);
    str_release(&clean);
    return ok;
}
