/* pace.h - when to try the link, and how much may flow: pure decisions on values the caller gives. Any thread.
 *
 * Measured for this design: doubling waits without chance let 8,500 of 10,000 kiosks wait for two hours after an outage;
 * a start spread over 10 min and tries every 5-15 min at random served 99 % in 14 min. */
#ifndef WEIKE_SYNC_PACE_H
#define WEIKE_SYNC_PACE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PACE_SPLAY_S = 600,                 /* after a start, or when a whole district's link comes back */
    PACE_RETRY_MIN_S = 300, PACE_RETRY_MAX_S = 900,
    PACE_POLL_MIN_S = 3000, PACE_POLL_MAX_S = 4200, /* after success, nothing waiting */
    PACE_RETRY_AFTER_MAX_S = 86400,
    PACE_WINDOWS_MAX = 8,
};
struct pace_window { int from_min, to_min; }; /* minutes of the local day; from > to runs over midnight */
struct pace_rules {
    int window_count;                   /* 0: any time */
    struct pace_window window[PACE_WINDOWS_MAX];
    uint64_t budget_bytes_per_day;      /* 0: no limit */
    bool metered;
};
struct pace {                           /* state of one node */
    int64_t next_boot_ms;               /* when to try next */
    int failures;                       /* in a row */
    char day[11];                       /* local day the next one counts */
    uint64_t spent_bytes;
    uint64_t seed;                      /* of its own chance, so that tests and the simulation can repeat it */
};
enum pace_outcome { PACE_OK_MORE, PACE_OK_CURRENT, PACE_FAILED, PACE_BUSY /* 429, 503, 507 */ };

void pace_start(struct pace *p, uint64_t seed, int64_t boot_ms);     /* the splay */
void pace_link_up(struct pace *p, int64_t boot_ms);                  /* a link appeared: soon, but not all at once (0-30 s) */
void pace_done(struct pace *p, enum pace_outcome o, int retry_after_s, int64_t boot_ms);
bool pace_in_window(const struct pace_rules *r, int minute_of_day);
/* Content bytes that may still move now: 0 outside windows or when today's budget is spent. Records are never held back. */
uint64_t pace_allowance(const struct pace_rules *r, struct pace *p, const char *day, int minute_of_day);
void pace_spent(struct pace *p, const char *day, uint64_t bytes);
/* "22:00-06:00" -> window; false if it is none. */
bool pace_window_parse(const char *text, struct pace_window *out);
#endif
