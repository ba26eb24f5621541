/* statement_check.c - is this a statement as xAPI 1.0.3 Data has it, and as content/FORMAT.md narrows it? Part of
 * statement.h. Used by tests, fuzzing and whoever receives statements; `where` is a path such as "result.score". */
#include "base/hash.h"
#include "base/json.h"
#include "model/file_ref.h"
#include "model/statement_check.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { IRI_MAX = 2048, TEXT_MAX = 16384, LIST_MAX = 400 };

bool check_wrong(struct err *e, const char *where, const char *want)
{
    return err_set(e, ERR_INVALID, "%s must be %s", where, want);
}

void check_path(char out[WHERE_MAX], const char *where, const char *key)
{
    snprintf(out, WHERE_MAX, "%s%s%s", where, *where ? "." : "", key);
}

/* ---- single values ---- */

/* RFC 3987 as far as it matters: a scheme, and nothing that cannot stand in an IRI. */
static bool iri_valid(const char *s)
{
    const char *p = s;
    if (!isalpha((unsigned char)*p) || strlen(s) > IRI_MAX)
        return false;
    while (isalnum((unsigned char)*p) || (*p && strchr("+-.", *p)))
        p++;
    if (*p++ != ':' || !*p)
        return false;
    for (; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f || strchr("<>\"{}|\\^`", *p))
            return false;
    return true;
}

static bool all_digits(const char *s, int n)
{
    while (n > 0 && isdigit((unsigned char)*s))
        s++, n--;
    return n == 0;
}

static int number(const char *s, int n)
{
    int value = 0;
    while (n-- > 0)
        value = value * 10 + (*s++ - '0');
    return value;
}

/* "2026-11-22T09:41:00.000Z": RFC 3339 in UTC with milliseconds. */
static bool timestamp_valid(const char *s)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (strlen(s) != 24 || !all_digits(s, 4) || s[4] != '-' || !all_digits(s + 5, 2) || s[7] != '-' || !all_digits(s + 8, 2) ||
        s[10] != 'T' || !all_digits(s + 11, 2) || s[13] != ':' || !all_digits(s + 14, 2) || s[16] != ':' ||
        !all_digits(s + 17, 2) || s[19] != '.' || !all_digits(s + 20, 3) || s[23] != 'Z')
        return false;
    int year = number(s, 4), month = number(s + 5, 2), day = number(s + 8, 2);
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap) && number(s + 11, 2) < 24 && number(s + 14, 2) < 60 &&
           number(s + 17, 2) < 61;
}

/* "PT12.34S" */
static bool duration_valid(const char *s)
{
    if (strncmp(s, "PT", 2) != 0)
        return false;
    size_t whole = strspn(s + 2, "0123456789");
    const char *rest = s + 2 + whole;
    return whole >= 1 && whole <= 12 && rest[0] == '.' && all_digits(rest + 1, 2) && !strcmp(rest + 3, "S");
}

const char *check_text(const json_t *o, const char *where, const char *key, bool required, bool (*valid)(const char *),
                           const char *want, struct err *e)
{
    char at[WHERE_MAX];
    const char *s;
    check_path(at, where, key);
    const json_t *v = json_object_get(o, key);
    if (!v && !required)
        return "";
    s = json_string_value(v);
    if (s && json_string_length(v) <= TEXT_MAX && (!valid || valid(s)))
        return s;
    check_wrong(e, at, want);
    return NULL;
}

static bool language_map(const json_t *o, const char *where, const char *key, struct err *e)
{
    char at[WHERE_MAX];
    const char *lang;
    json_t *text, *map = json_object_get(o, key);
    check_path(at, where, key);
    if (map && !json_is_object(map))
        return check_wrong(e, at, "texts by language");
    json_object_foreach(map, lang, text)
        if (!lang_tag_valid(lang) || !json_is_string(text))
            return check_wrong(e, at, "texts by language tag");
    return true;
}

static bool extensions(const json_t *o, const char *where, struct err *e)
{
    char at[WHERE_MAX];
    const char *key;
    json_t *value, *map = json_object_get(o, "extensions");
    check_path(at, where, "extensions");
    if (map && !json_is_object(map))
        return check_wrong(e, at, "an object");
    json_object_foreach(map, key, value)
        if (!iri_valid(key))
            return check_wrong(e, at, "named by IRIs");
    return true;
}

static bool sub_object(const json_t *o, const char *where, const char *key, bool required, const json_t **out, struct err *e)
{
    char at[WHERE_MAX];
    check_path(at, where, key);
    *out = json_object_get(o, key);
    if ((!*out && !required) || json_is_object(*out))
        return true;
    return check_wrong(e, at, "an object");
}

/* ---- actor, verb ---- */

static bool check_actor(const json_t *o, const char *where, bool group, struct err *e)
{
    static const char *const keys[] = { "objectType", "name", "account", NULL }, *const account_keys[] = { "homePage", "name", NULL };
    char at[WHERE_MAX];
    const json_t *account;
    if (!keys_known(o, where, keys, e))
        return false;
    const char *type = check_text(o, where, "objectType", false, NULL, "Agent", e);
    if (!type)
        return false;
    check_path(at, where, "objectType");
    if (strcmp(type, "Agent") != 0 && !(group && !strcmp(type, "Group")) && *type)
        return check_wrong(e, at, group ? "Agent or Group" : "Agent");
    check_path(at, where, "account");
    if (!check_text(o, where, "name", false, NULL, "a text", e) || !sub_object(o, where, "account", true, &account, e) ||
        !keys_known(account, at, account_keys, e) || !check_text(account, at, "homePage", true, iri_valid, "an IRI", e))
        return false;
    const char *name = check_text(account, at, "name", true, NULL, "a text", e);
    return name && (*name || check_wrong(e, "actor.account.name", "given"));
}

static bool check_verb(const json_t *o, struct err *e)
{
    static const char *const keys[] = { "id", "display", NULL };
    return keys_known(o, "verb", keys, e) && check_text(o, "verb", "id", true, iri_valid, "an IRI", e) && language_map(o, "verb", "display", e);
}

/* ---- activities ---- */

static bool components(const json_t *o, const char *where, const char *key, struct err *e)
{
    static const char *const keys[] = { "id", "description", NULL };
    char at[WHERE_MAX];
    check_path(at, where, key);
    const json_t *list = json_object_get(o, key);
    if (!list)
        return true;
    if (!json_is_array(list) || !json_array_size(list) || json_array_size(list) > LIST_MAX)
        return check_wrong(e, at, "a list");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (!json_is_object(item))
            return check_wrong(e, at, "a list of objects");
        const char *id = keys_known(item, at, keys, e) ? check_text(item, at, "id", true, NULL, "given", e) : NULL;
        if (!id || !language_map(item, at, "description", e))
            return false;
        for (size_t k = 0; k < i; k++)
            if (!strcmp(id, json_string_value(json_object_get(json_array_get(list, k), "id"))))
                return check_wrong(e, at, "a list of different ids");
    }
    return true;
}

/* Which lists of components each interaction may have (xAPI 1.0.3 Data §2.4.4.1). */
static const struct interaction { const char *type, *list[2]; } interaction_table[] = {
    { "true-false", { NULL } },          { "choice", { "choices" } },  { "fill-in", { NULL } },   { "long-fill-in", { NULL } },
    { "matching", { "source", "target" } }, { "performance", { "steps" } }, { "sequencing", { "choices" } },
    { "likert", { "scale" } },           { "numeric", { NULL } },      { "other", { NULL } },
};

static const struct interaction *interaction_of(const char *type)
{
    for (size_t i = 0; i < sizeof interaction_table / sizeof *interaction_table; i++)
        if (!strcmp(type, interaction_table[i].type))
            return &interaction_table[i];
    return NULL;
}

static bool check_patterns(const json_t *o, const char *where, struct err *e)
{
    char at[WHERE_MAX];
    const json_t *list = json_object_get(o, "correctResponsesPattern");
    check_path(at, where, "correctResponsesPattern");
    if (list && (!json_is_array(list) || json_array_size(list) > LIST_MAX))
        return check_wrong(e, at, "a list");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)))
            return check_wrong(e, at, "a list of texts");
    return true;
}

static bool check_interaction(const json_t *o, const char *where, struct err *e)
{
    static const char *const list[] = { "choices", "scale", "source", "target", "steps" };
    char at[WHERE_MAX];
    const char *type = check_text(o, where, "interactionType", false, NULL, "a text", e);
    const struct interaction *kind = type ? interaction_of(type) : NULL;
    if (!type || !check_patterns(o, where, e))
        return false;
    check_path(at, where, "interactionType");
    if (!kind && (*type || json_object_get(o, "correctResponsesPattern")))
        return check_wrong(e, at, "one that xAPI knows");
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        bool may = kind && ((kind->list[0] && !strcmp(kind->list[0], list[i])) || (kind->list[1] && !strcmp(kind->list[1], list[i])));
        if (json_object_get(o, list[i]) && !may)
            return err_set(e, ERR_INVALID, "%s: \"%s\" does not belong to %s", where, list[i], *type ? type : "an activity that is no question");
        if (!components(o, where, list[i], e))
            return false;
    }
    return true;
}

static bool check_definition(const json_t *o, const char *where, struct err *e)
{
    static const char *const keys[] = { "name", "description", "type", "moreInfo", "extensions", "interactionType",
                                        "correctResponsesPattern", "choices", "scale", "source", "target", "steps", NULL };
    return keys_known(o, where, keys, e) && language_map(o, where, "name", e) && language_map(o, where, "description", e) &&
           check_text(o, where, "type", false, iri_valid, "an IRI", e) && check_text(o, where, "moreInfo", false, iri_valid, "an IRI", e) &&
           extensions(o, where, e) && check_interaction(o, where, e);
}

static bool check_activity(const json_t *o, const char *where, struct err *e)
{
    static const char *const keys[] = { "objectType", "id", "definition", NULL };
    char at[WHERE_MAX];
    const json_t *definition;
    if (!keys_known(o, where, keys, e) || !check_text(o, where, "id", true, iri_valid, "an IRI", e))
        return false;
    const char *type = check_text(o, where, "objectType", false, NULL, "Activity", e);
    check_path(at, where, "objectType");
    if (!type || (*type && strcmp(type, "Activity") != 0))
        return check_wrong(e, at, "Activity");
    check_path(at, where, "definition");
    return sub_object(o, where, "definition", false, &definition, e) && (!definition || check_definition(definition, at, e));
}

/* What is voided is named by its id; everything else is about an activity. */
static bool check_object(const json_t *o, bool voids, struct err *e)
{
    static const char *const keys[] = { "objectType", "id", NULL };
    const char *type = json_string_value(json_object_get(o, "objectType"));
    bool reference = type && !strcmp(type, "StatementRef");
    if (reference != voids)
        return check_wrong(e, "object", voids ? "a StatementRef, as the verb is voided" : "an Activity");
    if (!voids)
        return check_activity(o, "object", e);
    return keys_known(o, "object", keys, e) && check_text(o, "object", "id", true, uuid_valid, "a UUID", e);
}

/* ---- result ---- */

bool check_number(const json_t *o, const char *where, const char *key, double min, double max, struct err *e)
{
    double n;
    return json_get_num_or(o, where, key, min, max, 0, &n, e);
}

static bool check_score(const json_t *o, struct err *e)
{
    static const char *const keys[] = { "scaled", "raw", "min", "max", NULL };
    double raw, min, max;
    if (!keys_known(o, "result.score", keys, e) || !check_number(o, "result.score", "scaled", -1, 1, e) ||
        !json_get_num_or(o, "result.score", "raw", -1e12, 1e12, 0, &raw, e) ||
        !json_get_num_or(o, "result.score", "min", -1e12, 1e12, raw, &min, e) ||
        !json_get_num_or(o, "result.score", "max", -1e12, 1e12, raw, &max, e))
        return false;
    return (min <= raw && raw <= max) || check_wrong(e, "result.score.raw", "between min and max");
}

static bool check_result(const json_t *o, struct err *e)
{
    static const char *const keys[] = { "score", "success", "completion", "response", "duration", "extensions", NULL };
    const json_t *score;
    bool flag;
    return keys_known(o, "result", keys, e) && sub_object(o, "result", "score", false, &score, e) && (!score || check_score(score, e)) &&
           json_get_bool_or(o, "result", "success", false, &flag, e) && json_get_bool_or(o, "result", "completion", false, &flag, e) &&
           check_text(o, "result", "response", false, NULL, "a text", e) &&
           check_text(o, "result", "duration", false, duration_valid, "seconds such as PT12.34S", e) && extensions(o, "result", e);
}

/* ---- context ---- */

static bool check_activities(const json_t *o, struct err *e)
{
    static const char *const keys[] = { "parent", "grouping", "category", "other", NULL };
    const char *role;
    json_t *list;
    if (!o || !keys_known(o, "context.contextActivities", keys, e))
        return !o;
    json_object_foreach((json_t *)o, role, list) {
        char at[WHERE_MAX];
        check_path(at, "context.contextActivities", role);
        if (!json_is_array(list) || json_array_size(list) > LIST_MAX)
            return check_wrong(e, at, "a list");
        for (size_t i = 0; i < json_array_size(list); i++)
            if (!json_is_object(json_array_get(list, i)))
                return check_wrong(e, at, "a list of activities");
            else if (!check_activity(json_array_get(list, i), at, e))
                return false;
    }
    return true;
}

static bool check_clock(const json_t *context, struct err *e)
{
    static const char *const keys[] = { "trust", "boot_id", "boottime_ms", "wall_raw", NULL };
    static const char where[] = "context.extensions." STATEMENT_IRI "clock";
    const json_t *clock = json_object_get(json_object_get(context, "extensions"), STATEMENT_IRI "clock");
    int64_t ms;
    if (!json_is_object(clock))
        return check_wrong(e, where, "given");
    if (!keys_known(clock, where, keys, e))
        return false;
    const char *trust = check_text(clock, where, "trust", true, NULL, "given", e);
    if (!trust || (strcmp(trust, "floor") != 0 && strcmp(trust, "rtc") != 0 && strcmp(trust, "signed") != 0))
        return check_wrong(e, where, "of trust floor, rtc or signed");
    return check_text(clock, where, "boot_id", true, uuid_valid, "a UUID", e) &&
           json_get_int(clock, where, "boottime_ms", 0, INT64_MAX, &ms, e) &&
           check_text(clock, where, "wall_raw", true, timestamp_valid, "a time", e);
}

static bool check_context(const json_t *o, struct err *e)
{
    static const char *const keys[] = { "registration", "instructor", "team", "contextActivities", "revision", "platform",
                                        "language", "statement", "extensions", NULL };
    const json_t *activities, *instructor, *team;
    return keys_known(o, "context", keys, e) && check_text(o, "context", "registration", false, uuid_valid, "a UUID", e) &&
           sub_object(o, "context", "contextActivities", false, &activities, e) && check_activities(activities, e) &&
           sub_object(o, "context", "instructor", false, &instructor, e) && (!instructor || check_actor(instructor, "context.instructor", true, e)) &&
           sub_object(o, "context", "team", false, &team, e) && (!team || check_actor(team, "context.team", true, e)) &&
           check_text(o, "context", "revision", false, NULL, "a text", e) && check_text(o, "context", "platform", false, NULL, "a text", e) &&
           check_text(o, "context", "language", false, lang_tag_valid, "a language tag", e) && extensions(o, "context", e) && check_clock(o, e);
}

/* ---- attachments (xAPI 1.0.3 Data §2.4.11) ---- */

/* A file named elsewhere, or in the statement itself: "data:audio/ogg;base64," (RFC 2397) of just the length said. */
static bool check_file_url(const json_t *o, const char *where, int64_t length, struct err *e)
{
    const char *url = json_string_value(json_object_get(o, "fileUrl")), *comma = url ? strchr(url, ',') : NULL;
    char at[WHERE_MAX];
    check_path(at, where, "fileUrl");
    if (!json_object_get(o, "fileUrl"))
        return check_wrong(e, at, "given: nothing else travels with a statement");
    if (!url || strncmp(url, "data:", 5) != 0)
        return url && iri_valid(url) ? true : check_wrong(e, at, "an IRI");
    size_t head = comma ? (size_t)(comma - url) : 0, digits = comma ? strlen(comma + 1) : 0;
    if (head < 7 || head > 100 || strncmp(comma - 7, ";base64", 7) != 0 || digits % 4 != 0)
        return check_wrong(e, at, "an IRI, or data in base64");
    size_t plain = strspn(comma + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    size_t pad = digits - plain;
    if (pad > 2 || strspn(comma + 1 + plain, "=") != pad || (int64_t)(digits / 4 * 3 - pad) != length)
        return check_wrong(e, at, "data in base64 of the length said");
    return true;
}

static bool check_attachment(const json_t *o, const char *where, struct err *e)
{
    static const char *const keys[] = { "usageType", "display", "description", "contentType", "length", "sha2", "fileUrl", NULL };
    int64_t length;
    if (!json_is_object(o))
        return check_wrong(e, where, "a list of attachments");
    return keys_known(o, where, keys, e) && check_text(o, where, "usageType", true, iri_valid, "an IRI", e) &&
           (json_object_get(o, "display") || check_wrong(e, where, "with display")) && language_map(o, where, "display", e) &&
           language_map(o, where, "description", e) && check_text(o, where, "contentType", true, NULL, "a media type", e) &&
           json_get_int(o, where, "length", 0, STATEMENT_MAX_BYTES, &length, e) &&
           check_text(o, where, "sha2", true, sha256_hex_valid, "64 hex digits", e) && check_file_url(o, where, length, e);
}

static bool check_attachments(const json_t *s, struct err *e)
{
    const json_t *list = json_object_get(s, "attachments");
    if (list && (!json_is_array(list) || json_array_size(list) > LIST_MAX))
        return check_wrong(e, "attachments", "a list");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!check_attachment(json_array_get(list, i), "attachments", e))
            return false;
    return true;
}

bool statement_check(const json_t *s, struct err *e)
{
    static const char *const keys[] = { "id", "actor", "verb", "object", "result", "context", "timestamp", "attachments", NULL };
    const json_t *actor, *verb, *object, *result, *context;
    if (!keys_known(s, "statement", keys, e) || !check_text(s, "", "id", true, uuid_valid, "a lower-case UUID", e) ||
        !check_text(s, "", "timestamp", true, timestamp_valid, "UTC with milliseconds such as 2026-11-22T09:41:00.000Z", e) ||
        !sub_object(s, "", "actor", true, &actor, e) || !check_actor(actor, "actor", false, e) ||
        !sub_object(s, "", "verb", true, &verb, e) || !check_verb(verb, e) || !sub_object(s, "", "object", true, &object, e))
        return false;
    const char *iri = json_string_value(json_object_get(verb, "id"));
    return check_object(object, !strcmp(iri, ADL "verbs/voided"), e) && sub_object(s, "", "result", false, &result, e) &&
           (!result || check_result(result, e)) && sub_object(s, "", "context", true, &context, e) && check_context(context, e) &&
           check_attachments(s, e) && check_needs(s, iri, e);
}

bool statement_validate(const char *json, size_t len, struct err *e)
{
    json_t *s = json_parse(json, len, STATEMENT_MAX_BYTES, e);
    bool ok = s && statement_check(s, e);
    json_decref(s);
    return ok;
}
