/* notice.h - the village's board: the notices that hold today, and one of them with its picture and text. UI thread.
 *
 * Everybody may read, guests too. A notice that has ended or not begun is not shown; where the clock is known to be wrong, all
 * are (store/notice/board.h). */
#ifndef WEIKE_APP_NOTICE_NOTICE_H
#define WEIKE_APP_NOTICE_NOTICE_H
#include "app/core/app.h"
#include "store/notice/board.h"

extern const struct screen_class board_screen;  /* no argument */
extern const struct screen_class notice_screen; /* const char *id */

/* How many notices hold today; 0: the board is not offered. */
int notice_count(struct app *app, struct db *db);
/* The place on the home screen that leads to the board. */
void notice_door(struct ui *ui, struct app *app, int count);
/* "1 Dec – 31 Dec", "since 1 Dec". */
const char *notice_days(struct ui *ui, struct app *app, int from_day, int until_day);
#endif
