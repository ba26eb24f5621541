/* gift_answer.c - what stands in the braces of a GIFT question: which kind it is, and its answers. Part of gift.h. */
#include "model/gift_parts.h"
#include "model/question_class.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- pieces ---- */

bool gift_next_is(struct slice s, const char *text)
{
    return s.n >= strlen(text) && !memcmp(s.p, text, strlen(text));
}

struct slice gift_skip(struct slice s, size_t n)
{
    return (struct slice){ s.p + n, s.n - n };
}

/* "%50%" or "％50％" in front of an answer. What does not look like it is text, as Moodle has it. */
static bool percentage(struct slice *s, double *weight)
{
    struct slice p = *s;
    char digits[16];
    size_t n = 0, sign = gift_next_is(p, "％") ? 3 : gift_next_is(p, "%") ? 1 : 0;
    if (!sign)
        return false;
    p = gift_skip(p, sign);
    while (n < p.n && n + 1 < sizeof digits && strchr("-0123456789.", p.p[n]) && p.p[n]) {
        digits[n] = p.p[n];
        n++;
    }
    digits[n] = 0;
    p = gift_skip(p, n);
    char *end;
    double value = strtod(digits, &end);
    sign = gift_next_is(p, "％") ? 3 : gift_next_is(p, "%") ? 1 : 0;
    if (!n || *end || !sign)
        return false;
    *s = gift_skip(p, sign);
    *weight = value / 100;
    return true;
}

bool gift_read_line(struct slice s, bool equal, struct gift_line *a, struct err *e)
{
    *a = (struct gift_line){ .equal = equal, .weight = equal };
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
bool gift_split(struct slice s, struct gift_line list[QUESTION_MAX_OPTIONS], int *count, struct err *e)
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
        if (*count >= 0 && !gift_read_line(part, equal, &list[*count], e))
            return false;
        ++*count;
        equal = i < s.n && gift_is(s.p[i], MARK_EQUAL);
        from = i + 1;
    }
    return true;
}

bool gift_fill_option(struct option *o, const char *prefix, int number, const struct gift_line *a, const char *lang, struct err *e)
{
    snprintf(o->id, sizeof o->id, "%s%d", prefix, number);
    o->weight = a->weight;
    if (!a->text.n)
        return err_set(e, ERR_INVALID, "answer %d has no words", number);
    return gift_text(a->text, lang, &o->text, e) && gift_text(a->feedback, lang, &o->feedback, e) &&
           (o->text.count || err_set(e, ERR_INVALID, "answer %d has no words that can be seen", number));
}

bool gift_fill_options(const struct gift_line *list, int count, const char *prefix, const char *lang, struct question *q, struct err *e)
{
    for (int i = 0; i < count; i++) {
        q->option_count = i + 1;
        if (!gift_fill_option(&q->option[i], prefix, i + 1, &list[i], lang, e))
            return false;
    }
    return true;
}

bool gift_read_plain(struct slice s, const char *prefix, const char *lang, struct question *q, struct err *e)
{
    struct gift_line list[QUESTION_MAX_OPTIONS];
    const char *name = question_class_of(q->kind)->name;
    int count;
    if (gift_is(s.p[0], MARK_HASH))
        return err_set(e, ERR_INVALID, "kind=%s has lines that begin with =", name);
    if (!gift_split(s, list, &count, e))
        return false;
    for (int i = 0; i < count; i++) {
        if (!list[i].equal || list[i].weighted || gift_has(list[i].text, MARK_ARROW))
            return err_set(e, ERR_INVALID, "with kind=%s every line begins with = and has neither percentage nor arrow", name);
        list[i].weight = 0;
    }
    if (count < 2)
        return err_set(e, ERR_INVALID, "kind=%s needs two or more lines that begin with =", name);
    return gift_fill_options(list, count, prefix, lang, q, e);
}

/* ---- Moodle's order of decisions ---- */

bool gift_answer(struct slice s, int kind, const char *lang, struct question *q, struct err *e)
{
    s = gift_trim(s);
    if (!s.n)
        return err_set(e, ERR_UNSUPPORTED, "{} asks for an essay, which the terminal cannot mark");
    for (int k = 0; k < QUESTION_KIND_COUNT; k++) {
        const struct question_class *c = question_class_of((enum question_kind)k);
        if (kind >= 0 ? k != kind : !c->gift_claims || !c->gift_claims(s))
            continue;
        q->kind = (enum question_kind)k;
        return c->gift_read(s, lang, q, e);
    }
    return err_set(e, ERR_UNSUPPORTED, "no kind of question is written so");
}
