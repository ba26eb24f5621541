#define LOG_MODULE "player"
#include "media/player/player.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "media/player/player_parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LATE_US = 40 * 1000,
    STALL_CHECK_MS = 500,             /* while sound leads, look at least so often whether it still runs */
    SOUND_OPEN_US = 1500 * 1000,      /* a device that takes longer to open is not waited for */
};

/* -- life -------------------------------------------------------------------------------------------------- */

struct player *player_open(const struct player_opts *opts, struct err *e)
{
    if (opts->fd < 0 || opts->speed_permille < 250 || opts->speed_permille > 4000) {
        err_set(e, ERR_INVALID, "player: no file, or a speed outside 0.25 to 4");
        if (opts->fd >= 0)
            close(opts->fd);
        return NULL;
    }
    struct player *p = mem_alloc(sizeof *p);
    p->opts = *opts;
    p->name = mem_dup(opts->name);
    p->audio_lang = mem_dup(opts->audio_lang);
    p->open_us = clock_boot_us();
    p->paused = opts->start_paused;
    p->speed_permille = opts->speed_permille;
    p->audio_track = -1;
    p->serial = 1;
    p->target_us = opts->start_ms > 0 ? opts->start_ms * 1000 : 0;
    p->shown = av_frame_alloc();
    if (!p->shown)
        abort();
    gate_init(&p->gate);
    play_clock_init(&p->clock, p->speed_permille, p->paused);
    play_clock_seek(&p->clock, p->serial, p->target_us);
    p->packets = packet_queue_new(PACKETS_SOFT_BYTES, PACKETS_HARD_BYTES);
    packet_queue_seek(p->packets, (struct packet_at){p->serial, p->target_us});
    p->frames = frame_queue_new();
    frame_queue_seek(p->frames, p->serial);
    p->audio_out = audio_out_new(&p->clock, opts->wake, opts->wake_ctx);
    audio_out_seek(p->audio_out, p->serial);
    audio_out_pause(p->audio_out, p->paused);
    audio_out_volume(p->audio_out, opts->volume);
    player_threads_start(p);
    return p;
}

void player_close(struct player *p)
{
    if (!p)
        return;
    atomic_store(&p->cancel, true);
    packet_queue_stop(p->packets);
    frame_queue_stop(p->frames);
    audio_out_stop(p->audio_out);
    player_threads_join(p);
    audio_out_close(p->audio_out);
    video_decoder_free(p->video);
    audio_decoder_free(p->audio);
    demux_free(p->demux);
    packet_queue_free(p->packets);
    frame_queue_free(p->frames);
    av_frame_free(&p->shown);
    play_clock_release(&p->clock);
    gate_release(&p->gate);
    free(p->name);
    free(p->audio_lang);
    free(p);
}

/* -- what is going on -------------------------------------------------------------------------------------- */

struct facts { /* one consistent look at what the threads found out */
    bool opened, failed, has_video, has_audio, sound; /* sound: it leads the clock */
    const struct demux *demux;
};

static struct facts look(struct player *p)
{
    gate_lock(&p->gate);
    struct facts f = {.opened = p->opened, .failed = p->failed, .has_video = p->has_video, .has_audio = p->has_audio,
                      .demux = p->opened ? p->demux : NULL};
    f.sound = p->opened && p->has_audio && !p->audio_silent && !p->opts.mute && !p->opts.unpaced;
    gate_unlock(&p->gate);
    return f;
}

static void check_sound(struct player *p, int64_t now_us)
{
    bool missing = p->shown_at_us && now_us - p->shown_at_us > SOUND_OPEN_US && audio_out_rate(p->audio_out) == 0;
    if (!missing && !audio_out_stalled(p->audio_out, now_us))
        return;
    struct err e = ERR_INIT;
    err_set(&e, ERR_IO, missing ? "the sound device does not open" : "the sound device has stopped taking sound");
    player_go_silent(p, &e);
}

static bool at_end(struct player *p, const struct facts *f, int64_t now_us)
{
    int64_t t = play_clock_now(&p->clock, now_us);
    bool unpaced = p->opts.unpaced;
    if (f->has_video && !(frame_queue_finished(p->frames) && (unpaced || t >= p->last_end_us)))
        return false;
    if (!f->has_audio)
        return f->has_video || demux_at_end(f->demux);
    if (f->sound)
        return audio_out_drained(p->audio_out);
    return demux_at_end(f->demux) && (unpaced || t >= demux_end_us(f->demux));
}

/* Every function of the owner passes here first: starts the clock where no sound does, and notices the end. */
static struct facts update(struct player *p)
{
    struct facts f = look(p);
    if (!f.opened || f.failed)
        return f;
    int64_t now_us = clock_boot_us();
    if (!f.has_video)
        audio_out_release(p->audio_out, p->serial);
    if (f.sound && !p->paused)
        check_sound(p, now_us);
    f = look(p);
    bool picture_up = p->shown_serial == p->serial || !f.has_video || frame_queue_finished(p->frames);
    if (!f.sound && picture_up && !p->running_free) {
        play_clock_run_free(&p->clock, p->serial, now_us);
        p->running_free = true;
    }
    if (!p->ended && at_end(p, &f, now_us))
        p->ended = true;
    return f;
}

/* -- commands ---------------------------------------------------------------------------------------------- */

void player_pause(struct player *p, bool paused)
{
    if (paused == p->paused)
        return;
    p->paused = paused;
    play_clock_pause(&p->clock, paused, clock_boot_us());
    audio_out_pause(p->audio_out, paused);
}

void player_seek(struct player *p, int64_t position_ms)
{
    struct facts f = look(p);
    int64_t length = f.demux ? demux_streams(f.demux)->length_us : 0;
    int64_t target = position_ms > 0 ? (position_ms < INT64_MAX / 1000 ? position_ms * 1000 : INT64_MAX / 2) : 0;
    if (length > 0 && target > length)
        target = length;
    p->target_us = target;
    p->serial++;
    p->ended = p->running_free = false;
    p->last_end_us = 0;
    play_clock_seek(&p->clock, p->serial, target);
    audio_out_seek(p->audio_out, p->serial);
    frame_queue_seek(p->frames, p->serial);
    packet_queue_seek(p->packets, (struct packet_at){p->serial, target}); /* last: the demuxer starts at once */
}

void player_speed(struct player *p, int speed_permille)
{
    if (speed_permille < 250 || speed_permille > 4000)
        return;
    gate_lock(&p->gate);
    p->speed_permille = speed_permille;
    if (p->audio)
        audio_decoder_speed(p->audio, speed_permille);
    gate_unlock(&p->gate);
    if (!look(p).sound)
        play_clock_speed(&p->clock, speed_permille, clock_boot_us());
}

void player_volume(struct player *p, int volume)
{
    audio_out_volume(p->audio_out, volume);
}

void player_audio_track(struct player *p, int track)
{
    struct player_state s;
    player_state(p, &s);
    if (track < 0 || track >= s.audio_track_count || track == s.audio_track)
        return;
    p->audio_track = track;
    demux_audio_track(p->demux, track);
    player_seek(p, s.position_ms);
}

/* -- pictures ---------------------------------------------------------------------------------------------- */

static int matrix_of(const AVFrame *f)
{
    switch (f->colorspace) {
    case AVCOL_SPC_BT709:
        return 709;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
    case AVCOL_SPC_SMPTE240M:
    case AVCOL_SPC_FCC:
        return 601;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return 2020;
    default: /* unsaid: what cameras and encoders of that size do */
        return f->height >= 720 || f->width >= 1280 ? 709 : 601;
    }
}

static AVRational sample_aspect(struct player *p, const AVFrame *f)
{
    AVRational sar = f->sample_aspect_ratio;
    if (sar.num <= 0 || sar.den <= 0) {
        const struct demux_streams *s = demux_streams(p->demux);
        sar = s->rotation % 180 ? av_inv_q(s->sample_aspect) : s->sample_aspect;
    }
    double ratio = sar.num > 0 && sar.den > 0 ? av_q2d(sar) : 0;
    return ratio > 0.1 && ratio < 10 ? sar : (AVRational){1, 1}; /* unsaid or absurd: square */
}

static void describe_picture(struct player *p, int64_t pts_us)
{
    const AVFrame *f = p->shown;
    struct picture *pic = &p->picture;
    AVRational sar = sample_aspect(p, f);
    for (int i = 0; i < 3; i++) {
        pic->plane[i] = f->data[i];
        pic->stride[i] = f->linesize[i];
    }
    pic->width = f->width;
    pic->height = f->height;
    pic->display_width = sar.num > sar.den ? (int)av_rescale(f->width, sar.num, sar.den) : f->width;
    pic->display_height = sar.num < sar.den ? (int)av_rescale(f->height, sar.den, sar.num) : f->height;
    pic->full_range = f->color_range == AVCOL_RANGE_JPEG || f->format == AV_PIX_FMT_YUVJ420P;
    pic->matrix = matrix_of(f);
    pic->pts_ms = pts_us / 1000;
    pic->serial++;
}

static void count_picture(struct player *p, const struct frame_times *t, int64_t clock_us)
{
    if (p->frames_shown++ == 0)
        p->first_frame_ms = (double)(clock_boot_us() - p->open_us) / 1000.0;
    if (p->opts.unpaced || t->first)
        return;
    int64_t skew = llabs(clock_us - t->pts_us);
    int64_t bin = skew / SKEW_BIN_US;
    p->skew[bin < SKEW_BINS ? bin : SKEW_BINS - 1]++;
    if (clock_us - t->pts_us > LATE_US)
        p->frames_late++;
}

/* Whether the head of the queue is due at clock_us; leaves out those whose successor is due as well. */
static bool head_due(struct player *p, int64_t clock_us)
{
    struct frame_times t, next;
    if (!frame_queue_look(p->frames, 0, &t))
        return false;
    if (p->opts.unpaced || t.first)
        return true;
    if (!play_clock_running(&p->clock) || t.pts_us > clock_us)
        return false;
    while (frame_queue_look(p->frames, 1, &next) && next.pts_us <= clock_us) {
        frame_queue_pop(p->frames, p->shown, &t);
        p->frames_dropped++;
    }
    return true;
}

const struct picture *player_frame(struct player *p, bool *changed)
{
    *changed = false;
    update(p);
    int64_t clock_us = play_clock_now(&p->clock, clock_boot_us());
    struct frame_times t;
    if (head_due(p, clock_us) && frame_queue_pop(p->frames, p->shown, &t)) {
        count_picture(p, &t, clock_us);
        describe_picture(p, t.pts_us);
        p->shown_serial = p->serial;
        p->last_end_us = t.end_us;
        if (!p->shown_at_us)
            p->shown_at_us = clock_boot_us();
        *changed = true;
        update(p);
    }
    return p->picture.serial ? &p->picture : NULL;
}

/* -- questions --------------------------------------------------------------------------------------------- */

static int until(struct player *p, int64_t media_us)
{
    int64_t now_us = clock_boot_us();
    int64_t left = media_us - play_clock_now(&p->clock, now_us);
    if (left <= 0)
        return 0;
    gate_lock(&p->gate);
    int speed = p->speed_permille;
    gate_unlock(&p->gate);
    int64_t ms = (left * 1000 / speed + 999) / 1000;
    if (play_clock_held(&p->clock, now_us) && ms < 10)
        ms = 10; /* the sound is short of data: no use looking every millisecond */
    return ms < STALL_CHECK_MS ? (int)ms : STALL_CHECK_MS;
}

int player_due_ms(struct player *p)
{
    struct facts f = update(p);
    struct frame_times t;
    if (!f.opened || f.failed || p->ended)
        return -1;
    bool there = frame_queue_look(p->frames, 0, &t);
    if (there && (t.first || p->opts.unpaced))
        return 0;
    if (p->paused || p->opts.unpaced)
        return -1;
    if (there && play_clock_running(&p->clock))
        return until(p, t.pts_us);
    if (f.has_video && !there && !frame_queue_finished(p->frames))
        return f.sound ? STALL_CHECK_MS : -1;
    if (f.sound ? !audio_out_drained(p->audio_out) : !demux_at_end(f.demux))
        return STALL_CHECK_MS;
    int64_t end = f.has_audio && !f.sound ? demux_end_us(f.demux) : 0;
    int ms = until(p, end > p->last_end_us ? end : p->last_end_us);
    return ms > 0 ? ms : 1;
}

bool player_starved(struct player *p)
{
    struct facts f = update(p);
    struct frame_times t;
    return f.opened && !f.failed && !p->ended && f.has_video && !frame_queue_look(p->frames, 0, &t) && !frame_queue_finished(p->frames);
}

static int64_t position_us(struct player *p, const struct facts *f, bool seeking)
{
    int64_t length = f->demux ? demux_streams(f->demux)->length_us : 0;
    int64_t t = seeking ? p->target_us : play_clock_now(&p->clock, clock_boot_us());
    if (length > 0 && t > length)
        t = length;
    return t > 0 ? t : 0;
}

static bool seeking(struct player *p, const struct facts *f)
{
    if (!f->opened || f->failed || p->serial == 1)
        return false;
    if (f->has_video)
        return p->shown_serial != p->serial && !frame_queue_finished(p->frames);
    return f->sound && !audio_out_ready(p->audio_out);
}

static void list_tracks(struct player *p, const struct facts *f, struct player_state *out)
{
    const struct demux_streams *s = demux_streams(f->demux);
    for (int i = 0; i < s->audio_count && i < PLAYER_MAX_TRACKS; i++) {
        struct player_track *t = &out->track[i];
        t->index = i;
        memcpy(t->lang, s->audio[i].lang, sizeof t->lang);
        memcpy(t->title, s->audio[i].title, sizeof t->title);
        out->audio_track_count = i + 1;
    }
    out->audio_track = p->audio_track >= 0 ? p->audio_track : s->audio_first;
}

void player_state(struct player *p, struct player_state *out)
{
    struct facts f = update(p);
    *out = (struct player_state){.audio_track = -1};
    out->phase = f.failed ? PLAYER_FAILED : !f.opened ? PLAYER_OPENING : p->ended ? PLAYER_ENDED
                 : p->paused ? PLAYER_PAUSED : PLAYER_PLAYING;
    out->seeking = seeking(p, &f);
    out->position_ms = position_us(p, &f, out->seeking) / 1000;
    out->has_audio = f.has_audio;
    out->has_video = f.has_video;
    if (f.demux) {
        out->length_ms = demux_streams(f.demux)->length_us / 1000;
        if (out->length_ms == 0 && p->ended)
            out->length_ms = demux_end_us(f.demux) / 1000;
        out->damaged_count = demux_damaged(f.demux);
        list_tracks(p, &f, out);
    }
    if (p->picture.serial) {
        out->width = p->picture.display_width;
        out->height = p->picture.display_height;
    }
    gate_lock(&p->gate);
    out->problem = p->problem;
    out->audio_silent = p->audio_silent;
    if (p->video)
        out->damaged_count += video_decoder_damaged(p->video);
    if (p->audio)
        out->damaged_count += audio_decoder_damaged(p->audio);
    gate_unlock(&p->gate);
}

static double skew_p95_ms(const struct player *p)
{
    uint64_t total = 0, seen = 0;
    for (int i = 0; i < SKEW_BINS; i++)
        total += p->skew[i];
    for (int i = 0; i < SKEW_BINS && total > 0; i++) {
        seen += p->skew[i];
        if (seen * 100 >= total * 95)
            return (i + 1) * (SKEW_BIN_US / 1000.0);
    }
    return 0;
}

void player_cost(struct player *p, struct player_cost *out)
{
    *out = (struct player_cost){.frames = p->frames_shown, .dropped = p->frames_dropped, .late = p->frames_late,
                                .first_frame_ms = p->first_frame_ms, .av_skew_ms_p95 = skew_p95_ms(p)};
    gate_lock(&p->gate);
    if (p->video)
        out->dropped += (uint64_t)video_decoder_dropped(p->video);
    gate_unlock(&p->gate);
    out->decode_cpu_s = player_threads_cpu_s(p);
}
