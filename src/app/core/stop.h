/* stop.h - the program is ended from outside (the machine shuts down, Ctrl-C): SIGTERM, SIGINT and SIGHUP become a
 * question the loop asks, so that the screens still post their last records and the store closes cleanly. */
#ifndef WEIKE_APP_CORE_STOP_H
#define WEIKE_APP_CORE_STOP_H
#include <stdbool.h>

struct gfx;
/* First thing on the main thread: from now on these signals wait. One that the caller had ignored stays ignored. */
void stop_prepare(void);
void stop_watch(struct gfx *gfx); /* a thread waits for them, remembers, and wakes the loop */
bool stop_asked(void);
void stop_unwatch(void);          /* ends the thread; before the window closes */
#endif
