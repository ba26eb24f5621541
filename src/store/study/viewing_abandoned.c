/* viewing_abandoned.c - viewings that a power cut left open. Part of viewing.h. */
#define _GNU_SOURCE
#define LOG_MODULE "viewing"
#include "base/log.h"
#include "store/library/library.h"
#include "store/outbox/outbox.h"
#include "store/states.h"
#include "store/study/viewing_parts.h"

struct abandoned {
    int64_t seq;
    struct viewing_fact f; /* of the row as it was last saved */
    struct spans played, counted;
    struct lang_text title;
};

static void read_abandoned(struct query *q, struct abandoned *a)
{
    struct viewing_fact *f = &a->f;
    a->seq = query_col_int(q, 0);
    query_copy_text(q, 1, f->id, sizeof f->id);
    query_copy_text(q, 2, f->member_id, sizeof f->member_id);
    query_copy_text(q, 3, f->content_id, sizeof f->content_id);
    query_copy_text(q, 4, f->course_id, sizeof f->course_id);
    f->course_version = query_col_int(q, 5);
    query_copy_text(q, 6, f->category, sizeof f->category);
    f->fact.at = (struct clock_reading){ .boot_ms = query_col_int(q, 10), .wall_raw_ms = query_col_int(q, 9),
                                         .wall_ms = query_col_int(q, 9), .trust = (enum clock_trust)query_col_int(q, 7) };
    query_copy_text(q, 8, f->fact.at.boot_id, sizeof f->fact.at.boot_id);
    f->length_ms = query_col_int(q, 11);
    f->completion_permille = (int)query_col_int(q, 12);
    f->position_ms = query_col_int(q, 13);
    f->watched_ms = query_col_int(q, 15);
    f->verified_ms = query_col_int(q, 16);
    f->review_ms = query_col_int(q, 17);
    f->screen_ms = query_col_int(q, 18);
    /* What cannot be read any more is left out; the sums above are what counts. */
    struct err why = ERR_INIT;
    if (!spans_parse(query_col_text(q, 14), f->length_ms, &a->played, &why) ||
        !spans_parse(query_col_text(q, 19), f->length_ms, &a->counted, &why))
        log_warn("viewing %s: %s", f->id, why.text);
    if (!query_col_null(q, 20) && !library_read_text(query_col_text(q, 20), &a->title, &why))
        log_warn("lesson %s: %s", f->content_id, why.text);
}

static bool next_abandoned(struct db *db, int64_t after, struct abandoned *a, bool *found, struct err *e)
{
    *a = (struct abandoned){ 0 };
    struct query q = db_query(db, "SELECT v.seq, v.id, v.member_id, v.content_id, v.course_id, v.course_version, v.category, v.clock,"
                                  " v.boot_id, v.saved_ms, v.saved_boot_ms, v.length_ms, v.completion_permille, v.position_ms, v.played,"
                                  " v.watched_ms, v.verified_ms, v.review_ms, v.screen_ms, ifnull(c.spans, ''), n.title FROM viewing v"
                                  " LEFT JOIN counted c ON c.member_id = v.member_id AND c.content_id = v.content_id AND c.year = v.year"
                                  " LEFT JOIN lesson_name n ON n.content_id = v.content_id"
                                  " WHERE v.state = " SQL_VIEWING_UNDER_WAY
                                  " AND v.seq > ? ORDER BY v.seq LIMIT 1");
    query_int(&q, after);
    *found = query_row(&q);
    if (*found)
        read_abandoned(&q, a);
    return query_end(&q, e);
}

static bool close_one(struct db *db, struct abandoned *a, const char *home_page, struct err *e)
{
    struct query q = db_query(db, "UPDATE viewing SET state = " SQL_VIEWING_CUT " WHERE seq = ?");
    query_int(&q, a->seq);
    if (!query_run(&q, e))
        return false;
    struct viewing_fact *f = &a->f;
    char id[UUID_TEXT];
    viewing_end_id(f->id, id);
    struct statement_about about = viewing_about(f, a->title.count ? &a->title : NULL, home_page, id);
    struct statement_viewing v = { .session_id = f->id, .length_ms = f->length_ms, .position_ms = f->position_ms,
                                   .played = &a->played, .counted = &a->counted,
                                   .completion_permille = f->completion_permille, .watched_ms = f->watched_ms,
                                   .verified_ms = f->verified_ms, .review_ms = f->review_ms, .screen_ms = f->screen_ms };
    struct str text;
    str_init(&text, STATEMENT_MAX_BYTES);
    statement_viewing(STATEMENT_ABANDONED, &about, &v, &text);
    bool ok = outbox_put(db, id, text.data, text.len, f->fact.at.wall_ms, e);
    str_release(&text);
    return ok;
}

bool viewing_close_abandoned(struct db *db, const char *home_page, int *closed, struct err *e)
{
    struct abandoned a;
    bool found = true, ok = true;
    int64_t after = 0;
    *closed = 0;
    while (ok && (ok = next_abandoned(db, after, &a, &found, e)) && found) {
        after = a.seq;
        ok = close_one(db, &a, home_page, e);
        *closed += ok;
        spans_release(&a.played);
        spans_release(&a.counted);
        lang_text_release(&a.title);
    }
    return ok;
}
