/* lite_journal.c - alarms, the audit, totals, settings and operators in hub.db. Part of lite.h. */
#include "hub/ledger/lite_parts.h"

/* ---- alarms ---- */

static bool alarm_text(struct work *w, const char *kind, const char *subject, int64_t now_ms,
                       const char *text, struct err *e)
{
    struct query q = db_query(lite_db(w), "INSERT INTO alarm (kind, subject, text, first_ms, last_ms, times, "
                                          "over_ms) VALUES (?1, ?2, ?3, ?4, ?4, 1, 0) "
                                          "ON CONFLICT (kind, subject) WHERE over_ms = 0 DO UPDATE SET text "
                                          "= ?3, last_ms = ?4, times = times + 1");
    query_text(&q, kind);
    query_text(&q, subject);
    query_text(&q, text);
    query_int(&q, now_ms);
    return query_run(&q, e);
}

static bool alarm_over(struct work *w, int64_t id, int64_t now_ms, bool *found, struct err *e)
{
    struct query q = db_query(lite_db(w), "UPDATE alarm SET over_ms = ? WHERE id = ? AND over_ms = 0");
    query_int(&q, now_ms);
    query_int(&q, id);
    if (!query_run(&q, e))
        return false;
    *found = db_changes(lite_db(w)) > 0;
    return true;
}

static bool alarm_settle(struct work *w, const char *kind, const char *subject, int64_t now_ms, struct err *e)
{
    struct query q = db_query(lite_db(w),
                              "UPDATE alarm SET over_ms = ? WHERE kind = ? AND subject = ? AND over_ms = 0");
    query_int(&q, now_ms);
    query_text(&q, kind);
    query_text(&q, subject);
    return query_run(&q, e);
}

static bool alarm_others(struct work *w, const char *kind, const char *subject, int64_t *count, struct err *e)
{
    struct query q = db_query(lite_db(w),
                              "SELECT count(*) FROM alarm WHERE kind = ? AND subject != ? AND over_ms = 0");
    query_text(&q, kind);
    query_text(&q, subject);
    *count = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

static bool alarms(struct work *w, ledger_alarm_visit *visit, void *ctx, struct err *e)
{
    struct query q = db_query(
        lite_db(w), "SELECT id, kind, subject, text, first_ms, last_ms, times FROM alarm WHERE over_ms = 0 "
                    "ORDER BY last_ms DESC LIMIT 200");
    while (query_row(&q)) {
        struct ledger_alarm_row a = { .id = query_col_int(&q, 0),
                                      .kind = query_col_text(&q, 1),
                                      .subject = query_col_text(&q, 2),
                                      .text = query_col_text(&q, 3),
                                      .first_ms = query_col_int(&q, 4),
                                      .last_ms = query_col_int(&q, 5),
                                      .times = query_col_int(&q, 6) };
        visit(ctx, &a);
    }
    return query_end(&q, e);
}

/* ---- the audit ---- */

static bool audit(struct work *w, const struct ledger_act *a, struct err *e)
{
    struct query q = db_query(lite_db(w),
                              "INSERT INTO audit (at_ms, who, act, what, place) VALUES (?, ?, ?, ?, ?)");
    query_int(&q, a->at_ms);
    query_text(&q, a->who);
    query_text(&q, a->act);
    query_text(&q, a->what);
    query_text(&q, a->place);
    return query_run(&q, e);
}

static bool audits(struct work *w, int limit, ledger_audit_visit *visit, void *ctx, struct err *e)
{
    struct query q = db_query(lite_db(w),
                              "SELECT nr, at_ms, who, act, what, place FROM audit ORDER BY nr DESC LIMIT ?");
    query_int(&q, limit);
    while (query_row(&q)) {
        struct ledger_act a = { .nr = query_col_int(&q, 0),
                                .at_ms = query_col_int(&q, 1),
                                .who = query_col_text(&q, 2),
                                .act = query_col_text(&q, 3),
                                .what = query_col_text(&q, 4),
                                .place = query_col_text(&q, 5) };
        visit(ctx, &a);
    }
    return query_end(&q, e);
}

/* ---- totals and settings ---- */

static bool count(struct work *w, const char *name, int64_t more, struct err *e)
{
    if (more == 0)
        return true;
    struct query q = db_query(
        lite_db(w), "INSERT INTO tally VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = value + ?2");
    query_text(&q, name);
    query_int(&q, more);
    return query_run(&q, e);
}

static bool total(struct work *w, const char *name, int64_t *out, struct err *e)
{
    struct query q = db_query(lite_db(w), "SELECT value FROM tally WHERE name = ?");
    query_text(&q, name);
    *out = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

static bool set(struct work *w, const char *key, const char *value, struct err *e)
{
    struct query q = db_query(lite_db(w),
                              "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2");
    query_text(&q, key);
    query_text(&q, value);
    return query_run(&q, e);
}

static bool get(struct work *w, const char *key, char *out, size_t size, struct err *e)
{
    struct query q = db_query(lite_db(w), "SELECT value FROM setting WHERE key = ?");
    query_text(&q, key);
    *out = 0;
    if (query_row(&q))
        query_copy_text(&q, 0, out, size);
    return query_end(&q, e);
}

/* ---- operators ---- */

static bool operator_find(struct work *w, const char *name, char hash[PIN_HASH_TEXT], bool *any, bool *found,
                          struct err *e)
{
    struct query q = db_query(lite_db(w),
                              "SELECT name = ?, hash FROM operator ORDER BY name = ? DESC LIMIT 1");
    query_text(&q, name);
    query_text(&q, name);
    *any = query_row(&q);
    *found = *any && query_col_int(&q, 0) == 1;
    query_copy_text(&q, 1, hash, PIN_HASH_TEXT);
    return query_end(&q, e);
}

static bool operator_any(struct work *w, bool *any, struct err *e)
{
    struct query q = db_query(lite_db(w), "SELECT 1 FROM operator LIMIT 1");
    *any = query_row(&q);
    return query_end(&q, e);
}

static bool operator_put(struct work *w, const char *name, const char *hash, int64_t now_ms, struct err *e)
{
    struct query q = db_query(lite_db(w), "INSERT INTO operator (name, hash, made_ms) VALUES (?, ?, ?)");
    query_text(&q, name);
    query_text(&q, hash);
    query_int(&q, now_ms);
    return query_run(&q, e);
}

static bool operator_set(struct work *w, const char *name, const char *hash, struct err *e)
{
    struct query q = db_query(lite_db(w), "UPDATE operator SET hash = ? WHERE name = ?");
    query_text(&q, hash);
    query_text(&q, name);
    return query_run(&q, e);
}

const struct journal_words lite_journal_words = {
    .alarm_text = alarm_text,
    .alarm_over = alarm_over,
    .alarm_settle = alarm_settle,
    .alarm_others = alarm_others,
    .alarms = alarms,
    .audit = audit,
    .audits = audits,
    .count = count,
    .total = total,
    .set = set,
    .get = get,
    .operator_find = operator_find,
    .operator_any = operator_any,
    .operator_put = operator_put,
    .operator_set = operator_set,
};
