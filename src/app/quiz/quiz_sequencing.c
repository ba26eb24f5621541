/* quiz_sequencing.c - steps to be put into order on the screen: a list. A row of quiz_kind.h. */
#include "app/quiz/quiz_kind.h"
#include "app/quiz/quiz_view.h"
#include "base/i18n.h"
#include "ui/icons.h"

static void card(struct ui *ui, struct quiz_view *s, const struct question *q, int place)
{
    quiz_option_card(ui, s, q, s->order[place], place, ICON_RADIO_BUTTON_UNCHECKED);
}

static void draw(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    quiz_option_grid(ui, s, q, question_choices(q) > 4 ? 2 : 1, card);
}

const struct quiz_kind quiz_sequencing = { .hint = TR_MARK("Tap them in the right order"), .draw = draw };
