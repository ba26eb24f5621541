/* room_parts.h - an example for the rules. */
#ifndef WEIKE_STORE_MEETING_ROOM_PARTS_H
#define WEIKE_STORE_MEETING_ROOM_PARTS_H
int room_row(void);
#endif
