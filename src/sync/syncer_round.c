/* syncer_round.c - part of syncer.h: what one try does. Records first, whatever the hour; then content, where windows and budget let it. */
#define _GNU_SOURCE
#define LOG_MODULE "sync"
#include "sync/syncer_parts.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "pack/trust/county_find.h"
#include "store/outbox/outbox.h"
#include "store/setting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { SAVE_EVERY_MS = 60000, LOOK_EVERY_MS = 100, JOINING_MS = 10000 /* a phone takes its time to join */, FORGET_STEP = 1000 };

/* ---- helpers ---- */

static void now_here(struct syncer *s, char day[PACE_DAY], int *minute)
{
    struct clock_reading now;
    struct tm tm;
    store_clock(s->store, &now);
    time_t t = (time_t)(now.wall_ms / 1000);
    localtime_r(&t, &tm);
    strftime(day, PACE_DAY, "%Y-%m-%d", &tm);
    *minute = tm.tm_hour * 60 + tm.tm_min;
}

static int64_t wall_now(struct syncer *s)
{
    struct clock_reading now;
    store_clock(s->store, &now);
    return now.wall_ms;
}

static void put_number(struct syncer *s, const char *key, int64_t value)
{
    struct err e = ERR_INIT;
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    if (!setting_set(store_writer(s->store), key, text, &e))
        log_warn("%s: %s", key, e.text);
}

static void note(struct round *r, enum syncer_trouble trouble, const struct err *e)
{
    bool lasting = r->trouble == SYNCER_NO_COUNTY_KEY && trouble != SYNCER_BUDGET && trouble != SYNCER_OUTSIDE_WINDOW;
    if (r->trouble != SYNCER_FINE && !lasting) /* the first is what people are told; what is so every day, last */
        return;
    r->trouble = trouble;
    r->err = *e;
    log_debug("trouble %d: %s", trouble, e->text);
}

static void wait_longer(struct round *r, int retry_after_s)
{
    r->retry_after_s = retry_after_s > r->retry_after_s ? retry_after_s : r->retry_after_s;
}

/* Bytes that a borrowed link still gives. */
static uint64_t borrow_left(struct syncer *s, bool *on)
{
    uint64_t bytes = syncer_bytes(s);
    gate_lock(&s->gate);
    *on = s->borrow.on;
    uint64_t used = bytes - s->borrow.from_bytes;
    uint64_t left = used < s->borrow.max_bytes ? s->borrow.max_bytes - used : 0;
    gate_unlock(&s->gate);
    return *on ? left : UINT64_MAX;
}

bool syncer_county(struct syncer *s, struct err *e)
{
    return county_find(s->data_dir, s->config.county_key, &s->county, e);
}

/* ---- records ---- */

static void took_receipt(struct syncer *s, int64_t wall_ms, int64_t count)
{
    put_number(s, "last_receipt_ms", wall_ms);
    put_number(s, "last_receipt_count", count);
}

static void count_records(struct syncer *s, int64_t sent, int64_t receipted)
{
    gate_lock(&s->gate);
    s->view.sent += sent;
    s->view.receipted += receipted;
    gate_unlock(&s->gate);
}

static void after_send(struct syncer *s, const struct send_result *r)
{
    static const struct { enum syncer_trouble trouble; enum pace_outcome outcome; } means[] = {
        [SEND_DONE] = { SYNCER_FINE, PACE_OK_CURRENT },
        [SEND_NOTHING] = { SYNCER_FINE, PACE_OK_CURRENT },
        [SEND_NOT_HERE] = { SYNCER_FINE, PACE_OK_CURRENT }, /* a plain web server: records leave on sticks */
        [SEND_STOPPED] = { SYNCER_FINE, PACE_OK_MORE },
        [SEND_UNREACHABLE] = { SYNCER_NO_LINK, PACE_FAILED },
        [SEND_CUT] = { SYNCER_NO_LINK, PACE_FAILED },
        [SEND_PORTAL] = { SYNCER_PORTAL, PACE_FAILED },
        [SEND_NOT_ENROLLED] = { SYNCER_NOT_ENROLLED, PACE_OK_CURRENT },
        [SEND_NO_COUNTY_KEY] = { SYNCER_NO_COUNTY_KEY, PACE_OK_CURRENT },
        [SEND_HUB_FULL] = { SYNCER_HUB_BUSY, PACE_BUSY },
        [SEND_REFUSED] = { SYNCER_DENIED, PACE_OK_CURRENT },
        [SEND_STORAGE] = { SYNCER_STORAGE, PACE_FAILED },
    };
    struct round *now = &s->round;
    bool idle_lack = r->end == SEND_NO_COUNTY_KEY && s->view.waiting == 0; /* nothing needs the key yet */
    now->contact |= r->contact;
    now->takes_records = r->contact && (r->end == SEND_DONE || r->end == SEND_NOTHING);
    now->unreachable = r->end == SEND_UNREACHABLE;
    now->outcome = means[r->end].outcome;
    wait_longer(now, r->retry_after_s);
    if (means[r->end].trouble != SYNCER_FINE && !idle_lack)
        note(now, means[r->end].trouble, &r->err);
}

static void send_records(struct syncer *s)
{
    struct send_result r = { 0 };
    struct err e = ERR_INIT;
    bool borrowed;
    bool county = syncer_county(s, &e);
    if (!county && e.kind != ERR_MISSING)
        log_warn("%s", e.text);
    char *health = syncer_health(s);
    struct send_options o = {
        .http = s->http, .server = s->config.server, .data_dir = s->data_dir, .db = s->db, .writer = store_writer(s->store),
        .county = county ? &s->county : NULL, .hardware = s->hardware, .floor_ms = store_clock_floor_ms(s->store),
        .restored = s->restored, .health = health, .allowance = borrow_left(s, &borrowed), .stop = syncer_must_stop, .ctx = s,
    };
    send_run(&o, &r);
    free(health);
    if (r.end == SEND_NO_COUNTY_KEY && !county)
        r.err = e;
    bool answered = r.contact && (r.end == SEND_DONE || r.end == SEND_NOTHING);
    if (answered && health)
        put_number(s, "last_health_ms", wall_now(s));
    if (answered)
        s->restored = false; /* the new epoch is known above */
    count_records(s, r.statements, r.receipted);
    if (r.receipted) /* of the whole round; each receipt counted its own */
        took_receipt(s, wall_now(s), r.receipted);
    after_send(s, &r);
    log_info("records: %d sent in %d packets, %lld receipted%s%s", r.statements, r.packets, (long long)r.receipted,
             r.err.text[0] ? ": " : "", r.err.text);
}

static bool forget_job(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    int removed;
    bool ok = outbox_forget(db, *(const int64_t *)ctx, FORGET_STEP, &removed, e);
    *value = ok ? removed : 0;
    return ok;
}

/* A month after its receipt, unless the clock contradicts itself; send_run does the same for the hub. */
static void forget_old(struct syncer *s)
{
    struct clock_reading now;
    struct err e = ERR_INIT;
    store_clock(s->store, &now);
    int64_t before_ms = now.wall_ms - OUTBOX_KEEP_DAYS * INT64_C(86400000);
    if (now.trust != CLOCK_FLOOR && !writer_do(store_writer(s->store), forget_job, &before_ms, &e))
        log_warn("%s", e.text);
}

static void send_to_lrs(struct syncer *s)
{
    struct lrs_result r = { 0 };
    int64_t now_ms = wall_now(s);
    struct lrs_options o = { .http = s->lrs, .endpoint = s->config.xapi_endpoint, .db = s->db, .writer = store_writer(s->store),
                             .wall_ms = now_ms, .stop = syncer_must_stop, .ctx = s };
    lrs_run(&o, &r);
    count_records(s, r.delivered, r.delivered);
    if (r.end == LRS_DONE || r.end == LRS_NOTHING)
        forget_old(s);
    if (r.delivered) /* its 200 is the receipt */
        took_receipt(s, now_ms, r.delivered);
    s->round.contact |= r.contact;
    wait_longer(&s->round, r.retry_after_s);
    static const enum syncer_trouble trouble[] = {
        [LRS_UNREACHABLE] = SYNCER_NO_LINK, [LRS_DENIED] = SYNCER_DENIED, [LRS_BUSY] = SYNCER_HUB_BUSY, [LRS_CUT] = SYNCER_NO_LINK,
        [LRS_STORAGE] = SYNCER_STORAGE, [LRS_STOPPED] = SYNCER_FINE,
    };
    if (trouble[r.end] != SYNCER_FINE)
        note(&s->round, trouble[r.end], &r.err);
    s->round.takes_records = r.end == LRS_DONE;
    if (r.end == LRS_STOPPED)
        s->round.outcome = PACE_OK_MORE;
    else if (r.end == LRS_BUSY)
        s->round.outcome = PACE_BUSY;
    else if (r.end == LRS_UNREACHABLE || r.end == LRS_CUT || r.end == LRS_STORAGE)
        s->round.outcome = PACE_FAILED;
    log_info("records: %lld taken by the LRS, %d quarantined%s%s", (long long)r.delivered, r.quarantined, r.err.text[0] ? ": " : "",
             r.err.text);
}

/* ---- content ---- */

static void count_budget(struct syncer *s, bool save)
{
    char day[PACE_DAY];
    int minute;
    uint64_t moved = http_bytes(s->http) - s->round.fetch_from;
    int64_t now = clock_boot_ms();
    now_here(s, day, &minute);
    if (!s->round.borrowed) /* another's link is not counted in our budget */
        pace_spent(&s->pace, day, moved - s->counted_bytes);
    s->counted_bytes = moved;
    if (!s->rules.budget_bytes_per_day || (!save && now - s->saved_ms < SAVE_EVERY_MS))
        return;
    struct err e = ERR_INIT;
    if (!setting_set(store_writer(s->store), "spent_day", s->pace.day, &e))
        log_warn("%s", e.text);
    put_number(s, "spent_bytes", (int64_t)s->pace.spent_bytes);
    s->saved_ms = now;
}

/* May content move now, and how much? */
static uint64_t allowance(struct syncer *s)
{
    char day[PACE_DAY];
    int minute;
    bool borrowed;
    uint64_t left = borrow_left(s, &borrowed);
    if (borrowed)
        return left;
    now_here(s, day, &minute);
    left = pace_allowance(&s->rules, &s->pace, day, minute);
    s->round.window_closed = !pace_in_window(&s->rules, minute);
    return left;
}

static void open_fetch(struct syncer *s)
{
    struct err none = ERR_INIT;
    uint64_t left = allowance(s);
    if (!left) {
        log_info("no content now: %s", s->round.window_closed ? "outside the windows of weike.conf" : "today's allowance is spent");
        note(&s->round, s->round.window_closed ? SYNCER_OUTSIDE_WINDOW : SYNCER_BUDGET, &none);
        s->round.phase = ROUND_OVER;
        return;
    }
    borrow_left(s, &s->round.borrowed);
    struct fetch_options o = {
        .http = s->http, .server = s->config.server, .data_dir = s->data_dir, .writer = store_writer(s->store),
        .floor_ms = store_clock_floor_ms(s->store), .allowance = left, .parallel = 3,
        .light_only = s->rules.metered || s->round.borrowed,
    };
    s->round.fetch_from = http_bytes(s->http);
    s->counted_bytes = 0;
    rate_clear(&s->rate);
    s->fetch = fetch_open(&o);
    s->round.phase = ROUND_FETCH;
    syncer_show_progress(s);
    syncer_show(s, SYNCER_FETCHING);
}

static void after_fetch(struct syncer *s, const struct fetch_progress *p)
{
    struct round *r = &s->round;
    static const struct { enum syncer_trouble trouble; enum pace_outcome outcome; } means[] = {
        [FETCH_CURRENT] = { SYNCER_FINE, PACE_OK_CURRENT },    [FETCH_DONE] = { SYNCER_FINE, PACE_OK_CURRENT },
        [FETCH_UNREACHABLE] = { SYNCER_NO_LINK, PACE_FAILED }, [FETCH_PORTAL] = { SYNCER_PORTAL, PACE_FAILED },
        [FETCH_REFUSED] = { SYNCER_REFUSED_CONTENT, PACE_OK_CURRENT }, [FETCH_NO_ROOM] = { SYNCER_NO_ROOM, PACE_OK_CURRENT },
        [FETCH_BUDGET] = { SYNCER_BUDGET, PACE_OK_CURRENT },   [FETCH_CUT] = { SYNCER_NO_LINK, PACE_FAILED },
        [FETCH_STORAGE] = { SYNCER_STORAGE, PACE_FAILED },     [FETCH_STOPPED] = { SYNCER_FINE, PACE_OK_MORE },
    };
    r->contact |= p->contact;
    wait_longer(r, p->retry_after_s);
    if (p->contact && r->trouble == SYNCER_PORTAL) { /* only its door for records answers oddly: no portal */
        r->trouble = SYNCER_DENIED;
        r->outcome = PACE_OK_CURRENT;
    }
    enum pace_outcome o = means[p->end].outcome;
    if (o == PACE_FAILED && p->retry_after_s)
        o = PACE_BUSY;
    r->all_lent = p->end == FETCH_BUDGET && r->borrowed;
    if (r->all_lent) /* it was asked for just so much */
        o = PACE_OK_MORE;
    else if (means[p->end].trouble != SYNCER_FINE)
        note(r, o == PACE_BUSY ? SYNCER_HUB_BUSY : means[p->end].trouble, &p->err);
    if (r->outcome == PACE_OK_CURRENT)
        r->outcome = o;
    if (p->end == FETCH_STOPPED && p->err.kind == ERR_REFUSED && r->trouble == SYNCER_FINE)
        r->err = p->err; /* another program fetches into the same place just now: no trouble, but worth a word */
    if (r->window_closed && p->end == FETCH_STOPPED) {
        struct err none = ERR_INIT;
        note(r, SYNCER_OUTSIDE_WINDOW, &none);
        r->outcome = r->outcome == PACE_OK_MORE ? PACE_OK_CURRENT : r->outcome; /* the window's opening brings it forward */
    }
    if (p->issued_s > setting_get_int(s->db, "news_s", 0))
        put_number(s, "news_s", p->issued_s);
    gate_lock(&s->gate);
    s->view.lessons += p->lessons_done;
    gate_unlock(&s->gate);
    log_info("content: %d of %d lessons, %llu of %llu bytes%s%s", p->lessons_done, p->lessons_total,
             (unsigned long long)p->bytes_done, (unsigned long long)p->bytes_total, p->err.text[0] ? ": " : "", p->err.text);
}

static void end_fetch(struct syncer *s)
{
    struct fetch_progress p = { 0 };
    fetch_progress_get(s->fetch, &p);
    after_fetch(s, &p);
    lang_text_release(&p.title);
    fetch_close(s->fetch);
    s->fetch = NULL;
    s->round.phase = ROUND_OVER;
}

static void step_fetch(struct syncer *s, int timeout_ms)
{
    bool more = fetch_step(s->fetch, timeout_ms);
    int64_t now = clock_boot_ms();
    if (more && now - s->looked_ms < LOOK_EVERY_MS)
        return;
    s->looked_ms = now;
    count_budget(s, !more);
    syncer_show_progress(s);
    if (!more)
        end_fetch(s);
    else if (!s->round.borrowed && !s->round.window_closed && !allowance(s) && s->round.window_closed)
        fetch_cancel(s->fetch); /* the window closed while it went on; what came is kept */
}

/* ---- the whole ---- */

/* One program at a time uses the link for a data directory: the kiosk, or a technician's weikectl sync beside it. */
static bool take_turn(struct syncer *s, struct err *e)
{
    char *path = fs_join(s->data_dir, "sync.lock");
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool there = s->lock_fd >= 0, mine = there && flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0;
    if (!mine && there && errno == EWOULDBLOCK)
        err_set(e, ERR_REFUSED, "another program uses the link for %s just now", s->data_dir);
    else if (!mine)
        err_errno(e, "locking %s", path);
    free(path);
    return mine;
}

static void end_turn(struct syncer *s)
{
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    s->lock_fd = -1;
}

void syncer_round_begin(struct syncer *s)
{
    struct err e = ERR_INIT;
    s->round = (struct round){ .phase = ROUND_RECORDS, .outcome = PACE_OK_CURRENT };
    if (!take_turn(s, &e)) {
        s->round.phase = ROUND_OVER;
        s->round.outcome = PACE_OK_MORE;
        s->round.err = e;
        if (e.kind != ERR_REFUSED)
            note(&s->round, SYNCER_STORAGE, &e);
    }
    syncer_show(s, SYNCER_SENDING);
}

/* What a borrowed link means for the next try. True: it goes on being used. */
static bool go_on_borrowing(struct syncer *s)
{
    const struct round *r = &s->round;
    bool all_went = r->outcome == PACE_OK_CURRENT && r->trouble == SYNCER_FINE && r->contact;
    bool used_up = (all_went || r->all_lent) && !s->again;
    gate_lock(&s->gate);
    if (used_up)
        s->borrow.on = false; /* nothing is left to do with it */
    bool on = s->borrow.on;
    if (r->outcome == PACE_OK_CURRENT && r->takes_records && s->view.waiting > 0)
        s->round.outcome = PACE_OK_MORE;
    s->view.rounds++;
    s->view.contact = r->contact;
    gate_unlock(&s->gate);
    return on;
}

static void finish(struct syncer *s)
{
    struct round *r = &s->round;
    struct clock_reading now;
    char day[PACE_DAY];
    int minute;
    store_clock(s->store, &now);
    now_here(s, day, &minute);
    if (r->contact)
        put_number(s, "last_contact_ms", now.wall_ms);
    syncer_read_facts(s);
    bool borrowing = go_on_borrowing(s);
    pace_done(&s->pace, r->outcome, r->retry_after_s, now.boot_ms);
    if (r->window_closed)
        pace_await_window(&s->pace, &s->rules, minute, now.boot_ms);
    if (borrowing)
        s->pace.next_boot_ms = now.boot_ms + (s->again ? 0 : JOINING_MS);
    log_info("next try in %lld s at the latest%s%s", (long long)((s->pace.next_boot_ms - now.boot_ms) / 1000), r->err.text[0] ? "; " : "",
             r->err.text);
    s->again = false;
    end_turn(s);
    r->phase = ROUND_NONE;
    syncer_show(s, SYNCER_WAITING);
}

void syncer_round_step(struct syncer *s, int timeout_ms)
{
    struct round *r = &s->round;
    switch (r->phase) {
    case ROUND_RECORDS:
        if (s->lrs)
            send_to_lrs(s);
        else
            send_records(s);
        syncer_read_facts(s);
        r->phase = s->http && !r->unreachable && !syncer_must_stop(s) ? ROUND_CONTENT : ROUND_OVER;
        break;
    case ROUND_CONTENT:
        open_fetch(s);
        break;
    case ROUND_FETCH:
        step_fetch(s, timeout_ms);
        break;
    case ROUND_OVER:
        finish(s);
        break;
    case ROUND_NONE:
        break;
    }
}
