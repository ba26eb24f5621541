#include "model/statement.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADL "http://adlnet.gov/expapi/"
#define VIDEO "https://w3id.org/xapi/video"
#define VIDEO_EXT VIDEO "/extensions/"
#define MASTERY_SCORE "https://w3id.org/xapi/cmi5/context/extensions/masteryscore"

enum { URN_TEXT = 512, SEGMENTS_MAX = 4096 };

static const struct { const char *iri, *en, *zh; } verb_table[STATEMENT_VERB_COUNT] = {
    [STATEMENT_TERMINATED] = { ADL "verbs/terminated", "terminated", "结束" },
    [STATEMENT_COMPLETED] = { ADL "verbs/completed", "completed", "完成" },
    [STATEMENT_ABANDONED] = { "https://w3id.org/xapi/adl/verbs/abandoned", "abandoned", "中断" },
    [STATEMENT_ANSWERED] = { ADL "verbs/answered", "answered", "回答" },
    [STATEMENT_PASSED] = { ADL "verbs/passed", "passed", "通过" },
    [STATEMENT_FAILED] = { ADL "verbs/failed", "failed", "未通过" },
    [STATEMENT_ATTENDED] = { ADL "verbs/attended", "attended", "参加" },
    [STATEMENT_HOSTED] = { "http://activitystrea.ms/schema/1.0/host", "hosted", "主持" },
    [STATEMENT_VOIDED] = { ADL "verbs/voided", "voided", "作废" },
    [STATEMENT_COMMENTED] = { ADL "verbs/commented", "commented", "评论" },
    [STATEMENT_REGISTERED] = { STATEMENT_IRI "verb/registered", "registered", "登记" },
};

const char *statement_verb_iri(enum statement_verb v)
{
    return (unsigned)v < STATEMENT_VERB_COUNT ? verb_table[v].iri : "";
}

/* ---- values ---- */

static bool given(const char *text)
{
    return text && *text;
}

static json_t *text_json(const char *text)
{
    if (utf8_valid(text, strlen(text)))
        return json_string(text);
    struct str fixed;
    str_init(&fixed, 0);
    while (*text) {
        const char *from = text;
        bool bad = utf8_next(&text) == 0xfffd || !utf8_valid(from, (size_t)(text - from));
        if (bad)
            str_puts(&fixed, "\xef\xbf\xbd");
        else
            str_add(&fixed, from, (size_t)(text - from));
    }
    json_t *out = json_string(fixed.data);
    str_release(&fixed);
    return out;
}

static void set(json_t *o, const char *key, json_t *value)
{
    int failed = json_object_set_new(o, key, value);
    assert(!failed); /* keys are ours, values were made here */
}

static void set_text(json_t *o, const char *key, const char *text)
{
    set(o, key, text_json(text));
}

/* Rounded, so that the same fact is the same text on every machine. */
static json_t *decimal(double value, int places)
{
    double unit = pow(10, places);
    return json_real(round(value * unit) / unit);
}

static json_t *seconds(int64_t ms)
{
    return json_real((double)ms / 1000);
}

static void set_duration(json_t *result, int64_t ms)
{
    char text[40];
    int64_t hundredths = ms > 0 ? (ms + 5) / 10 : 0;
    snprintf(text, sizeof text, "PT%lld.%02dS", (long long)(hundredths / 100), (int)(hundredths % 100));
    set_text(result, "duration", text);
}

/* ---- activities ---- */

/* Ids go into IRIs: everything but unreserved characters (RFC 3986 §2.3) and '/' is escaped. */
static void add_escaped(char *out, size_t size, const char *id)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    size_t n = strlen(out);
    for (; *id && n + 4 < size; id++)
        n += (size_t)snprintf(out + n, size - n, strchr(plain, *id) ? "%c" : "%%%02X", (unsigned char)*id);
}

static json_t *activity(const char *id, const char *type)
{
    json_t *a = json_object(), *definition = json_object();
    set_text(a, "objectType", "Activity");
    set_text(a, "id", id);
    set_text(definition, "type", type);
    set(a, "definition", definition);
    return a;
}

static json_t *lesson_activity(const struct statement_about *about, bool described)
{
    char id[URN_TEXT] = "urn:uuid:";
    add_escaped(id, sizeof id, about->content_id);
    json_t *a = activity(id, VIDEO "/activity-type/video");
    if (described && about->title && about->title->count)
        set(json_object_get(a, "definition"), "name", lang_text_to_json(about->title));
    return a;
}

/* The questions of a lesson are an activity of their own: passing them is not finishing the lesson. */
static json_t *quiz_activity(const struct statement_about *about)
{
    char id[URN_TEXT] = "urn:uuid:";
    add_escaped(id, sizeof id, about->content_id);
    strncat(id, "#quiz", sizeof id - strlen(id) - 1);
    return activity(id, ADL "activities/assessment");
}

static json_t *list_of(json_t *item)
{
    json_t *list = json_array();
    json_array_append_new(list, item);
    return list;
}

static void add_course(json_t *activities, const char *role, const struct statement_about *about)
{
    char id[URN_TEXT] = STATEMENT_IRI "course/";
    if (!given(about->course_id))
        return;
    add_escaped(id, sizeof id, about->course_id);
    set(activities, role, list_of(activity(id, ADL "activities/course")));
}

/* ---- what all have ---- */

static json_t *actor_json(const struct statement_about *about)
{
    json_t *actor = json_object(), *account = json_object();
    set_text(account, "homePage", about->home_page);
    set_text(account, "name", given(about->member_id) ? about->member_id : "guest");
    set_text(actor, "objectType", "Agent");
    set(actor, "account", account);
    return actor;
}

static json_t *verb_json(enum statement_verb v)
{
    json_t *verb = json_object(), *display = json_object();
    set_text(display, "en", verb_table[v].en);
    set_text(display, "zh-CN", verb_table[v].zh);
    set_text(verb, "id", verb_table[v].iri);
    set(verb, "display", display);
    return verb;
}

/* RFC 3339 has four digits for the year; a clock that says more is held at its end. */
static void set_time(json_t *o, const char *key, int64_t wall_ms)
{
    const int64_t last_ms = INT64_C(253402300799999);
    char text[40];
    clock_format_utc(wall_ms < 0 ? 0 : wall_ms > last_ms ? last_ms : wall_ms, text, sizeof text);
    set_text(o, key, text);
}

static json_t *clock_json(const struct clock_reading *at)
{
    json_t *clock = json_object();
    set_text(clock, "trust", clock_trust_name(at->trust));
    set_text(clock, "boot_id", at->boot_id);
    set(clock, "boottime_ms", json_integer(at->boot_ms));
    set_time(clock, "wall_raw", at->wall_raw_ms);
    return clock;
}

/* Context with its extensions and activities, to which each kind adds its own. */
static json_t *context_json(const struct statement_about *about, json_t *extensions, json_t *activities)
{
    json_t *context = json_object();
    char revision[24];
    set_text(context, "platform", "Weike");
    if (about->course_version > 0) {
        snprintf(revision, sizeof revision, "%lld", (long long)about->course_version);
        set_text(context, "revision", revision);
    }
    set(extensions, STATEMENT_IRI "clock", clock_json(about->at));
    if (given(about->category))
        set_text(extensions, STATEMENT_IRI "category", about->category);
    set(context, "extensions", extensions);
    set(context, "contextActivities", activities);
    return context;
}

static json_t *finish(enum statement_verb verb, const struct statement_about *about, json_t *object, json_t *result, json_t *context)
{
    json_t *s = json_object();
    set_text(s, "id", about->id);
    set(s, "actor", actor_json(about));
    set(s, "verb", verb_json(verb));
    set(s, "object", object);
    set(s, "result", result);
    set(s, "context", context);
    set_time(s, "timestamp", about->at->wall_ms);
    return s;
}

/* False if it is too long. Takes `s`. */
static bool write(json_t *s, struct str *out)
{
    char *text = json_dumps(s, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(12));
    json_decref(s);
    if (!text)
        abort(); /* out of memory */
    size_t len = strlen(text);
    bool ok = len <= STATEMENT_MAX_BYTES && str_add(out, text, len);
    free(text);
    return ok;
}

/* ---- viewing ---- */

static int64_t seen_ms(const struct statement_viewing *v)
{
    struct spans all;
    if (!v->counted)
        return spans_total(v->played);
    spans_copy(v->counted, &all);
    for (int i = 0; i < v->played->count; i++)
        spans_add(&all, v->played->span[i].from_ms, v->played->span[i].to_ms);
    int64_t ms = spans_total(&all);
    spans_release(&all);
    return ms;
}

static double progress(const struct statement_viewing *v)
{
    double share = v->length_ms > 0 ? (double)seen_ms(v) / (double)v->length_ms : 0;
    return share > 1 ? 1 : share;
}

static json_t *hours_json(const struct statement_viewing *v)
{
    json_t *hours = json_object();
    set(hours, "watched_ms", json_integer(v->watched_ms));
    set(hours, "verified_ms", json_integer(v->verified_ms));
    set(hours, "review_ms", json_integer(v->review_ms));
    set(hours, "screen_ms", json_integer(v->screen_ms));
    return hours;
}

static json_t *viewing_result(enum statement_verb verb, const struct statement_viewing *v)
{
    json_t *result = json_object(), *x = json_object();
    int64_t at_ms = v->position_ms < 0 ? 0 : v->position_ms > v->length_ms ? v->length_ms : v->position_ms;
    set(x, VIDEO_EXT "time", seconds(at_ms));
    set(x, VIDEO_EXT "progress", decimal(progress(v), 3));
    if (v->played->count && v->played->count <= SEGMENTS_MAX) { /* more: the sums say enough */
        struct str segments;
        str_init(&segments, 0);
        spans_format(v->played, &segments);
        set_text(x, VIDEO_EXT "played-segments", segments.data);
        str_release(&segments);
    }
    set(x, STATEMENT_IRI "hours", hours_json(v));
    if (given(v->ended_by))
        set_text(x, STATEMENT_IRI "ended-by", v->ended_by);
    if (verb == STATEMENT_COMPLETED)
        set(result, "completion", json_true());
    set_duration(result, v->screen_ms);
    set(result, "extensions", x);
    return result;
}

static json_t *viewing_json(enum statement_verb verb, const struct statement_about *about, const struct statement_viewing *v,
                            bool described)
{
    json_t *x = json_object(), *activities = json_object(), *profile = json_object();
    set(x, VIDEO_EXT "length", seconds(v->length_ms));
    set(x, VIDEO_EXT "completion-threshold", decimal(v->completion_permille / 1000.0, 3));
    set_text(x, VIDEO_EXT "session-id", v->session_id);
    add_course(activities, "parent", about);
    set_text(profile, "id", VIDEO);
    set(activities, "category", list_of(profile));
    return finish(verb, about, lesson_activity(about, described), viewing_result(verb, v), context_json(about, x, activities));
}

void statement_viewing(enum statement_verb verb, const struct statement_about *about, const struct statement_viewing *v,
                       struct str *out)
{
    assert(verb == STATEMENT_TERMINATED || verb == STATEMENT_COMPLETED || verb == STATEMENT_ABANDONED);
    if (!write(viewing_json(verb, about, v, true), out))
        write(viewing_json(verb, about, v, false), out);
}

/* ---- quiz ---- */

static json_t *components(const struct option *list, int count)
{
    json_t *array = json_array();
    for (int i = 0; i < count; i++) {
        json_t *o = json_object();
        set_text(o, "id", list[i].id);
        if (list[i].text.count)
            set(o, "description", lang_text_to_json(&list[i].text));
        json_array_append_new(array, o);
    }
    return array;
}

/* Several right answers of which one is enough are several patterns (xAPI 1.0.3 Data §2.4.4.1). */
static json_t *patterns(const struct question *q)
{
    char response[RESPONSE_MAX];
    json_t *list = json_array();
    bool alternatives = (q->kind == QUESTION_CHOICE && !q->multiple) || q->kind == QUESTION_FILL_IN;
    for (int i = 0; alternatives && i < q->option_count; i++) {
        const struct option *o = &q->option[i];
        if (o->weight < 1)
            continue;
        if (q->kind == QUESTION_CHOICE)
            json_array_append_new(list, text_json(o->id));
        for (int k = 0; q->kind == QUESTION_FILL_IN && k < o->text.count; k++)
            json_array_append_new(list, text_json(o->text.entry[k].text));
    }
    if (!json_array_size(list)) {
        question_correct_response(q, response, sizeof response);
        json_array_append_new(list, text_json(response));
    }
    return list;
}

static void describe(json_t *definition, const struct question *q)
{
    if (q->prompt.count)
        set(definition, "description", lang_text_to_json(&q->prompt));
    switch (q->kind) {
    case QUESTION_CHOICE:
    case QUESTION_SEQUENCING: set(definition, "choices", components(q->option, q->option_count)); break;
    case QUESTION_LIKERT: set(definition, "scale", components(q->option, q->option_count)); break;
    case QUESTION_MATCHING:
        set(definition, "source", components(q->option, q->option_count));
        set(definition, "target", components(q->target, q->target_count));
        break;
    default: break;
    }
    if (!question_is_survey(q))
        set(definition, "correctResponsesPattern", patterns(q));
}

static json_t *question_activity(const struct statement_about *about, const struct question *q, bool described)
{
    char id[URN_TEXT] = "urn:uuid:";
    add_escaped(id, sizeof id, about->content_id);
    strncat(id, "#quiz/", sizeof id - strlen(id) - 1);
    add_escaped(id, sizeof id, q->id);
    json_t *a = activity(id, ADL "activities/cmi.interaction"), *definition = json_object_get(a, "definition");
    set_text(definition, "interactionType", question_kind_name(q->kind));
    if (described)
        describe(definition, q);
    return a;
}

static json_t *quiz_context(const struct statement_about *about, const struct attempt *a, json_t *activities)
{
    json_t *x = json_object(), *context;
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)a->seed); /* as text: JSON numbers lose beyond 2^53 */
    set_text(x, STATEMENT_IRI "seed", seed);
    if (given(about->questions_sha256))
        set_text(x, STATEMENT_IRI "questions", about->questions_sha256);
    add_course(activities, "grouping", about);
    context = context_json(about, x, activities);
    set_text(context, "registration", a->id);
    return context;
}

static void set_score(json_t *result, double scaled)
{
    json_t *score = json_object();
    set(score, "scaled", decimal(scaled, 4));
    set(result, "score", score);
}

static json_t *answered_json(const struct statement_about *about, const struct attempt *a, const struct question *q, bool described)
{
    const struct attempt_item *it = &a->item[q - a->set->question];
    json_t *result = json_object(), *activities = json_object();
    set_text(result, "response", it->pick);
    if (!question_is_survey(q)) {
        set(result, "success", json_boolean(it->verdict == VERDICT_RIGHT));
        set_score(result, it->score);
    }
    set_duration(result, it->duration_ms);
    set(activities, "parent", list_of(quiz_activity(about)));
    return finish(STATEMENT_ANSWERED, about, question_activity(about, q, described), result, quiz_context(about, a, activities));
}

void statement_answered(const struct statement_about *about, const struct attempt *a, const struct question *q,
                        struct str *out)
{
    assert(q >= a->set->question && q < a->set->question + a->set->count);
    assert(a->item[q - a->set->question].verdict != VERDICT_NONE);
    if (!write(answered_json(about, a, q, true), out))
        write(answered_json(about, a, q, false), out);
}

bool statement_result(const struct statement_about *about, const struct attempt *a, struct str *out)
{
    if (!attempt_graded_count(a))
        return false;
    bool passed = attempt_passed(a);
    int64_t duration_ms = 0;
    json_t *result = json_object(), *activities = json_object();
    for (int i = 0; i < a->set->count; i++)
        duration_ms += a->item[i].duration_ms;
    set(result, "success", json_boolean(passed));
    set(result, "completion", json_true());
    set_score(result, attempt_score(a));
    set_duration(result, duration_ms);
    set(activities, "parent", list_of(lesson_activity(about, false)));
    json_t *context = quiz_context(about, a, activities);
    set(json_object_get(context, "extensions"), MASTERY_SCORE, decimal(a->pass_mark, 4));
    return write(finish(passed ? STATEMENT_PASSED : STATEMENT_FAILED, about, quiz_activity(about), result, context), out);
}
