/* study_spans.c - sorted sets of disjoint ranges of media time; part of study.h. */
#include "model/study.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SPANS_MAX = 4096 }; /* more holes than a lesson of hours can get by hand; bounds what a file can make us hold */

void spans_release(struct spans *s)
{
    free(s->span);
    *s = (struct spans){ 0 };
}

void spans_copy(const struct spans *from, struct spans *out)
{
    *out = (struct spans){ .count = from->count, .cap = from->count };
    if (from->count) {
        out->span = mem_resize(NULL, (size_t)from->count, sizeof *out->span);
        memcpy(out->span, from->span, (size_t)from->count * sizeof *out->span);
    }
}

/* Index of the first range that ends at or after `at_ms`. */
static int first_touching(const struct spans *s, int64_t at_ms)
{
    int low = 0, high = s->count;
    while (low < high) {
        int mid = (low + high) / 2;
        if (s->span[mid].to_ms < at_ms)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

int64_t spans_add(struct spans *s, int64_t from_ms, int64_t to_ms)
{
    if (from_ms < 0)
        from_ms = 0;
    if (to_ms <= from_ms)
        return 0;
    int first = first_touching(s, from_ms), last = first;
    int64_t covered = 0, from = from_ms, to = to_ms;
    for (; last < s->count && s->span[last].from_ms <= to_ms; last++) {
        const struct span *x = &s->span[last];
        int64_t a = x->from_ms > from_ms ? x->from_ms : from_ms, b = x->to_ms < to_ms ? x->to_ms : to_ms;
        covered += b > a ? b - a : 0;
        from = x->from_ms < from ? x->from_ms : from;
        to = x->to_ms > to ? x->to_ms : to;
    }
    if (first == last) {
        ARRAY_GROW(s->span, s->count, s->cap);
        memmove(s->span + first + 1, s->span + first, (size_t)(s->count - first) * sizeof *s->span);
        s->count++;
    } else {
        memmove(s->span + first + 1, s->span + last, (size_t)(s->count - last) * sizeof *s->span);
        s->count -= last - first - 1;
    }
    s->span[first] = (struct span){ from, to };
    return to_ms - from_ms - covered;
}

int64_t spans_total(const struct spans *s)
{
    int64_t sum = 0;
    for (int i = 0; i < s->count; i++)
        sum += s->span[i].to_ms - s->span[i].from_ms;
    return sum;
}

bool spans_contains(const struct spans *s, int64_t at_ms)
{
    int i = first_touching(s, at_ms + 1);
    return i < s->count && s->span[i].from_ms <= at_ms && at_ms < s->span[i].to_ms;
}

void spans_format(const struct spans *s, struct str *out)
{
    for (int i = 0; i < s->count; i++) {
        const struct span *x = &s->span[i];
        str_printf(out, "%s%lld.%03d[.]%lld.%03d", i ? "[,]" : "", (long long)(x->from_ms / 1000), (int)(x->from_ms % 1000),
                   (long long)(x->to_ms / 1000), (int)(x->to_ms % 1000));
    }
}

/* "12.345" at *p -> 12345; advances. */
static bool seconds(const char **p, int64_t *out)
{
    char *end;
    if (**p < '0' || **p > '9')
        return false;
    errno = 0;
    long long whole = strtoll(*p, &end, 10);
    if (errno || whole > 1000000 || *end != '.' || strspn(end + 1, "0123456789") != 3)
        return false;
    *out = whole * 1000 + (end[1] - '0') * 100 + (end[2] - '0') * 10 + (end[3] - '0');
    *p = end + 4;
    return true;
}

bool spans_parse(const char *text, int64_t length_ms, struct spans *out, struct err *e)
{
    struct spans s = { 0 };
    const char *p = text;
    bool ok = true;
    while (ok && *p) {
        int64_t from, to;
        ok = (p == text || (!strncmp(p, "[,]", 3) && (p += 3))) && seconds(&p, &from) && !strncmp(p, "[.]", 3) && (p += 3) &&
             seconds(&p, &to) && from < to && to <= length_ms && s.count < SPANS_MAX;
        if (ok)
            spans_add(&s, from, to);
    }
    if (!ok) {
        spans_release(&s);
        return err_set(e, ERR_INVALID, "played segments \"%.60s\" are not seconds like 0.000[.]12.000", text);
    }
    *out = s;
    return true;
}
