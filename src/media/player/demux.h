/* demux.h - reads packets from a media file into the packet queue, and seeks.
 *
 * Timestamps that leave here are microseconds from the start of the file, whatever the container said. After a
 * seek the first picture packet is a keyframe at or before the target, found by looking again further back when
 * the container's own seek lands late. Used by the demux thread only, except the two marked functions. */
#ifndef WEIKE_MEDIA_PLAYER_DEMUX_H
#define WEIKE_MEDIA_PLAYER_DEMUX_H
#include "base/err.h"
#include "media/player/packet_queue.h"

#include <libavcodec/codec_par.h>
#include <libavutil/rational.h>
#include <stdatomic.h>

enum { DEMUX_MAX_AUDIO = 8 };

struct demux_audio { int stream; AVCodecParameters *par; char lang[16], title[64]; };

struct demux_streams { /* fixed once open; owned by the demuxer */
    AVCodecParameters *video;     /* NULL: none */
    AVRational frame_rate, sample_aspect;
    int rotation;                 /* clockwise degrees the picture must be turned: 0, 90, 180, 270 */
    struct demux_audio audio[DEMUX_MAX_AUDIO];
    int audio_count, audio_first; /* audio_first: the track chosen at opening, -1 without sound */
    int64_t length_us;            /* 0: unknown */
};

struct demux;
/* Takes `fd` in any case. `cancel` makes every read fail once set. */
struct demux *demux_open(int fd, const char *name, const char *audio_lang, const atomic_bool *cancel, struct err *e);
void demux_free(struct demux *d);
const struct demux_streams *demux_streams(const struct demux *d);
/* Follows a new seek, or reads one packet, or notices the end, or (after that) waits for a seek. False: stopped. */
bool demux_step(struct demux *d, struct packet_queue *q);

/* Any thread: */
void demux_audio_track(struct demux *d, int track); /* from the next seek on */
int64_t demux_end_us(const struct demux *d);        /* where the last packet read so far ends */
int demux_damaged(const struct demux *d);
bool demux_at_end(const struct demux *d);           /* everything of the current seek has been read */
#endif
