#define LOG_MODULE "demux"
#include "media/player/demux.h"

#include "base/log.h"
#include "base/str.h"
#include "media/player/media_input.h"
#include "media/player/track.h"

#include <libavcodec/avcodec.h>
#include <libavutil/display.h>
#include <libavutil/intreadwrite.h>
#include <math.h>
#include <stdlib.h>

enum {
    PENDING_MAX = 256,          /* packets kept while we look where the file starts or a seek landed */
    HEAD_BYTES = 2 * 1024 * 1024, /* and no more than this of the head */
    LANDING_PACKETS = 3000,     /* read at most so many before judging a seek */
    SEEK_ATTEMPTS = 6,
    ERRORS_IN_A_ROW = 16,
    AUDIO_PREROLL_US = 300 * 1000,
    END_SLACK_US = 5 * 1000 * 1000, /* timestamps further past the stated length are damage; */
    WRONG_JUMP_US = 60 * 1000 * 1000, /* so are such jumps where no length is stated */
    MAX_SKEW_US = 3600 * 1000 * 1000LL, /* streams that start further apart than this do not share a start */
};

struct pending { AVPacket *pkt; enum packet_lane lane; };

struct demux {
    struct media_input in;
    struct demux_streams streams;
    int stream[LANE_COUNT]; /* -1: none */
    int64_t origin_us;      /* container time that we call 0 */
    int64_t first_video_us; /* lesson time of the first picture; a seek before it lands on it */
    unsigned serial;        /* of the seek being read; 0: none yet */
    struct pending pending[PENDING_MAX];
    int pending_count;
    int errors_in_a_row;
    AVPacket *pkt;
    atomic_int wanted_track, damaged;
    atomic_bool at_end;
    _Atomic int64_t end_us;
};

static int64_t rescale(const struct demux *d, int stream, int64_t t)
{
    return av_rescale_q(t, d->in.format->streams[stream]->time_base, AV_TIME_BASE_Q);
}

/* -- opening ----------------------------------------------------------------------------------------- */

static int rotation_of(const AVStream *st)
{
    size_t size = 0;
    const uint8_t *m = av_stream_get_side_data(st, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (!m || size < 9 * sizeof(int32_t))
        return 0;
    int32_t matrix[9];
    memcpy(matrix, m, sizeof matrix);
    double theta = -av_display_rotation_get(matrix); /* FFmpeg counts counter-clockwise */
    if (isnan(theta))
        return 0;
    int turns = (int)lround(theta / 90.0) % 4;
    return (turns + 4) % 4 * 90;
}

static AVCodecParameters *copy_par(const AVCodecParameters *par)
{
    AVCodecParameters *copy = avcodec_parameters_alloc();
    if (!copy || avcodec_parameters_copy(copy, par) < 0)
        abort();
    return copy;
}

static void tag_copy(const AVDictionary *dict, const char *key, char *out, size_t size)
{
    const AVDictionaryEntry *e = av_dict_get(dict, key, NULL, 0);
    struct str clean;
    str_init(&clean, 0);
    if (e && utf8_valid(e->value, strlen(e->value)))
        utf8_clean(e->value, &clean);
    size_t n = clean.len < size ? clean.len : size - 1;
    while (n > 0 && ((unsigned char)clean.data[n] & 0xC0) == 0x80)
        n--; /* not in the middle of a character */
    memcpy(out, clean.data, n);
    out[n] = '\0';
    str_release(&clean);
}

static void add_audio(struct demux *d, int index)
{
    AVStream *st = d->in.format->streams[index];
    if (d->streams.audio_count == DEMUX_MAX_AUDIO)
        return;
    struct demux_audio *a = &d->streams.audio[d->streams.audio_count++];
    a->stream = index;
    a->par = copy_par(st->codecpar);
    tag_copy(st->metadata, "language", a->lang, sizeof a->lang);
    tag_copy(st->metadata, "title", a->title, sizeof a->title);
}

static int better_video(const AVFormatContext *f, int have, int candidate)
{
    const AVStream *st = f->streams[candidate];
    if (st->disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS))
        return have; /* a cover is not a film */
    if (have < 0)
        return candidate;
    bool have_default = f->streams[have]->disposition & AV_DISPOSITION_DEFAULT;
    return !have_default && (st->disposition & AV_DISPOSITION_DEFAULT) ? candidate : have;
}

static int choose_audio(const struct demux *d, const char *lang)
{
    int best = -1, best_score = -1;
    for (int i = 0; i < d->streams.audio_count; i++) {
        const AVStream *st = d->in.format->streams[d->streams.audio[i].stream];
        int score = 2 * track_lang_fit(lang, d->streams.audio[i].lang) + !!(st->disposition & AV_DISPOSITION_DEFAULT);
        if (score > best_score) {
            best = i;
            best_score = score;
        }
    }
    return best;
}

static void discard_others(struct demux *d)
{
    for (unsigned i = 0; i < d->in.format->nb_streams; i++) {
        bool wanted = (int)i == d->stream[LANE_VIDEO] || (int)i == d->stream[LANE_AUDIO];
        d->in.format->streams[i]->discard = wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    }
}

static void describe_video(struct demux *d, int index)
{
    AVFormatContext *f = d->in.format;
    AVStream *st = f->streams[index];
    d->streams.video = copy_par(st->codecpar);
    d->streams.frame_rate = av_guess_frame_rate(f, st, NULL);
    d->streams.sample_aspect = av_guess_sample_aspect_ratio(f, st, NULL);
    d->streams.rotation = rotation_of(st);
}

static bool choose_streams(struct demux *d, const char *audio_lang, struct err *e)
{
    AVFormatContext *f = d->in.format;
    int video = -1;
    for (unsigned i = 0; i < f->nb_streams; i++) {
        if (f->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO)
            video = better_video(f, video, (int)i);
        else if (f->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
            add_audio(d, (int)i);
    }
    if (video < 0 && d->streams.audio_count == 0)
        return err_set(e, ERR_INVALID, "there is neither picture nor sound in it");
    if (video >= 0)
        describe_video(d, video);
    int track = choose_audio(d, audio_lang);
    d->streams.audio_first = track;
    atomic_store(&d->wanted_track, track);
    d->stream[LANE_VIDEO] = video;
    d->stream[LANE_AUDIO] = track >= 0 ? d->streams.audio[track].stream : -1;
    discard_others(d);
    return true;
}

/* -- reading ----------------------------------------------------------------------------------------- */

static int lane_of(const struct demux *d, const AVPacket *pkt)
{
    for (int lane = 0; lane < LANE_COUNT; lane++)
        if (d->stream[lane] >= 0 && pkt->stream_index == d->stream[lane])
            return lane;
    return -1;
}

enum read_result { READ_PACKET, READ_END, READ_CANCELLED };

/* The next packet of a stream we want, timestamps still the container's. */
static enum read_result read_packet(struct demux *d, enum packet_lane *lane)
{
    for (;;) {
        int rc = av_read_frame(d->in.format, d->pkt);
        if (atomic_load(d->in.cancel)) {
            av_packet_unref(d->pkt);
            return READ_CANCELLED;
        }
        if (rc == AVERROR_EOF)
            return READ_END;
        if (rc < 0) { /* a damaged stretch, or a bad sector: try what comes after it */
            atomic_fetch_add(&d->damaged, 1);
            if (++d->errors_in_a_row > ERRORS_IN_A_ROW || avio_feof(d->in.io))
                return READ_END;
            continue;
        }
        d->errors_in_a_row = 0;
        int l = lane_of(d, d->pkt);
        if (l >= 0) {
            if (d->pkt->flags & AV_PKT_FLAG_CORRUPT)
                atomic_fetch_add(&d->damaged, 1);
            *lane = (enum packet_lane)l;
            return READ_PACKET;
        }
        av_packet_unref(d->pkt);
    }
}

static int64_t packet_start(const AVPacket *pkt)
{
    return pkt->pts != AV_NOPTS_VALUE ? pkt->pts : pkt->dts;
}

static void pending_clear(struct demux *d)
{
    for (int i = 0; i < d->pending_count; i++)
        av_packet_free(&d->pending[i].pkt);
    d->pending_count = 0;
}

static bool pending_add(struct demux *d, enum packet_lane lane)
{
    if (d->pending_count == PENDING_MAX) {
        av_packet_unref(d->pkt);
        return false;
    }
    AVPacket *kept = av_packet_alloc();
    if (!kept)
        abort();
    av_packet_move_ref(kept, d->pkt);
    d->pending[d->pending_count++] = (struct pending){kept, lane};
    return true;
}

/* Samples at the head of a sound track that only warm the decoder up and are not heard (AAC, Opus). */
static int64_t skipped_us(const struct demux *d, const AVPacket *pkt)
{
    size_t size = 0;
    const uint8_t *side = av_packet_get_side_data(pkt, AV_PKT_DATA_SKIP_SAMPLES, &size);
    int rate = d->in.format->streams[pkt->stream_index]->codecpar->sample_rate;
    return side && size >= 4 && rate > 0 ? av_rescale(AV_RL32(side), AV_TIME_BASE, rate) : 0;
}

/* The first moment of the file is the earliest first packet of the streams we play. Found anew at each opening
 * from the file's head, so that a position means the same moment for ever. */
static void find_origin(struct demux *d)
{
    int64_t first[LANE_COUNT] = {INT64_MAX, INT64_MAX};
    int missing = (d->stream[LANE_VIDEO] >= 0) + (d->stream[LANE_AUDIO] >= 0);
    enum packet_lane lane;
    int bytes = 0;
    while (missing > 0 && d->pending_count < PENDING_MAX && bytes < HEAD_BYTES && read_packet(d, &lane) == READ_PACKET) {
        bytes += d->pkt->size;
        int64_t t = packet_start(d->pkt);
        if (t != AV_NOPTS_VALUE && first[lane] == INT64_MAX && !(d->pkt->flags & AV_PKT_FLAG_DISCARD)) {
            first[lane] = rescale(d, d->pkt->stream_index, t) + skipped_us(d, d->pkt);
            missing--;
        }
        pending_add(d, lane);
    }
    int64_t v = first[LANE_VIDEO], a = first[LANE_AUDIO];
    d->origin_us = v < a ? v : a;
    if (v != INT64_MAX && a != INT64_MAX && llabs(v - a) > MAX_SKEW_US)
        d->origin_us = v;
    if (d->origin_us == INT64_MAX)
        d->origin_us = 0;
    d->first_video_us = v == INT64_MAX ? 0 : v - d->origin_us;
}

static void find_length(struct demux *d)
{
    const AVFormatContext *f = d->in.format;
    int64_t length = f->duration > 0 ? f->duration : 0;
    for (int lane = 0; lane < LANE_COUNT && length == 0; lane++)
        if (d->stream[lane] >= 0 && f->streams[d->stream[lane]]->duration > 0)
            length = rescale(d, d->stream[lane], f->streams[d->stream[lane]]->duration);
    d->streams.length_us = length;
}

struct demux *demux_open(int fd, const char *name, const char *audio_lang, const atomic_bool *cancel, struct err *e)
{
    struct demux *d = mem_alloc(sizeof *d);
    d->in.fd = -1;
    d->pkt = av_packet_alloc();
    if (!d->pkt)
        abort();
    if (!media_input_open(&d->in, fd, name, cancel, e) || !choose_streams(d, audio_lang, e)) {
        demux_free(d);
        return NULL;
    }
    find_origin(d);
    find_length(d);
    return d;
}

void demux_free(struct demux *d)
{
    if (!d)
        return;
    pending_clear(d);
    avcodec_parameters_free(&d->streams.video);
    for (int i = 0; i < d->streams.audio_count; i++)
        avcodec_parameters_free(&d->streams.audio[i].par);
    av_packet_free(&d->pkt);
    media_input_close(&d->in);
    free(d);
}

/* -- seeking ----------------------------------------------------------------------------------------- */

static void seek_container(struct demux *d, int64_t time_us)
{
    AVFormatContext *f = d->in.format;
    int index = d->stream[LANE_VIDEO] >= 0 ? d->stream[LANE_VIDEO] : d->stream[LANE_AUDIO];
    int64_t t = av_rescale_q(time_us, AV_TIME_BASE_Q, f->streams[index]->time_base);
    if (avformat_seek_file(f, index, INT64_MIN, t, t, 0) < 0 && av_seek_frame(f, index, t, AVSEEK_FLAG_BACKWARD) < 0)
        log_debug("no seek to %lld us", (long long)time_us);
}

/* For streams that can be entered anywhere (MPEG) a search by time may miss the very first picture. */
static void rewind_container(struct demux *d)
{
    AVFormatContext *f = d->in.format;
    if (!(f->iformat->flags & AVFMT_TS_DISCONT) || av_seek_frame(f, -1, 0, AVSEEK_FLAG_BYTE) < 0)
        seek_container(d, d->origin_us);
}

/* Reads until the first key picture and says whether it lies at or before the target. What is worth keeping waits
 * in `pending`. */
static bool landed(struct demux *d, int64_t target_us, bool last_attempt)
{
    enum packet_lane lane;
    for (int n = 0; n < LANDING_PACKETS; n++) {
        enum read_result r = read_packet(d, &lane);
        if (r != READ_PACKET)
            return last_attempt || r == READ_CANCELLED;
        int64_t t = packet_start(d->pkt);
        int64_t at = t == AV_NOPTS_VALUE ? INT64_MIN : rescale(d, d->pkt->stream_index, t) - d->origin_us;
        if (lane == LANE_VIDEO && (d->pkt->flags & AV_PKT_FLAG_KEY)) {
            pending_add(d, lane);
            return last_attempt || at <= target_us || at <= d->first_video_us;
        }
        if (lane == LANE_AUDIO && at >= target_us - AUDIO_PREROLL_US)
            pending_add(d, lane);
        else
            av_packet_unref(d->pkt);
    }
    return last_attempt;
}

static void follow_seek(struct demux *d, struct packet_queue *q, struct packet_at at)
{
    bool fresh = d->serial == 0;
    d->serial = at.serial;
    d->errors_in_a_row = 0;
    atomic_store(&d->at_end, false);
    if (fresh && at.target_us <= 0)
        return; /* `pending` holds the head of the file */
    int track = atomic_load(&d->wanted_track);
    if (track >= 0 && track < d->streams.audio_count)
        d->stream[LANE_AUDIO] = d->streams.audio[track].stream;
    discard_others(d);
    int64_t back_us = 0;
    for (int i = 0; i < SEEK_ATTEMPTS && packet_queue_at(q).serial == at.serial; i++) {
        bool last = i == SEEK_ATTEMPTS - 1;
        pending_clear(d);
        if (last)
            rewind_container(d);
        else
            seek_container(d, d->origin_us + (back_us < at.target_us ? at.target_us - back_us : 0));
        if (d->stream[LANE_VIDEO] < 0 || landed(d, at.target_us, last))
            break;
        if (back_us >= at.target_us)
            i = SEEK_ATTEMPTS - 2; /* by time there is nothing earlier */
        back_us = back_us ? back_us * 4 : 1000 * 1000;
    }
}

/* -- stepping ---------------------------------------------------------------------------------------- */

static void to_lesson_time(struct demux *d, AVPacket *pkt)
{
    av_packet_rescale_ts(pkt, d->in.format->streams[pkt->stream_index]->time_base, AV_TIME_BASE_Q);
    if (pkt->pts != AV_NOPTS_VALUE)
        pkt->pts -= d->origin_us;
    if (pkt->dts != AV_NOPTS_VALUE)
        pkt->dts -= d->origin_us;
    int64_t t = packet_start(pkt), end = atomic_load(&d->end_us);
    int64_t latest = d->streams.length_us > 0 ? d->streams.length_us + END_SLACK_US : end + WRONG_JUMP_US;
    if (t != AV_NOPTS_VALUE && pkt->duration < END_SLACK_US && t + pkt->duration > end && t + pkt->duration <= latest)
        atomic_store(&d->end_us, t + pkt->duration);
}

static void hand_over(struct demux *d, struct packet_queue *q, enum packet_lane lane, AVPacket *pkt)
{
    to_lesson_time(d, pkt);
    packet_queue_put(q, lane, pkt, d->serial, true);
    av_packet_unref(pkt);
}

bool demux_step(struct demux *d, struct packet_queue *q)
{
    struct packet_at at = packet_queue_at(q);
    if (atomic_load(d->in.cancel))
        return false;
    if (at.serial != d->serial)
        follow_seek(d, q, at);
    if (atomic_load(&d->at_end))
        return packet_queue_wait_seek(q, d->serial);
    for (int i = 0; i < d->pending_count; i++) {
        hand_over(d, q, d->pending[i].lane, d->pending[i].pkt);
        av_packet_free(&d->pending[i].pkt);
    }
    d->pending_count = 0;
    enum packet_lane lane;
    enum read_result r = read_packet(d, &lane);
    if (r == READ_PACKET) {
        hand_over(d, q, lane, d->pkt);
        return true;
    }
    if (r == READ_CANCELLED)
        return false;
    atomic_store(&d->at_end, true);
    packet_queue_end(q, d->serial);
    return true;
}

const struct demux_streams *demux_streams(const struct demux *d)
{
    return &d->streams;
}

void demux_audio_track(struct demux *d, int track)
{
    atomic_store(&d->wanted_track, track);
}

int64_t demux_end_us(const struct demux *d)
{
    return atomic_load(&d->end_us);
}

int demux_damaged(const struct demux *d)
{
    return atomic_load(&d->damaged);
}

bool demux_at_end(const struct demux *d)
{
    return atomic_load(&d->at_end);
}
