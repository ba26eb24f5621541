/* player.h - plays one media file: demux, decode, audio clock, frames for the screen.
 *
 * Threads: every function here is for one thread, the owner (the UI thread); inside, a demux, a video and an
 * audio thread live only while the player is open. `wake` is called from those threads and may only wake the
 * owner's loop. In the kiosk all this runs in a process of its own (media/client/remote.h), and the app reaches it through
 * `struct media_api`.
 *
 *   fd -> demux -> packet queues (bounded by bytes, each packet with the seek serial) -> decoders
 *      -> frame queue of 4 -> player_frame(): the frame due by the audio clock -> scaler -> window surface */
#ifndef WEIKE_MEDIA_PLAYER_PLAYER_H
#define WEIKE_MEDIA_PLAYER_PLAYER_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct player;

struct player_opts {
    int fd;                 /* read-only, seekable; the player takes it and closes it */
    const char *name;       /* for messages and format guessing, e.g. "l1.mp4"; never opened */
    int64_t start_ms;       /* first position wanted */
    const char *audio_lang; /* preferred, "zh-CN"; NULL: the file's default */
    bool start_paused;
    bool mute;              /* no audio device is opened; the boot-time clock paces */
    bool unpaced;           /* --unpaced: every frame as fast as it decodes; no audio */
    int volume;             /* 0..100 */
    int speed_permille;     /* 750, 1000, 1250 */
    void (*wake)(void *ctx);
    void *wake_ctx;
};

enum player_phase { PLAYER_OPENING, PLAYER_PLAYING, PLAYER_PAUSED, PLAYER_ENDED, PLAYER_FAILED };

enum { PLAYER_MAX_TRACKS = 8 };
struct player_track { int index; char lang[16]; char title[64]; };

struct player_state {
    enum player_phase phase;
    bool seeking;              /* a seek is under way: position_ms is its target, nothing is being presented */
    int64_t position_ms;       /* what is heard (or shown, without sound) now, from the start of the file = 0 */
    int64_t length_ms;         /* 0 while unknown */
    int width, height;         /* display size of the video, 0 if there is none */
    bool has_audio, has_video;
    bool audio_silent;         /* the file has sound but it cannot be played; says so, keeps going by the clock */
    int damaged_count;         /* packets or frames that could not be decoded so far */
    struct err problem;        /* why PLAYER_FAILED, or what part cannot be played */
    int audio_track_count, audio_track; /* current index into track[] or -1 */
    struct player_track track[PLAYER_MAX_TRACKS];
};

struct player_cost { /* for `weike --play` and bench */
    uint64_t frames, dropped, late; /* late: presented more than 40 ms after due */
    double first_frame_ms;          /* player_open -> first player_frame that gave a picture */
    double decode_cpu_s;            /* CPU of the demux, video and audio threads */
    double process_cpu_s;           /* CPU of the process that plays, if it is another one; 0 */
    long process_rss_kb;            /* its largest resident size */
    double av_skew_ms_p95;          /* |video pts - audio clock| when presented */
};

/* One picture, planar 4:2:0 8-bit (other formats are converted by the decoder thread). Borrowed until the next
 * player_frame/player_close. */
struct picture {
    int width, height;            /* of the planes */
    const uint8_t *plane[3];
    int stride[3];
    bool full_range;
    int matrix;                   /* 601, 709 or 2020 */
    int display_width, display_height; /* after sample aspect ratio */
    int64_t pts_ms;
    uint64_t serial;              /* grows with each new picture */
};

struct player *player_open(const struct player_opts *opts, struct err *e); /* returns at once; probing is a thread's work */
void player_close(struct player *p); /* NULL is fine; joins the threads (< 50 ms) */
void player_pause(struct player *p, bool paused);
/* Exact: the first picture shown is the one at or just before position_ms. Works while paused (shows the picture). */
void player_seek(struct player *p, int64_t position_ms);
void player_speed(struct player *p, int speed_permille); /* pitch kept */
void player_volume(struct player *p, int volume);
void player_audio_track(struct player *p, int track);
void player_state(struct player *p, struct player_state *out);
/* The picture due now, or the last one; NULL if there is none yet. *changed says whether it is a new one. */
const struct picture *player_frame(struct player *p, bool *changed);
/* Milliseconds until there is something to do: player_frame would give a new picture, or the phase may change;
 * 0 now; -1: unknown, wait for wake. */
int player_due_ms(struct player *p);
bool player_starved(struct player *p); /* the next picture is not decoded yet, although there is one to come */
void player_cost(struct player *p, struct player_cost *out);

enum { MEDIA_API_VERSION = 1 };
struct scaler; /* media/client/scaler.h */
struct scaler_rect;
struct media_api {
    int version;
    struct player *(*open)(const struct player_opts *, struct err *);
    void (*close)(struct player *);
    void (*pause)(struct player *, bool);
    void (*seek)(struct player *, int64_t);
    void (*speed)(struct player *, int);
    void (*volume)(struct player *, int);
    void (*audio_track)(struct player *, int);
    void (*state)(struct player *, struct player_state *);
    const struct picture *(*frame)(struct player *, bool *);
    int (*due_ms)(struct player *);
    void (*cost)(struct player *, struct player_cost *);
    struct scaler *(*scaler_new)(void);
    void (*scaler_free)(struct scaler *);
    int (*scaler_take)(struct scaler *, const struct picture *, struct scaler_rect, struct scaler_rect *, int);
    void (*scaler_paint)(const struct scaler *, uint8_t *, int, struct scaler_rect);
    void (*settle)(void); /* before SDL_Quit: waits (1 s at most) until closed players have let go of the sound device */
};
#endif
