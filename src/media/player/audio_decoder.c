#define LOG_MODULE "audio_decoder"
#include "media/player/audio_decoder.h"

#include "base/log.h"
#include "base/str.h"
#include "media/player/media_input.h"
#include "media/player/tempo.h"

#include <libavcodec/avcodec.h>
#include <libswresample/swresample.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    GAP_US = 60 * 1000,            /* smaller differences are rounding in the container */
    GAP_MAX_US = 60 * 1000 * 1000, /* a larger hole is a wrong timestamp */
    MAX_FRAME_SAMPLES = 192000,    /* of one decoded frame; larger ones are damage */
    PREROLL_US = 200 * 1000,       /* decoded but not heard before a seek target, so that codecs settle */
};

struct audio_decoder {
    const struct demux_streams *streams;
    struct packet_queue *packets;
    struct audio_sink sink;
    atomic_int speed_permille, damaged;
    atomic_bool failed;
    AVCodecContext *codec;
    int stream; /* that `codec` is for; -1: none */
    AVPacket *pkt;
    AVFrame *frame;
    SwrContext *swr;
    AVChannelLayout in_layout; /* what `swr` was made for */
    int in_rate, in_format;
    int16_t *pcm;
    int pcm_frames;
    struct tempo *tempo; /* NULL at normal speed */
    struct packet_at at;
    int64_t next_us; /* where the unbroken line of sound has got to */
};

struct audio_decoder *audio_decoder_new(const struct demux_streams *streams, struct packet_queue *packets,
                                        const struct audio_sink *sink, int speed_permille)
{
    struct audio_decoder *d = mem_alloc(sizeof *d);
    d->streams = streams;
    d->packets = packets;
    d->sink = *sink;
    d->stream = -1;
    atomic_store(&d->speed_permille, speed_permille);
    d->pkt = av_packet_alloc();
    d->frame = av_frame_alloc();
    if (!d->pkt || !d->frame)
        abort();
    return d;
}

void audio_decoder_free(struct audio_decoder *d)
{
    if (!d)
        return;
    avcodec_free_context(&d->codec);
    swr_free(&d->swr);
    av_channel_layout_uninit(&d->in_layout);
    tempo_free(d->tempo);
    av_packet_free(&d->pkt);
    av_frame_free(&d->frame);
    free(d->pcm);
    free(d);
}

/* -- codec and format ---------------------------------------------------------------------------------- */

static const AVCodecParameters *par_of(const struct audio_decoder *d, int stream)
{
    for (int i = 0; i < d->streams->audio_count; i++)
        if (d->streams->audio[i].stream == stream)
            return d->streams->audio[i].par;
    return NULL;
}

static bool open_codec(struct audio_decoder *d, int stream)
{
    struct err e = ERR_INIT;
    avcodec_free_context(&d->codec);
    d->stream = stream;
    const AVCodecParameters *par = par_of(d, stream);
    const AVCodec *codec = par ? media_decoder(par, &e) : NULL;
    d->codec = codec ? avcodec_alloc_context3(codec) : NULL;
    bool ok = d->codec && avcodec_parameters_to_context(d->codec, par) >= 0;
    if (ok) {
        d->codec->pkt_timebase = AV_TIME_BASE_Q;
        d->codec->thread_count = 1;
        ok = avcodec_open2(d->codec, codec, NULL) >= 0;
    }
    if (!ok) {
        avcodec_free_context(&d->codec);
        log_warn("sound track %d: %s", stream, e.kind ? e.text : "the decoder does not accept it");
    }
    atomic_store(&d->failed, !ok);
    return ok;
}

static bool same_input(const struct audio_decoder *d, const AVFrame *f)
{
    return d->swr && d->in_rate == f->sample_rate && d->in_format == f->format &&
           av_channel_layout_compare(&d->in_layout, &f->ch_layout) == 0;
}

static bool prepare_swr(struct audio_decoder *d, const AVFrame *f)
{
    if (same_input(d, f))
        return true;
    swr_free(&d->swr);
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO, in = {0};
    if (f->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&in, f->ch_layout.nb_channels);
    else if (av_channel_layout_copy(&in, &f->ch_layout) < 0)
        return false;
    bool ok = f->sample_rate >= 4000 && f->sample_rate <= 384000 && in.nb_channels >= 1 && in.nb_channels <= 16 &&
              swr_alloc_set_opts2(&d->swr, &stereo, AV_SAMPLE_FMT_S16, d->sink.rate, &in, f->format, f->sample_rate, 0,
                                  NULL) >= 0 &&
              swr_init(d->swr) >= 0;
    av_channel_layout_uninit(&in);
    if (!ok) {
        swr_free(&d->swr);
        return false;
    }
    av_channel_layout_uninit(&d->in_layout);
    av_channel_layout_copy(&d->in_layout, &f->ch_layout);
    d->in_rate = f->sample_rate;
    d->in_format = f->format;
    return true;
}

/* -- the unbroken line --------------------------------------------------------------------------------- */

static int64_t lasts_us(const struct audio_decoder *d, int64_t frames)
{
    return frames * 1000000 / d->sink.rate;
}

static bool drain_tempo(struct audio_decoder *d)
{
    int16_t out[2048 * 2];
    int64_t at_us;
    size_t n;
    while ((n = tempo_get(d->tempo, out, 2048, &at_us)) > 0)
        if (!d->sink.write(d->sink.ctx, d->at.serial, out, n, at_us, tempo_speed(d->tempo)))
            return false;
    return true;
}

static bool end_tempo(struct audio_decoder *d)
{
    bool ok = true;
    if (d->tempo) {
        tempo_flush(d->tempo);
        ok = drain_tempo(d);
    }
    tempo_free(d->tempo);
    d->tempo = NULL;
    return ok;
}

static bool send(struct audio_decoder *d, const int16_t *pcm, int frames)
{
    int speed = atomic_load(&d->speed_permille);
    int64_t at_us = d->next_us;
    d->next_us += lasts_us(d, frames);
    if (speed != (d->tempo ? tempo_speed(d->tempo) : 1000) && !end_tempo(d))
        return false;
    if (speed == 1000)
        return d->sink.write(d->sink.ctx, d->at.serial, pcm, (size_t)frames, at_us, 1000);
    if (!d->tempo)
        d->tempo = tempo_new(d->sink.rate, speed);
    tempo_put(d->tempo, pcm, (size_t)frames, at_us);
    return drain_tempo(d);
}

static bool send_silence(struct audio_decoder *d, int64_t until_us)
{
    if (!end_tempo(d))
        return false;
    while (d->next_us < until_us) {
        int speed = atomic_load(&d->speed_permille);
        int64_t part_us = until_us - d->next_us < 20000 ? until_us - d->next_us : 20000;
        size_t frames = (size_t)(part_us * d->sink.rate / 1000 / speed);
        int64_t at_us = d->next_us;
        d->next_us += part_us;
        if (frames > 0 && !d->sink.write(d->sink.ctx, d->at.serial, NULL, frames, at_us, speed))
            return false;
    }
    return true;
}

static void place(struct audio_decoder *d, const int16_t *pcm, int frames, int64_t at_us)
{
    int64_t gap_us = at_us - d->next_us;
    int64_t longest = d->streams->length_us > 0 ? d->streams->length_us : GAP_MAX_US;
    if (gap_us > longest || gap_us < -GAP_MAX_US)
        gap_us = 0; /* a wrong timestamp: go on where we are */
    bool before_start = d->next_us == d->at.target_us && gap_us < 0;
    if (gap_us > GAP_US && !send_silence(d, at_us))
        return;
    if (gap_us < -GAP_US || before_start) {
        int64_t cut = -gap_us * d->sink.rate / 1000000;
        if (cut >= frames)
            return;
        pcm += cut * 2;
        frames -= (int)cut;
    }
    send(d, pcm, frames);
}

/* -- decoding ------------------------------------------------------------------------------------------ */

static void begin(struct audio_decoder *d, struct packet_at at)
{
    if (d->codec)
        avcodec_flush_buffers(d->codec);
    swr_free(&d->swr);
    tempo_free(d->tempo);
    d->tempo = NULL;
    d->at = at;
    d->next_us = at.target_us;
}

static void take_frame(struct audio_decoder *d)
{
    AVFrame *f = d->frame;
    if (f->nb_samples <= 0 || f->nb_samples > MAX_FRAME_SAMPLES || !prepare_swr(d, f)) {
        atomic_fetch_add(&d->damaged, 1);
        return;
    }
    int64_t inside_us = swr_get_delay(d->swr, AV_TIME_BASE);
    int room = swr_get_out_samples(d->swr, f->nb_samples);
    if (room > d->pcm_frames) {
        d->pcm = mem_resize(d->pcm, (size_t)room, 2 * sizeof *d->pcm);
        d->pcm_frames = room;
    }
    uint8_t *out = (uint8_t *)d->pcm;
    int n = swr_convert(d->swr, &out, room, (const uint8_t **)f->extended_data, f->nb_samples);
    if (n <= 0)
        return;
    int64_t pts = f->best_effort_timestamp;
    place(d, d->pcm, n, pts == AV_NOPTS_VALUE ? d->next_us : pts - inside_us);
}

static void receive(struct audio_decoder *d)
{
    for (;;) {
        int rc = avcodec_receive_frame(d->codec, d->frame);
        if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF)
            return;
        if (rc < 0) {
            atomic_fetch_add(&d->damaged, 1);
            return;
        }
        take_frame(d);
        av_frame_unref(d->frame);
    }
}

static void decode(struct audio_decoder *d)
{
    AVPacket *pkt = d->pkt;
    if (pkt->stream_index != d->stream)
        open_codec(d, pkt->stream_index);
    bool early = pkt->pts != AV_NOPTS_VALUE && pkt->pts + pkt->duration < d->at.target_us - PREROLL_US;
    if (d->codec && !early) {
        if (avcodec_send_packet(d->codec, pkt) < 0)
            atomic_fetch_add(&d->damaged, 1);
        receive(d);
    }
    av_packet_unref(pkt);
}

static void drain(struct audio_decoder *d)
{
    if (d->codec) {
        avcodec_send_packet(d->codec, NULL);
        receive(d);
        avcodec_flush_buffers(d->codec);
    }
    end_tempo(d);
    d->sink.finish(d->sink.ctx, d->at.serial);
}

bool audio_decoder_step(struct audio_decoder *d)
{
    struct packet_at at;
    enum packet_take got = packet_queue_take(d->packets, LANE_AUDIO, d->pkt, &at, true);
    if (got == PACKET_STOPPED)
        return false;
    if (got != PACKET_NONE && at.serial != d->at.serial)
        begin(d, at);
    if (got == PACKET_TAKEN)
        decode(d);
    else if (got == PACKET_END)
        drain(d);
    return true;
}

void audio_decoder_speed(struct audio_decoder *d, int speed_permille)
{
    atomic_store(&d->speed_permille, speed_permille);
}

int audio_decoder_damaged(const struct audio_decoder *d)
{
    return atomic_load(&d->damaged);
}

bool audio_decoder_failed(const struct audio_decoder *d)
{
    return atomic_load(&d->failed);
}
