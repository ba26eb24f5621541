#define _GNU_SOURCE
#define LOG_MODULE "store"
#include "store/store.h"
#include "base/config.h"
#include "base/fs.h"
#include "base/log.h"
#include "store/rescue/backup.h"
#include "store/library/catalogue.h"
#include "store/rescue/check.h"
#include "store/study/viewing.h"
#include "store/rescue/marker.h"
#include "store/rescue/repair.h"
#include "store/node.h"
#include "store/reserve.h"
#include "store/meeting/room.h"
#include "store/rescue/scrub.h"
#include "store/library/library.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    LOCK_WAIT_MS = 3000,        /* the kiosk lets a weikectl finish its opening or closing */
    CHECK_DELAY_MS = 60000,
    CLOSE_BACKUP_BYTES = 64 << 20, /* up to this size a backup at each close; above it only the writer's daily one */
};

struct store {
    char *dir;
    bool owner;
    int lock_fd; /* -1: not held */
    struct db *db;
    struct node *node;
    struct writer *writer;
    struct check *check;
    struct scrubber *scrubber;
};

char *store_default_dir(void)
{
    const char *set = getenv("WEIKE_DATA"), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (set && *set)
        return mem_dup(set);
    if (access("/var/lib/weike", W_OK | X_OK) == 0)
        return mem_dup("/var/lib/weike");
    if (data && *data == '/')
        return fs_join(data, "weike");
    return fs_join(home && *home ? home : "/tmp", ".local/share/weike");
}

/* ---- who may repair, back up and mark: one process at a time ---- */

static int lock_file(const char *dir, int wait_ms)
{
    char *path = fs_join(dir, "lock");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    free(path);
    while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || wait_ms <= 0) {
            close(fd);
            return -1;
        }
        nanosleep(&(struct timespec){ .tv_nsec = 20 * 1000000 }, NULL); /* flock has no time-out */
        wait_ms -= 20;
    }
    return fd;
}

static void unlock(struct store *s)
{
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    s->lock_fd = -1;
}

/* ---- opening ---- */

static bool make_folders(const char *dir, struct err *e)
{
    static const char *const folder[] = { "blobs", "incoming", "trust", "backup" };
    bool ok = fs_mkdirs(dir, e);
    for (size_t i = 0; ok && i < sizeof folder / sizeof *folder; i++) {
        char *path = fs_join(dir, folder[i]);
        ok = fs_mkdirs(path, e);
        free(path);
    }
    return ok;
}

static void read_home_page(const char *dir, const struct store_options *o, char out[200])
{
    struct config c;
    struct err e = ERR_INIT;
    char *path = fs_join(dir, "weike.conf");
    if (!o->home_page && !config_load(path, &c, &e))
        log_warn("%s", e.text);
    snprintf(out, 200, "%s", o->home_page ? o->home_page : c.home_page);
    free(path);
}

static bool close_abandoned(struct db *db, const char *home_page, struct store_repair *r, struct err *e)
{
    if (!db_begin(db, e))
        return false;
    if (!viewing_close_abandoned(db, home_page, &r->viewings_closed, e)) {
        db_rollback(db);
        return err_at(e, "closing what a power cut left open");
    }
    return db_commit(db, e);
}

/* A database that is new or was put back does not know the newest courses, but their files are here. */
static void find_courses(struct db *db, struct store_repair *r)
{
    struct err why = ERR_INIT;
    if (r->unclean && !library_recheck_damaged(db, &why))
        log_warn("%s", why.text);
    if (!catalogue_rebuild(db, &r->courses_found, &why))
        log_error("finding the courses again: %s", why.text);
    if (!r->courses_found)
        return;
    size_t n = strlen(r->text);
    snprintf(r->text + n, sizeof r->text - n, "%s%d courses were found again from their files.",
             r->happened ? " " : "The database was gone; members and records made before are not in the new one. ", r->courses_found);
    r->happened = true;
    log_error("%s", r->text);
}

/* The database ready for the writer. As keeper of the directory everything that a cut may have left is put right. */
static struct db *open_database(struct store *s, const char *home_page, struct store_repair *r, struct repair_check *check,
                                struct err *e)
{
    if (s->lock_fd < 0)
        return db_open_writer(s->dir, e);
    struct db *db = repair_open(s->dir, r, check, e);
    struct err why = ERR_INIT;
    if (db)
        find_courses(db, r);
    if (db && !close_abandoned(db, home_page, r, &why)) {
        /* A full or failing disk must not keep people from their lessons: the next start closes them. */
        log_warn("%s", why.text);
        if (why.kind == ERR_DAMAGED)
            marker_set_damaged(s->dir);
    }
    if (db && s->owner) {
        marker_clear_clean(s->dir);
        if (!reserve_make(s->dir, &why))
            log_warn("%s", why.text);
    }
    return db;
}

static bool start_writer(struct store *s, struct db *db, const struct store_options *o, const char *home_page,
                         const struct repair_check *check, struct err *e)
{
    struct clock_reading now;
    s->node = node_new(home_page, node_saved_floor(db));
    struct writer_options w = { .node = s->node, .threaded = o->threaded, .keeper = s->owner, .wake = o->wake, .ctx = o->ctx };
    clock_read(node_floor_ms(s->node), &now);
    bool due = s->owner && o->threaded && ((check->needed && !check->whole) || check_due(db, now.wall_ms));
    s->writer = writer_new(db, &w);
    s->db = db_open_reader(s->dir, e);
    if (s->db && s->owner && room_settle_due(s->db, &now))
        (void)room_settle(s->writer, &now);
    if (s->db && due)
        s->check = check_start(s->dir, s->writer, CHECK_DELAY_MS);
    if (s->db && s->owner && o->threaded)
        s->scrubber = scrubber_start(s->dir, s->writer, NULL);
    return s->db != NULL;
}

struct store *store_open(const char *dir, const struct store_options *options, struct store_repair *repair, struct err *e)
{
    struct store_repair r = { 0 };
    struct repair_check check = { .whole = true };
    char home_page[200];
    if (!make_folders(dir, e))
        return NULL;
    struct store *s = mem_alloc(sizeof *s);
    s->dir = mem_dup(dir);
    s->owner = options->owner;
    s->lock_fd = lock_file(dir, options->owner ? LOCK_WAIT_MS : 0);
    read_home_page(dir, options, home_page);
    struct db *db = NULL;
    if (s->owner && s->lock_fd < 0)
        err_set(e, ERR_REFUSED, "%s is in use by another Weike", dir);
    else
        db = open_database(s, home_page, &r, &check, e);
    if (!db || !start_writer(s, db, options, home_page, &check, e)) {
        store_close(s);
        return NULL;
    }
    if (!s->owner)
        unlock(s);
    if (repair)
        *repair = r;
    return s;
}

/* ---- closing ---- */

static uint64_t size_of(const char *dir, const char *name)
{
    struct stat st;
    char *path = fs_join(dir, name);
    uint64_t size = stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
    free(path);
    return size;
}

static void leave_tidy(struct store *s, struct db *db, bool changed)
{
    struct err e = ERR_INIT;
    bool small = size_of(s->dir, "weike.db") + size_of(s->dir, "weike.db-wal") <= CLOSE_BACKUP_BYTES;
    if (small && (changed || !backup_last_ms(s->dir)) && !backup_make(db, s->dir, &e))
        log_warn("%s", e.text);
    e = (struct err)ERR_INIT;
    /* Only a database that holds everything itself is clean; a reader elsewhere in the way leaves it to the next start. */
    if (!db_checkpoint(db, true, &e) || !marker_set_clean(s->dir, &e))
        log_warn("%s", e.text);
}

void store_close(struct store *s)
{
    if (!s)
        return;
    bool damaged = check_found_damage(s->check), changed = false;
    check_stop(s->check);
    scrubber_stop(s->scrubber);
    damaged |= s->db && db_damaged(s->db);
    db_close(s->db);
    if (s->writer) {
        struct db *db = writer_stop(s->writer, &changed);
        damaged |= db_damaged(db);
        if (s->lock_fd < 0 && changed)
            s->lock_fd = lock_file(s->dir, 0);
        if (damaged)
            marker_set_damaged(s->dir);
        else if (s->lock_fd >= 0 && (s->owner || changed))
            leave_tidy(s, db, changed);
        db_close(db);
        writer_free(s->writer);
        room_backlog_free(*node_rooms(s->node));
    }
    node_free(s->node);
    unlock(s);
    free(s->dir);
    free(s);
}

/* ---- looking ---- */

const char *store_dir(const struct store *s)
{
    return s->dir;
}

struct db *store_db(struct store *s)
{
    return s->db;
}

struct db *store_read(struct store *s)
{
    struct err e = ERR_INIT;
    if (!writer_wait(s->writer, writer_newest(s->writer), &e))
        log_debug("the newest job was not saved: %s", e.text);
    return s->db;
}

struct writer *store_writer(struct store *s)
{
    return s->writer;
}

int64_t store_clock_floor_ms(const struct store *s)
{
    int64_t built = clock_build_floor_ms(), seen = node_floor_ms(s->node);
    return seen > built ? seen : built;
}

void store_clock(const struct store *s, struct clock_reading *out)
{
    clock_read(store_clock_floor_ms(s), out);
}

bool store_health_by(struct store *s, struct db *reader, struct health *out, struct err *e)
{
    struct health h = { 0 };
    const struct { const char *name; int64_t *value; } field[] = {
        { "member", &h.members },   { "course", &h.courses },       { "lesson", &h.lessons },   { "viewing", &h.viewings },
        { "answer", &h.answers },   { "statement", &h.statements }, { "waiting", &h.waiting },  { "quarantined", &h.quarantined },
    };
    struct query q = db_query(reader, "SELECT name, value FROM counter");
    while (query_row(&q))
        for (size_t i = 0; i < sizeof field / sizeof *field; i++)
            if (!strcmp(field[i].name, query_col_text(&q, 0)))
                *field[i].value = query_col_int(&q, 1);
    struct library_gaps gaps;
    if (!query_end(&q, e) || !library_gaps(reader, &gaps, e) || !fs_space(s->dir, &h.disk_free_bytes, &h.disk_total_bytes, e))
        return false;
    h.lessons_to_come = gaps.to_come;
    h.lessons_repairing = gaps.repairing;
    h.db_bytes = size_of(s->dir, "weike.db") + size_of(s->dir, "weike.db-wal");
    h.last_backup_ms = backup_last_ms(s->dir);
    store_clock(s, &h.clock);
    struct writer_troubles t = writer_troubles(s->writer);
    h.io_errors = t.io_errors;
    h.disk_full = t.disk_full;
    h.damaged = t.damaged || db_damaged(reader) || check_found_damage(s->check);
    *out = h;
    return true;
}

bool store_health(struct store *s, struct health *out, struct err *e)
{
    return store_health_by(s, s->db, out, e);
}
