/* gift_parts.h - between the halves of the GIFT reader: gift.c cuts a file into questions, gift_answer.c asks the kinds
 * (question_KIND.c) what stands in braces and helps them to read it. Private to model/.
 *
 * First of all every sign that means something is turned into a mark (a control byte, which no text may hold), so that
 * from then on an escaped sign is only a letter. A full-width sign gives the same mark with MARK_WIDE set. */
#ifndef WEIKE_MODEL_GIFT_PARTS_H
#define WEIKE_MODEL_GIFT_PARTS_H
#include "model/gift.h"

enum {
    MARK_OPEN = 0x10, MARK_CLOSE, MARK_TILDE, MARK_EQUAL, MARK_HASH, MARK_ARROW, MARK_NAME, /* { } ~ = # -> :: */
    MARK_WIDE = 0x08
};

struct slice { const char *p; size_t n; }; /* of marked text; borrowed */

/* Signs become marks: before the braces only { } and ::, in them { } ~ = # ->, after them only { }. */
void gift_mark(const char *raw, struct str *out);
bool gift_is(char c, int mark);
struct slice gift_trim(struct slice s);
/* Cuts `s` at the first `mark`: what is before it is returned, `rest` is behind it (p NULL: there is none). */
struct slice gift_cut(struct slice s, int mark, struct slice *rest);
bool gift_has(struct slice s, int mark);
enum { GIFT_QUOTE = 64 };
void gift_quote(struct slice s, char out[GIFT_QUOTE]); /* its beginning as the author wrote it, for a message */
/* The text for people: marks are signs again, lines joined, invisible characters gone. Adds it to `out` under `lang`;
 * nothing for an empty one. */
bool gift_text(struct slice s, const char *lang, struct lang_text *out, struct err *e) MUST_CHECK;

/* What the braces hold, the general feedback taken off. `kind`: where the author said so, else -1. Fills kind and answers
 * of `q`. */
bool gift_answer(struct slice braces, int kind, const char *lang, struct question *q, struct err *e) MUST_CHECK;

/* --- for the kinds --- */

/* One "=right#feedback" or "~%50%partly#feedback". */
struct gift_line {
    bool equal;        /* began with = */
    bool weighted;     /* with a percentage */
    double weight;     /* -1..1 */
    struct slice text, feedback;
};
bool gift_next_is(struct slice s, const char *text);
struct slice gift_skip(struct slice s, size_t n);
bool gift_read_line(struct slice s, bool equal, struct gift_line *out, struct err *e) MUST_CHECK;
/* Cuts at each = and ~. False with the error set if there are too many, or words before the first. */
bool gift_split(struct slice s, struct gift_line list[QUESTION_MAX_OPTIONS], int *count, struct err *e) MUST_CHECK;
bool gift_fill_option(struct option *o, const char *prefix, int number, const struct gift_line *line, const char *lang, struct err *e) MUST_CHECK;
bool gift_fill_options(const struct gift_line *list, int count, const char *prefix, const char *lang, struct question *q, struct err *e) MUST_CHECK;
/* Of a kind that the author named: plain lines that begin with =. */
bool gift_read_plain(struct slice s, const char *prefix, const char *lang, struct question *q, struct err *e) MUST_CHECK;
#endif
