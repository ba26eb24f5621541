#include "media/player/frame_queue.h"

#include "base/str.h"
#include "base/thread.h"

#include <stdlib.h>

enum { LOW = 1 };

struct slot {
    AVFrame *frame;
    struct frame_times times;
};

struct frame_queue {
    struct gate gate; /* everything below */
    struct slot slot[FRAME_QUEUE_LENGTH];
    int head, count;
    unsigned serial;
    bool any, finished, stopped; /* any: a frame of this serial was pushed */
    bool full; /* stays so until only LOW are left: decoding several in a row costs a fifth less than one at a time */
};

struct frame_queue *frame_queue_new(void)
{
    struct frame_queue *q = mem_alloc(sizeof *q);
    gate_init(&q->gate);
    for (int i = 0; i < FRAME_QUEUE_LENGTH; i++)
        if (!(q->slot[i].frame = av_frame_alloc()))
            abort();
    return q;
}

void frame_queue_free(struct frame_queue *q)
{
    if (!q)
        return;
    for (int i = 0; i < FRAME_QUEUE_LENGTH; i++)
        av_frame_free(&q->slot[i].frame);
    gate_release(&q->gate);
    free(q);
}

static struct slot *at(struct frame_queue *q, int index)
{
    return &q->slot[(q->head + index) % FRAME_QUEUE_LENGTH];
}

bool frame_queue_push(struct frame_queue *q, AVFrame *frame, int64_t pts_us, int64_t end_us, unsigned serial, bool wait,
                      bool *was_empty)
{
    gate_lock(&q->gate);
    while (wait && !q->stopped && serial == q->serial && q->full)
        gate_wait(&q->gate);
    bool current = !q->stopped && serial == q->serial;
    bool pushed = current && !q->full;
    if (pushed) {
        struct slot *s = at(q, q->count);
        av_frame_move_ref(s->frame, frame);
        s->times = (struct frame_times){.pts_us = pts_us, .end_us = end_us, .first = !q->any};
        q->any = true;
        *was_empty = q->count++ == 0;
        q->full = q->count == FRAME_QUEUE_LENGTH;
    } else if (!current) {
        av_frame_unref(frame);
    }
    gate_unlock(&q->gate);
    return pushed;
}

void frame_queue_finish(struct frame_queue *q, unsigned serial)
{
    gate_lock(&q->gate);
    if (serial == q->serial)
        q->finished = true;
    gate_unlock(&q->gate);
}

int frame_queue_count(struct frame_queue *q)
{
    gate_lock(&q->gate);
    int count = q->count;
    gate_unlock(&q->gate);
    return count;
}

bool frame_queue_look(struct frame_queue *q, int index, struct frame_times *out)
{
    gate_lock(&q->gate);
    bool there = index < q->count;
    if (there)
        *out = at(q, index)->times;
    gate_unlock(&q->gate);
    return there;
}

bool frame_queue_pop(struct frame_queue *q, AVFrame *out, struct frame_times *times)
{
    av_frame_unref(out);
    gate_lock(&q->gate);
    bool there = q->count > 0;
    if (there) {
        av_frame_move_ref(out, at(q, 0)->frame);
        *times = at(q, 0)->times;
        q->head = (q->head + 1) % FRAME_QUEUE_LENGTH;
        q->count--;
        if (q->full && q->count <= LOW) {
            q->full = false;
            gate_wake(&q->gate);
        }
    }
    gate_unlock(&q->gate);
    return there;
}

bool frame_queue_finished(struct frame_queue *q)
{
    gate_lock(&q->gate);
    bool yes = q->finished && q->count == 0;
    gate_unlock(&q->gate);
    return yes;
}

void frame_queue_seek(struct frame_queue *q, unsigned serial)
{
    gate_lock(&q->gate);
    for (int i = 0; i < FRAME_QUEUE_LENGTH; i++)
        av_frame_unref(q->slot[i].frame);
    q->count = 0;
    q->full = false;
    q->serial = serial;
    q->any = q->finished = false;
    gate_wake(&q->gate);
    gate_unlock(&q->gate);
}

void frame_queue_stop(struct frame_queue *q)
{
    gate_lock(&q->gate);
    q->stopped = true;
    gate_wake(&q->gate);
    gate_unlock(&q->gate);
}
