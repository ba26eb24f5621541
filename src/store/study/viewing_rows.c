/* viewing_rows.c - the rows of a viewing, in the writer's transaction. Part of viewing.h. */
#define _GNU_SOURCE
#define LOG_MODULE "viewing"
#include "base/log.h"
#include "store/states.h"
#include "store/study/hours.h"
#include "store/study/viewing_parts.h"

#include <string.h>

struct fresh { int64_t watched_ms, verified_ms; }; /* media time that had not counted before this checkpoint */
struct viewing_row { int64_t seq; int year, state; int64_t watched_ms, verified_ms, review_ms, screen_ms; };

/* Makes the row if BEGIN itself could not be saved (a full disk, say), so that later checkpoints still count. */
static bool ensure_viewing(struct db *db, const struct viewing_fact *f, struct err *e)
{
    const struct clock_reading *began = *f->began.boot_id ? &f->began : &f->fact.at;
    struct query q = db_query(db, "INSERT INTO viewing (id, member_id, content_id, course_id, course_version, category, year, state,"
                                  " began_ms, clock, boot_id, began_boot_ms, saved_ms, saved_boot_ms, length_ms, completion_permille, position_ms,"
                                  " played, watched_ms, verified_ms, review_ms, screen_ms, ended_by)"
                                  " VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, 0, 0, '')"
                                  " ON CONFLICT (id) DO NOTHING");
    query_text(&q, f->id);
    query_text(&q, f->member_id);
    query_text(&q, f->content_id);
    query_text(&q, f->course_id);
    query_int(&q, f->course_version);
    query_text(&q, f->category);
    query_int(&q, f->year);
    query_int(&q, began->wall_ms);
    query_int(&q, began->trust);
    query_text(&q, began->boot_id);
    query_int(&q, began->boot_ms);
    query_int(&q, f->fact.at.wall_ms);
    query_int(&q, f->fact.at.boot_ms);
    query_int(&q, f->length_ms);
    query_int(&q, f->completion_permille);
    query_int(&q, f->position_ms);
    return query_run(&q, e);
}

static bool read_viewing(struct db *db, const char *id, struct viewing_row *v, struct err *e)
{
    struct query q = db_query(db, "SELECT seq, year, state, watched_ms, verified_ms, review_ms, screen_ms FROM viewing WHERE id = ?");
    query_text(&q, id);
    bool found = query_row(&q);
    if (found)
        *v = (struct viewing_row){ .seq = query_col_int(&q, 0),         .year = (int)query_col_int(&q, 1),
                               .state = (int)query_col_int(&q, 2),  .watched_ms = query_col_int(&q, 3),
                               .verified_ms = query_col_int(&q, 4), .review_ms = query_col_int(&q, 5),
                               .screen_ms = query_col_int(&q, 6) };
    if (!query_end(&q, e))
        return false;
    return found || err_set(e, ERR_DAMAGED, "the viewing %s has no row", id);
}

static int64_t gain(int64_t now, int64_t before)
{
    return now > before ? now - before : 0;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What this checkpoint adds. No more than what had not counted: two viewings that overlap in time do not know of each other, and
 * what both saw is review for the later one. The row has been put right so before: only its watched and review together grow as
 * the viewer's do. */
static struct hours credit(const struct viewing_fact *f, const struct viewing_row *before, const struct fresh *fresh)
{
    struct hours h = { .screen_ms = gain(f->screen_ms, before->screen_ms) };
    if (!*f->member_id) /* of guests: screen statistics only */
        return h;
    int64_t both_ms = gain(f->watched_ms + f->review_ms, before->watched_ms + before->review_ms);
    h.watched_ms = least(least(gain(f->watched_ms, before->watched_ms), fresh->watched_ms), both_ms);
    h.verified_ms = least(gain(f->verified_ms, before->verified_ms), fresh->verified_ms);
    h.review_ms = both_ms - h.watched_ms;
    return h;
}

/* It belongs to the month in which it was made: a lesson over midnight is split. */
static bool add_hours(struct db *db, const struct viewing_fact *f, const struct hours *h, struct err *e)
{
    if (!h->screen_ms && !h->watched_ms && !h->verified_ms && !h->review_ms)
        return true;
    int month = hours_month_of(f->fact.at.wall_ms);
    for (int table = 0; table < 2; table++) {
        struct query q = db_query(db, table ? "INSERT INTO hours_lesson (member_id, month, category, screen_ms, watched_ms, verified_ms,"
                                              " review_ms, content_id, last_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                                              " ON CONFLICT (member_id, month, content_id) DO UPDATE SET"
                                              " screen_ms = screen_ms + excluded.screen_ms, watched_ms = watched_ms + excluded.watched_ms,"
                                              " verified_ms = verified_ms + excluded.verified_ms, review_ms = review_ms + excluded.review_ms,"
                                              " category = excluded.category, last_ms = max(last_ms, excluded.last_ms)"
                                            : "INSERT INTO hours_month (member_id, month, category, screen_ms, watched_ms, verified_ms,"
                                              " review_ms) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (member_id, month, category) DO UPDATE SET"
                                              " screen_ms = screen_ms + excluded.screen_ms, watched_ms = watched_ms + excluded.watched_ms,"
                                              " verified_ms = verified_ms + excluded.verified_ms, review_ms = review_ms + excluded.review_ms");
        query_text(&q, f->member_id);
        query_int(&q, month);
        query_text(&q, f->category);
        query_int(&q, h->screen_ms);
        query_int(&q, h->watched_ms);
        query_int(&q, h->verified_ms);
        query_int(&q, h->review_ms);
        if (table) {
            query_text(&q, f->content_id);
            query_int(&q, f->fact.at.wall_ms);
        }
        if (!query_run(&q, e))
            return false;
    }
    return true;
}

static bool was_finished(struct db *db, const struct viewing_fact *f, bool *out, struct err *e)
{
    struct query q = db_query(db, "SELECT finished FROM progress WHERE member_id = ? AND content_id = ?");
    query_text(&q, f->member_id);
    query_text(&q, f->content_id);
    *out = query_row(&q) && query_col_int(&q, 0);
    return query_end(&q, e);
}

static bool save_progress(struct db *db, struct viewing_fact *f, struct err *e)
{
    bool before;
    if (!was_finished(db, f, &before, e))
        return false;
    struct query q = db_query(db, "INSERT INTO progress (member_id, content_id, position_ms, length_ms, finished, best_score, passed,"
                                  " attempts, last_ms) VALUES (?, ?, ?, ?, ?, -1, 0, 0, ?) ON CONFLICT (member_id, content_id) DO UPDATE"
                                  " SET position_ms = CASE WHEN ? THEN position_ms ELSE excluded.position_ms END, length_ms = excluded.length_ms,"
                                  " finished = max(finished, excluded.finished), last_ms = max(last_ms, excluded.last_ms)");
    query_text(&q, f->member_id);
    query_text(&q, f->content_id);
    query_int(&q, f->at_end ? 0 : f->position_ms);
    query_int(&q, f->length_ms);
    query_int(&q, f->finished);
    query_int(&q, f->fact.at.wall_ms);
    query_int(&q, f->clip);
    if (!before && f->finished)
        fact_say(&f->fact, VIEWING_COMPLETED);
    return query_run(&q, e);
}

/* `text` with the spans of `more` that it lacks, as text in `out`. Returns the total; `fresh_ms`: what it lacked. */
static int64_t unite(const char *text, const char *more, int64_t length_ms, struct str *out, int64_t *fresh_ms)
{
    struct spans a = { 0 }, b = { 0 };
    struct err why = ERR_INIT;
    if (!spans_parse(text, length_ms, &a, &why)) /* of another length then, or damaged: what is posted now counts */
        log_warn("counted spans \"%.60s\": %s", text, why.text);
    if (!spans_parse(more, length_ms, &b, &why))
        log_warn("counted spans \"%.60s\": %s", more, why.text);
    *fresh_ms = 0;
    for (int i = 0; i < b.count; i++)
        *fresh_ms += spans_add(&a, b.span[i].from_ms, b.span[i].to_ms);
    int64_t total = spans_total(&a);
    spans_format(&a, out);
    spans_release(&a);
    spans_release(&b);
    return total;
}

/* United with what is there: a viewing that began before the one before it was saved does not know its last seconds. */
static bool save_counted(struct db *db, const struct viewing_fact *f, int year, struct fresh *fresh, struct err *e)
{
    struct str spans, verified;
    str_init(&spans, 0);
    str_init(&verified, 0);
    struct query q = db_query(db, "SELECT spans, verified FROM counted WHERE member_id = ? AND content_id = ? AND year = ?");
    query_text(&q, f->member_id);
    query_text(&q, f->content_id);
    query_int(&q, year);
    bool there = query_row(&q);
    int64_t total = unite(there ? query_col_text(&q, 0) : "", f->counted, f->length_ms, &spans, &fresh->watched_ms);
    unite(there ? query_col_text(&q, 1) : "", f->counted_verified, f->length_ms, &verified, &fresh->verified_ms);
    bool ok = query_end(&q, e);
    if (ok) {
        q = db_query(db, "INSERT INTO counted (member_id, content_id, year, spans, verified, watched_ms)"
                         " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (member_id, content_id, year) DO UPDATE SET"
                         " spans = excluded.spans, verified = excluded.verified, watched_ms = excluded.watched_ms");
        query_text(&q, f->member_id);
        query_text(&q, f->content_id);
        query_int(&q, year);
        query_text(&q, spans.data);
        query_text(&q, verified.data);
        query_int(&q, total);
        ok = query_run(&q, e);
    }
    str_release(&spans);
    str_release(&verified);
    return ok;
}

static enum viewing_state state_of(const struct viewing_fact *f)
{
    if (!f->ends)
        return VIEWING_UNDER_WAY;
    return f->cut_off ? VIEWING_CUT : VIEWING_OVER;
}

static bool save_viewing(struct db *db, const struct viewing_fact *f, int64_t seq, const struct hours *kept, struct err *e)
{
    struct query q = db_query(db, "UPDATE viewing SET saved_ms = ?, saved_boot_ms = ?, position_ms = ?, played = ?, watched_ms = ?, verified_ms = ?,"
                                  " review_ms = ?, screen_ms = ?, state = ?, ended_by = ? WHERE seq = ?");
    query_int(&q, f->fact.at.wall_ms);
    query_int(&q, f->fact.at.boot_ms);
    query_int(&q, f->position_ms);
    query_text(&q, f->played);
    query_int(&q, kept->watched_ms);
    query_int(&q, kept->verified_ms);
    query_int(&q, kept->review_ms);
    query_int(&q, kept->screen_ms);
    query_int(&q, state_of(f));
    query_text(&q, f->ends ? f->ended_by : "");
    query_int(&q, seq);
    return query_run(&q, e);
}

/* What the row says from now on: what was given to it. A guest has nothing that could count twice. */
static struct hours kept_of(const struct viewing_fact *f, const struct viewing_row *before, const struct hours *h)
{
    struct hours kept = { .screen_ms = f->screen_ms, .watched_ms = f->watched_ms, .verified_ms = f->verified_ms, .review_ms = f->review_ms };
    if (*f->member_id) {
        kept.watched_ms = before->watched_ms + h->watched_ms;
        kept.verified_ms = before->verified_ms + h->verified_ms;
        kept.review_ms = before->review_ms + h->review_ms;
    }
    return kept;
}

/* Ended already: the same fact again, or one that knows more and comes too late. */
static bool is_known(const struct viewing_fact *f, const struct viewing_row *row, struct err *e)
{
    bool more = f->watched_ms + f->review_ms > row->watched_ms + row->review_ms || f->screen_ms > row->screen_ms;
    return f->in_room || !more || err_set(e, ERR_REFUSED, "the viewing %s has ended: nothing of this was kept", f->id);
}

bool viewing_put(struct db *db, struct fact *fact, struct err *e)
{
    struct viewing_fact *f = (struct viewing_fact *)fact;
    struct viewing_row v = { 0 };
    struct fresh fresh = { 0 };
    if (!ensure_viewing(db, f, e) || !read_viewing(db, f->id, &v, e))
        return false;
    if (v.state != VIEWING_UNDER_WAY)
        return is_known(f, &v, e);
    if (*f->member_id && !(save_progress(db, f, e) && save_counted(db, f, v.year, &fresh, e)))
        return false;
    struct hours h = credit(f, &v, &fresh), kept = kept_of(f, &v, &h);
    if (!save_viewing(db, f, v.seq, &kept, e) || !add_hours(db, f, &h, e))
        return false;
    if (f->ends)
        fact_say(fact, VIEWING_ENDED);
    if ((f->ends || f->finished) && memcmp(&kept, &f->said, sizeof kept) != 0)
        viewing_say_again(f, &kept);
    return true;
}
