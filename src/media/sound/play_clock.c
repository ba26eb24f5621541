#include "media/sound/play_clock.h"

#include <stdlib.h>

/* Callback times jitter by some milliseconds. Small differences are taken in an eighth at a time, so pictures do
 * not tremble; larger ones are jumps in the file or a device that stood still, and are believed at once. */
enum { JUMP_US = 80 * 1000, SLEW = 8 };

void play_clock_init(struct play_clock *c, int speed_permille, bool paused)
{
    *c = (struct play_clock){.limit_us = INT64_MAX, .speed_permille = speed_permille, .paused = paused};
    pthread_mutex_init(&c->lock, NULL);
}

void play_clock_release(struct play_clock *c)
{
    pthread_mutex_destroy(&c->lock);
}

static bool ticking(const struct play_clock *c)
{
    return c->running && !c->paused;
}

static int64_t unlimited_now(const struct play_clock *c, int64_t boot_us)
{
    return ticking(c) ? c->media_us + (boot_us - c->boot_us) * c->speed_permille / 1000 : c->media_us;
}

static int64_t now(const struct play_clock *c, int64_t boot_us)
{
    int64_t t = unlimited_now(c, boot_us);
    return t < c->limit_us ? t : c->limit_us;
}

static void anchor(struct play_clock *c, int64_t boot_us)
{
    c->media_us = now(c, boot_us);
    c->boot_us = boot_us;
}

void play_clock_seek(struct play_clock *c, unsigned serial, int64_t media_us)
{
    pthread_mutex_lock(&c->lock);
    c->serial = serial;
    c->media_us = media_us;
    c->limit_us = INT64_MAX;
    c->running = false;
    pthread_mutex_unlock(&c->lock);
}

void play_clock_run_free(struct play_clock *c, unsigned serial, int64_t boot_us)
{
    pthread_mutex_lock(&c->lock);
    if (serial == c->serial) {
        anchor(c, boot_us);
        c->running = true;
        c->limit_us = INT64_MAX;
    }
    pthread_mutex_unlock(&c->lock);
}

void play_clock_hear(struct play_clock *c, unsigned serial, int64_t media_us, int64_t limit_us, int speed_permille,
                     int64_t boot_us)
{
    pthread_mutex_lock(&c->lock);
    if (serial == c->serial && !c->paused) {
        bool first = !c->running;
        anchor(c, boot_us);
        int64_t off = media_us - c->media_us;
        if (first && off < 0 && off > -JUMP_US)
            off = 0; /* the device's own delay before the first sound: stand, do not go back */
        c->media_us += llabs(off) > JUMP_US ? off : off / SLEW;
        c->running = true;
        c->speed_permille = speed_permille;
        c->limit_us = limit_us > c->media_us ? limit_us : c->media_us;
    }
    pthread_mutex_unlock(&c->lock);
}

void play_clock_pause(struct play_clock *c, bool paused, int64_t boot_us)
{
    pthread_mutex_lock(&c->lock);
    anchor(c, boot_us);
    c->paused = paused;
    pthread_mutex_unlock(&c->lock);
}

void play_clock_speed(struct play_clock *c, int speed_permille, int64_t boot_us)
{
    pthread_mutex_lock(&c->lock);
    anchor(c, boot_us);
    c->speed_permille = speed_permille;
    pthread_mutex_unlock(&c->lock);
}

int64_t play_clock_now(struct play_clock *c, int64_t boot_us)
{
    pthread_mutex_lock(&c->lock);
    int64_t t = now(c, boot_us);
    pthread_mutex_unlock(&c->lock);
    return t;
}

bool play_clock_running(struct play_clock *c)
{
    pthread_mutex_lock(&c->lock);
    bool yes = ticking(c);
    pthread_mutex_unlock(&c->lock);
    return yes;
}

bool play_clock_held(struct play_clock *c, int64_t boot_us)
{
    pthread_mutex_lock(&c->lock);
    bool held = ticking(c) && unlimited_now(c, boot_us) >= c->limit_us;
    pthread_mutex_unlock(&c->lock);
    return held;
}
