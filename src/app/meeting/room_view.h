/* room_view.h - the state of the meeting's screen, shared by its logic (screen_room.c) and its pages: the room with film and
 * wall (room_view.c), the card beside the wall (room_ask.c), the questions (room_quiz.c), the last page (room_end.c), the
 * signature (room_sign.c). UI thread. */
#ifndef WEIKE_APP_MEETING_ROOM_VIEW_H
#define WEIKE_APP_MEETING_ROOM_VIEW_H
#include "app/keyboard/keyboard.h"
#include "app/lesson/film.h"
#include "app/meeting/room_wall.h"
#include "app/core/screens.h"
#include "app/speech/voice_note.h"
#include "flow/meeting.h"
#include "model/attempt.h"
#include "store/people/pin.h"

enum room_page { ROOM_PAGE_ROOM, ROOM_PAGE_QUIZ, ROOM_PAGE_END, ROOM_PAGE_SIGN, ROOM_PAGE_DONE };
enum room_ask_mode { ROOM_ASK_OPEN, ROOM_ASK_HANDS, ROOM_ASK_PERSON };
enum { ROOM_PHRASES = 6, ROOM_CONTROLS_MS = 5000 };

struct room_ask {            /* the card in the film's place */
    bool open;
    int pause;               /* index into lesson->pause; -1: a question of the secretary's own */
    enum room_ask_mode mode;
    int hands;               /* being counted */
    bool counted;            /* `hands` was said */
    int person;              /* index into room->person who is asked; -1 */
};

struct room_quiz {
    struct question_set set;
    int at;                  /* question; == set.count: through */
    bool in_turn;            /* one person answers; else hands */
    bool shown;              /* the right answer is on the screen */
    int hands[QUESTION_MAX_OPTIONS];
    int person;
    struct question_set one; /* the current question alone; borrowed from set */
    struct attempt attempt;  /* of `one`, what is marked for that person */
    enum verdict verdict;
};

struct room_end {
    bool picked[ROOM_PHRASES];
    char *text;              /* written minutes, NULL */
    char *topic;             /* NULL: the titles of what was played */
    int offset;              /* of the roster's page */
    struct keyboard *keyboard;
    bool writing_topic;      /* what the keyboard is for */
    bool choosing_topic;     /* the titles are offered */
    struct voice_note *voice;/* open while something is said */
    int voices;              /* kept so far */
};

struct room_sign {
    char digits[13], pictures[16];
    int picks;
    uint64_t checking;       /* ticket; 0: none */
    enum pin_verdict said;   /* PIN_RIGHT until something else was said */
    int tries_left;
    int64_t locked_ms;
    uint64_t closing;        /* ticket of the signature; 0: none */
    bool told;               /* topic and minutes are said */
    bool failed, settled;
};

struct room_view {
    struct app *app;
    struct meeting meeting;
    struct film film;             /* what it plays is credited by the room (model/room.h), not by a viewing */
    struct room_wall wall;
    bool there;              /* there is a meeting */
    enum room_page page;
    bool big;                /* the film alone, people hidden */
    int64_t big_controls_until_boot_ms;
    bool break_asked;        /* "everyone still here?" after a break, before it goes on */
    char undo_name[MEMBER_NAME]; /* whom "undo" is about, if it is one */
    struct room_ask ask;
    struct room_quiz quiz;
    struct room_end end;
    struct room_sign sign;
};

/* --- looks --- */
void room_view_draw(struct ui *ui, struct room_view *s);          /* the whole screen */
void room_ask_draw(struct ui *ui, struct room_view *s);           /* a column that fills its place */
void room_quiz_draw(struct ui *ui, struct room_view *s);
void room_end_draw(struct ui *ui, struct room_view *s);
void room_sign_draw(struct ui *ui, struct room_view *s);
void room_done_draw(struct ui *ui, struct room_view *s);
void room_head_draw(struct ui *ui, struct room_view *s);          /* corners, name of the meeting, how many are here */

/* --- what taps do; screen_room.c --- */
void room_play(struct room_view *s);            /* begins, goes on, or pauses */
void room_go_on(struct room_view *s);           /* after a card or a break */
void room_back_10(struct room_view *s);
void room_watch_again(struct room_view *s);
void room_show_lesson(struct room_view *s, int n);
void room_tapped(struct room_view *s, const struct room_wall_tap *t);
void room_ask_own(struct room_view *s);
void room_leave(struct room_view *s);
void room_film_off(struct room_view *s);        /* tells the record where the film stands, and lets the player go */
void room_to_page(struct room_view *s, enum room_page page);
const char *room_lesson_title(struct room_view *s, int n); /* of the list; until the frame ends */
const struct member *room_person_of(struct room_view *s, int person);  /* NULL: none, or not a member any more */
/* The card's and the quiz's. */
void room_ask_close(struct room_view *s);
bool room_quiz_load(struct room_view *s, struct err *e) MUST_CHECK; /* room_quiz.c */
void room_quiz_release(struct room_view *s);
void room_end_open(struct room_view *s);        /* room_end.c */
void room_end_release(struct room_view *s);
void room_end_say(struct room_view *s);         /* posts topic and minutes, before the signature */
void room_sign_tick(struct room_view *s);       /* room_sign.c */
#endif
