/* thread.h - thin names over pthreads, so that every wait can be cancelled and every thread has a name.
 *
 * Locks are private leaves: never held across a call out of the module. Waits use CLOCK_MONOTONIC. */
#ifndef WEIKE_BASE_THREAD_H
#define WEIKE_BASE_THREAD_H
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Starts `main(arg)` in a thread called `name` (15 characters at most). Aborts if the system has no thread left. */
void thread_start(pthread_t *thread, const char *name, void *(*main)(void *), void *arg);
void thread_join(pthread_t thread);

struct gate { /* a mutex and its condition, as a pair */
    pthread_mutex_t mutex;
    pthread_cond_t cond;
};
void gate_init(struct gate *g);
void gate_release(struct gate *g);
void gate_lock(struct gate *g);
void gate_unlock(struct gate *g);
void gate_wait(struct gate *g);                      /* holding the lock */
bool gate_wait_ms(struct gate *g, int64_t timeout_ms); /* false on time-out */
void gate_wake(struct gate *g);                      /* wakes all waiters */
#endif
