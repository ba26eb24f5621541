/* machine_log.h - what befell the machine: switched on and off, cut off, disk troubles, sticks, content that arrived. The
 * equipment and download registers are made of it. Facts are only added; posting returns at once, from any thread. */
#ifndef WEIKE_STORE_OUTBOX_MACHINE_LOG_H
#define WEIKE_STORE_OUTBOX_MACHINE_LOG_H
#include "base/clock.h"
#include "store/writer.h"

enum machine_kind { /* numbers are stored: add at the end only */
    MACHINE_START = 1,     /* the kiosk began */
    MACHINE_STOP,          /* and ended in order; amount: ms it ran */
    MACHINE_CUT,           /* the run before was cut off (power, crash); dated to its last sign of life where that is known */
    MACHINE_REPAIRED,      /* the database was damaged and put right; text: what was done */
    MACHINE_DISK_FULL,
    MACHINE_DISK_ERROR,    /* text: what failed */
    MACHINE_STICK_IN,      /* text: its name */
    MACHINE_STICK_OUT,
    MACHINE_CONTENT_LINK,  /* amount: bytes; text: course id, a space, version */
    MACHINE_CONTENT_STICK,
    MACHINE_CONTENT_FOLDER,
    MACHINE_RECORDS_STICK, /* records went out on a stick; amount: how many */
    MACHINE_KIND_COUNT
};
const char *machine_kind_name(enum machine_kind k); /* "start" … */

/* `text` NULL: "". Dated now by the writer's clock. */
uint64_t machine_log_post(struct writer *w, enum machine_kind kind, int64_t amount, const char *text);
/* At a start after a run that did not end in order: MACHINE_CUT, dated to the newest thing that was written before. */
uint64_t machine_log_cut(struct writer *w);

/* A course is whole, having come that way (MACHINE_CONTENT_*); a version is told once. */
bool machine_log_content(struct db *db, enum machine_kind how, const char *course_id, int64_t version, int64_t bytes,
                         struct err *e) MUST_CHECK;

struct machine_fact { int64_t seq; enum machine_kind kind; int64_t at_ms; enum clock_trust clock; int64_t amount; const char *text; };
/* In order of date, from_ms <= at < to_ms. `text` until visit returns; false stops. */
bool machine_log_each(struct db *db, int64_t from_ms, int64_t to_ms, bool (*visit)(void *ctx, const struct machine_fact *f),
                      void *ctx, struct err *e) MUST_CHECK;
#endif
