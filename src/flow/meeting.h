/* meeting.h - the meeting that is going on: keeps its state (model/room.h) and has every event of it saved as it
 * comes. Who comes and goes, where the film stands, when it stops to talk, when everybody is asked for a sign. */
#ifndef WEIKE_FLOW_MEETING_H
#define WEIKE_FLOW_MEETING_H
#include "flow/flow.h"
#include "flow/presented.h"
#include "store/library/library.h"
#include "store/meeting/room.h"

enum { MEETING_BREAK_MS = 300000, MEETING_UNDO_MAX = 16 };

struct meeting_item { char course_id[COURSE_ID], content_id[UUID_TEXT]; };
struct meeting_list { int count; struct meeting_item lesson[ROOM_LESSONS_MAX]; };

struct meeting_undo { int count; bool came; char id[MEETING_UNDO_MAX][MEMBER_ID]; };

struct meeting {
    struct flow *flow;
    struct room_session session;
    struct open_lesson lesson;   /* the one of room.lesson_now */
    bool opened;                 /* `lesson` holds something */
    bool found;                  /* it was going on when the program had stopped */
    bool presenting;             /* PLAY was said */
    int64_t film_ms;             /* where the film stands by the last step, while presenting */
    int64_t ticked_boot_ms, here_boot_ms;
    int64_t passed_ms;           /* the film's position as the pauses know it */
    int64_t stopped_boot_ms;     /* it stands still since; 0: never ran */
    struct meeting_undo undo;    /* the last coming or going */
};

/* Makes a meeting of these lessons, led by `host_id`; an open one closes by itself. Waits for the disk: nothing
 * plays yet. */
bool meeting_begin(struct flow *f, const char *host_id, const struct meeting_list *list, struct err *e) MUST_CHECK;
/* The open meeting, for its screen; notes the cut if the program had stopped meanwhile. Waits for what was posted.
 * False: there is none. */
bool meeting_open(struct meeting *m, struct flow *f);
void meeting_leave(struct meeting *m); /* it stays open; who comes back finds it as it was */
/* Is a meeting open? Its lesson's title and how many are in it; for tiles and cards. */
bool meeting_waiting(struct flow *f, char *title, size_t size, int *present);
/* Who leads the open meeting; false: there is none, or that member is not here any more. */
bool meeting_host(struct flow *f, struct member *out);

void meeting_say(struct meeting *m, enum room_kind kind, const char *member_id, const char *text);
/* Makes lesson `n` of the list the one that is shown. False: `e` says why it cannot be. */
bool meeting_lesson(struct meeting *m, int n, struct err *e) MUST_CHECK;

/* ---- people ---- */
/* Who was here goes, who was not comes. With `all` everybody of these comes who is not here yet. Who changed is kept
 * for meeting_undo. */
void meeting_tapped(struct meeting *m, const char *const *member_id, int count, bool all);
void meeting_undo(struct meeting *m);  /* it was a mistake; nothing to undo: nothing */
void meeting_touched(struct meeting *m, int64_t boot_ms); /* a sign of presence for all */

/* ---- the film ---- */
struct meeting_news {
    int pause;        /* of the lesson, reached now: the film is to stop; -1: none */
    bool ask;         /* "everyone still here?" from now on */
    bool unanswered;  /* nobody said so: the film is to stop */
};
/* Tells what the film does now. At every step, and before it is let go. */
struct meeting_news meeting_follow(struct meeting *m, const struct presented *p, int64_t boot_ms);
void meeting_seek(struct meeting *m, int64_t from_ms, int64_t to_ms);
void meeting_again(struct meeting *m); /* the lesson from its beginning */
/* It stood still so long that people are asked before it goes on. */
bool meeting_was_break(const struct meeting *m, int64_t boot_ms);
int64_t meeting_position_ms(const struct meeting *m); /* where it goes on; from the beginning once it has ended */
static inline struct room *meeting_room(struct meeting *m) { return &m->session.room; }
#endif
