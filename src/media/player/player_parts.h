/* player_parts.h - what player.c (the owner's side) and player_threads.c (the inside) share. Private to them. */
#ifndef WEIKE_MEDIA_PLAYER_PLAYER_PARTS_H
#define WEIKE_MEDIA_PLAYER_PLAYER_PARTS_H
#include "base/thread.h"
#include "media/player/audio_decoder.h"
#include "media/sound/audio_out.h"
#include "media/player/demux.h"
#include "media/player/frame_queue.h"
#include "media/player/packet_queue.h"
#include "media/sound/play_clock.h"
#include "media/player/player.h"
#include "media/player/video_decoder.h"

#include <stdatomic.h>
#include <time.h>

enum { PACKETS_SOFT_BYTES = 2 * 1024 * 1024, PACKETS_HARD_BYTES = 12 * 1024 * 1024 };
enum player_thread { THREAD_DEMUX, THREAD_VIDEO, THREAD_AUDIO, THREAD_COUNT };
enum { SKEW_BINS = 2000, SKEW_BIN_US = 250 };

struct player_worker { /* set under the player's gate */
    pthread_t thread;
    bool started, done;
    clockid_t cpu_clock;
    double cpu_s; /* once done */
};

struct player {
    /* fixed while open */
    struct player_opts opts; /* its strings are our copies */
    char *name, *audio_lang;
    int64_t open_us;

    /* parts with locks of their own */
    struct play_clock clock;
    struct packet_queue *packets;
    struct frame_queue *frames;
    struct audio_out *audio_out;
    atomic_bool cancel;

    /* what the threads found out: under gate */
    struct gate gate;
    struct player_worker worker[THREAD_COUNT];
    bool opened, failed, has_video, has_audio, audio_silent;
    struct err problem;
    struct demux *demux;          /* set once, before `opened` */
    struct video_decoder *video;  /* set once by the video thread */
    struct audio_decoder *audio;  /* set once by the audio thread */
    int speed_permille;

    /* the owner's */
    unsigned serial, shown_serial;
    int64_t target_us, last_end_us, shown_at_us;
    int audio_track; /* asked for; -1: as opened */
    bool paused, running_free, ended;
    AVFrame *shown;
    struct picture picture;
    uint64_t frames_shown, frames_dropped, frames_late;
    double first_frame_ms;
    uint32_t skew[SKEW_BINS];
};

void player_threads_start(struct player *p);
void player_threads_join(struct player *p); /* after cancel and the stops */
/* The sound cannot be played: the lesson goes on by the clock. Any thread. */
void player_go_silent(struct player *p, const struct err *why);
double player_threads_cpu_s(struct player *p);
#endif
