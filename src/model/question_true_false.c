/* question_true_false.c - is it so or not? A row of question_class.h. */
#include "base/json.h"
#include "model/gift_parts.h"
#include "model/question_class.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- questions file --- */

static const char *const keys[] = { "answer", NULL };

static bool parse(const json_t *o, const char *where, struct question *q, struct err *e)
{
    return json_get_bool_or(o, where, "answer", false, &q->answer_true, e);
}

static void put_keys(json_t *o, const struct question *q)
{
    json_object_set_new(o, "answer", json_boolean(q->answer_true));
}

static bool check(const struct question *q, const char *where, struct err *e)
{
    return q->option_count == 0 || q->option_count == 2 ||
           err_set(e, ERR_INVALID, "%s has either no options, or two: true, then false", where);
}

/* --- GIFT --- */

/* 1 true, 0 false, -1 neither. What is said about it is put into `feedback`. */
static int truth(struct slice s, struct slice *feedback)
{
    static const struct { const char *word; int value; } table[] = {
        { "T", 1 }, { "TRUE", 1 }, { "对", 1 }, { "正确", 1 }, { "F", 0 }, { "FALSE", 0 }, { "错", 0 }, { "错误", 0 },
    };
    s = gift_trim(gift_cut(s, MARK_HASH, feedback));
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (s.n == strlen(table[i].word) && !strncasecmp(s.p, table[i].word, s.n))
            return table[i].value;
    return -1;
}

static bool claims(struct slice braces)
{
    struct slice feedback;
    return truth(braces, &feedback) >= 0;
}

/* {T#said to those who were wrong#said to those who were right}; the options carry only that, their words are the screen's. */
static bool from_gift(struct slice s, const char *lang, struct question *q, struct err *e)
{
    struct slice feedback, when_right;
    q->answer_true = truth(s, &feedback) == 1;
    struct slice when_wrong = gift_trim(gift_cut(feedback, MARK_HASH, &when_right));
    if (when_right.p && gift_has(when_right, MARK_HASH))
        return err_set(e, ERR_INVALID, "true-false has at most two feedbacks: #for the wrong answer#for the right one");
    struct option *right = &q->option[q->answer_true ? 0 : 1], *wrong = &q->option[q->answer_true ? 1 : 0];
    memcpy(q->option[0].id, "true", 5);
    memcpy(q->option[1].id, "false", 6);
    right->weight = 1;
    q->option_count = 2;
    return gift_text(when_wrong, lang, &wrong->feedback, e) && gift_text(when_right, lang, &right->feedback, e);
}

/* --- answers and marks --- */

static const char *word(bool is_true)
{
    return is_true ? "true" : "false";
}

static void correct(const struct question *q, char *out)
{
    snprintf(out, RESPONSE_MAX, "%s", word(q->answer_true));
}

static double grade(const struct question *q, const char *response)
{
    if (strcmp(response, "true") && strcmp(response, "false"))
        return -1;
    return (response[0] == 't') == q->answer_true;
}

static bool right(const struct question *q, int option)
{
    return (option == 0) == q->answer_true;
}

static bool picked(const struct question *q, const char *pick, int option)
{
    (void)q;
    return !strcmp(pick, word(option == 0));
}

static void tap(const struct question *q, const char *pick, int option, char *out)
{
    (void)q;
    (void)pick;
    snprintf(out, RESPONSE_MAX, "%s", word(option == 0));
}

const struct question_class question_true_false = {
    .name = "true-false", .interaction = "true-false", .wordless = true, .choices = 2, .keys = keys, .parse = parse, .write = put_keys,
    .check = check, .gift_claims = claims, .gift_read = from_gift, .correct = correct, .grade = grade, .right = right, .picked = picked,
    .tap = tap,
};
