/* quiz_choice.c - a choice on the screen: two columns, as the eye expects where there are few short options. A row of quiz_kind.h. */
#include "app/quiz/quiz_kind.h"
#include "app/quiz/quiz_view.h"
#include "base/i18n.h"
#include "ui/icons.h"

static void card(struct ui *ui, struct quiz_view *s, const struct question *q, int place)
{
    quiz_option_card(ui, s, q, s->order[place], place, q->multiple ? ICON_CHECK_BOX_OUTLINE_BLANK : 0);
}

static void draw(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    quiz_option_grid(ui, s, q, 2, card);
}

const struct quiz_kind quiz_choice = { .hint = TR_MARK("Choose one"), .hint_many = TR_MARK("More than one may be right"), .draw = draw };
