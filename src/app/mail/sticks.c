#define LOG_MODULE "sticks"
#include "app/mail/sticks.h"
#include "app/core/job.h"
#include "app/mail/link.h"
#include "app/core/rate.h"
#include "app/core/screens.h"
#include "base/log.h"
#include "pack/trust/county_find.h"
#include "pack/trust/device.h"

#include <stdlib.h>
#include <string.h>

enum { STICKS_MAX = 8, RECORD_BYTES = 200 /* a statement, sealed: for the bar only */ };

/* The job's side. `install` is handed over once there is one: its _get functions may be called from any thread. */
struct stick_work {
    const struct sync_api *api;
    struct stick *stick;
    struct county_key county;
    char hardware[SHA256_HEX];
    char *dir, *data_dir, *county_written;
    struct stick_options o;
    _Atomic(struct install *) install;
    atomic_bool opened, cancelled;
};

struct sticks {
    struct app *app;
    bool has;                    /* `place` is one */
    bool pulled;
    struct stick_place place;
    int64_t since_boot_ms;
    bool shown;                  /* its screen was opened once */
    bool open;                   /* its screen is */
    int done[STICKS_MAX], done_count; /* serials that had their turn and are still in */
    struct stick_work *work;     /* the job's; NULL: nobody looks at it */
    struct job *job;
    struct rate rate;
    unsigned serial, seen_serial; /* of wakes */
    int courses_done;            /* of this run, as last seen */
    int64_t receipted;
    atomic_bool woken;
};

/* --- the job's thread --- */

static bool find_county(struct stick_work *w)
{
    struct err e = ERR_INIT;
    bool found = county_find(w->data_dir, w->county_written, &w->county, &e);
    if (!found && e.kind != ERR_MISSING)
        log_error("%s", e.text);
    return found;
}

static void open_stick(struct stick_work *w)
{
    device_hardware(w->hardware);
    w->o.county = find_county(w) ? &w->county : NULL;
    w->stick = w->api->stick_open(&w->o);
    atomic_store(&w->opened, true);
    if (atomic_load(&w->cancelled))
        w->api->stick_cancel(w->stick);
}

static bool step(void *work)
{
    struct stick_work *w = work;
    if (!w->stick)
        open_stick(w);
    bool more = w->api->stick_step(w->stick);
    if (!atomic_load(&w->install))
        atomic_store(&w->install, w->api->stick_install(w->stick));
    return more;
}

static bool waiting(void *work)
{
    struct stick_work *w = work;
    struct stick_progress p;
    w->api->stick_progress_get(w->stick, &p);
    return p.state == STICK_READY;
}

static void start(void *work)
{
    struct stick_work *w = work;
    w->api->stick_start(w->stick);
}

static void cancel(void *work)
{
    struct stick_work *w = work;
    atomic_store(&w->cancelled, true);
    if (atomic_load(&w->opened))
        w->api->stick_cancel(w->stick);
}

static void finish(void *work)
{
    struct stick_work *w = work;
    if (w->stick)
        w->api->stick_close(w->stick);
    free(w->dir);
    free(w->data_dir);
    free(w->county_written);
    free(w);
}

/* --- the UI thread --- */

static void wake(void *ctx)
{
    struct sticks *s = ctx;
    atomic_store(&s->woken, true);
    app_wake(s->app);
}

struct sticks *sticks_new(struct app *app)
{
    struct sticks *s = mem_alloc(sizeof *s);
    s->app = app;
    return s;
}

static void let_go(struct sticks *s)
{
    job_let_go(s->job);
    s->job = NULL;
    s->work = NULL;
    s->courses_done = 0;
    s->receipted = 0;
    rate_pause(&s->rate);
}

void sticks_leave(struct sticks *s)
{
    if (s)
        let_go(s);
}

void sticks_free(struct sticks *s)
{
    free(s);
}

void sticks_screen(struct sticks *s, bool open)
{
    s->open = open;
    if (!open && s->pulled)
        sticks_done(s);
    if (!open)
        wake(s); /* perhaps another one was waiting for its turn */
}

void sticks_look(struct sticks *s)
{
    static const struct job_work how = { .step = step, .waiting = waiting, .start = start, .cancel = cancel, .close = finish };
    const struct sync_api *api = link_api(s->app->link);
    if (s->job || !s->has || s->pulled || !api)
        return;
    struct stick_work *w = mem_alloc(sizeof *w);
    w->api = api;
    w->dir = mem_dup(s->place.dir);
    w->data_dir = mem_dup(store_dir(s->app->store));
    w->county_written = mem_dup(s->app->config.county_key);
    w->o = (struct stick_options){
        .dir = w->dir, .data_dir = w->data_dir, .writer = app_writer(s->app), .hardware = w->hardware,
        .floor_ms = store_clock_floor_ms(s->app->store), .restored = s->app->repair.backup_ms != 0, .take = true, .give = true,
    };
    s->work = w;
    s->job = job_new("stick", &how, w, wake, s);
}

bool sticks_progress(struct sticks *s, struct stick_progress *out)
{
    memset(out, 0, sizeof *out);
    if (!s->work || !atomic_load(&s->work->opened))
        return false;
    s->work->api->stick_progress_get(s->work->stick, out);
    return true;
}

bool sticks_package(struct sticks *s, int n, struct install_package *out)
{
    struct install *i = s->work ? atomic_load(&s->work->install) : NULL;
    return i && install_package_get(i, n, out);
}

void sticks_start(struct sticks *s)
{
    if (s->job)
        job_start(s->job);
}

void sticks_hold(struct sticks *s, bool hold)
{
    if (s->job)
        job_hold(s->job, hold);
    rate_pause(&s->rate);
}

bool sticks_held(struct sticks *s)
{
    return s->job && job_held(s->job);
}

void sticks_stop(struct sticks *s)
{
    let_go(s);
    sticks_look(s);
}

void sticks_done(struct sticks *s)
{
    if (!s->has)
        return;
    let_go(s);
    if (!s->pulled && s->done_count < STICKS_MAX)
        s->done[s->done_count++] = s->place.serial;
    s->has = s->pulled = s->shown = false;
    wake(s); /* perhaps there is another one */
}

static int index_of(const struct stick_place *list, int count, int serial)
{
    for (int i = 0; i < count; i++)
        if (list[i].serial == serial)
            return i;
    return -1;
}

static bool had_its_turn(const struct sticks *s, int serial)
{
    for (int i = 0; i < s->done_count; i++)
        if (s->done[i] == serial)
            return true;
    return false;
}

static void forget_pulled(struct sticks *s, const struct stick_place *list, int count)
{
    for (int i = s->done_count - 1; i >= 0; i--)
        if (index_of(list, count, s->done[i]) < 0)
            s->done[i] = s->done[--s->done_count];
    if (s->has && !s->pulled && index_of(list, count, s->place.serial) < 0) {
        log_info("stick %s was pulled", s->place.label);
        s->pulled = true;
    }
    if (s->pulled && !s->open) { /* nobody is looking */
        let_go(s);
        s->has = s->pulled = s->shown = false;
    }
}

static bool is_working(struct sticks *s)
{
    struct stick_progress p;
    return sticks_progress(s, &p) && p.state == STICK_WORKING;
}

/* May this one take the turn? The one at work keeps it, and one whose screen is open; one that was put off gives way to
 * what is plugged in later. Where one was pulled and its screen is still open, the next one goes on there. */
static bool may_follow(struct sticks *s, const struct stick_place *next)
{
    if (!s->has || s->pulled)
        return true;
    return s->shown && !s->open && next->serial > s->place.serial && !is_working(s);
}

static void choose(struct sticks *s, const struct stick_place *list, int count)
{
    forget_pulled(s, list, count);
    for (int i = 0; i < count; i++) {
        if (had_its_turn(s, list[i].serial) || !may_follow(s, &list[i]))
            continue;
        let_go(s);
        s->place = list[i];
        s->since_boot_ms = clock_boot_ms();
        s->has = true;
        s->pulled = false;
        s->shown = s->open;
        log_info("stick %s is in", s->place.label);
    }
}

/* A lesson, a quiz, a code, the technician's work are not interrupted. */
static bool may_open(struct sticks *s)
{
    const struct screen_class *top = nav_top(s->app->nav);
    return s->has && !s->shown && !s->pulled && (top == &signin_screen || top == &home_screen || top == &shelf_screen ||
                                                 top == &course_screen ||
                                                 top == &hours_screen || top == &help_screen || top == &link_screen);
}

static void follow(struct sticks *s, int64_t boot_ms)
{
    struct stick_progress p;
    if (!sticks_progress(s, &p))
        return;
    if (p.content.done > s->courses_done || p.receipted > s->receipted)
        s->app->arrivals++; /* the screens below know it at once */
    s->courses_done = p.content.done;
    s->receipted = p.receipted;
    if (p.state == STICK_WORKING && !sticks_held(s))
        rate_add(&s->rate, boot_ms, sticks_bytes_done(&p));
}

static void look_around(struct sticks *s)
{
    struct stick_place list[STICKS_MAX];
    int serial = s->has ? s->place.serial : 0;
    bool pulled = s->pulled;
    s->seen_serial = link_serial(s->app->link);
    choose(s, list, link_api(s->app->link)->stick_watch_list(link_watch(s->app->link), list, STICKS_MAX));
    if (serial != (s->has ? s->place.serial : 0) || pulled != s->pulled)
        s->serial++;
}

void sticks_tick(struct sticks *s, int64_t boot_ms)
{
    unsigned before = s->serial;
    bool woken = atomic_exchange(&s->woken, false);
    if (link_watch(s->app->link) && (woken || s->seen_serial != link_serial(s->app->link)))
        look_around(s);
    if (woken) {
        s->serial++;
        follow(s, boot_ms);
    }
    if (s->serial != before && nav_top(s->app->nav) != &player_screen)
        ui_request_frame(s->app->ui);
    if (may_open(s)) {
        s->shown = true;
        nav_push(s->app->nav, &stick_screen, NULL);
    }
}

const struct stick_place *sticks_place(const struct sticks *s)
{
    return s->has ? &s->place : NULL;
}

bool sticks_is_news(const struct sticks *s, int64_t boot_ms)
{
    return s->has && !s->pulled && boot_ms - s->since_boot_ms < STICK_NEWS_MS;
}

bool sticks_pulled(const struct sticks *s)
{
    return s->pulled;
}

unsigned sticks_serial(const struct sticks *s)
{
    return s->serial;
}

uint64_t sticks_bytes_done(const struct stick_progress *p)
{
    return p->content.bytes_done + p->gaps_bytes_done + (uint64_t)p->records_written * RECORD_BYTES;
}

uint64_t sticks_bytes_total(const struct stick_progress *p)
{
    int records = p->records_waiting > p->records_written ? p->records_waiting : p->records_written;
    return p->content.bytes_total + p->gaps_bytes_total + (uint64_t)records * RECORD_BYTES;
}

int64_t sticks_left_s(const struct sticks *s)
{
    struct stick_progress p;
    if (!s->work || !atomic_load(&s->work->opened))
        return -1;
    s->work->api->stick_progress_get(s->work->stick, &p);
    uint64_t done = sticks_bytes_done(&p), total = sticks_bytes_total(&p);
    return rate_left_s(&s->rate, total > done ? total - done : 0);
}
