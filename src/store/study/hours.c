#define _GNU_SOURCE
#include "store/study/hours.h"
#include "base/clock.h"
#include "store/library/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int hours_month_of(int64_t wall_ms)
{
    char day[11];
    int year = 0, month = 0;
    clock_local_day(wall_ms, day);
    sscanf(day, "%d-%d", &year, &month);
    return year * 100 + month;
}

#define SUMS "sum(screen_ms), sum(watched_ms), sum(verified_ms), sum(review_ms)"

static struct hours read_sums(struct query *q, int col)
{
    return (struct hours){ .screen_ms = query_col_int(q, col), .watched_ms = query_col_int(q, col + 1),
                           .verified_ms = query_col_int(q, col + 2), .review_ms = query_col_int(q, col + 3) };
}

static void add(struct hours *to, const struct hours *h)
{
    to->screen_ms += h->screen_ms;
    to->watched_ms += h->watched_ms;
    to->verified_ms += h->verified_ms;
    to->review_ms += h->review_ms;
}

bool hours_year(struct db *db, const char *member_id, int year, struct hours_year *out, struct err *e)
{
    struct hours_year y = { 0 };
    struct query q = db_query(db, "SELECT month % 100, " SUMS " FROM hours_month WHERE member_id = ? AND month BETWEEN ? AND ?"
                                  " GROUP BY month");
    query_text(&q, member_id);
    query_int(&q, year * 100 + 1);
    query_int(&q, year * 100 + 12);
    while (query_row(&q)) {
        int month = (int)query_col_int(&q, 0);
        if (month < 1 || month > 12)
            continue;
        y.month[month - 1] = read_sums(&q, 1);
        add(&y.total, &y.month[month - 1]);
    }
    if (!query_end(&q, e))
        return false;
    *out = y;
    return true;
}

void hours_category_list_release(struct hours_category_list *l)
{
    free(l->row);
    *l = (struct hours_category_list){ 0 };
}

bool hours_categories(struct db *db, const char *member_id, int from_month, int to_month, struct hours_category_list *out,
                      struct err *e)
{
    struct hours_category_list list = { 0 };
    int cap = 0;
    struct query q = db_query(db, "SELECT category, " SUMS " FROM hours_month WHERE member_id = ? AND month BETWEEN ? AND ?"
                                  " GROUP BY category ORDER BY sum(watched_ms) DESC, category");
    query_text(&q, member_id);
    query_int(&q, from_month);
    query_int(&q, to_month);
    while (query_row(&q)) {
        ARRAY_GROW(list.row, list.count, cap);
        struct hours_category *row = &list.row[list.count++];
        query_copy_text(&q, 0, row->category, sizeof row->category);
        row->hours = read_sums(&q, 1);
    }
    if (!query_end(&q, e)) {
        hours_category_list_release(&list);
        return false;
    }
    *out = list;
    return true;
}

void hours_lesson_list_release(struct hours_lesson_list *l)
{
    for (int i = 0; i < l->count; i++)
        lang_text_release(&l->row[i].title);
    free(l->row);
    *l = (struct hours_lesson_list){ 0 };
}

static bool count_lessons(struct db *db, const char *member_id, int from_month, int to_month, int *out, struct err *e)
{
    struct query q = db_query(db, "SELECT count(DISTINCT content_id) FROM hours_lesson WHERE member_id = ? AND month BETWEEN ? AND ?");
    query_text(&q, member_id);
    query_int(&q, from_month);
    query_int(&q, to_month);
    int n = query_row(&q) ? (int)query_col_int(&q, 0) : 0;
    if (!query_end(&q, e))
        return false;
    *out = n;
    return true;
}

static bool read_lesson(struct query *q, struct hours_lesson *row, struct err *e)
{
    *row = (struct hours_lesson){ .hours = read_sums(q, 2), .last_ms = query_col_int(q, 6) };
    query_copy_text(q, 0, row->content_id, sizeof row->content_id);
    query_copy_text(q, 1, row->category, sizeof row->category);
    return query_col_null(q, 7) || library_read_text(query_col_text(q, 7), &row->title, e);
}

bool hours_lessons(struct db *db, const char *member_id, int from_month, int to_month, int offset, int limit,
                   struct hours_lesson_list *out, int *total, struct err *e)
{
    struct hours_lesson_list list = { 0 };
    struct err why = ERR_INIT;
    int cap = 0, count = 0;
    bool ok = true;
    if (total && !count_lessons(db, member_id, from_month, to_month, &count, e))
        return false;
    /* Page first, names after: a title is looked up only for the rows that are shown. */
    struct query q = db_query(db, "SELECT h.*, n.title FROM (SELECT content_id, category, " SUMS ", max(last_ms) AS newest"
                                  " FROM hours_lesson WHERE member_id = ? AND month BETWEEN ? AND ? GROUP BY content_id"
                                  " ORDER BY newest DESC, content_id LIMIT ? OFFSET ?) h"
                                  " LEFT JOIN lesson_name n ON n.content_id = h.content_id ORDER BY h.newest DESC, h.content_id");
    query_text(&q, member_id);
    query_int(&q, from_month);
    query_int(&q, to_month);
    query_int(&q, limit);
    query_int(&q, offset);
    while (ok && query_row(&q)) {
        ARRAY_GROW(list.row, list.count, cap);
        ok = read_lesson(&q, &list.row[list.count], &why);
        list.count += ok;
    }
    bool ended = query_end(&q, e);
    if (ended && !ok && e)
        *e = why;
    if (!ended || !ok) {
        hours_lesson_list_release(&list);
        return false;
    }
    *out = list;
    if (total)
        *total = count;
    return true;
}

/* ---- the report ---- */

static bool sums_of(struct db *db, const char *member_id, int from_month, int to_month, struct hours *out, struct err *e)
{
    struct query q = db_query(db, "SELECT " SUMS " FROM hours_month WHERE member_id = ? AND month BETWEEN ? AND ?");
    query_text(&q, member_id);
    query_int(&q, from_month);
    query_int(&q, to_month);
    *out = query_row(&q) ? read_sums(&q, 0) : (struct hours){ 0 };
    return query_end(&q, e);
}

static bool finished_of(struct db *db, const char *member_id, int *out, struct err *e)
{
    struct query q = db_query(db, "SELECT count(*) FROM progress WHERE member_id = ? AND finished = 1");
    query_text(&q, member_id);
    *out = query_row(&q) ? (int)query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

bool hours_report(struct db *db, int from_month, int to_month, bool (*visit)(void *ctx, const struct hours_report_row *row),
                  void *ctx, struct err *e)
{
    bool ok = true, go_on = true;
    struct err why = ERR_INIT;
    struct query q = db_query(db, "SELECT id FROM member ORDER BY initial, sort_key, id");
    while (ok && go_on && query_row(&q)) {
        struct hours_report_row row;
        const char *id = query_col_text(&q, 0);
        ok = member_get(db, id, &row.member, &why) && sums_of(db, id, from_month, to_month, &row.hours, &why) &&
             finished_of(db, id, &row.finished, &why);
        if (ok && (row.member.active || row.hours.screen_ms > 0))
            go_on = visit(ctx, &row);
    }
    if (!query_end(&q, e))
        return false;
    if (!ok && e)
        *e = why;
    return ok;
}
