/* writer.h - the queue of jobs that change the database, and the one thread that commits them. It knows nothing of what they do:
 * what happened here is posted by each noun's own functions, through store/outbox/fact.h.
 *
 * Any thread posts; the writer's thread (or, without threads, whoever calls writer_step) applies. Jobs that wait together may
 * share a transaction. A ticket is committed only after SQLite's fsync (WAL, synchronous=FULL) has returned: then no power cut
 * can take it. */
#ifndef WEIKE_STORE_WRITER_H
#define WEIKE_STORE_WRITER_H
#include "base/err.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

struct writer;
struct node; /* store/node.h */

enum writer_state {
    WRITER_WAITING,
    WRITER_COMMITTED,
    WRITER_FAILED, /* nothing of it was kept; ERR_FULL and ERR_IO may be posted again */
};

/* A job runs on the writer's thread inside a transaction: true commits, false rolls back. It may run again after a
 * rollback, so it changes nothing but `db`. `*value` (0 before) is kept with the ticket. */
typedef bool writer_job(struct db *db, void *ctx, int64_t *value, struct err *e);

/* Returns at once, never 0. `ctx` is the job's until it has run; then `release(ctx)` is called on the writer's thread (may be
 * NULL). Any thread. */
uint64_t writer_post_job(struct writer *w, writer_job *job, void *ctx, void (*release)(void *ctx));

/* For a `release` that has more to do in another transaction, behind what others have posted meanwhile. 0, and `ctx` stays the
 * caller's, when the writer is being stopped: the next start goes on. The writer's thread. */
uint64_t writer_post_more(struct writer *w, writer_job *job, void *ctx, void (*release)(void *ctx));

bool writer_kept(const struct writer *w); /* inside a `release`: was its job committed? */

/* How a ticket fares. The reasons of the last 64 failures are kept: ask within that many. */
enum writer_state writer_state(struct writer *w, uint64_t ticket, struct err *e);
int64_t writer_value(struct writer *w, uint64_t ticket); /* what its job left; 0 if nothing, or long ago */
/* Waits until it is committed or failed; without a thread does the work itself. Not on the UI thread while
 * something plays. True if committed. */
bool writer_wait(struct writer *w, uint64_t ticket, struct err *e) MUST_CHECK;
/* The same for at most so long. True: it is through, one way or the other. */
bool writer_wait_ms(struct writer *w, uint64_t ticket, int timeout_ms);
/* The newest ticket that anybody has posted; 0: none. Who waits for it reads all that was posted before. Any thread. */
uint64_t writer_newest(struct writer *w);
/* How many jobs were committed so far. Noted before a list is read, it tells later whether there may be something newer: whichever
 * of the two, reader or writer, comes first. Any thread. */
uint64_t writer_commits(struct writer *w);
/* Posts and waits: for imports, the command line, the technician's screen. */
bool writer_do(struct writer *w, writer_job *job, void *ctx, struct err *e) MUST_CHECK;

/* One unit of work: commits what is waiting (one group), or copies some pages of a backup. False if idle. */
bool writer_step(struct writer *w);
int writer_waiting(struct writer *w); /* items not yet committed */

struct node *writer_node(const struct writer *w); /* what those who post share; the writer does not look into it. Any thread */

/* What the disk has done to us since the start. Any thread. */
struct writer_troubles { int io_errors; bool disk_full, damaged; };
struct writer_troubles writer_troubles(struct writer *w);

/* ---- tests only: who comes first, all writers of this process ---- */
enum writer_race {
    WRITER_AS_IT_COMES,
    WRITER_WINS, /* what is posted is committed before the poster goes on */
    WRITER_LATE, /* nothing is committed until somebody waits for it */
};
void writer_race(enum writer_race order);

/* ---- for store.c ---- */
struct writer_options {
    struct node *node;       /* borrowed; outlives the writer */
    bool threaded;
    bool keeper;             /* makes the daily backup */
    void (*wake)(void *ctx);
    void *ctx;
};
/* Takes `db` over on success. */
struct writer *writer_new(struct db *db, const struct writer_options *o);
/* Commits what waits, ends the thread and hands the connection back. Readers must be closed by then. */
struct db *writer_stop(struct writer *w, bool *changed);
void writer_free(struct writer *w); /* after writer_stop */
#endif
