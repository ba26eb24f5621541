/* media.h - finds and loads the player (weike-media.so), which is kept out of the start path: the codecs alone
 * cost 40 ms of dynamic linking, and the home screen needs none of them.
 *
 * Any thread; the work is done once, by the first caller, and never undone. */
#ifndef WEIKE_APP_MEDIA_H
#define WEIKE_APP_MEDIA_H
#include "base/err.h"
#include "media/player.h"

#include <stddef.h>

/* NULL if the shared object is missing or of another version; the answer is the same for every caller. Looks
 * next to the executable, then in ../lib/weike/ from it. */
const struct media_api *media_load(struct err *e);
/* The first of these paths (from the executable's folder) that is there, linked in; NULL with the reason. Any thread. */
void *media_load_object(const char *const *places, size_t count, struct err *e);
/* Gives back what linking and opening a lesson touched of the libraries and playing does not need. */
void media_trim(void);
/* Before the program ends: waits, 1 s at most, until a player just closed has let go of the sound device. */
void media_settle(void);
#endif
