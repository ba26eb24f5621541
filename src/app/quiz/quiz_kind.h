/* quiz_kind.h - a kind of question on the screen: its row, in quiz_KIND.c, and what several kinds draw alike (quiz_options.c).
 * What a kind means is in model/question_class.h. What is read aloud are the boxes that are drawn. UI thread. */
#ifndef WEIKE_APP_QUIZ_QUIZ_KIND_H
#define WEIKE_APP_QUIZ_QUIZ_KIND_H
#include "model/question_class.h"
#include "ui/ui.h"

struct quiz_view;

struct quiz_kind {
    const char *hint;      /* TR_MARK: below the prompt, what to do */
    const char *hint_many; /* the same where more than one may be right; NULL: `hint` */
    /* The options, and what a tap on them does (quiz_tap, quiz_match, quiz_enter_text); once answered, what was right. */
    void (*draw)(struct ui *ui, struct quiz_view *s, const struct question *q);
    const char *(*words)(int option); /* of an option to which the author gave none; NULL: all have some */
    /* Before a meeting: the right answer, of a kind whose options cannot be tapped one by one (no `tap` in its class). */
    void (*tell)(struct ui *ui, const struct question *q);
};
const struct quiz_kind *quiz_kind_of(const struct question *q);
void quiz_options_draw(struct ui *ui, struct quiz_view *s, const struct question *q); /* of the current question */
const char *quiz_hint(const struct question *q);
const char *quiz_option_text(const struct question *q, int option); /* until the language changes */

/* --- for the rows --- */
bool quiz_answered(struct quiz_view *s);
enum ui_tone quiz_option_tone(struct quiz_view *s, const struct question *q, int option);
void quiz_badge_text(struct ui *ui, enum ui_tone tone, const char *text);
/* An option with a square in front: a tick once chosen, a cross when it was wrong, the rank in an order; else the icon
 * `blank`, or the letter of its place if that is 0. */
void quiz_option_card(struct ui *ui, struct quiz_view *s, const struct question *q, int option, int place, uint32_t blank);
/* question_choices(q) cards; `card` draws the one that stands at `place`. */
void quiz_option_grid(struct ui *ui, struct quiz_view *s, const struct question *q, int columns,
                      void (*card)(struct ui *ui, struct quiz_view *s, const struct question *q, int place));

#define QUIZ_ROW(NAME, name) extern const struct quiz_kind quiz_##name;
QUESTION_KINDS(QUIZ_ROW)
#undef QUIZ_ROW
#endif
