/* syncer_view.c - part of syncer.h: what it shows, and what it tells the hub about this place. */
#include "sync/syncer_parts.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/version.h"
#include "store/setting.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

/* ---- how fast ---- */

static void syncer_rate_add(struct rate *r, int64_t at_ms, uint64_t bytes)
{
    if (r->count && at_ms - r->sample[r->count - 1].at_ms < 1000)
        return;
    while (r->count && (r->count > SYNCER_RATE_S || at_ms - r->sample[0].at_ms > SYNCER_RATE_S * 1000))
        memmove(r->sample, r->sample + 1, (size_t)--r->count * sizeof *r->sample);
    r->sample[r->count].at_ms = at_ms;
    r->sample[r->count++].bytes = bytes;
}

static uint64_t syncer_rate_get(const struct rate *r)
{
    if (r->count < 2)
        return 0;
    int64_t ms = r->sample[r->count - 1].at_ms - r->sample[0].at_ms;
    return ms <= 0 ? 0 : (r->sample[r->count - 1].bytes - r->sample[0].bytes) * 1000 / (uint64_t)ms;
}

/* ---- facts ---- */

void syncer_read_facts(struct syncer *s)
{
    struct health h = { 0 };
    bool known = store_health_by(s->store, s->db, &h, NULL);
    int64_t contact = setting_get_int(s->db, "last_contact_ms", 0), receipt = setting_get_int(s->db, "last_receipt_ms", 0);
    int64_t count = setting_get_int(s->db, "last_receipt_count", 0), news = setting_get_int(s->db, "news_s", 0);
    gate_lock(&s->gate);
    s->view.waiting = known ? h.waiting : s->view.waiting;
    s->view.last_contact_ms = contact;
    s->view.last_receipt_ms = receipt;
    s->view.last_receipt_count = count;
    s->view.news_s = news;
    s->seen_ms = clock_boot_ms();
    gate_unlock(&s->gate);
}

void syncer_show(struct syncer *s, enum syncer_state state)
{
    gate_lock(&s->gate);
    s->view.state = state;
    s->next_boot_ms = s->pace.next_boot_ms;
    s->moved_bytes = syncer_bytes(s);
    s->view.spent_today = s->pace.spent_bytes;
    if (state == SYNCER_WAITING) {
        s->view.trouble = s->round.trouble;
        s->view.err = s->round.err;
    }
    gate_unlock(&s->gate);
    syncer_tell(s);
}

void syncer_show_progress(struct syncer *s)
{
    struct fetch_progress p = { 0 };
    int64_t now = clock_boot_ms();
    fetch_progress_get(s->fetch, &p);
    syncer_rate_add(&s->rate, now, syncer_bytes(s));
    gate_lock(&s->gate);
    int done = s->view.fetch.lessons_done;
    lang_text_release(&s->view.fetch.title);
    s->view.fetch = p;
    s->view.bytes_per_s = syncer_rate_get(&s->rate);
    s->view.spent_today = s->pace.spent_bytes;
    s->moved_bytes = syncer_bytes(s);
    gate_unlock(&s->gate);
    if (p.lessons_done != done || now - s->told_ms >= 250) {
        s->told_ms = now;
        syncer_tell(s);
    }
}

/* ---- for the hub ---- */

char *syncer_health(struct syncer *s)
{
    struct health h = { 0 };
    struct clock_reading now;
    store_clock(s->store, &now);
    int64_t ago = now.wall_ms - setting_get_int(s->db, "last_health_ms", 0); /* also over a new start */
    if ((ago >= 0 && ago < SYNCER_HEALTH_S * INT64_C(1000)) || !store_health_by(s->store, s->db, &h, NULL))
        return NULL;
    const struct { const char *key; int64_t value; } number[] = {
        { "disk_free", (int64_t)h.disk_free_bytes }, { "disk_total", (int64_t)h.disk_total_bytes },
        { "waiting", h.waiting },  { "quarantined", h.quarantined }, { "last_backup_ms", h.last_backup_ms },
        { "courses", h.courses },  { "lessons", h.lessons },         { "news_s", setting_get_int(s->db, "news_s", 0) },
        { "io_errors", h.io_errors },
    };
    json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:b}", "name", s->config.site_zh, "name_en", s->config.site_en, "version",
                          version_text(), "clock", clock_trust_name(h.clock.trust), "damaged", (int)h.damaged);
    for (size_t i = 0; i < sizeof number / sizeof *number; i++)
        json_object_set_new(o, number[i].key, json_integer((json_int_t)number[i].value));
    struct str text;
    str_init(&text, 4096);
    json_write(o, &text);
    json_decref(o);
    char *out = text.overflowed ? NULL : str_take(&text);
    str_release(&text);
    return out;
}

/* ---- snapshots; any thread ---- */

static void count_down(struct syncer *s, struct syncer_view *v, int64_t now)
{
    const struct fetch_progress *p = &v->fetch;
    v->next_try_s = -1;
    if (v->state == SYNCER_WAITING)
        v->next_try_s = s->next_boot_ms > now ? (int)((s->next_boot_ms - now + 999) / 1000) : 0;
    v->seconds_left = -1;
    if (v->state != SYNCER_FETCHING)
        v->bytes_per_s = 0;
    else if (v->bytes_per_s && p->state == FETCH_LOADING && p->bytes_total >= p->bytes_done)
        v->seconds_left = (int)((p->bytes_total - p->bytes_done) / v->bytes_per_s);
    const struct borrow *b = &s->borrow;
    v->borrowing = b->on;
    if (b->on) {
        uint64_t used = s->moved_bytes - b->from_bytes;
        v->borrow_left_bytes = used < b->max_bytes ? b->max_bytes - used : 0;
        v->borrow_left_s = b->until_ms > now ? (int)((b->until_ms - now + 999) / 1000) : 0;
    }
}

void syncer_view_get(struct syncer *s, struct syncer_view *out)
{
    int64_t now = clock_boot_ms();
    gate_lock(&s->gate);
    *out = s->view;
    lang_text_copy(&s->view.fetch.title, &out->fetch.title);
    out->bytes = s->moved_bytes;
    count_down(s, out, now);
    bool resting = s->view.state != SYNCER_SENDING && s->view.state != SYNCER_FETCHING;
    bool stale = resting && !s->look && now - s->seen_ms > SYNCER_FRESH_MS;
    s->look |= stale;
    gate_unlock(&s->gate);
    if (stale) /* records are made while nothing is tried: somebody looks, so they are counted again */
        eventfd_write(s->wake_fd, 1);
}

void syncer_view_release(struct syncer_view *v)
{
    lang_text_release(&v->fetch.title);
}
