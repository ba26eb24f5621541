/* question_numeric.c - a number typed in, right within a range. A row of question_class.h. */
#include "base/json.h"
#include "model/gift_parts.h"
#include "model/question_class.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 32 };
static const char number_signs[] = "0123456789.-+eE";

/* --- questions file --- */

static const char *const keys[] = { "min", "max", NULL };

static bool parse(const json_t *o, const char *where, struct question *q, struct err *e)
{
    return json_get_num_or(o, where, "min", -1e15, 1e15, -HUGE_VAL, &q->min, e) &&
           json_get_num_or(o, where, "max", -1e15, 1e15, HUGE_VAL, &q->max, e);
}

static void put_keys(json_t *o, const struct question *q)
{
    if (isfinite(q->min))
        json_object_set_new(o, "min", json_real(q->min));
    if (isfinite(q->max))
        json_object_set_new(o, "max", json_real(q->max));
}

static bool check(const struct question *q, const char *where, struct err *e)
{
    if (!(q->min <= q->max))
        return err_set(e, ERR_INVALID, "%s: \"min\" is above \"max\"", where);
    return isfinite(q->min) || isfinite(q->max) ||
           err_set(e, ERR_INVALID, "%s needs \"min\" or \"max\", else any number is right", where);
}

/* --- GIFT --- */

static bool claims(struct slice braces)
{
    return gift_is(braces.p[0], MARK_HASH);
}

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
        if (gift_next_is(gift_skip(s, i), text))
            return i;
    return s.n;
}

/* "100..120", "5:0.5", "5" */
static bool range(struct slice s, double *min, double *max, struct err *e)
{
    size_t dots = find(s, ".."), wide = find(s, "："), colon = find(s, ":");
    double tolerance = 0;
    if (dots < s.n)
        return number((struct slice){ s.p, dots }, min, e) && number(gift_skip(s, dots + 2), max, e) &&
               (*min <= *max || err_set(e, ERR_INVALID, "the range goes from %.10g down to %.10g", *min, *max));
    if (wide < s.n && !number(gift_skip(s, wide + 3), &tolerance, e))
        return false;
    if (wide == s.n && colon < s.n && !number(gift_skip(s, colon + 1), &tolerance, e))
        return false;
    if (tolerance < 0)
        return err_set(e, ERR_INVALID, "the tolerance %.10g is below nothing", tolerance);
    if (!number((struct slice){ s.p, wide < s.n ? wide : colon }, min, e))
        return false;
    *max = *min + tolerance;
    *min -= tolerance;
    return true;
}

static bool from_gift(struct slice s, const char *lang, struct question *q, struct err *e)
{
    struct gift_line list[QUESTION_MAX_OPTIONS] = { { .equal = true, .weight = 1 } };
    int count = 1;
    (void)lang;
    s = gift_skip(s, 1);
    list[0].text = gift_trim(s);
    if ((gift_has(s, MARK_EQUAL) || gift_has(s, MARK_TILDE)) && !gift_split(s, list, &count, e))
        return false;
    if (count != 1 || !list[0].equal || list[0].weight < 1)
        return err_set(e, ERR_UNSUPPORTED, "a number question has one right number or range here, not several with percentages");
    if (list[0].feedback.p || gift_has(list[0].text, MARK_HASH))
        return err_set(e, ERR_UNSUPPORTED, "feedback to a number is written after ####, for every answer");
    return range(list[0].text, &q->min, &q->max, e);
}

/* --- answers --- */

static void correct(const struct question *q, char *out)
{
    char min[40] = "", max[40] = "";
    if (isfinite(q->min))
        snprintf(min, sizeof min, "%.10g", q->min);
    if (isfinite(q->max))
        snprintf(max, sizeof max, "%.10g", q->max);
    snprintf(out, RESPONSE_MAX, "%s[:]%s", min, max);
}

/* The beginning of a number too: it is typed sign by sign. */
static bool fits(const char *text)
{
    return strlen(text) <= NUMBER_MAX && text[strspn(text, number_signs)] == 0;
}

static double grade(const struct question *q, const char *response)
{
    char *end;
    if (!fits(response))
        return -1;
    double n = strtod(response, &end);
    if (end == response || *end || !isfinite(n))
        return -1;
    return n >= q->min && n <= q->max;
}

const struct question_class question_numeric = {
    .name = "numeric", .interaction = "numeric", .keys = keys, .parse = parse, .write = put_keys, .check = check, .gift_claims = claims,
    .gift_read = from_gift, .correct = correct, .grade = grade, .fits = fits,
};
