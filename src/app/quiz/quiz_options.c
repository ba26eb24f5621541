/* quiz_options.c - the options of a question by kind: tap to choose, tap in order, tap left then right, number pad. */
#include "app/quiz/quiz_view.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool answered(struct quiz_view *s)
{
    return attempt_item(&s->attempt)->verdict != VERDICT_NONE;
}

static bool option_right(const struct question *q, int i)
{
    if (q->kind == QUESTION_TRUE_FALSE)
        return (i == 0) == q->answer_true;
    return q->kind == QUESTION_CHOICE && q->option[i].weight > 0;
}

static enum ui_tone option_tone(struct quiz_view *s, const struct question *q, int i)
{
    bool picked = attempt_picked(&s->attempt, i);
    if (!answered(s) || question_is_survey(q))
        return picked ? TONE_GO_SOFT : TONE_CARD;
    if (q->kind == QUESTION_SEQUENCING)
        return attempt_rank(&s->attempt, i) == i ? TONE_GO_SOFT : TONE_STOP_SOFT;
    if (option_right(q, i)) /* right, but not marked: shown, and told apart from what was marked */
        return picked || !q->multiple ? TONE_GO_SOFT : TONE_GO_OUTLINE;
    return picked ? TONE_STOP_SOFT : TONE_CARD;
}

static void badge_icon(struct ui *ui, enum ui_tone tone, uint32_t icon)
{
    ui_column(ui, "badge", .w = 88, .h = 88, .radius = 24, .tone = tone, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true)
        ui_icon(ui, icon, 56, tone == TONE_SAND ? INK_SECOND : INK_WHITE);
}

static void badge_text(struct ui *ui, enum ui_tone tone, const char *text)
{
    ui_column(ui, "badge", .w = 88, .h = 88, .radius = 24, .tone = tone, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true)
        ui_label(ui, text, .font = FONT_HEADING, .silent = true);
}

/* The square in front: a letter, a tick once chosen, a cross when it was wrong, the rank in an order. */
static void badge(struct ui *ui, struct quiz_view *s, const struct question *q, int i, int place)
{
    enum ui_tone tone = option_tone(s, q, i);
    int rank = q->kind == QUESTION_SEQUENCING ? attempt_rank(&s->attempt, i) : -1;
    if (rank >= 0)
        badge_text(ui, tone == TONE_STOP_SOFT ? TONE_STOP : TONE_GO, ui_fmt(ui, "%d", rank + 1));
    else if (tone == TONE_GO_SOFT)
        badge_icon(ui, TONE_GO, ICON_CHECK);
    else if (tone == TONE_STOP_SOFT)
        badge_icon(ui, TONE_STOP, ICON_CLOSE);
    else if (q->kind == QUESTION_CHOICE && !q->multiple)
        badge_text(ui, TONE_SAND, ui_fmt(ui, "%c", 'A' + place));
    else
        badge_icon(ui, TONE_SAND, q->kind == QUESTION_CHOICE ? ICON_CHECK_BOX_OUTLINE_BLANK : ICON_RADIO_BUTTON_UNCHECKED);
}

static const char *option_text(const struct question *q, int i)
{
    const char *text = i < q->option_count ? lang_text_get(&q->option[i].text, i18n_lang()) : "";
    if (*text || q->kind != QUESTION_TRUE_FALSE)
        return text;
    return i == 0 ? tr("True") : tr("False");
}

/* True or false: two big signs that need no reading. */
static void true_false_card(struct ui *ui, struct quiz_view *s, const struct question *q, int i)
{
    bool done = answered(s);
    enum ui_tone tone = option_tone(s, q, i);
    bool flat = done && s->app->text_percent > 100; /* leaves room for what is explained below */
    ui_column(ui, "option", .key = (uint32_t)i, .tone = tone, .role = done ? ROLE_TEXT : ROLE_CHOICE, .grow = 1, .gap = 12, .pad_y = 8, .row = flat,
              .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true, .selected = attempt_picked(&s->attempt, i), .name = option_text(q, i)) {
        ui_icon(ui, i == 0 ? ICON_CHECK_CIRCLE : ICON_CLOSE, flat ? 80 : 128, tone == TONE_STOP_SOFT ? INK_STOP : i == 0 || tone == TONE_GO_SOFT ? INK_GO : INK_SECOND);
        ui_label(ui, option_text(q, i), .font = FONT_TITLE, .align = ALIGN_CENTER, .max_lines = 2);
        if (ui_tapped(ui) && !done)
            quiz_tap(s, i);
    }
}

static void option_card(struct ui *ui, struct quiz_view *s, const struct question *q, int i, int place)
{
    const struct file_ref *picture = &q->option[i].picture;
    const char *text = option_text(q, i);
    bool done = answered(s);
    ui_row(ui, "option", .key = (uint32_t)i, .tone = option_tone(s, q, i), .role = done ? ROLE_TEXT : ROLE_CHOICE, .grow = 1, .pad_x = 28, .pad_y = 8,
           .gap = 24, .min_h = 104, .align = ALIGN_CENTER, .stretch_off = true, .selected = attempt_picked(&s->attempt, i), .name = text) {
        badge(ui, s, q, i, place);
        if (picture->sha256[0])
            ui_image(ui, app_blob(s->app, picture->sha256), 0xEAE4D8, .w = 240, .h = 156, .silent = true, .radius = 20);
        ui_label(ui, text, .font = FONT_HEADING, .grow = 1, .max_lines = 3);
        if (ui_tapped(ui) && !done)
            quiz_tap(s, i);
    }
}

/* Two columns when there are few short options, as the eye expects; a list for an order. */
static void option_grid(struct ui *ui, struct quiz_view *s, const struct question *q, int count)
{
    int columns = q->kind == QUESTION_SEQUENCING || q->kind == QUESTION_LIKERT ? 1 : 2;
    if (q->kind == QUESTION_LIKERT && count <= 3)
        columns = count;
    if (q->kind == QUESTION_SEQUENCING && count > 4)
        columns = 2;
    if (q->kind == QUESTION_LIKERT && count > 4)
        columns = 2;
    ui_column(ui, "options", .gap = 20, .grow = 1, .role = ROLE_LIST)
        for (int r = 0; r * columns < count; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .gap = 20, .grow = 1)
                for (int c = 0; c < columns; c++) {
                    int place = r * columns + c;
                    bool keeps_order = q->kind == QUESTION_LIKERT;
                    if (place < count && q->kind == QUESTION_TRUE_FALSE)
                        true_false_card(ui, s, q, place);
                    else if (place < count)
                        option_card(ui, s, q, keeps_order ? place : s->order[place], place);
                    else
                        ui_column(ui, "none", .key = (uint32_t)place, .grow = 1) {}
                }
}

/* --- matching: tap one on the left, then where it belongs on the right; the pair shares a number --- */

static int pair_number(struct quiz_view *s, const struct question *q, int source)
{
    int n = 0;
    for (int i = 0; i < q->option_count; i++) {
        if (attempt_matched(&s->attempt, s->order[i]) < 0)
            continue;
        n++;
        if (s->order[i] == source)
            return n;
    }
    return 0;
}

static int source_of(struct quiz_view *s, const struct question *q, int target)
{
    for (int i = 0; i < q->option_count; i++)
        if (attempt_matched(&s->attempt, i) == target)
            return i;
    return -1;
}

static enum ui_tone pair_tone(struct quiz_view *s, int source)
{
    if (source < 0)
        return TONE_CARD;
    if (answered(s))
        return attempt_matched(&s->attempt, source) == source ? TONE_GO_SOFT : TONE_STOP_SOFT;
    return s->source == source ? TONE_SUN_SOFT : attempt_matched(&s->attempt, source) >= 0 ? TONE_INFO_SOFT : TONE_CARD;
}

static bool side_card(struct ui *ui, struct quiz_view *s, const struct question *q, const struct option *o, int source, uint32_t key, bool waiting)
{
    bool tapped = false, done = answered(s);
    int number = source < 0 ? 0 : pair_number(s, q, source);
    enum ui_tone tone = pair_tone(s, source);
    ui_row(ui, "side", .key = key, .tone = tone, .role = done ? ROLE_TEXT : ROLE_CHOICE, .grow = 1, .min_h = 104, .pad_x = 28, .pad_y = 8,
           .gap = 24, .align = ALIGN_CENTER, .stretch_off = true, .selected = waiting, .name = lang_text_get(&o->text, i18n_lang())) {
        if (o->picture.sha256[0])
            ui_image(ui, app_blob(s->app, o->picture.sha256), 0xEAE4D8, .w = 150, .h = 96, .silent = true, .radius = 16);
        ui_label(ui, lang_text_get(&o->text, i18n_lang()), .font = FONT_HEADING, .grow = 1, .max_lines = 2);
        if (number)
            badge_text(ui, tone == TONE_STOP_SOFT ? TONE_STOP : tone == TONE_GO_SOFT ? TONE_GO : TONE_INFO, ui_fmt(ui, "%d", number));
        tapped = ui_tapped(ui) && !done;
    }
    return tapped;
}

static void matching(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    ui_row(ui, "matching", .gap = 80, .grow = 1) {
        ui_column(ui, "left", .gap = 20, .grow = 1, .role = ROLE_LIST)
            for (int i = 0; i < q->option_count; i++) {
                int source = s->order[i];
                if (side_card(ui, s, q, &q->option[source], source, (uint32_t)source, s->source == source)) {
                    if (attempt_matched(&s->attempt, source) >= 0)
                        quiz_match(s, source, -1);
                    s->source = source;
                }
            }
        ui_column(ui, "right", .gap = 20, .grow = 1, .role = ROLE_LIST)
            for (int i = 0; i < q->target_count; i++) {
                int target = s->target_order[i];
                if (side_card(ui, s, q, &q->target[target], source_of(s, q, target), 100 + (uint32_t)target, false) && s->source >= 0) {
                    quiz_match(s, s->source, target);
                    s->source = -1;
                }
            }
    }
}

/* --- numbers --- */

static void type_number(struct quiz_view *s, const char *key)
{
    char text[24];
    snprintf(text, sizeof text, "%s", attempt_item(&s->attempt)->pick);
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
    bool done = answered(s);
    bool tapped = *key == '<' ? ui_icon_button(ui, ICON_BACKSPACE, "", .name = tr("Rub out"), .tone = TONE_SAND, .grow = 1, .row = true, .min_h = 100, .repeats = true, .disabled = done)
                              : ui_button(ui, key, .tone = TONE_CARD, .font = FONT_HEADING, .grow = 1, .min_h = 100, .repeats = true, .disabled = done);
    if (tapped)
        type_number(s, key);
}

static void numeric(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    static const char *const rows[4][3] = { { "1", "2", "3" }, { "4", "5", "6" }, { "7", "8", "9" }, { ".", "0", "<" } };
    const struct attempt_item *it = attempt_item(&s->attempt);
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

/* Up to twelve options: what does not fit is scrolled to, so that the buttons below always stay on the screen. */
void quiz_options_draw(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    ui_column(ui, "answers", .key = (uint32_t)s->shown, .grow = 1, .scroll = true) {
        switch (q->kind) {
        case QUESTION_MATCHING: matching(ui, s, q); break;
        case QUESTION_NUMERIC: numeric(ui, s, q); break;
        case QUESTION_FILL_IN: quiz_write_field(ui, s, q); break;
        case QUESTION_TRUE_FALSE: option_grid(ui, s, q, 2); break;
        default: option_grid(ui, s, q, q->option_count); break;
        }
    }
}
