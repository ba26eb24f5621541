/* keyboard.h - a keyboard on the screen for whoever wants to write: pinyin (librime in a process of its own), English,
 * digits. UI thread only.
 *
 * A screen opens one, draws it in place of its own body until it answers, reads the text and closes it:
 *
 *     s->keyboard = keyboard_open(app, &(struct keyboard_opts){ .title = tr("Your words") }, old_text);
 *     … in draw, below chrome_header:  switch (keyboard_draw(ui, s->keyboard)) {
 *            case KEYBOARD_DONE: use(keyboard_text(s->keyboard)); … keyboard_close(s->keyboard); s->keyboard = NULL;
 *     … in tick: keyboard_tick(s->keyboard, boot_ms);   in due_ms: keyboard_due_ms(s->keyboard, boot_ms)
 *
 * The footer's Back stands for "cancel" while it is open: the screen closes the keyboard without using the text.
 * It needs a body of 1625 x 690 units (what chrome leaves of 1725 x 970) and uses what it gets. A physical keyboard types
 * into it too. Nothing typed is learned or kept: the terminal is everybody's. Where librime is missing or fails, the pinyin key
 * says so in one sentence and English and digits still work. */
#ifndef WEIKE_APP_KEYBOARD_KEYBOARD_H
#define WEIKE_APP_KEYBOARD_KEYBOARD_H
#include "app/core/app.h"

enum keyboard_mode { KEYBOARD_AUTO /* pinyin on a Chinese screen, else English */, KEYBOARD_PINYIN, KEYBOARD_ENGLISH, KEYBOARD_DIGITS };
enum { KEYBOARD_MAX_CHARS = 1000 };

struct keyboard_opts {
    const char *title;        /* what is asked for; one or two lines; copied */
    const char *hint;         /* grey while the field is empty; NULL: none; copied */
    int max_chars;            /* code points; 0: 300 */
    enum keyboard_mode mode;  /* it opens with */
    bool only_digits;         /* numbers: one page of big digits, point and minus */
    bool may_be_empty;        /* "Done" works without any text */
    bool one_line;            /* Enter on a real keyboard means "Done", not a new line */
};

enum keyboard_answer { KEYBOARD_TYPING, KEYBOARD_DONE };

struct keyboard;
struct keyboard *keyboard_open(struct app *app, const struct keyboard_opts *o, const char *text); /* `text`: to begin with; NULL: "" */
void keyboard_close(struct keyboard *k);                      /* NULL is fine */
enum keyboard_answer keyboard_draw(struct ui *ui, struct keyboard *k); /* a growing column */
void keyboard_tick(struct keyboard *k, int64_t boot_ms);      /* candidates that have come, a held delete key; NULL is fine */
int keyboard_due_ms(const struct keyboard *k, int64_t boot_ms); /* -1: nothing; NULL is fine */
const char *keyboard_text(const struct keyboard *k);          /* UTF-8, trimmed of spaces at both ends; until the next draw */
#endif
