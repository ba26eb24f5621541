#include "app/core/rate.h"

#include <string.h>

void rate_add(struct rate *r, int64_t boot_ms, uint64_t done)
{
    if (r->count && done < r->sample[r->count - 1].done)
        r->count = 0;
    if (r->count > 1 && boot_ms - r->sample[r->count - 2].boot_ms < RATE_EVERY_MS)
        r->count--; /* too close to the one before: replaced */
    if (r->count == RATE_SAMPLES) {
        memmove(&r->sample[0], &r->sample[1], sizeof r->sample - sizeof r->sample[0]);
        r->count--;
    }
    r->sample[r->count].boot_ms = boot_ms;
    r->sample[r->count].done = done;
    r->count++;
}

void rate_pause(struct rate *r)
{
    r->count = 0;
}

int64_t rate_left_s(const struct rate *r, uint64_t left)
{
    if (r->count < 2)
        return -1;
    int64_t ms = r->sample[r->count - 1].boot_ms - r->sample[0].boot_ms;
    uint64_t moved = r->sample[r->count - 1].done - r->sample[0].done;
    if (ms < RATE_LEAST_MS || !moved)
        return -1;
    double s = (double)left * (double)ms / 1000 / (double)moved;
    return s < 1 ? 1 : s > 1e9 ? -1 : (int64_t)(s + 0.5);
}
