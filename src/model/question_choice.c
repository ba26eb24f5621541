/* question_choice.c - one of several options, or some of them. A row of question_class.h. */
#include "model/gift_parts.h"
#include "model/question_class.h"
#include "model/response.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool right(const struct question *q, int option)
{
    return q->option[option].weight > 0;
}

static int right_count(const struct question *q)
{
    int n = 0;
    for (int i = 0; i < q->option_count; i++)
        n += right(q, i);
    return n;
}

static bool check(const struct question *q, const char *where, struct err *e)
{
    return (q->option_count >= 2 && right_count(q)) || err_set(e, ERR_INVALID, "%s needs two or more options and a right one", where);
}

/* --- GIFT --- */

static bool claims(struct slice braces)
{
    return gift_has(braces, MARK_TILDE);
}

static bool from_gift(struct slice s, const char *lang, struct question *q, struct err *e)
{
    struct gift_line list[QUESTION_MAX_OPTIONS];
    int count, good = 0;
    if (!gift_split(s, list, &count, e))
        return false;
    q->multiple = true;
    for (int i = 0; i < count; i++) {
        q->multiple &= !list[i].equal; /* Moodle: one = makes it a single choice */
        good += list[i].weight > 0;
    }
    if (count < 2 || !good)
        return err_set(e, ERR_INVALID, "a choice needs two or more answers and a right one, marked = or with a percentage");
    return gift_fill_options(list, count, "c", lang, q, e);
}

/* --- answers --- */

/* All that earn points where several may be marked, else the one that earns most. */
static void correct(const struct question *q, char *out)
{
    int index[QUESTION_MAX_OPTIONS], n = 0, best = 0;
    for (int i = 0; i < q->option_count; i++) {
        if (q->multiple && right(q, i))
            index[n++] = i;
        best = q->option[i].weight > q->option[best].weight ? i : best;
    }
    if (!q->multiple && q->option_count)
        index[n++] = best;
    response_put_list(q, index, n, out);
}

static double grade(const struct question *q, const char *response)
{
    int index[QUESTION_MAX_OPTIONS], n = response_list(q, response, index);
    double got = 0, whole = 0;
    if (n < 1 || (!q->multiple && n != 1))
        return -1;
    bool penalised = false;
    for (int i = 0; i < q->option_count; i++) {
        if (right(q, i))
            whole = q->multiple ? whole + q->option[i].weight : fmax(whole, q->option[i].weight);
        penalised |= q->option[i].weight < 0;
    }
    for (int i = 0; i < n; i++) {
        double w = q->option[index[i]].weight;
        /* Marking everything must not earn everything: a wrong mark costs as much as one right one gives,
         * unless the author said what it costs. */
        got += w != 0 || penalised || !q->multiple ? w : -whole / right_count(q);
    }
    double share = whole > 0 ? fmax(got / whole, 0) : 0;
    return share > 0.999 ? 1 : share;
}

/* --- marks --- */

/* Marks or unmarks where several may be marked, in the order of the options: the same marks give the same response. */
static void tap(const struct question *q, const char *pick, int option, char *out)
{
    int index[QUESTION_MAX_OPTIONS], n = 0;
    for (int i = 0; q->multiple && i < q->option_count; i++)
        if (response_has(q, pick, i) != (i == option))
            index[n++] = i;
    if (!q->multiple)
        index[n++] = option;
    response_put_list(q, index, n, out);
}

/* Several right answers of which one is enough. */
static bool pattern(const struct question *q, int n, char *out)
{
    for (int i = 0; !q->multiple && i < q->option_count; i++)
        if (q->option[i].weight >= 1 && n-- == 0) {
            snprintf(out, RESPONSE_MAX, "%s", q->option[i].id);
            return true;
        }
    return false;
}

const struct question_class question_choice = {
    .name = "choice", .interaction = "choice", .check = check, .gift_claims = claims, .gift_read = from_gift, .correct = correct,
    .grade = grade, .right = right, .picked = response_has, .tap = tap, .xapi_options = "choices", .pattern = pattern,
};
