/* question_matching.c - pairs: each option goes with the target of its place. A row of question_class.h. */
#include "model/gift_parts.h"
#include "model/question_class.h"
#include "model/response.h"

#include <string.h>

static bool check(const struct question *q, const char *where, struct err *e)
{
    return (q->option_count >= 2 && q->target_count >= q->option_count) ||
           err_set(e, ERR_INVALID, "%s needs two or more pairs, and a target for each", where);
}

/* --- GIFT --- */

static bool claims(struct slice braces)
{
    return gift_has(braces, MARK_EQUAL) && gift_has(braces, MARK_ARROW);
}

static bool same_text(const struct option *a, const struct option *b)
{
    return !strcmp(a->text.entry[0].text, b->text.entry[0].text);
}

static bool add_target(struct slice s, const char *lang, struct question *q, struct err *e)
{
    struct gift_line plain = { .text = gift_trim(s) };
    struct option *target = &q->target[q->target_count++];
    if (!gift_fill_option(target, "t", q->target_count, &plain, lang, e))
        return false;
    for (int i = 0; i + 1 < q->target_count; i++)
        if (same_text(&q->target[i], target))
            return err_set(e, ERR_INVALID, "\"%.60s\" stands on the right of two arrows: nobody could tell which is meant",
                           target->text.entry[0].text);
    return true;
}

/* "= -> words" has nothing on the left: one more target, which belongs to none. Those come after the pairs. */
static bool from_gift(struct slice s, const char *lang, struct question *q, struct err *e)
{
    struct gift_line list[QUESTION_MAX_OPTIONS];
    struct slice right[QUESTION_MAX_OPTIONS];
    int count;
    if (!gift_split(s, list, &count, e))
        return false;
    for (int i = 0; i < count; i++) {
        list[i].text = gift_trim(gift_cut(list[i].text, MARK_ARROW, &right[i]));
        if (!list[i].equal || list[i].weighted || list[i].feedback.p || !right[i].p || gift_has(right[i], MARK_ARROW))
            return err_set(e, ERR_INVALID, "pair %d must be written \"= left -> right\", without percentage or feedback", i + 1);
        list[i].weight = 0;
        if (!list[i].text.n)
            continue;
        q->option_count++;
        if (!gift_fill_option(&q->option[q->option_count - 1], "s", q->option_count, &list[i], lang, e) ||
            !add_target(right[i], lang, q, e))
            return false;
    }
    for (int i = 0; i < count; i++)
        if (!list[i].text.n && !add_target(right[i], lang, q, e))
            return false;
    return q->option_count >= 2 || err_set(e, ERR_INVALID, "matching needs two or more pairs");
}

/* --- answers --- */

static void correct(const struct question *q, char *out)
{
    int target[QUESTION_MAX_OPTIONS];
    for (int i = 0; i < q->option_count; i++)
        target[i] = i;
    response_put_pairs(q, target, out);
}

static double grade(const struct question *q, const char *response)
{
    int target[QUESTION_MAX_OPTIONS], right = 0;
    if (response_pairs(q, response, target) < 1)
        return -1;
    for (int i = 0; i < q->option_count; i++)
        right += target[i] == i;
    return (double)right / q->option_count;
}

/* --- marks --- */

static bool picked(const struct question *q, const char *pick, int option)
{
    int target[QUESTION_MAX_OPTIONS];
    return response_pairs(q, pick, target) >= 0 && target[option] >= 0;
}

static bool begun(const struct question *q, const char *pick)
{
    int target[QUESTION_MAX_OPTIONS];
    return response_pairs(q, pick, target) >= 0;
}

/* Every source, though a part of them could be graded. */
static bool whole(const struct question *q, const char *response)
{
    int target[QUESTION_MAX_OPTIONS];
    return response_pairs(q, response, target) == q->option_count;
}

const struct question_class question_matching = {
    .name = "matching", .interaction = "matching", .paired = true, .check = check, .gift_claims = claims, .gift_read = from_gift,
    .correct = correct, .grade = grade, .picked = picked, .begun = begun, .whole = whole, .xapi_options = "source",
    .xapi_targets = "target",
};
