/* room_parts.h - what the files of store/room share. Private to store/room*.c. */
#ifndef WEIKE_STORE_MEETING_ROOM_PARTS_H
#define WEIKE_STORE_MEETING_ROOM_PARTS_H
#include "store/meeting/room.h"
#include "store/outbox/fact.h"

struct room_head { /* a row of table room */
    int64_t seq, began_ms, ended_ms;
    char id[UUID_TEXT], host_id[MEMBER_ID];
    int state, lesson_count;
    struct room_lesson lesson[ROOM_LESSONS_MAX];
};
/* Fills `out` from a query whose columns are ROOM_HEAD. */
#define ROOM_HEAD "seq, id, host_id, state, began_ms, ended_ms, playlist"
void room_head_columns(struct query *q, struct room_head *out);
/* Applies every event of the room to `r`, in order. */
bool room_replay(struct db *db, int64_t room_seq, struct room *r, struct err *e) MUST_CHECK;
/* The newest reading in its events. */
bool room_last_reading(struct db *db, int64_t room_seq, struct clock_reading *out, struct err *e) MUST_CHECK;
bool room_is_forgotten(const struct clock_reading *last, const struct clock_reading *now);
/* room_before of an open room. */
struct room_look { struct db *db; int year; struct room_lesson lesson[ROOM_LESSONS_MAX]; };
void room_look_before(void *ctx, const char *member_id, int lesson, struct spans *counted, struct spans *verified);

/* An id that is the same whenever and wherever it is made of the same three (RFC 9562 §5.8). */
void room_derive_id(const char *room_id, const char *what, const char *member_id, const char *content_id, char out[UUID_TEXT]);

/* Inside the writer's transaction: the room ends, by `member_id`, or by itself (""). */
bool room_end(struct writer *w, struct db *db, int64_t room_seq, const char *member_id, const struct clock_reading *at,
              struct err *e) MUST_CHECK;
/* Ends those that are forgotten; then the credits of some people of one room that has ended. *left: there is more to do;
 * *mark changes whenever something was done. */
bool room_settle_some(struct writer *w, struct db *db, const struct clock_reading *now, bool *left, int64_t *mark,
                      struct err *e) MUST_CHECK;
#endif
