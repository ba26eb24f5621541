#define LOG_MODULE "media_input"
#include "media/player/media_input.h"

#include "base/log.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/avstring.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    IO_BUFFER = 32 * 1024,
    PROBE_BYTES = 1024 * 1024,
    ANALYZE_US = 2 * 1000 * 1000, /* for files whose header does not say enough */
    MAX_ALLOC = 64 * 1024 * 1024, /* holds a 4096x2304 picture with 16-bit 4:4:4 samples */
    MAX_INDEX_BYTES = 4 * 1024 * 1024,
};

/* Containers of lessons. Playlists (hls, concat, dash), pictures, subtitles and devices are not among them. */
static const char formats[] = "mov,matroska,webm,avi,mpeg,mpegts,mpegvideo,ogg,mp3,aac,wav,flac,flv,asf,h264,hevc,ivf,obu,ac3";

/* Decoders that may run, by name. Each one is an attack surface, so this lists what lessons are made of. */
static const char decoders[] =
    "h264,libdav1d,vp9,vp8,hevc,mpeg2video,mpeg1video,mpegvideo,theora,mpeg4,h263,flv,mjpeg,msmpeg4v2,msmpeg4,wmv1,wmv2,"
    "wmv3,vc1,rawvideo,ffv1,aac,opus,vorbis,mp2,mp2float,mp3,mp3float,flac,ac3,pcm_s16le,pcm_s16be,pcm_s24le,pcm_f32le,"
    "pcm_u8,pcm_mulaw,pcm_alaw,amrnb,wmav1,wmav2,adpcm_ms,adpcm_ima_wav";

const AVCodec *media_decoder(const AVCodecParameters *par, struct err *e)
{
    /* FFmpeg's own AV1 decoder only works with a graphics card. */
    const AVCodec *codec = par->codec_id == AV_CODEC_ID_AV1 ? avcodec_find_decoder_by_name("libdav1d")
                                                            : avcodec_find_decoder(par->codec_id);
    if (codec && av_match_list(codec->name, decoders, ',') > 0)
        return codec;
    const char *kind = av_get_media_type_string(par->codec_type);
    err_set(e, ERR_UNSUPPORTED, "%s in the format \"%s\" cannot be played here", kind ? kind : "a stream",
            avcodec_get_name(par->codec_id));
    return NULL;
}

static int read_bytes(void *opaque, uint8_t *buf, int size)
{
    struct media_input *in = opaque;
    ssize_t n;
    do {
        if (atomic_load(in->cancel))
            return AVERROR_EXIT;
        n = pread(in->fd, buf, (size_t)size, (off_t)in->pos);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        in->io_errors++;
        return AVERROR(errno);
    }
    in->pos += n;
    return n == 0 ? AVERROR_EOF : (int)n;
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence)
{
    struct media_input *in = opaque;
    if (whence & AVSEEK_SIZE)
        return in->size;
    int64_t base = whence == SEEK_CUR ? in->pos : whence == SEEK_END ? in->size : 0, to;
    if (__builtin_add_overflow(base, offset, &to) || to < 0)
        return AVERROR(EINVAL);
    return in->pos = to;
}

static int refuse_open(AVFormatContext *s, AVIOContext **pb, const char *url, int flags, AVDictionary **options)
{
    (void)s;
    (void)flags;
    (void)options;
    *pb = NULL;
    log_warn("a media file asked for %.80s, which it may not have", url ? url : "another file");
    return AVERROR(EPERM);
}

static int cancelled(void *opaque)
{
    struct media_input *in = opaque;
    return atomic_load(in->cancel);
}

static bool prepare(struct media_input *in, struct err *e)
{
    unsigned char *buffer = av_malloc(IO_BUFFER);
    in->io = buffer ? avio_alloc_context(buffer, IO_BUFFER, 0, in, read_bytes, NULL, seek_bytes) : NULL;
    in->format = avformat_alloc_context();
    if (!in->io || !in->format) {
        if (!in->io)
            av_free(buffer);
        return err_set(e, ERR_IO, "out of memory for the media file");
    }
    AVFormatContext *f = in->format;
    f->pb = in->io;
    f->flags |= AVFMT_FLAG_CUSTOM_IO;
    f->io_open = refuse_open;
    f->interrupt_callback = (AVIOInterruptCB){cancelled, in};
    f->protocol_whitelist = av_strdup("");
    f->format_whitelist = av_strdup(formats);
    f->codec_whitelist = av_strdup(decoders);
    f->max_streams = MEDIA_MAX_STREAMS;
    f->probesize = PROBE_BYTES;
    f->format_probesize = PROBE_BYTES;
    f->max_analyze_duration = ANALYZE_US;
    f->max_index_size = MAX_INDEX_BYTES;
    f->max_probe_packets = 200;
    f->fps_probe_size = 0;
    return true;
}

static bool stream_complete(const AVCodecParameters *par)
{
    switch (par->codec_type) {
    case AVMEDIA_TYPE_VIDEO:
        return par->codec_id != AV_CODEC_ID_NONE && par->width > 0 && par->height > 0;
    case AVMEDIA_TYPE_AUDIO:
        return par->codec_id != AV_CODEC_ID_NONE && par->sample_rate > 0;
    default:
        return true;
    }
}

/* MP4, Matroska, Ogg and AVI headers say all a decoder needs; reading ahead would only delay the first picture. */
static bool header_complete(const AVFormatContext *f)
{
    if (f->nb_streams == 0 || (f->ctx_flags & AVFMTCTX_NOHEADER))
        return false;
    bool any = false;
    for (unsigned i = 0; i < f->nb_streams; i++) {
        const AVCodecParameters *par = f->streams[i]->codecpar;
        if (!stream_complete(par))
            return false;
        any |= par->codec_type == AVMEDIA_TYPE_VIDEO || par->codec_type == AVMEDIA_TYPE_AUDIO;
    }
    return any && (f->duration > 0 || f->streams[0]->duration > 0);
}

bool media_input_open(struct media_input *in, int fd, const char *name, const atomic_bool *cancel, struct err *e)
{
    *in = (struct media_input){.fd = fd, .cancel = cancel};
    av_log_set_level(AV_LOG_QUIET); /* damage is counted and shown by us */
    av_max_alloc(MAX_ALLOC);
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        err_set(e, ERR_INVALID, "not a regular file");
        goto fail;
    }
    in->size = st.st_size;
    if (!prepare(in, e))
        goto fail;
    const char *slash = name ? strrchr(name, '/') : NULL;
    int rc = avformat_open_input(&in->format, slash ? slash + 1 : name ? name : "", NULL, NULL);
    if (rc >= 0 && !header_complete(in->format))
        rc = avformat_find_stream_info(in->format, NULL);
    if (rc < 0 || in->format->nb_streams == 0) {
        if (rc == AVERROR_EXIT)
            err_set(e, ERR_CANCELLED, "stopped while opening");
        else if (in->io_errors)
            err_set(e, ERR_IO, "the file cannot be read");
        else
            err_set(e, ERR_INVALID, "this is not a sound or video file that can be played (%s)",
                    rc < 0 ? av_err2str(rc) : "no streams");
        goto fail;
    }
    return true;
fail:
    media_input_close(in);
    return false;
}

void media_input_close(struct media_input *in)
{
    if (in->format)
        avformat_close_input(&in->format);
    if (in->io)
        av_freep(&in->io->buffer);
    avio_context_free(&in->io);
    if (in->fd >= 0)
        close(in->fd);
    in->fd = -1;
}
