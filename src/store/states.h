/* states.h - what the numbers in columns called `state`, `ready` and `kind` mean, for C and as pieces of SQL.
 *
 * The pieces are texts: SQLite uses an index "WHERE state = 0" only for a statement that says so, not for a bound value. Each is
 * called like its enumerator (tests/unit/store/test_states.c holds the two together). The enums of packages, meetings and the
 * outbox stand in library/library.h, meeting/room.h, model/room.h and outbox/outbox.h. */
#ifndef WEIKE_STORE_STATES_H
#define WEIKE_STORE_STATES_H

enum viewing_state { VIEWING_UNDER_WAY, VIEWING_OVER, VIEWING_CUT }; /* viewing.state */
#define SQL_VIEWING_UNDER_WAY "0"
#define SQL_VIEWING_OVER "1"
#define SQL_VIEWING_CUT "2"

enum attempt_state { ATTEMPT_UNDER_WAY, ATTEMPT_OVER, ATTEMPT_LEFT }; /* attempt.state */
#define SQL_ATTEMPT_UNDER_WAY "0"
#define SQL_ATTEMPT_OVER "1"
#define SQL_ATTEMPT_LEFT "2"

#define SQL_OUTBOX_WAITING "0" /* statement.state */
#define SQL_OUTBOX_DELIVERED "1"
#define SQL_OUTBOX_QUARANTINED "2"

#define SQL_LESSON_TO_COME "0" /* lesson.ready */
#define SQL_LESSON_READY "1"
#define SQL_LESSON_REPAIRING "2"

#define SQL_ROOM_OPEN "0" /* room.state */
#define SQL_ROOM_SIGNED "1"

#define SQL_ROOM_LESSON "2" /* room_event.kind */
#define SQL_ROOM_PLAY "3"
#endif
