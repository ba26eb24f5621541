/* viewing_parts.h - a viewing on its way to the database, as viewing.c copies it and viewing_rows.c writes it. */
#ifndef WEIKE_STORE_STUDY_VIEWING_PARTS_H
#define WEIKE_STORE_STUDY_VIEWING_PARTS_H
#include "store/library/library.h"
#include "store/outbox/fact.h"
#include "store/people/member.h"
#include "store/study/hours.h"
#include "store/study/viewing.h"

enum { VIEWING_COMPLETED, VIEWING_ENDED }; /* statements of the fact, in the order they go up */

struct viewing_fact {
    struct fact fact;
    char id[UUID_TEXT], member_id[MEMBER_ID]; /* "" guest */
    char course_id[COURSE_ID], content_id[UUID_TEXT], category[CATEGORY_TEXT];
    int64_t course_version, length_ms;
    int completion_permille;
    int year; /* plan year if the viewing begins now */
    int64_t position_ms, watched_ms, verified_ms, review_ms, screen_ms;
    bool at_end, finished, clip;
    bool ends;
    bool in_room;               /* put again when credits are given once more: an ended row is no surprise */
    bool cut_off;               /* ends: the film was never ended nor left, the lights went out: `abandoned` */
    struct clock_reading began; /* boot_id "": begins now */
    char *played, *counted, *counted_verified; /* span texts */
    char ended_by[16];
    struct lang_text title;
    const struct statement_room *room; /* NULL: alone; else as long as the fact is put */
    struct hours said;                 /* what the statements say now */
};

/* Words the statements that it has anew: these are the hours that were kept. */
void viewing_say_again(struct viewing_fact *v, const struct hours *kept);
bool viewing_put(struct db *db, struct fact *f, struct err *e) MUST_CHECK; /* a fact_kind's put */
struct statement_about viewing_about(const struct viewing_fact *v, const struct lang_text *title, const char *home_page, const char *id);
#endif
