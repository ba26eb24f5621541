#include "web/range.h"

#include <string.h>
#include <strings.h>

static const char *skip_space(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

bool range_tag_listed(const char *list, const char *etag, bool weak)
{
    size_t n = strlen(etag);
    const char *p = skip_space(list);
    if (*p == '*' && !*skip_space(p + 1))
        return true;
    while (*p) {
        bool is_weak = p[0] == 'W' && p[1] == '/';
        if (is_weak)
            p += 2;
        if (*p != '"')
            return false; /* not a list of tags: no condition holds */
        const char *end = strchr(p + 1, '"');
        if (!end)
            return false;
        if ((weak || !is_weak) && (size_t)(end + 1 - p) == n && !memcmp(p, etag, n))
            return true;
        p = skip_space(end + 1);
        if (*p && *p != ',')
            return false;
        while (*p == ',')
            p = skip_space(p + 1);
    }
    return false;
}

/* Digits to a number; saturates, so that a huge one lies beyond every file. False: no digit. */
static bool number(const char **p, uint64_t *out)
{
    const char *start = *p;
    uint64_t v = 0;
    for (; **p >= '0' && **p <= '9'; (*p)++) {
        unsigned d = (unsigned)(**p - '0');
        v = v > (UINT64_MAX - d) / 10 ? UINT64_MAX : v * 10 + d;
    }
    *out = v;
    return *p != start;
}

enum parsed { IGNORE, OUTSIDE, INSIDE };

/* One int-range or suffix-range (§14.1.2). What breaks the grammar is ignored, as §14.2 wants. */
static enum parsed parse(const char *text, uint64_t size, uint64_t *first, uint64_t *count)
{
    uint64_t from = 0, to = 0;
    if (strncasecmp(text, "bytes", 5) != 0)
        return IGNORE;
    const char *p = skip_space(text + 5);
    if (*p != '=')
        return IGNORE;
    p = skip_space(p + 1);
    bool has_from = number(&p, &from);
    if (*p++ != '-')
        return IGNORE;
    bool has_to = number(&p, &to);
    if (*skip_space(p) || (!has_from && !has_to) || (has_from && has_to && to < from))
        return IGNORE;
    if (!has_from) { /* the last `to` bytes */
        if (to == 0 || size == 0)
            return OUTSIDE;
        *count = to < size ? to : size;
        *first = size - *count;
        return INSIDE;
    }
    if (from >= size)
        return OUTSIDE;
    *first = from;
    *count = (has_to && to < size - 1 ? to : size - 1) - from + 1;
    return INSIDE;
}

void range_decide(const struct range_ask *ask, const char *etag, uint64_t size_bytes, struct range_plan *out)
{
    *out = (struct range_plan){ .status = 200, .count = size_bytes };
    if (ask->if_none_match && range_tag_listed(ask->if_none_match, etag, true)) {
        *out = (struct range_plan){ .status = 304 };
        return;
    }
    if (!ask->range)
        return;
    /* A date in If-Range can never match: no Last-Modified is sent (§13.1.5). */
    if (ask->if_range && (strchr(ask->if_range, ',') || !range_tag_listed(ask->if_range, etag, false) ||
                          *skip_space(ask->if_range) == '*'))
        return;
    uint64_t first, count;
    switch (parse(skip_space(ask->range), size_bytes, &first, &count)) {
    case INSIDE: *out = (struct range_plan){ .status = 206, .first = first, .count = count }; break;
    case OUTSIDE: *out = (struct range_plan){ .status = 416 }; break;
    case IGNORE: break;
    }
}
