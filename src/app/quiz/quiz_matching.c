/* quiz_matching.c - pairs on the screen: tap one on the left, then where it belongs on the right; the pair shares a number. A row
 * of quiz_kind.h. */
#include "app/quiz/quiz_kind.h"
#include "app/quiz/quiz_view.h"
#include "base/i18n.h"

static int pair_number(struct quiz_view *s, const struct question *q, int source)
{
    int n = 0;
    for (int i = 0; i < q->option_count; i++) {
        if (attempt_matched(&s->run->attempt, s->order[i]) < 0)
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
        if (attempt_matched(&s->run->attempt, i) == target)
            return i;
    return -1;
}

static enum ui_tone pair_tone(struct quiz_view *s, int source)
{
    if (source < 0)
        return TONE_CARD;
    if (quiz_answered(s))
        return attempt_matched(&s->run->attempt, source) == source ? TONE_GO_SOFT : TONE_STOP_SOFT;
    return s->source == source ? TONE_SUN_SOFT : attempt_matched(&s->run->attempt, source) >= 0 ? TONE_INFO_SOFT : TONE_CARD;
}

static bool side_card(struct ui *ui, struct quiz_view *s, const struct question *q, const struct option *o, int source, uint32_t key, bool waiting)
{
    bool tapped = false, done = quiz_answered(s);
    int number = source < 0 ? 0 : pair_number(s, q, source);
    enum ui_tone tone = pair_tone(s, source);
    ui_row(ui, "side", .key = key, .tone = tone, .role = done ? ROLE_TEXT : ROLE_CHOICE, .grow = 1, .min_h = 104, .pad_x = 28, .pad_y = 8,
           .gap = 24, .align = ALIGN_CENTER, .stretch_off = true, .selected = waiting, .name = lang_text_get(&o->text, i18n_lang())) {
        if (o->picture.sha256[0])
            ui_image(ui, app_blob(s->app, o->picture.sha256), 0xEAE4D8, .w = 150, .h = 96, .silent = true, .radius = 16);
        ui_label(ui, lang_text_get(&o->text, i18n_lang()), .font = FONT_HEADING, .grow = 1, .max_lines = 2);
        if (number)
            quiz_badge_text(ui, tone == TONE_STOP_SOFT ? TONE_STOP : tone == TONE_GO_SOFT ? TONE_GO : TONE_INFO, ui_fmt(ui, "%d", number));
        tapped = ui_tapped(ui) && !done;
    }
    return tapped;
}

static void draw(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    ui_row(ui, "matching", .gap = 80, .grow = 1) {
        ui_column(ui, "left", .gap = 20, .grow = 1, .role = ROLE_LIST)
            for (int i = 0; i < q->option_count; i++) {
                int source = s->order[i];
                if (side_card(ui, s, q, &q->option[source], source, (uint32_t)source, s->source == source)) {
                    if (attempt_matched(&s->run->attempt, source) >= 0)
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

static void tell(struct ui *ui, const struct question *q)
{
    for (int i = 0; i < q->option_count; i++)
        ui_label(ui, ui_fmt(ui, "%s  →  %s", lang_text_get(&q->option[i].text, i18n_lang()), lang_text_get(&q->target[i].text, i18n_lang())),
                 .font = FONT_HEADING);
}

const struct quiz_kind quiz_matching = { .hint = TR_MARK("Tap one on the left, then where it belongs on the right"), .draw = draw, .tell = tell };
