#include "pack/author/probe.h"

#include <libavformat/avformat.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *format, *ext, *video, *audio; } types[] = {
    { "matroska", ".webm", "video/webm", "audio/webm" },
    { "matroska", "", "video/x-matroska", "audio/x-matroska" },
    { "mp4", "", "video/mp4", "audio/mp4" },
    { "ogg", "", "video/ogg", "audio/ogg" },
    { "avi", "", "video/x-msvideo", "audio/x-msvideo" },
    { "mpegts", "", "video/mp2t", "audio/mp2t" },
    { "mpeg", "", "video/mpeg", "audio/mpeg" },
    { "mp3", "", "video/mpeg", "audio/mpeg" },
    { "wav", "", "video/x-wav", "audio/wav" },
    { "flac", "", "video/x-flac", "audio/flac" },
    { "flv", "", "video/x-flv", "audio/x-flv" },
    { "asf", "", "video/x-ms-asf", "audio/x-ms-wma" },
};

static const char *type_of(const char *format, const char *path, bool video)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strstr(format, types[i].format) && str_ends_with(path, types[i].ext))
            return video ? types[i].video : types[i].audio;
    return video ? "video/x-unknown" : "audio/x-unknown";
}

/* Containers without a length (raw MPEG, cut-off files): the end of the last packet. */
static int64_t measured_ms(AVFormatContext *c)
{
    int64_t end_ms = 0, start_ms = INT64_MAX;
    AVPacket *p = av_packet_alloc();
    while (p && av_read_frame(c, p) >= 0) {
        AVRational tb = c->streams[p->stream_index]->time_base;
        int64_t at = p->pts != AV_NOPTS_VALUE ? p->pts : p->dts;
        if (at != AV_NOPTS_VALUE) {
            int64_t from = av_rescale_q(at, tb, (AVRational){ 1, 1000 });
            int64_t to = av_rescale_q(at + p->duration, tb, (AVRational){ 1, 1000 });
            start_ms = from < start_ms ? from : start_ms;
            end_ms = to > end_ms ? to : end_ms;
        }
        av_packet_unref(p);
    }
    av_packet_free(&p);
    return start_ms < end_ms ? end_ms - start_ms : 0;
}

static void streams(const AVFormatContext *c, struct probe *p)
{
    for (unsigned i = 0; i < c->nb_streams; i++) {
        const AVStream *s = c->streams[i];
        if (s->codecpar->codec_type == AVMEDIA_TYPE_AUDIO && s->codecpar->codec_id != AV_CODEC_ID_NONE)
            p->has_audio = true;
        if (s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && s->codecpar->codec_id != AV_CODEC_ID_NONE &&
            !(s->disposition & AV_DISPOSITION_ATTACHED_PIC) && !p->has_video) {
            p->has_video = true;
            p->width_px = s->codecpar->width;
            p->height_px = s->codecpar->height;
        }
    }
}

static enum rendition_weight weight_of(const struct probe *p)
{
    if (!p->has_video)
        return WEIGHT_LIGHT;
    return p->height_px <= 480 ? WEIGHT_480P : p->height_px <= 720 ? WEIGHT_720P : WEIGHT_ORIGINAL;
}

static bool still_picture(const AVFormatContext *c)
{
    return strstr(c->iformat->name, "image2") || strstr(c->iformat->name, "_pipe") || strstr(c->iformat->name, "tty");
}

bool probe_media(const char *path, struct probe *out, struct err *e)
{
    AVFormatContext *c = NULL;
    struct probe p = { 0 };
    char *url = mem_printf("file:%s", path); /* so that no name is taken for a protocol */
    int level = av_log_get_level();
    av_log_set_level(AV_LOG_QUIET);
    bool ok = avformat_open_input(&c, url, NULL, NULL) == 0 && avformat_find_stream_info(c, NULL) >= 0 &&
              !still_picture(c);
    if (ok) {
        streams(c, &p);
        p.duration_ms = c->duration > 0 ? c->duration / 1000 : measured_ms(c);
        p.type = type_of(c->iformat->name, path, p.has_video);
        p.weight = weight_of(&p);
    }
    avformat_close_input(&c);
    av_log_set_level(level);
    free(url);
    if (!ok || (!p.has_video && !p.has_audio))
        return err_set(e, ERR_UNSUPPORTED, "%s holds neither sound nor moving pictures that can be played", path);
    if (p.duration_ms <= 0)
        return err_set(e, ERR_UNSUPPORTED, "%s has no length: it seems to be cut off or empty", path);
    *out = p;
    return true;
}
