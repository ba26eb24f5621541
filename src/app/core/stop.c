#include "app/core/stop.h"
#include "base/thread.h"
#include "gfx/gfx.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static sigset_t awaited;
static pthread_t watcher;
static atomic_bool asked;

void stop_prepare(void)
{
    static const int ends[] = { SIGTERM, SIGINT, SIGHUP };
    sigemptyset(&awaited);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct sigaction now;
        if (sigaction(ends[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(&awaited, ends[i]);
    }
    sigaddset(&awaited, SIGUSR2); /* stop_unwatch's own */
    pthread_sigmask(SIG_BLOCK, &awaited, NULL);
}

static void *wait_for_signal(void *gfx)
{
    int which = 0;
    sigwait(&awaited, &which);
    if (which == SIGUSR2)
        return NULL;
    atomic_store(&asked, true);
    gfx_wake(gfx);
    return NULL;
}

void stop_watch(struct gfx *gfx)
{
    thread_start(&watcher, "stop", wait_for_signal, gfx);
}

bool stop_asked(void)
{
    return atomic_load(&asked);
}

void stop_unwatch(void)
{
    pthread_kill(watcher, SIGUSR2); /* harmless if it has returned: it is not joined yet */
    thread_join(watcher);
}
