#define _GNU_SOURCE
#include "hub/records/columns.h"
#include "base/hash.h"
#include "base/json.h"
#include "model/statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Exactly `n` digits at *p. */
static bool digits(const char **p, int n, int64_t *out)
{
    *out = 0;
    for (int i = 0; i < n; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return false;
        *out = *out * 10 + (**p - '0');
    }
    return true;
}

static bool skip(const char **p, char c)
{
    return *(*p)++ == c;
}

/* Days since 1970-01-01 in the Gregorian calendar, for any month 1..12. */
static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* ".123" in ms, later digits dropped. */
static int64_t fraction_ms(const char **p)
{
    int64_t ms = 0, unit = 100;
    if (**p != '.')
        return 0;
    for ((*p)++; **p >= '0' && **p <= '9'; (*p)++, unit /= 10)
        ms += (**p - '0') * unit;
    return ms;
}

bool columns_time(const char *text, int64_t *out_ms)
{
    const char *p = text;
    int64_t y, mo, d, h, mi, s, oh = 0, om = 0;
    if (!digits(&p, 4, &y) || !skip(&p, '-') || !digits(&p, 2, &mo) || !skip(&p, '-') || !digits(&p, 2, &d) || !skip(&p, 'T') ||
        !digits(&p, 2, &h) || !skip(&p, ':') || !digits(&p, 2, &mi) || !skip(&p, ':') || !digits(&p, 2, &s) || mo < 1 || mo > 12)
        return false;
    int64_t ms = fraction_ms(&p);
    int sign = *p == '-' ? -1 : 1;
    if (*p == 'Z')
        p++;
    else if ((*p != '+' && *p != '-') || !digits((p++, &p), 2, &oh) || !skip(&p, ':') || !digits(&p, 2, &om))
        return false;
    *out_ms = ((days_of(y, mo, d) * 24 + h) * 60 + mi - sign * (oh * 60 + om)) * 60000 + s * 1000 + ms;
    return !*p;
}

bool columns_duration(const char *text, int64_t *out_ms)
{
    static const struct { char unit; int64_t ms; } units[] = { { 'H', 3600000 }, { 'M', 60000 }, { 'S', 1000 } };
    const char *p = text;
    int64_t total = 0;
    size_t at = 0;
    if (*p++ != 'P' || *p++ != 'T' || !*p)
        return false;
    while (*p) {
        char *end;
        if (*p < '0' || *p > '9')
            return false;
        unsigned long long whole = strtoull(p, &end, 10);
        p = end;
        int64_t part_ms = fraction_ms(&p);
        while (at < 3 && units[at].unit != *p)
            at++;
        if (at == 3 || whole > 1000000000)
            return false;
        total += (int64_t)whole * units[at].ms + part_ms * units[at].ms / 1000;
        p++;
        at++;
    }
    *out_ms = total;
    return true;
}

static const char *text_at(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

static void take_result(const json_t *result, struct columns *out)
{
    const json_t *success = json_object_get(result, "success"), *scaled = json_object_get(json_object_get(result, "score"), "scaled");
    out->has_duration = columns_duration(text_at(result, "duration"), &out->duration_ms);
    out->has_success = json_is_boolean(success);
    out->success = json_is_true(success);
    out->has_score = json_is_number(scaled);
    out->score = json_number_value(scaled);
}

static void take_about(const json_t *root, struct columns *out)
{
    const json_t *r = json_object_get(json_object_get(json_object_get(root, "result"), "extensions"), STATEMENT_IRI "register");
    if (!strcmp(out->verb, "voided"))
        snprintf(out->about, sizeof out->about, "%s", text_at(json_object_get(root, "object"), "id"));
    if (!strcmp(out->verb, "registered")) {
        snprintf(out->about, sizeof out->about, "%s", text_at(r, "code"));
        snprintf(out->file, sizeof out->file, "%s", text_at(r, "sha256"));
    }
}

static void take_all(const json_t *root, struct columns *out)
{
    const json_t *actor = json_object_get(root, "actor");
    const char *verb = text_at(json_object_get(root, "verb"), "id"), *slash = strrchr(verb, '/'), *hash = strrchr(verb, '#');
    const char *name = text_at(json_object_get(actor, "account"), "name");
    snprintf(out->verb, sizeof out->verb, "%s", hash ? hash + 1 : slash ? slash + 1 : verb);
    snprintf(out->actor, sizeof out->actor, "%s", *name ? name : text_at(actor, "mbox"));
    snprintf(out->activity, sizeof out->activity, "%s", text_at(json_object_get(root, "object"), "id"));
    if (!columns_time(text_at(root, "timestamp"), &out->at_ms))
        out->at_ms = 0;
    take_result(json_object_get(root, "result"), out);
    take_about(root, out);
}

bool columns_read(const char *json, size_t len, struct columns *out, struct err *e)
{
    memset(out, 0, sizeof *out);
    json_t *root = json_parse(json, len, STATEMENT_MAX_BYTES, e);
    if (!root)
        return false;
    const char *id = text_at(root, "id");
    if (uuid_valid(id))
        snprintf(out->id, sizeof out->id, "%s", id);
    bool ok = statement_check(root, e);
    if (ok && !*out->id)
        ok = err_set(e, ERR_INVALID, "id must be a UUID in lower case");
    if (ok)
        take_all(root, out);
    json_decref(root);
    return ok;
}
