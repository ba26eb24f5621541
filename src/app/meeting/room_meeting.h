/* room_meeting.h - the meeting that is going on: keeps its state (model/room.h) and has every event of it saved as it comes.
 * UI thread. */
#ifndef WEIKE_APP_MEETING_ROOM_MEETING_H
#define WEIKE_APP_MEETING_ROOM_MEETING_H
#include "app/core/app.h"
#include "media/player/player.h"
#include "store/library/library.h"
#include "store/meeting/room.h"

struct room_item { char course_id[COURSE_ID], content_id[UUID_TEXT]; };
struct room_playlist { int count; struct room_item lesson[ROOM_LESSONS_MAX]; };

struct meeting {
    struct app *app;
    struct room_session session;
    struct open_lesson lesson;   /* the one of room.lesson_now */
    bool opened;                 /* `lesson` holds something */
    bool found;                  /* it was going on when the program had stopped */
    bool presenting;             /* PLAY was said */
    int64_t film_ms;             /* where the film stands by the last tick, while presenting */
    int64_t ticked_boot_ms, here_boot_ms;
};

/* Makes a meeting of these lessons, led by who is signed in; an open one closes by itself. NULL, or a sentence why not. */
const char *meeting_begin(struct app *app, const struct room_playlist *list);
/* The open meeting, for the room's screen; notes the cut if the program had stopped meanwhile. False: there is none. */
bool meeting_open(struct meeting *m, struct app *app);
void meeting_leave(struct meeting *m); /* it stays open; who comes back finds it as it was */
/* Is a meeting open? Its lesson's title and how many are in it; for tiles and cards. */
bool meeting_waiting(struct app *app, char *title, size_t size, int *present);
/* Who leads the open meeting; false: there is none, or that member is not here any more. */
bool meeting_host(struct app *app, struct member *out);

void meeting_say(struct meeting *m, enum room_kind kind, const char *member_id, const char *text);
void meeting_say_at(struct meeting *m, enum room_kind kind, int64_t media_ms);
void meeting_touched(struct meeting *m, int64_t boot_ms); /* a sign of presence for all */
/* Tells what the film does now; call at every tick. */
void meeting_follow(struct meeting *m, const struct player_state *p, int64_t boot_ms);
void meeting_seek(struct meeting *m, int64_t from_ms, int64_t to_ms);
/* Makes lesson `n` of the list the one that is shown. False: `e` says why it cannot be. */
bool meeting_lesson(struct meeting *m, int n, struct err *e) MUST_CHECK;
static inline struct room *meeting_room(struct meeting *m) { return &m->session.room; }
#endif
