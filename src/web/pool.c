#include "web/pool.h"
#include "base/str.h"
#include "base/thread.h"

#include <stdlib.h>

enum { THREADS_MAX = 16 };

struct pool {
    struct gate gate; /* for the next three */
    struct pool_job *first, **end;
    bool ending;
    int count;
    pthread_t thread[THREADS_MAX];
};

static void *work(void *arg)
{
    struct pool *p = arg;
    gate_lock(&p->gate);
    for (;;) {
        while (!p->first && !p->ending)
            gate_wait(&p->gate);
        struct pool_job *job = p->first;
        if (!job)
            break;
        p->first = job->next;
        if (!p->first)
            p->end = &p->first;
        gate_unlock(&p->gate);
        job->run(job->ctx); /* the job may be gone when this returns */
        gate_lock(&p->gate);
    }
    gate_unlock(&p->gate);
    return NULL;
}

struct pool *pool_new(int threads)
{
    struct pool *p = mem_alloc(sizeof *p);
    gate_init(&p->gate);
    p->end = &p->first;
    p->count = threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
    for (int i = 0; i < p->count; i++)
        thread_start(&p->thread[i], "opener", work, p);
    return p;
}

void pool_post(struct pool *p, struct pool_job *job)
{
    job->next = NULL;
    gate_lock(&p->gate);
    *p->end = job;
    p->end = &job->next;
    gate_wake(&p->gate);
    gate_unlock(&p->gate);
}

void pool_free(struct pool *p)
{
    if (!p)
        return;
    gate_lock(&p->gate);
    p->ending = true;
    gate_wake(&p->gate);
    gate_unlock(&p->gate);
    for (int i = 0; i < p->count; i++)
        thread_join(p->thread[i]);
    gate_release(&p->gate);
    free(p);
}
