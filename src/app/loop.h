/* loop.h - the UI thread: waits for an event or the next due time, lets the top screen tick, draws when needed. */
#ifndef WEIKE_APP_LOOP_H
#define WEIKE_APP_LOOP_H
#include "app/core/app.h"

/* Until app->quit or the script's end; returns the exit status. */
int loop_run(struct app *app);
#endif
