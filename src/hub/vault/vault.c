#define _GNU_SOURCE
#define LOG_MODULE "vault"
#include "hub/vault/vault.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/thread.h"
#include "hub/vault/vault_schema.h"

#include <assert.h>
#include <stdlib.h>

enum { READERS_KEPT = 16 };

struct vault {
    char *path;
    struct db *db;          /* the writer's alone */
    pthread_t writer;
    struct gate gate;       /* for all below */
    struct vault_job *first, **end;
    bool closing;
    struct vault_load load;
    struct db *reader[READERS_KEPT];
    int reader_count;
};

/* ---- the writer's thread ---- */

static bool run_all(struct db *db, struct vault_job *first, struct vault_job *stop, struct err *e)
{
    if (!db_begin(db, e))
        return false;
    for (struct vault_job *j = first; j != stop; j = j->next)
        if (!j->run(db, j->ctx, e)) {
            db_rollback(db);
            return false;
        }
    return db_commit(db, e); /* the commit point: only now may anybody be told */
}

static void finish(struct vault *v, int64_t began_us, int jobs)
{
    int64_t took_us = clock_boot_us() - began_us;
    gate_lock(&v->gate);
    v->load.waiting -= jobs;
    v->load.jobs += jobs;
    v->load.commits++;
    if (took_us > v->load.longest_us)
        v->load.longest_us = took_us;
    gate_unlock(&v->gate);
}

static void commit_group(struct vault *v, struct vault_job *group, int count)
{
    struct err e = ERR_INIT;
    int64_t began_us = clock_boot_us();
    bool together = run_all(v->db, group, NULL, &e);
    if (!together && count > 1)
        log_warn("%d changes together failed (%s); trying each alone", count, e.text);
    for (struct vault_job *j = group, *next; j; j = next) {
        next = j->next; /* after `done` the job is the poster's again */
        struct err own = e;
        bool ok = together || (count > 1 && run_all(v->db, j, next, &own));
        j->done(j->ctx, ok ? NULL : &own);
    }
    finish(v, began_us, count);
}

static void *write_on(void *arg)
{
    struct vault *v = arg;
    gate_lock(&v->gate);
    for (;;) {
        while (!v->first && !v->closing)
            gate_wait(&v->gate);
        if (!v->first)
            break;
        struct vault_job *group = v->first, *last = group;
        int count = 1;
        for (; count < VAULT_GROUP_MAX && last->next; count++)
            last = last->next;
        v->first = last->next;
        if (!v->first)
            v->end = &v->first;
        last->next = NULL;
        gate_unlock(&v->gate);
        commit_group(v, group, count);
        gate_lock(&v->gate);
    }
    gate_unlock(&v->gate);
    return NULL;
}

/* ---- posting ---- */

void vault_post(struct vault *v, struct vault_job *job)
{
    job->next = NULL;
    gate_lock(&v->gate);
    assert(!v->closing);
    *v->end = job;
    v->end = &job->next;
    v->load.waiting++;
    gate_wake(&v->gate);
    gate_unlock(&v->gate);
}

struct waiter { struct gate gate; bool done, ok; struct err err; vault_run *run; void *ctx; };

static bool run_waiter(struct db *db, void *ctx, struct err *e)
{
    struct waiter *w = ctx;
    return w->run(db, w->ctx, e);
}

static void waiter_done(void *ctx, const struct err *e)
{
    struct waiter *w = ctx;
    gate_lock(&w->gate);
    w->done = true;
    w->ok = !e;
    if (e)
        w->err = *e;
    gate_wake(&w->gate);
    gate_unlock(&w->gate);
}

bool vault_do(struct vault *v, vault_run *run, void *ctx, struct err *e)
{
    struct waiter w = { .run = run, .ctx = ctx };
    struct vault_job job = { .run = run_waiter, .done = waiter_done, .ctx = &w };
    gate_init(&w.gate);
    vault_post(v, &job);
    gate_lock(&w.gate);
    while (!w.done)
        gate_wait(&w.gate);
    gate_unlock(&w.gate);
    gate_release(&w.gate);
    if (!w.ok && e)
        *e = w.err;
    return w.ok;
}

void vault_load_get(struct vault *v, struct vault_load *out)
{
    gate_lock(&v->gate);
    *out = v->load;
    gate_unlock(&v->gate);
}

/* ---- readers ---- */

struct db *vault_reader(struct vault *v, struct err *e)
{
    struct db *db = NULL;
    gate_lock(&v->gate);
    if (v->reader_count)
        db = v->reader[--v->reader_count];
    gate_unlock(&v->gate);
    return db ? db : db_open_schema(v->path, &vault_schema, false, e);
}

void vault_reader_done(struct vault *v, struct db *db)
{
    gate_lock(&v->gate);
    if (v->reader_count < READERS_KEPT) {
        v->reader[v->reader_count++] = db;
        db = NULL;
    }
    gate_unlock(&v->gate);
    db_close(db);
}

/* ---- opening ---- */

static struct db *open_writer(const char *data_dir, char **path, struct err *e)
{
    *path = fs_join(data_dir, "hub.db");
    struct db *db = fs_mkdirs(data_dir, e) ? db_open_schema(*path, &vault_schema, true, e) : NULL;
    /* A county writes all day: a larger journal and cache than a kiosk's, checkpoints less often. */
    if (db && !db_exec(db, "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 33554432; PRAGMA cache_size = -16000", e)) {
        db_close(db);
        db = NULL;
    }
    return db;
}

struct vault *vault_open(const char *data_dir, struct err *e)
{
    char *path;
    struct db *db = open_writer(data_dir, &path, e);
    if (!db) {
        free(path);
        return NULL;
    }
    struct vault *v = mem_alloc(sizeof *v);
    v->path = path;
    v->db = db;
    v->end = &v->first;
    gate_init(&v->gate);
    thread_start(&v->writer, "vault", write_on, v);
    return v;
}

void vault_close(struct vault *v)
{
    if (!v)
        return;
    gate_lock(&v->gate);
    v->closing = true;
    gate_wake(&v->gate);
    gate_unlock(&v->gate);
    thread_join(v->writer);
    while (v->reader_count)
        db_close(v->reader[--v->reader_count]);
    db_close(v->db);
    gate_release(&v->gate);
    free(v->path);
    free(v);
}

bool vault_act(const char *data_dir, vault_run *run, void *ctx, struct err *e)
{
    char *path;
    struct db *db = open_writer(data_dir, &path, e);
    bool ok = db && db_begin(db, e);
    if (ok && !run(db, ctx, e)) {
        db_rollback(db);
        ok = false;
    }
    ok = ok && db_commit(db, e);
    db_close(db);
    free(path);
    return ok;
}

bool vault_look(const char *data_dir, vault_run *run, void *ctx, struct err *e)
{
    char *path = fs_join(data_dir, "hub.db");
    if (!fs_exists(path)) {
        err_set(e, ERR_MISSING, "%s has no hub yet: start weike-hub --data %s --listen ADDRESS:PORT once", data_dir, data_dir);
        free(path);
        return false;
    }
    struct db *db = db_open_schema(path, &vault_schema, false, e);
    bool ok = db && run(db, ctx, e);
    db_close(db);
    free(path);
    return ok;
}
