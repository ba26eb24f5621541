/* clock.h - time one can use without trusting the wall clock. Any thread.
 *
 * Durations and time-outs come from CLOCK_BOOTTIME only. Wall time is recorded beside it, with how far it
 * may be trusted, so that dates can be corrected later (SYNC design: "clock one need not trust"). */
#ifndef WEIKE_BASE_CLOCK_H
#define WEIKE_BASE_CLOCK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum clock_trust {
    CLOCK_FLOOR,  /* the wall clock contradicts what we know: dates are a lower bound only */
    CLOCK_RTC,    /* plausible, but nobody has vouched for it */
    CLOCK_SIGNED, /* the kernel says it is synchronised (adjtimex), or a signed token set it */
};

struct clock_reading {
    int64_t boot_ms;      /* CLOCK_BOOTTIME */
    int64_t wall_raw_ms;  /* CLOCK_REALTIME as read, Unix epoch */
    int64_t wall_ms;      /* best estimate: never below the floor */
    enum clock_trust trust;
    char boot_id[37];     /* /proc/sys/kernel/random/boot_id */
};

int64_t clock_boot_ms(void);
int64_t clock_boot_us(void);
/* `floor_ms`: no honest date can lie before it (build time, newest signed date seen). Dates after 2090 are
 * treated as wrong too: the reading is then the floor, marked CLOCK_FLOOR. */
void clock_read(int64_t floor_ms, struct clock_reading *out);
const char *clock_trust_name(enum clock_trust trust); /* "floor" "rtc" "signed" */
int64_t clock_build_floor_ms(void); /* the date of the last change to the sources */

/* RFC 3339 UTC with milliseconds, "2026-11-22T09:41:00.000Z"; out >= CLOCK_UTC_TEXT bytes. Needs no file of time zones and
 * takes no lock: the log is written also where no file can be opened. */
enum { CLOCK_UTC_TEXT = 25 };
void clock_format_utc(int64_t wall_ms, char *out, size_t size);
/* Local calendar of a wall time (TZ of the process). day is "YYYY-MM-DD" (out >= 11 bytes). */
void clock_local_day(int64_t wall_ms, char *day);
int64_t clock_local_day_number(int64_t wall_ms); /* the same day counted from 1970-01-01 = 0 */

/* Tests: replace what clock_* read. Pass NULL to go back. Not thread-safe against running readers. A faked clock has a
 * faked date of the build too (0: 2026-01-01), or a test with a date of its own would fail after the next commit. */
struct clock_fake { int64_t boot_ms, wall_ms, build_ms; };
void clock_set_fake(const struct clock_fake *fake); /* borrowed until replaced */
#endif
