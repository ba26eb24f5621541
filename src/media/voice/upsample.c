#include "media/voice/upsample.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

void upsample_begin(struct upsample *u, int channels, int from_hz, int to_hz)
{
    u->channels = channels;
    u->from = from_hz;
    u->to = to_hz;
    memset(u->past, 0, sizeof u->past);
    u->phase = 0;
    u->frames = 0;
}

/* Catmull-Rom through the middle two of four. */
static int16_t between(const struct upsample *u, int side)
{
    double t = (double)u->phase / u->to, a = u->past[0][side], b = u->past[1][side], c = u->past[2][side], d = u->past[3][side];
    double v = b + t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))) / 2;
    return (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
}

static void take_frame(struct upsample *u, const int16_t *frame)
{
    memmove(u->past[0], u->past[1], sizeof u->past - sizeof u->past[0]);
    u->past[3][0] = frame[0];
    u->past[3][1] = frame[u->channels - 1];
}

int16_t *upsample_take(struct upsample *u, const int16_t *pcm, size_t frames)
{
    size_t most = frames * (size_t)u->to / (size_t)u->from + 2;
    if (most > u->cap) {
        u->out = mem_resize(u->out, most * 2, sizeof *u->out);
        u->cap = most;
    }
    u->frames = 0;
    for (size_t i = 0; i < frames; i++) {
        take_frame(u, pcm + i * (size_t)u->channels);
        for (; u->phase < u->to; u->phase += u->from, u->frames++) {
            u->out[u->frames * 2] = between(u, 0);
            u->out[u->frames * 2 + 1] = between(u, 1);
        }
        u->phase -= u->to;
    }
    return u->frames ? u->out : NULL;
}

void upsample_release(struct upsample *u)
{
    free(u->out);
    *u = (struct upsample){ 0 };
}
