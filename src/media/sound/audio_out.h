/* audio_out.h - the sound device (SDL): pulls 16-bit stereo from a short ring and tells the play clock what is heard.
 *
 * Threads: the audio decoder opens and writes; the owner seeks, pauses, closes; the device's own thread pulls. The
 * clock's lock is the only one taken while this one is held. `wake` is called with no lock held, when the first
 * sound of a seek goes out and when the last one has. Closing a device takes two of its periods and can hang in
 * a driver, so audio_out_close leaves that to a thread of its own. */
#ifndef WEIKE_MEDIA_SOUND_AUDIO_OUT_H
#define WEIKE_MEDIA_SOUND_AUDIO_OUT_H
#include "base/err.h"
#include "media/sound/play_clock.h"

#include <stddef.h>

struct audio_out;

/* SDL's sound is started before a sandbox is entered; which of its drivers it took ("alsa", …; "" none). */
void audio_out_prepare(void);
const char *audio_out_driver(void);

struct audio_out *audio_out_new(struct play_clock *clock, void (*wake)(void *), void *wake_ctx);
void audio_out_close(struct audio_out *o); /* NULL is fine; afterwards neither clock nor wake are touched */
/* Opens the device at about `rate`; the rate it really has is audio_out_rate(). */
bool audio_out_open(struct audio_out *o, int rate, struct err *e) MUST_CHECK;
/* What audio_out_open does after the device is there; tests call it and then audio_out_pull themselves. */
void audio_out_attach(struct audio_out *o, int rate, int period_frames, int64_t boot_us);
void audio_out_pull(struct audio_out *o, int16_t *out, size_t frames, int64_t boot_us);

int audio_out_rate(struct audio_out *o);
/* Waits while the ring is full. False: the serial is past, or the device was given up. `pcm` NULL is silence. */
bool audio_out_write(struct audio_out *o, unsigned serial, const int16_t *pcm, size_t frames, int64_t media_us,
                     int speed_permille);
void audio_out_finish(struct audio_out *o, unsigned serial); /* nothing more to come until the next seek */
void audio_out_seek(struct audio_out *o, unsigned serial);   /* silent until released */
void audio_out_release(struct audio_out *o, unsigned serial); /* the first picture is ready: let it sound */
void audio_out_pause(struct audio_out *o, bool paused);
void audio_out_volume(struct audio_out *o, int volume); /* 0..100 */
void audio_out_stop(struct audio_out *o);               /* every write ends, now and later */
bool audio_out_ready(struct audio_out *o);              /* has sound of this seek, or never will */
bool audio_out_drained(struct audio_out *o);            /* finished and all of it played */
/* The device has taken nothing for a second. */
bool audio_out_stalled(struct audio_out *o, int64_t boot_us);
void audio_out_settle(void); /* waits until closed devices are let go, 1 s at most */
#endif
