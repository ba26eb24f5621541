/* board.h - the notices that are here and hold today, newest first. Any connection, its thread. */
#ifndef WEIKE_STORE_NOTICE_BOARD_H
#define WEIKE_STORE_NOTICE_BOARD_H
#include "base/clock.h"
#include "model/notice.h"
#include "store/library/library.h"

struct board_row {
    char id[COURSE_ID];
    char category[CATEGORY_TEXT];
    struct lang_text title;
    char poster_sha256[SHA256_HEX]; /* "" if none */
    int from_day, until_day;        /* until_day: NOTICE_ALWAYS without an end */
};
struct board_list { int count; struct board_row *row; };
void board_list_release(struct board_list *l);

/* The day to ask for: of this reading; -1 where the clock is known to be wrong, so that every notice is shown. */
int64_t board_day(const struct clock_reading *now);
bool board_count(struct db *db, int64_t day, int *out, struct err *e) MUST_CHECK;
bool board_page(struct db *db, int64_t day, int offset, int limit, struct board_list *out, struct err *e) MUST_CHECK;
/* One notice, whole; to be freed with package_free(&n->head). ERR_MISSING if it is not here. */
bool board_open(struct db *db, const char *id, struct notice **out, struct err *e) MUST_CHECK;
#endif
