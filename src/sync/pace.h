/* pace.h - when to try the link, and how much may flow: pure decisions on values the caller gives. Any thread.
 *
 * Measured for this design: doubling waits without chance let 8,500 of 10,000 kiosks wait for two hours after an outage;
 * a start spread over 10 min and tries every 5-15 min at random served 99 % in 14 min (tests/bench/herd.c runs this code). */
#ifndef WEIKE_SYNC_PACE_H
#define WEIKE_SYNC_PACE_H
#include "base/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PACE_SPLAY_S = 600,                 /* after a start, when a window opens, or when a whole district's link comes back */
    PACE_LINK_S = 30,                   /* a link where there was none for long: soon, but not all at once */
    PACE_SETTLE_S = 120,                /* links that appear so soon after the start belong to it */
    PACE_USED_TO_IT_S = 7200,           /* the last contact is younger: this place has a link, and loses nothing by the splay */
    PACE_RETRY_MIN_S = 300, PACE_RETRY_MAX_S = 900,
    PACE_POLL_MIN_S = 3000, PACE_POLL_MAX_S = 4200, /* after success, nothing waiting */
    PACE_RECORDS_MIN_S = 300, PACE_RECORDS_MAX_S = 600, /* new records where the link is known to work: gathered, then sent */
    PACE_RETRY_AFTER_MAX_S = 86400,
    PACE_DAY = 11,                      /* "YYYY-MM-DD" */
};
struct pace_rules {
    int window_count;                   /* 0: any time */
    struct config_window window[CONFIG_MAX_WINDOWS];
    uint64_t budget_bytes_per_day;      /* 0: no limit */
    bool metered;
};
void pace_rules_of(const struct config *c, struct pace_rules *out);

struct pace {                           /* state of one node */
    int64_t next_boot_ms;               /* when to try next */
    int64_t not_before_ms;              /* a busy server asked for so much patience; only people may be quicker */
    int64_t start_ms, last_try_ms, last_ok_ms; /* boot clock; the last two 0: not yet */
    bool link_taken;                    /* a link that appeared is planned for already: flapping changes nothing */
    int failures;                       /* in a row */
    char day[PACE_DAY];                 /* local day the next one counts */
    uint64_t spent_bytes;
    uint64_t seed;                      /* of its own chance, so that tests and the simulation can repeat it */
};
enum pace_outcome { PACE_OK_MORE, PACE_OK_CURRENT, PACE_FAILED, PACE_BUSY /* 429, 503, 507 */ };

void pace_start(struct pace *p, uint64_t seed, int64_t boot_ms);     /* the splay */
void pace_link_up(struct pace *p, int64_t boot_ms);                  /* a link appeared: brings the next try forward */
/* Records wait that the last try did not have: where that one reached the server, the next comes sooner. Metered places wait. */
void pace_records(struct pace *p, const struct pace_rules *r, int64_t boot_ms);
/* A try is over. `retry_after_s`: what the server asked for, 0: nothing. */
void pace_done(struct pace *p, enum pace_outcome o, int retry_after_s, int64_t boot_ms);
bool pace_in_window(const struct pace_rules *r, int minute_of_day);
/* Content had to wait for a window: the next try comes no later than its opening plus splay. */
void pace_await_window(struct pace *p, const struct pace_rules *r, int minute_of_day, int64_t boot_ms);
/* Content bytes that may still move now: 0 outside windows or when today's budget is spent; UINT64_MAX: no limit. Records
 * are never held back. A day before the one being counted (a clock put right) does not begin a new budget. */
uint64_t pace_allowance(const struct pace_rules *r, struct pace *p, const char *day, int minute_of_day);
void pace_spent(struct pace *p, const char *day, uint64_t bytes);
#endif
