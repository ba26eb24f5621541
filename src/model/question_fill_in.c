/* question_fill_in.c - words typed in, and the answers an author accepts: the row of that kind, and part of question.h.
 *
 * Compared as base/collate.h folds them: width, case and spaces do not matter. As in Moodle a * in an accepted answer stands
 * for any words or none, and \* is a star. */
#include "base/collate.h"
#include "model/gift_parts.h"
#include "model/question_class.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The next piece of a pattern up to a star, unescaped, into `out` (RESPONSE_MAX). *rest is NULL after the last. */
static void next_piece(const char **rest, char *out)
{
    const char *p = *rest;
    size_t n = 0;
    for (; *p && *p != '*'; p++) {
        if (p[0] == '\\' && p[1] == '*')
            p++;
        if (n + 1 < RESPONSE_MAX)
            out[n++] = *p;
    }
    out[n] = 0;
    *rest = *p ? p + 1 : NULL;
}

static bool has_star(const char *pattern)
{
    char piece[RESPONSE_MAX];
    next_piece(&pattern, piece);
    return pattern != NULL;
}

/* Where the piece stands in `text`, at its end if `last`; NULL: nowhere. */
static const char *find_piece(const char *text, const char *piece, bool first, bool last)
{
    size_t n = strlen(text), len = strlen(piece);
    if (first && last)
        return strcmp(text, piece) ? NULL : text;
    if (first)
        return strncmp(text, piece, len) ? NULL : text;
    if (last)
        return n >= len && !strcmp(text + n - len, piece) ? text + n - len : NULL;
    return strstr(text, piece);
}

/* `text` is folded. The leftmost place for each piece between two stars is the best one. */
static bool matches(const char *pattern, const char *text)
{
    char piece[RESPONSE_MAX];
    struct str folded;
    bool ok = strlen(pattern) < RESPONSE_MAX;
    str_init(&folded, 0);
    for (bool first = true; ok && pattern; first = false) {
        next_piece(&pattern, piece);
        str_clear(&folded);
        const char *at = collate_fold(piece, &folded) ? find_piece(text, folded.data, first, !pattern) : NULL;
        ok = at != NULL;
        text = ok ? at + folded.len : text;
    }
    str_release(&folded);
    return ok;
}

int question_fill_in_match(const struct question *q, const char *response)
{
    int best = -1;
    struct str folded;
    str_init(&folded, 0);
    bool ok = collate_fold(response, &folded) && folded.len > 0;
    for (int i = 0; ok && i < q->option_count; i++)
        for (int k = 0; k < q->option[i].text.count; k++)
            if ((best < 0 || q->option[i].weight > q->option[best].weight) && matches(q->option[i].text.entry[k].text, folded.data))
                best = i;
    str_release(&folded);
    return best;
}

/* A pattern as a person would write it: stars left out, "\*" a star. */
static void plain(const char *pattern, char out[RESPONSE_MAX])
{
    char piece[RESPONSE_MAX];
    size_t n = 0;
    while (pattern) {
        next_piece(&pattern, piece);
        size_t len = strlen(piece);
        if (n + len + 1 > RESPONSE_MAX)
            break;
        memcpy(out + n, piece, len);
        n += len;
    }
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = 0;
}

/* Answers of full weight, with or without a star, in `lang` (NULL: any); the n-th of them. */
static bool nth(const struct question *q, int n, bool stars, const char *lang, char out[RESPONSE_MAX])
{
    for (int i = 0; i < q->option_count; i++)
        for (int k = 0; q->option[i].weight >= 1 && k < q->option[i].text.count; k++) {
            const struct lang_entry *entry = &q->option[i].text.entry[k];
            if ((lang && strcmp(entry->lang, lang) != 0) || has_star(entry->text) != stars || strlen(entry->text) >= RESPONSE_MAX)
                continue;
            plain(entry->text, out);
            if (*out && n-- == 0)
                return true;
        }
    return false;
}

bool question_accepted(const struct question *q, int n, const char *lang, char out[RESPONSE_MAX])
{
    char first[RESPONSE_MAX];
    bool stars = !nth(q, 0, false, lang, first);
    return nth(q, n, stars, lang, out);
}

bool question_wants_digits(const struct question *q)
{
    char text[RESPONSE_MAX];
    int n = 0;
    while (question_accepted(q, n, NULL, text)) {
        if (strspn(text, "0123456789") != strlen(text))
            return false;
        n++;
    }
    return n > 0;
}

/* --- the row --- */

/* An answer that can be given: whole marks, words besides stars, and short enough to be a response. */
static bool check(const struct question *q, const char *where, struct err *e)
{
    char text[RESPONSE_MAX];
    return question_accepted(q, 0, NULL, text) ||
           err_set(e, ERR_INVALID, "%s needs an accepted answer of weight 1, shorter than %d bytes", where, RESPONSE_MAX);
}

static bool claims(struct slice braces)
{
    (void)braces;
    return true;
}

/* Short answer: {=one =%50%partly} or, alone, {one}. A * in it stands for any words, as in Moodle; case never matters here. */
static bool from_gift(struct slice s, const char *lang, struct question *q, struct err *e)
{
    struct gift_line list[QUESTION_MAX_OPTIONS];
    char text[RESPONSE_MAX];
    int count = 1;
    if (gift_has(s, MARK_EQUAL) ? !gift_split(s, list, &count, e) : !gift_read_line(s, true, &list[0], e))
        return false;
    return gift_fill_options(list, count, "c", lang, q, e) &&
           (question_accepted(q, 0, NULL, text) ||
            err_set(e, ERR_INVALID, "a short answer needs one that is wholly right, shorter than %d bytes", RESPONSE_MAX));
}

static void correct(const struct question *q, char *out)
{
    if (!question_accepted(q, 0, NULL, out))
        out[0] = 0;
}

static double grade(const struct question *q, const char *response)
{
    int i = question_fill_in_match(q, response);
    return i < 0 ? 0 : fmin(fmax(q->option[i].weight, 0), 1);
}

static bool picked(const struct question *q, const char *pick, int option)
{
    return question_fill_in_match(q, pick) == option;
}

/* Not with the separators of the syntax: the text must come back from a statement as it was. */
static bool fits(const char *text)
{
    return strlen(text) < RESPONSE_MAX && utf8_valid(text, strlen(text)) && !strstr(text, "[,]");
}

static bool pattern(const struct question *q, int n, char *out)
{
    return question_accepted(q, n, NULL, out);
}

const struct question_class question_fill_in = {
    .name = "fill-in", .interaction = "fill-in", .check = check, .gift_claims = claims, .gift_read = from_gift, .correct = correct,
    .grade = grade, .picked = picked, .fits = fits, .pattern = pattern,
};
