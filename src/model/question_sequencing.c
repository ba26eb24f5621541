/* question_sequencing.c - steps to be put into their order. A row of question_class.h. */
#include "model/gift_parts.h"
#include "model/question_class.h"
#include "model/response.h"

static bool check(const struct question *q, const char *where, struct err *e)
{
    return q->option_count >= 2 || err_set(e, ERR_INVALID, "%s needs two or more options", where);
}

static bool from_gift(struct slice s, const char *lang, struct question *q, struct err *e)
{
    return gift_read_plain(s, "c", lang, q, e);
}

static void correct(const struct question *q, char *out)
{
    int index[QUESTION_MAX_OPTIONS];
    for (int i = 0; i < q->option_count; i++)
        index[i] = i;
    response_put_list(q, index, q->option_count, out);
}

static double grade(const struct question *q, const char *response)
{
    int index[QUESTION_MAX_OPTIONS], n = response_list(q, response, index);
    if (n != q->option_count)
        return -1;
    for (int i = 0; i < n; i++)
        if (index[i] != i)
            return 0;
    return 1;
}

/* Puts at the end of the order, or takes out of it. */
static void tap(const struct question *q, const char *pick, int option, char *out)
{
    int before[QUESTION_MAX_OPTIONS], index[QUESTION_MAX_OPTIONS], n = 0;
    int count = response_list(q, pick, before);
    for (int i = 0; i < count; i++)
        if (before[i] != option)
            index[n++] = before[i];
    if (!response_has(q, pick, option))
        index[n++] = option;
    response_put_list(q, index, n, out);
}

static bool begun(const struct question *q, const char *pick)
{
    int index[QUESTION_MAX_OPTIONS];
    return response_list(q, pick, index) >= 0;
}

const struct question_class question_sequencing = {
    .name = "sequencing", .interaction = "sequencing", .ordered = true, .check = check, .gift_read = from_gift, .correct = correct,
    .grade = grade, .picked = response_has, .tap = tap, .begun = begun, .xapi_options = "choices",
};
