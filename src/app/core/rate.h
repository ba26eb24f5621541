/* rate.h - how fast something moves now, and how long the rest takes at that. Pure; the caller gives the boot time. */
#ifndef WEIKE_APP_CORE_RATE_H
#define WEIKE_APP_CORE_RATE_H
#include <stdint.h>

enum { RATE_SAMPLES = 24, RATE_EVERY_MS = 500, RATE_LEAST_MS = 1500 };
struct rate {
    int count; /* of samples; the newest RATE_SAMPLES, that is 12 s, count */
    struct { int64_t boot_ms; uint64_t done; } sample[RATE_SAMPLES];
};
void rate_add(struct rate *r, int64_t boot_ms, uint64_t done); /* going back begins anew */
void rate_pause(struct rate *r);                               /* what stood still does not count as slow */
int64_t rate_left_s(const struct rate *r, uint64_t left);      /* at least 1; -1: not known yet */
#endif
