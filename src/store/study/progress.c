#include "store/study/progress.h"

bool progress_get(struct db *db, const char *member_id, const char *content_id, struct progress *out, struct err *e)
{
    struct progress p = { .best_score = -1 };
    struct query q = db_query(db, "SELECT " PROGRESS_COLUMNS " FROM progress p WHERE p.member_id = ? AND p.content_id = ?");
    query_text(&q, member_id);
    query_text(&q, content_id);
    if (query_row(&q))
        progress_columns(&q, 0, &p);
    if (!query_end(&q, e))
        return false;
    *out = p;
    return true;
}

void progress_columns(struct query *q, int col, struct progress *out)
{
    *out = (struct progress){ .best_score = -1 };
    if (query_col_null(q, col))
        return;
    out->position_ms = query_col_int(q, col);
    out->length_ms = query_col_int(q, col + 1);
    out->finished = query_col_int(q, col + 2) != 0;
    out->best_score = query_col_num(q, col + 3);
    out->passed = query_col_int(q, col + 4) != 0;
    out->attempts = (int)query_col_int(q, col + 5);
    out->last_ms = query_col_int(q, col + 6);
    out->watched_ms = query_col_int(q, col + 7);
}

bool progress_counted(struct db *db, const char *member_id, const char *content_id, int year, struct spans *counted,
                      struct spans *verified, struct err *e)
{
    struct spans watched = { 0 }, vouched = { 0 };
    struct query q = db_query(db, "SELECT spans, verified FROM counted WHERE member_id = ? AND content_id = ? AND year = ?");
    query_text(&q, member_id);
    query_text(&q, content_id);
    query_int(&q, year);
    bool ok = true;
    if (*member_id && query_row(&q))
        ok = spans_parse(query_col_text(&q, 0), INT64_MAX, &watched, e) &&
             spans_parse(query_col_text(&q, 1), INT64_MAX, &vouched, e);
    struct err why = ERR_INIT;
    if (!query_end(&q, &why) || !ok) {
        if (ok && e)
            *e = why;
        spans_release(&watched);
        spans_release(&vouched);
        return false;
    }
    *counted = watched;
    *verified = vouched;
    return true;
}
