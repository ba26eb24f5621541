/* player_view.h - how the player's screen looks (player_view.c), and what it is asked for; what that does is screen_player.c's. */
#ifndef WEIKE_APP_LESSON_PLAYER_VIEW_H
#define WEIKE_APP_LESSON_PLAYER_VIEW_H
#include "app/core/screens.h"
#include "app/lesson/film.h"
#include "flow/viewing.h"

struct player_view {
    struct app *app;
    struct lesson_arg arg;
    struct open_lesson lesson;
    bool opened;                  /* lesson holds something to release */
    struct film film;             /* its `problem` also says why there is no lesson */
    struct viewing viewing;
    int64_t controls_until_boot_ms;
    bool controls_shown;
    bool stick_shown;             /* a stick was plugged in just now */
    bool scrubbing;               /* a finger is on the seek bar */
};

/* What a tap asks for. */
enum player_wish_kind {
    PLAYER_NOTHING,
    PLAYER_CONTROLS,   /* value: show or hide them */
    PLAYER_TOGGLE,     /* play or pause */
    PLAYER_SEEK,       /* value: to which ms */
    PLAYER_SAY_AGAIN,  /* the last sentence */
    PLAYER_NEXT_CAPTION,
    PLAYER_NEXT_SPEED,
    PLAYER_NEXT_VOICE,
    PLAYER_VOLUME,     /* value: by how much */
    PLAYER_LISTENING,  /* "I am listening" */
    PLAYER_WATCH_AGAIN,
    PLAYER_QUIZ,
    PLAYER_TALK,
    PLAYER_LEAVE,
};
struct player_wish { enum player_wish_kind kind; int64_t value; };

void player_view_draw(struct ui *ui, struct player_view *s, struct player_wish *w);
#endif
