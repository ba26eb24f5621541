/* player_view.h - the state of the player screen, shared by its logic (screen_player.c) and its looks (player_view.c). */
#ifndef WEIKE_APP_LESSON_PLAYER_VIEW_H
#define WEIKE_APP_LESSON_PLAYER_VIEW_H
#include "app/core/screens.h"
#include "app/lesson/viewing.h"
#include "media/client/scaler.h"
#include "media/player/player.h"
#include "model/cue.h"

enum { CONTROLS_MS = 5000 };

struct player_view {
    struct app *app;
    const struct media_api *api;
    struct lesson_arg arg;
    struct open_lesson lesson;
    bool opened;                  /* lesson holds something to release */
    const struct rendition *rendition;
    struct player *player;        /* NULL when it could not be opened */
    struct scaler *scaler;
    struct player_state state;    /* as of the last tick */
    struct err problem;           /* why nothing can be played */
    struct viewing viewing;
    int speed_permille;

    struct cues captions;         /* of track[caption] */
    int caption;                  /* index into lesson->caption, -1: off */
    int cue;                      /* index into captions, -1: none now */
    int still;                    /* index into rendition->still, -1 */

    bool picture_shown;           /* the canvas has something to paint */
    struct scaler_rect picture_box;
    int64_t controls_until_boot_ms;
    bool controls_shown;
    bool stick_shown;             /* a stick was plugged in just now */
    int64_t shown_second;
    bool scrubbing;               /* a finger is on the seek bar */
    bool covered;                 /* paused because help or "see and reach" lies above; goes on when they close */
    bool paused_for_absence;      /* the presence question went unanswered */
    bool paused_for_reading;      /* the screen is read aloud */
    bool quiz_next;               /* leaving for the quiz, not away */
};

void player_view_draw(struct ui *ui, struct player_view *s);
/* What the controls do; in screen_player.c. */
void player_view_toggle(struct player_view *s);
void player_view_seek(struct player_view *s, int64_t to_ms);
void player_view_repeat_sentence(struct player_view *s);
void player_view_next_caption(struct player_view *s);
void player_view_next_speed(struct player_view *s);
void player_view_next_audio(struct player_view *s);
void player_view_volume(struct player_view *s, int delta);
void player_view_again(struct player_view *s);
void player_view_quiz(struct player_view *s);
void player_view_leave(struct player_view *s);
void player_view_covered(struct player_view *s); /* another screen now lies above: nobody sees what plays */
void player_view_talk(struct player_view *s);
bool player_view_asking(const struct player_view *s); /* is "still listening?" up */
void player_view_paint(void *ctx, SDL_Surface *to, SDL_Rect box, SDL_Rect clip); /* ui_paint_fn for the video */
#endif
