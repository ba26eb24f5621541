#include "media/player/packet_queue.h"

#include "base/str.h"
#include "base/thread.h"

#include <libavcodec/avcodec.h>
#include <stdlib.h>

enum { PACKET_OVERHEAD = 256 }; /* what the packet and its bookkeeping cost beside the payload */

struct entry {
    struct entry *next;
    AVPacket *pkt; /* NULL: end of the file */
    size_t bytes;
};

struct lane {
    struct entry *first, **last;
    bool on;
};

struct packet_queue {
    struct gate gate; /* everything below */
    struct lane lane[LANE_COUNT];
    struct packet_at at;
    size_t bytes, soft_bytes, hard_bytes;
    bool stopped;
};

struct packet_queue *packet_queue_new(size_t soft_bytes, size_t hard_bytes)
{
    struct packet_queue *q = mem_alloc(sizeof *q);
    gate_init(&q->gate);
    for (int i = 0; i < LANE_COUNT; i++)
        q->lane[i].last = &q->lane[i].first;
    q->soft_bytes = soft_bytes;
    q->hard_bytes = hard_bytes;
    return q;
}

static void entry_free(struct entry *e)
{
    av_packet_free(&e->pkt);
    free(e);
}

static void lane_clear(struct packet_queue *q, struct lane *l)
{
    while (l->first) {
        struct entry *e = l->first;
        l->first = e->next;
        q->bytes -= e->bytes;
        entry_free(e);
    }
    l->last = &l->first;
}

void packet_queue_free(struct packet_queue *q)
{
    if (!q)
        return;
    for (int i = 0; i < LANE_COUNT; i++)
        lane_clear(q, &q->lane[i]);
    gate_release(&q->gate);
    free(q);
}

void packet_queue_enable(struct packet_queue *q, enum packet_lane lane, bool on)
{
    gate_lock(&q->gate);
    q->lane[lane].on = on;
    if (!on)
        lane_clear(q, &q->lane[lane]);
    gate_wake(&q->gate);
    gate_unlock(&q->gate);
}

static bool has_room(const struct packet_queue *q)
{
    if (q->bytes < q->soft_bytes)
        return true;
    if (q->bytes >= q->hard_bytes)
        return false;
    for (int i = 0; i < LANE_COUNT; i++)
        if (q->lane[i].on && !q->lane[i].first)
            return true; /* hungry: what it needs may lie behind what the other has plenty of */
    return false;
}

static void append(struct packet_queue *q, struct lane *l, AVPacket *pkt)
{
    struct entry *e = mem_alloc(sizeof *e);
    e->pkt = pkt;
    e->bytes = PACKET_OVERHEAD + (pkt ? (size_t)pkt->size : 0);
    *l->last = e;
    l->last = &e->next;
    q->bytes += e->bytes;
}

bool packet_queue_put(struct packet_queue *q, enum packet_lane lane, AVPacket *pkt, unsigned serial, bool wait)
{
    struct lane *l = &q->lane[lane];
    gate_lock(&q->gate);
    while (wait && !q->stopped && serial == q->at.serial && l->on && !has_room(q))
        gate_wait(&q->gate);
    bool wanted = !q->stopped && serial == q->at.serial && l->on;
    bool done = !wanted || has_room(q);
    if (!wanted) {
        av_packet_unref(pkt);
    } else if (done) {
        AVPacket *kept = av_packet_alloc();
        if (!kept)
            abort();
        av_packet_move_ref(kept, pkt);
        append(q, l, kept);
        gate_wake(&q->gate);
    }
    gate_unlock(&q->gate);
    return done;
}

void packet_queue_end(struct packet_queue *q, unsigned serial)
{
    gate_lock(&q->gate);
    for (int i = 0; i < LANE_COUNT && serial == q->at.serial; i++)
        if (q->lane[i].on)
            append(q, &q->lane[i], NULL);
    gate_wake(&q->gate);
    gate_unlock(&q->gate);
}

enum packet_take packet_queue_take(struct packet_queue *q, enum packet_lane lane, AVPacket *out, struct packet_at *at,
                                   bool wait)
{
    struct lane *l = &q->lane[lane];
    enum packet_take got = PACKET_NONE;
    gate_lock(&q->gate);
    while (wait && !q->stopped && !l->first)
        gate_wait(&q->gate);
    if (q->stopped) {
        got = PACKET_STOPPED;
    } else if (l->first) {
        struct entry *e = l->first;
        l->first = e->next;
        if (!l->first)
            l->last = &l->first;
        q->bytes -= e->bytes;
        *at = q->at;
        got = e->pkt ? PACKET_TAKEN : PACKET_END;
        if (e->pkt)
            av_packet_move_ref(out, e->pkt);
        entry_free(e);
        gate_wake(&q->gate);
    }
    gate_unlock(&q->gate);
    return got;
}

void packet_queue_seek(struct packet_queue *q, struct packet_at to)
{
    gate_lock(&q->gate);
    for (int i = 0; i < LANE_COUNT; i++)
        lane_clear(q, &q->lane[i]);
    q->at = to;
    gate_wake(&q->gate);
    gate_unlock(&q->gate);
}

struct packet_at packet_queue_at(struct packet_queue *q)
{
    gate_lock(&q->gate);
    struct packet_at at = q->at;
    gate_unlock(&q->gate);
    return at;
}

bool packet_queue_wait_seek(struct packet_queue *q, unsigned serial)
{
    gate_lock(&q->gate);
    while (!q->stopped && q->at.serial == serial)
        gate_wait(&q->gate);
    bool go_on = !q->stopped;
    gate_unlock(&q->gate);
    return go_on;
}

void packet_queue_stop(struct packet_queue *q)
{
    gate_lock(&q->gate);
    q->stopped = true;
    gate_wake(&q->gate);
    gate_unlock(&q->gate);
}

size_t packet_queue_bytes(struct packet_queue *q)
{
    gate_lock(&q->gate);
    size_t bytes = q->bytes;
    gate_unlock(&q->gate);
    return bytes;
}
