#include "model/response.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char comma[] = "[,]", dot[] = "[.]";

/* Takes the part before `separator` (or all that is left) out of *rest, which is NULL once nothing is left. */
static bool take(const char **rest, const char *separator, char *part, size_t size)
{
    if (!*rest)
        return false;
    const char *end = strstr(*rest, separator);
    size_t n = end ? (size_t)(end - *rest) : strlen(*rest);
    if (n >= size)
        return false;
    memcpy(part, *rest, n);
    part[n] = 0;
    *rest = end ? end + strlen(separator) : NULL;
    return true;
}

static int find(const struct option *list, int count, const char *id)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(list[i].id, id))
            return i;
    return -1;
}

int response_list(const struct question *q, const char *response, int index[QUESTION_MAX_OPTIONS])
{
    char id[sizeof q->option->id];
    const char *rest = *response ? response : NULL;
    unsigned seen = 0;
    int n = 0;
    while (take(&rest, comma, id, sizeof id)) {
        int i = find(q->option, q->option_count, id);
        if (i < 0 || seen >> i & 1)
            return -1;
        seen |= 1u << i;
        index[n++] = i;
    }
    return rest ? -1 : n;
}

bool response_has(const struct question *q, const char *response, int option)
{
    int index[QUESTION_MAX_OPTIONS];
    for (int i = response_list(q, response, index) - 1; i >= 0; i--)
        if (index[i] == option)
            return true;
    return false;
}

int response_pairs(const struct question *q, const char *response, int target[QUESTION_MAX_OPTIONS])
{
    char pair[2 * sizeof q->option->id + sizeof dot], source[sizeof q->option->id];
    const char *rest = *response ? response : NULL;
    int n = 0;
    for (int i = 0; i < QUESTION_MAX_OPTIONS; i++)
        target[i] = -1;
    while (take(&rest, comma, pair, sizeof pair)) {
        const char *half = pair;
        if (!take(&half, dot, source, sizeof source) || !half)
            return -1;
        int s = find(q->option, q->option_count, source), t = find(q->target, q->target_count, half);
        if (s < 0 || t < 0 || target[s] >= 0)
            return -1;
        target[s] = t;
        n++;
    }
    return rest ? -1 : n;
}

static void append(char *out, size_t *len, const char *separator, const char *text)
{
    int n = snprintf(out + *len, RESPONSE_MAX - *len, "%s%s", separator, text);
    assert(n >= 0 && *len + (size_t)n < RESPONSE_MAX); /* 12 pairs of ids of 15 bytes fit */
    *len += (size_t)n;
}

void response_put_list(const struct question *q, const int *index, int n, char *out)
{
    size_t len = 0;
    out[0] = 0;
    for (int i = 0; i < n; i++)
        append(out, &len, i ? comma : "", q->option[index[i]].id);
}

void response_put_pairs(const struct question *q, const int target[QUESTION_MAX_OPTIONS], char *out)
{
    size_t len = 0;
    out[0] = 0;
    for (int s = 0; s < q->option_count; s++)
        if (target[s] >= 0) {
            append(out, &len, len ? comma : "", q->option[s].id);
            append(out, &len, dot, q->target[target[s]].id);
        }
}
