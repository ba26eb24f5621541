/* screen_review.c - two questions from what this member learned before: the quiz's look, no score, then "well done". */
#define LOG_MODULE "review"
#include "app/quiz/screen_review.h"
#include "app/quiz/quiz_fill_in.h"
#include "app/quiz/quiz_view.h"
#include "base/i18n.h"
#include "base/log.h"
#include "store/study/review.h"
#include "ui/icons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct review_view {
    struct quiz_view quiz; /* first: what the quiz calls back with is this */
    struct review review;
    int count;
    struct review_question from[REVIEW_A_VISIT]; /* own the texts that quiz.set borrows */
    int place[REVIEW_A_VISIT];                   /* of each in the review */
};

/* ---- which questions ---- */

static bool unanswered(struct app *app, const struct review *r)
{
    for (int i = 0; i < r->count; i++) {
        struct review_question q;
        if (r->item[i].answered || !review_question(app_db(app), &r->item[i].ask, &q, NULL))
            continue;
        review_question_release(&q);
        return true;
    }
    return false;
}

/* The one that is under way, else what is due now. False: nothing. *under_way says which it is. */
static bool find_review(struct app *app, struct review *r, bool *under_way)
{
    struct err e = ERR_INIT;
    struct review_due due;
    struct clock_reading now;
    *under_way = false;
    if (app->guest || !app->signed_in)
        return false;
    app_clock(app, &now);
    if (!review_get(app_db(app), app->who.id, r, &e) || !review_due(app_db(app), app->who.id, &now, &due, &e)) {
        log_error("%s", e.text);
        return false;
    }
    if ((*under_way = unanswered(app, r)))
        return true;
    review_forget(app_writer(app), app->who.id, &due);
    *r = (struct review){ .count = due.count };
    for (int i = 0; i < due.count; i++)
        r->item[i].ask = due.ask[i];
    return r->count > 0;
}

bool review_card(struct app *app, struct home_card *out)
{
    struct review r;
    bool under_way;
    if (app->reviewed || !find_review(app, &r, &under_way))
        return false;
    int left = 0;
    for (int i = 0; i < r.count; i++)
        left += !r.item[i].answered;
    *out = (struct home_card){ .icon = ICON_HELP_OUTLINE, .tone = TONE_SUN_SOFT, .open = &review_screen };
    snprintf(out->title, sizeof out->title, "%s", left == 1 ? tr("One question") : tr("Two questions"));
    snprintf(out->text, sizeof out->text, "%s", tr("Do you still remember?"));
    return true;
}

/* ---- saving ---- */

static void save(struct quiz_view *quiz, enum quiz_fact what, const struct question *q)
{
    struct review_view *s = (struct review_view *)quiz;
    struct app *app = quiz->app;
    struct writer *w = app_writer(app);
    int i = q ? (int)(q - quiz->set.question) : 0;
    struct clock_reading now;
    app_clock(app, &now);
    if (what == QUIZ_PICKED) {
        app->posted = review_pick(w, app->who.id, &s->review, s->place[i], quiz->attempt.item[i].pick);
    } else if (what == QUIZ_ANSWERED) {
        app->posted = review_answer(w, &(struct review_answer_post){
            .member_id = app->who.id, .at = &now, .review = &s->review, .place = s->place[i],
            .attempt = &quiz->attempt, .question = q, .lesson = &s->from[i].lesson,
        });
    } else if (what == QUIZ_ENDED) {
        app->posted = review_end(w, app->who.id, s->review.id);
        app->reviewed = true;
    }
}

/* ---- beginning, or going on ---- */

static void new_id(struct app *app, struct review *r)
{
    struct clock_reading now;
    app_clock(app, &now);
    uuid_v7(now.wall_ms, r->id);
    random_bytes(&r->seed, sizeof r->seed);
    r->seed &= INT64_MAX; /* kept in an SQLite integer */
}

/* What cannot be asked any more (its lesson went away meanwhile) is left out. */
static void load(struct review_view *s)
{
    struct quiz_view *quiz = &s->quiz;
    quiz->set.question = mem_alloc(sizeof *quiz->set.question * REVIEW_A_VISIT);
    for (int i = 0; i < s->review.count; i++) {
        if (!review_question(app_db(quiz->app), &s->review.item[i].ask, &s->from[s->count], &quiz->problem)) {
            log_warn("%s", quiz->problem.text);
            continue;
        }
        quiz->set.question[s->count] = *s->from[s->count].question;
        s->place[s->count++] = i;
    }
    quiz->set.count = s->count;
    if (s->count)
        quiz->problem = (struct err)ERR_INIT;
}

static void go_on(struct review_view *s)
{
    struct attempt *a = &s->quiz.attempt;
    attempt_begin(a, s->review.id, s->review.seed, &s->quiz.set, false, 0, clock_boot_ms());
    for (int i = 0; i < s->count; i++) {
        const struct review_item *saved = &s->review.item[s->place[i]];
        if ((*saved->response || saved->answered) && !attempt_restore_at(a, i, saved->response, saved->answered, saved->duration_ms))
            log_warn("a saved answer no longer fits its question");
    }
    while (attempt_question(a) && attempt_item(a)->verdict != VERDICT_NONE)
        attempt_next(a, clock_boot_ms());
}

static void finish(struct ui *ui, struct quiz_view *quiz);

static void review_enter(void *screen, void *app, const void *arg)
{
    struct review_view *s = screen;
    bool under_way;
    (void)arg;
    s->quiz.app = app;
    s->quiz.save = save;
    s->quiz.finish = finish;
    s->quiz.shown = s->quiz.source = -1;
    if (!find_review(app, &s->review, &under_way))
        return;
    if (!under_way) {
        new_id(app, &s->review);
        s->quiz.app->posted = review_begin(app_writer(app), s->quiz.app->who.id, &s->review);
    }
    load(s);
    go_on(s);
    s->quiz.begun = s->count > 0;
}

static void review_leave(void *screen)
{
    struct review_view *s = screen;
    quiz_write_close(&s->quiz);
    free(s->quiz.set.question); /* shallow copies */
    for (int i = 0; i < s->count; i++)
        review_question_release(&s->from[i]);
}

static void review_resume(void *screen)
{
    ui_request_frame(((struct review_view *)screen)->quiz.app->ui);
}

static bool review_busy(void *screen)
{
    struct review_view *s = screen;
    return s->quiz.begun && !s->quiz.ended;
}

/* ---- looks ---- */

static void marks(struct ui *ui, struct quiz_view *quiz)
{
    ui_row(ui, "marks", .gap = 48, .justify = ALIGN_CENTER)
        for (int i = 0; i < quiz->set.count; i++) {
            bool right = quiz->attempt.item[i].verdict == VERDICT_RIGHT;
            ui_icon(ui, right ? ICON_CHECK_CIRCLE : ICON_HISTORY, 200, right ? INK_GO : INK_SUN);
        }
}

/* No score: who remembers is praised, what was forgotten comes again. */
static void finish(struct ui *ui, struct quiz_view *quiz)
{
    bool any = quiz->begun && quiz->set.count, all = any && attempt_right_count(&quiz->attempt) == quiz->set.count;
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
    const struct question *q = s->quiz.begun ? attempt_question(&s->quiz.attempt) : NULL;
    if (q) {
        const struct open_lesson *lesson = &s->from[q - s->quiz.set.question].lesson;
        s->quiz.from = lang_text_get(&lesson->lesson->title, i18n_lang());
        s->quiz.arg = (struct lesson_arg){ .from_ms = -1 };
        snprintf(s->quiz.arg.course_id, sizeof s->quiz.arg.course_id, "%s", lesson->course.id);
        snprintf(s->quiz.arg.content_id, sizeof s->quiz.arg.content_id, "%s", lesson->lesson->content_id);
    }
    quiz_draw(ui, &s->quiz);
}

const struct screen_class review_screen = {
    .name = "review", .size = sizeof(struct review_view), .enter = review_enter, .leave = review_leave, .draw = review_draw,
    .tick = quiz_write_tick, .due_ms = quiz_write_due_ms, .resume = review_resume, .busy = review_busy,
};
