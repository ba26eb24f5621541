/* quiz_true_false.c - true or false on the screen. A row of quiz_kind.h. */
#include "app/quiz/quiz_kind.h"
#include "app/quiz/quiz_view.h"
#include "base/i18n.h"
#include "ui/icons.h"

static const char *words(int option)
{
    return option == 0 ? tr("True") : tr("False");
}

/* Two big signs that need no reading. */
static void card(struct ui *ui, struct quiz_view *s, const struct question *q, int i)
{
    bool done = quiz_answered(s);
    enum ui_tone tone = quiz_option_tone(s, q, i);
    bool flat = done && s->app->text_percent > 100; /* leaves room for what is explained below */
    ui_column(ui, "option", .key = (uint32_t)i, .tone = tone, .role = done ? ROLE_TEXT : ROLE_CHOICE, .grow = 1, .gap = 12, .pad_y = 8, .row = flat,
              .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true, .selected = attempt_picked(&s->run->attempt, i), .name = quiz_option_text(q, i)) {
        ui_icon(ui, i == 0 ? ICON_CHECK_CIRCLE : ICON_CLOSE, flat ? 80 : 128, tone == TONE_STOP_SOFT ? INK_STOP : i == 0 || tone == TONE_GO_SOFT ? INK_GO : INK_SECOND);
        ui_label(ui, quiz_option_text(q, i), .font = FONT_TITLE, .align = ALIGN_CENTER, .max_lines = 2);
        if (ui_tapped(ui) && !done)
            quiz_tap(s, i);
    }
}

static void draw(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    quiz_option_grid(ui, s, q, 2, card);
}

const struct quiz_kind quiz_true_false = { .hint = TR_MARK("Choose one"), .draw = draw, .words = words };
