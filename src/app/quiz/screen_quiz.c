/* screen_quiz.c - the questions of a lesson: every tap saved at once, the answer explained at once (flow/quiz_run.h). */
#include "app/quiz/quiz_fill_in.h"
#include "app/quiz/quiz_view.h"

#include <stdio.h>
#include <string.h>

struct quiz_screen { struct quiz_view view; struct quiz_run run; };

static void quiz_enter(void *screen, void *app, const void *arg)
{
    struct quiz_screen *z = screen;
    struct quiz_view *s = &z->view;
    s->app = app;
    s->run = &z->run;
    s->arg = *(const struct lesson_arg *)arg;
    s->shown = s->source = -1;
    quiz_run_open(s->run, &s->app->flow, s->app->session.who.id, s->arg.course_id, s->arg.content_id);
}

static void quiz_leave_screen(void *screen)
{
    struct quiz_screen *z = screen;
    quiz_write_close(&z->view);
    quiz_run_release(&z->run);
}

void quiz_resume(void *screen)
{
    ui_request_frame(((struct quiz_view *)screen)->app->ui);
}

bool quiz_busy(void *screen)
{
    struct quiz_view *s = screen;
    return s->run->begun && !s->run->ended;
}

void quiz_tap(struct quiz_view *s, int option)
{
    quiz_run_tap(s->run, option);
}

void quiz_match(struct quiz_view *s, int source, int target)
{
    quiz_run_match(s->run, source, target);
}

void quiz_enter_text(struct quiz_view *s, const char *text)
{
    quiz_run_enter(s->run, text);
}

void quiz_answer(struct quiz_view *s)
{
    quiz_run_answer(s->run);
}

void quiz_next(struct quiz_view *s)
{
    s->source = -1;
    quiz_run_next(s->run);
}

void quiz_next_lesson(struct quiz_view *s)
{
    struct lesson_arg next = { .from_ms = -1 };
    snprintf(next.course_id, sizeof next.course_id, "%s", s->run->next_course_id);
    snprintf(next.content_id, sizeof next.content_id, "%s", s->run->next_content_id);
    nav_replace(s->app->nav, &player_screen, &next);
}

void quiz_watch_part(struct quiz_view *s)
{
    struct lesson_arg arg = s->arg;
    arg.from_ms = quiz_run_question(s->run)->answer_at_ms;
    arg.clip = true;
    nav_push(s->app->nav, &player_screen, &arg);
}

void quiz_again(struct quiz_view *s)
{
    nav_replace(s->app->nav, &quiz_screen, &s->arg);
}

void quiz_leave(struct quiz_view *s)
{
    nav_pop(s->app->nav);
}

void quiz_draw(struct ui *ui, void *screen)
{
    struct quiz_view *s = screen;
    const struct question *q = quiz_run_question(s->run);
    int index = q ? (int)(q - s->run->set.question) : -1;
    if (q && index != s->shown) {
        s->shown = index;
        question_shuffle(s->run->attempt.seed, q->id, q->option_count, s->order);
        char right_side[48]; /* the two sides of a matching question are mixed independently */
        snprintf(right_side, sizeof right_side, "%s/targets", q->id);
        question_shuffle(s->run->attempt.seed, right_side, q->target_count, s->target_order);
    }
    if (!q || !quiz_write_draw(ui, s))
        quiz_view_draw(ui, s);
}

const struct screen_class quiz_screen = {
    .name = "quiz", .size = sizeof(struct quiz_screen), .after_posts = true, .arg_size = sizeof(struct lesson_arg),
    .enter = quiz_enter, .leave = quiz_leave_screen, .draw = quiz_draw,
    .tick = quiz_write_tick, .due_ms = quiz_write_due_ms, .resume = quiz_resume, .busy = quiz_busy,
};
