/* play_clock.h - which moment of the lesson is now. Any thread; its lock is a leaf.
 *
 * Sound leads when there is sound: the audio callback says what is being heard, and between callbacks the clock
 * runs on by boot time, but never past the sound handed out. Without sound it runs freely. Callers pass the
 * boot-time microseconds, so tests need no clock. */
#ifndef WEIKE_MEDIA_SOUND_PLAY_CLOCK_H
#define WEIKE_MEDIA_SOUND_PLAY_CLOCK_H
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct play_clock {
    pthread_mutex_t lock;   /* everything below */
    unsigned serial;        /* the seek this time belongs to */
    int64_t media_us;       /* at boot_us; from the start of the file */
    int64_t boot_us;
    int64_t limit_us;       /* media time up to which sound was handed out; INT64_MAX: running freely */
    int speed_permille;
    bool running, paused;
};

void play_clock_init(struct play_clock *c, int speed_permille, bool paused);
void play_clock_release(struct play_clock *c);
void play_clock_seek(struct play_clock *c, unsigned serial, int64_t media_us); /* stands there until started */
/* Runs on without sound from where it is; starts it if it stood. Calls for an older serial do nothing. */
void play_clock_run_free(struct play_clock *c, unsigned serial, int64_t boot_us);
/* At boot_us, media_us is heard; sound is on its way to the ear up to limit_us. */
void play_clock_hear(struct play_clock *c, unsigned serial, int64_t media_us, int64_t limit_us, int speed_permille,
                     int64_t boot_us);
void play_clock_pause(struct play_clock *c, bool paused, int64_t boot_us);
void play_clock_speed(struct play_clock *c, int speed_permille, int64_t boot_us); /* sound, if any, has the last word */
int64_t play_clock_now(struct play_clock *c, int64_t boot_us);
bool play_clock_running(struct play_clock *c);                /* started, and not paused */
bool play_clock_held(struct play_clock *c, int64_t boot_us);  /* running, but waiting for more sound */
#endif
