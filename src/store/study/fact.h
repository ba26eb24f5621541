/* fact.h - a record copied for the writer's thread, its statements finished. Private to store/.
 *
 * fact_new runs on the poster's thread, where the course, study and attempt are at hand; fact_apply on the writer's,
 * inside its transaction, and may run again after a rollback: applying a fact twice changes nothing more. */
#ifndef WEIKE_STORE_STUDY_FACT_H
#define WEIKE_STORE_STUDY_FACT_H
#include "base/clock.h"
#include "model/room.h"
#include "model/statement.h"
#include "store/library/library.h"
#include "store/study/record.h"

struct fact_statement { char id[UUID_TEXT]; char *body; size_t len; }; /* body NULL: none */

struct fact {
    enum record_kind kind;
    struct clock_reading at;
    char member_id[MEMBER_ID]; /* "" guest */
    /* lesson: all but sign-in and sign-out */
    char course_id[COURSE_ID], content_id[UUID_TEXT], category[CATEGORY_TEXT];
    int64_t course_version, length_ms;
    int completion_permille;
    char questions_sha256[SHA256_HEX];
    char id[UUID_TEXT]; /* of the viewing or attempt */
    /* viewing */
    int year; /* plan year if the viewing begins now */
    int64_t position_ms, watched_ms, verified_ms, review_ms, screen_ms;
    bool at_end, finished, clip;
    bool cut_off;               /* END: the film was never ended nor left, the lights went out: `abandoned` */
    struct clock_reading began; /* boot_id "": begins now */
    char *played, *counted, *counted_verified; /* span texts */
    int64_t counted_ms;                        /* total of `counted` */
    char ended_by[16];
    /* quiz */
    uint64_t seed;
    double score;
    bool passed;
    char question_id[32], response[RESPONSE_MAX];
    char meaning[QUESTION_MEANING]; /* answers to graded questions only: for store/study/review.h */
    int verdict;
    double item_score;
    int64_t duration_ms;
    bool aloud; /* ANSWER in a meeting: its attempt is over with it */

    struct fact_statement main;      /* goes up whenever the fact is new */
    struct fact_statement completed; /* only the first time the member finishes the lesson */
};

struct fact *fact_new(const struct record *r, const char *home_page, const struct clock_reading *now);
void fact_free(void *fact);
bool fact_apply(struct db *db, void *fact, int64_t *value, struct err *e) MUST_CHECK; /* a writer_job */

/* Id of the statement that ends a viewing, made of the viewing's own; and the other way round. */
void fact_end_id(const char viewing[UUID_TEXT], char out[UUID_TEXT]);

/* One person's viewing of a lesson in a room, whole, as RECORD_VIEWING_END; applied twice it is there once. */
struct fact_room {
    const char *viewing_id, *completed_id; /* made of room, member and lesson */
    const char *member_id;
    const struct room_lesson *lesson;
    const struct lang_text *title;         /* NULL: not known any more */
    const struct room_study *study;
    const struct statement_room *room;
    int year;                              /* plan year it counts in */
    bool cut_off;
};
struct fact *fact_new_in_room(const struct fact_room *in, const char *home_page);

/* Ends the viewings that a power cut left open: state 2 and an `abandoned` statement of what was truly played.
 * Inside the writer's transaction. */
bool fact_close_abandoned(struct db *db, const char *home_page, int *closed, struct err *e) MUST_CHECK;
/* The floor of dates as it was last saved; 0 if never. Raised by readings somebody vouched for. */
int64_t fact_saved_floor(struct db *db);
#define FACT_FLOOR_KEY "clock_floor_ms"
#endif
