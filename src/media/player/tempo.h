/* tempo.h - slower or faster speech at the same pitch (libsonic), with the moment of each sample kept.
 * 16-bit stereo. Used by the audio thread. */
#ifndef WEIKE_MEDIA_PLAYER_TEMPO_H
#define WEIKE_MEDIA_PLAYER_TEMPO_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tempo;
struct tempo *tempo_new(int rate, int speed_permille);
void tempo_free(struct tempo *t);
int tempo_speed(const struct tempo *t);
/* Sound that continues what was put before; `media_us` is its first moment. */
void tempo_put(struct tempo *t, const int16_t *pcm, size_t frames, int64_t media_us);
void tempo_flush(struct tempo *t); /* what is still inside comes out; the next put starts anew */
/* Up to max frames; *media_us is the moment of the first. */
size_t tempo_get(struct tempo *t, int16_t *out, size_t max, int64_t *media_us);
#endif
