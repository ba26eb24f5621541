#define _GNU_SOURCE
#include "hub/pages/report.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/version.h"
#include "hub/records/carry.h"
#include "hub/vault/office.h"

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

static bool add_totals(struct db *db, json_t *o, struct err *e)
{
    static const char *const names[] = { "statements", "duplicates", "conflicts", "rejected", "packets", "copies" };
    int64_t n;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!office_total(db, names[i], &n, e))
            return false;
        set_int(o, names[i], n);
    }
    struct query q = db_query(db, "SELECT (SELECT count(*) FROM site), (SELECT count(*) FROM device WHERE revoked_ms = 0), (SELECT coalesce(max(seen_ms), 0) FROM device)");
    if (query_row(&q)) {
        set_int(o, "sites", query_col_int(&q, 0));
        set_int(o, "devices", query_col_int(&q, 1));
        set_int(o, "last_packet_ms", query_col_int(&q, 2));
    }
    return query_end(&q, e);
}

static bool add_settings(struct db *db, json_t *o, struct err *e)
{
    static const char *const names[] = { "role", "hub", "county", "upstream" };
    static const char *const numbers[] = { "upstream_contact_ms", "upstream_try_ms", "tree_version", "tree_issued_s", "tree_fetched_ms" };
    char text[400];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!office_get(db, names[i], text, sizeof text, e))
            return false;
        set_text(o, names[i], text);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!office_get(db, numbers[i], text, sizeof text, e))
            return false;
        set_int(o, numbers[i], strtoll(text, NULL, 10));
    }
    if (!office_get(db, "upstream_trouble", text, sizeof text, e))
        return false;
    set_text(o, "upstream_trouble", text);
    return true;
}

static bool add_custody(struct db *db, json_t *o, struct err *e)
{
    struct carry_load load;
    if (!carry_load(db, &load, e))
        return false;
    json_object_set_new(o, "custody", json_pack("{s:I, s:I, s:I, s:I, s:I}", "packets", (json_int_t)load.packets, "bytes", (json_int_t)load.bytes,
                                                "waiting", (json_int_t)load.waiting, "refused", (json_int_t)load.refused, "oldest_ms",
                                                (json_int_t)load.oldest_ms));
    return true;
}

json_t *report_alarms(struct db *db, struct err *e)
{
    json_t *list = json_array();
    struct query q = db_query(db, "SELECT id, kind, subject, text, first_ms, last_ms, times FROM alarm WHERE over_ms = 0 ORDER BY last_ms DESC LIMIT 200");
    while (query_row(&q)) {
        json_t *o = json_object();
        set_int(o, "id", query_col_int(&q, 0));
        set_text(o, "kind", query_col_text(&q, 1));
        set_text(o, "subject", query_col_text(&q, 2));
        set_text(o, "text", query_col_text(&q, 3));
        set_int(o, "first_ms", query_col_int(&q, 4));
        set_int(o, "last_ms", query_col_int(&q, 5));
        set_int(o, "times", query_col_int(&q, 6));
        json_array_append_new(list, o);
    }
    return either(list, query_end(&q, e));
}

json_t *report_status(struct db *db, const char *data_dir, struct err *e)
{
    uint64_t free_bytes = 0, total_bytes = 0;
    json_t *o = json_object();
    bool ok = add_settings(db, o, e) && add_totals(db, o, e) && add_custody(db, o, e) && fs_space(data_dir, &free_bytes, &total_bytes, e);
    json_t *alarms = ok ? report_alarms(db, e) : NULL;
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

json_t *report_sites(struct db *db, struct err *e)
{
    json_t *list = json_array();
    struct query q = db_query(db, "SELECT s.name, d.id, d.hub, d.via, d.succeeds, d.since_ms, d.seen_ms, d.sealed_ms, d.clock, d.revoked_ms, d.health, "
                                  "coalesce(l.packets, 0), coalesce(l.bytes, 0), "
                                  "coalesce((SELECT sum(last - first + 1) FROM span WHERE device = d.id), 0) "
                                  "FROM device d JOIN site s ON s.id = d.site LEFT JOIN load l ON l.device = d.id ORDER BY s.name, d.since_ms, d.id");
    while (query_row(&q)) {
        json_t *o = json_object();
        set_text(o, "site", query_col_text(&q, 0));
        set_text(o, "device", query_col_text(&q, 1));
        json_object_set_new(o, "hub", json_boolean(query_col_int(&q, 2)));
        set_text(o, "via", query_col_text(&q, 3));
        set_text(o, "succeeds", query_col_text(&q, 4));
        set_int(o, "since_ms", query_col_int(&q, 5));
        set_int(o, "seen_ms", query_col_int(&q, 6));
        set_int(o, "sealed_ms", query_col_int(&q, 7));
        set_text(o, "clock", clock_trust_name((enum clock_trust)query_col_int(&q, 8)));
        set_int(o, "revoked_ms", query_col_int(&q, 9));
        add_health(o, query_col_text(&q, 10));
        set_int(o, "custody_packets", query_col_int(&q, 11));
        set_int(o, "custody_bytes", query_col_int(&q, 12));
        set_int(o, "arrived", query_col_int(&q, 13));
        json_array_append_new(list, o);
    }
    return either(list, query_end(&q, e));
}

json_t *report_audit(struct db *db, int limit, struct err *e)
{
    json_t *list = json_array();
    struct query q = db_query(db, "SELECT nr, at_ms, who, act, what, place FROM audit ORDER BY nr DESC LIMIT ?");
    query_int(&q, limit);
    while (query_row(&q)) {
        json_t *o = json_object();
        set_int(o, "nr", query_col_int(&q, 0));
        set_int(o, "at_ms", query_col_int(&q, 1));
        set_text(o, "who", query_col_text(&q, 2));
        set_text(o, "act", query_col_text(&q, 3));
        set_text(o, "what", query_col_text(&q, 4));
        set_text(o, "place", query_col_text(&q, 5));
        json_array_append_new(list, o);
    }
    return either(list, query_end(&q, e));
}
