/* recorder_main.c - weike-recorder FILE MAX_MS: from the microphone into an Ogg Opus file, for the kiosk that
 * started it (media/client/recorder.h has the other side). Says on stdout, a line each, what recorder_line() reads; "stop" on stdin, or MAX_MS, ends the recording; the end of
 * stdin drops it. `weike-recorder probe` only looks whether there is a microphone.
 *
 * SDL's own thread takes the sound from the device into a queue that grows as it must; this thread empties the queue into
 * the encoder. So nothing is lost while the machine is busy. */
#define _GNU_SOURCE
#define LOG_MODULE "recorder"
#include "base/log.h"
#include "media/client/recorder.h"
#include "media/microphone/recorder_opus.h"

#include <SDL2/SDL.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TURN_MS = 100, PERIOD = 1024, CHUNK = RECORDER_RATE / 10, SETTLE_MS = 120 };

struct take {
    SDL_AudioDeviceID device;
    struct recorder_opus *opus;
    int64_t frames, max_frames;
    int16_t tail[CHUNK]; /* the last 100 ms, for the level */
    int tail_frames;
};

static void say(const char *line)
{
    puts(line);
    if (fflush(stdout) != 0)
        exit(1);
}

static int failed(const struct err *e)
{
    printf("error %s %s\n", err_kind_name(e->kind), e->text);
    fflush(stdout);
    return 1;
}

static bool open_microphone(struct take *t, struct err *e)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_AudioSpec want = { .freq = RECORDER_RATE, .format = AUDIO_S16SYS, .channels = 1, .samples = PERIOD }, have;
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0)
        return err_set(e, ERR_UNSUPPORTED, "no sound: %s", SDL_GetError());
    t->device = SDL_OpenAudioDevice(NULL, 1, &want, &have, 0); /* 0: SDL turns what the device has into what we want */
    if (!t->device)
        return err_set(e, ERR_UNSUPPORTED, "no microphone: %s", SDL_GetError());
    SDL_PauseAudioDevice(t->device, 0);
    return true;
}

static void keep_tail(struct take *t, const int16_t *pcm, int frames)
{
    if (frames >= CHUNK) {
        memcpy(t->tail, pcm + frames - CHUNK, sizeof t->tail);
        t->tail_frames = CHUNK;
        return;
    }
    int old = t->tail_frames + frames > CHUNK ? CHUNK - frames : t->tail_frames;
    memmove(t->tail, t->tail + t->tail_frames - old, (size_t)old * sizeof *t->tail);
    memcpy(t->tail + old, pcm, (size_t)frames * sizeof *pcm);
    t->tail_frames = old + frames;
}

/* Everything that waits in SDL's queue, up to the longest that may be. */
static bool empty_queue(struct take *t, struct err *e)
{
    int16_t pcm[CHUNK];
    for (;;) {
        int64_t room = t->max_frames - t->frames;
        Uint32 want = (Uint32)((room < CHUNK ? room : CHUNK) * (int64_t)sizeof *pcm);
        int frames = (int)(SDL_DequeueAudio(t->device, pcm, want) / sizeof *pcm);
        if (frames <= 0)
            return true;
        t->frames += frames;
        keep_tail(t, pcm, frames);
        if (!recorder_opus_add(t->opus, pcm, frames, e))
            return false;
    }
}

static void tell_level(struct take *t)
{
    printf("level %.3f %lld\n", (double)recorder_level(t->tail, t->tail_frames), (long long)(t->frames * 1000 / RECORDER_RATE));
    if (fflush(stdout) != 0)
        exit(1);
}

/* What was asked: 's' stop, 'q' the kiosk is gone, 0 nothing within `ms`. */
static char asked(int ms)
{
    struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
    char text[64];
    if (poll(&in, 1, ms) <= 0)
        return 0;
    ssize_t n = read(STDIN_FILENO, text, sizeof text);
    return n < 0 && errno == EINTR ? 0 : n <= 0 ? 'q' : memmem(text, (size_t)n, "stop", 4) ? 's' : 0;
}

/* True: something to keep. */
static bool record(struct take *t, bool *dropped, struct err *e)
{
    *dropped = false;
    for (char c = 0; t->frames < t->max_frames && c != 's';) {
        c = asked(TURN_MS);
        *dropped = c == 'q';
        if (*dropped || !empty_queue(t, e))
            return false;
        if (SDL_GetAudioDeviceStatus(t->device) == SDL_AUDIO_STOPPED)
            return err_set(e, ERR_UNSUPPORTED, "the microphone was unplugged");
        tell_level(t);
    }
    asked(SETTLE_MS); /* the last word is still on its way through the driver */
    return empty_queue(t, e);
}

int main(int argc, char **argv)
{
    static struct take t;
    struct err e = ERR_INIT;
    bool dropped = false;
    if (argc == 2 && !strcmp(argv[1], "probe"))
        return open_microphone(&t, &e) ? (say("ready 0"), 0) : failed(&e);
    if (argc != 3) {
        fprintf(stderr, "weike-recorder FILE MAX_MS, or probe: started by weike\n");
        return 2;
    }
    int64_t max_ms = strtoll(argv[2], NULL, 10);
    t.max_frames = (max_ms > 0 && max_ms < RECORDER_MAX_MS ? max_ms : RECORDER_MAX_MS) * RECORDER_RATE / 1000;
    t.opus = recorder_opus_open(argv[1], &e);
    if (!t.opus || !open_microphone(&t, &e))
        return failed(&e);
    say("level 0 0");
    bool ok = record(&t, &dropped, &e);
    if (dropped)
        return 0;
    SDL_CloseAudioDevice(t.device);
    say("finishing");
    if (ok && !t.frames) { /* stopped before the microphone gave anything: a file that plays, of a moment's silence */
        static const int16_t silence[RECORDER_RATE / 50];
        t.frames = RECORDER_RATE / 50;
        ok = recorder_opus_add(t.opus, silence, RECORDER_RATE / 50, &e);
    }
    ok = recorder_opus_close(t.opus, ok ? &e : NULL) && ok;
    if (!ok)
        return failed(&e);
    printf("ready %lld\n", (long long)(t.frames * 1000 / RECORDER_RATE));
    return fflush(stdout) != 0;
}
