/* viewing.h - the fact that somebody watched a lesson: it begins, is saved again and again while it lasts, and ends once.
 *
 * Posting: any thread; what a `struct viewing_post` points at is borrowed for the call. The row and the hours follow each
 * checkpoint; the end makes the statement `terminated`, the first time a member finishes a lesson `completed` too. What was
 * counted by another viewing meanwhile is no hour of this one: row, sums and statement say the same. Posted again after
 * WRITER_FAILED it is there once. A checkpoint of a viewing that has ended fails with ERR_REFUSED if it knows more than the end. */
#ifndef WEIKE_STORE_STUDY_VIEWING_H
#define WEIKE_STORE_STUDY_VIEWING_H
#include "model/course.h"
#include "model/room.h"
#include "model/statement.h"
#include "model/study.h"
#include "store/writer.h"

struct viewing_post {
    const char *id;              /* uuid_v7() made when it begins */
    const char *member_id;       /* "" or NULL: guest */
    const struct course *course;
    const struct lesson *lesson;
    const struct study *study;
    const char *ended_by;        /* end only: "finished" "left" "idle" */
    bool clip;                   /* shown to answer a question: earns as any, but "go on here" stays where it was */
};
uint64_t viewing_post_begin(struct writer *w, const struct viewing_post *v);
uint64_t viewing_post_checkpoint(struct writer *w, const struct viewing_post *v); /* every 4 s of play, at each pause and seek */
uint64_t viewing_post_end(struct writer *w, const struct viewing_post *v);

/* Id of the statement that ends a viewing, made of the viewing's own; and the other way round. */
void viewing_end_id(const char viewing[UUID_TEXT], char out[UUID_TEXT]);

/* ---- inside the writer's transaction ---- */

/* One person's viewing of a lesson in a meeting, whole; put twice it is there once. */
struct viewing_in_room {
    const char *viewing_id, *completed_id; /* made of room, member and lesson */
    const char *member_id;
    const struct room_lesson *lesson;
    const struct lang_text *title;         /* NULL: not known any more */
    const struct room_study *study;
    const struct statement_room *room;
    int year;                              /* plan year it counts in */
    bool cut_off;                          /* never ended nor left: the lights went out */
};
bool viewing_put_in_room(struct writer *w, struct db *db, const struct viewing_in_room *in, struct err *e) MUST_CHECK;

/* Ends the viewings that a power cut left open: state 2 and an `abandoned` statement of what was truly played. */
bool viewing_close_abandoned(struct db *db, const char *home_page, int *closed, struct err *e) MUST_CHECK;
#endif
