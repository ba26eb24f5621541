#define _GNU_SOURCE
#define LOG_MODULE "writer"
#include "store/writer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "store/rescue/backup.h"
#include "store/reserve.h"
#include "store/node.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    GROUP_MAX = 64,
    OUTCOMES = 64,
    BACKUP_PAGES = 64,             /* 256 KiB between two looks at the queue … */
    BACKUP_PAUSE_MS = 20,          /* … and at most 12 MB/s, so that a lesson plays on */
    FIRST_BACKUP_MS = 5 * 60000,   /* not while the kiosk starts */
    BACKUP_RETRY_MS = 3600 * 1000,
};

struct item {
    uint64_t ticket;
    writer_job *job;
    void *ctx;
    void (*release)(void *ctx);
    struct item *next;
    bool ok;
    int64_t value;
    struct err err;
};

struct outcome { uint64_t ticket; bool failed; int64_t value; struct err err; };

struct writer {
    /* fixed after writer_new */
    struct writer_options options;
    char *dir;
    pthread_t thread;
    /* the writer's thread */
    struct db *db;
    struct backup *backup;
    int64_t backup_next_boot_ms;
    bool changed;
    bool kept; /* the item whose release runs was committed */
    /* under the gate */
    struct gate gate;
    struct item *head, **tail;
    int waiting, waited_for; /* waited_for: by how many threads */
    uint64_t last_ticket, done_ticket, commits;
    struct outcome outcome[OUTCOMES];
    unsigned outcome_next;
    bool stop;
    /* any thread */
    _Atomic int io_errors;
    _Atomic bool disk_full, damaged;
};

static _Atomic(enum writer_race) race;

void writer_race(enum writer_race order)
{
    atomic_store(&race, order);
}

/* ---- posting ---- */

/* The order that a test asks for: otherwise this does nothing. */
static void let_win(struct writer *w, uint64_t ticket)
{
    if (atomic_load(&race) == WRITER_WINS)
        (void)writer_wait_ms(w, ticket, 60000);
}

static uint64_t enqueue(struct writer *w, struct item *item) /* under the gate */
{
    item->ticket = ++w->last_ticket;
    *w->tail = item;
    w->tail = &item->next;
    w->waiting++;
    gate_wake(&w->gate);
    return item->ticket;
}

static struct item *item_new(writer_job *job, void *ctx, void (*release)(void *ctx))
{
    struct item *item = mem_alloc(sizeof *item);
    item->job = job;
    item->ctx = ctx;
    item->release = release;
    return item;
}

uint64_t writer_post_job(struct writer *w, writer_job *job, void *ctx, void (*release)(void *ctx))
{
    struct item *item = item_new(job, ctx, release);
    gate_lock(&w->gate);
    assert(!w->stop);
    uint64_t ticket = enqueue(w, item);
    gate_unlock(&w->gate);
    let_win(w, ticket);
    return ticket;
}

uint64_t writer_post_more(struct writer *w, writer_job *job, void *ctx, void (*release)(void *ctx))
{
    struct item *item = item_new(job, ctx, release);
    gate_lock(&w->gate);
    uint64_t ticket = w->stop ? 0 : enqueue(w, item);
    gate_unlock(&w->gate);
    if (!ticket)
        free(item);
    return ticket;
}

bool writer_kept(const struct writer *w)
{
    return w->kept;
}

static const struct outcome *outcome_of(const struct writer *w, uint64_t ticket) /* under the gate */
{
    for (int i = 0; i < OUTCOMES; i++)
        if (w->outcome[i].ticket == ticket)
            return &w->outcome[i];
    return NULL;
}

enum writer_state writer_state(struct writer *w, uint64_t ticket, struct err *e)
{
    gate_lock(&w->gate);
    const struct outcome *o = outcome_of(w, ticket);
    enum writer_state state = ticket > w->done_ticket ? WRITER_WAITING : o && o->failed ? WRITER_FAILED : WRITER_COMMITTED;
    if (state == WRITER_FAILED && e)
        *e = o->err;
    gate_unlock(&w->gate);
    return state;
}

int64_t writer_value(struct writer *w, uint64_t ticket)
{
    gate_lock(&w->gate);
    const struct outcome *o = outcome_of(w, ticket);
    int64_t value = o ? o->value : 0;
    gate_unlock(&w->gate);
    return value;
}

int writer_waiting(struct writer *w)
{
    gate_lock(&w->gate);
    int n = w->waiting;
    gate_unlock(&w->gate);
    return n;
}

uint64_t writer_newest(struct writer *w)
{
    gate_lock(&w->gate);
    uint64_t ticket = w->last_ticket;
    gate_unlock(&w->gate);
    return ticket;
}

uint64_t writer_commits(struct writer *w)
{
    gate_lock(&w->gate);
    uint64_t n = w->commits;
    gate_unlock(&w->gate);
    return n;
}

bool writer_wait_ms(struct writer *w, uint64_t ticket, int timeout_ms)
{
    int64_t until_ms = clock_boot_ms() + timeout_ms;
    if (!w->options.threaded)
        while (writer_state(w, ticket, NULL) == WRITER_WAITING)
            writer_step(w);
    gate_lock(&w->gate);
    w->waited_for++;
    gate_wake(&w->gate);
    for (int64_t left = timeout_ms; ticket > w->done_ticket && left > 0; left = until_ms - clock_boot_ms())
        (void)gate_wait_ms(&w->gate, left);
    w->waited_for--;
    bool through = ticket <= w->done_ticket;
    gate_unlock(&w->gate);
    return through;
}

bool writer_wait(struct writer *w, uint64_t ticket, struct err *e)
{
    while (!writer_wait_ms(w, ticket, 3600 * 1000))
        ;
    return writer_state(w, ticket, e) == WRITER_COMMITTED;
}

bool writer_do(struct writer *w, writer_job *job, void *ctx, struct err *e)
{
    return writer_wait(w, writer_post_job(w, job, ctx, NULL), e);
}

/* ---- committing: the writer's thread ---- */

static void note_trouble(struct writer *w, const struct err *e)
{
    if (e->kind == ERR_IO)
        atomic_fetch_add(&w->io_errors, 1);
    if (e->kind == ERR_FULL)
        atomic_store(&w->disk_full, true);
    if (e->kind == ERR_DAMAGED || db_damaged(w->db))
        atomic_store(&w->damaged, true);
}

/* One transaction for `count` items from `first`. False: nothing of it was kept. */
static bool commit_group(struct writer *w, struct item *first, int count, struct err *e)
{
    if (!db_begin(w->db, e))
        return false;
    struct item *item = first;
    for (int i = 0; i < count; i++, item = item->next) {
        item->value = 0;
        if (!item->job(w->db, item->ctx, &item->value, e)) {
            db_rollback(w->db);
            return false;
        }
    }
    return db_commit(w->db, e);
}

static bool commit_one(struct writer *w, struct item *item)
{
    struct err *e = &item->err;
    *e = (struct err)ERR_INIT;
    if (commit_group(w, item, 1, e))
        return true;
    note_trouble(w, e);
    /* Once more, if that can help: a full disk after giving up the reserve; a failed fsync, because a new COMMIT writes
     * and syncs every one of its journal pages again (an fsync alone must not be repeated and believed). */
    if ((e->kind == ERR_FULL && reserve_drop(w->dir)) || e->kind == ERR_IO) {
        *e = (struct err)ERR_INIT;
        if (commit_group(w, item, 1, e))
            return true;
        note_trouble(w, e);
    }
    if (e->kind == ERR_FULL || e->kind == ERR_IO || e->kind == ERR_DAMAGED) /* a refusal is the caller's to tell */
        log_error("not saved (%s): %s", err_kind_name(e->kind), e->text);
    return false;
}

static void commit_items(struct writer *w, struct item *first, int count)
{
    struct err why = ERR_INIT;
    if (count > 1 && commit_group(w, first, count, &why)) {
        for (struct item *i = first; i; i = i->next)
            i->ok = true;
        w->changed = true;
        return;
    }
    for (struct item *i = first; i; i = i->next) { /* alone, so that one bad item cannot hold up the others */
        i->ok = commit_one(w, i);
        w->changed |= i->ok;
    }
}

/* A test wants the writer to be late: until somebody waits, that is. */
static bool held_back(const struct writer *w) /* under the gate */
{
    return atomic_load(&race) == WRITER_LATE && !w->waited_for && !w->stop;
}

static struct item *take_group(struct writer *w, int *count)
{
    gate_lock(&w->gate);
    struct item *first = w->options.threaded && held_back(w) ? NULL : w->head, *last = NULL;
    *count = 0;
    for (struct item *i = first; i && *count < GROUP_MAX; i = i->next, (*count)++)
        last = i;
    if (last) {
        w->head = last->next;
        last->next = NULL;
        if (!w->head)
            w->tail = &w->head;
    }
    gate_unlock(&w->gate);
    return first;
}

static void publish(struct writer *w, struct item *first, int count)
{
    gate_lock(&w->gate);
    for (struct item *i = first; i; i = i->next) {
        w->done_ticket = i->ticket;
        w->commits += i->ok;
        if (!i->ok || i->value)
            w->outcome[w->outcome_next++ % OUTCOMES] =
                (struct outcome){ .ticket = i->ticket, .failed = !i->ok, .value = i->value, .err = i->err };
    }
    w->waiting -= count;
    gate_wake(&w->gate);
    gate_unlock(&w->gate);
    while (first) {
        struct item *next = first->next;
        w->kept = first->ok;
        if (first->release)
            first->release(first->ctx);
        free(first);
        first = next;
    }
    if (w->options.wake)
        w->options.wake(w->options.ctx);
}

/* ---- the daily backup, between records ---- */

static void end_backup(struct writer *w, int64_t next_ms)
{
    backup_free(w->backup);
    w->backup = NULL;
    w->backup_next_boot_ms = clock_boot_ms() + next_ms;
}

static bool start_backup(struct writer *w)
{
    struct clock_reading now;
    struct err e = ERR_INIT;
    clock_read(node_floor_ms(w->options.node), &now);
    if (!(w->changed || !backup_last_ms(w->dir)) || !backup_due(w->dir, now.wall_ms)) {
        w->backup_next_boot_ms = clock_boot_ms() + BACKUP_RETRY_MS;
        return false;
    }
    w->backup = backup_begin(w->db, w->dir, &e);
    if (!w->backup) {
        log_warn("backup: %s", e.text);
        w->backup_next_boot_ms = clock_boot_ms() + BACKUP_RETRY_MS;
    }
    return w->backup != NULL;
}

static bool step_backup(struct writer *w)
{
    if (!w->backup && (!w->options.keeper || clock_boot_ms() < w->backup_next_boot_ms || !start_backup(w)))
        return false;
    struct err e = ERR_INIT;
    bool more = false;
    if (!backup_step(w->backup, BACKUP_PAGES, &more, &e)) {
        note_trouble(w, &e);
        log_warn("backup: %s", e.text);
        end_backup(w, BACKUP_RETRY_MS);
    } else if (!more) {
        log_info("backup made");
        end_backup(w, BACKUP_DAY_MS);
    }
    return true;
}

bool writer_step(struct writer *w)
{
    int count = 0;
    struct item *first = take_group(w, &count);
    if (!first)
        return step_backup(w);
    commit_items(w, first, count);
    publish(w, first, count);
    return true;
}

/* Sleeps until there is something to do; between two steps of a backup only long enough to leave the disk to a lesson. */
static void rest(struct writer *w) /* under the gate */
{
    if (w->backup)
        gate_wait_ms(&w->gate, BACKUP_PAUSE_MS);
    else if (!w->options.keeper)
        gate_wait(&w->gate);
    else if (w->backup_next_boot_ms > clock_boot_ms())
        gate_wait_ms(&w->gate, w->backup_next_boot_ms - clock_boot_ms());
}

static void *writer_main(void *arg)
{
    struct writer *w = arg;
    for (bool stop = false; !stop;) {
        (void)writer_step(w);
        gate_lock(&w->gate);
        if ((!w->head || held_back(w)) && !w->stop)
            rest(w);
        stop = !w->head && w->stop;
        gate_unlock(&w->gate);
    }
    return NULL;
}

/* ---- life ---- */

struct writer *writer_new(struct db *db, const struct writer_options *o)
{
    struct writer *w = mem_alloc(sizeof *w);
    w->options = *o;
    w->dir = mem_dup(db_dir(db));
    w->db = db;
    w->tail = &w->head;
    w->backup_next_boot_ms = clock_boot_ms() + FIRST_BACKUP_MS;
    gate_init(&w->gate);
    if (o->threaded)
        thread_start(&w->thread, "writer", writer_main, w);
    return w;
}

struct db *writer_stop(struct writer *w, bool *changed)
{
    gate_lock(&w->gate);
    w->stop = true;
    gate_wake(&w->gate);
    gate_unlock(&w->gate);
    if (w->options.threaded)
        thread_join(w->thread);
    while (w->head)
        writer_step(w);
    backup_free(w->backup);
    w->backup = NULL;
    *changed = w->changed;
    struct db *db = w->db;
    w->db = NULL;
    return db;
}

void writer_free(struct writer *w)
{
    if (!w)
        return;
    assert(!w->db);
    gate_release(&w->gate);
    free(w->dir);
    free(w);
}

struct writer_troubles writer_troubles(struct writer *w)
{
    return (struct writer_troubles){ .io_errors = atomic_load(&w->io_errors),
                                     .disk_full = atomic_load(&w->disk_full),
                                     .damaged = atomic_load(&w->damaged) };
}

struct node *writer_node(const struct writer *w)
{
    return w->options.node;
}
