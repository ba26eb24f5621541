/* audio_ring.h - a short stretch of sound on its way to the device, which knows what moment of the lesson each
 * sample is. 16-bit stereo, interleaved. Not locked: audio_out has the lock. */
#ifndef WEIKE_MEDIA_SOUND_AUDIO_RING_H
#define WEIKE_MEDIA_SOUND_AUDIO_RING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audio_heard {
    int64_t media_us; /* of the first frame read */
    int64_t limit_us; /* just after the last frame read */
    int speed_permille;
};

struct audio_ring;
struct audio_ring *audio_ring_new(int rate, size_t frames);
void audio_ring_free(struct audio_ring *r);
/* Takes as many frames as there is room for and returns how many. `pcm` NULL is silence. `media_us` is the moment
 * of the first one; one frame lasts speed_permille/1000/rate seconds of the lesson. */
size_t audio_ring_write(struct audio_ring *r, const int16_t *pcm, size_t frames, int64_t media_us, int speed_permille);
/* Returns the number of frames read; the rest of `out` is silence. `heard` is filled if that is not 0. */
size_t audio_ring_read(struct audio_ring *r, int16_t *out, size_t frames, struct audio_heard *heard);
size_t audio_ring_filled(const struct audio_ring *r);
void audio_ring_clear(struct audio_ring *r);
#endif
