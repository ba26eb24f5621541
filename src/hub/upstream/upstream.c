#define _GNU_SOURCE
#define LOG_MODULE "upstream"
#include "hub/upstream/upstream.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "hub/upstream/forward.h"
#include "hub/upstream/mirror.h"
#include "hub/ledger/journal.h"
#include "sync/pace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOON_MS = 20000, NOW_RETRY_MS = 300 };

struct upstream {
    struct hub *hub;
    pthread_t thread;
    struct http *http;
    struct pace pace;
    int64_t tried_ms;      /* boot clock, end of the last round */
    struct gate gate;      /* for the two below */
    bool ending, more;     /* `more`: a packet came since the last round began */
};

static bool is_ending(void *ctx)
{
    struct upstream *u = ctx;
    gate_lock(&u->gate);
    bool ending = u->ending;
    gate_unlock(&u->gate);
    return ending;
}

/* ---- what people are told ---- */

struct note { bool contact; char trouble[300]; };

static bool write_note(struct work *w, void *ctx, struct err *e)
{
    const struct note *n = ctx;
    char now[24];
    snprintf(now, sizeof now, "%lld", (long long)hub_now_ms());
    return ledger_set(w, "upstream_try_ms", now, e) && (!n->contact || ledger_set(w, "upstream_contact_ms", now, e)) &&
           ledger_set(w, "upstream_trouble", n->trouble, e);
}

static const char *trouble(const struct forward_result *f)
{
    switch (f->end) {
    case FORWARD_UNREACHABLE: return "the hub above does not answer";
    case FORWARD_BUSY: return "the hub above is full or busy";
    case FORWARD_DENIED: return "the hub above does not know this hub: join it with a code";
    case FORWARD_STORAGE: return "this hub's own disk or database fails";
    default: return "";
    }
}

/* ---- a round ---- */

static enum pace_outcome round_once(struct upstream *u, int *retry_after_s)
{
    struct forward_result f;
    struct mirror_result m = { 0 };
    struct note n = { 0 };
    struct err e = ERR_INIT;
    forward_round(u->hub, u->http, is_ending, u, &f);
    n.contact = f.contact;
    snprintf(n.trouble, sizeof n.trouble, "%s%s%.200s", trouble(&f), *trouble(&f) && *f.err.text ? ": " : "", *trouble(&f) ? f.err.text : "");
    *retry_after_s = f.retry_after_s;
    /* Lessons also come when records cannot go; a link that is down is asked once only. */
    if (f.end != FORWARD_UNREACHABLE && f.end != FORWARD_STOPPED && !mirror_run(u->hub, u->http, is_ending, u, &m, &e) && !*n.trouble)
        snprintf(n.trouble, sizeof n.trouble, "lessons: %.250s", e.text);
    if (f.end == FORWARD_STOPPED)
        return PACE_FAILED;
    if (!ledger_do(u->hub->ledger, write_note, &n, &e))
        log_warn("%s", e.text);
    if (*n.trouble)
        log_info("%s", n.trouble);
    if (f.packets || f.refused || f.settled)
        log_info("%d packets taken above, %d refused, %d settled by receipts", f.packets, f.refused, f.settled);
    return f.end == FORWARD_DONE ? PACE_OK_CURRENT : f.end == FORWARD_MORE ? PACE_OK_MORE : f.end == FORWARD_BUSY ? PACE_BUSY : PACE_FAILED;
}

/* Waits until the next round is due; false: it ends. New packets bring it forward, but leave room for others to join them. */
static bool wait_for_turn(struct upstream *u)
{
    gate_lock(&u->gate);
    for (;;) {
        int64_t now = clock_boot_ms(), due = u->pace.next_boot_ms;
        if (u->more && u->pace.failures == 0 && due > now + SOON_MS)
            u->pace.next_boot_ms = due = now + SOON_MS;
        if (u->hub->options->now) /* --now: as fast as it goes */
            due = u->more ? now : u->tried_ms + NOW_RETRY_MS;
        if (u->ending || due <= now)
            break;
        gate_wait_ms(&u->gate, due - now);
    }
    u->more = false;
    bool go = !u->ending;
    gate_unlock(&u->gate);
    return go;
}

static void *climb(void *arg)
{
    struct upstream *u = arg;
    pace_start(&u->pace, hash64(0, u->hub->identity.hub.pub.bytes, KEY_PUBLIC_BYTES), clock_boot_ms());
    while (wait_for_turn(u)) {
        int retry_after_s = 0;
        enum pace_outcome o = round_once(u, &retry_after_s);
        pace_done(&u->pace, o, retry_after_s, clock_boot_ms());
        u->tried_ms = clock_boot_ms();
    }
    return NULL;
}

/* ---- life ---- */

static void packet_came(void *ctx) /* on a thread of the ledger: only wakes */
{
    struct upstream *u = ctx;
    gate_lock(&u->gate);
    u->more = true;
    gate_wake(&u->gate);
    gate_unlock(&u->gate);
}

struct upstream *upstream_start(struct hub *h)
{
    if (!h->options->upstream)
        return NULL;
    struct upstream *u = mem_alloc(sizeof *u);
    u->hub = h;
    gate_init(&u->gate);
    u->http = http_new(&(struct http_options){ .connections = 4, .pin = h->options->pin, .stop = is_ending, .ctx = u });
    h->place.came = packet_came;
    h->place.came_ctx = u;
    thread_start(&u->thread, "upstream", climb, u);
    return u;
}

void upstream_stop(struct upstream *u)
{
    if (!u)
        return;
    gate_lock(&u->gate);
    u->ending = true;
    gate_wake(&u->gate);
    gate_unlock(&u->gate);
    http_wake(u->http);
    thread_join(u->thread);
    http_free(u->http);
    gate_release(&u->gate);
    free(u);
}
