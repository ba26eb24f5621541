#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

/* jansson stops at 2048 levels by recursion; we look first, so that its stack is never at stake. */
static bool shallow(const char *text, size_t len)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > MAX_DEPTH)
                return false;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return true;
}

json_t *json_parse(const char *text, size_t len, size_t max_bytes, struct err *e)
{
    if (len > max_bytes) {
        err_set(e, ERR_TOO_BIG, "JSON of %zu bytes, at most %zu are accepted", len, max_bytes);
        return NULL;
    }
    if (!shallow(text, len)) {
        err_set(e, ERR_INVALID, "JSON nested deeper than %d levels", MAX_DEPTH);
        return NULL;
    }
    json_error_t je;
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
    if (!root) {
        err_set(e, ERR_INVALID, "line %d column %d: %s", je.line, je.column, je.text);
        return NULL;
    }
    if (!json_is_object(root)) {
        json_decref(root);
        err_set(e, ERR_INVALID, "not a JSON object");
        return NULL;
    }
    return root;
}

static bool wrong(struct err *e, const char *where, const char *key, const char *want)
{
    return err_set(e, ERR_INVALID, "%s%s\"%s\" must be %s", where ? where : "", where && *where ? ": " : "", key, want);
}

bool json_get_str_or(const json_t *o, const char *where, const char *key, size_t max_len, const char *fallback,
                     const char **out, struct err *e)
{
    const json_t *v = json_object_get(o, key);
    if (!v) {
        *out = fallback;
        return true;
    }
    if (!json_is_string(v))
        return wrong(e, where, key, "a text");
    if (json_string_length(v) > max_len)
        return wrong(e, where, key, "shorter");
    *out = json_string_value(v);
    return true;
}

bool json_get_str(const json_t *o, const char *where, const char *key, size_t max_len, const char **out, struct err *e)
{
    if (!json_object_get(o, key))
        return wrong(e, where, key, "given");
    return json_get_str_or(o, where, key, max_len, NULL, out, e);
}

bool json_get_int_or(const json_t *o, const char *where, const char *key, int64_t min, int64_t max, int64_t fallback,
                     int64_t *out, struct err *e)
{
    const json_t *v = json_object_get(o, key);
    if (!v) {
        *out = fallback;
        return true;
    }
    if (!json_is_integer(v))
        return wrong(e, where, key, "a whole number");
    int64_t n = json_integer_value(v);
    if (n < min || n > max) {
        char want[80];
        snprintf(want, sizeof want, "from %lld to %lld", (long long)min, (long long)max);
        return wrong(e, where, key, want);
    }
    *out = n;
    return true;
}

bool json_get_int(const json_t *o, const char *where, const char *key, int64_t min, int64_t max, int64_t *out,
                  struct err *e)
{
    if (!json_object_get(o, key))
        return wrong(e, where, key, "given");
    return json_get_int_or(o, where, key, min, max, 0, out, e);
}

bool json_get_num_or(const json_t *o, const char *where, const char *key, double min, double max, double fallback,
                     double *out, struct err *e)
{
    const json_t *v = json_object_get(o, key);
    if (!v) {
        *out = fallback;
        return true;
    }
    double n = json_is_number(v) ? json_number_value(v) : NAN;
    if (!(n >= min && n <= max)) {
        char want[80];
        snprintf(want, sizeof want, "a number from %g to %g", min, max);
        return wrong(e, where, key, want);
    }
    *out = n;
    return true;
}

bool json_get_bool_or(const json_t *o, const char *where, const char *key, bool fallback, bool *out, struct err *e)
{
    const json_t *v = json_object_get(o, key);
    if (v && !json_is_boolean(v))
        return wrong(e, where, key, "true or false");
    *out = v ? json_is_true(v) : fallback;
    return true;
}

bool json_get_array(const json_t *o, const char *where, const char *key, bool required, size_t max_items,
                    const json_t **out, struct err *e)
{
    const json_t *v = json_object_get(o, key);
    if (!v && !required) {
        *out = NULL;
        return true;
    }
    if (!json_is_array(v))
        return wrong(e, where, key, "a list");
    if (json_array_size(v) > max_items)
        return wrong(e, where, key, "a shorter list");
    *out = v;
    return true;
}

bool json_get_object(const json_t *o, const char *where, const char *key, bool required, const json_t **out,
                     struct err *e)
{
    const json_t *v = json_object_get(o, key);
    if (!v && !required) {
        *out = NULL;
        return true;
    }
    if (!json_is_object(v))
        return wrong(e, where, key, "an object");
    *out = v;
    return true;
}

void json_write(const json_t *value, struct str *out)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    if (!text)
        abort(); /* only out of memory: values are built or parsed by us */
    str_puts(out, text);
    free(text);
}
