#define _GNU_SOURCE
#define LOG_MODULE "register"
#include "store/register/register_viewing.h"
#include "base/clock.h"
#include "base/log.h"
#include "model/study.h"
#include "store/study/viewing.h"
#include "store/study/hours.h"
#include "store/outbox/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct corrected_row { /* the viewing that was wrong */
    int64_t seq, course_version, began_ms, saved_ms, length_ms, position_ms;
    int64_t watched_ms, verified_ms, review_ms, screen_ms;
    int year, permille, clock;
    char id[UUID_TEXT], member_id[65], content_id[UUID_TEXT], course_id[129], category[65], ended_by[16], boot_id[37];
    int64_t boot_ms;
    struct spans played, own; /* own: the part of played that no earlier viewing had counted */
};

/* ---- spans ---- */

/* What of `s` is not in `less`. */
static void without(const struct spans *s, const struct spans *less, struct spans *out)
{
    *out = (struct spans){ 0 };
    for (int i = 0; i < s->count; i++) {
        int64_t at = s->span[i].from_ms;
        for (int k = 0; k < less->count && at < s->span[i].to_ms; k++) {
            if (less->span[k].to_ms <= at)
                continue;
            int64_t stop = less->span[k].from_ms < s->span[i].to_ms ? less->span[k].from_ms : s->span[i].to_ms;
            spans_add(out, at, stop);
            at = less->span[k].to_ms > at ? less->span[k].to_ms : at;
        }
        spans_add(out, at, s->span[i].to_ms);
    }
}

static void unite(struct spans *to, const struct spans *more)
{
    for (int i = 0; i < more->count; i++)
        (void)spans_add(to, more->span[i].from_ms, more->span[i].to_ms);
}

/* Damaged or of another length: what can be read counts. */
static void parse(const char *text, struct spans *out)
{
    struct err why = ERR_INIT;
    *out = (struct spans){ 0 };
    if (!spans_parse(text, INT64_MAX, out, &why))
        log_warn("spans \"%.60s\": %s", text, why.text);
}

static char *format(const struct spans *s)
{
    struct str text;
    str_init(&text, 0);
    spans_format(s, &text);
    char *out = str_take(&text);
    str_release(&text);
    return out;
}

/* ---- the viewing ---- */

static bool read_row(struct db *db, const char *viewing_id, struct corrected_row *r, struct err *e)
{
    struct query q = db_query(db, "SELECT seq, member_id, content_id, course_id, course_version, category, year, clock, boot_id, saved_boot_ms,"
                                  " began_ms, saved_ms, length_ms, completion_permille, position_ms, played, watched_ms, verified_ms,"
                                  " review_ms, screen_ms, ended_by FROM viewing WHERE id = ?");
    query_text(&q, viewing_id);
    bool found = query_row(&q);
    if (found) {
        *r = (struct corrected_row){ .seq = query_col_int(&q, 0), .course_version = query_col_int(&q, 4), .year = (int)query_col_int(&q, 6),
                                     .clock = (int)query_col_int(&q, 7), .boot_ms = query_col_int(&q, 9), .began_ms = query_col_int(&q, 10),
                                     .saved_ms = query_col_int(&q, 11), .length_ms = query_col_int(&q, 12),
                                     .permille = (int)query_col_int(&q, 13), .position_ms = query_col_int(&q, 14),
                                     .watched_ms = query_col_int(&q, 16), .verified_ms = query_col_int(&q, 17),
                                     .review_ms = query_col_int(&q, 18), .screen_ms = query_col_int(&q, 19) };
        query_copy_text(&q, 1, r->member_id, sizeof r->member_id);
        query_copy_text(&q, 2, r->content_id, sizeof r->content_id);
        query_copy_text(&q, 3, r->course_id, sizeof r->course_id);
        query_copy_text(&q, 5, r->category, sizeof r->category);
        query_copy_text(&q, 8, r->boot_id, sizeof r->boot_id);
        query_copy_text(&q, 20, r->ended_by, sizeof r->ended_by);
        snprintf(r->id, sizeof r->id, "%s", viewing_id);
        parse(query_col_text(&q, 15), &r->played);
    }
    return query_end(&q, e) && (found || err_set(e, ERR_DAMAGED, "the viewing %s has no row", viewing_id));
}

/* ---- what was new in it ---- */

/* A viewing of the member, the lesson and the year. Order is told by statements: a clock may have been put right. */
struct past { int64_t end_seq, saved_ms, void_seq, void_ms; bool voided; struct spans own; /* seq 0: not there, or forgotten */ };

static bool read_past(struct db *db, const char *viewing_id, int64_t saved_ms, struct past *out, struct err *e)
{
    char end[UUID_TEXT];
    *out = (struct past){ .saved_ms = saved_ms };
    viewing_end_id(viewing_id, end);
    struct query q = db_query(db, "SELECT ifnull((SELECT seq FROM statement WHERE id = ?1), 0), v.at_ms, ifnull(b.seq, 0) FROM (SELECT 1)"
                                  " LEFT JOIN voided v ON v.statement_id = ?1 LEFT JOIN statement b ON b.id = v.by_id");
    query_text(&q, end);
    if (query_row(&q)) {
        out->end_seq = query_col_int(&q, 0);
        out->void_ms = query_col_int(&q, 1);
        out->void_seq = query_col_int(&q, 2);
        out->voided = out->void_ms != 0;
    }
    return query_end(&q, e);
}

/* One that was taken back later still counted when `p` did. */
static bool gone_before(const struct past *one, const struct past *p)
{
    bool known = one->void_seq || p->end_seq;
    return one->voided && (known ? one->void_seq < p->end_seq : one->void_ms < p->saved_ms);
}

/* What `played` had that was not counted then, after `count` viewings before it. */
static void find_own(const struct past *past, int count, const struct spans *played, struct past *p)
{
    struct spans held = { 0 };
    for (int i = 0; i < count; i++)
        if (!gone_before(&past[i], p))
            unite(&held, &past[i].own);
    without(played, &held, &p->own);
    spans_release(&held);
}

/* Fills r->own: what counted is told again from this member's first viewing of the lesson in that year. */
static bool read_own(struct db *db, struct corrected_row *r, struct err *e)
{
    bool ok = true;
    struct err why = ERR_INIT;
    struct past *past = NULL;
    int count = 0;
    struct query q = db_query(db, "SELECT id, played, saved_ms FROM viewing WHERE member_id = ? AND content_id = ? AND year = ? AND seq <= ? ORDER BY seq");
    query_text(&q, r->member_id);
    query_text(&q, r->content_id);
    query_int(&q, r->year);
    query_int(&q, r->seq);
    while (ok && query_row(&q)) {
        char id[UUID_TEXT];
        struct spans played;
        query_copy_text(&q, 0, id, sizeof id);
        past = mem_resize(past, (size_t)count + 1, sizeof *past);
        ok = read_past(db, id, query_col_int(&q, 2), &past[count], &why);
        parse(query_col_text(&q, 1), &played);
        if (ok)
            find_own(past, count, &played, &past[count]);
        spans_release(&played);
        count++;
    }
    bool ended = query_end(&q, e);
    if (ended && !ok && e)
        *e = why;
    for (int i = 0; i < count - (ended && ok); i++)
        spans_release(&past[i].own);
    if (ended && ok && count)
        r->own = past[count - 1].own;
    free(past);
    return ended && ok;
}

/* ---- hours ---- */

/* Adds to (or, negative, takes from) the hours of a month; never below zero. */
static bool move_hours(struct db *db, const char *member_id, const struct corrected_row *r, int month, const struct hours *h, int64_t at_ms, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO hours_month (member_id, month, category, screen_ms, watched_ms, verified_ms, review_ms)"
                                  " VALUES (?1, ?2, ?3, max(?4, 0), max(?5, 0), max(?6, 0), max(?7, 0)) ON CONFLICT DO UPDATE SET"
                                  " screen_ms = max(screen_ms + ?4, 0), watched_ms = max(watched_ms + ?5, 0),"
                                  " verified_ms = max(verified_ms + ?6, 0), review_ms = max(review_ms + ?7, 0)");
    query_text(&q, member_id);
    query_int(&q, month);
    query_text(&q, r->category);
    query_int(&q, h->screen_ms);
    query_int(&q, h->watched_ms);
    query_int(&q, h->verified_ms);
    query_int(&q, h->review_ms);
    if (!query_run(&q, e))
        return false;
    q = db_query(db, "INSERT INTO hours_lesson (member_id, month, category, screen_ms, watched_ms, verified_ms, review_ms, content_id, last_ms)"
                     " VALUES (?1, ?2, ?3, max(?4, 0), max(?5, 0), max(?6, 0), max(?7, 0), ?8, ?9) ON CONFLICT DO UPDATE SET"
                     " screen_ms = max(screen_ms + ?4, 0), watched_ms = max(watched_ms + ?5, 0),"
                     " verified_ms = max(verified_ms + ?6, 0), review_ms = max(review_ms + ?7, 0)");
    query_text(&q, member_id);
    query_int(&q, month);
    query_text(&q, r->category);
    query_int(&q, h->screen_ms);
    query_int(&q, h->watched_ms);
    query_int(&q, h->verified_ms);
    query_int(&q, h->review_ms);
    query_text(&q, r->content_id);
    query_int(&q, at_ms);
    return query_run(&q, e);
}

static int64_t at_most(int64_t want, int64_t has)
{
    return want < has ? want : has;
}

/* A viewing over the end of a month was split: what the later month has of this lesson goes first, the rest is the earlier's. */
static bool take_hours(struct db *db, const struct corrected_row *r, struct err *e)
{
    int late = hours_month_of(r->saved_ms), early = hours_month_of(r->began_ms);
    struct hours has = { .watched_ms = INT64_MAX, .verified_ms = INT64_MAX, .review_ms = INT64_MAX, .screen_ms = INT64_MAX };
    if (early != late) {
        struct query q = db_query(db, "SELECT screen_ms, watched_ms, verified_ms, review_ms FROM hours_lesson WHERE member_id = ?"
                                      " AND month = ? AND content_id = ?");
        query_text(&q, r->member_id);
        query_int(&q, late);
        query_text(&q, r->content_id);
        has = (struct hours){ 0 };
        if (query_row(&q))
            has = (struct hours){ query_col_int(&q, 0), query_col_int(&q, 1), query_col_int(&q, 2), query_col_int(&q, 3) };
        if (!query_end(&q, e))
            return false;
    }
    struct hours first = { -at_most(r->screen_ms, has.screen_ms), -at_most(r->watched_ms, has.watched_ms),
                           -at_most(r->verified_ms, has.verified_ms), -at_most(r->review_ms, has.review_ms) };
    struct hours rest = { -r->screen_ms - first.screen_ms, -r->watched_ms - first.watched_ms, -r->verified_ms - first.verified_ms,
                          -r->review_ms - first.review_ms };
    return move_hours(db, r->member_id, r, late, &first, r->saved_ms, e) &&
           (early == late || move_hours(db, r->member_id, r, early, &rest, r->saved_ms, e));
}

/* ---- what has counted ---- */

static bool read_counted(struct db *db, const char *member_id, const struct corrected_row *r, struct spans *counted, struct spans *verified,
                         struct err *e)
{
    *counted = *verified = (struct spans){ 0 };
    struct query q = db_query(db, "SELECT spans, verified FROM counted WHERE member_id = ? AND content_id = ? AND year = ?");
    query_text(&q, member_id);
    query_text(&q, r->content_id);
    query_int(&q, r->year);
    if (query_row(&q)) {
        parse(query_col_text(&q, 0), counted);
        parse(query_col_text(&q, 1), verified);
    }
    return query_end(&q, e);
}

static bool write_counted(struct db *db, const char *member_id, const struct corrected_row *r, const struct spans *counted,
                          const struct spans *verified, struct err *e)
{
    char *a = format(counted), *b = format(verified);
    struct query q = db_query(db, "INSERT INTO counted (member_id, content_id, year, spans, verified, watched_ms) VALUES (?, ?, ?, ?, ?, ?)"
                                  " ON CONFLICT (member_id, content_id, year) DO UPDATE SET spans = excluded.spans,"
                                  " verified = excluded.verified, watched_ms = excluded.watched_ms");
    query_text(&q, member_id);
    query_text(&q, r->content_id);
    query_int(&q, r->year);
    query_text(&q, a);
    query_text(&q, b);
    query_int(&q, spans_total(counted));
    bool ok = query_run(&q, e);
    free(a);
    free(b);
    return ok;
}

/* Finished is who has seen enough of it, in whatever year. A position of somebody's own stays. */
static bool judge_progress(struct db *db, const char *member_id, const struct corrected_row *r, struct err *e)
{
    struct spans all = { 0 };
    struct query q = db_query(db, "SELECT spans FROM counted WHERE member_id = ? AND content_id = ?");
    query_text(&q, member_id);
    query_text(&q, r->content_id);
    while (query_row(&q)) {
        struct spans one;
        parse(query_col_text(&q, 0), &one);
        unite(&all, &one);
        spans_release(&one);
    }
    bool finished = r->length_ms > 0 && spans_total(&all) * 1000 >= r->length_ms * r->permille;
    spans_release(&all);
    if (!query_end(&q, e))
        return false;
    q = db_query(db, "INSERT INTO progress (member_id, content_id, position_ms, length_ms, finished, best_score, passed, attempts, last_ms)"
                     " VALUES (?, ?, 0, ?, ?, -1, 0, 0, ?) ON CONFLICT (member_id, content_id) DO UPDATE SET finished = excluded.finished");
    query_text(&q, member_id);
    query_text(&q, r->content_id);
    query_int(&q, r->length_ms);
    query_int(&q, finished);
    query_int(&q, r->saved_ms);
    return query_run(&q, e);
}

/* The viewing's row says what it thought it earned. Where another went on at the same time less was new, and the rest was booked as
 * repetition: so it is taken back as it was given. */
static void no_more_than(struct corrected_row *r, int64_t lost_ms)
{
    int64_t watched_ms = at_most(r->watched_ms, lost_ms);
    r->review_ms += r->watched_ms - watched_ms;
    r->watched_ms = watched_ms;
    r->verified_ms = at_most(r->verified_ms, watched_ms);
}

static bool take_counted(struct db *db, struct corrected_row *r, struct err *e)
{
    struct spans counted, verified, left, vouched;
    if (!read_own(db, r, e))
        return false;
    bool ok = read_counted(db, r->member_id, r, &counted, &verified, e);
    without(&counted, &r->own, &left);
    without(&verified, &r->own, &vouched);
    ok = ok && write_counted(db, r->member_id, r, &left, &vouched, e);
    no_more_than(r, spans_total(&counted) - spans_total(&left));
    spans_release(&counted);
    spans_release(&verified);
    spans_release(&left);
    spans_release(&vouched);
    return ok;
}

bool corrected_take(struct db *db, const char *viewing_id, struct corrected *c, struct err *e)
{
    c->row = mem_alloc(sizeof *c->row);
    return read_row(db, viewing_id, c->row, e) && take_counted(db, c->row, e) && take_hours(db, c->row, e) &&
           judge_progress(db, c->row->member_id, c->row, e);
}

void corrected_release(struct corrected *c)
{
    if (c->row) {
        spans_release(&c->row->played);
        spans_release(&c->row->own);
    }
    free(c->row);
    c->row = NULL;
}

/* ---- for somebody else ---- */

/* `fresh`: what is new to the other member, at the rate at which the first one earned (1.25x earns less than the media's length). */
static struct hours earned(const struct corrected_row *r, const struct spans *fresh)
{
    int64_t own = spans_total(&r->own), base = own ? own : spans_total(&r->played), total = r->watched_ms + r->review_ms;
    int64_t earned_then = own ? r->watched_ms : at_most(r->review_ms, base);
    struct hours h = { .screen_ms = r->screen_ms };
    h.watched_ms = base ? at_most(spans_total(fresh) * at_most(earned_then, base) / base, total) : 0;
    h.verified_ms = r->watched_ms ? at_most(h.watched_ms * r->verified_ms / r->watched_ms, h.watched_ms) : 0;
    h.review_ms = total - h.watched_ms;
    return h;
}

static bool put_viewing(struct db *db, const struct corrected *c, const struct hours *h, struct err *e)
{
    const struct corrected_row *r = c->row;
    struct query q = db_query(db, "INSERT INTO viewing (id, member_id, content_id, course_id, course_version, category, year, state, began_ms,"
                                  " clock, boot_id, began_boot_ms, saved_ms, saved_boot_ms, length_ms, completion_permille, position_ms, played,"
                                  " watched_ms, verified_ms, review_ms, screen_ms, ended_by) SELECT ?1, ?2, content_id, course_id, course_version,"
                                  " category, year, 1, began_ms, clock, boot_id, began_boot_ms, saved_ms, saved_boot_ms, length_ms,"
                                  " completion_permille, position_ms, played, ?3, ?4, ?5, ?6, ended_by FROM viewing WHERE seq = ?7");
    query_text(&q, c->new_id);
    query_text(&q, c->member_id);
    query_int(&q, h->watched_ms);
    query_int(&q, h->verified_ms);
    query_int(&q, h->review_ms);
    query_int(&q, h->screen_ms);
    query_int(&q, r->seq);
    return query_run(&q, e);
}

static bool say_viewing(struct db *db, const struct corrected *c, const struct hours *h, const struct spans *counted, struct err *e)
{
    const struct corrected_row *r = c->row;
    char id[UUID_TEXT];
    struct str body;
    struct clock_reading at = { .boot_ms = r->boot_ms, .wall_raw_ms = r->saved_ms, .wall_ms = r->saved_ms, .trust = (enum clock_trust)r->clock };
    snprintf(at.boot_id, sizeof at.boot_id, "%s", r->boot_id);
    viewing_end_id(c->new_id, id);
    struct statement_about about = { .id = id, .home_page = c->home_page, .member_id = c->member_id, .at = &at, .course_id = r->course_id,
                                     .course_version = r->course_version, .category = r->category, .content_id = r->content_id,
                                     .room = c->room };
    struct statement_viewing v = { .session_id = c->new_id, .length_ms = r->length_ms, .position_ms = r->position_ms, .played = &r->played,
                                   .counted = counted, .completion_permille = r->permille, .watched_ms = h->watched_ms,
                                   .verified_ms = h->verified_ms, .review_ms = h->review_ms, .screen_ms = h->screen_ms,
                                   .ended_by = *r->ended_by ? r->ended_by : "left" };
    str_init(&body, STATEMENT_MAX_BYTES);
    statement_viewing(STATEMENT_TERMINATED, &about, &v, &body);
    bool ok = outbox_put(db, id, body.data, body.len, r->saved_ms, e);
    str_release(&body);
    return ok;
}

bool corrected_give(struct db *db, struct corrected *c, struct err *e)
{
    const struct corrected_row *r = c->row;
    struct spans counted, verified, fresh;
    if (!read_counted(db, c->member_id, r, &counted, &verified, e))
        return false;
    without(&r->played, &counted, &fresh);
    struct hours h = earned(r, &fresh);
    c->watched_ms = h.watched_ms;
    c->verified_ms = h.verified_ms;
    unite(&counted, &r->played);
    if (r->watched_ms && r->verified_ms * 10 >= r->watched_ms * 9) /* which seconds were vouched for is not kept: nearly all were */
        unite(&verified, &r->played);
    bool ok = put_viewing(db, c, &h, e) && move_hours(db, c->member_id, r, hours_month_of(r->saved_ms), &h, r->saved_ms, e) &&
              write_counted(db, c->member_id, r, &counted, &verified, e) && judge_progress(db, c->member_id, r, e) &&
              say_viewing(db, c, &h, &counted, e);
    spans_release(&counted);
    spans_release(&verified);
    spans_release(&fresh);
    return ok;
}
