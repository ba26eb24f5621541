#define _GNU_SOURCE
#include "hub/pages/report.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/version.h"
#include "hub/ledger/custody.h"
#include "hub/ledger/journal.h"
#include "hub/ledger/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_int(json_t *o, const char *key, int64_t value) { json_object_set_new(o, key, json_integer(value)); }
static void set_text(json_t *o, const char *key, const char *value)
{
    json_t *s = json_string(value);
    json_object_set_new(o, key, s ? s : json_string("?")); /* not UTF-8: never stored, so only a damaged file */
}

static json_t *either(json_t *o, bool ok)
{
    if (ok)
        return o;
    json_decref(o);
    return NULL;
}

static bool add_totals(struct work *w, json_t *o, struct err *e)
{
    static const char *const names[] = { "statements", "duplicates", "conflicts", "rejected", "packets", "copies" };
    int64_t n;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!ledger_total(w, names[i], &n, e))
            return false;
        set_int(o, names[i], n);
    }
    struct ledger_census c = { 0 };
    if (!ledger_census(w, &c, e))
        return false;
    set_int(o, "sites", c.sites);
    set_int(o, "devices", c.terminals);
    set_int(o, "last_packet_ms", c.last_seen_ms);
    return true;
}

static bool add_settings(struct work *w, json_t *o, struct err *e)
{
    static const char *const names[] = { "role", "hub", "county", "upstream" };
    static const char *const numbers[] = { "upstream_contact_ms", "upstream_try_ms", "tree_version", "tree_issued_s", "tree_fetched_ms" };
    char text[400];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!ledger_get(w, names[i], text, sizeof text, e))
            return false;
        set_text(o, names[i], text);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!ledger_get(w, numbers[i], text, sizeof text, e))
            return false;
        set_int(o, numbers[i], strtoll(text, NULL, 10));
    }
    if (!ledger_get(w, "upstream_trouble", text, sizeof text, e))
        return false;
    set_text(o, "upstream_trouble", text);
    return true;
}

static bool add_custody(struct work *w, json_t *o, struct err *e)
{
    struct ledger_custody_sums load;
    if (!ledger_custody_sums(w, &load, e))
        return false;
    json_object_set_new(o, "custody", json_pack("{s:I, s:I, s:I, s:I, s:I}", "packets", (json_int_t)load.packets, "bytes", (json_int_t)load.bytes,
                                                "waiting", (json_int_t)load.waiting, "refused", (json_int_t)load.refused, "oldest_ms",
                                                (json_int_t)load.oldest_ms));
    return true;
}

static void add_alarm(void *ctx, const struct ledger_alarm_row *a)
{
    json_t *o = json_object();
    set_int(o, "id", a->id);
    set_text(o, "kind", a->kind);
    set_text(o, "subject", a->subject);
    set_text(o, "text", a->text);
    set_int(o, "first_ms", a->first_ms);
    set_int(o, "last_ms", a->last_ms);
    set_int(o, "times", a->times);
    json_array_append_new(ctx, o);
}

/* Those that ring. */
static json_t *report_alarms(struct work *w, struct err *e)
{
    json_t *list = json_array();
    return either(list, ledger_alarms(w, add_alarm, list, e));
}

json_t *report_status(struct work *w, const char *data_dir, struct err *e)
{
    uint64_t free_bytes = 0, total_bytes = 0;
    json_t *o = json_object();
    bool ok = add_settings(w, o, e) && add_totals(w, o, e) && add_custody(w, o, e) && fs_space(data_dir, &free_bytes, &total_bytes, e);
    json_t *alarms = ok ? report_alarms(w, e) : NULL;
    json_object_set_new(o, "alarms", alarms);
    set_text(o, "version", version_text());
    set_int(o, "disk_free", (int64_t)free_bytes);
    set_int(o, "disk_total", (int64_t)total_bytes);
    return either(o, ok && alarms);
}

/* What the terminal said about itself; anything that is no JSON object is left out. */
static void add_health(json_t *o, const char *text)
{
    struct err e = ERR_INIT;
    json_t *health = *text ? json_parse(text, strlen(text), 64 << 10, &e) : NULL;
    if (health)
        json_object_set_new(o, "health", health);
}

static void add_site(void *ctx, const struct ledger_terminal_state *s)
{
    json_t *o = json_object();
    set_text(o, "site", s->site);
    set_text(o, "device", s->id);
    json_object_set_new(o, "hub", json_boolean(s->hub));
    set_text(o, "via", s->via);
    set_text(o, "succeeds", s->succeeds);
    set_int(o, "since_ms", s->since_ms);
    set_int(o, "seen_ms", s->seen_ms);
    set_int(o, "sealed_ms", s->sealed_ms);
    set_text(o, "clock", clock_trust_name((enum clock_trust)s->clock));
    set_int(o, "revoked_ms", s->revoked_ms);
    add_health(o, s->health);
    set_int(o, "custody_packets", s->custody_packets);
    set_int(o, "custody_bytes", s->custody_bytes);
    set_int(o, "arrived", s->arrived);
    json_array_append_new(ctx, o);
}

json_t *report_sites(struct work *w, struct err *e)
{
    json_t *list = json_array();
    return either(list, ledger_terminals(w, add_site, list, e));
}

static void add_act(void *ctx, const struct ledger_act *a)
{
    json_t *o = json_object();
    set_int(o, "nr", a->nr);
    set_int(o, "at_ms", a->at_ms);
    set_text(o, "who", a->who);
    set_text(o, "act", a->act);
    set_text(o, "what", a->what);
    set_text(o, "place", a->place);
    json_array_append_new(ctx, o);
}

json_t *report_audit(struct work *w, int limit, struct err *e)
{
    json_t *list = json_array();
    return either(list, ledger_audits(w, limit, add_act, list, e));
}
