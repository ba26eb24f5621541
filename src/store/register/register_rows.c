/* register_rows.c - the rows of the six registers, each from the tables that hold its facts. Part of register.h. */
#define _GNU_SOURCE
#define LOG_MODULE "register"
#include "base/clock.h"
#include "base/log.h"
#include "model/room.h"
#include "store/states.h"
#include "store/study/viewing.h"
#include "store/outbox/machine_log.h"
#include "store/register/register_parts.h"
#include "store/register/register_void.h"
#include "store/library/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double minutes(int64_t ms) { return (double)ms / 60000; }
static double in_hours(int64_t ms) { return (double)ms / 3600000; }

/* A stored language map; registers are Chinese. */
static void set_title(const struct register_table *t, struct register_row *r, const char *en, const char *json)
{
    struct lang_text title = { 0 };
    struct err why = ERR_INIT;
    if (!*json)
        return;
    if (!library_read_text(json, &title, &why))
        log_warn("%s", why.text);
    register_set(t, r, en, lang_text_get(&title, "zh-CN"));
    lang_text_release(&title);
}

/* Fills status and note of a row, from what was voided and why. */
static bool register_status(struct db *db, const struct register_table *t, struct register_row *r, struct err *e)
{
    struct query q = db_query(db, "SELECT reason, 1 FROM voided WHERE statement_id = ?1 UNION ALL SELECT reason, 0 FROM voided WHERE new_id = ?1");
    query_text(&q, r->statement_id);
    while (*r->statement_id && query_row(&q)) {
        r->voided |= query_col_int(&q, 1) != 0;
        register_set(t, r, "status", r->voided ? "作废" : "更正");
        register_set(t, r, "note", void_reason_words(query_col_text(&q, 0)));
    }
    return query_end(&q, e);
}

/* Rows of `q`, each by `add`, which takes the row's status from elsewhere. */
static bool each(struct db *db, struct query *q, struct register_table *t, bool status,
                 void (*add)(struct register_table *t, struct register_row *r, struct query *q), struct err *e)
{
    bool ok = true;
    struct err why = ERR_INIT;
    while (ok && query_row(q)) {
        struct register_row *r = register_add(t);
        add(t, r, q);
        ok = !status || register_status(db, t, r, &why);
    }
    if (!query_end(q, e))
        return false;
    if (!ok && e)
        *e = why;
    return ok;
}

/* ---- viewing ---- */

static void add_viewing(struct register_table *t, struct register_row *r, struct query *q)
{
    char id[UUID_TEXT];
    register_set_day(t, r, "date", query_col_int(q, 1));
    register_set_clock(t, r, "began", query_col_int(q, 1));
    register_set(t, r, "full_name", query_col_text(q, 3));
    register_set(t, r, "member_id", query_col_text(q, 2));
    set_title(t, r, "course", query_col_text(q, 4));
    set_title(t, r, "lesson", query_col_text(q, 5));
    register_set_number(t, r, "watched_minutes", minutes(query_col_int(q, 6)));
    register_set_number(t, r, "verified_minutes", minutes(query_col_int(q, 7)));
    register_set_number(t, r, "review_minutes", minutes(query_col_int(q, 8)));
    query_copy_text(q, 0, id, sizeof id);
    viewing_end_id(id, r->statement_id);
}

bool register_viewing(struct db *db, const struct config *c, struct register_table *t, struct err *e)
{
    int64_t from, to;
    (void)c;
    register_span(t, &from, &to);
    struct query q = db_query(db, "SELECT v.id, v.began_ms, v.member_id, ifnull(m.name, ''),"
                                  " ifnull((SELECT title FROM package k WHERE k.id = v.course_id AND k.active = 1), ''),"
                                  " ifnull((SELECT title FROM lesson_name n WHERE n.content_id = v.content_id), ''),"
                                  " v.watched_ms, v.verified_ms, v.review_ms FROM viewing v LEFT JOIN member m ON m.id = v.member_id"
                                  " WHERE v.began_ms >= ? AND v.began_ms < ?"
                                  " AND v.state <> " SQL_VIEWING_UNDER_WAY
                                  " AND v.member_id <> '' AND v.screen_ms > 0"
                                  " ORDER BY v.began_ms, m.initial, m.sort_key, v.seq");
    query_int(&q, from);
    query_int(&q, to);
    return each(db, &q, t, true, add_viewing, e);
}

/* ---- attendance ---- */

static void add_attendance(struct register_table *t, struct register_row *r, struct query *q)
{
    register_set_day(t, r, "date", query_col_int(q, 0));
    register_set_clock(t, r, "began", query_col_int(q, 0));
    register_set_clock(t, r, "ended", query_col_int(q, 1));
    register_set(t, r, "topic", query_col_text(q, 2));
    register_set(t, r, "full_name", query_col_text(q, 4));
    register_set(t, r, "member_id", query_col_text(q, 3));
    register_set_number(t, r, "present_minutes", minutes(query_col_int(q, 5)));
    register_set_number(t, r, "watched_minutes", minutes(query_col_int(q, 6)));
    register_set_number(t, r, "verified_minutes", minutes(query_col_int(q, 7)));
    register_set(t, r, "host", query_col_text(q, 9));
    register_set(t, r, "signed", query_col_int(q, 10) == 1 ? "已签" : "未签");
    query_copy_text(q, 8, r->statement_id, sizeof r->statement_id);
}

bool register_attendance(struct db *db, const struct config *c, struct register_table *t, struct err *e)
{
    int64_t from, to;
    (void)c;
    register_span(t, &from, &to);
    struct query q = db_query(db, "SELECT r.began_ms, r.ended_ms, r.topic, a.member_id, ifnull(m.name, ''), a.present_ms, a.watched_ms,"
                                  " a.verified_ms, a.statement_id, ifnull(h.name, ''), r.state FROM attendance a"
                                  " JOIN room r ON r.seq = a.room_seq LEFT JOIN member m ON m.id = a.member_id"
                                  " LEFT JOIN member h ON h.id = r.host_id WHERE r.began_ms >= ?"
                                  " AND r.began_ms < ? AND r.state <> " SQL_ROOM_OPEN
                                  " ORDER BY r.began_ms, r.seq, m.initial, m.sort_key, a.member_id");
    query_int(&q, from);
    query_int(&q, to);
    return each(db, &q, t, true, add_attendance, e);
}

/* ---- discussion ---- */

/* "text:…" and "phrase:…" say it; "voice:SHA:MS" is how long it is. */
static void set_minute(struct register_table *t, struct register_row *r, const char *text)
{
    const char *rest = strchr(text, ':');
    rest = rest ? rest + 1 : text;
    if (!strncmp(text, "voice:", 6)) {
        const char *ms = strchr(rest, ':');
        register_set_number(t, r, "voice_seconds", ms ? (double)atoll(ms + 1) / 1000 : 0);
        register_set(t, r, "content", "（语音）");
        return;
    }
    register_set_number(t, r, "voice_seconds", 0);
    register_set(t, r, "content", rest);
}

static void add_discussion(struct register_table *t, struct register_row *r, struct query *q)
{
    bool minute = query_col_int(q, 0) == 1;
    const char *title = query_col_text(q, 4);
    register_set_day(t, r, "date", query_col_int(q, 1));
    register_set_clock(t, r, "time", query_col_int(q, 1));
    register_set(t, r, "occasion", minute || *query_col_text(q, 8) ? "集体学习" : "课后");
    if (minute || *title != '{')
        register_set(t, r, "about", title);
    else
        set_title(t, r, "about", title);
    register_set(t, r, "full_name", query_col_text(q, 3));
    register_set(t, r, "member_id", query_col_text(q, 2));
    if (minute) {
        set_minute(t, r, query_col_text(q, 5));
        return;
    }
    register_set(t, r, "content", *query_col_text(q, 5) ? query_col_text(q, 5) : "（语音）");
    register_set_number(t, r, "voice_seconds", (double)query_col_int(q, 6) / 1000);
    register_set(t, r, "status", query_col_int(q, 7) ? "已隐藏" : "");
}

/* Comments under lessons and in rooms, and the minutes of meetings: in order of time. */
bool register_discussion(struct db *db, const struct config *c, struct register_table *t, struct err *e)
{
    int64_t from, to;
    (void)c;
    register_span(t, &from, &to);
    struct query q = db_query(db, "SELECT 0, c.at_ms AS at, c.member_id, ifnull(m.name, ''),"
                                  " coalesce((SELECT title FROM lesson_name n WHERE n.content_id = c.content_id),"
                                  " (SELECT topic FROM room r WHERE r.id = c.room_id), ''), c.text, c.voice_ms, c.hidden_by <> '', c.room_id, c.seq"
                                  " FROM comment c LEFT JOIN member m ON m.id = c.member_id WHERE c.at_ms >= ?1 AND c.at_ms < ?2"
                                  " UNION ALL SELECT 1, v.wall_ms, r.host_id, ifnull(m.name, ''), r.topic, v.text, 0, 0, r.id, v.seq"
                                  " FROM room_event v JOIN room r ON r.seq = v.room_seq LEFT JOIN member m ON m.id = r.host_id"
                                  " WHERE v.kind = ?3 AND r.state <> " SQL_ROOM_OPEN
                                  " AND v.wall_ms >= ?1 AND v.wall_ms < ?2 ORDER BY at, 1, 10");
    query_int(&q, from);
    query_int(&q, to);
    query_int(&q, ROOM_MINUTE);
    return each(db, &q, t, false, add_discussion, e);
}

/* ---- download ---- */

static const char *source_of(int64_t kind)
{
    return kind == MACHINE_CONTENT_LINK ? "网络" : kind == MACHINE_CONTENT_STICK ? "U盘" : "文件夹";
}

static void add_download(struct register_table *t, struct register_row *r, struct query *q)
{
    char text[200];
    query_copy_text(q, 3, text, sizeof text);
    char *space = strrchr(text, ' ');
    register_set_number(t, r, "version", space ? atof(space + 1) : 0);
    if (space)
        *space = 0;
    register_set_day(t, r, "date", query_col_int(q, 1));
    register_set_clock(t, r, "time", query_col_int(q, 1));
    register_set(t, r, "package_id", text);
    set_title(t, r, "course", query_col_text(q, 4));
    register_set_number(t, r, "lessons", (double)query_col_int(q, 5));
    register_set_number(t, r, "size_mb", (double)query_col_int(q, 2) / 1000000);
    register_set(t, r, "source", source_of(query_col_int(q, 0)));
}

bool register_download(struct db *db, const struct config *c, struct register_table *t, struct err *e)
{
    int64_t from, to;
    (void)c;
    register_span(t, &from, &to);
    struct query q = db_query(db, "SELECT l.kind, l.at_ms, l.amount, l.text, ifnull(k.title, ''), ifnull(k.total, 0) FROM machine_log l"
                                  " LEFT JOIN package k ON k.id || ' ' || k.version = l.text WHERE l.at_ms >= ? AND l.at_ms < ?"
                                  " AND l.kind BETWEEN ? AND ? ORDER BY l.at_ms, l.seq");
    query_int(&q, from);
    query_int(&q, to);
    query_int(&q, MACHINE_CONTENT_LINK);
    query_int(&q, MACHINE_CONTENT_FOLDER);
    return each(db, &q, t, false, add_download, e);
}

/* ---- hours ---- */

static const char *category_words(const char *category)
{
    static const struct { const char *name, *zh; } known[] = {
        { "", "全部" },      { "safety", "安全" }, { "health", "健康" },  { "farming", "农业" }, { "village", "村务" },
        { "rights", "权益" }, { "weather", "防灾" }, { "party", "党的生活" }, { "other", "其他" },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].name, category))
            return known[i].zh;
    return category;
}

static void add_hours(struct register_table *t, struct query *q, const char *category, const struct config_target *target)
{
    struct register_row *r = register_add(t);
    int64_t year = query_col_int(q, 4), want = target ? config_target_ms(target) : 0;
    register_set(t, r, "full_name", query_col_text(q, 1));
    register_set(t, r, "member_id", query_col_text(q, 0));
    register_set(t, r, "category", category_words(category));
    register_set_number(t, r, "month_hours", in_hours(query_col_int(q, 2)));
    register_set_number(t, r, "month_verified_hours", in_hours(query_col_int(q, 3)));
    register_set_number(t, r, "year_hours", in_hours(year));
    register_set_number(t, r, "target_hours", in_hours(want));
    register_set_number(t, r, "percent", want ? (double)year * 100 / (double)want : 0);
    register_set_number(t, r, "missing_hours", want > year ? in_hours(want - year) : 0);
}

static bool hours_of(struct db *db, struct register_table *t, const char *category, const struct config_target *target, struct err *e)
{
    struct query q = db_query(db, "SELECT id, name, mm, mv, ym FROM (SELECT m.id, m.name, m.active, m.initial, m.sort_key,"
                                  " ifnull(sum(h.watched_ms) FILTER (WHERE h.month = ?1), 0) AS mm,"
                                  " ifnull(sum(h.verified_ms) FILTER (WHERE h.month = ?1), 0) AS mv,"
                                  " ifnull(sum(h.watched_ms), 0) AS ym FROM member m LEFT JOIN hours_month h ON h.member_id = m.id"
                                  " AND h.month BETWEEN ?2 AND ?1 AND (?3 = '' OR h.category = ?3) GROUP BY m.id)"
                                  " WHERE active = 1 OR ym > 0 ORDER BY initial, sort_key, id");
    query_int(&q, t->month);
    query_int(&q, t->month / 100 * 100 + 1);
    query_text(&q, category);
    while (query_row(&q))
        add_hours(t, &q, category, target);
    return query_end(&q, e);
}

/* All categories together, then each that has a target of its own. */
bool register_hours(struct db *db, const struct config *c, struct register_table *t, struct err *e)
{
    char last_day[11];
    int64_t from, to;
    register_span(t, &from, &to);
    clock_local_day(to - 1, last_day);
    if (!hours_of(db, t, "", config_target_on(c, last_day, ""), e))
        return false;
    for (int i = 0; i < c->target_count; i++) {
        const struct config_target *target = config_target_on(c, last_day, c->target[i].category);
        if (*c->target[i].category && target == &c->target[i] && !hours_of(db, t, target->category, target, e))
            return false;
    }
    return true;
}
