#define _GNU_SOURCE
#define LOG_MODULE "repair"
#include "store/rescue/repair.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "store/rescue/backup.h"
#include "store/library/catalogue.h"
#include "store/rescue/marker.h"
#include "store/rescue/salvage.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    START_BUDGET_MS = 250, /* of checking after a cut; a database this size or smaller is read whole: about 100 MB/s */
    COPY_BYTES = 1 << 20,
    PAGE_1 = 4096,
};

/* ---- the state of the file ---- */

static bool has_file(const char *dir, const char *name)
{
    char *path = fs_join(dir, name);
    bool there = fs_exists(path);
    free(path);
    return there;
}

/* SQLite file format §1.3: the first 16 bytes, and a page size we use. An empty or missing file is not sound. */
static bool header_is_sound(const char *path)
{
    unsigned char head[100];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head && !memcmp(head, "SQLite format 3", 16);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool is_empty(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 || st.st_size == 0;
}

static bool has_backup(const char *dir)
{
    return backup_last_ms(dir) != 0;
}

/* ---- looking into an opened database ---- */

/* A few pages: the schema, the counters, the newest rows. Costs the same with a million records. */
static bool probe(struct db *db, struct err *e)
{
    static const char *const sql[] = {
        "SELECT value FROM counter",
        "SELECT seq, id FROM statement ORDER BY seq DESC LIMIT 1",
        "SELECT seq, id FROM viewing ORDER BY seq DESC LIMIT 1",
        "SELECT seq, id FROM attempt ORDER BY seq DESC LIMIT 1",
        "SELECT id, name FROM member LIMIT 1",
        "SELECT id, title FROM package LIMIT 1",
    };
    for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
        struct query q = db_query(db, sql[i]);
        if (!query_run(&q, e))
            return false;
    }
    return schema_complete(db, e);
}

static bool look(struct db *db, bool clean, bool thorough, struct repair_check *check, struct err *e)
{
    bool sound = true;
    *check = (struct repair_check){ .needed = !clean, .whole = false };
    if (!probe(db, e))
        return false;
    if (clean && !thorough)
        return true;
    if (!db_check(db, thorough ? 0 : START_BUDGET_MS, &sound, &check->whole, e))
        return false;
    return sound || err_set(e, ERR_DAMAGED, "the database is damaged");
}

/* ---- restoring ---- */

static bool copy_file(const char *from, const char *to, struct err *e)
{
    int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
    if (in < 0)
        return err_errno(e, "opening %s", from);
    out = open(to, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool ok = out >= 0 || err_errno(e, "creating %s", to);
    char *buffer = mem_alloc(COPY_BYTES);
    for (ssize_t n = 1; ok && n > 0;) {
        n = read(in, buffer, COPY_BYTES);
        ok = n >= 0 ? fs_write_all(out, buffer, (size_t)n, e) : err_errno(e, "reading %s", from);
    }
    ok = ok && fs_sync_fd(out, e);
    free(buffer);
    close(in);
    if (out >= 0)
        close(out);
    if (!ok)
        unlink(to);
    return ok;
}

static bool move(const char *dir, const char *from, const char *to, struct err *e)
{
    char *a = fs_join(dir, from), *b = fs_join(dir, to);
    bool ok = !fs_exists(a) || fs_rename(a, b, e);
    free(a);
    free(b);
    return ok;
}

static bool set_aside(const char *dir, char *name, size_t size, struct err *e)
{
    if (!marker_restoring(dir, name, size)) {
        int n = 1;
        do
            snprintf(name, size, "weike.db.damaged-%d", n++);
        while (has_file(dir, name));
        if (!marker_set_restoring(dir, name, e))
            return false;
    }
    if (has_file(dir, name)) /* an earlier run got this far: weike.db, if there, is already the new one */
        return true;
    char wal[80];
    snprintf(wal, sizeof wal, "%s-wal", name);
    char *shm = fs_join(dir, "weike.db-shm");
    bool ok = fs_unlink(shm, e) && move(dir, "weike.db-wal", wal, e) && move(dir, "weike.db", name, e) && fs_sync_dir(dir, e);
    free(shm);
    return ok;
}

static void drop_with_journal(const char *path)
{
    static const char *const suffix[] = { "", "-wal", "-shm" };
    for (int i = 0; i < 3; i++) {
        char *file = mem_printf("%s%s", path, suffix[i]);
        unlink(file);
        free(file);
    }
}

static bool backup_is_sound(const char *path)
{
    bool sound = false, whole = false;
    struct err e = ERR_INIT;
    struct db *db = db_open_file(path, true, &e);
    bool ok = db && db_check(db, 0, &sound, &whole, &e) && sound;
    if (!ok)
        log_warn("%s: %s", path, *e.text ? e.text : "damaged too");
    db_close(db);
    return ok;
}

/* Copies the newest good backup to weike.db. *used_ms 0: there is none, and weike.db does not exist. */
static bool take_backup(const char *dir, int64_t *used_ms, struct err *e)
{
    char *fresh = fs_join(dir, "weike.db.restore"), *db = fs_join(dir, "weike.db");
    bool ok = true;
    *used_ms = 0;
    for (int age = 0; ok && age < BACKUP_KEPT && !*used_ms; age++) {
        char *path = backup_path(dir, age);
        struct stat st;
        if (stat(path, &st) == 0 && header_is_sound(path)) {
            ok = copy_file(path, fresh, e);
            if (ok && backup_is_sound(fresh)) {
                ok = fs_rename(fresh, db, e) && fs_sync_dir(dir, e);
                *used_ms = (int64_t)st.st_mtim.tv_sec * 1000;
            }
        }
        free(path);
    }
    drop_with_journal(fresh);
    free(fresh);
    free(db);
    return ok;
}

/* A file whose first page is gone can be read again with the first page of a backup: the places of the tables are the
 * same unless the program was upgraded in between. Made on a copy; the damaged file itself stays as it is. */
static bool graft_header(const char *dir, const char *work, struct err *e)
{
    unsigned char page[PAGE_1];
    char *backup = backup_path(dir, 0);
    int in = open(backup, O_RDONLY | O_CLOEXEC), out = open(work, O_WRONLY | O_CLOEXEC);
    bool ok = in >= 0 && out >= 0 && pread(in, page, sizeof page, 0) == (ssize_t)sizeof page;
    if (ok) {
        memset(page + 92, 0xff, 4); /* version-valid-for: makes SQLite take the size of the file, not the one noted here */
        ok = pwrite(out, page, sizeof page, 0) == (ssize_t)sizeof page;
    }
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    free(backup);
    return ok || err_set(e, ERR_DAMAGED, "the damaged database has no readable first page");
}

static bool copy_journal(const char *path, const char *work, struct err *e)
{
    char *from = mem_printf("%s-wal", path), *to = mem_printf("%s-wal", work);
    bool ok = !fs_exists(from) || copy_file(from, to, e);
    free(from);
    free(to);
    return ok;
}

/* The damaged file, opened for reading; NULL with a reason if nothing can be read from it. */
static struct db *open_damaged(const char *dir, const char *name, char **work, struct err *e)
{
    char *path = fs_join(dir, name);
    struct db *db = NULL;
    *work = NULL;
    if (header_is_sound(path)) {
        db = db_open_file(path, false, e);
    } else if (is_empty(path)) {
        err_set(e, ERR_DAMAGED, "the damaged database is empty");
    } else {
        *work = fs_join(dir, "weike.db.salvage");
        if (copy_file(path, *work, e) && copy_journal(path, *work, e) && graft_header(dir, *work, e))
            db = db_open_file(*work, true, e);
    }
    free(path);
    return db;
}

static void close_damaged(struct db *db, const char *dir, const char *name, char *work)
{
    db_close(db);
    if (work)
        drop_with_journal(work);
    free(work);
    char *shm = mem_printf("%s/%s-shm", dir, name);
    unlink(shm);
    free(shm);
}

static bool carry_over(struct db *into, const char *dir, const char *name, struct store_repair *out, struct err *e)
{
    struct err why = ERR_INIT;
    char *work;
    struct salvage s = { .missing = -1 };
    struct db *from = open_damaged(dir, name, &work, &why);
    bool ok = !from || salvage_run(into, from, &s, e);
    if (!from)
        log_warn("%s", why.text);
    close_damaged(from, dir, name, work);
    out->records_salvaged = s.records;
    out->records_missing = s.missing;
    return ok;
}

static int64_t count_statements(struct db *db)
{
    struct query q = db_query(db, "SELECT value FROM counter WHERE name = 'statement'");
    int64_t n = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, NULL) ? n : 0;
}

static void describe(struct store_repair *r, const char *name)
{
    char when[40] = "", missing[80] = "it cannot be known whether records are missing";
    if (r->backup_ms)
        clock_format_utc(r->backup_ms, when, sizeof when);
    if (r->records_missing >= 0)
        snprintf(missing, sizeof missing, "%lld records are missing", (long long)r->records_missing);
    if (r->backup_ms)
        snprintf(r->text, sizeof r->text,
                 "The database was damaged. The backup of %s was put in its place (%lld records), %lld newer records were saved out "
                 "of the damaged file, %s. The damaged file is kept as %s.",
                 when, (long long)r->records_restored, (long long)r->records_salvaged, missing, name);
    else
        snprintf(r->text, sizeof r->text,
                 "The database was damaged and there is no good backup. A new one was begun, %lld records were saved out of the "
                 "damaged file, %s. The damaged file is kept as %s.",
                 (long long)r->records_salvaged, missing, name);
    log_error("%s", r->text);
}

/* The chain of records goes on behind the leap as if nothing had been between: that something may have been is said there. */
static bool note_lost(struct db *db, struct err *e)
{
    struct clock_reading now;
    clock_read(clock_build_floor_ms(), &now);
    struct query q = db_query(db, "INSERT OR IGNORE INTO chain_gap (seq, after_seq, at_ms) SELECT s.seq + 1,"
                                  " (SELECT ifnull(max(seq), 0) FROM statement), ? FROM sqlite_sequence s WHERE s.name = 'statement'");
    query_int(&q, now.wall_ms);
    return query_run(&q, e);
}

/* Records that were sealed and sent, but are not in what was restored, had numbers that must never be given again: a
 * receipt for them would pass for one of the new records. A million is more than a terminal makes between two backups; numbers
 * without a record harm nobody. Done again after a cut it only leaps again. */
static bool leap(struct db *db, bool whole, struct err *e)
{
    return db_begin(db, e) &&
           ((db_exec(db,
                     "INSERT INTO sqlite_sequence (name, seq) SELECT 'statement', 0"
                     " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'statement');"
                     "UPDATE sqlite_sequence SET seq = seq + 1000000 WHERE name = 'statement';"
                     "INSERT OR REPLACE INTO setting (key, value)"
                     " SELECT 'seq_leapt_to', seq FROM sqlite_sequence WHERE name = 'statement'", e) &&
             (whole || note_lost(db, e)) && db_commit(db, e)) || (db_rollback(db), false));
}

static struct db *restore(const char *dir, struct store_repair *out, struct err *e)
{
    char name[64];
    if (!set_aside(dir, name, sizeof name, e))
        return NULL;
    /* After a cut the new weike.db may be there already, with some or all of the rest carried over: that is repeated,
     * and every step of it gives the same result twice. */
    bool begun = has_file(dir, "weike.db");
    if (!begun && !take_backup(dir, &out->backup_ms, e))
        return NULL;
    if (begun)
        out->backup_ms = backup_last_ms(dir);
    struct db *db = db_open_writer(dir, e);
    if (!db)
        return NULL;
    out->happened = true;
    out->records_restored = count_statements(db);
    snprintf(out->damaged_path, sizeof out->damaged_path, "%s/%s", dir, name);
    if (!carry_over(db, dir, name, out, e) || !leap(db, out->records_missing == 0, e) || !catalogue_doubt(db, e) || !marker_clear_restoring(dir, e)) {
        db_close(db);
        return NULL;
    }
    marker_clear_damaged(dir);
    describe(out, name);
    return db;
}

/* ---- a journal that somebody deleted ---- */

static int64_t newest_seq(struct db *db)
{
    struct query q = db_query(db, "SELECT seq FROM sqlite_sequence WHERE name = 'statement'");
    int64_t seq = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, NULL) ? seq : 0;
}

/* Commits that were only in the journal are gone; a backup made since the last checkpoint may still have some. */
static bool fill_from_backup(struct db *db, const char *dir, struct store_repair *out, struct err *e)
{
    char *path = backup_path(dir, 0);
    struct err why = ERR_INIT;
    struct db *from = header_is_sound(path) ? db_open_file(path, false, &why) : NULL;
    struct salvage s = { .missing = -1 };
    bool ok = true;
    if (from && newest_seq(from) > newest_seq(db))
        ok = salvage_run(db, from, &s, e);
    ok = ok && leap(db, false, e) && catalogue_doubt(db, e);
    db_close(from);
    free(path);
    out->happened = true;
    out->records_salvaged = s.records;
    out->records_missing = -1;
    snprintf(out->text, sizeof out->text,
             "The journal of the last run (weike.db-wal) was gone. The database is whole up to its last checkpoint, %lld records "
             "came back from the backup; the last records before the cut may be missing.", (long long)s.records);
    log_error("%s", out->text);
    return ok;
}

/* ---- opening ---- */

static struct db *open_existing(const char *dir, bool clean, struct store_repair *out, struct repair_check *check, struct err *e)
{
    struct err why = ERR_INIT;
    bool thorough = marker_is_damaged(dir), had_wal = has_file(dir, "weike.db-wal");
    struct db *db = db_open_writer(dir, &why);
    if (db && !look(db, clean, thorough, check, &why)) {
        db_close(db);
        db = NULL;
    }
    if (!db && why.kind == ERR_DAMAGED)
        return restore(dir, out, e);
    if (!db) {
        if (e)
            *e = why;
        return NULL;
    }
    if (thorough)
        marker_clear_damaged(dir); /* read whole, and sound: the read error that was met has passed */
    out->journal_missing = !clean && !had_wal && newest_seq(db) > 0;
    if (out->journal_missing && !fill_from_backup(db, dir, out, e)) {
        db_close(db);
        return NULL;
    }
    return db;
}

struct db *repair_open(const char *dir, struct store_repair *out, struct repair_check *check, struct err *e)
{
    char name[64];
    *out = (struct store_repair){ 0 };
    *check = (struct repair_check){ .needed = false, .whole = true };
    if (marker_restoring(dir, name, sizeof name))
        return restore(dir, out, e);
    char *path = fs_join(dir, "weike.db");
    bool empty = is_empty(path), sound = header_is_sound(path), clean = marker_is_clean(dir);
    free(path);
    if (empty && !has_backup(dir) && !has_file(dir, "weike.db.damaged-1"))
        return db_open_writer(dir, e); /* the first start */
    out->unclean = !clean;
    return sound ? open_existing(dir, clean, out, check, e) : restore(dir, out, e);
}
