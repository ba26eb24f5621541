#define _GNU_SOURCE
#include "base/thread.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

void thread_start(pthread_t *thread, const char *name, void *(*main)(void *), void *arg)
{
    sigset_t all, old;
    sigfillset(&all); /* signals are the main thread's business */
    pthread_sigmask(SIG_SETMASK, &all, &old);
    if (pthread_create(thread, NULL, main, arg) != 0)
        abort();
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_setname_np(*thread, name);
}

void thread_join(pthread_t thread)
{
    int rc = pthread_join(thread, NULL);
    assert(rc == 0);
    (void)rc;
}

void gate_init(struct gate *g)
{
    pthread_condattr_t attr;
    pthread_mutex_init(&g->mutex, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&g->cond, &attr);
    pthread_condattr_destroy(&attr);
}

void gate_release(struct gate *g)
{
    pthread_cond_destroy(&g->cond);
    pthread_mutex_destroy(&g->mutex);
}

void gate_lock(struct gate *g)
{
    pthread_mutex_lock(&g->mutex);
}

void gate_unlock(struct gate *g)
{
    pthread_mutex_unlock(&g->mutex);
}

void gate_wait(struct gate *g)
{
    pthread_cond_wait(&g->cond, &g->mutex);
}

bool gate_wait_ms(struct gate *g, int64_t timeout_ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += (time_t)(timeout_ms / 1000);
    t.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return pthread_cond_timedwait(&g->cond, &g->mutex, &t) != ETIMEDOUT;
}

void gate_wake(struct gate *g)
{
    pthread_cond_broadcast(&g->cond);
}
