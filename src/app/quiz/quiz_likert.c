/* quiz_likert.c - an opinion on the screen: the scale in its own order. A row of quiz_kind.h. */
#include "app/quiz/quiz_kind.h"
#include "app/quiz/quiz_view.h"
#include "base/i18n.h"
#include "ui/icons.h"

static void card(struct ui *ui, struct quiz_view *s, const struct question *q, int place)
{
    quiz_option_card(ui, s, q, place, place, ICON_RADIO_BUTTON_UNCHECKED);
}

static void draw(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    int count = question_choices(q), columns = 1;
    if (count <= 3)
        columns = count;
    else if (count > 4)
        columns = 2;
    quiz_option_grid(ui, s, q, columns, card);
}

const struct quiz_kind quiz_likert = { .hint = TR_MARK("There is no right or wrong here"), .draw = draw };
