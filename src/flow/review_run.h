/* review_run.h - a few questions from what this member learned before: found, begun or gone on with, answered. A
 * quiz_run whose questions come from several lessons, without a score. */
#ifndef WEIKE_FLOW_REVIEW_RUN_H
#define WEIKE_FLOW_REVIEW_RUN_H
#include "flow/quiz_run.h"
#include "store/study/review.h"

struct review_run {
    struct quiz_run quiz; /* first: what it saves with is this */
    struct review review;
    int count;
    struct review_question from[REVIEW_A_VISIT]; /* own the texts that quiz.set borrows */
    int place[REVIEW_A_VISIT];                   /* of each in the review */
};

int review_run_waiting(struct flow *f, const char *member_id); /* how many questions wait for this member */
/* Then quiz.begun says whether there is something to ask. Release it in any case. */
void review_run_open(struct review_run *r, struct flow *f, const char *member_id);
void review_run_release(struct review_run *r);
/* Where q, one of quiz.set, is from. */
const struct open_lesson *review_run_lesson(const struct review_run *r, const struct question *q);
#endif
