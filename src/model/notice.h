/* notice.h - a notice of the board: a package of a text that holds from one day to another. Pure.
 *
 * Its picture is the poster of the head, its category that of the head. Days are those of the calendar where it hangs. */
#ifndef WEIKE_MODEL_NOTICE_H
#define WEIKE_MODEL_NOTICE_H
#include "model/package.h"

#include <limits.h>

enum { NOTICE_TEXT_MAX = 16 << 10 /* bytes, in each language */, NOTICE_LANGS_MAX = 24 };
enum { NOTICE_ALWAYS = INT_MAX }; /* until_day of a notice without an end */

struct notice {
    struct package_head head;
    int from_day, until_day; /* days since 1970-01-01, both included; from_day <= until_day */
    struct lang_text text;   /* Markdown, the part that markdown.h knows */
};
extern const struct package_kind notice_kind;

/* What a manifest and notice.json say alike: "from", "until". ERR_INVALID names the key. */
bool notice_days_parse(const json_t *o, int *from_day, int *until_day, struct err *e) MUST_CHECK;
/* A language map of Markdown; its lines stay, characters that nobody can see go. At least one text, none of them empty. */
bool notice_text_parse(const json_t *map, struct lang_text *out, struct err *e) MUST_CHECK;
#endif
