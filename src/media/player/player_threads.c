/* player_threads.c - the inside of the player: one thread each for demuxing, pictures and sound. The demux thread opens the file and
 * starts the two others once it knows the streams. */
#define LOG_MODULE "player"
#include "base/log.h"
#include "media/player/player_parts.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static void wake(struct player *p)
{
    if (p->opts.wake)
        p->opts.wake(p->opts.wake_ctx);
}

static void worker_begin(struct player *p, enum player_thread which)
{
    gate_lock(&p->gate);
    pthread_getcpuclockid(pthread_self(), &p->worker[which].cpu_clock);
    p->worker[which].started = true;
    gate_unlock(&p->gate);
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    return clock_gettime(clock, &t) == 0 ? (double)t.tv_sec + (double)t.tv_nsec * 1e-9 : 0;
}

static void worker_end(struct player *p, enum player_thread which)
{
    gate_lock(&p->gate);
    p->worker[which].cpu_s = seconds(p->worker[which].cpu_clock);
    p->worker[which].done = true;
    gate_unlock(&p->gate);
}

/* CPU of all threads called `name`. A codec's own worker threads inherit the name of the thread that opened it, and
 * that is all there is to know them by. */
static double named_threads_cpu_s(const char *name)
{
    double sum = 0;
    DIR *tasks = opendir("/proc/self/task");
    for (struct dirent *t; tasks && (t = readdir(tasks));) {
        char path[300], comm[32] = "";
        long long ns = 0;
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", t->d_name);
        FILE *f = t->d_name[0] == '.' ? NULL : fopen(path, "re");
        if (!f)
            continue;
        bool same = fgets(comm, sizeof comm, f) && strncmp(comm, name, strlen(name)) == 0 && comm[strlen(name)] == '\n';
        fclose(f);
        snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", t->d_name); /* nanoseconds on a CPU come first */
        f = same ? fopen(path, "re") : NULL;
        if (f && fscanf(f, "%lld", &ns) == 1)
            sum += (double)ns * 1e-9;
        if (f)
            fclose(f);
    }
    if (tasks)
        closedir(tasks);
    return sum;
}

double player_threads_cpu_s(struct player *p)
{
    double sum = 0, pictures = named_threads_cpu_s("video");
    gate_lock(&p->gate);
    for (int i = 0; i < THREAD_COUNT; i++) {
        double own = !p->worker[i].started ? 0 : p->worker[i].done ? p->worker[i].cpu_s : seconds(p->worker[i].cpu_clock);
        sum += i == THREAD_VIDEO && pictures > own ? pictures : own;
    }
    gate_unlock(&p->gate);
    return sum;
}

void player_go_silent(struct player *p, const struct err *why)
{
    gate_lock(&p->gate);
    bool already = p->audio_silent;
    p->audio_silent = true;
    if (p->problem.kind == ERR_NONE)
        p->problem = *why;
    gate_unlock(&p->gate);
    if (already)
        return;
    if (why->kind != ERR_CANCELLED)
        log_warn("playing without sound: %s", why->text);
    packet_queue_enable(p->packets, LANE_AUDIO, false);
    audio_out_stop(p->audio_out);
    wake(p);
}

/* -- pictures -------------------------------------------------------------------------------------------- */

static void picture_pushed(void *ctx, unsigned serial, bool first, bool was_empty)
{
    struct player *p = ctx;
    if (first)
        audio_out_release(p->audio_out, serial); /* sound and picture start together */
    if (was_empty)
        wake(p);
}

static void picture_impossible(struct player *p, const struct err *why)
{
    gate_lock(&p->gate);
    p->has_video = false;
    p->problem = *why;
    if (!p->has_audio)
        p->failed = true;
    gate_unlock(&p->gate);
    log_warn("%s", why->text);
    packet_queue_enable(p->packets, LANE_VIDEO, false);
    wake(p);
}

static void *video_main(void *arg)
{
    struct player *p = arg;
    struct err e = ERR_INIT;
    worker_begin(p, THREAD_VIDEO);
    const struct demux_streams *s = demux_streams(p->demux);
    struct video_decoder_opts opts = {.par = s->video, .frame_rate = s->frame_rate, .rotation = s->rotation, .length_us = s->length_us,
                                      .unpaced = p->opts.unpaced, .packets = p->packets, .frames = p->frames,
                                      .clock = &p->clock, .pushed = picture_pushed, .ctx = p};
    struct video_decoder *d = video_decoder_new(&opts, &e);
    if (d) {
        gate_lock(&p->gate);
        p->video = d;
        gate_unlock(&p->gate);
        while (video_decoder_step(d))
            ;
    } else {
        picture_impossible(p, &e);
    }
    worker_end(p, THREAD_VIDEO);
    return NULL;
}

/* -- sound ----------------------------------------------------------------------------------------------- */

static bool sink_write(void *ctx, unsigned serial, const int16_t *pcm, size_t frames, int64_t media_us, int speed)
{
    return audio_out_write(ctx, serial, pcm, frames, media_us, speed);
}

static void sink_finish(void *ctx, unsigned serial)
{
    audio_out_finish(ctx, serial);
}

static void decode_sound(struct player *p, const struct demux_streams *s)
{
    struct audio_sink sink = {.write = sink_write, .finish = sink_finish, .ctx = p->audio_out,
                              .rate = audio_out_rate(p->audio_out)};
    gate_lock(&p->gate);
    struct audio_decoder *d = p->audio = audio_decoder_new(s, p->packets, &sink, p->speed_permille);
    gate_unlock(&p->gate);
    while (audio_decoder_step(d)) {
        if (!audio_decoder_failed(d))
            continue;
        struct err e = ERR_INIT;
        err_set(&e, ERR_UNSUPPORTED, "the sound is in a format that cannot be played here");
        player_go_silent(p, &e);
        return;
    }
}

static void *audio_main(void *arg)
{
    struct player *p = arg;
    struct err e = ERR_INIT;
    worker_begin(p, THREAD_AUDIO);
    const struct demux_streams *s = demux_streams(p->demux);
    int rate = s->audio[s->audio_first].par->sample_rate;
    if (audio_out_open(p->audio_out, rate >= 8000 && rate <= 96000 ? rate : 48000, &e))
        decode_sound(p, s);
    else
        player_go_silent(p, &e);
    worker_end(p, THREAD_AUDIO);
    return NULL;
}

/* -- the file -------------------------------------------------------------------------------------------- */

static void file_impossible(struct player *p, const struct err *why)
{
    gate_lock(&p->gate);
    p->failed = true;
    p->problem = *why;
    gate_unlock(&p->gate);
    wake(p);
}

static void start_decoders(struct player *p)
{
    const struct demux_streams *s = demux_streams(p->demux);
    bool sound = s->audio_first >= 0 && !p->opts.mute && !p->opts.unpaced;
    if (s->video)
        packet_queue_enable(p->packets, LANE_VIDEO, true);
    if (sound)
        packet_queue_enable(p->packets, LANE_AUDIO, true);
    gate_lock(&p->gate);
    p->has_video = s->video != NULL;
    p->has_audio = s->audio_first >= 0;
    p->opened = true;
    gate_unlock(&p->gate);
    if (s->video)
        thread_start(&p->worker[THREAD_VIDEO].thread, "video", video_main, p);
    if (sound)
        thread_start(&p->worker[THREAD_AUDIO].thread, "audio", audio_main, p);
    wake(p);
}

static void *demux_main(void *arg)
{
    struct player *p = arg;
    struct err e = ERR_INIT;
    worker_begin(p, THREAD_DEMUX);
    struct demux *d = demux_open(p->opts.fd, p->name, p->audio_lang, &p->cancel, &e);
    if (d) {
        p->demux = d;
        start_decoders(p);
        while (demux_step(d, p->packets))
            if (demux_at_end(d))
                wake(p); /* without sound or picture nobody else would tell the owner */
    } else {
        file_impossible(p, &e);
    }
    worker_end(p, THREAD_DEMUX);
    return NULL;
}

void player_threads_start(struct player *p)
{
    thread_start(&p->worker[THREAD_DEMUX].thread, "demux", demux_main, p);
}

void player_threads_join(struct player *p)
{
    thread_join(p->worker[THREAD_DEMUX].thread); /* the only one that starts others */
    for (int i = THREAD_DEMUX + 1; i < THREAD_COUNT; i++)
        if (p->worker[i].thread)
            thread_join(p->worker[i].thread);
}
