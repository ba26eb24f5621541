/* media.h - finds the program that plays films (weike-player) and keeps one of it waiting: its codecs alone cost 40 ms
 * of dynamic linking, and what a hostile film does to it does not touch the kiosk (media/client/remote.h).
 *
 * Any thread. */
#ifndef WEIKE_APP_LESSON_MEDIA_H
#define WEIKE_APP_LESSON_MEDIA_H
#include "base/err.h"
#include "media/player/player.h"

#include <stddef.h>

/* NULL if the program is missing or cannot be started. Looks next to the executable, then in ../lib/weike/ from it. */
const struct media_api *media_load(struct err *e);
/* Path of another program of ours: next to the executable, else in ../lib/weike/ from it. NULL: not installed. Caller frees. */
char *media_program(const char *name);
/* For weike-sync.so: the first of these paths (from the executable's folder) that is there, linked in; NULL with the reason. */
void *media_load_object(const char *const *places, size_t count, struct err *e);
/* Gives back what starting touched of the libraries and playing does not need. */
void media_trim(void);
/* Before the program ends: waits, 1 s at most each, until a player just closed has let go of the sound device, and helpers are buried. */
void media_settle(void);
#endif
