#define _GNU_SOURCE
#define LOG_MODULE "db"
#include "store/db.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "store/schema.h"
#include "store/vfs.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SLOT_COUNT = 512 /* a power of two, well above the number of SQL texts in the program */ };

struct slot {
    const char *sql; /* the literal's address is the key */
    sqlite3_stmt *stmt;
    bool busy;
};

struct db {
    sqlite3 *handle;
    char *dir;
    bool damaged;
    _Atomic bool inside; /* a thread is in SQLite with it: a second one there would be our own mistake */
    struct err err; /* first failure of the query under way */
    int64_t check_deadline_ms;
    struct slot slot[SLOT_COUNT];
};

static enum err_kind kind_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_FULL: return ERR_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ERR_DAMAGED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CONSTRAINT: return ERR_REFUSED;
    case SQLITE_INTERRUPT: return ERR_CANCELLED;
    case SQLITE_TOOBIG: return ERR_TOO_BIG;
    case SQLITE_CANTOPEN: return errno == ENOENT ? ERR_MISSING : ERR_IO;
    default: return ERR_IO;
    }
}

/* Connections have no lock of their own (SQLITE_OPEN_NOMUTEX): two threads in one read each other's pages. Relaxed, because the mark
 * must order nothing: what one thread leaves to another without a lock is to be seen by MODE=tsan even when they do not meet. */
static void go_in(struct db *db)
{
    bool taken = atomic_exchange_explicit(&db->inside, true, memory_order_relaxed);
    assert(!taken);
}

static void come_out(struct db *db)
{
    atomic_store_explicit(&db->inside, false, memory_order_relaxed);
}

static bool fail(struct db *db, int rc, const char *what, struct err *e)
{
    if (rc == SQLITE_NOMEM)
        abort(); /* as everywhere: the supervisor restarts us */
    if (kind_of(rc) == ERR_DAMAGED)
        db->damaged = true;
    const char *text = db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc);
    return err_set(e, kind_of(rc), "database: %s (%.60s)", text, what);
}

static struct db *open_path(const char *path, int flags, struct err *e)
{
    struct db *db = mem_alloc(sizeof *db);
    int rc = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, vfs_name());
    if (rc == SQLITE_OK) {
        sqlite3_extended_result_codes(db->handle, 1);
        sqlite3_busy_timeout(db->handle, 5000);
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        return db;
    }
    if (!(flags & SQLITE_OPEN_CREATE) && !fs_exists(path))
        err_set(e, ERR_MISSING, "there is no database %s", path);
    else if (!fail(db, rc, path, e))
        err_at(e, "%s", path);
    sqlite3_close_v2(db->handle);
    free(db);
    return NULL;
}

struct db *db_open_file(const char *path, bool writable, struct err *e)
{
    return open_path(path, writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY, e);
}

static struct db *open_in(const char *dir, int flags, struct err *e)
{
    char *path = fs_join(dir, "weike.db");
    struct db *db = open_path(path, flags, e);
    free(path);
    if (db)
        db->dir = mem_dup(dir);
    return db;
}

static bool prepare_reader(struct db *db, struct err *e)
{
    return db_exec(db, "PRAGMA cache_size = -2000", e);
}

static bool prepare_writer(struct db *db, struct err *e)
{
    /* WAL and FULL: with any other pair an acknowledged record was lost in measured power cuts (WAL+NORMAL in 224 of
     * 500 states, DELETE+FULL in 156), with this one in none. */
    static const char setup[] = "PRAGMA journal_mode = WAL;"
                                "PRAGMA synchronous = FULL;"
                                "PRAGMA foreign_keys = ON;"
                                "PRAGMA secure_delete = OFF;" /* flash cannot overwrite in place anyway */
                                "PRAGMA wal_autocheckpoint = 500;"
                                "PRAGMA journal_size_limit = 4194304;"
                                "PRAGMA cache_size = -4000";
    int keep = 1; /* weike.db-wal stays, emptied, after a close: so a missing one always means that somebody took it */
    sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
    return db_exec(db, setup, e);
}

static struct db *or_close(struct db *db, bool ok)
{
    if (ok)
        return db;
    db_close(db);
    return NULL;
}

struct db *db_open_reader(const char *dir, struct err *e)
{
    struct db *db = open_in(dir, SQLITE_OPEN_READONLY, e);
    return db ? or_close(db, prepare_reader(db, e)) : NULL;
}

struct db *db_open_writer(const char *dir, struct err *e)
{
    struct db *db = open_in(dir, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, e);
    return db ? or_close(db, prepare_writer(db, e) && schema_migrate(db, e)) : NULL;
}

static bool is_of(struct db *db, const char *path, const struct schema *schema, bool may_be_new, struct err *e)
{
    struct query q = db_query(db, "PRAGMA application_id");
    int64_t id = query_row(&q) ? query_col_int(&q, 0) : 0;
    if (!query_end(&q, e))
        return false;
    return id == schema->application_id || (id == 0 && may_be_new) ||
           err_set(e, ERR_UNSUPPORTED, "%s is a database of another program", path);
}

struct db *db_open_schema(const char *path, const struct schema *schema, bool writable, struct err *e)
{
    struct db *db = open_path(path, writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY, e);
    if (!db)
        return NULL;
    bool ok = is_of(db, path, schema, writable, e) &&
              (writable ? prepare_writer(db, e) && schema_apply(db, schema, e) : prepare_reader(db, e));
    return or_close(db, ok);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (int i = 0; i < SLOT_COUNT; i++) {
        assert(!db->slot[i].busy);
        sqlite3_finalize(db->slot[i].stmt);
    }
    sqlite3_close(db->handle);
    free(db->dir);
    free(db);
}

const char *db_dir(const struct db *db)
{
    return db->dir ? db->dir : "";
}

struct sqlite3 *db_handle(struct db *db)
{
    return db->handle;
}

bool db_damaged(const struct db *db)
{
    return db->damaged;
}

bool db_exec(struct db *db, const char *sql, struct err *e)
{
    go_in(db);
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    come_out(db);
    return rc == SQLITE_OK || fail(db, rc, sql, e);
}

bool db_begin(struct db *db, struct err *e)
{
    return db_exec(db, "BEGIN IMMEDIATE", e);
}

bool db_commit(struct db *db, struct err *e)
{
    if (db_exec(db, "COMMIT", e)) /* the commit point: SQLite has fsync'd the journal when this returns */
        return true;
    db_rollback(db);
    return false;
}

void db_rollback(struct db *db)
{
    if (!sqlite3_get_autocommit(db->handle)) /* after some errors SQLite has rolled back by itself */
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

int64_t db_changes(struct db *db)
{
    return sqlite3_changes64(db->handle);
}

int64_t db_last_id(struct db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

bool db_checkpoint(struct db *db, bool empty, struct err *e)
{
    int mode = empty ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int rc = sqlite3_wal_checkpoint_v2(db->handle, NULL, mode, NULL, NULL);
    return rc == SQLITE_OK || fail(db, rc, "checkpoint", e);
}

void db_interrupt(struct db *db)
{
    sqlite3_interrupt(db->handle);
}

static int past_deadline(void *ctx)
{
    struct db *db = ctx;
    return clock_boot_ms() >= db->check_deadline_ms;
}

bool db_check(struct db *db, int64_t budget_ms, bool *sound, bool *whole, struct err *e)
{
    struct err why = ERR_INIT;
    db->check_deadline_ms = clock_boot_ms() + budget_ms;
    if (budget_ms > 0)
        sqlite3_progress_handler(db->handle, 2000, past_deadline, db);
    struct query q = db_query(db, "PRAGMA quick_check(1)");
    bool answered = query_row(&q), fine = answered && !strcmp(query_col_text(&q, 0), "ok");
    if (answered && !fine)
        log_error("quick_check: %.*s", (int)strcspn(query_col_text(&q, 0), "\n"), query_col_text(&q, 0));
    bool ok = query_end(&q, &why);
    sqlite3_progress_handler(db->handle, 0, NULL, NULL);
    if (!ok && why.kind != ERR_CANCELLED && why.kind != ERR_DAMAGED) {
        if (e)
            *e = why;
        return false;
    }
    *whole = ok || why.kind == ERR_DAMAGED;
    *sound = ok ? fine : why.kind == ERR_CANCELLED;
    return true;
}

/* ---- queries ---- */

static struct slot *slot_for(struct db *db, const char *sql)
{
    size_t i = ((uintptr_t)sql >> 3) * 0x9e3779b97f4a7c15u >> 32;
    for (int tries = 0; tries < SLOT_COUNT; tries++, i++) {
        struct slot *s = &db->slot[i & (SLOT_COUNT - 1)];
        if (s->sql == sql || !s->sql)
            return s;
    }
    abort(); /* more SQL texts than slots: our own mistake */
}

struct query db_query(struct db *db, const char *sql)
{
    struct query q = { .db = db, .next = 1 };
    struct slot *s = slot_for(db, sql);
    assert(!s->busy); /* the same SQL twice at once: the first was not ended */
    if (!s->sql) {
        go_in(db);
        int rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->stmt, NULL);
        come_out(db);
        if (rc != SQLITE_OK) {
            fail(db, rc, sql, &db->err);
            q.failed = true;
            return q;
        }
        s->sql = sql;
    }
    s->busy = true;
    q.stmt = s;
    return q;
}

static sqlite3_stmt *stmt_of(struct query *q)
{
    return ((struct slot *)q->stmt)->stmt;
}

static void bound(struct query *q, int rc)
{
    if (rc == SQLITE_OK)
        return;
    fail(q->db, rc, "binding", &q->db->err);
    q->failed = true;
}

void query_int(struct query *q, int64_t value)
{
    if (!q->failed)
        bound(q, sqlite3_bind_int64(stmt_of(q), q->next++, value));
}

void query_num(struct query *q, double value)
{
    if (!q->failed)
        bound(q, sqlite3_bind_double(stmt_of(q), q->next++, value));
}

void query_text(struct query *q, const char *text)
{
    if (!q->failed)
        bound(q, sqlite3_bind_text(stmt_of(q), q->next++, text, -1, SQLITE_STATIC));
}

void query_text_len(struct query *q, const char *text, size_t len)
{
    if (!q->failed)
        bound(q, sqlite3_bind_text64(stmt_of(q), q->next++, text, len, SQLITE_STATIC, SQLITE_UTF8));
}

void query_blob(struct query *q, const void *data, size_t len)
{
    if (!q->failed)
        bound(q, sqlite3_bind_blob64(stmt_of(q), q->next++, data, len, SQLITE_STATIC));
}

void query_value(struct query *to, struct query *from, int col)
{
    if (!to->failed)
        bound(to, sqlite3_bind_value(stmt_of(to), to->next++, sqlite3_column_value(stmt_of(from), col)));
}

bool query_row(struct query *q)
{
    if (q->failed)
        return false;
    go_in(q->db);
    int rc = sqlite3_step(stmt_of(q));
    come_out(q->db);
    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE) {
        fail(q->db, rc, ((struct slot *)q->stmt)->sql, &q->db->err);
        q->failed = true;
    }
    return false;
}

bool query_end(struct query *q, struct err *e)
{
    if (q->stmt) {
        sqlite3_reset(stmt_of(q));
        sqlite3_clear_bindings(stmt_of(q));
        ((struct slot *)q->stmt)->busy = false;
        q->stmt = NULL;
    }
    if (!q->failed)
        return true;
    if (e)
        *e = q->db->err;
    return false;
}

bool query_run(struct query *q, struct err *e)
{
    while (query_row(q))
        ;
    return query_end(q, e);
}

int64_t query_col_int(struct query *q, int col)
{
    return sqlite3_column_int64(stmt_of(q), col);
}

double query_col_num(struct query *q, int col)
{
    return sqlite3_column_double(stmt_of(q), col);
}

const char *query_col_text(struct query *q, int col)
{
    const char *text = (const char *)sqlite3_column_text(stmt_of(q), col);
    return text ? text : "";
}

const void *query_col_blob(struct query *q, int col, size_t *len)
{
    const void *data = sqlite3_column_blob(stmt_of(q), col);
    *len = (size_t)sqlite3_column_bytes(stmt_of(q), col);
    return data;
}

bool query_col_null(struct query *q, int col)
{
    return sqlite3_column_type(stmt_of(q), col) == SQLITE_NULL;
}

void query_copy_text(struct query *q, int col, char *out, size_t size)
{
    const char *text = query_col_text(q, col);
    size_t n = strlen(text);
    if (n >= size) { /* cut before the first byte of a character */
        n = size - 1;
        while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
            n--;
    }
    memcpy(out, text, n);
    out[n] = 0;
}
