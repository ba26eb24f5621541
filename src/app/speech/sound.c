#define _GNU_SOURCE
#define LOG_MODULE "sound"
#include "app/speech/sound.h"
#include "app/core/installed.h"
#include "app/speech/speaker.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "media/client/mouth.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LINGER_MS = 3000 }; /* the process stays so long after the last sound: another box, another message */

struct sound {
    struct app *app;
    char *program;
    struct mouth *mouth;    /* NULL: nothing runs */
    uint32_t ticket;        /* of the newest sound */
    bool over, failed;      /* that one is */
    int64_t started_boot_us;
    int64_t quiet_boot_ms;  /* since when nothing sounds */
};

struct sound *sound_new(struct app *app)
{
    struct sound *s = mem_alloc(sizeof *s);
    s->app = app;
    s->over = true;
    return s;
}

static void silence(struct sound *s)
{
    mouth_close(s->mouth);
    s->mouth = NULL;
    s->over = true;
}

void sound_free(struct sound *s)
{
    if (!s)
        return;
    silence(s);
    free(s->program);
    free(s);
}

static bool ready(struct sound *s, struct err *e)
{
    if (!s->program)
        s->program = installed_program("weike-voice");
    if (!s->program)
        return err_set(e, ERR_MISSING, "weike-voice is not installed beside this program");
    if (!s->mouth) {
        s->mouth = mouth_open(s->program, app_wake, s->app, e);
        s->quiet_boot_ms = clock_boot_ms();
    }
    return s->mouth != NULL;
}

/* What sounds now gives way; a process that is silent goes on to be used. */
static bool begin(struct sound *s, struct err *e)
{
    sound_tick(s->app, clock_boot_ms());
    if (!s->over)
        silence(s);
    return ready(s, e);
}

static uint32_t begun(struct sound *s, bool taken, struct err *e)
{
    if (!taken) {
        silence(s);
        err_set(e, ERR_UNSUPPORTED, "weike-voice has ended");
        return 0;
    }
    s->over = s->failed = false;
    s->started_boot_us = 0;
    return s->ticket;
}

static uint32_t next_ticket(struct sound *s)
{
    return s->ticket = s->ticket + 1 ? s->ticket + 1 : 1;
}

uint32_t sound_play(struct app *app, int fd, struct err *e)
{
    struct sound *s = app->sound;
    uint32_t ticket = 0;
    if (begin(s, e))
        ticket = begun(s, mouth_play(s->mouth, next_ticket(s), fd, app->volume), e);
    close(fd);
    return ticket;
}

uint32_t sound_play_file(struct app *app, const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        err_errno(e, "opening the sound %s", path);
        return 0;
    }
    return sound_play(app, fd, e);
}

uint32_t sound_play_bytes(struct app *app, const void *data, size_t len, struct err *e)
{
    int fd = memfd_create("weike-sound", MFD_CLOEXEC);
    if (fd < 0 || !fs_write_all(fd, data, len, e) || lseek(fd, 0, SEEK_SET) < 0) {
        if (fd < 0 || !e->kind)
            err_errno(e, "memory for a sound");
        if (fd >= 0)
            close(fd);
        return 0;
    }
    return sound_play(app, fd, e);
}

uint32_t sound_say(struct app *app, const char *text, const char *lang, struct err *e)
{
    struct sound *s = app->sound;
    if (!begin(s, e))
        return 0;
    return begun(s, mouth_say(s->mouth, next_ticket(s), text, lang, app->volume), e);
}

void sound_stop(struct app *app)
{
    if (!app->sound->over)
        silence(app->sound);
}

void sound_warm(struct app *app)
{
    struct err e = ERR_INIT;
    if (!ready(app->sound, &e))
        log_warn("%s", e.text);
}

void sound_state(struct app *app, uint32_t ticket, struct sound_state *out)
{
    const struct sound *s = app->sound;
    *out = (struct sound_state){ 0 };
    if (!ticket || ticket != s->ticket) {
        out->taken = ticket != 0;
        return;
    }
    sound_tick(app, clock_boot_ms());
    out->playing = !s->over;
    out->failed = s->failed;
    out->started_boot_us = s->started_boot_us;
    if (s->started_boot_us)
        out->heard_ms = (clock_boot_us() - s->started_boot_us) / 1000;
}

void sound_tick(struct app *app, int64_t boot_ms)
{
    struct sound *s = app->sound;
    struct mouth_state m;
    if (!s->mouth)
        return;
    mouth_state(s->mouth, &m);
    if (!s->over && m.ticket == s->ticket) {
        s->started_boot_us = m.started_boot_us;
        s->failed = m.phase == MOUTH_FAILED;
        s->over = m.phase >= MOUTH_OVER;
        if (s->over)
            s->quiet_boot_ms = boot_ms;
    }
    if (m.gone) {
        s->failed = s->failed || !s->over;
        silence(s);
    } else if (s->over && boot_ms - s->quiet_boot_ms >= LINGER_MS) {
        silence(s);
    }
}

int sound_due_ms(struct app *app, int64_t boot_ms)
{
    const struct sound *s = app->sound;
    if (!s->mouth || !s->over)
        return -1; /* its news wake the loop */
    int64_t left = s->quiet_boot_ms + LINGER_MS - boot_ms;
    return left > 0 ? (int)left : 0;
}
