/* media.h - finds the program that plays films (weike-player) and keeps one of it waiting: its codecs alone cost 40 ms
 * of dynamic linking, and what a hostile film does to it does not touch the kiosk (media/client/remote.h).
 *
 * Any thread. */
#ifndef WEIKE_APP_LESSON_MEDIA_H
#define WEIKE_APP_LESSON_MEDIA_H
#include "base/err.h"
#include "media/player/player.h"

/* NULL if the program is missing or cannot be started. Looks next to the executable, then in ../lib/weike/ from it. */
const struct media_api *media_load(struct err *e);
/* The same, NULL with the reason in the log. */
const struct media_api *media_api(void);
/* Before the program ends: waits, 1 s at most each, until a player just closed has let go of the sound device, and helpers are buried. */
void media_settle(void);
#endif
