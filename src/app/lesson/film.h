/* film.h - a film on the screen: the player's pictures fitted into a box, or the stills of a lesson that is only heard, with
 * captions. UI thread.
 *
 * The lesson player, a meeting and `weike --play` each open one and say where it goes; what is credited and what the buttons do
 * is theirs. Everything here but film_follow and film_draw works without a kiosk around it. */
#ifndef WEIKE_APP_LESSON_FILM_H
#define WEIKE_APP_LESSON_FILM_H
#include "flow/presented.h"
#include "media/client/scaler.h"
#include "media/player/player.h"
#include "model/course.h"
#include "model/cue.h"

#include <SDL2/SDL.h>

struct ui;

enum { FILM_RECTS = 256, FILM_END_MS = 500 };

/* Why it waits though somebody wants it to play. */
enum film_hold { FILM_UNANSWERED = 1, FILM_READ_ALOUD = 2, FILM_COVERED = 4 };

/* What a step found new. */
enum film_news { FILM_FIRST = 1, FILM_PHASE = 2, FILM_CUE = 4, FILM_STILL = 8, FILM_SECOND = 16 };

struct film {
    const char *dir;               /* the data directory with the blobs; borrowed; NULL: a file of its own */
    const struct lesson *lesson;   /* borrowed; NULL: a file of its own */
    const struct media_api *api;
    const struct rendition *rendition;
    struct player *player;         /* NULL: not open */
    struct scaler *scaler;
    struct player_state state;     /* as of the last step */
    struct err problem;            /* why it cannot be played; ERR_NONE */
    int speed_permille;
    unsigned held;                 /* of enum film_hold */
    struct cues captions;          /* of track[caption] */
    int caption;                   /* index into lesson->caption; -1: off */
    int cue, still;                /* what is shown now; -1: none */
    int64_t second;
    bool picture_shown;            /* there is something to paint */
    SDL_Rect box;                  /* where it may be, in pixels of the window */
    SDL_Rect picture;              /* where it is: the box but for its letterbox */
};

struct film_opts {
    const struct media_api *api;   /* NULL: no player is installed */
    const char *weight;            /* of weike.conf, see choice.h */
    int64_t start_ms;              /* outside the lesson: 0 */
    int volume;
    void (*wake)(void *ctx);
    void *wake_ctx;
};

/* Nothing is opened yet, so that nothing decodes while people come in. */
void film_init(struct film *f, const char *dir, const struct lesson *l);
/* Plays the lesson, or goes on with it if it is open. False: f->problem says why. */
bool film_open(struct film *f, const struct film_opts *o);
/* Plays a file of its own: takes o->fd. */
bool film_open_file(struct film *f, const struct media_api *api, const struct player_opts *o, struct err *e) MUST_CHECK;
void film_close(struct film *f); /* also before it was opened; the lesson stays, and may be opened again */

/* -- captions -- */
int film_caption_of(const struct lesson *l, const char *lang); /* the track in this language, else the first; -1: none */
void film_set_caption(struct film *f, int track);              /* -1: off; also of one that cannot be read */
const char *film_caption(const struct film *f);                /* what is said now; NULL */

/* -- running -- */
bool film_playing(const struct film *f); /* wants to, as the button says: also while it opens or seeks */
bool film_running(const struct film *f); /* presenting now */
bool film_paused(const struct film *f);
bool film_over(const struct film *f);    /* ended, or failed */
int64_t film_length_ms(const struct film *f);
void film_pause(struct film *f, bool pause); /* somebody wants it so: nothing holds it any more */
int64_t film_seek(struct film *f, int64_t to_ms); /* never to the very end; returns where */
int64_t film_now_ms(struct film *f); /* where it is at this moment, not as of the last step */
void film_next_speed(struct film *f); /* as it is, faster, slower */
void film_next_voice(struct film *f); /* the next sound track */
void film_set_volume(struct film *f, int volume);
/* Makes a playing film wait, until the last reason is gone. A film that somebody paused is not held. True: it waits now for this. */
bool film_hold(struct film *f, enum film_hold why);
void film_release(struct film *f, enum film_hold why);
struct presented film_presented(const struct film *f); /* as of the last step */
/* What the ledger is told before it is closed: where it stands, to the millisecond, not playing any more. */
struct presented film_last(struct film *f);

/* -- showing -- */
/* Takes in the picture that is due, fitted into `box`: fills `damage` with what is to be painted anew and says how many. The whole
 * box when it lies elsewhere than before. `*changed`: it is a new picture. */
int film_take(struct film *f, SDL_Rect box, SDL_Rect damage[FILM_RECTS], bool *changed);
void film_paint(const struct film *f, SDL_Surface *to, SDL_Rect clip); /* the picture, and black beside it */
unsigned film_look(struct film *f); /* state, caption and still of now: news */
int film_due_ms(const struct film *f); /* -1: the player wakes us */

/* In the kiosk: film_take and film_look with the box where film_draw has put it, and repaints what changed. */
unsigned film_follow(struct film *f, struct ui *ui);
/* Fills the open box: stills, pictures, else nothing. `poster`: what stands there until the first picture; may be NULL. */
struct film_poster { const char *path; uint32_t ground_rgb; };
void film_draw(struct ui *ui, struct film *f, const struct film_poster *poster);
#endif
