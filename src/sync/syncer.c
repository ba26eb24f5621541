#define LOG_MODULE "sync"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "pack/trust/device.h"
#include "pack/trust/trust.h"
#include "store/setting.h"
#include "sync/syncer_parts.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { STEP_MS = 1000, CONNECTIONS = 4, BEGIN_MAX_BYTES = 64 << 10 };

/* ---- what others ask; any thread ---- */

static void poke(struct syncer *s)
{
    eventfd_write(s->wake_fd, 1);
    if (s->http)
        http_wake(s->http);
    if (s->lrs)
        http_wake(s->lrs);
}

void syncer_tell(struct syncer *s)
{
    if (s->wake)
        s->wake(s->ctx);
}

void syncer_try_now(struct syncer *s)
{
    gate_lock(&s->gate);
    s->now = true;
    s->pause = false;
    gate_unlock(&s->gate);
    poke(s);
}

void syncer_pause(struct syncer *s, bool pause)
{
    gate_lock(&s->gate);
    s->now |= s->pause && !pause; /* goes on where it was stopped */
    s->pause = pause;
    gate_unlock(&s->gate);
    poke(s);
}

void syncer_borrow(struct syncer *s, uint64_t max_bytes, int seconds)
{
    gate_lock(&s->gate);
    s->borrow.on = max_bytes > 0 && seconds > 0;
    s->borrow.max_bytes = max_bytes;
    s->borrow.until_ms = clock_boot_ms() + seconds * INT64_C(1000);
    s->borrow.from_bytes = s->moved_bytes; /* made exact by the syncer's thread before anything moves */
    s->borrow_new = true;
    s->pause = s->pause && !s->borrow.on;
    gate_unlock(&s->gate);
    poke(s);
}

/* ---- its thread ---- */

uint64_t syncer_bytes(struct syncer *s)
{
    return (s->http ? http_bytes(s->http) : 0) + (s->lrs ? http_bytes(s->lrs) : 0);
}

static bool borrow_over(const struct syncer *s, uint64_t bytes, int64_t now) /* under the gate */
{
    return s->borrow.on && (bytes - s->borrow.from_bytes >= s->borrow.max_bytes || now >= s->borrow.until_ms);
}

bool syncer_must_stop(void *syncer)
{
    struct syncer *s = syncer;
    uint64_t bytes = syncer_bytes(s);
    gate_lock(&s->gate);
    bool stop = s->stop || s->pause || s->borrow_new || borrow_over(s, bytes, clock_boot_ms());
    gate_unlock(&s->gate);
    return stop;
}

/* Takes what was asked since. True: begin a round now, whatever was planned. */
static bool take_asks(struct syncer *s, bool *pause, bool *stop, bool *cut)
{
    uint64_t bytes = syncer_bytes(s);
    gate_lock(&s->gate);
    bool borrowed = s->borrow_new && s->borrow.on, over = borrow_over(s, bytes, clock_boot_ms());
    bool now = (s->now || borrowed) && !s->pause, look = s->look;
    *cut = s->borrow_new || over; /* the rules changed under what is going on */
    s->again |= borrowed && s->round.phase != ROUND_NONE;
    if (s->borrow_new)
        s->borrow.from_bytes = bytes;
    if (over)
        s->borrow.on = false;
    s->borrow_new = s->look = false;
    s->now = s->now && s->pause;
    *pause = s->pause;
    *stop = s->stop;
    gate_unlock(&s->gate);
    int64_t waiting = s->view.waiting;
    if (look)
        syncer_read_facts(s);
    if (look && s->view.waiting > waiting)
        pace_records(&s->pace, &s->rules, clock_boot_ms());
    if (over || (look && waiting != s->view.waiting)) /* written by this thread alone */
        syncer_tell(s);
    return now;
}

static void wait_idle(struct syncer *s, int64_t until_ms, int timeout_ms)
{
    struct pollfd p[2] = { { s->wake_fd, POLLIN, 0 }, { netlink_fd(s->net), POLLIN, 0 } };
    int64_t left = until_ms - clock_boot_ms();
    int wait = until_ms < 0 || left > INT32_MAX ? -1 : left < 0 ? 0 : (int)left;
    if (timeout_ms >= 0 && (wait < 0 || wait > timeout_ms))
        wait = timeout_ms;
    if (poll(p, 2, wait) <= 0)
        return;
    eventfd_t drop;
    if (p[0].revents)
        eventfd_read(s->wake_fd, &drop);
    if (!(p[1].revents && netlink_appeared(s->net)))
        return;
    log_info("a link appeared");
    gate_lock(&s->gate);
    s->now |= s->borrow.on; /* the phone that somebody is waiting for */
    gate_unlock(&s->gate);
    pace_link_up(&s->pace, clock_boot_ms());
}

/* When this thread has to look again although nothing happens; -1: never. */
static int64_t next_due(struct syncer *s, bool pause)
{
    gate_lock(&s->gate);
    int64_t due = pause || s->off ? -1 : s->pace.next_boot_ms;
    if (s->borrow.on && (due < 0 || s->borrow.until_ms < due))
        due = s->borrow.until_ms;
    s->next_boot_ms = s->pace.next_boot_ms;
    gate_unlock(&s->gate);
    return due;
}

static bool idle(struct syncer *s, bool now, bool pause, int timeout_ms)
{
    enum syncer_state state = s->off ? SYNCER_OFF : pause ? SYNCER_PAUSED : SYNCER_WAITING;
    if (!pause && !s->off && now)
        log_debug("a round begins: somebody asked for it");
    if (!pause && !s->off && (now || clock_boot_ms() >= s->pace.next_boot_ms)) {
        syncer_round_begin(s);
        return true;
    }
    if (s->view.state != state)
        syncer_show(s, state);
    wait_idle(s, next_due(s, pause), timeout_ms);
    return false;
}

static bool step(struct syncer *s, int timeout_ms)
{
    bool pause, stop, cut;
    bool now = take_asks(s, &pause, &stop, &cut);
    if (stop)
        return false;
    if (s->round.phase == ROUND_NONE)
        return idle(s, now, pause, timeout_ms);
    if (s->fetch && cut)
        fetch_cancel(s->fetch);
    if (s->fetch && pause) {
        if (s->view.state != SYNCER_PAUSED) {
            fetch_pause(s->fetch, true);
            rate_clear(&s->rate);
            syncer_show(s, SYNCER_PAUSED);
        }
        wait_idle(s, next_due(s, true), timeout_ms);
        return true;
    }
    if (s->fetch && s->view.state == SYNCER_PAUSED) {
        fetch_pause(s->fetch, false);
        syncer_show(s, SYNCER_FETCHING);
    }
    syncer_round_step(s, timeout_ms < 0 || timeout_ms > STEP_MS ? STEP_MS : timeout_ms);
    return s->round.phase != ROUND_NONE;
}

bool syncer_step(struct syncer *s, int timeout_ms)
{
    assert(!s->threaded);
    return step(s, timeout_ms);
}

static void *run(void *arg)
{
    struct syncer *s = arg;
    bool stop = false;
    while (!stop) {
        step(s, -1);
        gate_lock(&s->gate);
        stop = s->stop;
        gate_unlock(&s->gate);
    }
    return NULL;
}

/* ---- life ---- */

/* The config names the root to begin with: a person vouched for it by writing it there. Only where nobody is trusted yet. */
static bool begin_with_root(struct syncer *s, struct err *e)
{
    struct str bytes;
    struct trust *t = mem_alloc(sizeof *t);
    char *path = config_path(s->data_dir, s->config.root);
    str_init(&bytes, BEGIN_MAX_BYTES);
    bool ok = !path || trust_load(s->data_dir, t, e);
    if (ok && path && !t->ring.count)
        ok = (fs_read(path, BEGIN_MAX_BYTES, &bytes, e) && trust_pin_root(s->data_dir, bytes.data, bytes.len, NULL, e)) ||
             err_at(e, "root file %s of weike.conf", path);
    str_release(&bytes);
    free(path);
    free(t);
    return ok;
}

static bool begin_with_county(struct syncer *s, struct err *e)
{
    return !s->config.county_key[0] || syncer_county(s, e) || err_at(e, "county_key of weike.conf");
}

static void open_links(struct syncer *s)
{
    const char *pin = s->config.tls_pin[0] ? s->config.tls_pin : NULL;
    struct http_options o = { .connections = CONNECTIONS, .pin = pin, .stop = syncer_must_stop, .ctx = s };
    if (s->config.server[0])
        s->http = http_new(&o);
    if (!s->config.xapi_endpoint[0])
        return;
    o.connections = 1;
    o.pin = s->http ? NULL : pin;
    o.user = s->config.xapi_user[0] ? s->config.xapi_user : NULL;
    o.password = s->config.xapi_password;
    s->lrs = http_new(&o);
}

static void set_up(struct syncer *s, bool now)
{
    uint64_t seed;
    random_bytes(&seed, sizeof seed);
    pace_rules_of(&s->config, &s->rules);
    pace_start(&s->pace, seed, clock_boot_ms());
    if (now)
        s->pace.next_boot_ms = clock_boot_ms();
    setting_get(s->db, "spent_day", "", s->pace.day, sizeof s->pace.day);
    s->pace.spent_bytes = (uint64_t)setting_get_int(s->db, "spent_bytes", 0);
    s->net = netlink_new();
    s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->wake_fd < 0)
        abort();
    open_links(s);
    s->next_boot_ms = s->pace.next_boot_ms;
    s->view.state = s->off ? SYNCER_OFF : SYNCER_WAITING;
    s->view.metered = s->rules.metered;
    s->view.budget_today = s->rules.budget_bytes_per_day;
    s->view.spent_today = s->pace.spent_bytes;
}

struct syncer *syncer_new(const struct syncer_options *o, struct err *e)
{
    struct syncer *s = mem_alloc(sizeof *s);
    s->config = *o->config;
    s->store = o->store;
    s->data_dir = mem_dup(o->data_dir);
    s->restored = o->restored;
    s->wake = o->wake;
    s->ctx = o->ctx;
    s->wake_fd = s->lock_fd = -1;
    gate_init(&s->gate);
    s->off = !s->config.server[0] && !s->config.xapi_endpoint[0];
    bool ok = begin_with_root(s, e) && begin_with_county(s, e) && (s->db = db_open_reader(s->data_dir, e)) != NULL;
    if (!ok) {
        syncer_free(s);
        return NULL;
    }
    syncer_read_facts(s);
    device_hardware(s->hardware);
    set_up(s, o->now);
    s->threaded = o->threaded;
    if (s->threaded)
        thread_start(&s->thread, "sync", run, s);
    return s;
}

void syncer_free(struct syncer *s)
{
    if (!s)
        return;
    gate_lock(&s->gate);
    s->stop = true;
    gate_unlock(&s->gate);
    if (s->wake_fd >= 0)
        poke(s);
    if (s->threaded)
        thread_join(s->thread);
    if (s->fetch)
        fetch_close(s->fetch);
    http_free(s->http);
    http_free(s->lrs);
    netlink_free(s->net);
    if (s->wake_fd >= 0)
        close(s->wake_fd);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    db_close(s->db);
    lang_text_release(&s->view.fetch.title);
    gate_release(&s->gate);
    free(s->data_dir);
    free(s);
}
