#define LOG_MODULE "review"
#include "flow/review_run.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which questions ---- */

static bool unanswered(struct flow *f, const struct review *r)
{
    for (int i = 0; i < r->count; i++) {
        struct review_question q;
        if (r->item[i].answered || !review_question(flow_db(f), &r->item[i].ask, &q, NULL))
            continue;
        review_question_release(&q);
        return true;
    }
    return false;
}

/* The one that is under way, else what is due now. False: nothing. *under_way says which it is. */
static bool find(struct flow *f, struct db *db, const char *member_id, struct review *r, bool *under_way)
{
    struct err e = ERR_INIT;
    struct review_due due;
    struct clock_reading now;
    *under_way = false;
    if (!*member_id)
        return false;
    flow_clock(f, &now);
    if (!review_get(db, member_id, r, &e) || !review_due(db, member_id, &now, &due, &e)) {
        log_error("%s", e.text);
        return false;
    }
    if ((*under_way = unanswered(f, r)))
        return true;
    review_forget(flow_writer(f), member_id, &due);
    *r = (struct review){ .count = due.count };
    for (int i = 0; i < due.count; i++)
        r->item[i].ask = due.ask[i];
    return r->count > 0;
}

int review_run_waiting(struct flow *f, const char *member_id)
{
    struct review r;
    bool under_way;
    int left = 0;
    if (!find(f, flow_db(f), member_id, &r, &under_way))
        return 0;
    for (int i = 0; i < r.count; i++)
        left += !r.item[i].answered;
    return left;
}

/* ---- saving ---- */

static void save(struct quiz_run *quiz, enum quiz_fact what, const struct question *q)
{
    struct review_run *r = (struct review_run *)quiz;
    struct writer *w = flow_writer(quiz->flow);
    int i = q ? (int)(q - quiz->set.question) : 0;
    struct clock_reading now;
    flow_clock(quiz->flow, &now);
    if (what == QUIZ_PICKED)
        review_pick(w, quiz->member_id, &r->review, r->place[i],
                                            quiz->attempt.item[i].pick);
    else if (what == QUIZ_ANSWERED)
        review_answer(w, &(struct review_answer_post){
            .member_id = quiz->member_id, .at = &now, .review = &r->review, .place = r->place[i],
            .attempt = &quiz->attempt, .question = q, .lesson = &r->from[i].lesson,
        });
    else if (what == QUIZ_ENDED)
        review_end(w, quiz->member_id, r->review.id);
}

/* ---- beginning, or going on ---- */

/* What cannot be asked any more (its lesson went away meanwhile) is left out. */
static void load(struct review_run *r)
{
    struct quiz_run *quiz = &r->quiz;
    quiz->set.question = mem_alloc(sizeof *quiz->set.question * REVIEW_A_VISIT);
    for (int i = 0; i < r->review.count; i++) {
        const struct review_ask *ask = &r->review.item[i].ask;
        if (!review_question(flow_db(quiz->flow), ask, &r->from[r->count], &quiz->problem)) {
            log_warn("%s", quiz->problem.text);
            continue;
        }
        quiz->set.question[r->count] = *r->from[r->count].question;
        r->place[r->count++] = i;
    }
    quiz->set.count = r->count;
    if (r->count)
        quiz->problem = (struct err)ERR_INIT;
}

static void go_on(struct review_run *r)
{
    struct attempt *a = &r->quiz.attempt;
    attempt_begin(a, r->review.id, r->review.seed, &r->quiz.set, false, 0, clock_boot_ms());
    for (int i = 0; i < r->count; i++) {
        const struct review_item *saved = &r->review.item[r->place[i]];
        bool any = *saved->response || saved->answered;
        if (any && !attempt_restore_at(a, i, saved->response, saved->answered, saved->duration_ms))
            log_warn("a saved answer no longer fits its question");
    }
    quiz_run_skip_answered(&r->quiz);
}

void review_run_open(struct review_run *r, struct flow *f, const char *member_id)
{
    *r = (struct review_run){ .quiz = { .flow = f, .save = save } };
    snprintf(r->quiz.member_id, sizeof r->quiz.member_id, "%s", member_id);
    if (!find(f, flow_read(f), member_id, &r->review, &r->quiz.resumed))
        return;
    if (!r->quiz.resumed) {
        quiz_run_new_id(f, r->review.id, &r->review.seed);
        review_begin(flow_writer(f), member_id, &r->review);
    }
    load(r);
    go_on(r);
    r->quiz.begun = r->count > 0;
}

void review_run_release(struct review_run *r)
{
    free(r->quiz.set.question); /* shallow copies */
    r->quiz.set = (struct question_set){ 0 };
    for (int i = 0; i < r->count; i++)
        review_question_release(&r->from[i]);
    r->count = 0;
    r->quiz.begun = false;
}

const struct open_lesson *review_run_lesson(const struct review_run *r, const struct question *q)
{
    return &r->from[q - r->quiz.set.question].lesson;
}
