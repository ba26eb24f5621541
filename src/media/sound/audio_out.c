#define LOG_MODULE "audio_out"
#include "media/sound/audio_out.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "media/sound/audio_ring.h"

#include <SDL2/SDL.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { RING_MS = 340, STALL_US = 1000 * 1000 };

struct audio_out {
    struct gate gate; /* everything below, but `device`, which only its opener and closer touch */
    struct audio_ring *ring;
    int rate, period_frames;
    unsigned serial;
    bool released, finished, drained, any, sounding, paused;
    atomic_bool stopped; /* also read while waiting for devices to close */
    bool waking; /* `wake` is being called */
    int gain;    /* 0..65536 */
    int64_t last_pull_us;
    struct play_clock *clock; /* NULL once closed */
    void (*wake)(void *);
    void *wake_ctx;
    SDL_AudioDeviceID device;
};

/* Devices that are being let go, so that a new one does not find its hardware busy. */
static struct { pthread_once_t once; struct gate gate; int count; } closing = {.once = PTHREAD_ONCE_INIT};
static pthread_mutex_t sdl_init_lock = PTHREAD_MUTEX_INITIALIZER;

static void closing_init(void)
{
    gate_init(&closing.gate);
}

struct audio_out *audio_out_new(struct play_clock *clock, void (*wake)(void *), void *wake_ctx)
{
    pthread_once(&closing.once, closing_init);
    struct audio_out *o = mem_alloc(sizeof *o);
    gate_init(&o->gate);
    o->clock = clock;
    o->wake = wake;
    o->wake_ctx = wake_ctx;
    o->gain = 65536;
    return o;
}

static void destroy(struct audio_out *o)
{
    audio_ring_free(o->ring);
    gate_release(&o->gate);
    free(o);
}

static void *close_main(void *arg)
{
    struct audio_out *o = arg;
    pthread_detach(pthread_self());
    SDL_CloseAudioDevice(o->device); /* after this the callback does not run any more */
    SDL_TLSCleanup();
    destroy(o);
    gate_lock(&closing.gate);
    closing.count--;
    gate_wake(&closing.gate);
    gate_unlock(&closing.gate);
    return NULL;
}

void audio_out_close(struct audio_out *o)
{
    if (!o)
        return;
    gate_lock(&o->gate);
    while (o->waking)
        gate_wait(&o->gate);
    o->clock = NULL;
    gate_unlock(&o->gate);
    if (!o->device) {
        destroy(o);
        return;
    }
    gate_lock(&closing.gate);
    closing.count++;
    gate_unlock(&closing.gate);
    pthread_t thread;
    thread_start(&thread, "audio-close", close_main, o);
}

/* Until no device is being closed any more, 1 s at most, or until `stopped`. */
static void settle(const atomic_bool *stopped)
{
    pthread_once(&closing.once, closing_init);
    int64_t until = clock_boot_ms() + 1000;
    gate_lock(&closing.gate);
    for (int64_t left = 1000; closing.count > 0 && left > 0 && !(stopped && atomic_load(stopped)); left = until - clock_boot_ms())
        gate_wait_ms(&closing.gate, left);
    gate_unlock(&closing.gate);
}

void audio_out_settle(void)
{
    settle(NULL);
}

static void SDLCALL device_pulls(void *arg, Uint8 *bytes, int size)
{
    audio_out_pull(arg, (int16_t *)(void *)bytes, (size_t)size / (2 * sizeof(int16_t)), clock_boot_us());
}

static int period_for(int rate)
{
    int frames = 256;
    while (frames < rate / 50) /* about 20 ms: few wake-ups, and short enough to know what is heard */
        frames *= 2;
    return frames;
}

static bool open_device(struct audio_out *o, int rate, struct err *e)
{
    settle(&o->stopped);
    if (atomic_load(&o->stopped))
        return err_set(e, ERR_CANCELLED, "closed while the sound device was being opened");
    pthread_mutex_lock(&sdl_init_lock);
    bool ready = SDL_WasInit(SDL_INIT_AUDIO) || SDL_InitSubSystem(SDL_INIT_AUDIO) == 0;
    pthread_mutex_unlock(&sdl_init_lock);
    if (!ready)
        return err_set(e, ERR_UNSUPPORTED, "no sound: %s", SDL_GetError());
    SDL_AudioSpec want = {.freq = rate, .format = AUDIO_S16SYS, .channels = 2, .samples = (Uint16)period_for(rate),
                          .callback = device_pulls, .userdata = o}, have;
    SDL_AudioDeviceID device = SDL_OpenAudioDevice(NULL, 0, &want, &have,
                                                   SDL_AUDIO_ALLOW_FREQUENCY_CHANGE | SDL_AUDIO_ALLOW_SAMPLES_CHANGE);
    if (!device)
        return err_set(e, ERR_UNSUPPORTED, "no sound device: %s", SDL_GetError());
    o->device = device;
    audio_out_attach(o, have.freq, have.samples, clock_boot_us());
    SDL_PauseAudioDevice(device, 0);
    log_debug("%s, %d Hz, %d frames a period", SDL_GetCurrentAudioDriver(), have.freq, have.samples);
    return true;
}

bool audio_out_open(struct audio_out *o, int rate, struct err *e)
{
    bool ok = open_device(o, rate, e);
    SDL_TLSCleanup(); /* what SDL keeps for a thread that is not its own; nobody else would free it */
    return ok;
}

void audio_out_attach(struct audio_out *o, int rate, int period_frames, int64_t boot_us)
{
    gate_lock(&o->gate);
    o->ring = audio_ring_new(rate, (size_t)rate * RING_MS / 1000);
    o->rate = rate;
    o->period_frames = period_frames;
    o->last_pull_us = boot_us;
    gate_unlock(&o->gate);
}

static void apply_gain(int16_t *pcm, size_t samples, int gain)
{
    if (gain == 65536)
        return;
    for (size_t i = 0; i < samples; i++)
        pcm[i] = (int16_t)((pcm[i] * gain) >> 16);
}

/* A buffer pulled now is heard one period later: SDL's drivers keep one period playing and one being filled. */
static void tell_clock(struct audio_out *o, const struct audio_heard *heard, int64_t boot_us)
{
    int64_t delay_us = (int64_t)o->period_frames * 1000 * heard->speed_permille / o->rate;
    play_clock_hear(o->clock, o->serial, heard->media_us - delay_us, heard->limit_us, heard->speed_permille, boot_us);
}

static bool pull_locked(struct audio_out *o, int16_t *out, size_t frames, int64_t boot_us)
{
    bool event = false;
    struct audio_heard heard;
    o->last_pull_us = boot_us;
    bool silent = !o->clock || !o->released || o->paused;
    size_t got = audio_ring_read(o->ring, out, silent ? 0 : frames, &heard);
    if (silent) {
        SDL_memset(out, 0, frames * 2 * sizeof *out);
        return false;
    }
    if (got > 0) {
        apply_gain(out, got * 2, o->gain);
        tell_clock(o, &heard, boot_us);
        event = !o->sounding;
        o->sounding = true;
    } else if (o->finished && !o->drained) { /* only now: what the last pulls gave is still on its way to the ear */
        o->drained = event = true;
        play_clock_run_free(o->clock, o->serial, boot_us);
    }
    /* Writers fill up half a ring at a time, so that they wake seldom. */
    if (audio_ring_filled(o->ring) < (size_t)o->rate * RING_MS / 2000)
        gate_wake(&o->gate);
    return event;
}

void audio_out_pull(struct audio_out *o, int16_t *out, size_t frames, int64_t boot_us)
{
    gate_lock(&o->gate);
    bool event = pull_locked(o, out, frames, boot_us) && o->wake;
    o->waking = event;
    gate_unlock(&o->gate);
    if (!event)
        return;
    o->wake(o->wake_ctx);
    gate_lock(&o->gate);
    o->waking = false;
    gate_wake(&o->gate);
    gate_unlock(&o->gate);
}

int audio_out_rate(struct audio_out *o)
{
    gate_lock(&o->gate);
    int rate = o->rate;
    gate_unlock(&o->gate);
    return rate;
}

bool audio_out_write(struct audio_out *o, unsigned serial, const int16_t *pcm, size_t frames, int64_t media_us,
                     int speed_permille)
{
    gate_lock(&o->gate);
    while (frames > 0 && !o->stopped && serial == o->serial) {
        size_t n = audio_ring_write(o->ring, pcm, frames, media_us, speed_permille);
        if (n == 0) {
            gate_wait(&o->gate);
            continue;
        }
        o->any = true;
        frames -= n;
        pcm = pcm ? pcm + n * 2 : NULL;
        media_us += (int64_t)n * 1000 * speed_permille / o->rate;
    }
    bool current = !o->stopped && serial == o->serial;
    gate_unlock(&o->gate);
    return current;
}

void audio_out_finish(struct audio_out *o, unsigned serial)
{
    gate_lock(&o->gate);
    if (serial == o->serial)
        o->finished = true;
    gate_unlock(&o->gate);
}

void audio_out_seek(struct audio_out *o, unsigned serial)
{
    gate_lock(&o->gate);
    if (o->ring)
        audio_ring_clear(o->ring);
    o->serial = serial;
    o->released = o->finished = o->drained = o->any = o->sounding = false;
    gate_wake(&o->gate);
    gate_unlock(&o->gate);
}

void audio_out_release(struct audio_out *o, unsigned serial)
{
    gate_lock(&o->gate);
    if (serial == o->serial)
        o->released = true;
    gate_unlock(&o->gate);
}

void audio_out_pause(struct audio_out *o, bool paused)
{
    gate_lock(&o->gate);
    o->paused = paused;
    gate_unlock(&o->gate);
}

void audio_out_volume(struct audio_out *o, int volume)
{
    if (volume < 0)
        volume = 0;
    if (volume > 100)
        volume = 100;
    gate_lock(&o->gate);
    o->gain = 65536 * volume / 100 * volume / 100; /* the ear is not linear: half the scale sounds half as loud */
    gate_unlock(&o->gate);
}

void audio_out_stop(struct audio_out *o)
{
    gate_lock(&o->gate);
    atomic_store(&o->stopped, true);
    gate_wake(&o->gate);
    gate_unlock(&o->gate);
    gate_lock(&closing.gate);
    gate_wake(&closing.gate);
    gate_unlock(&closing.gate);
}

bool audio_out_ready(struct audio_out *o)
{
    gate_lock(&o->gate);
    bool ready = o->any || o->finished || o->stopped;
    gate_unlock(&o->gate);
    return ready;
}

bool audio_out_drained(struct audio_out *o)
{
    gate_lock(&o->gate);
    bool drained = o->drained;
    gate_unlock(&o->gate);
    return drained;
}

bool audio_out_stalled(struct audio_out *o, int64_t boot_us)
{
    gate_lock(&o->gate);
    bool stalled = o->ring && !o->stopped && boot_us - o->last_pull_us > STALL_US;
    gate_unlock(&o->gate);
    return stalled;
}

void audio_out_prepare(void)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0)
        log_info("no sound: %s", SDL_GetError());
}

const char *audio_out_driver(void)
{
    const char *driver = SDL_GetCurrentAudioDriver();
    return driver ? driver : "";
}
