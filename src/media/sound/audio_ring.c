#include "media/sound/audio_ring.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { MARKS = 64, SAME_US = 2000 };

struct mark { /* from frame `index` on (counted since the last clear), time runs from media_us at this speed */
    uint64_t index;
    int64_t media_us;
    int speed_permille;
};

struct audio_ring {
    int rate;
    size_t size;            /* frames */
    uint64_t read, written; /* frames since the last clear */
    struct mark mark[MARKS];
    int mark_count;
    int16_t *pcm;
};

struct audio_ring *audio_ring_new(int rate, size_t frames)
{
    struct audio_ring *r = mem_alloc(sizeof *r);
    r->rate = rate;
    r->size = frames;
    r->pcm = mem_alloc(frames * 2 * sizeof *r->pcm);
    return r;
}

void audio_ring_free(struct audio_ring *r)
{
    if (r)
        free(r->pcm);
    free(r);
}

static int64_t moment(const struct audio_ring *r, const struct mark *m, uint64_t index)
{
    return m->media_us + (int64_t)(index - m->index) * 1000 * m->speed_permille / r->rate;
}

/* The mark in force at `index`, or NULL before the first. */
static const struct mark *mark_at(const struct audio_ring *r, uint64_t index)
{
    for (int i = r->mark_count - 1; i >= 0; i--)
        if (r->mark[i].index <= index)
            return &r->mark[i];
    return NULL;
}

static void forget_old_marks(struct audio_ring *r)
{
    int old = 0;
    while (old + 1 < r->mark_count && r->mark[old + 1].index <= r->read)
        old++;
    r->mark_count -= old;
    memmove(r->mark, r->mark + old, (size_t)r->mark_count * sizeof *r->mark);
}

static bool set_mark(struct audio_ring *r, int64_t media_us, int speed_permille)
{
    const struct mark *m = mark_at(r, r->written);
    if (m && m->speed_permille == speed_permille && llabs(moment(r, m, r->written) - media_us) < SAME_US)
        return true;
    forget_old_marks(r);
    if (r->mark_count == MARKS)
        return false; /* tried again when some have been played */
    r->mark[r->mark_count++] = (struct mark){r->written, media_us, speed_permille};
    return true;
}

size_t audio_ring_write(struct audio_ring *r, const int16_t *pcm, size_t frames, int64_t media_us, int speed_permille)
{
    size_t room = r->size - audio_ring_filled(r);
    if (frames > room)
        frames = room;
    if (frames == 0 || !set_mark(r, media_us, speed_permille))
        return 0;
    for (size_t done = 0; done < frames;) {
        size_t at = (size_t)((r->written + done) % r->size), n = frames - done;
        if (n > r->size - at)
            n = r->size - at;
        if (pcm)
            memcpy(r->pcm + at * 2, pcm + done * 2, n * 2 * sizeof *pcm);
        else
            memset(r->pcm + at * 2, 0, n * 2 * sizeof *pcm);
        done += n;
    }
    r->written += frames;
    return frames;
}

size_t audio_ring_read(struct audio_ring *r, int16_t *out, size_t frames, struct audio_heard *heard)
{
    size_t got = audio_ring_filled(r);
    if (got > frames)
        got = frames;
    for (size_t done = 0; done < got;) {
        size_t at = (size_t)((r->read + done) % r->size), n = got - done;
        if (n > r->size - at)
            n = r->size - at;
        memcpy(out + done * 2, r->pcm + at * 2, n * 2 * sizeof *out);
        done += n;
    }
    memset(out + got * 2, 0, (frames - got) * 2 * sizeof *out);
    if (got > 0) {
        const struct mark *m = mark_at(r, r->read), *last = mark_at(r, r->read + got - 1);
        heard->media_us = moment(r, m, r->read);
        heard->speed_permille = m->speed_permille;
        heard->limit_us = moment(r, last, r->read + got);
        r->read += got;
    }
    return got;
}

size_t audio_ring_filled(const struct audio_ring *r)
{
    return (size_t)(r->written - r->read);
}

void audio_ring_clear(struct audio_ring *r)
{
    r->read = r->written = 0;
    r->mark_count = 0;
}
