/* quiz_view.c - how a quiz looks: the question, its options, the explanation, the result. */
#include "app/quiz/quiz_view.h"
#include "app/quiz/quiz_kind.h"
#include "app/shared/chrome.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <string.h>

enum { MAX_STEPS = 15 };

static void steps(struct ui *ui, void *ctx)
{
    struct quiz_view *s = ctx;
    int count = s->run->set.count, width = count > 10 ? 24 : chrome_is_tight(ui, s->app) ? 44 : 64;
    if (count > MAX_STEPS) { /* more would push the clock and the language off the screen */
        ui_label(ui, ui_fmt(ui, tr("Question %d of %d"), s->run->attempt.at + 1, count), .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 1);
        return;
    }
    ui_row(ui, "steps", .gap = 12, .align = ALIGN_CENTER, .stretch_off = true, .role = ROLE_PROGRESS,
           .name = ui_fmt(ui, tr("Question %d of %d"), s->run->attempt.at + 1, count))
        for (int i = 0; i < count; i++)
            ui_column(ui, "step", .key = (uint32_t)i, .w = width, .h = 18, .radius = 9,
                      .tone = i < s->run->attempt.at ? TONE_GO : i == s->run->attempt.at ? TONE_SUN : TONE_SAND) {}
}

static void prompt(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    bool big = s->app->text_percent > 100, answered = attempt_item(&s->run->attempt)->verdict != VERDICT_NONE;
    ui_row(ui, "question", .gap = 32, .align = ALIGN_CENTER, .stretch_off = true) {
        if (q->picture.sha256[0])
            ui_image(ui, app_blob(s->app, q->picture.sha256), 0xEAE4D8, .w = 264, .h = 160, .silent = true, .radius = 24);
        ui_column(ui, "words", .grow = 1, .gap = 6) {
            ui_label(ui, ui_fmt(ui, tr("%d. %s"), s->run->attempt.at + 1, lang_text_get(&q->prompt, i18n_lang())), .font = big ? FONT_HEADING : FONT_TITLE,
                     .role = ROLE_HEADING, .max_lines = 3);
            if (!answered)
                ui_label(ui, s->from ? ui_fmt(ui, tr("From: %s · %s"), s->from, quiz_hint(q)) : quiz_hint(q), .font = FONT_NOTE, .ink = INK_SECOND);
        }
    }
}

struct verdict_look { enum ui_tone tone; enum ui_ink ink; uint32_t icon; const char *word; };
static const struct verdict_look look[] = {
    [VERDICT_NONE] = { TONE_CARD, INK_MAIN, ICON_HELP, "" },
    [VERDICT_RIGHT] = { TONE_GO_SOFT, INK_GO, ICON_CHECK_CIRCLE, TR_MARK("Right!") },
    [VERDICT_PARTLY] = { TONE_SUN_SOFT, INK_SUN, ICON_CHECK_CIRCLE, TR_MARK("Partly right") },
    [VERDICT_WRONG] = { TONE_STOP_SOFT, INK_STOP, ICON_CLOSE, TR_MARK("Not this time") },
    [VERDICT_THANKS] = { TONE_INFO_SOFT, INK_INFO, ICON_THUMB_UP, TR_MARK("Thank you") },
};

/* What was said about the chosen option, else the explanation of the question. */
static const char *explanation(struct quiz_view *s, const struct question *q)
{
    for (int i = 0; i < q->option_count; i++)
        if (attempt_picked(&s->run->attempt, i)) {
            const char *own = lang_text_get(&q->option[i].feedback, i18n_lang());
            if (*own)
                return own;
        }
    return lang_text_get(&q->feedback, i18n_lang());
}

static void verdict_panel(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    const struct verdict_look *v = &look[attempt_item(&s->run->attempt)->verdict];
    const char *why = explanation(s, q);
    ui_row(ui, "verdict", .tone = v->tone, .pad_x = 36, .pad_y = 16, .gap = 28, .align = ALIGN_CENTER, .stretch_off = true, .role = ROLE_ALERT,
           .name = tr(v->word)) {
        ui_icon(ui, v->icon, 84, v->ink);
        ui_column(ui, "words", .grow = 1, .gap = 2) {
            ui_label(ui, tr(v->word), .font = FONT_HEADING, .ink = v->ink);
            if (*why)
                ui_label(ui, why, .font = s->app->text_percent > 100 ? FONT_NOTE : FONT_BODY, .ink = INK_MAIN, .max_lines = 4);
        }
    }
}

static void question(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    prompt(ui, s, q);
    quiz_options_draw(ui, s, q);
    if (attempt_item(&s->run->attempt)->verdict != VERDICT_NONE)
        verdict_panel(ui, s, q);
}

/* The green button has its place at the foot, for every question and every answer. */
static void question_buttons(struct ui *ui, struct quiz_view *s, const struct question *q)
{
    if (attempt_item(&s->run->attempt)->verdict == VERDICT_NONE) {
        bool ready = attempt_ready(&s->run->attempt);
        if (ui_icon_button(ui, ICON_CHECK, tr("Check my answer"), .tone = ready ? TONE_GO : TONE_SAND, .h = CHROME_FOOT, .min_w = 480, .row = true,
                           .disabled = !ready))
            quiz_answer(s);
        return;
    }
    if (q->answer_at_ms >= 0 && ui_icon_button(ui, ICON_PLAY_CIRCLE_FILLED, tr("Watch this part"), .tone = TONE_GO_OUTLINE, .h = CHROME_FOOT,
                                               .pad_x = 24, .row = true))
        quiz_watch_part(s);
    if (ui_button(ui, s->run->attempt.at + 1 < s->run->set.count ? tr("Next question") : tr("See the result"), .tone = TONE_GO, .h = CHROME_FOOT, .min_w = 280,
                  .pad_x = 24))
        quiz_next(s);
}

static void result_buttons(struct ui *ui, struct quiz_view *s)
{
    if (!s->app->session.guest && ui_icon_button(ui, ICON_LEADERBOARD, tr("See my hours"), .tone = TONE_CARD, .h = CHROME_FOOT, .pad_x = 24, .row = true))
        nav_replace(s->app->nav, &hours_screen, NULL);
    if (ui_icon_button(ui, ICON_FORUM, tr("Talk about it"), .tone = TONE_CARD, .h = CHROME_FOOT, .pad_x = 24, .row = true))
        nav_replace(s->app->nav, &comments_screen, &s->arg);
}

static void buttons(struct ui *ui, void *ctx)
{
    struct quiz_view *s = ctx;
    const struct question *q = quiz_run_question(s->run);
    if (q)
        question_buttons(ui, s, q);
    else if (s->run->begun && !s->finish)
        result_buttons(ui, s);
}

static void score_ring(struct ui *ui, struct quiz_view *s, int right, int graded)
{
    ui_stack(ui, "ring", .w = 380, .h = 380) {
        ui_ring(ui, 380, (float)attempt_score(&s->run->attempt), 0);
        ui_column(ui, "score", .w = 380, .h = 380, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
            ui_label(ui, ui_fmt(ui, "%d / %d", right, graded), .font = FONT_NUMBER);
            ui_label(ui, tr("right"), .ink = INK_SECOND);
        }
    }
}

static void verdict_words(struct ui *ui, struct quiz_view *s, int graded, bool passed)
{
    const char *title = !graded ? tr("Thank you for your answers") : passed ? tr("Well done, passed!") : tr("Not passed yet");
    const char *text = passed ? tr("Your answers are saved.") : s->run->last_try ? tr("Your best result counts. You can watch the lesson again any time.")
                                                                              : tr("Watch the lesson once more, then try again. Your best result counts.");
    ui_label(ui, title, .font = FONT_TITLE, .role = ROLE_HEADING, .ink = passed ? INK_GO : INK_SUN);
    ui_label(ui, text, .ink = INK_SECOND);
}

/* A lesson with surveys only has nothing to pass: it ends with thanks. */
static void result(struct ui *ui, struct quiz_view *s)
{
    int right = attempt_right_count(&s->run->attempt), graded = attempt_graded_count(&s->run->attempt);
    bool passed = !graded || attempt_passed(&s->run->attempt);
    ui_row(ui, "result", .tone = TONE_CARD, .grow = 1, .pad = 48, .gap = 64, .align = ALIGN_CENTER, .stretch_off = true) {
        if (graded)
            score_ring(ui, s, right, graded);
        else
            ui_icon(ui, ICON_THUMB_UP, 300, INK_GO);
        ui_column(ui, "words", .grow = 1, .gap = 20) {
            verdict_words(ui, s, graded, passed);
            ui_column(ui, "gap", .h = 8) {}
            if (s->run->has_next && ui_icon_button(ui, ICON_PLAY_ARROW, tr("Next lesson"), .tone = TONE_GO, .h = 116, .row = true))
                quiz_next_lesson(s);
            if (!passed && !s->run->last_try && ui_icon_button(ui, ICON_REPLAY, tr("Try again"), .tone = TONE_GO_OUTLINE, .h = 112, .row = true))
                quiz_again(s);
        }
    }
}

static void sorry(struct ui *ui, const char *title, const char *text)
{
    ui_column(ui, "sorry", .tone = TONE_CARD, .grow = 1, .gap = 28, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true, .pad = 48) {
        ui_icon(ui, ICON_INFO_OUTLINE, 120, INK_SUN);
        ui_label(ui, title, .font = FONT_TITLE, .role = ROLE_HEADING, .align = ALIGN_CENTER);
        ui_label(ui, text, .ink = INK_SECOND, .align = ALIGN_CENTER);
    }
}

void quiz_view_draw(struct ui *ui, struct quiz_view *s)
{
    const struct question *q = quiz_run_question(s->run);
    chrome_screen(ui, "quiz") {
        chrome_header(ui, s->app, q ? steps : NULL, s);
        if (s->run->problem.kind != ERR_NONE)
            sorry(ui, tr("The questions cannot be shown"), words_error(s->run->problem.kind));
        else if (s->run->refused)
            sorry(ui, tr("All tries are used"), tr("Your best result counts. You can watch the lesson again any time."));
        else if (q)
            question(ui, s, q);
        else
            (s->finish ? s->finish : result)(ui, s);
        if (chrome_footer(ui, s->app, tr("Tap the answer you think is right, then the green button.\nThere is no hurry; nobody counts the time.\nYou may stop and go on later."), buttons, s))
            quiz_leave(s);
    }
}
