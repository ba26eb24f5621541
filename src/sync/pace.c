#include "sync/pace.h"

#include <string.h>

static uint64_t draw(struct pace *p) /* splitmix64 (Steele, Lea, Flood 2014) */
{
    uint64_t z = p->seed += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static int64_t between(struct pace *p, int min_s, int max_s) /* in ms, both ends included */
{
    return (int64_t)min_s * 1000 + (int64_t)(draw(p) % ((uint64_t)(max_s - min_s) * 1000 + 1));
}

void pace_rules_of(const struct config *c, struct pace_rules *out)
{
    *out = (struct pace_rules){ .window_count = c->window_count, .metered = c->metered,
                                .budget_bytes_per_day = (uint64_t)c->budget_mb_per_day * 1000000 };
    memcpy(out->window, c->window, sizeof out->window);
}

void pace_start(struct pace *p, uint64_t seed, int64_t boot_ms)
{
    *p = (struct pace){ .seed = seed, .start_ms = boot_ms };
    p->next_boot_ms = boot_ms + between(p, 0, PACE_SPLAY_S);
}

void pace_link_up(struct pace *p, int64_t boot_ms)
{
    bool starting = !p->last_try_ms && boot_ms - p->start_ms < PACE_SETTLE_S * 1000;
    if (starting || p->link_taken)
        return;
    bool used_to_it = p->last_ok_ms && boot_ms - p->last_ok_ms < PACE_USED_TO_IT_S * 1000;
    int64_t at = boot_ms + between(p, 0, used_to_it ? PACE_SPLAY_S : PACE_LINK_S);
    int64_t rested = p->last_try_ms ? p->last_try_ms + 60000 : 0; /* a link that comes and goes is asked once a minute */
    at = at < rested ? rested : at;
    at = at < p->not_before_ms ? p->not_before_ms : at;
    if (at < p->next_boot_ms)
        p->next_boot_ms = at;
    p->link_taken = true;
}

void pace_records(struct pace *p, const struct pace_rules *r, int64_t boot_ms)
{
    if (!p->last_ok_ms || p->failures || r->metered)
        return;
    int64_t at = boot_ms + between(p, PACE_RECORDS_MIN_S, PACE_RECORDS_MAX_S);
    at = at < p->not_before_ms ? p->not_before_ms : at;
    if (at < p->next_boot_ms)
        p->next_boot_ms = at;
}

void pace_done(struct pace *p, enum pace_outcome o, int retry_after_s, int64_t boot_ms)
{
    bool ok = o == PACE_OK_MORE || o == PACE_OK_CURRENT;
    int64_t wait = o == PACE_OK_CURRENT ? between(p, PACE_POLL_MIN_S, PACE_POLL_MAX_S)
                                        : between(p, PACE_RETRY_MIN_S, PACE_RETRY_MAX_S);
    p->failures = ok ? 0 : p->failures + 1;
    p->last_try_ms = boot_ms;
    p->link_taken = false;
    p->not_before_ms = 0;
    if (ok)
        p->last_ok_ms = boot_ms;
    if (retry_after_s > 0) { /* RFC 9110 §10.2.3; spread, because everybody was told the same */
        int s = retry_after_s < PACE_RETRY_AFTER_MAX_S ? retry_after_s : PACE_RETRY_AFTER_MAX_S;
        p->not_before_ms = boot_ms + s * INT64_C(1000);
        int64_t asked = between(p, s, s + PACE_RETRY_MIN_S);
        wait = wait < asked ? asked : wait;
    }
    p->next_boot_ms = boot_ms + wait;
}

bool pace_in_window(const struct pace_rules *r, int minute)
{
    for (int i = 0; i < r->window_count; i++) {
        const struct config_window *w = &r->window[i];
        if (w->from_min < w->to_min ? minute >= w->from_min && minute < w->to_min
                                    : minute >= w->from_min || minute < w->to_min)
            return true;
    }
    return r->window_count == 0;
}

void pace_await_window(struct pace *p, const struct pace_rules *r, int minute, int64_t boot_ms)
{
    int soonest = 1440;
    for (int i = 0; i < r->window_count; i++) {
        int wait = (r->window[i].from_min - minute + 1440) % 1440;
        soonest = wait < soonest ? wait : soonest;
    }
    int64_t at = boot_ms + soonest * INT64_C(60000) + between(p, 0, PACE_SPLAY_S);
    if (r->window_count && at < p->next_boot_ms)
        p->next_boot_ms = at < p->not_before_ms ? p->not_before_ms : at;
}

static void turn_to(struct pace *p, const char *day)
{
    if (strcmp(day, p->day) > 0)
        p->spent_bytes = 0;
    if (strcmp(day, p->day) != 0) {
        strncpy(p->day, day, sizeof p->day - 1);
        p->day[sizeof p->day - 1] = '\0';
    }
}

uint64_t pace_allowance(const struct pace_rules *r, struct pace *p, const char *day, int minute)
{
    turn_to(p, day);
    if (!pace_in_window(r, minute))
        return 0;
    if (!r->budget_bytes_per_day)
        return UINT64_MAX;
    return p->spent_bytes < r->budget_bytes_per_day ? r->budget_bytes_per_day - p->spent_bytes : 0;
}

void pace_spent(struct pace *p, const char *day, uint64_t bytes)
{
    turn_to(p, day);
    p->spent_bytes = p->spent_bytes > UINT64_MAX - bytes ? UINT64_MAX : p->spent_bytes + bytes;
}
