/* review.h - what a member learned, when to ask it again, and what the village answers worst.
 *
 * A question enters when a member answers it in a lesson's quiz, and is due again when FSRS-6 (model/fsrs.h) says so;
 * only graded kinds, and a question is right only when it is wholly right. Two a visit, oldest first. Days are local
 * days. The clock need not be trusted:
 * - while it is only a floor (1970, no battery), a day passes with each boot and with each 24 h of one;
 * - a row from the future (the clock had run ahead) is due at once, after all others, and its gap counts as planned.
 * So nothing due is ever lost, and after a leap of years it is still two a visit.
 *
 * A row belongs to what was asked then (question_meaning): a question that has changed is not asked again and begins
 * anew with the next answer in its lesson; a lesson that is not here waits until it comes back.
 * question_tally counts everybody's answers, guests' too (a misunderstanding is one whoever has it), and never who: a member's
 * answer once a day, because trying again with the explanation just read says nothing.
 * Reading: any connection, its thread. Changing: the writer. */
#ifndef WEIKE_STORE_STUDY_REVIEW_H
#define WEIKE_STORE_STUDY_REVIEW_H
#include "base/clock.h"
#include "model/attempt.h"
#include "store/library/library.h"
#include "store/people/member.h"

enum { REVIEW_A_VISIT = 2, REVIEW_STALE = 24, WORST_MIN_ANSWERS = 5 };

/* ---- what is due ---- */

struct review_ask {
    char content_id[UUID_TEXT], question_id[32], meaning[QUESTION_MEANING];
};
struct review_due {
    int count;
    struct review_ask ask[REVIEW_A_VISIT];
    int stale_count;
    struct review_ask stale[REVIEW_STALE]; /* met on the way: no such question any more; see review_forget */
};
/* Nothing for a guest. Looks into the questions of what it gives. */
bool review_due(struct db *db, const char *member_id, const struct clock_reading *now, struct review_due *out,
                struct err *e) MUST_CHECK;
/* Takes the stale ones out of the list. Posts; 0 if there are none. */
uint64_t review_forget(struct writer *w, const char *member_id, const struct review_due *due);

/* A question in its lesson. ERR_MISSING: the lesson is not here; ERR_OLDER: the question is gone or asks something else. */
struct review_question {
    struct open_lesson lesson;
    struct question_set set;
    const struct question *question; /* into set */
};
bool review_question(struct db *db, const struct review_ask *ask, struct review_question *out, struct err *e) MUST_CHECK;
void review_question_release(struct review_question *q);

/* ---- a review under way: kept until it is ended, so that it goes on after a cut ---- */

struct review_item {
    struct review_ask ask;
    char response[RESPONSE_MAX]; /* marked so far, or answered */
    bool answered;
    int64_t duration_ms;
};
struct review {
    char id[UUID_TEXT]; /* registration of its statements; "": none */
    uint64_t seed;
    int count;
    struct review_item item[REVIEW_A_VISIT];
};
bool review_get(struct db *db, const char *member_id, struct review *out, struct err *e) MUST_CHECK;
/* All return the writer's ticket. Until review_end they may be posted again: repeats change nothing; and an answer whose
 * review_begin could not be saved (a full disk, say) is kept all the same. */
uint64_t review_begin(struct writer *w, const char *member_id, const struct review *r);
uint64_t review_pick(struct writer *w, const char *member_id, const struct review *r, int place, const char *response);
uint64_t review_end(struct writer *w, const char *member_id, const char *review_id);

struct review_answer_post {
    const char *member_id;
    const struct clock_reading *at;
    const struct review *review;
    int place;                        /* of the question in `review` */
    const struct attempt *attempt;    /* its id is the review's */
    const struct question *question;  /* of attempt->set; answered */
    const struct open_lesson *lesson; /* where it is from */
};
/* The answer, its `answered` statement, when to ask again and the tally, in one transaction. */
uint64_t review_answer(struct writer *w, const struct review_answer_post *p);

/* ---- inside the writer's transaction: somebody answered a graded question for the first time in an attempt ---- */

struct review_answered {
    const char *member_id; /* "": guest; only the tally */
    const char *content_id, *question_id, *meaning;
    bool right;
    const struct clock_reading *at;
};
bool review_answered(struct db *db, const struct review_answered *a, struct err *e) MUST_CHECK;

/* ---- what the village answers worst ---- */

struct worst_row {
    struct review_ask ask;
    int asked, wrong;
};
/* Takes tallies out whose question review_question calls ERR_OLDER; at most REVIEW_STALE. Posts; 0 if there are none. */
uint64_t review_forget_tally(struct writer *w, const struct review_ask *stale, int count);
/* Of lessons that are here and questions asked WORST_MIN_ANSWERS times or more with at least one wrong answer; worst
 * first, by (wrong + 1) / (asked + 2): few answers weigh less. Rows whose question has changed since may be among them. */
bool review_worst(struct db *db, int limit, struct worst_row *out, int *count, struct err *e) MUST_CHECK;
#endif
