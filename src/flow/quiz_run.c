#define LOG_MODULE "quiz"
#include "flow/quiz_run.h"
#include "base/fs.h"
#include "base/log.h"
#include "store/library/blob.h"
#include "store/study/attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTIONS_MAX_BYTES = 4 << 20 };

static void save(struct quiz_run *r, enum quiz_fact what, const struct question *q)
{
    static uint64_t (*const post[])(struct writer *, const struct attempt_post *) = {
        [QUIZ_BEGUN] = attempt_post_begin, [QUIZ_PICKED] = attempt_post_pick,
        [QUIZ_ANSWERED] = attempt_post_answer, [QUIZ_ENDED] = attempt_post_end,
    };
    post[what](flow_writer(r->flow), &(struct attempt_post){
        .member_id = r->member_id, .course = &r->lesson.course, .lesson = r->lesson.lesson,
        .attempt = &r->attempt, .question = q,
    });
}

static bool load_questions(struct quiz_run *r, struct err *e)
{
    const struct file_ref *f = &r->lesson.lesson->questions;
    if (!f->sha256[0])
        return err_set(e, ERR_MISSING, "the lesson has no questions");
    char *path = blob_path(store_dir(r->flow->store), f->sha256);
    struct str text;
    str_init(&text, QUESTIONS_MAX_BYTES);
    bool ok = fs_read(path, QUESTIONS_MAX_BYTES, &text, e) &&
              question_set_parse(text.data, text.len, &r->set, e);
    str_release(&text);
    free(path);
    return ok;
}

void quiz_run_skip_answered(struct quiz_run *r)
{
    while (attempt_question(&r->attempt) && attempt_item(&r->attempt)->verdict != VERDICT_NONE)
        attempt_next(&r->attempt, clock_boot_ms());
}

static void restore(struct quiz_run *r, const struct saved_attempt *saved)
{
    const struct lesson *l = r->lesson.lesson;
    attempt_begin(&r->attempt, saved->id, saved->seed, &r->set, l->shuffle, l->pass_mark, clock_boot_ms());
    for (int i = 0; i < saved->count; i++) {
        const struct saved_item *it = &saved->item[i];
        if (!attempt_restore(&r->attempt, it->question_id, it->response, it->answered, it->duration_ms))
            log_warn("a saved answer no longer fits its question");
    }
    quiz_run_skip_answered(r);
}

/* An attempt that a power cut or a call away left open goes on, if the questions are still the same. */
static bool go_on(struct quiz_run *r)
{
    struct saved_attempt saved = { 0 };
    const struct lesson *l = r->lesson.lesson;
    if (!r->member_id[0] || !attempt_saved(flow_read(r->flow), r->member_id, l->content_id, &saved, NULL))
        return false;
    bool same = saved.id[0] && !strcmp(saved.questions_sha256, l->questions.sha256);
    if (same)
        restore(r, &saved);
    saved_attempt_release(&saved);
    return same;
}

void quiz_run_new_id(struct flow *f, char id[UUID_TEXT], uint64_t *seed)
{
    struct clock_reading now;
    flow_clock(f, &now);
    uuid_v7(now.wall_ms, id);
    random_bytes(seed, sizeof *seed);
    *seed &= INT64_MAX; /* kept in an SQLite integer */
}

static void begin(struct quiz_run *r)
{
    const struct lesson *l = r->lesson.lesson;
    char id[UUID_TEXT];
    uint64_t seed;
    quiz_run_new_id(r->flow, id, &seed);
    attempt_begin(&r->attempt, id, seed, &r->set, l->shuffle, l->pass_mark, clock_boot_ms());
    r->save(r, QUIZ_BEGUN, NULL);
}

static void find_next_lesson(struct quiz_run *r)
{
    struct lesson_list list = { 0 };
    int place = r->lesson.position + 1;
    if (library_lessons(flow_db(r->flow), r->lesson.course.head.id, r->member_id, &list, NULL) && place < list.count) {
        const struct lesson_row *next = &list.row[place];
        r->has_next = true;
        snprintf(r->next_course_id, sizeof r->next_course_id, "%s", next->course_id);
        snprintf(r->next_content_id, sizeof r->next_content_id, "%s", next->content_id);
    }
    lesson_list_release(&list);
}

static void end(struct quiz_run *r)
{
    if (!r->ended)
        r->save(r, QUIZ_ENDED, NULL);
    r->ended = true;
}

/* A try is counted when it has ended: an open one is not among those counted. */
static void count_tries(struct quiz_run *r)
{
    int most = r->lesson.lesson->max_attempts, counted = r->lesson.progress.attempts;
    r->refused = !r->resumed && most > 0 && counted >= most;
    r->last_try = most > 0 && counted + 1 >= most;
}

void quiz_run_open(struct quiz_run *r, struct flow *f, const char *member_id, const char *course_id,
                   const char *content_id)
{
    *r = (struct quiz_run){ .flow = f, .save = save };
    snprintf(r->member_id, sizeof r->member_id, "%s", member_id);
    r->opened = library_open(flow_read(f), course_id, content_id, member_id, &r->lesson, &r->problem);
    if (!r->opened || !load_questions(r, &r->problem)) {
        log_error("questions of %s: %s", content_id, r->problem.text);
        return;
    }
    find_next_lesson(r);
    r->resumed = go_on(r);
    count_tries(r);
    if (r->refused)
        return;
    if (!r->resumed)
        begin(r);
    r->begun = true;
    if (!attempt_question(&r->attempt))
        end(r);
}

void quiz_run_release(struct quiz_run *r)
{
    question_set_release(&r->set);
    if (r->opened)
        open_lesson_release(&r->lesson);
    r->opened = r->begun = false;
}

const struct question *quiz_run_question(struct quiz_run *r)
{
    return r->begun ? attempt_question(&r->attempt) : NULL;
}

void quiz_run_tap(struct quiz_run *r, int option)
{
    if (attempt_tap(&r->attempt, option))
        r->save(r, QUIZ_PICKED, attempt_question(&r->attempt));
}

void quiz_run_match(struct quiz_run *r, int source, int target)
{
    if (attempt_match(&r->attempt, source, target))
        r->save(r, QUIZ_PICKED, attempt_question(&r->attempt));
}

void quiz_run_enter(struct quiz_run *r, const char *text)
{
    if (attempt_enter(&r->attempt, text))
        r->save(r, QUIZ_PICKED, attempt_question(&r->attempt));
}

void quiz_run_answer(struct quiz_run *r)
{
    if (attempt_answer(&r->attempt, clock_boot_ms()) != VERDICT_NONE)
        r->save(r, QUIZ_ANSWERED, attempt_question(&r->attempt));
}

void quiz_run_next(struct quiz_run *r)
{
    attempt_next(&r->attempt, clock_boot_ms());
    if (!attempt_question(&r->attempt))
        end(r);
}
