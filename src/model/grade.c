/* grade.c - responses in the xAPI interaction syntax (xAPI 1.0.3 Data §2.4.4.1): the right one, and the share of
 * points a given one earns. Part of question.h. */
#include "model/response.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append(char *out, size_t size, const char *separator, const char *text)
{
    size_t n = strlen(out);
    snprintf(out + n, size - n, "%s%s", n ? separator : "", text);
}

static void range(const struct question *q, char *out, size_t size)
{
    char min[40] = "", max[40] = "";
    if (isfinite(q->min))
        snprintf(min, sizeof min, "%.10g", q->min);
    if (isfinite(q->max))
        snprintf(max, sizeof max, "%.10g", q->max);
    snprintf(out, size, "%s[:]%s", min, max);
}

/* All that earn points where several may be marked, else the one that earns most. */
static void choices(const struct question *q, char *out, size_t size)
{
    int best = 0;
    for (int i = 0; i < q->option_count; i++) {
        if (q->multiple && q->option[i].weight > 0)
            append(out, size, "[,]", q->option[i].id);
        best = q->option[i].weight > q->option[best].weight ? i : best;
    }
    if (!q->multiple && q->option_count)
        append(out, size, "", q->option[best].id);
}

void question_correct_response(const struct question *q, char *out, size_t size)
{
    char pair[40], text[RESPONSE_MAX];
    out[0] = 0;
    switch (q->kind) {
    case QUESTION_TRUE_FALSE: snprintf(out, size, "%s", q->answer_true ? "true" : "false"); break;
    case QUESTION_NUMERIC: range(q, out, size); break;
    case QUESTION_SEQUENCING:
        for (int i = 0; i < q->option_count; i++)
            append(out, size, "[,]", q->option[i].id);
        break;
    case QUESTION_MATCHING:
        for (int i = 0; i < q->option_count; i++) {
            snprintf(pair, sizeof pair, "%s[.]%s", q->option[i].id, q->target[i].id);
            append(out, size, "[,]", pair);
        }
        break;
    case QUESTION_CHOICE: choices(q, out, size); break;
    case QUESTION_FILL_IN:
        if (question_accepted(q, 0, NULL, text))
            append(out, size, "", text);
        break;
    default: break;
    }
}

static double grade_choice(const struct question *q, const char *response)
{
    int index[QUESTION_MAX_OPTIONS], n = response_list(q, response, index);
    double got = 0, whole = 0;
    int right = 0;
    if (n < 1 || (!q->multiple && n != 1))
        return -1;
    for (int i = 0; i < q->option_count; i++)
        if (q->option[i].weight > 0) {
            whole = q->multiple ? whole + q->option[i].weight : fmax(whole, q->option[i].weight);
            right++;
        }
    bool penalised = false;
    for (int i = 0; i < q->option_count; i++)
        penalised |= q->option[i].weight < 0;
    for (int i = 0; i < n; i++) {
        double w = q->option[index[i]].weight;
        /* Marking everything must not earn everything: a wrong mark costs as much as one right one gives,
         * unless the author said what it costs. */
        got += w != 0 || penalised || !q->multiple ? w : -whole / right;
    }
    double share = whole > 0 ? got / whole : 0;
    return share < 0 ? 0 : share > 1 ? 1 : share > 0.999 ? 1 : share;
}

static double grade_sequence(const struct question *q, const char *response)
{
    int index[QUESTION_MAX_OPTIONS], n = response_list(q, response, index);
    if (n != q->option_count)
        return -1;
    for (int i = 0; i < n; i++)
        if (index[i] != i)
            return 0;
    return 1;
}

static double grade_matching(const struct question *q, const char *response)
{
    int target[QUESTION_MAX_OPTIONS], right = 0;
    if (response_pairs(q, response, target) < 1)
        return -1;
    for (int i = 0; i < q->option_count; i++)
        right += target[i] == i;
    return (double)right / q->option_count;
}

static double grade_numeric(const struct question *q, const char *response)
{
    char *end;
    if (strlen(response) > 32 || strspn(response, "0123456789.-+eE") != strlen(response))
        return -1;
    double n = strtod(response, &end);
    if (end == response || *end || !isfinite(n))
        return -1;
    return n >= q->min && n <= q->max;
}

static double grade_fill_in(const struct question *q, const char *response)
{
    int i = question_fill_in_match(q, response);
    return i < 0 ? 0 : fmin(fmax(q->option[i].weight, 0), 1);
}

double question_grade(const struct question *q, const char *response)
{
    int index[QUESTION_MAX_OPTIONS];
    size_t len = strlen(response);
    if (!len || len >= RESPONSE_MAX || !utf8_valid(response, len))
        return -1;
    switch (q->kind) {
    case QUESTION_TRUE_FALSE:
        if (strcmp(response, "true") && strcmp(response, "false"))
            return -1;
        return (response[0] == 't') == q->answer_true;
    case QUESTION_CHOICE: return grade_choice(q, response);
    case QUESTION_SEQUENCING: return grade_sequence(q, response);
    case QUESTION_MATCHING: return grade_matching(q, response);
    case QUESTION_NUMERIC: return grade_numeric(q, response);
    case QUESTION_LIKERT: return response_list(q, response, index) == 1 ? 1 : -1;
    case QUESTION_FILL_IN: return grade_fill_in(q, response);
    default: return -1;
    }
}
