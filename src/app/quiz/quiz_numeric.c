/* quiz_numeric.c - a number on the screen, tapped sign by sign. A row of quiz_kind.h. */
#include "app/quiz/quiz_kind.h"
#include "app/quiz/quiz_view.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void type_number(struct quiz_view *s, const char *key)
{
    char text[24];
    snprintf(text, sizeof text, "%s", attempt_item(&s->run->attempt)->pick);
    size_t n = strlen(text);
    if (!strcmp(key, "<")) {
        if (n)
            text[n - 1] = 0;
    } else if (!strcmp(key, "-")) {
        if (!n)
            memcpy(text, "-", 2);
    } else if (n < 8 && !(key[0] == '.' && (!n || strchr(text, '.')))) {
        memcpy(text + n, key, 2);
    }
    quiz_enter_text(s, text);
}

static void number_key(struct ui *ui, struct quiz_view *s, const char *key)
{
    bool done = quiz_answered(s);
    bool tapped = *key == '<' ? ui_icon_button(ui, ICON_BACKSPACE, "", .name = tr("Rub out"), .tone = TONE_SAND, .grow = 1, .row = true, .min_h = 100, .repeats = true, .disabled = done)
                              : ui_button(ui, key, .tone = TONE_CARD, .font = FONT_HEADING, .grow = 1, .min_h = 100, .repeats = true, .disabled = done);
    if (tapped)
        type_number(s, key);
}

static void draw(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    static const char *const rows[4][3] = { { "1", "2", "3" }, { "4", "5", "6" }, { "7", "8", "9" }, { ".", "0", "<" } };
    const struct attempt_item *it = attempt_item(&s->run->attempt);
    enum ui_tone tone = it->verdict == VERDICT_NONE ? TONE_CARD : it->verdict == VERDICT_RIGHT ? TONE_GO_SOFT : TONE_STOP_SOFT;
    ui_row(ui, "numeric", .gap = 64, .grow = 1, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_column(ui, "left", .grow = 1, .gap = 20) {
            ui_column(ui, "number", .tone = tone, .h = 220, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true)
                ui_label(ui, it->pick[0] ? it->pick : "?", .font = FONT_NUMBER);
            if (q->min < 0 && isfinite(q->min)) /* below zero only where an answer may lie there */
                number_key(ui, s, "-");
        }
        ui_column(ui, "pad", .gap = 16, .w = 760)
            for (int r = 0; r < 4; r++)
                ui_row(ui, "keys", .key = (uint32_t)r, .gap = 16)
                    for (int c = 0; c < 3; c++)
                        number_key(ui, s, rows[r][c]);
    }
}

static void tell(struct ui *ui, const struct question *q)
{
    ui_label(ui, q->min == q->max ? ui_fmt(ui, "%g", q->min) : ui_fmt(ui, "%g – %g", q->min, q->max), .font = FONT_NUMBER, .ink = INK_GO,
             .align = ALIGN_CENTER);
}

const struct quiz_kind quiz_numeric = { .hint = TR_MARK("Tap the number"), .draw = draw, .tell = tell };
