/* video_decoder.h - packets to pictures. Used by the video thread, except the counters (any thread).
 *
 * After a seek it decodes forward and shows nothing before the picture at (or just before) the target. When the
 * machine is too slow it first drops pictures that are already late, then leaves out the loop filter, and says so
 * in its counters; it always shows some. */
#ifndef WEIKE_MEDIA_PLAYER_VIDEO_DECODER_H
#define WEIKE_MEDIA_PLAYER_VIDEO_DECODER_H
#include "base/err.h"
#include "media/player/frame_queue.h"
#include "media/player/packet_queue.h"
#include "media/sound/play_clock.h"

#include <libavcodec/codec_par.h>

struct video_decoder_opts {
    const AVCodecParameters *par; /* copied */
    AVRational frame_rate;        /* 0/0 if unknown */
    int rotation;
    int64_t length_us;            /* of the file, 0 if unknown: judges timestamps */
    bool unpaced;                 /* never drop for lateness */
    struct packet_queue *packets; /* borrowed until video_decoder_free, as the next two */
    struct frame_queue *frames;
    struct play_clock *clock;
    void (*pushed)(void *ctx, unsigned serial, bool first, bool was_empty); /* after each picture, and at the end */
    void *ctx;
};

struct video_decoder;
struct video_decoder *video_decoder_new(const struct video_decoder_opts *opts, struct err *e);
void video_decoder_free(struct video_decoder *d);
bool video_decoder_step(struct video_decoder *d); /* one packet; false: stopped */
int video_decoder_damaged(const struct video_decoder *d);
int video_decoder_dropped(const struct video_decoder *d);
#endif
