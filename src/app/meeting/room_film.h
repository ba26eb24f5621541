/* room_film.h - the film in a meeting: a box of the room's screen with picture or stills and captions. UI thread.
 *
 * Opened when it is first played, so that nothing decodes while people come in. What it plays is credited by the room
 * (model/room.h), not by app/lesson/viewing.h. */
#ifndef WEIKE_APP_MEETING_ROOM_FILM_H
#define WEIKE_APP_MEETING_ROOM_FILM_H
#include "app/core/app.h"
#include "media/client/scaler.h"
#include "model/cue.h"
#include "store/library/library.h"

struct room_film {
    struct app *app;
    const struct media_api *api;
    const struct lesson *lesson;   /* borrowed; outlives the film */
    const char *poster_sha256;     /* shown until the first picture; borrowed; "" if none */
    uint32_t ground_rgb;
    const struct rendition *rendition;
    struct player *player;         /* NULL: not opened yet */
    struct scaler *scaler;
    struct player_state state;     /* as of the last tick */
    struct err problem;            /* why it cannot be played */
    struct cues captions;
    int cue, still;                /* what is shown now; -1: none */
    bool picture_shown;
    struct scaler_rect picture_box;
    int64_t shown_second;
};

void room_film_init(struct room_film *f, struct app *app, const struct course *c, const struct lesson *l);
/* Opens it at `from_ms` and lets it run. False: f->problem says why. */
bool room_film_start(struct room_film *f, int64_t from_ms);
void room_film_pause(struct room_film *f, bool pause);
void room_film_seek(struct room_film *f, int64_t to_ms);
void room_film_tick(struct room_film *f);             /* from the screen's tick */
int room_film_due_ms(const struct room_film *f);      /* -1: woken by the player */
bool room_film_running(const struct room_film *f);    /* presenting now */
int64_t room_film_length_ms(const struct room_film *f);
void room_film_draw(struct ui *ui, struct room_film *f, bool square); /* fills the open box; square corners or round ones */
const char *room_film_caption(const struct room_film *f); /* what is said now; NULL */
void room_film_close(struct room_film *f);            /* also before it was opened */
#endif
