#include "media/player/tempo.h"

#include "base/str.h"

#include <sonic.h>
#include <stdlib.h>

/* How far our reckoning may stray from where the input really is: sonic keeps up to two pitch periods inside. */
enum { STRAY_US = 60 * 1000 };

struct tempo {
    sonicStream sonic;
    int rate, speed_permille;
    bool fresh;
    int64_t out_us; /* moment of the next frame that comes out */
    int64_t in_us;  /* moment just after the last frame that went in */
};

struct tempo *tempo_new(int rate, int speed_permille)
{
    struct tempo *t = mem_alloc(sizeof *t);
    t->sonic = sonicCreateStream(rate, 2);
    if (!t->sonic)
        abort();
    sonicSetSpeed(t->sonic, (float)speed_permille / 1000.0f);
    t->rate = rate;
    t->speed_permille = speed_permille;
    t->fresh = true;
    return t;
}

void tempo_free(struct tempo *t)
{
    if (t)
        sonicDestroyStream(t->sonic);
    free(t);
}

int tempo_speed(const struct tempo *t)
{
    return t->speed_permille;
}

void tempo_put(struct tempo *t, const int16_t *pcm, size_t frames, int64_t media_us)
{
    if (t->fresh)
        t->out_us = media_us;
    t->fresh = false;
    t->in_us = media_us + (int64_t)frames * 1000000 / t->rate;
    if (!sonicWriteShortToStream(t->sonic, (short *)pcm, (int)frames))
        abort();
}

void tempo_flush(struct tempo *t)
{
    sonicFlushStream(t->sonic);
    t->fresh = true;
}

static int64_t lasts_us(const struct tempo *t, int frames)
{
    return (int64_t)frames * 1000 * t->speed_permille / t->rate;
}

size_t tempo_get(struct tempo *t, int16_t *out, size_t max, int64_t *media_us)
{
    int64_t ready_us = lasts_us(t, sonicSamplesAvailable(t->sonic));
    int64_t inside_us = t->in_us - (t->out_us + ready_us); /* should be what sonic holds back */
    if (!t->fresh && (inside_us < 0 || inside_us > STRAY_US))
        t->out_us = t->in_us - STRAY_US / 2 - ready_us;
    int got = sonicReadShortFromStream(t->sonic, out, (int)max);
    if (got <= 0)
        return 0;
    *media_us = t->out_us;
    t->out_us += lasts_us(t, got);
    return (size_t)got;
}
