#define _GNU_SOURCE
#define LOG_MODULE "check"
#include "store/rescue/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "store/outbox/chain.h"
#include "store/rescue/marker.h"
#include "store/outbox/outbox.h"
#include "store/node.h"
#include "store/setting.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { STATEMENTS_A_STEP = 500 };
static const char done_key[] = "checked_ms";

struct check {
    char *dir;
    struct writer *writer;
    int64_t delay_ms;
    pthread_t thread;
    _Atomic bool damaged, stop;
    struct gate gate; /* guards db */
    struct db *db;    /* of the thread, for db_interrupt */
};

struct sweep { int64_t after, last; int found; };

static bool apply_sweep(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    struct sweep *s = ctx;
    return outbox_quarantine_damaged(db, s->after, STATEMENTS_A_STEP, &s->last, &s->found, e);
}

static bool check_statements(struct writer *w, const _Atomic bool *stop, int *quarantined, struct err *e)
{
    struct sweep s = { 0 };
    *quarantined = 0;
    do {
        if (!writer_do(w, apply_sweep, &s, e))
            return false;
        *quarantined += s.found;
        s.after = s.last;
    } while (s.last && !(stop && atomic_load(stop)));
    if (*quarantined)
        log_error("%d records no longer fit their hash and are quarantined", *quarantined);
    return true;
}

/* Only said: nothing here can mend it, and people must go on learning. */
static void check_chain(const char *dir)
{
    struct err e = ERR_INIT;
    struct chain_report r;
    struct db *db = db_open_reader(dir, &e);
    if (db && chain_verify(db, NULL, NULL, &r, &e) && !chain_intact(&r))
        log_error("the chain of records is broken: weikectl register verify says where");
    db_close(db);
}

static bool note_done(struct writer *w, struct err *e)
{
    char text[32];
    struct clock_reading now;
    clock_read(node_floor_ms(writer_node(w)), &now);
    snprintf(text, sizeof text, "%lld", (long long)now.wall_ms);
    return setting_set(w, done_key, text, e);
}

bool check_due(struct db *db, int64_t now_ms)
{
    int64_t last = setting_get_int(db, done_key, 0);
    return now_ms < last || now_ms - last >= CHECK_WEEK_MS;
}

static bool check_pages(struct check *c, const char *dir, bool *sound, struct err *e)
{
    bool whole = false;
    struct db *db = db_open_reader(dir, e);
    if (!db)
        return false;
    if (c) {
        gate_lock(&c->gate);
        c->db = db;
        gate_unlock(&c->gate);
    }
    bool ok = !(c && atomic_load(&c->stop)) && db_check(db, 0, sound, &whole, e);
    if (c) {
        gate_lock(&c->gate);
        c->db = NULL;
        gate_unlock(&c->gate);
    }
    db_close(db);
    if (ok && !*sound)
        marker_set_damaged(dir);
    return ok;
}

bool check_now(const char *dir, struct writer *w, bool *sound, int *quarantined, struct err *e)
{
    *quarantined = 0;
    if (!check_pages(NULL, dir, sound, e))
        return false;
    if (*sound)
        check_chain(dir);
    return !*sound || (check_statements(w, NULL, quarantined, e) && note_done(w, e));
}

static void *check_main(void *arg)
{
    struct check *c = arg;
    struct err e = ERR_INIT;
    int64_t until = clock_boot_ms() + c->delay_ms; /* not while the kiosk starts */
    gate_lock(&c->gate);
    while (!atomic_load(&c->stop) && clock_boot_ms() < until)
        gate_wait_ms(&c->gate, until - clock_boot_ms());
    gate_unlock(&c->gate);
    bool sound = true;
    int quarantined = 0;
    if (atomic_load(&c->stop))
        return NULL;
    if (!check_pages(c, c->dir, &sound, &e) || !sound)
        atomic_store(&c->damaged, !sound);
    else if (!atomic_load(&c->stop) && check_statements(c->writer, &c->stop, &quarantined, &e) && !atomic_load(&c->stop)) {
        check_chain(c->dir);
        (void)!note_done(c->writer, &e);
    }
    return NULL;
}

struct check *check_start(const char *dir, struct writer *w, int64_t delay_ms)
{
    struct check *c = mem_alloc(sizeof *c);
    c->dir = mem_dup(dir);
    c->writer = w;
    c->delay_ms = delay_ms;
    gate_init(&c->gate);
    thread_start(&c->thread, "check", check_main, c);
    return c;
}

bool check_found_damage(struct check *c)
{
    return c && atomic_load(&c->damaged);
}

void check_stop(struct check *c)
{
    if (!c)
        return;
    gate_lock(&c->gate);
    atomic_store(&c->stop, true);
    if (c->db)
        db_interrupt(c->db);
    gate_wake(&c->gate);
    gate_unlock(&c->gate);
    thread_join(c->thread);
    gate_release(&c->gate);
    free(c->dir);
    free(c);
}
