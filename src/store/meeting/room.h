/* room.h - meetings kept on disk: each event is committed as it comes, so that a cut takes at most ROOM_TICK_MS of anybody.
 *
 * One room is open at a time. The screen keeps its own `struct room` (model/room.h), applies each event to it and posts it here.
 * Credits are given when the room closes: the events are read again, and per person and lesson a viewing, its hours and
 * statements are written, a few people a transaction, each exactly once however often that is cut off and begun again. A room
 * that was never signed is closed by itself (state 2, with the credits) when another is opened, or at a start 12 hours later.
 * Reading: any connection, its thread. Changing: the writer. */
#ifndef WEIKE_STORE_MEETING_ROOM_H
#define WEIKE_STORE_MEETING_ROOM_H
#include "model/course.h"
#include "model/room.h"
#include "store/people/member.h"

enum { ROOM_FORGOTTEN_MS = 12 * 3600 * 1000, ROOM_MAKEUP_DAYS = 60 };
enum room_state { ROOM_OPEN, ROOM_SIGNED, ROOM_CLOSED };

/* ---- holding one ---- */

struct room_pick { const struct course *course; const struct lesson *lesson; }; /* lessons in the order of showing */
/* Makes the room with its BEGIN; an open one closes by itself. `room_id`: uuid_v7() made before. `at` is BEGIN's reading
 * (store_clock). Fails on the writer with ERR_REFUSED if the host may not lead (secretary or technician). Returns the ticket. */
uint64_t room_open(struct writer *w, const char *room_id, const char *host_id, const struct room_pick *pick, int count,
                   const struct clock_reading *at);
/* One event, copied. Of a room that is signed or gone: ERR_REFUSED, nothing kept. What the disk did not take (ERR_FULL, ERR_IO) goes
 * in with the next event or the signature that it takes: the screen need not post it again. */
uint64_t room_post(struct writer *w, const char *room_id, const struct room_event *ev);
struct room_backlog; /* those: one a node, made with the first event; for store.c */
void room_backlog_free(struct room_backlog *b);
/* SIGN by `member_id` (the PIN was right) at `at`; then the credits follow by themselves, on the writer's thread, behind other
 * facts. The ticket is committed when the signature is: no cut can take the meeting any more. */
uint64_t room_close(struct writer *w, const char *room_id, const char *member_id, const struct clock_reading *at);
/* Goes on with credits that were cut off or met a full disk, and closes what was forgotten. store_open does it as owner; the
 * kiosk may do it now and then. Costs one look when there is nothing to do. */
uint64_t room_settle(struct writer *w, const struct clock_reading *now);
bool room_settle_due(struct db *db, const struct clock_reading *now); /* is there something for it to do? False also when that cannot be read */

/* ---- reading one back ---- */

struct room_look;
struct room_session {         /* the open room, replayed; without one id is "" */
    char id[UUID_TEXT], host_id[MEMBER_ID];
    int64_t began_ms;
    struct room room;         /* at its newest event; earlier credits are looked up through `db` as people come */
    struct room_look *look;   /* owned; the connection it borrows must live as long as the session */
};
/* An open room that was not signed and is not forgotten at `now`. The caller posts CUT if he goes on with it, and applies it to
 * out->room, as every later event. Release it also when out->id is "". */
bool room_open_session(struct db *db, const struct clock_reading *now, struct room_session *out, struct err *e) MUST_CHECK;
/* The same without the studies: for a card that only says what waits. */
bool room_open_glance(struct db *db, const struct clock_reading *now, struct room_session *out, struct err *e) MUST_CHECK;
/* The same of a room just opened, or any other; of one that has ended without the studies, as its credits are in the rows below.
 * ERR_MISSING if there is none of this id. */
bool room_read(struct db *db, const char *room_id, struct room_session *out, struct err *e) MUST_CHECK;
void room_session_release(struct room_session *s);

/* The viewing row of a person and lesson of a room: table viewing, and session-id of its statements. */
void room_viewing_id(const char *room_id, const char *member_id, const char *content_id, char out[UUID_TEXT]);
/* Where that one was taken back and given again, the newest; `there`: it holds. Not there: the id that the next one gets. */
bool room_viewing_last(struct db *db, const char *room_id, const char *member_id, const char *content_id, char out[UUID_TEXT], bool *there,
                       struct err *e) MUST_CHECK;

/* The attempt of who answers this question aloud in the room: one, also after a cut (record.h). */
void room_answer_id(const char *room_id, const char *member_id, const char *content_id, const char *question_id, char out[UUID_TEXT]);
/* Content ids of the lessons that this member has such a viewing of, ended, in the order of showing. */
bool room_viewed(struct db *db, const char *room_id, const char *member_id, char out[ROOM_LESSONS_MAX][UUID_TEXT], int *count,
                 struct err *e) MUST_CHECK;

/* ---- for screens and registers ---- */

struct room_row {
    char id[UUID_TEXT], host_id[MEMBER_ID], host_name[MEMBER_NAME];
    enum room_state state;
    bool settled;             /* every credit is written */
    int64_t began_ms, ended_ms; /* wall time; ended 0 while open */
    char *topic;
    int lesson_count;
    struct { char content_id[UUID_TEXT]; struct lang_text title; } *lesson;
    int people;               /* attendance rows */
};
struct room_list { int count; struct room_row *row; };
void room_list_release(struct room_list *l);
/* Rooms that began in a local month (202611; 0: all), newest first. `total` may be NULL. */
bool room_list(struct db *db, int month, int offset, int limit, struct room_list *out, int *total, struct err *e) MUST_CHECK;

struct attendance {
    char member_id[MEMBER_ID], name[MEMBER_NAME], photo_sha256[SHA256_HEX];
    int hue;
    int64_t present_ms, watched_ms, verified_ms;
    char statement_id[UUID_TEXT];
    bool voided;              /* corrected since (store/register/register.h) */
};
struct attendance_list { int count; struct attendance *row; };
void attendance_list_release(struct attendance_list *l);
/* By pinyin. */
bool room_attendance(struct db *db, const char *room_id, struct attendance_list *out, struct err *e) MUST_CHECK;

/* Lessons to make up: played in a signed room of the last ROOM_MAKEUP_DAYS that this member did not attend, not finished by
 * her since, and still in the library. Newest meeting first, each once. */
struct makeup { char room_id[UUID_TEXT], course_id[ROOM_COURSE], content_id[UUID_TEXT]; int64_t began_ms; struct lang_text title; };
struct makeup_list { int count; struct makeup *row; };
void makeup_list_release(struct makeup_list *l);
bool room_makeup(struct db *db, const char *member_id, int64_t now_ms, int limit, struct makeup_list *out, struct err *e) MUST_CHECK;
#endif
