/* media_input.h - a media file opened from a descriptor, and nothing but that descriptor.
 *
 * No protocol can be opened from here: playlists, references and subtitles that name other files or addresses
 * get nothing. Only formats of known containers are probed; sizes, streams and probing are bounded. Used by the
 * demux thread. */
#ifndef WEIKE_MEDIA_PLAYER_MEDIA_INPUT_H
#define WEIKE_MEDIA_PLAYER_MEDIA_INPUT_H
#include "base/err.h"

#include <libavformat/avformat.h>
#include <stdatomic.h>

enum { MEDIA_MAX_WIDTH = 4096, MEDIA_MAX_HEIGHT = 2304, MEDIA_MAX_STREAMS = 32 };

struct media_input {
    int fd; /* owned */
    int64_t size, pos;
    const atomic_bool *cancel; /* borrowed; reading fails once it is set */
    AVIOContext *io;
    AVFormatContext *format;
    int io_errors;
};

/* Takes `fd` in any case. `name` helps guessing the format and is never opened. */
bool media_input_open(struct media_input *in, int fd, const char *name, const atomic_bool *cancel, struct err *e) MUST_CHECK;
void media_input_close(struct media_input *in);
/* The decoder for a stream, or NULL with a sentence if this program does not play such streams. */
const AVCodec *media_decoder(const AVCodecParameters *par, struct err *e);
#endif
