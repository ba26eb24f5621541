/* screens.h - the screens of the kiosk and what each is entered with. */
#ifndef WEIKE_APP_CORE_SCREENS_H
#define WEIKE_APP_CORE_SCREENS_H
#include "store/library/library.h"
#include "store/people/member.h"
#include "ui/nav.h"

extern const struct screen_class signin_screen;  /* no argument */
extern const struct screen_class code_screen;    /* const struct code_arg */
extern const struct screen_class home_screen;    /* no argument */
extern const struct screen_class shelf_screen;   /* no argument: all courses, by category */
extern const struct screen_class course_screen;  /* const char *course_id */
extern const struct screen_class player_screen;  /* const struct lesson_arg */
extern const struct screen_class quiz_screen;    /* const struct lesson_arg */
extern const struct screen_class hours_screen;   /* no argument */
extern const struct screen_class comfort_screen; /* no argument: size of letters, contrast, reach, language, volume */
extern const struct screen_class wait_screen;    /* no argument: the disk is slow, the next screen comes when it has saved the last one */
extern const struct screen_class help_screen;    /* const char *text: one sentence a line */
extern const struct screen_class tech_screen;    /* no argument */
extern const struct screen_class link_screen;    /* no argument: when the network was last there, what waits, what comes */
extern const struct screen_class stick_screen;   /* no argument: the stick whose turn it is */

extern const struct screen_class review_screen;  /* no argument: two questions from before; see store/study/review.h */
extern const struct screen_class worst_screen;   /* no argument: what the village answers worst */
extern const struct screen_class secretary_screen; /* no argument: what the secretary does; see secretary.h */
extern const struct screen_class registers_screen; /* no argument: viewing, attendance and the others, by month */
extern const struct screen_class room_pick_screen; /* NULL, or const struct lesson_arg: chosen already; which lessons the meeting is about */
extern const struct screen_class room_screen;      /* const struct room_arg */

extern const struct screen_class comments_screen;   /* const struct lesson_arg: what people said about this lesson */
extern const struct screen_class moderation_screen; /* no argument: all comments, newest first, for the secretary to hide */

struct lesson_arg {
    char course_id[COURSE_ID];
    char content_id[UUID_TEXT];
    int64_t from_ms;   /* player: -1 where I stopped, else this position */
    bool clip;         /* player: shown to answer a question; back returns to the quiz */
};

enum code_purpose { CODE_SIGN_IN, CODE_TECHNICIAN };
struct code_arg {
    enum code_purpose purpose;
    struct member member; /* CODE_SIGN_IN */
    const struct screen_class *then; /* CODE_SIGN_IN: opened above home, without an argument; NULL: none */
};
#endif
