/* mouth_main.c - weike-voice: speaks and plays short sounds for the kiosk (media/client/mouth.h), one after the other.
 *
 * One thread works; the sound device's own thread pulls what it wrote. The kiosk kills this process to silence it. */
#define _GNU_SOURCE
#define LOG_MODULE "voice"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "media/sound/audio_out.h"
#include "media/sound/fence.h"
#include "media/client/mouth_link.h"
#include "media/voice/speech.h"
#include "media/voice/upsample.h"

#include <errno.h>
#include <espeak-ng/speak_lib.h>
#include <fcntl.h>
#include <opusfile.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MEMORY_MB = 0 };
#else
enum { MEMORY_MB = 768 };
#endif
/* 165 characters a minute in Chinese, 140 words in English; what espeak-ng calls words a minute, measured. */
enum { RATE_HZ = 48000, CHINESE_WPM = 128, ENGLISH_WPM = 128, CHUNK = 960, SYNTH_MS = 60 };

struct voice {
    struct audio_out *out;
    struct play_clock clock;
    unsigned serial;       /* of the piece: what audio_out calls a seek */
    uint32_t ticket;
    struct upsample up;
    struct gate gate;      /* what the device's thread says: */
    int64_t started_boot_us;
    bool drained, over;
};

static void tell(uint32_t ticket, enum mouth_phase phase, int64_t started_boot_us)
{
    struct mouth_news n = { .ticket = ticket, .phase = phase, .started_boot_us = started_boot_us };
    if (send(MOUTH_SOCKET_FD, &n, sizeof n, MSG_NOSIGNAL) < 0)
        _exit(0); /* nobody listens */
}

/* On the device's thread: the first samples of a piece have gone out, or the last ones. Nothing is said of a piece that was
 * given up: a device that held still may wake up after all. */
static void device_says(void *ctx)
{
    struct voice *v = ctx;
    gate_lock(&v->gate);
    bool first = !v->started_boot_us;
    if (first)
        v->started_boot_us = clock_boot_us();
    v->drained = !first;
    if (first && !v->over)
        tell(v->ticket, MOUTH_SOUNDING, v->started_boot_us); /* under the gate, so that it cannot come after the end */
    gate_wake(&v->gate);
    gate_unlock(&v->gate);
}

static void begin_piece(struct voice *v, const struct mouth_command *c)
{
    gate_lock(&v->gate);
    v->ticket = c->ticket;
    v->started_boot_us = 0;
    v->drained = v->over = false;
    gate_unlock(&v->gate);
    audio_out_volume(v->out, c->volume);
    play_clock_seek(&v->clock, ++v->serial, 0);
    audio_out_seek(v->out, v->serial);
    audio_out_release(v->out, v->serial);
}

/* Until its last sample was played, or the device takes nothing any more. One without a sample is no news to the device. */
static void end_piece(struct voice *v, bool any)
{
    if (any)
        audio_out_finish(v->out, v->serial);
    gate_lock(&v->gate);
    while (any && !v->drained && !audio_out_stalled(v->out, clock_boot_us()))
        gate_wait_ms(&v->gate, 200);
    gate_unlock(&v->gate);
}

static void sound_out(struct voice *v, const int16_t *pcm, size_t frames)
{
    const int16_t *out = upsample_take(&v->up, pcm, frames);
    if (out)
        audio_out_write(v->out, v->serial, out, v->up.frames, 0, 1000);
}

static void tell_end(struct voice *v, uint32_t ticket, bool ok)
{
    gate_lock(&v->gate);
    v->over = true;
    tell(ticket, ok ? MOUTH_OVER : MOUTH_FAILED, v->started_boot_us);
    gate_unlock(&v->gate);
}

/* ---- recordings ---- */

static bool play(struct voice *v, int fd)
{
    OpusFileCallbacks how;
    void *stream = op_fdopen(&how, fd, "rb");
    OggOpusFile *file = stream ? op_open_callbacks(stream, &how, NULL, 0, NULL) : NULL;
    opus_int16 pcm[CHUNK * 2 * 6]; /* up to 120 ms */
    if (!file) {
        if (stream)
            how.close(stream);
        return false;
    }
    bool ok = true, any = false;
    upsample_begin(&v->up, 2, RATE_HZ, audio_out_rate(v->out));
    for (int n; (n = op_read_stereo(file, pcm, sizeof pcm / sizeof *pcm)) != 0;) {
        if (n == OP_HOLE)
            continue;
        if (n < 0) {
            ok = false;
            break;
        }
        any = true;
        sound_out(v, pcm, (size_t)n);
    }
    end_piece(v, any);
    op_free(file);
    return ok && any;
}

/* ---- words ---- */

static struct voice *speaking; /* espeak-ng's callback knows nothing of ours */
static bool spoke;

static int synth_gives(short *pcm, int frames, espeak_EVENT *events)
{
    (void)events;
    if (pcm && frames > 0) {
        spoke = true;
        sound_out(speaking, pcm, (size_t)frames);
    }
    return 0;
}

/* Its rate; <= 0 on failure. It looks for a sound server that it will never use and complains that it may not. */
static int start_espeak(void)
{
    int said = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    int rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, SYNTH_MS, NULL, espeakINITIALIZE_DONT_EXIT);
    espeak_SetSynthCallback(synth_gives);
    if (said >= 0)
        dup2(said, STDERR_FILENO);
    close(said);
    close(nowhere);
    if (rate <= 0)
        log_error("espeak-ng does not start: is its data installed (espeak-ng-data)?");
    return rate;
}

static bool say(struct voice *v, const struct mouth_command *c)
{
    static int espeak_rate;
    const char *at = c->text;
    struct speech_run run;
    struct str words;
    if (!espeak_rate)
        espeak_rate = start_espeak();
    if (espeak_rate <= 0 || !utf8_valid(c->text, strlen(c->text)))
        return false;
    speaking = v;
    spoke = false;
    bool ok = true;
    str_init(&words, 0);
    while (ok && speech_run_next(&at, strcmp(c->lang, "en") != 0, &run)) {
        speech_run_spell(&run, &words);
        upsample_begin(&v->up, 1, espeak_rate, audio_out_rate(v->out));
        ok = espeak_SetVoiceByName(run.chinese ? "cmn-latn-pinyin" : "en") == EE_OK;
        espeak_SetParameter(espeakRATE, run.chinese ? CHINESE_WPM : ENGLISH_WPM, 0);
        ok = ok && espeak_Synth(words.data, words.len + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, NULL, NULL) == EE_OK;
    }
    str_release(&words);
    end_piece(v, spoke);
    return ok;
}

/* ---- life ---- */

static bool receive(struct mouth_command *c, int *fd)
{
    union { struct cmsghdr head; char space[CMSG_SPACE(sizeof(int))]; } control;
    struct iovec data = { c, sizeof *c };
    struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
    ssize_t n;
    do
        n = recvmsg(MOUTH_SOCKET_FD, &m, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    const struct cmsghdr *head = n == (ssize_t)sizeof *c ? CMSG_FIRSTHDR(&m) : NULL;
    *fd = -1;
    if (head && head->cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(head), sizeof *fd);
    c->text[sizeof c->text - 1] = c->lang[sizeof c->lang - 1] = 0;
    return n == (ssize_t)sizeof *c;
}

static bool open_device(struct voice *v, struct err *e)
{
    play_clock_init(&v->clock, 1000, false);
    v->out = audio_out_new(&v->clock, device_says, v);
    return audio_out_open(v->out, RATE_HZ, e);
}

int main(void)
{
    struct voice v = { 0 };
    struct err e = ERR_INIT;
    static struct mouth_command c;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close_range(MOUTH_SOCKET_FD + 1, ~0u, 0);
    if (fcntl(MOUTH_SOCKET_FD, F_SETFD, FD_CLOEXEC) != 0) {
        fprintf(stderr, "weike-voice: it speaks for the kiosk, which starts it; by hand it does nothing\n");
        return 2;
    }
    audio_out_prepare(); /* before the doors close: it looks around for devices */
    if (!fence_enter((uint64_t)MEMORY_MB << 20, &e)) {
        fprintf(stderr, "weike-voice: %s\n", e.text);
        return 1;
    }
    gate_init(&v.gate);
    if (!open_device(&v, &e))
        log_error("%s", e.text);
    int fd;
    while (receive(&c, &fd)) {
        bool there = audio_out_rate(v.out) > 0;
        if (there)
            begin_piece(&v, &c);
        bool ok = there && (fd >= 0 ? play(&v, fd) : say(&v, &c));
        if (!there && fd >= 0)
            close(fd);
        tell_end(&v, c.ticket, ok);
    }
    _exit(0); /* the device is closed with the process: waiting for it serves nobody */
}
