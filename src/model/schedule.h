/* schedule.h - which lesson to offer today. Pure and deterministic: same rows, same day, same lesson. */
#ifndef WEIKE_MODEL_SCHEDULE_H
#define WEIKE_MODEL_SCHEDULE_H
#include <stdbool.h>
#include <stdint.h>

struct schedule_lesson {
    const char *course_id, *content_id; /* borrowed for the call */
    int priority;                       /* of the course, higher first */
    int position;                       /* in the course, from 0 */
    int64_t position_ms;                /* where the member stopped */
    bool finished;
    int64_t last_ms;                    /* wall time the member was last at it; 0: never */
};

/* Index into `row`, -1 if there is none. `day`: days since 1970. In this order:
 * 1. the lesson begun last and not finished;
 * 2. the first unfinished lesson of the course, of those begun, that the member was in last;
 * 3. the first lesson of the most important course (equal ones by id);
 * 4. all finished: a review, the next one each day. */
int schedule_today(const struct schedule_lesson *row, int count, int64_t day);
#endif
