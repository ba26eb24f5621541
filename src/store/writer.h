/* writer.h - the queue of facts to be committed, and the one thread that commits them.
 *
 * Any thread posts; the writer's thread (or, without threads, whoever calls writer_step) applies. A fact is one
 * typed row and its finished xAPI statement in ONE transaction; facts that wait together may share it. A ticket
 * is committed only after SQLite's fsync (WAL, synchronous=FULL) has returned: then no power cut can take it. */
#ifndef WEIKE_STORE_WRITER_H
#define WEIKE_STORE_WRITER_H
#include "base/err.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

struct writer;
struct record; /* store/record.h */

enum writer_state {
    WRITER_WAITING,
    WRITER_COMMITTED,
    WRITER_FAILED, /* nothing of it was kept; ERR_FULL and ERR_IO may be posted again */
};

/* A job runs on the writer's thread inside a transaction: true commits, false rolls back. */
typedef bool writer_job(struct db *db, void *ctx, struct err *e);

/* Copies everything it needs out of `r`, builds the statement, returns at once. Never 0. Any thread. */
uint64_t writer_post(struct writer *w, const struct record *r);
/* `ctx` is the job's until it has run; then `release(ctx)` is called on the writer's thread (may be NULL). */
uint64_t writer_post_job(struct writer *w, writer_job *job, void *ctx, void (*release)(void *ctx));

/* How a ticket fares. The reasons of the last 64 failures are kept; an older failed one says ERR_IO. */
enum writer_state writer_state(struct writer *w, uint64_t ticket, struct err *e);
/* Waits until it is committed or failed; without a thread does the work itself. Not on the UI thread while
 * something plays. True if committed. */
bool writer_wait(struct writer *w, uint64_t ticket, struct err *e) MUST_CHECK;
/* Posts and waits: for imports, the command line, the technician's screen. */
bool writer_do(struct writer *w, writer_job *job, void *ctx, struct err *e) MUST_CHECK;

/* One unit of work: commits what is waiting (one group), or copies some pages of a backup. False if idle. */
bool writer_step(struct writer *w);
int writer_waiting(struct writer *w); /* items not yet committed */
#endif
