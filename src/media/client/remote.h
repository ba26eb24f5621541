/* remote.h - the player in a process of its own: a film that breaks its decoder ends that process, not the kiosk.
 *
 * One such process is kept waiting (its 40 ms of linking are over before anybody taps) and each lesson uses one up. It
 * has no network, cannot read the data directory, and gets the film as a descriptor. The functions of the table are
 * those of player.h for the thread that owns the player; a film that kills, hangs (5 s) or bloats its process is
 * PLAYER_FAILED with a sentence. */
#ifndef WEIKE_MEDIA_CLIENT_REMOTE_H
#define WEIKE_MEDIA_CLIENT_REMOTE_H
#include "media/player/player.h"

/* Starts the waiting process if there is none. Any thread. `program`: path of weike-player. */
bool remote_prepare(const char *program, struct err *e) MUST_CHECK;
void remote_wait(void); /* until the waiting process is ready for a film; for measuring */
const struct media_api *remote_api(void);
#endif
