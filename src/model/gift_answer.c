/* gift_answer.c - what stands in the braces of a GIFT question: which kind it is, and its answers. */
#include "model/gift_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One "=right#feedback" or "~%50%partly#feedback". */
struct answer {
    bool equal;        /* began with = */
    bool weighted;     /* with a percentage */
    double weight;     /* -1..1 */
    struct slice text, feedback;
};

/* ---- pieces ---- */

static bool next_is(struct slice s, const char *text)
{
    return s.n >= strlen(text) && !memcmp(s.p, text, strlen(text));
}

static struct slice skip(struct slice s, size_t n)
{
    return (struct slice){ s.p + n, s.n - n };
}

/* "%50%" or "％50％" in front of an answer. What does not look like it is text, as Moodle has it. */
static bool percentage(struct slice *s, double *weight)
{
    struct slice p = *s;
    char digits[16];
    size_t n = 0, sign = next_is(p, "％") ? 3 : next_is(p, "%") ? 1 : 0;
    if (!sign)
        return false;
    p = skip(p, sign);
    while (n < p.n && n + 1 < sizeof digits && strchr("-0123456789.", p.p[n]) && p.p[n]) {
        digits[n] = p.p[n];
        n++;
    }
    digits[n] = 0;
    p = skip(p, n);
    char *end;
    double value = strtod(digits, &end);
    sign = next_is(p, "％") ? 3 : next_is(p, "%") ? 1 : 0;
    if (!n || *end || !sign)
        return false;
    *s = skip(p, sign);
    *weight = value / 100;
    return true;
}

static bool read_answer(struct slice s, bool equal, struct answer *a, struct err *e)
{
    *a = (struct answer){ .equal = equal, .weight = equal };
    s = gift_trim(s);
    a->weighted = percentage(&s, &a->weight);
    if (!(fabs(a->weight) <= 1))
        return err_set(e, ERR_INVALID, "%.10g%% is not from -100%% to 100%%", a->weight * 100);
    struct slice feedback;
    a->text = gift_trim(gift_cut(s, MARK_HASH, &feedback));
    a->feedback = feedback.p ? gift_trim(feedback) : feedback;
    return true;
}

/* Cuts at each = and ~. False with the error set if there are too many, or words before the first. */
static bool split(struct slice s, struct answer list[QUESTION_MAX_OPTIONS], int *count, struct err *e)
{
    size_t from = 0;
    bool equal = false;
    *count = -1; /* what is before the first sign is no answer */
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && !gift_is(s.p[i], MARK_EQUAL) && !gift_is(s.p[i], MARK_TILDE))
            continue;
        struct slice part = { s.p + from, i - from };
        if (*count < 0 && gift_trim(part).n)
            return err_set(e, ERR_INVALID, "there are words before the first = or ~; a sign that is only text is written \\= or \\~");
        if (*count >= QUESTION_MAX_OPTIONS)
            return err_set(e, ERR_TOO_BIG, "more than %d answers do not fit on the screen", QUESTION_MAX_OPTIONS);
        if (*count >= 0 && !read_answer(part, equal, &list[*count], e))
            return false;
        ++*count;
        equal = i < s.n && gift_is(s.p[i], MARK_EQUAL);
        from = i + 1;
    }
    return true;
}

static bool fill_option(struct option *o, const char *prefix, int number, const struct answer *a, const char *lang, struct err *e)
{
    snprintf(o->id, sizeof o->id, "%s%d", prefix, number);
    o->weight = a->weight;
    if (!a->text.n)
        return err_set(e, ERR_INVALID, "answer %d has no words", number);
    return gift_text(a->text, lang, &o->text, e) && gift_text(a->feedback, lang, &o->feedback, e) &&
           (o->text.count || err_set(e, ERR_INVALID, "answer %d has no words that can be seen", number));
}

static bool fill_options(const struct answer *list, int count, const char *prefix, const char *lang, struct question *q, struct err *e)
{
    for (int i = 0; i < count; i++) {
        q->option_count = i + 1;
        if (!fill_option(&q->option[i], prefix, i + 1, &list[i], lang, e))
            return false;
    }
    return true;
}

/* ---- kinds ---- */

static bool read_choice(struct slice s, const char *lang, struct question *q, struct err *e)
{
    struct answer list[QUESTION_MAX_OPTIONS];
    int count, right = 0;
    if (!split(s, list, &count, e))
        return false;
    q->kind = QUESTION_CHOICE;
    q->multiple = true;
    for (int i = 0; i < count; i++) {
        q->multiple &= !list[i].equal; /* Moodle: one = makes it a single choice */
        right += list[i].weight > 0;
    }
    if (count < 2 || !right)
        return err_set(e, ERR_INVALID, "a choice needs two or more answers and a right one, marked = or with a percentage");
    return fill_options(list, count, "c", lang, q, e);
}

/* Short answer: {=one =%50%partly} or, alone, {one}. A * in it stands for any words, as in Moodle; case never matters here. */
static bool read_fill_in(struct slice s, const char *lang, struct question *q, struct err *e)
{
    struct answer list[QUESTION_MAX_OPTIONS];
    char text[RESPONSE_MAX];
    int count = 1;
    if (gift_has(s, MARK_EQUAL) ? !split(s, list, &count, e) : !read_answer(s, true, &list[0], e))
        return false;
    q->kind = QUESTION_FILL_IN;
    return fill_options(list, count, "c", lang, q, e) &&
           (question_accepted(q, 0, NULL, text) || err_set(e, ERR_INVALID, "a short answer needs one that is wholly right, shorter than %d bytes", RESPONSE_MAX));
}

/* kind=sequencing or kind=likert: plain lines, in the right order or from one end of the scale to the other. */
static bool read_lines(struct slice s, enum question_kind kind, const char *lang, struct question *q, struct err *e)
{
    struct answer list[QUESTION_MAX_OPTIONS];
    int count;
    if (!split(s, list, &count, e))
        return false;
    q->kind = kind;
    for (int i = 0; i < count; i++) {
        if (!list[i].equal || list[i].weighted || gift_has(list[i].text, MARK_ARROW))
            return err_set(e, ERR_INVALID, "with kind=%s every line begins with = and has neither percentage nor arrow", question_kind_name(kind));
        list[i].weight = 0;
    }
    if (count < 2)
        return err_set(e, ERR_INVALID, "kind=%s needs two or more lines that begin with =", question_kind_name(kind));
    return fill_options(list, count, kind == QUESTION_LIKERT ? "l" : "c", lang, q, e);
}

static bool same_text(const struct option *a, const struct option *b)
{
    return !strcmp(a->text.entry[0].text, b->text.entry[0].text);
}

static bool add_target(struct slice s, const char *lang, struct question *q, struct err *e)
{
    struct answer plain = { .text = gift_trim(s) };
    struct option *target = &q->target[q->target_count++];
    if (!fill_option(target, "t", q->target_count, &plain, lang, e))
        return false;
    for (int i = 0; i + 1 < q->target_count; i++)
        if (same_text(&q->target[i], target))
            return err_set(e, ERR_INVALID, "\"%.60s\" stands on the right of two arrows: nobody could tell which is meant", target->text.entry[0].text);
    return true;
}

/* "= -> words" has nothing on the left: one more target, which belongs to none. Those come after the pairs. */
static bool read_matching(struct slice s, const char *lang, struct question *q, struct err *e)
{
    struct answer list[QUESTION_MAX_OPTIONS];
    struct slice right[QUESTION_MAX_OPTIONS];
    int count;
    if (!split(s, list, &count, e))
        return false;
    q->kind = QUESTION_MATCHING;
    for (int i = 0; i < count; i++) {
        list[i].text = gift_trim(gift_cut(list[i].text, MARK_ARROW, &right[i]));
        if (!list[i].equal || list[i].weighted || list[i].feedback.p || !right[i].p || gift_has(right[i], MARK_ARROW))
            return err_set(e, ERR_INVALID, "pair %d must be written \"= left -> right\", without percentage or feedback", i + 1);
        list[i].weight = 0;
        if (!list[i].text.n)
            continue;
        q->option_count++;
        if (!fill_option(&q->option[q->option_count - 1], "s", q->option_count, &list[i], lang, e) || !add_target(right[i], lang, q, e))
            return false;
    }
    for (int i = 0; i < count; i++)
        if (!list[i].text.n && !add_target(right[i], lang, q, e))
            return false;
    return q->option_count >= 2 || err_set(e, ERR_INVALID, "matching needs two or more pairs");
}

/* 1 true, 0 false, -1 neither. */
static int truth(struct slice s)
{
    static const struct { const char *word; int value; } table[] = {
        { "T", 1 }, { "TRUE", 1 }, { "对", 1 }, { "正确", 1 }, { "F", 0 }, { "FALSE", 0 }, { "错", 0 }, { "错误", 0 },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (s.n == strlen(table[i].word) && !strncasecmp(s.p, table[i].word, s.n))
            return table[i].value;
    return -1;
}

/* {T#said to those who were wrong#said to those who were right}; the options carry only that, their words are the screen's. */
static bool read_true_false(bool is_true, struct slice feedback, const char *lang, struct question *q, struct err *e)
{
    q->kind = QUESTION_TRUE_FALSE;
    q->answer_true = is_true;
    struct slice when_right, when_wrong = gift_trim(gift_cut(feedback, MARK_HASH, &when_right));
    if (when_right.p && gift_has(when_right, MARK_HASH))
        return err_set(e, ERR_INVALID, "true-false has at most two feedbacks: #for the wrong answer#for the right one");
    struct option *right = &q->option[is_true ? 0 : 1], *wrong = &q->option[is_true ? 1 : 0];
    memcpy(q->option[0].id, "true", 5);
    memcpy(q->option[1].id, "false", 6);
    right->weight = 1;
    q->option_count = 2;
    return gift_text(when_wrong, lang, &wrong->feedback, e) && gift_text(when_right, lang, &right->feedback, e);
}

/* ---- numbers ---- */

static bool number(struct slice s, double *out, struct err *e)
{
    char text[40], quote[GIFT_QUOTE], *end;
    s = gift_trim(s);
    if (s.n && s.n < sizeof text) {
        memcpy(text, s.p, s.n);
        text[s.n] = 0;
        *out = strtod(text, &end);
        if (!*end && text[strspn(text, "+-.0123456789eE")] == 0 && fabs(*out) <= 1e12)
            return true;
    }
    gift_quote(s, quote);
    return err_set(e, ERR_INVALID, "\"%s\" is not a number", quote);
}

static size_t find(struct slice s, const char *text)
{
    for (size_t i = 0; i + strlen(text) <= s.n; i++)
        if (next_is(skip(s, i), text))
            return i;
    return s.n;
}

/* "100..120", "5:0.5", "5" */
static bool range(struct slice s, double *min, double *max, struct err *e)
{
    size_t dots = find(s, ".."), wide = find(s, "："), colon = find(s, ":");
    double tolerance = 0;
    if (dots < s.n)
        return number((struct slice){ s.p, dots }, min, e) && number(skip(s, dots + 2), max, e) &&
               (*min <= *max || err_set(e, ERR_INVALID, "the range goes from %.10g down to %.10g", *min, *max));
    if (wide < s.n && !number(skip(s, wide + 3), &tolerance, e))
        return false;
    if (wide == s.n && colon < s.n && !number(skip(s, colon + 1), &tolerance, e))
        return false;
    if (tolerance < 0)
        return err_set(e, ERR_INVALID, "the tolerance %.10g is below nothing", tolerance);
    if (!number((struct slice){ s.p, wide < s.n ? wide : colon }, min, e))
        return false;
    *max = *min + tolerance;
    *min -= tolerance;
    return true;
}

static bool read_numeric(struct slice s, struct question *q, struct err *e)
{
    struct answer list[QUESTION_MAX_OPTIONS] = { { .equal = true, .weight = 1 } };
    int count = 1;
    q->kind = QUESTION_NUMERIC;
    list[0].text = gift_trim(s);
    if ((gift_has(s, MARK_EQUAL) || gift_has(s, MARK_TILDE)) && !split(s, list, &count, e))
        return false;
    if (count != 1 || !list[0].equal || list[0].weight < 1)
        return err_set(e, ERR_UNSUPPORTED, "a number question has one right number or range here, not several with percentages");
    if (list[0].feedback.p || gift_has(list[0].text, MARK_HASH))
        return err_set(e, ERR_UNSUPPORTED, "feedback to a number is written after ####, for every answer");
    return range(list[0].text, &q->min, &q->max, e);
}

/* ---- Moodle's order of decisions ---- */

bool gift_answer(struct slice s, int kind, const char *lang, struct question *q, struct err *e)
{
    struct slice feedback, first;
    s = gift_trim(s);
    if (!s.n)
        return err_set(e, ERR_UNSUPPORTED, "{} asks for an essay, which the terminal cannot mark");
    if (gift_is(s.p[0], MARK_HASH))
        return kind < 0 ? read_numeric(skip(s, 1), q, e) : err_set(e, ERR_INVALID, "kind=%s has lines that begin with =", question_kind_name((enum question_kind)kind));
    if (kind >= 0)
        return read_lines(s, (enum question_kind)kind, lang, q, e);
    if (gift_has(s, MARK_TILDE))
        return read_choice(s, lang, q, e);
    if (gift_has(s, MARK_EQUAL) && gift_has(s, MARK_ARROW))
        return read_matching(s, lang, q, e);
    first = gift_trim(gift_cut(s, MARK_HASH, &feedback));
    if (truth(first) >= 0)
        return read_true_false(truth(first), feedback, lang, q, e);
    return read_fill_in(s, lang, q, e);
}
