/* recorder_opus.c - the encoder of weike-recorder and how loud something is. Part of recorder.h. */
#define _GNU_SOURCE
#include "media/microphone/recorder_opus.h"
#include "base/fs.h"
#include "base/str.h"
#include "media/client/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <opusenc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct recorder_opus {
    OggOpusEnc *enc;
    OggOpusComments *comments;
    int fd;
    bool fed;       /* libopusenc aborts when an encoder that never got a sample is drained */
    struct err why; /* the first thing that went wrong while writing */
};

static int write_bytes(void *ctx, const unsigned char *data, opus_int32 len)
{
    struct recorder_opus *o = ctx;
    return o->why.kind != ERR_NONE || !fs_write_all(o->fd, data, (size_t)len, &o->why);
}

static int close_nothing(void *ctx)
{
    (void)ctx;
    return 0;
}

static void destroy(struct recorder_opus *o)
{
    if (o->enc)
        ope_encoder_destroy(o->enc);
    if (o->comments)
        ope_comments_destroy(o->comments);
    if (o->fd >= 0)
        close(o->fd);
    free(o);
}

static bool said(struct recorder_opus *o, int rc, const char *what, struct err *e)
{
    if (rc == OPE_OK)
        return true;
    if (o->why.kind != ERR_NONE && e) {
        *e = o->why;
        return false;
    }
    return err_set(e, ERR_UNSUPPORTED, "%s: %s", what, ope_strerror(rc));
}

/* Speech: 12 kbit/s with silence nearly free. Half a second a page, so that a cut file keeps what was said. */
static bool set_up(struct recorder_opus *o, struct err *e)
{
    int rc = ope_encoder_ctl(o->enc, OPUS_SET_BITRATE(RECORDER_BITRATE));
    rc = rc ? rc : ope_encoder_ctl(o->enc, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    rc = rc ? rc : ope_encoder_ctl(o->enc, OPE_SET_MUXING_DELAY(24000));
    return said(o, rc, "setting up the Opus encoder", e);
}

struct recorder_opus *recorder_opus_open(const char *file, struct err *e)
{
    static const OpusEncCallbacks calls = { write_bytes, close_nothing };
    struct recorder_opus *o = mem_alloc(sizeof *o);
    int rc = OPE_OK;
    o->fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (o->fd < 0) {
        err_errno(e, "%s", file);
    } else {
        o->comments = ope_comments_create();
        o->enc = ope_encoder_create_callbacks(&calls, o, o->comments, RECORDER_RATE, 1, 0, &rc);
        if (said(o, o->enc ? OPE_OK : rc, "the Opus encoder", e) && set_up(o, e))
            return o;
    }
    destroy(o);
    return NULL;
}

bool recorder_opus_add(struct recorder_opus *o, const int16_t *mono, int frames, struct err *e)
{
    o->fed = o->fed || frames > 0;
    return said(o, ope_encoder_write(o->enc, mono, frames), "encoding", e) && said(o, o->why.kind ? OPE_WRITE_FAIL : OPE_OK, "writing", e);
}

bool recorder_opus_close(struct recorder_opus *o, struct err *e)
{
    bool ok = (!o->fed || said(o, ope_encoder_drain(o->enc), "ending the recording", e)) &&
              said(o, o->why.kind ? OPE_WRITE_FAIL : OPE_OK, "writing", e) && fs_sync_fd(o->fd, e);
    destroy(o);
    return ok;
}

float recorder_level(const int16_t *mono, int frames)
{
    double sum = 0;
    for (int i = 0; i < frames; i++)
        sum += (double)mono[i] * mono[i];
    double rms = frames > 0 ? sqrt(sum / frames) / 32768 : 0, db = rms > 0 ? 20 * log10(rms) : -100;
    double level = (db + 50) / 50;
    return (float)(level < 0 ? 0 : level > 1 ? 1 : level);
}
