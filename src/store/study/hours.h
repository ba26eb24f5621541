/* hours.h - study time summed by month, category and lesson; kept up to date with every checkpoint.
 *
 * Milliseconds, never rounded before they are shown. Months are local calendar months as 202611; a plan year is
 * the calendar year. The guest ("") has screen time only. Reading: any connection, its thread. */
#ifndef WEIKE_STORE_STUDY_HOURS_H
#define WEIKE_STORE_STUDY_HOURS_H
#include "model/course.h"
#include "store/library/library.h"
#include "store/people/member.h"

struct hours { int64_t screen_ms, watched_ms, verified_ms, review_ms; };

/* month[0] is January; total is their sum. */
struct hours_year { struct hours total, month[12]; };
bool hours_year(struct db *db, const char *member_id, int year, struct hours_year *out, struct err *e) MUST_CHECK;

struct hours_category { char category[CATEGORY_TEXT]; struct hours hours; };
struct hours_category_list { int count; struct hours_category *row; }; /* most watched first */
bool hours_categories(struct db *db, const char *member_id, int from_month, int to_month,
                      struct hours_category_list *out, struct err *e) MUST_CHECK;
void hours_category_list_release(struct hours_category_list *l);

struct hours_lesson {
    char content_id[UUID_TEXT];
    char category[CATEGORY_TEXT];
    struct lang_text title; /* as it is in the library now, else as it was called then */
    struct hours hours;
    int64_t last_ms;        /* wall time of the newest credit */
};
struct hours_lesson_list { int count; struct hours_lesson *row; }; /* newest first */
bool hours_lessons(struct db *db, const char *member_id, int from_month, int to_month, int offset, int limit,
                   struct hours_lesson_list *out, int *total, struct err *e) MUST_CHECK;
void hours_lesson_list_release(struct hours_lesson_list *l);

/* One row a member (also those with nothing, and inactive ones with something), by pinyin; for the report. */
struct hours_report_row { struct member member; struct hours hours; int finished; };
bool hours_report(struct db *db, int from_month, int to_month,
                  bool (*visit)(void *ctx, const struct hours_report_row *row), void *ctx, struct err *e) MUST_CHECK;

int hours_month_of(int64_t wall_ms); /* 202611 */
#endif
