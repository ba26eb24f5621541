/* herd.h - many kiosks and one server, second by second, driven by the real sync/pace.c. For its test and tests/bench/herd.c.
 *
 * A kiosk's try is one request. While the server is out every request fails; beyond its capacity in one second it
 * answers 503 with Retry-After. */
#ifndef WEIKE_TEST_HERD_H
#define WEIKE_TEST_HERD_H
#include "base/str.h"
#include "sync/pace.h"

#include <stdlib.h>

enum herd_event { HERD_POWER /* all switch on at second 0 */, HERD_SERVER /* all have a link; the server stops */,
                  HERD_LINKS /* as before, and every kiosk sees its own link come back in the same second */ };
struct herd_case {
    enum herd_event event;
    int kiosks, capacity, out_from_s, out_to_s, end_s;
    uint64_t seed;
};
struct herd_result {
    int peak;           /* requests in the worst second */
    int requests;       /* until everybody was served, or the end */
    int missed;         /* kiosks that met the outage or a 503 */
    int served_15min;   /* of all, those not waiting any more 15 min after the server was back */
    int p99_s, last_s;  /* seconds after that until 99 % and all were served; -1: never */
    int refused;        /* answered with 503 */
};

struct herd_kiosk { struct pace pace; bool served, missed; };

static void herd_begin(const struct herd_case *c, struct herd_kiosk *k)
{
    for (int i = 0; i < c->kiosks; i++) {
        pace_start(&k[i].pace, c->seed + (uint64_t)i * 7919, 0);
        if (c->event == HERD_POWER)
            continue;
        pace_done(&k[i].pace, PACE_OK_CURRENT, 0, 1); /* contact not long ago, and polls spread over the hour */
        k[i].served = true;
        k[i].pace.next_boot_ms = (int64_t)(k[i].pace.seed % (PACE_POLL_MAX_S * 1000u));
    }
}

static int herd_second(const struct herd_case *c, struct herd_kiosk *k, int s, int *refused)
{
    int requests = 0;
    bool out = s >= c->out_from_s && s < c->out_to_s;
    for (int i = 0; i < c->kiosks; i++) {
        struct pace *p = &k[i].pace;
        if ((c->event == HERD_POWER && s == 8) || (c->event == HERD_LINKS && s == c->out_to_s))
            pace_link_up(p, s * INT64_C(1000));
        if (p->next_boot_ms >= (s + 1) * INT64_C(1000))
            continue;
        bool busy = ++requests > c->capacity;
        *refused += !out && busy;
        pace_done(p, out ? PACE_FAILED : busy ? PACE_BUSY : PACE_OK_CURRENT, !out && busy ? 120 : 0, s * INT64_C(1000) + 500);
        k[i].served = !out && !busy;
        k[i].missed |= out || busy;
    }
    return requests;
}

static void herd_run(const struct herd_case *c, struct herd_result *r)
{
    struct herd_kiosk *k = mem_alloc((size_t)c->kiosks * sizeof *k);
    *r = (struct herd_result){ .p99_s = -1, .last_s = -1 };
    herd_begin(c, k);
    for (int s = 0; s < c->end_s && r->last_s < 0; s++) {
        int n = herd_second(c, k, s, &r->refused), served = 0;
        r->requests += n;
        r->peak = n > r->peak ? n : r->peak;
        for (int i = 0; s >= c->out_to_s && i < c->kiosks; i++)
            served += k[i].served;
        if (s - c->out_to_s <= 900)
            r->served_15min = served;
        if (r->p99_s < 0 && served >= (c->kiosks * 99 + 99) / 100)
            r->p99_s = s - c->out_to_s;
        if (served == c->kiosks)
            r->last_s = s - c->out_to_s;
    }
    for (int i = 0; i < c->kiosks; i++)
        r->missed += k[i].missed;
    free(k);
}
#endif
