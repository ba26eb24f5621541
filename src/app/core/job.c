#include "app/core/job.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/thread.h"

#include <stdlib.h>

struct job {
    const struct job_work *how;
    void *work;
    void (*wake)(void *ctx);
    void *ctx;
    struct gate gate;
    bool start, hold, gone; /* under the gate */
    int64_t woken_boot_ms;  /* the job's thread only */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct gate alive;
static int alive_count; /* under that gate */

static void init(void)
{
    gate_init(&alive);
}

static void count_alive(int change)
{
    pthread_once(&once, init);
    gate_lock(&alive);
    alive_count += change;
    gate_wake(&alive);
    gate_unlock(&alive);
}

static void tell(struct job *j, bool at_once)
{
    int64_t now = clock_boot_ms();
    if (!at_once && now - j->woken_boot_ms < JOB_WAKE_MS)
        return;
    j->woken_boot_ms = now;
    gate_lock(&j->gate);
    bool gone = j->gone;
    gate_unlock(&j->gate);
    if (!gone)
        j->wake(j->ctx);
}

/* True when it may go on; false once it was let go. */
static bool wait_while_held(struct job *j)
{
    gate_lock(&j->gate);
    while (j->hold && !j->gone)
        gate_wait(&j->gate);
    bool go = !j->gone;
    gate_unlock(&j->gate);
    return go;
}

static bool wait_for_start(struct job *j)
{
    gate_lock(&j->gate);
    while (!j->start && !j->gone)
        gate_wait(&j->gate);
    bool go = !j->gone;
    gate_unlock(&j->gate);
    return go;
}

static void wait_until_let_go(struct job *j)
{
    gate_lock(&j->gate);
    while (!j->gone)
        gate_wait(&j->gate);
    gate_unlock(&j->gate);
}

static void run(struct job *j)
{
    while (wait_while_held(j)) {
        bool more = j->how->step(j->work);
        tell(j, !more);
        if (more)
            continue;
        if (!j->how->waiting(j->work) || !wait_for_start(j))
            return;
        j->how->start(j->work);
    }
}

static void *work(void *arg)
{
    struct job *j = arg;
    run(j);
    wait_until_let_go(j); /* somebody may still look at how it ended */
    j->how->close(j->work);
    gate_release(&j->gate);
    free(j);
    count_alive(-1);
    return NULL;
}

struct job *job_new(const char *name, const struct job_work *how, void *what, void (*wake)(void *ctx), void *ctx)
{
    struct job *j = mem_alloc(sizeof *j);
    pthread_t thread;
    *j = (struct job){ .how = how, .work = what, .wake = wake, .ctx = ctx };
    gate_init(&j->gate);
    count_alive(1);
    thread_start(&thread, name, work, j);
    pthread_detach(thread);
    return j;
}

static void set(struct job *j, bool *flag, bool value)
{
    gate_lock(&j->gate);
    *flag = value;
    gate_wake(&j->gate);
    gate_unlock(&j->gate);
}

void job_start(struct job *j)
{
    set(j, &j->start, true);
}

void job_hold(struct job *j, bool hold)
{
    set(j, &j->hold, hold);
}

bool job_held(struct job *j)
{
    gate_lock(&j->gate);
    bool held = j->hold;
    gate_unlock(&j->gate);
    return held;
}

void job_let_go(struct job *j)
{
    if (!j)
        return;
    j->how->cancel(j->work); /* first: once it is gone, its thread frees it */
    set(j, &j->gone, true);
}

bool job_settle(int64_t timeout_ms)
{
    int64_t left = timeout_ms, until = clock_boot_ms() + timeout_ms;
    pthread_once(&once, init);
    gate_lock(&alive);
    while (alive_count > 0 && left > 0) {
        gate_wait_ms(&alive, left);
        left = until - clock_boot_ms();
    }
    bool all = alive_count == 0;
    gate_unlock(&alive);
    return all;
}
