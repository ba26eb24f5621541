/* room_turn.h - whose turn it is to answer aloud. Pure. */
#ifndef WEIKE_APP_MEETING_ROOM_TURN_H
#define WEIKE_APP_MEETING_ROOM_TURN_H
#include "model/room.h"

/* Index into room->person of the next one: of those present the one who has answered least, and among these the first after
 * `after` in the order of coming, round and round, so that nobody is passed over and nobody asked twice in a row while
 * another could be. `after`: the one asked last, -1: nobody yet. -1: nobody is here. */
int room_turn_next(const struct room *r, int after);
#endif
