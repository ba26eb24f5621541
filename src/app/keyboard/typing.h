/* typing.h - the text of a keyboard: what was typed, up to its limit, and the lines of it that can be seen. Pure. */
#ifndef WEIKE_APP_KEYBOARD_TYPING_H
#define WEIKE_APP_KEYBOARD_TYPING_H
#include "base/str.h"

struct typing {
    struct str text;     /* UTF-8 */
    int chars, max_chars; /* code points */
};
void typing_init(struct typing *t, const char *text, int max_chars); /* what does not fit is cut, bad UTF-8 is left out */
void typing_release(struct typing *t);
bool typing_add(struct typing *t, const char *utf8); /* all of it or nothing; false: no room */
bool typing_add_char(struct typing *t, uint32_t c);
bool typing_rub(struct typing *t);                   /* the last character; false: there is none */
void typing_trimmed(const struct typing *t, struct str *out); /* appended: without spaces at both ends */
/* The end of `text` that fills at most `lines` lines of `per_line` ideographs, with an ellipsis where something is left out. */
void typing_tail(const char *text, int per_line, int lines, struct str *out);
/* The key a US keyboard gives with Shift. */
uint32_t typing_shifted(uint32_t c);
#endif
