/* question_likert.c - an opinion on a scale; nothing is right or wrong. A row of question_class.h. */
#include "model/gift_parts.h"
#include "model/question_class.h"
#include "model/response.h"

#include <stdio.h>

static bool check(const struct question *q, const char *where, struct err *e)
{
    return q->option_count >= 2 || err_set(e, ERR_INVALID, "%s needs two or more options", where);
}

static bool from_gift(struct slice s, const char *lang, struct question *q, struct err *e)
{
    return gift_read_plain(s, "l", lang, q, e);
}

static double grade(const struct question *q, const char *response)
{
    int index[QUESTION_MAX_OPTIONS];
    return response_list(q, response, index) == 1 ? 1 : -1;
}

static void tap(const struct question *q, const char *pick, int option, char *out)
{
    (void)pick;
    snprintf(out, RESPONSE_MAX, "%s", q->option[option].id);
}

const struct question_class question_likert = {
    .name = "likert", .interaction = "likert", .survey = true, .check = check, .gift_read = from_gift, .grade = grade,
    .picked = response_has, .tap = tap, .xapi_options = "scale",
};
