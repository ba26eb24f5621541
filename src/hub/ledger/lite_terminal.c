/* lite_terminal.c - codes, sites and terminals in hub.db. Part of lite.h. */
#include "hub/ledger/lite_parts.h"

#include <stdio.h>
#include <string.h>

/* ---- codes ---- */

static bool code_put(struct work *w, const struct ledger_code *c, struct err *e)
{
    struct query q = db_query(lite_db(w), "INSERT INTO code (hash, name, hub, made_ms, until_ms, used_ms, "
                                          "used_by) VALUES (?, ?, ?, ?, ?, 0, '')");
    query_text(&q, c->hash);
    query_text(&q, c->name);
    query_int(&q, c->hub);
    query_int(&q, c->made_ms);
    query_int(&q, c->until_ms);
    return query_run(&q, e);
}

static bool code_take(struct work *w, const char *hash, const char *who, int64_t now_ms,
                      struct ledger_code_use *out, struct err *e)
{
    struct query q = db_query(lite_db(w),
                              "SELECT name, hub FROM code WHERE hash = ? AND used_ms = 0 AND until_ms > ?");
    query_text(&q, hash);
    query_int(&q, now_ms);
    out->fits = query_row(&q);
    if (out->fits) {
        query_copy_text(&q, 0, out->name, sizeof out->name);
        out->hub = query_col_int(&q, 1);
    }
    if (!query_end(&q, e))
        return false;
    if (!out->fits)
        return true;
    q = db_query(lite_db(w), "UPDATE code SET used_ms = ?, used_by = ? WHERE hash = ?");
    query_int(&q, now_ms);
    query_text(&q, who);
    query_text(&q, hash);
    return query_run(&q, e);
}

/* ---- sites and terminals ---- */

static bool site(struct work *w, const char *name, const char *via, int64_t now_ms, int64_t *id,
                 struct err *e)
{
    struct query q = db_query(
        lite_db(w), "INSERT INTO site (name, via, made_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    query_text(&q, name);
    query_text(&q, via);
    query_int(&q, now_ms);
    if (!query_run(&q, e))
        return false;
    q = db_query(lite_db(w), "SELECT id FROM site WHERE name = ? AND via = ?");
    query_text(&q, name);
    query_text(&q, via);
    *id = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

static bool terminal_put(struct work *w, const struct ledger_terminal_new *t, int64_t now_ms, struct err *e)
{
    struct query q = db_query(
        lite_db(w), "INSERT INTO device (id, key, hub, site, via, succeeds, since_ms, first_sealed_ms, "
                    "seen_ms, sealed_ms, clock, health, "
                    "revoked_ms, told_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, 0, 0, '', 0, 0) "
                    "ON CONFLICT DO UPDATE SET hub = ?3, site = ?4, via = ?5, since_ms = ?7, revoked_ms = 0, "
                    "told_ms = 0");
    query_text(&q, t->key->id);
    query_blob(&q, t->key->bytes, sizeof t->key->bytes);
    query_int(&q, t->hub);
    query_int(&q, t->site);
    query_text(&q, t->via);
    query_text(&q, t->succeeds);
    query_int(&q, now_ms);
    return query_run(&q, e);
}

static bool terminal_find(struct work *w, const char *id, struct ledger_terminal *out, struct err *e)
{
    size_t len;
    *out = (struct ledger_terminal){ 0 };
    struct query q = db_query(lite_db(w), "SELECT hub, site, revoked_ms, key, via FROM device WHERE id = ?");
    query_text(&q, id);
    if (query_row(&q)) {
        const void *key = query_col_blob(&q, 3, &len);
        out->here = len == sizeof out->key.bytes;
        out->hub = query_col_int(&q, 0);
        out->site = query_col_int(&q, 1);
        out->revoked = query_col_int(&q, 2) != 0;
        if (out->here)
            memcpy(out->key.bytes, key, len);
        query_copy_text(&q, 4, out->via, sizeof out->via);
        snprintf(out->key.id, sizeof out->key.id, "%s", id);
    }
    return query_end(&q, e);
}

static bool terminal_revoke(struct work *w, const char *id, int64_t at_ms, bool *found, struct err *e)
{
    struct query q = db_query(lite_db(w), "UPDATE device SET revoked_ms = ? WHERE id = ?");
    query_int(&q, at_ms);
    query_text(&q, id);
    if (!query_run(&q, e))
        return false;
    *found = db_changes(lite_db(w)) > 0;
    return true;
}

static bool terminal_seen(struct work *w, const struct ledger_sight *s, struct err *e)
{
    struct query q = db_query(lite_db(w),
                              "UPDATE device SET seen_ms = ?2, first_sealed_ms = CASE WHEN first_sealed_ms = "
                              "0 OR first_sealed_ms > ?3 THEN ?3 ELSE first_sealed_ms END, "
                              "health = CASE WHEN ?5 <> '' AND ?3 >= sealed_ms THEN ?5 ELSE health END, "
                              "clock = CASE WHEN ?3 >= sealed_ms THEN ?4 ELSE clock END, sealed_ms = "
                              "max(sealed_ms, ?3) WHERE id = ?1");
    query_text(&q, s->id);
    query_int(&q, s->seen_ms);
    query_int(&q, s->sealed_ms);
    query_int(&q, s->clock);
    query_text(&q, s->health);
    return query_run(&q, e);
}

static bool terminal_health(struct work *w, const char *id, const char *health, int64_t now_ms, struct err *e)
{
    struct query q = db_query(lite_db(w), "UPDATE device SET health = ?, seen_ms = ? WHERE id = ?");
    query_text(&q, health);
    query_int(&q, now_ms);
    query_text(&q, id);
    return query_run(&q, e);
}

static bool terminal_heirs(struct work *w, const char *id, int64_t *count, struct err *e)
{
    struct query q = db_query(lite_db(w), "SELECT count(*) FROM device WHERE succeeds = ?");
    query_text(&q, id);
    *count = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

static bool terminal_both_alive(struct work *w, const char *id, int64_t slack_ms, struct ledger_pair *out,
                                bool *found, struct err *e)
{
    struct query q = db_query(
        lite_db(w),
        "SELECT old.id, heir.id FROM device heir JOIN device old ON old.id = heir.succeeds "
        "WHERE heir.succeeds <> '' AND (heir.id = ?1 OR heir.succeeds = ?1) AND heir.first_sealed_ms > 0 "
        "AND old.sealed_ms > heir.first_sealed_ms + ?2 AND heir.clock > 0 AND old.clock > 0 LIMIT 1");
    query_text(&q, id);
    query_int(&q, slack_ms);
    *found = query_row(&q);
    if (*found) {
        query_copy_text(&q, 0, out->old, sizeof out->old);
        query_copy_text(&q, 1, out->heir, sizeof out->heir);
    }
    return query_end(&q, e);
}

/* ---- introductions ---- */

static bool terminals_untold(struct work *w, int limit, ledger_stranger_visit *visit, void *ctx,
                             struct err *e)
{
    struct query q = db_query(
        lite_db(w),
        "SELECT d.id, d.key, s.name, d.hub, d.succeeds FROM device d JOIN site s ON s.id = d.site "
        "WHERE d.told_ms = 0 AND d.revoked_ms = 0 ORDER BY d.since_ms LIMIT ?");
    query_int(&q, limit);
    while (query_row(&q)) {
        size_t len;
        struct ledger_stranger s = { .id = query_col_text(&q, 0),
                                     .key = query_col_blob(&q, 1, &len),
                                     .site = query_col_text(&q, 2),
                                     .hub = query_col_int(&q, 3),
                                     .succeeds = query_col_text(&q, 4) };
        if (len == KEY_PUBLIC_BYTES)
            visit(ctx, &s);
    }
    return query_end(&q, e);
}

static bool terminal_told(struct work *w, const char *id, int64_t at_ms, struct err *e)
{
    struct query q = db_query(lite_db(w), "UPDATE device SET told_ms = ? WHERE id = ?");
    query_int(&q, at_ms);
    query_text(&q, id);
    return query_run(&q, e);
}

static bool terminal_untell(struct work *w, const char *id, int64_t from_ms, int64_t to_ms, struct err *e)
{
    struct query q = db_query(lite_db(w),
                              "UPDATE device SET told_ms = 0 WHERE id = ? AND (told_ms < ? OR told_ms > ?)");
    query_text(&q, id);
    query_int(&q, from_ms);
    query_int(&q, to_ms);
    return query_run(&q, e);
}

/* ---- for people ---- */

static bool terminals(struct work *w, ledger_state_visit *visit, void *ctx, struct err *e)
{
    struct query q = db_query(lite_db(w), "SELECT s.name, d.id, d.hub, d.via, d.succeeds, d.since_ms, "
                                          "d.seen_ms, d.sealed_ms, d.clock, d.revoked_ms, d.health, "
                                          "coalesce(l.packets, 0), coalesce(l.bytes, 0), coalesce((SELECT "
                                          "sum(last - first + 1) FROM span WHERE device = d.id), 0) "
                                          "FROM device d JOIN site s ON s.id = d.site LEFT JOIN load l ON "
                                          "l.device = d.id ORDER BY s.name, d.since_ms, d.id");
    while (query_row(&q)) {
        struct ledger_terminal_state s = {
            .site = query_col_text(&q, 0),
            .id = query_col_text(&q, 1),
            .hub = query_col_int(&q, 2),
            .via = query_col_text(&q, 3),
            .succeeds = query_col_text(&q, 4),
            .since_ms = query_col_int(&q, 5),
            .seen_ms = query_col_int(&q, 6),
            .sealed_ms = query_col_int(&q, 7),
            .clock = (int)query_col_int(&q, 8),
            .revoked_ms = query_col_int(&q, 9),
            .health = query_col_text(&q, 10),
            .custody_packets = query_col_int(&q, 11),
            .custody_bytes = query_col_int(&q, 12),
            .arrived = query_col_int(&q, 13),
        };
        visit(ctx, &s);
    }
    return query_end(&q, e);
}

static bool census(struct work *w, struct ledger_census *out, struct err *e)
{
    struct query q = db_query(
        lite_db(w), "SELECT (SELECT count(*) FROM site), (SELECT count(*) FROM device WHERE revoked_ms = 0), "
                    "(SELECT coalesce(max(seen_ms), 0) FROM device)");
    if (query_row(&q))
        *out = (struct ledger_census){ query_col_int(&q, 0), query_col_int(&q, 1), query_col_int(&q, 2) };
    return query_end(&q, e);
}

const struct terminal_words lite_terminal_words = {
    .code_put = code_put,
    .code_take = code_take,
    .site = site,
    .terminal_put = terminal_put,
    .terminal_find = terminal_find,
    .terminal_revoke = terminal_revoke,
    .terminal_seen = terminal_seen,
    .terminal_health = terminal_health,
    .terminal_heirs = terminal_heirs,
    .terminal_both_alive = terminal_both_alive,
    .terminals_untold = terminals_untold,
    .terminal_told = terminal_told,
    .terminal_untell = terminal_untell,
    .terminals = terminals,
    .census = census,
};
