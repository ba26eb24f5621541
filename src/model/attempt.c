#include "model/attempt.h"
#include "model/question_class.h"
#include "model/response.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const double rounding = 1e-9; /* thirds that add up to one must count as one */

static const struct question_class *class_of(const struct question *q)
{
    return question_class_of(q->kind);
}

/* ---- going through ---- */

/* Graded questions mixed by the seed, surveys after them as written: an opinion comes when the test is over. */
static void shuffle(struct attempt *a)
{
    int graded[ATTEMPT_MAX_QUESTIONS], mixed[ATTEMPT_MAX_QUESTIONS], n = 0, at = 0;
    for (int i = 0; i < a->set->count; i++)
        if (!question_is_survey(&a->set->question[i]))
            graded[n++] = i;
    question_shuffle(a->seed, "/questions", n, mixed);
    for (; at < n; at++)
        a->order[at] = graded[mixed[at]];
    for (int i = 0; i < a->set->count; i++)
        if (question_is_survey(&a->set->question[i]))
            a->order[at++] = i;
}

void attempt_begin(struct attempt *a, const char id[UUID_TEXT], uint64_t seed, const struct question_set *set,
                   bool mix, double pass_mark, int64_t boot_ms)
{
    assert(set->count <= ATTEMPT_MAX_QUESTIONS);
    *a = (struct attempt){ .seed = seed, .set = set, .shuffle = mix, .pass_mark = pass_mark, .shown_boot_ms = boot_ms };
    snprintf(a->id, sizeof a->id, "%s", id);
    for (int i = 0; i < set->count; i++)
        a->order[i] = i;
    if (mix)
        shuffle(a);
}

const struct question *attempt_question(const struct attempt *a)
{
    return a->at < a->set->count ? &a->set->question[a->order[a->at]] : NULL;
}

struct attempt_item *attempt_item(struct attempt *a)
{
    return a->at < a->set->count ? &a->item[a->order[a->at]] : NULL;
}

static const char *pick_of(const struct attempt *a)
{
    return a->at < a->set->count ? a->item[a->order[a->at]].pick : "";
}

void attempt_next(struct attempt *a, int64_t boot_ms)
{
    const struct attempt_item *it = attempt_item(a);
    if (!it || it->verdict == VERDICT_NONE)
        return;
    a->at++;
    a->shown_boot_ms = boot_ms;
}

/* ---- marking ---- */

/* The current item if it may still be changed. */
static struct attempt_item *open_item(struct attempt *a)
{
    struct attempt_item *it = attempt_item(a);
    return it && it->verdict == VERDICT_NONE ? it : NULL;
}

static bool change(struct attempt_item *it, const char *pick)
{
    if (!strcmp(it->pick, pick))
        return false;
    snprintf(it->pick, sizeof it->pick, "%s", pick);
    return true;
}

bool attempt_tap(struct attempt *a, int option)
{
    const struct question *q = attempt_question(a);
    struct attempt_item *it = open_item(a);
    char out[RESPONSE_MAX];
    if (!it || !class_of(q)->tap || option < 0 || option >= question_choices(q))
        return false;
    class_of(q)->tap(q, it->pick, option, out);
    return change(it, out);
}

bool attempt_match(struct attempt *a, int source, int target)
{
    const struct question *q = attempt_question(a);
    struct attempt_item *it = open_item(a);
    int of[QUESTION_MAX_OPTIONS];
    char out[RESPONSE_MAX];
    if (!it || !class_of(q)->paired || source < 0 || source >= q->option_count || target < -1 ||
        target >= q->target_count || response_pairs(q, it->pick, of) < 0)
        return false;
    for (int i = 0; i < q->option_count; i++)
        if (of[i] == target)
            of[i] = -1; /* a target goes with one source: the new pair takes it */
    of[source] = target;
    response_put_pairs(q, of, out);
    return change(it, out);
}

bool attempt_enter(struct attempt *a, const char *text)
{
    const struct question *q = attempt_question(a);
    struct attempt_item *it = open_item(a);
    return it && class_of(q)->fits && class_of(q)->fits(text) && change(it, text);
}

bool attempt_picked(const struct attempt *a, int option)
{
    const struct question *q = attempt_question(a);
    return q && class_of(q)->picked && option >= 0 && option < QUESTION_MAX_OPTIONS && class_of(q)->picked(q, pick_of(a), option);
}

int attempt_rank(const struct attempt *a, int option)
{
    const struct question *q = attempt_question(a);
    int index[QUESTION_MAX_OPTIONS];
    if (!q || !class_of(q)->ordered)
        return -1;
    for (int i = response_list(q, pick_of(a), index) - 1; i >= 0; i--)
        if (index[i] == option)
            return i;
    return -1;
}

int attempt_matched(const struct attempt *a, int source)
{
    const struct question *q = attempt_question(a);
    int of[QUESTION_MAX_OPTIONS];
    if (!q || !class_of(q)->paired || source < 0 || source >= q->option_count || response_pairs(q, pick_of(a), of) < 0)
        return -1;
    return of[source];
}

/* ---- answering ---- */

/* Everything asked for is marked. */
static bool ready(const struct question *q, const char *pick)
{
    return (!class_of(q)->whole || class_of(q)->whole(q, pick)) && question_grade(q, pick) >= 0;
}

bool attempt_ready(const struct attempt *a)
{
    const struct question *q = attempt_question(a);
    return q && a->item[a->order[a->at]].verdict == VERDICT_NONE && ready(q, pick_of(a));
}

static void judge(const struct question *q, struct attempt_item *it)
{
    double share = question_grade(q, it->pick);
    if (question_is_survey(q)) {
        it->verdict = VERDICT_THANKS;
        return;
    }
    it->verdict = share >= 1 - rounding ? VERDICT_RIGHT : share > rounding ? VERDICT_PARTLY : VERDICT_WRONG;
    it->score = it->verdict == VERDICT_RIGHT ? 1 : it->verdict == VERDICT_WRONG ? 0 : share;
}

enum verdict attempt_answer(struct attempt *a, int64_t boot_ms)
{
    struct attempt_item *it = attempt_item(a);
    if (!attempt_ready(a))
        return VERDICT_NONE;
    it->duration_ms += boot_ms > a->shown_boot_ms ? boot_ms - a->shown_boot_ms : 0;
    judge(attempt_question(a), it);
    return it->verdict;
}

/* ---- after a cut ---- */

/* A mark under way, not yet an answer: an order or pairs may be incomplete, a number only begun. */
static bool pick_valid(const struct question *q, const char *pick)
{
    const struct question_class *c = class_of(q);
    if (c->begun)
        return c->begun(q, pick);
    if (c->fits)
        return c->fits(pick);
    return !*pick || question_grade(q, pick) >= 0;
}

bool attempt_restore_at(struct attempt *a, int i, const char *response, bool answered, int64_t duration_ms)
{
    if (i < 0 || i >= a->set->count || strlen(response) >= RESPONSE_MAX)
        return false;
    const struct question *q = &a->set->question[i];
    struct attempt_item *it = &a->item[i];
    if (!(answered ? ready(q, response) : it->verdict == VERDICT_NONE && pick_valid(q, response)))
        return false;
    *it = (struct attempt_item){ .duration_ms = duration_ms > 0 ? duration_ms : 0 };
    change(it, response);
    if (answered)
        judge(q, it);
    return true;
}

bool attempt_restore(struct attempt *a, const char *question_id, const char *response, bool answered, int64_t duration_ms)
{
    int i = 0;
    while (i < a->set->count && strcmp(a->set->question[i].id, question_id) != 0)
        i++;
    return attempt_restore_at(a, i, response, answered, duration_ms);
}

/* ---- the result ---- */

int attempt_graded_count(const struct attempt *a)
{
    int n = 0;
    for (int i = 0; i < a->set->count; i++)
        n += !question_is_survey(&a->set->question[i]);
    return n;
}

int attempt_right_count(const struct attempt *a)
{
    int n = 0;
    for (int i = 0; i < a->set->count; i++)
        n += a->item[i].verdict == VERDICT_RIGHT;
    return n;
}

double attempt_score(const struct attempt *a)
{
    double sum = 0;
    int graded = attempt_graded_count(a);
    for (int i = 0; i < a->set->count; i++)
        sum += a->item[i].score;
    return graded ? sum / graded : 1;
}

bool attempt_passed(const struct attempt *a)
{
    return attempt_score(a) >= a->pass_mark - rounding;
}
