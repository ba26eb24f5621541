#include "pack/packet/packet_rows.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 400, LOOK_BACK = 64 };

/* A line and where its values are. Positions, not pointers: the text it lies in grows. */
struct cut { uint32_t at, len; };
struct row { size_t at, len; int count; struct cut *value; uint64_t shape; };
struct rows { int count, cap; struct row *row; };

/* ---- cutting ---- */

static size_t string_end(const char *s, size_t len, size_t i) /* of the text that begins at i; len: it does not end */
{
    for (; i < len && s[i] != '"'; i++)
        if (s[i] == '\\')
            i++;
    return i < len ? i : len;
}

static bool is_word(char c) /* of a number, true, false, null */
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '+' || c == 'E';
}

/* The quoted texts that are no keys, and the words outside quotes. -1: too many. */
static int cut_line(const char *s, size_t len, struct cut out[VALUES_MAX])
{
    int n = 0;
    for (size_t i = 0; i < len;) {
        size_t from = i, to = i;
        if (s[i] == '"') {
            from = i + 1;
            to = string_end(s, len, from);
            i = to + 1;
            if (to == len || (to + 1 < len && s[to + 1] == ':'))
                continue;
        } else if (is_word(s[i])) {
            while (i < len && is_word(s[i]))
                i++;
            to = i;
        } else {
            i++;
            continue;
        }
        if (n == VALUES_MAX)
            return -1;
        out[n++] = (struct cut){ (uint32_t)from, (uint32_t)(to - from) };
    }
    return n;
}

static uint64_t shape_of(const char *s, size_t len, const struct cut *v, int n)
{
    uint64_t h = 1;
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        h = hash64(h, s + at, v[i].at - at) + 1;
        at = v[i].at + v[i].len;
    }
    return hash64(h, s + at, len - at);
}

static void add_row(struct rows *r, const char *text, size_t at, size_t len)
{
    struct cut value[VALUES_MAX];
    int n = len < UINT32_MAX ? cut_line(text + at, len, value) : -1;
    struct row row = { .at = at, .len = len, .count = n };
    if (n > 0) {
        row.value = mem_alloc((size_t)n * sizeof *value);
        memcpy(row.value, value, (size_t)n * sizeof *value);
    }
    if (n >= 0)
        row.shape = shape_of(text + at, len, value, n);
    ARRAY_GROW(r->row, r->count, r->cap);
    r->row[r->count++] = row;
}

static void add_forms(struct rows *r, const char *forms, struct str *text)
{
    size_t at = 0;
    str_puts(text, forms);
    for (const char *stop; (stop = memchr(text->data + at, '\n', text->len - at));) {
        size_t len = (size_t)(stop - (text->data + at));
        add_row(r, text->data, at, len);
        at += len + 1;
    }
}

static void rows_release(struct rows *r)
{
    for (int i = 0; i < r->count; i++)
        free(r->row[i].value);
    free(r->row);
}

static struct piece value_of(const char *text, const struct row *r, int i)
{
    return (struct piece){ text + r->at + r->value[i].at, r->value[i].len };
}

static bool same(const struct piece *a, const struct piece *b)
{
    return a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

/* The parts between the values, compared in full: a hash alone is no proof. */
static bool same_shape(const char *text, const struct row *a, const struct row *b)
{
    size_t x = 0, y = 0;
    if (a->count < 0 || a->count != b->count || a->shape != b->shape)
        return false;
    for (int i = 0; i <= a->count; i++) {
        size_t to_x = i < a->count ? a->value[i].at : a->len, to_y = i < b->count ? b->value[i].at : b->len;
        if (to_x - x != to_y - y || memcmp(text + a->at + x, text + b->at + y, to_x - x) != 0)
            return false;
        if (i < a->count) {
            x = a->value[i].at + a->value[i].len;
            y = b->value[i].at + b->value[i].len;
        }
    }
    return true;
}

/* ---- out ---- */

static const struct row *before_of(const struct rows *r, int n, int forms)
{
    return n > forms ? &r->row[n - 1] : NULL;
}

static size_t cost(const char *text, const struct row *row, const struct row *like, const struct row *before)
{
    size_t bytes = 0;
    for (int i = 0; i < row->count; i++) {
        struct piece v = value_of(text, row, i), l = value_of(text, like, i), b;
        if (same(&v, &l))
            continue;
        bool free_ride = before && i < before->count && (b = value_of(text, before, i), same(&v, &b));
        bytes += free_ride ? 1 : 2 + (v.len > 20 ? v.len : v.len / 2);
    }
    return bytes;
}

/* The line that row n differs least from: one of those just before, or a form. -1: none has its shape. */
static int choose(const char *text, const struct rows *r, int n, int forms)
{
    const struct row *row = &r->row[n], *before = before_of(r, n, forms);
    int best = -1;
    size_t best_cost = SIZE_MAX;
    for (int i = n - 1; i >= 0; i--) {
        if ((i >= forms && i < n - LOOK_BACK) || !same_shape(text, row, &r->row[i]))
            continue;
        size_t c = cost(text, row, &r->row[i], before);
        if (c < best_cost) {
            best = i;
            best_cost = c;
        }
    }
    return best;
}

static void put_row(struct value_state *st, const char *text, const struct rows *r, int n, int forms, struct streams *out)
{
    const struct row *row = &r->row[n], *before = before_of(r, n, forms);
    int like = choose(text, r, n, forms), skipped = 0;
    if (like < 0) {
        put_varint(&out->control, 0);
        put_varint(&out->text, row->len);
        str_add(&out->text, text + row->at, row->len);
        return;
    }
    put_varint(&out->control, (uint64_t)(n - like));
    for (int i = 0; i < row->count; i++, skipped++) {
        struct piece v = value_of(text, row, i), l = value_of(text, &r->row[like], i), b;
        if (same(&v, &l))
            continue;
        if (before && i < before->count)
            b = value_of(text, before, i);
        enum value_kind kind = value_put(st, &v, before && i < before->count ? &b : NULL, &l, out);
        put_varint(&out->control, (uint64_t)skipped + 1);
        put_varint(&out->control, kind);
        skipped = -1;
    }
    put_varint(&out->control, 0);
}

void rows_pack(const char *forms, const struct piece *line, int count, struct str *plain, struct str *random)
{
    struct rows r = { 0 };
    struct streams s;
    struct str text;
    struct value_state st = { 0 };
    str_init(&text, 0);
    streams_init(&s);
    add_forms(&r, forms, &text);
    int known = r.count;
    for (int i = 0; i < count; i++) {
        size_t at = text.len;
        str_add(&text, line[i].at, line[i].len);
        add_row(&r, text.data, at, line[i].len);
        put_row(&st, text.data, &r, known + i, known, &s);
    }
    put_varint(plain, s.control.len);
    put_varint(plain, s.number.len);
    str_add(plain, s.control.data, s.control.len);
    str_add(plain, s.number.data, s.number.len);
    str_add(plain, s.text.data, s.text.len);
    str_add(random, s.random.data, s.random.len);
    streams_release(&s);
    str_release(&text);
    rows_release(&r);
}

/* ---- in ---- */

static bool get_values(struct value_state *st, struct sources *in, const struct str *text, const struct row *like, const struct row *before,
                       struct str *line)
{
    uint64_t skip = 1, kind;
    size_t at = 0;
    for (int i = 0;; i++) {
        if (!get_varint(&in->control, &skip) || skip > (uint64_t)(like->count - i))
            return false;
        if (skip == 0)
            return str_add(line, text->data + like->at + at, like->len - at);
        i += (int)skip - 1;
        struct piece l = value_of(text->data, like, i), b;
        if (before && i < before->count)
            b = value_of(text->data, before, i);
        if (!get_varint(&in->control, &kind) || kind >= VALUE_KINDS || !str_add(line, text->data + like->at + at, like->value[i].at - at) ||
            !value_get(st, (enum value_kind)kind, before && i < before->count ? &b : NULL, &l, in, line))
            return false;
        at = like->value[i].at + like->value[i].len;
    }
}

static bool get_row(struct value_state *st, struct sources *in, const struct rows *r, int forms, const struct str *text, struct str *line)
{
    uint64_t back, len;
    if (!get_varint(&in->control, &back) || back > (uint64_t)r->count)
        return false;
    if (back)
        return r->row[r->count - (int)back].count >= 0 &&
               get_values(st, in, text, &r->row[r->count - (int)back], before_of(r, r->count, forms), line);
    if (!get_varint(&in->text, &len) || len > (size_t)(in->text.end - in->text.at))
        return false;
    in->text.at += len;
    return str_add(line, in->text.at - len, (size_t)len);
}

static bool split(const uint8_t *plain, size_t plain_len, const uint8_t *random, size_t random_len, struct sources *out)
{
    struct source s = { plain, plain + plain_len };
    uint64_t control, number;
    if (!get_varint(&s, &control) || !get_varint(&s, &number) || control > (size_t)(s.end - s.at) || number > (size_t)(s.end - s.at) - control)
        return false;
    *out = (struct sources){ { s.at, s.at + control }, { s.at + control, s.at + control + number }, { s.at + control + number, s.end },
                             { random, random + random_len } };
    return true;
}

static bool ends(const struct source *s)
{
    return s->at == s->end;
}

bool rows_unpack(const char *forms, const void *plain, size_t plain_len, const void *random, size_t random_len, int count, struct str *out,
                 struct err *e)
{
    struct rows r = { 0 };
    struct sources in;
    struct str text, line;
    struct value_state st = { 0 };
    bool ok = split(plain, plain_len, random, random_len, &in);
    str_init(&text, out->max_bytes + strlen(forms) + 1);
    str_init(&line, out->max_bytes);
    add_forms(&r, forms, &text);
    int known = r.count;
    for (int i = 0; ok && i < count; i++) {
        size_t at = text.len;
        str_clear(&line);
        ok = get_row(&st, &in, &r, known, &text, &line) && line.len && !memchr(line.data, '\n', line.len) &&
             str_add(&text, line.data, line.len) && str_add(out, line.data, line.len) && str_add(out, "\n", 1);
        if (ok)
            add_row(&r, text.data, at, line.len);
    }
    ok = ok && ends(&in.control) && ends(&in.number) && ends(&in.text) && ends(&in.random);
    str_release(&text);
    str_release(&line);
    rows_release(&r);
    return ok || err_set(e, ERR_INVALID, "the statements of the packet do not hold together");
}
