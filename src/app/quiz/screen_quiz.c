/* screen_quiz.c - the questions of a lesson: every tap saved at once, the answer explained at once. */
#define LOG_MODULE "quiz"
#include "app/quiz/quiz_fill_in.h"
#include "app/quiz/quiz_view.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "store/library/blob.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTIONS_MAX_BYTES = 4 << 20 };

static void save(struct quiz_view *s, enum quiz_fact what, const struct question *q)
{
    static uint64_t (*const post[])(struct writer *, const struct attempt_post *) = {
        [QUIZ_BEGUN] = attempt_post_begin, [QUIZ_PICKED] = attempt_post_pick,
        [QUIZ_ANSWERED] = attempt_post_answer, [QUIZ_ENDED] = attempt_post_end,
    };
    s->app->posted = post[what](app_writer(s->app), &(struct attempt_post){
        .member_id = s->app->who.id, .course = &s->lesson.course, .lesson = s->lesson.lesson, .attempt = &s->attempt, .question = q,
    });
}

static bool load_questions(struct quiz_view *s, struct err *e)
{
    const struct file_ref *f = &s->lesson.lesson->questions;
    if (!f->sha256[0])
        return err_set(e, ERR_MISSING, "the lesson has no questions");
    char *path = blob_path(store_dir(s->app->store), f->sha256);
    struct str text;
    str_init(&text, QUESTIONS_MAX_BYTES);
    bool ok = fs_read(path, QUESTIONS_MAX_BYTES, &text, e) && question_set_parse(text.data, text.len, &s->set, e);
    str_release(&text);
    free(path);
    return ok;
}

/* An attempt that a power cut or a call away left open goes on, if the questions are still the same. */
static bool go_on(struct quiz_view *s)
{
    struct saved_attempt saved = { 0 };
    const struct lesson *l = s->lesson.lesson;
    if (s->app->guest || !attempt_saved(app_db(s->app), s->app->who.id, l->content_id, &saved, NULL) || !saved.id[0])
        return false;
    bool same = !strcmp(saved.questions_sha256, l->questions.sha256);
    if (same) {
        attempt_begin(&s->attempt, saved.id, saved.seed, &s->set, l->shuffle, l->pass_mark, clock_boot_ms());
        for (int i = 0; i < saved.count; i++)
            if (!attempt_restore(&s->attempt, saved.item[i].question_id, saved.item[i].response, saved.item[i].answered, saved.item[i].duration_ms))
                log_warn("a saved answer no longer fits its question");
        while (attempt_question(&s->attempt) && attempt_item(&s->attempt)->verdict != VERDICT_NONE)
            attempt_next(&s->attempt, clock_boot_ms());
    }
    saved_attempt_release(&saved);
    return same;
}

static void begin(struct quiz_view *s)
{
    const struct lesson *l = s->lesson.lesson;
    struct clock_reading now;
    char id[UUID_TEXT];
    uint64_t seed;
    app_clock(s->app, &now);
    uuid_v7(now.wall_ms, id);
    random_bytes(&seed, sizeof seed);
    seed &= INT64_MAX; /* kept in an SQLite integer */
    attempt_begin(&s->attempt, id, seed, &s->set, l->shuffle, l->pass_mark, now.boot_ms);
    s->save(s, QUIZ_BEGUN, NULL);
}

static void find_next_lesson(struct quiz_view *s)
{
    struct lesson_list list = { 0 };
    if (library_lessons(app_db(s->app), s->lesson.course.id, s->app->who.id, &list, NULL) && s->lesson.position + 1 < list.count) {
        const struct lesson_row *r = &list.row[s->lesson.position + 1];
        s->has_next = true;
        s->next = (struct lesson_arg){ .from_ms = -1 };
        snprintf(s->next.course_id, sizeof s->next.course_id, "%s", r->course_id);
        snprintf(s->next.content_id, sizeof s->next.content_id, "%s", r->content_id);
    }
    lesson_list_release(&list);
}

static void end(struct quiz_view *s)
{
    if (!s->ended)
        s->save(s, QUIZ_ENDED, NULL);
    s->ended = true;
}

static void quiz_enter(void *screen, void *app, const void *arg)
{
    struct quiz_view *s = screen;
    s->app = app;
    s->save = save;
    s->arg = *(const struct lesson_arg *)arg;
    s->shown = s->source = -1;
    s->opened = library_open(app_db(app), s->arg.course_id, s->arg.content_id, s->app->who.id, &s->lesson, &s->problem);
    if (!s->opened || !load_questions(s, &s->problem)) {
        log_error("questions of %s: %s", s->arg.content_id, s->problem.text);
        return;
    }
    find_next_lesson(s);
    int most = s->lesson.lesson->max_attempts;
    bool open = go_on(s);
    s->refused = !open && most > 0 && s->lesson.progress.attempts >= most;
    s->last_try = most > 0 && s->lesson.progress.attempts + 1 >= most; /* an open one is not among those counted */
    if (s->refused)
        return;
    if (!open)
        begin(s);
    s->begun = true;
    if (!attempt_question(&s->attempt))
        end(s);
}

static void quiz_leave_screen(void *screen)
{
    struct quiz_view *s = screen;
    quiz_write_close(s);
    question_set_release(&s->set);
    if (s->opened)
        open_lesson_release(&s->lesson);
}

static void quiz_resume(void *screen)
{
    ui_request_frame(((struct quiz_view *)screen)->app->ui);
}

static bool quiz_busy(void *screen)
{
    struct quiz_view *s = screen;
    return s->begun && !s->ended;
}

void quiz_tap(struct quiz_view *s, int option)
{
    if (attempt_tap(&s->attempt, option))
        s->save(s, QUIZ_PICKED, attempt_question(&s->attempt));
}

void quiz_match(struct quiz_view *s, int source, int target)
{
    if (attempt_match(&s->attempt, source, target))
        s->save(s, QUIZ_PICKED, attempt_question(&s->attempt));
}

void quiz_enter_text(struct quiz_view *s, const char *text)
{
    if (attempt_enter(&s->attempt, text))
        s->save(s, QUIZ_PICKED, attempt_question(&s->attempt));
}

void quiz_answer(struct quiz_view *s)
{
    if (attempt_answer(&s->attempt, clock_boot_ms()) != VERDICT_NONE)
        s->save(s, QUIZ_ANSWERED, attempt_question(&s->attempt));
}

void quiz_next(struct quiz_view *s)
{
    attempt_next(&s->attempt, clock_boot_ms());
    s->source = -1;
    if (!attempt_question(&s->attempt))
        end(s);
}

void quiz_watch_part(struct quiz_view *s)
{
    struct lesson_arg arg = s->arg;
    arg.from_ms = attempt_question(&s->attempt)->answer_at_ms;
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
    const struct question *q = s->begun ? attempt_question(&s->attempt) : NULL;
    int index = q ? (int)(q - s->set.question) : -1;
    if (q && index != s->shown) {
        s->shown = index;
        question_shuffle(s->attempt.seed, q->id, q->option_count, s->order);
        char right_side[48]; /* the two sides of a matching question are mixed independently */
        snprintf(right_side, sizeof right_side, "%s/targets", q->id);
        question_shuffle(s->attempt.seed, right_side, q->target_count, s->target_order);
    }
    if (!q || !quiz_write_draw(ui, s))
        quiz_view_draw(ui, s);
}

const struct screen_class quiz_screen = {
    .name = "quiz", .size = sizeof(struct quiz_view), .enter = quiz_enter, .leave = quiz_leave_screen, .draw = quiz_draw,
    .tick = quiz_write_tick, .due_ms = quiz_write_due_ms, .resume = quiz_resume, .busy = quiz_busy,
};
