/* The options of a question as its kind has them, and the cards that several kinds show. */
#include "app/quiz/quiz_kind.h"
#include "app/quiz/quiz_view.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <stdio.h>

#define QUIZ_ROW(NAME, name) &quiz_##name,
static const struct quiz_kind *const kinds[] = { QUESTION_KINDS(QUIZ_ROW) };
#undef QUIZ_ROW

const struct quiz_kind *quiz_kind_of(const struct question *q)
{
    return kinds[q->kind];
}

const char *quiz_hint(const struct question *q)
{
    const struct quiz_kind *k = quiz_kind_of(q);
    return q->multiple && k->hint_many ? tr(k->hint_many) : tr(k->hint);
}

const char *quiz_option_text(const struct question *q, int option)
{
    const char *text = option < q->option_count ? lang_text_get(&q->option[option].text, i18n_lang()) : "";
    return *text || !quiz_kind_of(q)->words ? text : quiz_kind_of(q)->words(option);
}

bool quiz_answered(struct quiz_view *s)
{
    return attempt_item(&s->run->attempt)->verdict != VERDICT_NONE;
}

enum ui_tone quiz_option_tone(struct quiz_view *s, const struct question *q, int i)
{
    bool picked = attempt_picked(&s->run->attempt, i);
    if (!quiz_answered(s) || question_is_survey(q))
        return picked ? TONE_GO_SOFT : TONE_CARD;
    if (question_class_of(q->kind)->ordered)
        return attempt_rank(&s->run->attempt, i) == i ? TONE_GO_SOFT : TONE_STOP_SOFT;
    if (question_choice_right(q, i)) /* right, but not marked: shown, and told apart from what was marked */
        return picked || !q->multiple ? TONE_GO_SOFT : TONE_GO_OUTLINE;
    return picked ? TONE_STOP_SOFT : TONE_CARD;
}

static void badge_icon(struct ui *ui, enum ui_tone tone, uint32_t icon)
{
    ui_column(ui, "badge", .w = 88, .h = 88, .radius = 24, .tone = tone, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true)
        ui_icon(ui, icon, 56, tone == TONE_SAND ? INK_SECOND : INK_WHITE);
}

void quiz_badge_text(struct ui *ui, enum ui_tone tone, const char *text)
{
    ui_column(ui, "badge", .w = 88, .h = 88, .radius = 24, .tone = tone, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true)
        ui_label(ui, text, .font = FONT_HEADING, .silent = true);
}

static void badge(struct ui *ui, struct quiz_view *s, const struct question *q, int i, int place, uint32_t blank)
{
    enum ui_tone tone = quiz_option_tone(s, q, i);
    int rank = attempt_rank(&s->run->attempt, i);
    if (rank >= 0)
        quiz_badge_text(ui, tone == TONE_STOP_SOFT ? TONE_STOP : TONE_GO, ui_fmt(ui, "%d", rank + 1));
    else if (tone == TONE_GO_SOFT)
        badge_icon(ui, TONE_GO, ICON_CHECK);
    else if (tone == TONE_STOP_SOFT)
        badge_icon(ui, TONE_STOP, ICON_CLOSE);
    else if (!blank)
        quiz_badge_text(ui, TONE_SAND, ui_fmt(ui, "%c", 'A' + place));
    else
        badge_icon(ui, TONE_SAND, blank);
}

void quiz_option_card(struct ui *ui, struct quiz_view *s, const struct question *q, int i, int place, uint32_t blank)
{
    const struct file_ref *picture = &q->option[i].picture;
    const char *text = quiz_option_text(q, i);
    bool done = quiz_answered(s);
    ui_row(ui, "option", .key = (uint32_t)i, .tone = quiz_option_tone(s, q, i), .role = done ? ROLE_TEXT : ROLE_CHOICE, .grow = 1, .pad_x = 28, .pad_y = 8,
           .gap = 24, .min_h = 104, .align = ALIGN_CENTER, .stretch_off = true, .selected = attempt_picked(&s->run->attempt, i), .name = text) {
        badge(ui, s, q, i, place, blank);
        if (picture->sha256[0])
            ui_image(ui, app_blob(s->app, picture->sha256), 0xEAE4D8, .w = 240, .h = 156, .silent = true, .radius = 20);
        ui_label(ui, text, .font = FONT_HEADING, .grow = 1, .max_lines = 3);
        if (ui_tapped(ui) && !done)
            quiz_tap(s, i);
    }
}

void quiz_option_grid(struct ui *ui, struct quiz_view *s, const struct question *q, int columns,
                      void (*card)(struct ui *ui, struct quiz_view *s, const struct question *q, int place))
{
    int count = question_choices(q);
    ui_column(ui, "options", .gap = 20, .grow = 1, .role = ROLE_LIST)
        for (int r = 0; r * columns < count; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .gap = 20, .grow = 1)
                for (int place = r * columns; place < (r + 1) * columns; place++) {
                    if (place < count)
                        card(ui, s, q, place);
                    else
                        ui_column(ui, "none", .key = (uint32_t)place, .grow = 1) {}
                }
}

/* Up to twelve options: what does not fit is scrolled to, so that the buttons below always stay on the screen. */
void quiz_options_draw(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    ui_column(ui, "answers", .key = (uint32_t)s->shown, .grow = 1, .scroll = true)
        quiz_kind_of(q)->draw(ui, s, q);
}
