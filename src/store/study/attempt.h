/* attempt.h - the fact that somebody tries a lesson's questions: begun, marked, answered, ended or given up.
 *
 * Posting: any thread; what a `struct attempt_post` points at is borrowed for the call. An answer makes the statement `answered`,
 * the end `passed` or `failed` (none if nothing is graded); what is only marked makes none. Posted again after WRITER_FAILED it is
 * there once: a question is answered once, an attempt ends once. What is said of an attempt that is closed, and does not stand
 * there already, keeps nothing: ERR_REFUSED. */
#ifndef WEIKE_STORE_STUDY_ATTEMPT_H
#define WEIKE_STORE_STUDY_ATTEMPT_H
#include "base/hash.h"
#include "model/attempt.h"
#include "model/course.h"
#include "model/statement.h"
#include "store/writer.h"

struct attempt_post {
    const char *member_id;        /* "" or NULL: guest */
    const struct course *course;
    const struct lesson *lesson;
    const struct attempt *attempt;
    const struct question *question; /* pick and answer: one of attempt->set */
    /* Answer only: said aloud in this meeting, of an attempt of that one question whose id is room_answer_id (store/meeting/room.h):
     * kept once however often it is posted, and the member's own quiz stays as it is. */
    const struct statement_room *room;
};
uint64_t attempt_post_begin(struct writer *w, const struct attempt_post *a);
uint64_t attempt_post_pick(struct writer *w, const struct attempt_post *a);   /* what is marked so far */
uint64_t attempt_post_answer(struct writer *w, const struct attempt_post *a); /* after attempt_answer() */
uint64_t attempt_post_end(struct writer *w, const struct attempt_post *a);
uint64_t attempt_post_leave(struct writer *w, const struct attempt_post *a);  /* given up; not offered again */

/* An attempt of this member and lesson that was begun and neither ended nor left: goes on after a cut. Guests have
 * none. `count` of saved picks and answers, in the order they were made. */
struct saved_item { char question_id[32]; char response[RESPONSE_MAX]; bool answered; int64_t duration_ms; };
struct saved_attempt {
    char id[UUID_TEXT];                 /* "" if there is none */
    uint64_t seed;
    char questions_sha256[SHA256_HEX];  /* which questions it was asked; other than today's: do not go on */
    int count;
    struct saved_item *item;
};
bool attempt_saved(struct db *db, const char *member_id, const char *content_id, struct saved_attempt *out, struct err *e) MUST_CHECK;
void saved_attempt_release(struct saved_attempt *a);
#endif
