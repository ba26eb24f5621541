#include "model/statement_parts.h"
#include "model/question_class.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MASTERY_SCORE "https://w3id.org/xapi/cmi5/context/extensions/masteryscore"

enum { SEGMENTS_MAX = 4096 };

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
    part_set(hours, "watched_ms", json_integer(v->watched_ms));
    part_set(hours, "verified_ms", json_integer(v->verified_ms));
    part_set(hours, "review_ms", json_integer(v->review_ms));
    part_set(hours, "screen_ms", json_integer(v->screen_ms));
    return hours;
}

static json_t *viewing_result(enum statement_verb verb, const struct statement_viewing *v)
{
    json_t *result = json_object(), *x = json_object();
    int64_t at_ms = v->position_ms < 0 ? 0 : v->position_ms > v->length_ms ? v->length_ms : v->position_ms;
    part_set(x, VIDEO_EXT "time", part_seconds(at_ms));
    part_set(x, VIDEO_EXT "progress", part_decimal(progress(v), 3));
    if (v->played->count && v->played->count <= SEGMENTS_MAX) { /* more: the sums say enough */
        struct str segments;
        str_init(&segments, 0);
        spans_format(v->played, &segments);
        part_set_text(x, VIDEO_EXT "played-segments", segments.data);
        str_release(&segments);
    }
    part_set(x, STATEMENT_IRI "hours", hours_json(v));
    if (part_given(v->ended_by))
        part_set_text(x, STATEMENT_IRI "ended-by", v->ended_by);
    if (verb == STATEMENT_COMPLETED)
        part_set(result, "completion", json_true());
    part_set_duration(result, v->screen_ms);
    part_set(result, "extensions", x);
    return result;
}

static json_t *viewing_json(enum statement_verb verb, const struct statement_about *about, const struct statement_viewing *v,
                            bool described)
{
    json_t *x = json_object(), *activities = json_object(), *profile = json_object();
    part_set(x, VIDEO_EXT "length", part_seconds(v->length_ms));
    part_set(x, VIDEO_EXT "completion-threshold", part_decimal(v->completion_permille / 1000.0, 3));
    part_set_text(x, VIDEO_EXT "session-id", v->session_id);
    part_add_course(activities, "parent", about);
    part_set_text(profile, "id", VIDEO);
    part_set(activities, "category", part_list_of(profile));
    return part_finish(verb, about, part_lesson(about, described), viewing_result(verb, v), part_context(about, x, activities));
}

void statement_viewing(enum statement_verb verb, const struct statement_about *about, const struct statement_viewing *v,
                       struct str *out)
{
    assert(verb == STATEMENT_TERMINATED || verb == STATEMENT_COMPLETED || verb == STATEMENT_ABANDONED);
    if (!part_write(viewing_json(verb, about, v, true), out))
        part_write(viewing_json(verb, about, v, false), out);
}

/* ---- quiz ---- */

static json_t *components(const struct option *list, int count)
{
    json_t *array = json_array();
    for (int i = 0; i < count; i++) {
        json_t *o = json_object();
        part_set_text(o, "id", list[i].id);
        if (list[i].text.count)
            part_set(o, "description", lang_text_to_json(&list[i].text));
        json_array_append_new(array, o);
    }
    return array;
}

/* Several right answers of which one is enough are several patterns (xAPI 1.0.3 Data §2.4.4.1). */
static json_t *patterns(const struct question *q)
{
    char response[RESPONSE_MAX];
    json_t *list = json_array();
    bool (*pattern)(const struct question *, int, char *) = question_class_of(q->kind)->pattern;
    for (int i = 0; pattern && pattern(q, i, response); i++)
        json_array_append_new(list, part_text(response));
    if (!json_array_size(list)) {
        question_correct_response(q, response, sizeof response);
        json_array_append_new(list, part_text(response));
    }
    return list;
}

static void describe(json_t *definition, const struct question *q)
{
    const struct question_class *c = question_class_of(q->kind);
    if (q->prompt.count)
        part_set(definition, "description", lang_text_to_json(&q->prompt));
    if (c->xapi_options)
        part_set(definition, c->xapi_options, components(q->option, q->option_count));
    if (c->xapi_targets)
        part_set(definition, c->xapi_targets, components(q->target, q->target_count));
    if (!question_is_survey(q))
        part_set(definition, "correctResponsesPattern", patterns(q));
}

static json_t *question_activity(const struct statement_about *about, const struct question *q, bool described)
{
    char id[URN_TEXT] = "urn:uuid:";
    part_add_escaped(id, sizeof id, about->content_id);
    strncat(id, "#quiz/", sizeof id - strlen(id) - 1);
    part_add_escaped(id, sizeof id, q->id);
    json_t *a = part_activity(id, ADL "activities/cmi.interaction"), *definition = json_object_get(a, "definition");
    part_set_text(definition, "interactionType", question_class_of(q->kind)->interaction);
    if (described)
        describe(definition, q);
    return a;
}

static json_t *quiz_context(const struct statement_about *about, const struct attempt *a, json_t *activities)
{
    json_t *x = json_object(), *context;
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)a->seed); /* as text: JSON numbers lose beyond 2^53 */
    part_set_text(x, STATEMENT_IRI "seed", seed);
    if (part_given(about->questions_sha256))
        part_set_text(x, STATEMENT_IRI "questions", about->questions_sha256);
    part_add_course(activities, "grouping", about);
    context = part_context(about, x, activities);
    part_set_text(context, "registration", a->id);
    return context;
}

static void set_score(json_t *result, double scaled)
{
    json_t *score = json_object();
    part_set(score, "scaled", part_decimal(scaled, 4));
    part_set(result, "score", score);
}

static json_t *answered_json(const struct statement_about *about, const struct attempt *a, const struct question *q, bool described)
{
    const struct attempt_item *it = &a->item[q - a->set->question];
    json_t *result = json_object(), *activities = json_object();
    part_set_text(result, "response", it->pick);
    if (!question_is_survey(q)) {
        part_set(result, "success", json_boolean(it->verdict == VERDICT_RIGHT));
        set_score(result, it->score);
    }
    part_set_duration(result, it->duration_ms);
    part_set(activities, "parent", part_list_of(part_quiz(about)));
    return part_finish(STATEMENT_ANSWERED, about, question_activity(about, q, described), result, quiz_context(about, a, activities));
}

void statement_answered(const struct statement_about *about, const struct attempt *a, const struct question *q,
                        struct str *out)
{
    assert(q >= a->set->question && q < a->set->question + a->set->count);
    assert(a->item[q - a->set->question].verdict != VERDICT_NONE);
    if (!part_write(answered_json(about, a, q, true), out))
        part_write(answered_json(about, a, q, false), out);
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
    part_set(result, "success", json_boolean(passed));
    part_set(result, "completion", json_true());
    set_score(result, attempt_score(a));
    part_set_duration(result, duration_ms);
    part_set(activities, "parent", part_list_of(part_lesson(about, false)));
    json_t *context = quiz_context(about, a, activities);
    part_set(json_object_get(context, "extensions"), MASTERY_SCORE, part_decimal(a->pass_mark, 4));
    return part_write(part_finish(passed ? STATEMENT_PASSED : STATEMENT_FAILED, about, part_quiz(about), result, context), out);
}
