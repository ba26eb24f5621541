/* statement_check_needs.c - what each verb requires of its statement; part of statement_check.c. */
#include "model/statement_check.h"
#include "base/hash.h"
#include "model/file_ref.h"

#include <stdio.h>
#include <string.h>

enum { EVENTS_MAX = 4000 };

static bool check_hours(const json_t *x, struct err *e)
{
    static const char *const keys[] = { "screen_ms", "watched_ms", "verified_ms", "review_ms", NULL };
    static const char where[] = "result.extensions." STATEMENT_IRI "hours";
    const json_t *hours = json_object_get(x, STATEMENT_IRI "hours");
    int64_t screen_ms = INT64_C(1) << 53, ms;
    if (!json_is_object(hours))
        return check_wrong(e, where, "given");
    if (!keys_known(hours, where, keys, e))
        return false;
    for (int i = 0; keys[i]; i++) { /* nothing is earned that was not on the screen */
        if (!json_get_int(hours, where, keys[i], 0, screen_ms, &ms, e))
            return false;
        if (i == 0)
            screen_ms = ms;
    }
    return true;
}

static bool check_viewing(const json_t *s, struct err *e)
{
    const json_t *x = json_object_get(json_object_get(s, "result"), "extensions");
    const json_t *cx = json_object_get(json_object_get(s, "context"), "extensions");
    static const char where[] = "result.extensions", context[] = "context.extensions";
    double length;
    if (!json_get_num_or(cx, context, VIDEO_EXT "length", 0, 1e6, -1, &length, e) ||
        !check_number(cx, context, VIDEO_EXT "completion-threshold", 0, 1, e) ||
        !check_text(cx, context, VIDEO_EXT "session-id", true, uuid_valid, "a UUID", e))
        return false;
    if (length < 0 || !json_object_get(cx, VIDEO_EXT "completion-threshold"))
        return check_wrong(e, context, "with the video's length and completion-threshold");
    if (!json_object_get(x, VIDEO_EXT "time") || !json_object_get(x, VIDEO_EXT "progress"))
        return check_wrong(e, where, "with the video's time and progress");
    const char *segments = check_text(x, where, VIDEO_EXT "played-segments", false, NULL, "a text", e);
    struct spans played = { 0 };
    if (!segments || !spans_parse(segments, (int64_t)(length * 1000 + 0.5), &played, e))
        return false;
    spans_release(&played);
    return check_number(x, where, VIDEO_EXT "time", 0, length, e) && check_number(x, where, VIDEO_EXT "progress", 0, 1, e) && check_hours(x, e);
}

static bool check_completed(const json_t *s, struct err *e)
{
    return check_viewing(s, e) && (json_is_true(json_object_get(json_object_get(s, "result"), "completion")) ||
                                   check_wrong(e, "result.completion", "true, as the verb is completed"));
}

static bool has_registration(const json_t *s, struct err *e)
{
    return json_object_get(json_object_get(s, "context"), "registration") || check_wrong(e, "context.registration", "given");
}

static bool check_answered(const json_t *s, struct err *e)
{
    const json_t *result = json_object_get(s, "result"), *definition = json_object_get(json_object_get(s, "object"), "definition");
    const char *type = json_string_value(json_object_get(definition, "type"));
    if (!type || strcmp(type, ADL "activities/cmi.interaction") != 0 || !json_object_get(definition, "interactionType"))
        return check_wrong(e, "object.definition", "a cmi.interaction, as the verb is answered");
    if (!json_object_get(result, "response"))
        return check_wrong(e, "result.response", "given");
    if (!json_object_get(result, "score") != !json_object_get(result, "success"))
        return check_wrong(e, "result", "with both score and success, or (an opinion) neither");
    return has_registration(s, e);
}

static bool check_judged(const json_t *s, bool success, struct err *e)
{
    const json_t *result = json_object_get(s, "result");
    if (!json_object_get(json_object_get(result, "score"), "scaled"))
        return check_wrong(e, "result.score.scaled", "given");
    if (json_object_get(result, "success") != (success ? json_true() : json_false()))
        return check_wrong(e, "result.success", success ? "true, as the verb is passed" : "false, as the verb is failed");
    return has_registration(s, e);
}

static bool check_passed(const json_t *s, struct err *e)
{
    return check_judged(s, true, e);
}

static bool check_failed(const json_t *s, struct err *e)
{
    return check_judged(s, false, e);
}

/* ---- meetings, words, corrections, registers ---- */

static bool has_type(const json_t *s, const char *type, struct err *e)
{
    const char *is = json_string_value(json_object_get(json_object_get(json_object_get(s, "object"), "definition"), "type"));
    char want[WHERE_MAX];
    snprintf(want, sizeof want, "of type %s, as the verb says", type);
    return (is && !strcmp(is, type)) || check_wrong(e, "object.definition", want);
}

static bool counts(const json_t *o, const char *where, const char *const *key, struct err *e)
{
    int64_t n;
    for (; *key; key++)
        if (!json_get_int(o, where, *key, 0, INT64_C(1) << 53, &n, e))
            return false;
    return true;
}

static const json_t *result_extension(const json_t *s, const char *iri, char where[WHERE_MAX], struct err *e)
{
    const json_t *o = json_object_get(json_object_get(json_object_get(s, "result"), "extensions"), iri);
    check_path(where, "result.extensions", iri);
    if (json_is_object(o))
        return o;
    check_wrong(e, where, "given");
    return NULL;
}

/* On the meeting, with who led it and who it was for. */
static bool check_meeting(const json_t *s, struct err *e)
{
    const json_t *context = json_object_get(s, "context");
    if (!json_object_get(json_object_get(s, "result"), "duration"))
        return check_wrong(e, "result.duration", "given");
    if (!json_object_get(context, "instructor") || !json_object_get(context, "team"))
        return check_wrong(e, "context", "with instructor and team, as it is about a meeting");
    return has_type(s, ADL "activities/meeting", e);
}

static bool check_attended(const json_t *s, struct err *e)
{
    static const char *const keys[] = { "watched_ms", "verified_ms", "turns", NULL };
    char where[WHERE_MAX];
    const json_t *o = check_meeting(s, e) ? result_extension(s, STATEMENT_IRI "attendance", where, e) : NULL;
    return o && keys_known(o, where, keys, e) && counts(o, where, keys, e);
}

static bool texts(const json_t *o, const char *where, const char *key, struct err *e)
{
    char at[WHERE_MAX];
    const json_t *list = json_object_get(o, key);
    check_path(at, where, key);
    bool ok = json_is_array(list) && json_array_size(list) <= EVENTS_MAX;
    for (size_t i = 0; ok && i < json_array_size(list); i++)
        ok = json_is_string(json_array_get(list, i));
    return ok || check_wrong(e, at, "a list of texts");
}

static bool check_hands(const json_t *o, const char *where, struct err *e)
{
    static const char *const keys[] = { "lesson", "question", "response", "count", NULL }, *const number[] = { "count", NULL };
    char at[WHERE_MAX];
    const json_t *list = json_object_get(o, "hands");
    check_path(at, where, "hands");
    if (!json_is_array(list) || json_array_size(list) > EVENTS_MAX)
        return check_wrong(e, at, "a list");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *h = json_array_get(list, i);
        if (!json_is_object(h))
            return check_wrong(e, at, "a list of counts");
        if (!keys_known(h, at, keys, e) || !check_text(h, at, "lesson", false, uuid_valid, "a UUID", e) ||
            !check_text(h, at, "question", true, NULL, "a text", e) ||
            !check_text(h, at, "response", true, NULL, "a text", e) || !counts(h, at, number, e))
            return false;
    }
    return true;
}

static bool check_hosted(const json_t *s, struct err *e)
{
    static const char *const keys[] = { "people", "present_most", "cuts", "cuts_unknown", "gap_ms", "signed", "lessons", "minutes", "hands", NULL };
    static const char *const number[] = { "people", "present_most", "cuts", "cuts_unknown", "gap_ms", NULL };
    char where[WHERE_MAX];
    const json_t *o = check_meeting(s, e) ? result_extension(s, STATEMENT_IRI "meeting", where, e) : NULL;
    if (!o || !keys_known(o, where, keys, e) || !counts(o, where, number, e) || !texts(o, where, "lessons", e) ||
        !texts(o, where, "minutes", e) || !check_hands(o, where, e))
        return false;
    return json_is_boolean(json_object_get(o, "signed")) || check_wrong(e, where, "with signed true or false");
}

static bool check_commented(const json_t *s, struct err *e)
{
    const char *said = json_string_value(json_object_get(json_object_get(s, "result"), "response"));
    return said && (*said || json_object_get(s, "attachments")) ? true : check_wrong(e, "result.response", "given, or spoken in an attachment");
}

static bool check_registered(const json_t *s, struct err *e)
{
    static const char *const keys[] = { "kind", "month", "rows", "sha256", "code", "chain_from", "chain_seq", "chain_head", NULL };
    static const char *const number[] = { "month", "rows", "chain_from", "chain_seq", NULL };
    char where[WHERE_MAX];
    const json_t *o = has_type(s, STATEMENT_IRI "register", e) ? result_extension(s, STATEMENT_IRI "register", where, e) : NULL;
    return o && keys_known(o, where, keys, e) && counts(o, where, number, e) && check_text(o, where, "kind", true, NULL, "a text", e) &&
           check_text(o, where, "sha256", true, sha256_hex_valid, "64 hex digits", e) && check_text(o, where, "code", true, NULL, "a text", e) &&
           check_text(o, where, "chain_head", true, NULL, "a text", e);
}

bool check_needs(const json_t *s, const char *verb, struct err *e)
{
    static bool (*const check[STATEMENT_VERB_COUNT])(const json_t *, struct err *) = {
        [STATEMENT_TERMINATED] = check_viewing, [STATEMENT_COMPLETED] = check_completed, [STATEMENT_ABANDONED] = check_viewing,
        [STATEMENT_ANSWERED] = check_answered,  [STATEMENT_PASSED] = check_passed,       [STATEMENT_FAILED] = check_failed,
        [STATEMENT_ATTENDED] = check_attended,  [STATEMENT_HOSTED] = check_hosted,       [STATEMENT_COMMENTED] = check_commented,
        [STATEMENT_REGISTERED] = check_registered,
    };
    for (int v = 0; v < STATEMENT_VERB_COUNT; v++)
        if (!strcmp(verb, statement_verb_iri((enum statement_verb)v)))
            return !check[v] || check[v](s, e); /* voided: its object has said it all */
    return true;
}
