/* record.h - the facts a screen records: viewing, quiz, sign-in. Values; posted with writer_post.
 *
 * Pointers in a record are borrowed for the writer_post call only. Ids are made by the caller with uuid_v7() when
 * the viewing or attempt begins. Posting a fact again after WRITER_FAILED is safe: a viewing ends once, a
 * question of an attempt is answered once, an attempt ends once; repeats commit nothing new. */
#ifndef WEIKE_STORE_STUDY_RECORD_H
#define WEIKE_STORE_STUDY_RECORD_H
#include "model/attempt.h"
#include "model/study.h"
#include "store/people/member.h"
#include "store/outbox/outbox.h"

enum record_kind {
    RECORD_SIGN_IN,
    RECORD_SIGN_OUT,
    RECORD_VIEWING_BEGIN,      /* viewing.id, course, lesson, viewing.study */
    RECORD_VIEWING_CHECKPOINT, /* every 5 s while playing, at each pause and seek: viewing.id, viewing.study */
    RECORD_VIEWING_END,        /* same; makes the statements `terminated`, and `completed` the first time */
    RECORD_ATTEMPT_BEGIN,      /* attempt, course, lesson */
    RECORD_PICK,               /* attempt, question: what is marked so far; no statement */
    RECORD_ANSWER,             /* attempt, question: after attempt_answer(); makes `answered` */
    RECORD_ATTEMPT_END,        /* attempt: makes `passed` or `failed` (none if nothing is graded) */
    RECORD_ATTEMPT_LEAVE,      /* attempt: given up; not offered again */
    RECORD_KIND_COUNT
};

struct statement_room;

struct record {
    enum record_kind kind;
    const char *member_id;        /* "" or NULL: guest */
    const struct course *course;  /* all but sign-in and sign-out */
    const struct lesson *lesson;
    struct {
        const char *id;           /* uuid */
        const struct study *study;
        const char *ended_by;     /* END only: "finished" "left" "idle" */
        bool clip;                /* shown to answer a question: earns as any, but "go on here" stays where it was */
    } viewing;
    const struct attempt *attempt;
    const struct question *question; /* one of attempt->set */
    /* ANSWER: said aloud in this meeting, of an attempt of that one question whose id is room_answer_id (store/meeting/room.h): kept once
     * however often it is posted, and the member's own quiz stays as it is. */
    const struct statement_room *room;
};

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
bool record_open_attempt(struct db *db, const char *member_id, const char *content_id, struct saved_attempt *out,
                         struct err *e) MUST_CHECK;
void saved_attempt_release(struct saved_attempt *a);

#endif
