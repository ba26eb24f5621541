#include "sync/send/lrs_same.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MAX_BYTES = 2 << 20 };

/* Milliseconds since 1970 of an RFC 3339 time with any offset; false if it is none. */
static bool moment(const char *text, int64_t *out)
{
    struct tm t = { 0 };
    int used = 0, hours = 0, minutes = 0;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec, &used) != 6)
        return false;
    int64_t ms = 0, unit = 100;
    const char *p = text + used;
    if (*p == '.')
        for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
            ms += unit * (*p - '0');
    char sign = *p;
    if ((sign == '+' || sign == '-') && (used = 0, sscanf(p + 1, "%2d:%2d%n", &hours, &minutes, &used) == 2))
        p += used;
    else if (sign != 'Z')
        return false;
    if (p[1])
        return false;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    int64_t offset_s = (hours * 60 + minutes) * 60;
    *out = ((int64_t)timegm(&t) - (sign == '-' ? -offset_s : offset_s)) * 1000 + ms;
    return true;
}

static bool goes_without_saying(const char *key, const json_t *value)
{
    const char *text = json_string_value(value);
    if (strcmp(key, "definition") == 0 || strcmp(key, "display") == 0)
        return true;
    return strcmp(key, "objectType") == 0 && text && (strcmp(text, "Agent") == 0 || strcmp(text, "Activity") == 0);
}

static json_t *plain(const json_t *v, int depth);

static json_t *plain_object(const json_t *o, int depth)
{
    json_t *out = json_object(), *value;
    const char *key;
    int64_t ms;
    json_object_foreach((json_t *)(uintptr_t)o, key, value) {
        bool added = depth == 0 && (strcmp(key, "stored") == 0 || strcmp(key, "authority") == 0 || strcmp(key, "version") == 0);
        if (added || goes_without_saying(key, value))
            continue;
        if (depth == 0 && strcmp(key, "attachments") == 0 && json_array_size(value) == 0)
            continue;
        if (depth == 0 && strcmp(key, "timestamp") == 0 && json_is_string(value) && moment(json_string_value(value), &ms))
            json_object_set_new(out, key, json_real((double)ms));
        else
            json_object_set_new(out, key, plain(value, depth + 1));
    }
    return out;
}

static json_t *plain(const json_t *v, int depth)
{
    if (json_is_object(v))
        return plain_object(v, depth);
    if (json_is_integer(v))
        return json_real((double)json_integer_value(v));
    if (!json_is_array(v))
        return json_deep_copy(v);
    json_t *out = json_array();
    for (size_t i = 0; i < json_array_size(v); i++)
        json_array_append_new(out, plain(json_array_get(v, i), depth + 1));
    return out;
}

bool lrs_same(const char *sent, size_t sent_len, const char *held, size_t held_len)
{
    struct err ignored;
    json_t *a = json_parse(sent, sent_len, MAX_BYTES, &ignored), *b = json_parse(held, held_len, MAX_BYTES, &ignored);
    json_t *x = a ? plain(a, 0) : NULL, *y = b ? plain(b, 0) : NULL;
    bool same = x && y && json_equal(x, y);
    json_decref(a);
    json_decref(b);
    json_decref(x);
    json_decref(y);
    return same;
}
