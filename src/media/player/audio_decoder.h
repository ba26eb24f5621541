/* audio_decoder.h - packets to 16-bit stereo sound at the device's rate, at the speed wanted. Used by the audio
 * thread, except audio_decoder_speed and the counter (any thread).
 *
 * Sound leaves in one unbroken line of lesson time from the seek target on: holes in the file become silence,
 * overlaps are cut, so that the clock that follows the sound never jumps because of damage. */
#ifndef WEIKE_MEDIA_PLAYER_AUDIO_DECODER_H
#define WEIKE_MEDIA_PLAYER_AUDIO_DECODER_H
#include "base/err.h"
#include "media/player/demux.h"
#include "media/player/packet_queue.h"

#include <stddef.h>
#include <stdint.h>

struct audio_sink { /* where the sound goes; audio_out in the program */
    bool (*write)(void *ctx, unsigned serial, const int16_t *pcm, size_t frames, int64_t media_us, int speed_permille);
    void (*finish)(void *ctx, unsigned serial);
    void *ctx;
    int rate;
};

struct audio_decoder;
/* `streams` and `packets` are borrowed until audio_decoder_free. */
struct audio_decoder *audio_decoder_new(const struct demux_streams *streams, struct packet_queue *packets,
                                        const struct audio_sink *sink, int speed_permille);
void audio_decoder_free(struct audio_decoder *d);
bool audio_decoder_step(struct audio_decoder *d); /* one packet; false: stopped */
void audio_decoder_speed(struct audio_decoder *d, int speed_permille);
int audio_decoder_damaged(const struct audio_decoder *d);
bool audio_decoder_failed(const struct audio_decoder *d); /* no decoder for the track: nothing will come */
#endif
