/* db.h - one SQLite connection with its prepared statements; the only code that calls SQLite. One thread each.
 *
 * SQL is constant text: a `struct query` is prepared once per connection and found again by the address of
 * its text. Functions that read use whatever connection they are given: a reader's, or the writer's own. */
#ifndef WEIKE_STORE_DB_H
#define WEIKE_STORE_DB_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;

/* Read-only; fails with ERR_MISSING if the directory has no database yet. */
struct db *db_open_reader(const char *dir, struct err *e) MUST_CHECK;
/* Read-write, made and migrated if need be. Only store.c and tools that have no writer call this. */
struct db *db_open_writer(const char *dir, struct err *e) MUST_CHECK;
void db_close(struct db *db); /* NULL is fine */
const char *db_dir(const struct db *db);
struct sqlite3 *db_handle(struct db *db); /* for backup.c */

/* A database file of another kind with its own tables (weike-hub's hub.db): WAL, synchronous=FULL and the fault hook
 * as for weike.db. Writable: made and migrated if need be. Else read-only, and ERR_MISSING if it is not there. A file
 * of another application id is ERR_UNSUPPORTED. `schema`: store/schema.h. */
struct schema;
struct db *db_open_schema(const char *path, const struct schema *schema, bool writable, struct err *e) MUST_CHECK;

/* Any database file (a backup, a damaged one) for looking into; nothing is migrated. */
struct db *db_open_file(const char *path, bool writable, struct err *e) MUST_CHECK;

/* Has this connection met SQLITE_CORRUPT or SQLITE_NOTADB? */
bool db_damaged(const struct db *db);

bool db_exec(struct db *db, const char *sql, struct err *e) MUST_CHECK; /* no rows, no values */
bool db_begin(struct db *db, struct err *e) MUST_CHECK;                 /* BEGIN IMMEDIATE */
bool db_commit(struct db *db, struct err *e) MUST_CHECK;                /* on failure everything is rolled back */
void db_rollback(struct db *db);
int64_t db_changes(struct db *db); /* rows changed by the last statement */
int64_t db_last_id(struct db *db); /* rowid of the last insert */
/* Moves the journal into weike.db. `empty`: and cuts the journal to nothing (needs no reader in the way). */
bool db_checkpoint(struct db *db, bool empty, struct err *e) MUST_CHECK;
/* PRAGMA quick_check, giving up after `budget_ms` (0: no limit). *sound is false only if damage was found; *whole
 * says whether everything was looked at. */
void db_interrupt(struct db *db); /* any thread: the query under way ends with ERR_CANCELLED */
bool db_check(struct db *db, int64_t budget_ms, bool *sound, bool *whole, struct err *e) MUST_CHECK;

/* A statement being bound and stepped. db_query() must be ended by query_end() (or query_run, which does both)
 * before the same SQL is used again. Binding is by position, from 1, in order of the query_* calls. */
struct query {
    struct db *db;
    void *stmt; /* sqlite3_stmt, cached by db */
    int next;   /* parameter to bind next */
    bool failed;
};
/* `sql` must be a string literal: it is kept by address. On failure the query is dead: further calls do nothing,
 * query_row and query_end return false with the reason. */
struct query db_query(struct db *db, const char *sql);
void query_int(struct query *q, int64_t value);
void query_num(struct query *q, double value);
void query_text(struct query *q, const char *text);             /* borrowed until query_end; NULL binds NULL */
void query_text_len(struct query *q, const char *text, size_t len); /* the same, of `len` bytes; no NUL in or behind them is needed */
void query_blob(struct query *q, const void *data, size_t len); /* borrowed until query_end */
bool query_row(struct query *q);                                /* true while there is a row */
bool query_end(struct query *q, struct err *e) MUST_CHECK;      /* false if anything failed on the way */
bool query_run(struct query *q, struct err *e) MUST_CHECK;      /* for statements without rows */
int64_t query_col_int(struct query *q, int col);                /* columns count from 0 */
double query_col_num(struct query *q, int col);
const char *query_col_text(struct query *q, int col);           /* never NULL; until the next query_row */
const void *query_col_blob(struct query *q, int col, size_t *len);
bool query_col_null(struct query *q, int col);
void query_value(struct query *to, struct query *from, int col); /* binds a column of another query, as it is */
void query_copy_text(struct query *q, int col, char *out, size_t size); /* cut to size */
#endif
