/* room_parts.h - what was said and counted in a meeting, as lists. Private to model/room*.c. */
#ifndef WEIKE_MODEL_ROOM_PARTS_H
#define WEIKE_MODEL_ROOM_PARTS_H
#include "model/room.h"

void room_note_hands(struct room *r, const char *text);            /* "question id:response:count" */
void room_note_turn(struct room *r, int person, const char *text); /* "question id:response"; person -1: nobody known */
void room_note_minute(struct room *r, const char *text);
void room_note_release(struct room *r); /* topic included */
#endif
