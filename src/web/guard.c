#define _GNU_SOURCE
#define LOG_MODULE "guard"
#include "web/guard.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"

#include <stdlib.h>
#include <sys/socket.h>

enum { LOOK_MS = 2000, CROWD_LOOK_MS = 500 };

struct guard_entry {
    struct guard_entry *before, *after;
    int socket;
    int64_t until_ms;  /* CLOCK_BOOTTIME; INT64_MAX: as long as it takes */
    bool head;         /* that is for a head to come */
    bool closed;
};
struct guard {
    struct gate gate;  /* for all below */
    pthread_t thread;
    struct guard_entry *first;
    int limit, count;
    long closed;
    bool ending;
};

int64_t guard_sweep(struct guard *g, int64_t boot_ms)
{
    gate_lock(&g->gate);
    bool crowd = g->count > g->limit / 4 * 3;
    for (struct guard_entry *c = g->first; c; c = c->after) {
        int64_t until_ms = crowd && c->head ? c->until_ms - GUARD_HEAD_MS + GUARD_CROWD_MS : c->until_ms;
        if (!c->closed && boot_ms >= until_ms) {
            /* Only shut: the library notices, tells us (guard_leave) and then closes it. */
            shutdown(c->socket, SHUT_RDWR);
            c->closed = true;
            g->closed++;
        }
    }
    int64_t wait_ms = crowd ? CROWD_LOOK_MS : g->first ? LOOK_MS : -1;
    gate_unlock(&g->gate);
    return wait_ms;
}

static void *watch(void *arg)
{
    struct guard *g = arg;
    for (;;) {
        int64_t wait_ms = guard_sweep(g, clock_boot_ms());
        gate_lock(&g->gate);
        if (wait_ms < 0)
            while (!g->first && !g->ending)
                gate_wait(&g->gate);
        else if (!g->ending)
            gate_wait_ms(&g->gate, wait_ms);
        bool ending = g->ending;
        gate_unlock(&g->gate);
        if (ending)
            return NULL;
    }
}

struct guard *guard_new(int limit)
{
    struct guard *g = mem_alloc(sizeof *g);
    g->limit = limit;
    gate_init(&g->gate);
    thread_start(&g->thread, "guard", watch, g);
    return g;
}

void guard_free(struct guard *g)
{
    if (!g)
        return;
    gate_lock(&g->gate);
    g->ending = true;
    gate_wake(&g->gate);
    gate_unlock(&g->gate);
    thread_join(g->thread);
    gate_release(&g->gate);
    free(g);
}

struct guard_entry *guard_enter(struct guard *g, int socket)
{
    struct guard_entry *c = mem_alloc(sizeof *c);
    c->socket = socket;
    c->until_ms = clock_boot_ms() + GUARD_HEAD_MS;
    c->head = true;
    gate_lock(&g->gate);
    g->count++;
    c->after = g->first;
    if (g->first)
        g->first->before = c;
    else
        gate_wake(&g->gate); /* the first: the thread begins to look */
    g->first = c;
    gate_unlock(&g->gate);
    return c;
}

void guard_leave(struct guard *g, struct guard_entry *c)
{
    if (!c)
        return;
    gate_lock(&g->gate);
    g->count--;
    *(c->before ? &c->before->after : &g->first) = c->after;
    if (c->after)
        c->after->before = c->before;
    gate_unlock(&g->gate);
    free(c);
}

static void until(struct guard *g, struct guard_entry *c, int64_t until_ms, bool head)
{
    if (!c)
        return;
    gate_lock(&g->gate);
    c->until_ms = until_ms;
    c->head = head;
    gate_unlock(&g->gate);
}

void guard_head(struct guard *g, struct guard_entry *c)
{
    until(g, c, clock_boot_ms() + GUARD_HEAD_MS, true);
}

void guard_body(struct guard *g, struct guard_entry *c, size_t bytes)
{
    until(g, c, clock_boot_ms() + GUARD_BODY_MS + (int64_t)bytes * 1000 / GUARD_BODY_BYTES_PER_S, false);
}

void guard_none(struct guard *g, struct guard_entry *c)
{
    until(g, c, INT64_MAX, false);
}

long guard_closed(struct guard *g)
{
    gate_lock(&g->gate);
    long n = g->closed;
    gate_unlock(&g->gate);
    return n;
}
