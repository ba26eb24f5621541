#define _GNU_SOURCE
#include "hub/vault/office.h"

#include <stdarg.h>
#include <stdio.h>

bool office_alarm(struct db *db, const char *kind, const char *subject, int64_t now_ms, struct err *e, const char *fmt, ...)
{
    char text[500];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    struct query q = db_query(db, "INSERT INTO alarm (kind, subject, text, first_ms, last_ms, times, over_ms) VALUES (?1, ?2, ?3, ?4, ?4, 1, 0) "
                                  "ON CONFLICT (kind, subject) WHERE over_ms = 0 DO UPDATE SET text = ?3, last_ms = ?4, times = times + 1");
    query_text(&q, kind);
    query_text(&q, subject);
    query_text(&q, text);
    query_int(&q, now_ms);
    return query_run(&q, e);
}

bool office_guess(struct db *db, const char *kind, const char *address, int64_t now_ms, struct err *e)
{
    enum { ADDRESSES_MAX = 100 };
    struct query q = db_query(db, "SELECT count(*) FROM alarm WHERE kind = ? AND subject != ? AND over_ms = 0");
    query_text(&q, kind);
    query_text(&q, address);
    bool many = query_row(&q) && query_col_int(&q, 0) >= ADDRESSES_MAX;
    return query_end(&q, e) && office_alarm(db, kind, many ? "" : address, now_ms, e, "a wrong, used or too old code was tried from %s", address);
}

bool office_alarm_over(struct db *db, int64_t id, int64_t now_ms, bool *found, struct err *e)
{
    struct query q = db_query(db, "UPDATE alarm SET over_ms = ? WHERE id = ? AND over_ms = 0");
    query_int(&q, now_ms);
    query_int(&q, id);
    if (!query_run(&q, e))
        return false;
    *found = db_changes(db) > 0;
    return true;
}

bool office_alarm_settle(struct db *db, const char *kind, const char *subject, int64_t now_ms, struct err *e)
{
    struct query q = db_query(db, "UPDATE alarm SET over_ms = ? WHERE kind = ? AND subject = ? AND over_ms = 0");
    query_int(&q, now_ms);
    query_text(&q, kind);
    query_text(&q, subject);
    return query_run(&q, e);
}

bool office_audit(struct db *db, const char *who, const char *act, const char *what, const char *place, int64_t now_ms, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO audit (at_ms, who, act, what, place) VALUES (?, ?, ?, ?, ?)");
    query_int(&q, now_ms);
    query_text(&q, who);
    query_text(&q, act);
    query_text(&q, what);
    query_text(&q, place);
    return query_run(&q, e);
}

bool office_count(struct db *db, const char *name, int64_t more, struct err *e)
{
    if (more == 0)
        return true;
    struct query q = db_query(db, "INSERT INTO tally VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = value + ?2");
    query_text(&q, name);
    query_int(&q, more);
    return query_run(&q, e);
}

bool office_total(struct db *db, const char *name, int64_t *out, struct err *e)
{
    struct query q = db_query(db, "SELECT value FROM tally WHERE name = ?");
    query_text(&q, name);
    *out = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

bool office_set(struct db *db, const char *key, const char *value, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2");
    query_text(&q, key);
    query_text(&q, value);
    return query_run(&q, e);
}

bool office_get(struct db *db, const char *key, char *out, size_t size, struct err *e)
{
    struct query q = db_query(db, "SELECT value FROM setting WHERE key = ?");
    query_text(&q, key);
    *out = 0;
    if (query_row(&q))
        query_copy_text(&q, 0, out, size);
    return query_end(&q, e);
}
