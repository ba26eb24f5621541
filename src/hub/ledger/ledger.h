/* ledger.h - all that a hub was told and has to answer for: opened, written in units of work, read. Any
 * thread.
 *
 * Who calls knows words only (terminal.h, statement.h, receipt.h, custody.h, journal.h), no tables: behind
 * them stands an engine (engine.h), chosen by where the ledger is. Today that is SQLite in DIR/hub.db
 * (lite.h).
 *
 * What one unit of work says is kept as a whole or not at all, and whoever waits is told after the commit.
 * Units that wait together may share a commit. When that fails each is tried alone, so that one cannot
 * take others with it; so a unit may run twice. Errors by kind: ERR_REFUSED somebody else holds the
 * ledger, try again; ERR_FULL no room; ERR_IO and ERR_DAMAGED the storage fails; ERR_MISSING no ledger
 * there; ERR_UNSUPPORTED of a newer program, or no such engine. */
#ifndef WEIKE_HUB_LEDGER_LEDGER_H
#define WEIKE_HUB_LEDGER_LEDGER_H
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { LEDGER_GROUP_MAX = 256 }; /* units that share a commit, at most */

struct ledger;
/* What every word is said to: a unit of work, or a reader, which sees the last commit and refuses changes.
 * It belongs to the thread that got it. */
struct work;

/* `where`: a data directory. What is not there is made, what is old is migrated. "engine://…":
 * ERR_UNSUPPORTED so far. */
struct ledger *ledger_open(const char *where, struct err *e) MUST_CHECK;
void ledger_close(struct ledger *l); /* finishes what was posted; readers must be back; NULL is fine */

/* One unit of work: false only when a word failed (then nothing of it is kept), or to have nothing kept.
 * It may run twice, so it starts over with what it gives back. It must not wait for another unit. */
typedef bool ledger_run(struct work *w, void *ctx, struct err *e);
struct ledger_job {            /* the poster's, until `done` is called */
    ledger_run *run;
    /* On a thread of the ledger, after the commit (`e` NULL) or when nothing was kept. Must not wait. */
    void (*done)(void *ctx, const struct err *e);
    void *ctx;
    struct ledger_job *next;   /* the ledger's */
};
void ledger_post(struct ledger *l, struct ledger_job *job);
bool ledger_do(struct ledger *l, ledger_run *run, void *ctx, struct err *e) MUST_CHECK; /* posts and waits */
/* The same for a command, beside a hub that runs or does not. */
bool ledger_act(const char *where, ledger_run *run, void *ctx, struct err *e) MUST_CHECK;
/* A command's look without changing anything; ERR_MISSING names the folder that has no hub. */
bool ledger_look(const char *where, ledger_run *run, void *ctx, struct err *e) MUST_CHECK;

/* One's own until given back; NULL: `e`. */
struct work *ledger_reader(struct ledger *l, struct err *e) MUST_CHECK;
void ledger_reader_done(struct ledger *l, struct work *reader);

/* Jobs posted and not yet done; since the start. */
struct ledger_load { int waiting; int64_t commits, jobs, longest_us; };
void ledger_load_get(struct ledger *l, struct ledger_load *out);

/* Shared by the lists of all words: called once a row; what it points to is good until it returns. */
typedef void ledger_name_visit(void *ctx, const char *name);
#endif
