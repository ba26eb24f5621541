/* scrub_thread.c - the thread that scrubs: while nobody studies, a few megabytes at a time. Declared in scrub.h. */
#define _GNU_SOURCE
#define LOG_MODULE "scrub"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "store/node.h"
#include "store/rescue/scrub.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LOOK_MS = 3600 * 1000 };
static const struct scrub_pace usual = { .first_ms = 5 * 60000, .pause_ms = 5000, .quiet_ms = 60000 };

struct scrubber {
    char *dir;
    struct writer *writer;
    struct scrub_pace pace;
    pthread_t thread;
    struct gate gate;
    bool stop; /* under the gate */
};

static bool rest(struct scrubber *s, int64_t ms) /* false: stop */
{
    int64_t until = clock_boot_ms() + ms;
    gate_lock(&s->gate);
    while (!s->stop && clock_boot_ms() < until)
        gate_wait_ms(&s->gate, until - clock_boot_ms());
    bool go_on = !s->stop;
    gate_unlock(&s->gate);
    return go_on;
}

/* Behind everybody else, for the processor and for the disk (ioprio_set(2): this thread, class idle). */
static void step_back(void)
{
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 19);
    syscall(SYS_ioprio_set, 1, 0, 3 << 13);
}

/* False: stop. Also when the storage fails: trying again and again would only do harm; the next start does. */
static bool run_round(struct scrubber *s, struct db *db)
{
    struct err e = ERR_INIT;
    struct scrub *scrub = scrub_open(s->dir, db, s->writer);
    enum scrub_result r = SCRUB_MORE;
    bool go_on = true;
    while (go_on && r == SCRUB_MORE) {
        bool quiet = node_idle_ms(writer_node(s->writer)) >= s->pace.quiet_ms;
        if (quiet)
            r = scrub_step(scrub, SCRUB_STEP_BYTES, &e);
        go_on = r != SCRUB_MORE || rest(s, quiet ? s->pace.pause_ms : s->pace.quiet_ms);
    }
    if (r == SCRUB_FAILED)
        log_error("%s", e.text);
    scrub_close(scrub);
    return go_on && r != SCRUB_FAILED;
}

static bool look(struct scrubber *s)
{
    struct err e = ERR_INIT;
    struct clock_reading now;
    struct db *db = db_open_reader(s->dir, &e);
    if (!db) {
        log_warn("%s", e.text);
        return true;
    }
    clock_read(node_floor_ms(writer_node(s->writer)), &now);
    bool go_on = !scrub_due(db, now.wall_ms) || run_round(s, db);
    db_close(db);
    return go_on;
}

static void *scrubber_main(void *arg)
{
    struct scrubber *s = arg;
    step_back();
    for (bool go_on = rest(s, s->pace.first_ms); go_on; go_on = go_on && rest(s, LOOK_MS))
        go_on = look(s);
    return NULL;
}

struct scrubber *scrubber_start(const char *dir, struct writer *w, const struct scrub_pace *pace)
{
    struct scrubber *s = mem_alloc(sizeof *s);
    s->dir = mem_dup(dir);
    s->writer = w;
    s->pace = pace ? *pace : usual;
    gate_init(&s->gate);
    thread_start(&s->thread, "scrub", scrubber_main, s);
    return s;
}

void scrubber_stop(struct scrubber *s)
{
    if (!s)
        return;
    gate_lock(&s->gate);
    s->stop = true;
    gate_wake(&s->gate);
    gate_unlock(&s->gate);
    thread_join(s->thread);
    gate_release(&s->gate);
    free(s->dir);
    free(s);
}
