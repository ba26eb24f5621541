/* upsample.h - 16-bit sound of one rate as stereo of another, piece by piece: espeak-ng's 22,050 Hz and Opus' 48,000 for
 * whatever the device took. Cubic interpolation: good enough for speech, and no library. One thread. */
#ifndef WEIKE_MEDIA_VOICE_UPSAMPLE_H
#define WEIKE_MEDIA_VOICE_UPSAMPLE_H
#include <stddef.h>
#include <stdint.h>

struct upsample {
    int channels, from, to;  /* channels in: 1 or 2; Hz */
    int16_t past[4][2];      /* the last four frames taken in; between the middle two is where it stands */
    int64_t phase;           /* in 1/to of an input frame, from past[1] */
    int16_t *out;            /* stereo; owned, grows */
    size_t frames, cap;
};

void upsample_begin(struct upsample *u, int channels, int from_hz, int to_hz); /* silence before; `u` zeroed the first time */
/* Takes all of `pcm` and gives what can be said so far: u->frames stereo frames, until the next call. NULL: none. */
int16_t *upsample_take(struct upsample *u, const int16_t *pcm, size_t frames);
void upsample_release(struct upsample *u);
#endif
