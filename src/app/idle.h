/* idle.h - back to the sign-in wall when nobody is there: a card with a countdown first, never while a lesson plays
 * or a quiz is open. */
#ifndef WEIKE_APP_IDLE_H
#define WEIKE_APP_IDLE_H
#include "app/core/app.h"

void idle_tick(struct app *app, int64_t boot_ms);
int idle_due_ms(const struct app *app, int64_t boot_ms); /* until idle_tick has something to do; -1: never */
void idle_draw(struct app *app);                         /* the card, when it is up */
#endif
