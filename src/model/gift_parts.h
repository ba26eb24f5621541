/* gift_parts.h - between the two halves of the GIFT reader: gift.c cuts a file into questions, gift_answer.c reads what
 * stands in braces. Private to model/.
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

/* What the braces hold, the general feedback taken off. `kind`: QUESTION_SEQUENCING or QUESTION_LIKERT where the author said
 * so, else -1. Fills kind and answers of `q`. */
bool gift_answer(struct slice braces, int kind, const char *lang, struct question *q, struct err *e) MUST_CHECK;
#endif
