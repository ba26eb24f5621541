#define _GNU_SOURCE
#define LOG_MODULE "ledger"
#include "hub/ledger/lite.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/thread.h"
#include "hub/ledger/lite_parts.h"

#include <assert.h>
#include <stdlib.h>

enum { READERS_KEPT = 16 };

struct lite {
    struct ledger ledger;
    char *path;
    struct lite_work write; /* the writer's alone */
    pthread_t writer;
    struct gate gate; /* for all below */
    struct ledger_job *first, **end;
    bool closing;
    struct ledger_load load;
    struct lite_work *reader[READERS_KEPT];
    int reader_count;
};

/* ---- the writer's thread ---- */

static bool run_all(struct lite_work *w, struct ledger_job *first, struct ledger_job *stop, struct err *e)
{
    if (!db_begin(w->db, e))
        return false;
    for (struct ledger_job *j = first; j != stop; j = j->next)
        if (!j->run(&w->work, j->ctx, e)) {
            db_rollback(w->db);
            return false;
        }
    return db_commit(w->db, e); /* the commit point: only now may anybody be told */
}

static void finish(struct lite *l, int64_t began_us, int jobs)
{
    int64_t took_us = clock_boot_us() - began_us;
    gate_lock(&l->gate);
    l->load.waiting -= jobs;
    l->load.jobs += jobs;
    l->load.commits++;
    if (took_us > l->load.longest_us)
        l->load.longest_us = took_us;
    gate_unlock(&l->gate);
}

static void commit_group(struct lite *l, struct ledger_job *group, int count)
{
    struct err e = ERR_INIT;
    int64_t began_us = clock_boot_us();
    bool together = run_all(&l->write, group, NULL, &e);
    if (!together && count > 1)
        log_warn("%d changes together failed (%s); trying each alone", count, e.text);
    for (struct ledger_job *j = group, *next; j; j = next) {
        next = j->next; /* after `done` the job is the poster's again */
        struct err own = e;
        bool ok = together || (count > 1 && run_all(&l->write, j, next, &own));
        j->done(j->ctx, ok ? NULL : &own);
    }
    finish(l, began_us, count);
}

static void *write_on(void *arg)
{
    struct lite *l = arg;
    gate_lock(&l->gate);
    for (;;) {
        while (!l->first && !l->closing)
            gate_wait(&l->gate);
        if (!l->first)
            break;
        struct ledger_job *group = l->first, *last = group;
        int count = 1;
        for (; count < LEDGER_GROUP_MAX && last->next; count++)
            last = last->next;
        l->first = last->next;
        if (!l->first)
            l->end = &l->first;
        last->next = NULL;
        gate_unlock(&l->gate);
        commit_group(l, group, count);
        gate_lock(&l->gate);
    }
    gate_unlock(&l->gate);
    return NULL;
}

/* ---- posting ---- */

static void post(struct ledger *ledger, struct ledger_job *job)
{
    struct lite *l = (struct lite *)ledger;
    job->next = NULL;
    gate_lock(&l->gate);
    assert(!l->closing);
    *l->end = job;
    l->end = &job->next;
    l->load.waiting++;
    gate_wake(&l->gate);
    gate_unlock(&l->gate);
}

static void load(struct ledger *ledger, struct ledger_load *out)
{
    struct lite *l = (struct lite *)ledger;
    gate_lock(&l->gate);
    *out = l->load;
    gate_unlock(&l->gate);
}

/* ---- readers ---- */

static const struct ledger_words words = { &lite_terminal_words, &lite_statement_words, &lite_receipt_words,
                                           &lite_custody_words, &lite_journal_words };

static struct work *open_reader(struct lite *l, struct err *e)
{
    struct db *db = db_open_schema(l->path, &lite_schema, false, e);
    if (!db)
        return NULL;
    struct lite_work *w = mem_alloc(sizeof *w);
    *w = (struct lite_work){ { &words }, db };
    return &w->work;
}

static void close_reader(struct lite_work *w)
{
    db_close(w->db);
    free(w);
}

static struct work *reader(struct ledger *ledger, struct err *e)
{
    struct lite *l = (struct lite *)ledger;
    struct lite_work *w = NULL;
    gate_lock(&l->gate);
    if (l->reader_count)
        w = l->reader[--l->reader_count];
    gate_unlock(&l->gate);
    return w ? &w->work : open_reader(l, e);
}

static void reader_done(struct ledger *ledger, struct work *work)
{
    struct lite *l = (struct lite *)ledger;
    struct lite_work *w = (struct lite_work *)work;
    gate_lock(&l->gate);
    bool keep = l->reader_count < READERS_KEPT;
    if (keep)
        l->reader[l->reader_count++] = w;
    gate_unlock(&l->gate);
    if (!keep)
        close_reader(w);
}

/* ---- opening ---- */

static struct db *open_writer(const char *data_dir, char **path, struct err *e)
{
    *path = fs_join(data_dir, "hub.db");
    struct db *db = fs_mkdirs(data_dir, e) ? db_open_schema(*path, &lite_schema, true, e) : NULL;
    /* A county writes all day: a larger journal and cache than a kiosk's, checkpoints less often. */
    if (db && !db_exec(db,
                       "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 33554432; PRAGMA "
                       "cache_size = -16000",
                       e)) {
        db_close(db);
        db = NULL;
    }
    return db;
}

static struct ledger *open_lite(const char *data_dir, struct err *e)
{
    char *path;
    struct db *db = open_writer(data_dir, &path, e);
    if (!db) {
        free(path);
        return NULL;
    }
    struct lite *l = mem_alloc(sizeof *l);
    l->ledger.engine = &lite_engine;
    l->path = path;
    l->write = (struct lite_work){ { &words }, db };
    l->end = &l->first;
    gate_init(&l->gate);
    thread_start(&l->writer, "ledger", write_on, l);
    return &l->ledger;
}

static void close_lite(struct ledger *ledger)
{
    struct lite *l = (struct lite *)ledger;
    gate_lock(&l->gate);
    l->closing = true;
    gate_wake(&l->gate);
    gate_unlock(&l->gate);
    thread_join(l->writer);
    while (l->reader_count)
        close_reader(l->reader[--l->reader_count]);
    db_close(l->write.db);
    gate_release(&l->gate);
    free(l->path);
    free(l);
}

/* ---- commands ---- */

static bool act(const char *data_dir, ledger_run *run, void *ctx, struct err *e)
{
    char *path;
    struct lite_work w = { { &words }, open_writer(data_dir, &path, e) };
    struct ledger_job job = { .run = run, .ctx = ctx };
    bool ok = w.db && run_all(&w, &job, NULL, e);
    db_close(w.db);
    free(path);
    return ok;
}

static bool look(const char *data_dir, ledger_run *run, void *ctx, struct err *e)
{
    char *path = fs_join(data_dir, "hub.db");
    if (!fs_exists(path)) {
        err_set(e, ERR_MISSING, "%s has no hub yet: start weike-hub --data %s --listen ADDRESS:PORT once",
                data_dir, data_dir);
        free(path);
        return false;
    }
    struct lite_work w = { { &words }, db_open_schema(path, &lite_schema, false, e) };
    bool ok = w.db && run(&w.work, ctx, e);
    db_close(w.db);
    free(path);
    return ok;
}

const struct ledger_engine lite_engine = { "",   open_lite, close_lite,  post, act,
                                           look, reader,    reader_done, load };

bool lite_names(struct query *q, ledger_name_visit *visit, void *ctx, struct err *e)
{
    while (query_row(q))
        visit(ctx, query_col_text(q, 0));
    return query_end(q, e);
}
