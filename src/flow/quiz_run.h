/* quiz_run.h - the questions of a lesson, asked of one person: begun, or gone on with after a cut. Each change is on its
 * way to the disk before anything else is asked.
 *
 * The review (review_run.h) is the same run: it fills in the questions and says what a change saves. */
#ifndef WEIKE_FLOW_QUIZ_RUN_H
#define WEIKE_FLOW_QUIZ_RUN_H
#include "flow/flow.h"
#include "model/attempt.h"
#include "store/library/library.h"
#include "store/people/member.h"

enum quiz_fact { QUIZ_BEGUN, QUIZ_PICKED, QUIZ_ANSWERED, QUIZ_ENDED };

struct quiz_run {
    struct flow *flow;
    char member_id[MEMBER_ID];    /* "": a guest; nothing is gone on with then */
    struct open_lesson lesson;
    bool opened;                  /* lesson holds something to release */
    struct question_set set;
    struct attempt attempt;
    bool begun, ended;
    bool resumed;                 /* it was found open and goes on */
    bool refused;                 /* no try is left */
    bool last_try;                /* this is the last one */
    struct err problem;           /* the questions cannot be used */
    bool has_next;                /* there is a lesson after this one: */
    char next_course_id[COURSE_ID], next_content_id[UUID_TEXT];
    /* What a change saves; q NULL: of the whole attempt. */
    void (*save)(struct quiz_run *r, enum quiz_fact what, const struct question *q);
};

/* Then r->begun, refused or problem says how it stands. Release it in any case. */
void quiz_run_open(struct quiz_run *r, struct flow *f, const char *member_id, const char *course_id,
                   const char *content_id);
void quiz_run_release(struct quiz_run *r);
const struct question *quiz_run_question(struct quiz_run *r); /* what is asked; NULL: nothing, or through */

/* What the person does to it; what is not possible now changes nothing. */
void quiz_run_tap(struct quiz_run *r, int option);
void quiz_run_match(struct quiz_run *r, int source, int target); /* target -1: takes the pair apart */
void quiz_run_enter(struct quiz_run *r, const char *text);
void quiz_run_answer(struct quiz_run *r); /* grades what is marked */
void quiz_run_next(struct quiz_run *r);   /* after the last one it has ended */

/* ---- for review_run.c ---- */
void quiz_run_skip_answered(struct quiz_run *r);       /* to the first question that is open */
void quiz_run_new_id(struct flow *f, char id[UUID_TEXT], uint64_t *seed);
#endif
