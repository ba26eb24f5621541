/* store.h - one data directory: opened, repaired if need be, closed. The front header of store/.
 *
 *   weike.db (SQLite, WAL, synchronous=FULL)   blobs/ab/abcd...   incoming/   trust/   backup/   weike.conf
 *
 * A struct store belongs to the thread that opened it (the UI thread). It holds that thread's read-only
 * connection (store_db) and the writer, whose thread owns the process's only read-write connection. Another
 * thread that wants to read opens its own with db_open_reader. SQLite is seen by no other folder. */
#ifndef WEIKE_STORE_STORE_H
#define WEIKE_STORE_STORE_H
#include "base/clock.h"
#include "base/err.h"
#include "store/db.h"
#include "store/writer.h"

#include <stdbool.h>
#include <stdint.h>

struct store_options {
    bool owner;      /* the kiosk itself: locks the directory, closes what a power cut left open, makes backups */
    bool threaded;   /* start the writer's thread; else writer_wait() and writer_step() do its work inline */
    const char *home_page;   /* of the actor's account in statements; NULL: the default of base/config */
    void (*wake)(void *ctx); /* after something was committed or failed; on the writer's thread; may only wake */
    void *ctx;
};

/* What was wrong with the data at start, and what was done. Show `text` to the technician when `happened`. */
struct store_repair {
    bool happened;
    bool unclean;              /* the last run was cut off; by itself no damage and nothing to show */
    bool journal_missing;      /* weike.db-wal of a cut-off run was gone: its last records may be missing */
    char damaged_path[256];    /* where the damaged file was kept; "" if none */
    int64_t backup_ms;         /* wall time of the backup that was restored; 0: none was used */
    int64_t records_restored;  /* statements in the backup */
    int64_t records_salvaged;  /* newer ones read out of the damaged file, each verified by its hash */
    int64_t records_missing;   /* gaps known to remain; -1: cannot be known */
    int courses_found;         /* courses a new or older database did not know, found again from their files */
    int viewings_closed;       /* viewings a power cut left open, now `abandoned` with what was truly played */
    char text[400];            /* one English sentence for the log and the technician */
};

/* $WEIKE_DATA; else /var/lib/weike where it exists and can be written; else $XDG_DATA_HOME/weike or
 * ~/.local/share/weike. Caller frees. */
char *store_default_dir(void);

/* Makes the directory on first use. ERR_REFUSED: another kiosk has it open. `repair` may be NULL. */
struct store *store_open(const char *dir, const struct store_options *options, struct store_repair *repair,
                         struct err *e) MUST_CHECK;
/* Commits what is waiting, and as owner makes a backup and marks the directory clean. NULL is fine. */
void store_close(struct store *s);

const char *store_dir(const struct store *s);
struct db *store_db(struct store *s);         /* the opening thread's read-only connection; borrowed */
struct writer *store_writer(struct store *s); /* borrowed */

/* No honest date lies before this: build time, or the newest date somebody vouched for. Any thread. */
int64_t store_clock_floor_ms(const struct store *s);
/* store_db as of all that anybody has posted until now: waits until it is saved. Whoever decides by what he reads, reads through
 * this. Not on the UI thread while something plays. */
struct db *store_read(struct store *s);
void store_clock(const struct store *s, struct clock_reading *out); /* clock_read with that floor */

struct health {
    uint64_t db_bytes, disk_free_bytes, disk_total_bytes;
    int64_t members, courses, lessons, viewings, answers;
    int lessons_to_come, lessons_repairing; /* of the courses here: still being fetched; damaged, to be fetched again */
    int64_t statements, waiting, quarantined; /* all ever made; not yet received above; damaged or refused */
    int64_t last_backup_ms;   /* wall time; 0: never */
    struct clock_reading clock;
    int io_errors;            /* disk errors met since the start: call the technician */
    bool disk_full;           /* a record met a full disk since the start */
    bool damaged;             /* damage was met while running; repaired at the next start */
};
bool store_health(struct store *s, struct health *out, struct err *e) MUST_CHECK;
/* The same for any thread, through a reader of its own. */
bool store_health_by(struct store *s, struct db *reader, struct health *out, struct err *e) MUST_CHECK;
#endif
