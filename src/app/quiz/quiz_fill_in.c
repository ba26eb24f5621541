/* Words on the screen: the field with what is written so far, the keyboard over the whole screen while it is
 * wanted, and a way on for who cannot write it. A row of quiz_kind.h. */
#include "app/quiz/quiz_fill_in.h"
#include "app/shared/chrome.h"
#include "app/keyboard/keyboard.h"
#include "app/quiz/quiz_kind.h"
#include "app/quiz/quiz_view.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <string.h>

enum { ANSWER_CHARS = 60 };
static const char unknown[] = "?"; /* the response of "I do not know"; see content/FORMAT.md */

static void open_keyboard(struct quiz_view *s, const struct question *q)
{
    const char *pick = attempt_item(&s->run->attempt)->pick;
    s->keyboard = keyboard_open(s->app, &(struct keyboard_opts){
        .title = lang_text_get(&q->prompt, i18n_lang()), .max_chars = ANSWER_CHARS, .only_digits = question_wants_digits(q), .may_be_empty = true,
        .one_line = true }, pick);
}

void quiz_write_close(struct quiz_view *s)
{
    keyboard_close(s->keyboard);
    s->keyboard = NULL;
}

bool quiz_write_draw(struct ui *ui, struct quiz_view *s)
{
    if (!s->keyboard)
        return false;
    bool done = false, back = false;
    chrome_screen(ui, "write") {
        chrome_header(ui, s->app, NULL, NULL);
        done = keyboard_draw(ui, s->keyboard) == KEYBOARD_DONE;
        back = chrome_footer(ui, s->app, tr("Tap the signs one by one, then \"Done\".\n\"Back\" leaves your answer as it was."), NULL, NULL);
    }
    if (done)
        quiz_enter_text(s, keyboard_text(s->keyboard));
    if (done || back) {
        quiz_write_close(s);
        ui_request_frame(ui);
    }
    return true;
}

void quiz_write_tick(void *screen, int64_t boot_ms)
{
    keyboard_tick(((struct quiz_view *)screen)->keyboard, boot_ms);
}

int quiz_write_due_ms(void *screen, int64_t boot_ms)
{
    return keyboard_due_ms(((struct quiz_view *)screen)->keyboard, boot_ms);
}

/* ---- the field ---- */

static void not_known(struct quiz_view *s)
{
    quiz_enter_text(s, unknown);
    quiz_answer(s);
}

static void field(struct ui *ui, struct quiz_view *s, const struct question *q, const char *text)
{
    ui_row(ui, "field", .tone = TONE_CARD, .role = ROLE_BUTTON, .grow = 1, .min_h = 160, .pad_x = 44, .pad_y = 24, .gap = 32, .align = ALIGN_CENTER, .stretch_off = true,
           .name = *text ? text : tr("Tap here and write")) {
        ui_icon(ui, question_wants_digits(q) ? ICON_KEYBOARD : ICON_EDIT, 72, INK_GO);
        ui_label(ui, *text ? text : tr("Tap here and write"), .font = *text ? FONT_TITLE : FONT_HEADING, .ink = *text ? INK_MAIN : INK_SECOND, .grow = 1,
                 .max_lines = 2);
        if (ui_tapped(ui))
            open_keyboard(s, q);
    }
    ui_row(ui, "unknown", .justify = ALIGN_START)
        if (ui_icon_button(ui, ICON_HELP_OUTLINE, tr("I do not know"), .tone = TONE_SAND, .h = 104, .min_w = 400, .row = true))
            not_known(s);
}

static void line(struct ui *ui, const char *id, enum ui_tone tone, uint32_t icon, enum ui_ink ink, const char *label, const char *text)
{
    ui_row(ui, id, .tone = tone, .grow = 1, .min_h = 110, .pad_x = 44, .pad_y = 16, .gap = 32, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, icon, 64, ink);
        ui_column(ui, "words", .grow = 1) {
            ui_label(ui, label, .font = FONT_NOTE, .ink = INK_SECOND);
            ui_label(ui, text, .font = FONT_HEADING, .max_lines = 2);
        }
    }
}

/* As its reader would write it. */
static bool accepted(const struct question *q, char out[RESPONSE_MAX])
{
    return question_accepted(q, 0, i18n_lang(), out) || question_accepted(q, 0, NULL, out);
}

static void draw(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    const struct attempt_item *it = attempt_item(&s->run->attempt);
    char right[RESPONSE_MAX];
    bool good = it->verdict == VERDICT_RIGHT, skipped = !strcmp(it->pick, unknown);
    ui_column(ui, "fill-in", .gap = 28, .grow = 1) {
        if (it->verdict == VERDICT_NONE) {
            field(ui, s, q, skipped ? "" : it->pick);
        } else {
            if (!skipped)
                line(ui, "mine", good ? TONE_GO_SOFT : TONE_STOP_SOFT, good ? ICON_CHECK : ICON_CLOSE, good ? INK_GO : INK_STOP, tr("You wrote"),
                     it->pick);
            if (!good && accepted(q, right))
                line(ui, "right", TONE_GO_SOFT, ICON_CHECK, INK_GO, tr("Right would be"), ui_fmt(ui, "%s", right));
        }
    }
}

static void tell(struct ui *ui, const struct question *q)
{
    char words[RESPONSE_MAX];
    if (accepted(q, words))
        ui_label(ui, ui_fmt(ui, "%s", words), .font = FONT_TITLE, .ink = INK_GO, .align = ALIGN_CENTER);
}

const struct quiz_kind quiz_fill_in = { .hint = TR_MARK("Write it in a few words"), .draw = draw, .tell = tell };
