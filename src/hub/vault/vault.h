/* vault.h - hub.db: what this hub was told, and the one thread that writes it. Any thread may post jobs and borrow readers.
 *
 * Jobs that wait together share one transaction, so that one fsync serves many clients; each is told only after the
 * commit (WAL, synchronous=FULL). When the transaction fails, its jobs are tried one by one, so that one cannot take
 * others with it. weike-hub's commands work beside a running hub through vault_act. */
#ifndef WEIKE_HUB_VAULT_VAULT_H
#define WEIKE_HUB_VAULT_VAULT_H
#include "store/db.h"

enum { VAULT_APPLICATION_ID = 0x5765696c /* "Weil" */, VAULT_GROUP_MAX = 256 };

struct vault;

/* Makes or migrates DIR/hub.db and starts the writer. */
struct vault *vault_open(const char *data_dir, struct err *e) MUST_CHECK;
void vault_close(struct vault *v); /* finishes what was posted; readers must be back; NULL is fine */

/* Inside the transaction, on the writer's thread: false only when the database failed. May run twice (after a
 * rollback), so it starts over with what it gives back. */
typedef bool vault_run(struct db *db, void *ctx, struct err *e);
struct vault_job {             /* the poster's, until `done` is called */
    vault_run *run;
    /* On the writer's thread, after the commit (`e` NULL) or when nothing was kept. Must not wait. */
    void (*done)(void *ctx, const struct err *e);
    void *ctx;
    struct vault_job *next;    /* the vault's */
};
void vault_post(struct vault *v, struct vault_job *job);
bool vault_do(struct vault *v, vault_run *run, void *ctx, struct err *e) MUST_CHECK; /* posts and waits */
/* The same without a running vault: a command's own connection. */
bool vault_act(const char *data_dir, vault_run *run, void *ctx, struct err *e) MUST_CHECK;
/* A look without changing anything; ERR_MISSING names the folder that has no hub. */
bool vault_look(const char *data_dir, vault_run *run, void *ctx, struct err *e) MUST_CHECK;

/* A read-only connection of one's own until given back; its answers are of the last commit. NULL: `e`. */
struct db *vault_reader(struct vault *v, struct err *e) MUST_CHECK;
void vault_reader_done(struct vault *v, struct db *db);

struct vault_load { int waiting; int64_t commits, jobs, longest_us; }; /* jobs posted and not yet done; since the start */
void vault_load_get(struct vault *v, struct vault_load *out);
#endif
