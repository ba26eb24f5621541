/* screen_review.c - two questions from what this member learned before: the quiz's look, no score, then "well done". */
#include "app/quiz/screen_review.h"
#include "app/quiz/quiz_fill_in.h"
#include "app/quiz/quiz_view.h"
#include "base/i18n.h"
#include "flow/review_run.h"
#include "ui/icons.h"

#include <stdio.h>

struct review_view {
    struct quiz_view quiz; /* first: what the quiz calls back with is this */
    struct review_run run;
};

bool review_card(struct app *app, struct home_card *out)
{
    int left = app->session.reviewed ? 0 : review_run_waiting(&app->flow, app->session.who.id);
    if (!left)
        return false;
    *out = (struct home_card){ .icon = ICON_HELP_OUTLINE, .tone = TONE_SUN_SOFT, .open = &review_screen };
    snprintf(out->title, sizeof out->title, "%s", left == 1 ? tr("One question") : tr("Two questions"));
    snprintf(out->text, sizeof out->text, "%s", tr("Do you still remember?"));
    return true;
}

static void finish(struct ui *ui, struct quiz_view *quiz);

static void review_enter(void *screen, void *app, const void *arg)
{
    struct review_view *s = screen;
    (void)arg;
    s->quiz.app = app;
    s->quiz.run = &s->run.quiz;
    s->quiz.finish = finish;
    s->quiz.shown = s->quiz.source = -1;
    review_run_open(&s->run, &s->quiz.app->flow, s->quiz.app->session.who.id);
}

static void review_leave(void *screen)
{
    struct review_view *s = screen;
    quiz_write_close(&s->quiz);
    review_run_release(&s->run);
}

/* ---- looks ---- */

static void marks(struct ui *ui, struct quiz_view *quiz)
{
    ui_row(ui, "marks", .gap = 48, .justify = ALIGN_CENTER)
        for (int i = 0; i < quiz->run->set.count; i++) {
            bool right = quiz->run->attempt.item[i].verdict == VERDICT_RIGHT;
            ui_icon(ui, right ? ICON_CHECK_CIRCLE : ICON_HISTORY, 200, right ? INK_GO : INK_SUN);
        }
}

/* No score: who remembers is praised, what was forgotten comes again. */
static void finish(struct ui *ui, struct quiz_view *quiz)
{
    bool any = quiz->run->begun && quiz->run->set.count, all = any && attempt_right_count(&quiz->run->attempt) == quiz->run->set.count;
    quiz->app->session.reviewed = quiz->app->session.reviewed || quiz->run->ended;
    ui_column(ui, "done", .tone = TONE_CARD, .grow = 1, .pad = 48, .gap = 36, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        if (any)
            marks(ui, quiz);
        else
            ui_icon(ui, ICON_CHECK_CIRCLE, 200, INK_GO);
        ui_label(ui, !any ? tr("Nothing to review now") : all ? tr("Well done!") : tr("Thank you, that helps you remember"), .font = FONT_TITLE,
                 .role = ROLE_HEADING, .ink = INK_GO, .align = ALIGN_CENTER);
        ui_label(ui, !any || all ? tr("We ask again when it is time.") : tr("What was forgotten comes again tomorrow."), .ink = INK_SECOND, .align = ALIGN_CENTER);
        if (ui_icon_button(ui, ICON_HOME, tr("Go on learning"), .tone = TONE_GO, .h = 120, .min_w = 560, .row = true))
            nav_reset(quiz->app->nav, &home_screen, NULL);
    }
}

static void review_draw(struct ui *ui, void *screen)
{
    struct review_view *s = screen;
    const struct question *q = quiz_run_question(&s->run.quiz);
    if (q) {
        const struct open_lesson *lesson = review_run_lesson(&s->run, q);
        s->quiz.from = lang_text_get(&lesson->lesson->title, i18n_lang());
        s->quiz.arg = (struct lesson_arg){ .from_ms = -1 };
        snprintf(s->quiz.arg.course_id, sizeof s->quiz.arg.course_id, "%s", lesson->course.head.id);
        snprintf(s->quiz.arg.content_id, sizeof s->quiz.arg.content_id, "%s", lesson->lesson->content_id);
    }
    quiz_draw(ui, &s->quiz);
}

const struct screen_class review_screen = {
    .name = "review", .size = sizeof(struct review_view), .after_posts = true,
    .enter = review_enter, .leave = review_leave, .draw = review_draw,
    .tick = quiz_write_tick, .due_ms = quiz_write_due_ms, .resume = quiz_resume, .busy = quiz_busy,
};
