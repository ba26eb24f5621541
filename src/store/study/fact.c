#define _GNU_SOURCE
#define LOG_MODULE "fact"
#include "store/study/fact.h"
#include "base/json.h"
#include "base/log.h"
#include "model/statement.h"
#include "store/study/hours.h"
#include "store/library/switch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

static char *format_spans(const struct spans *s)
{
    struct str text;
    str_init(&text, 0);
    spans_format(s, &text);
    char *out = str_take(&text);
    str_release(&text);
    return out;
}

/* ---- statements: made here once, never changed after ---- */

static struct statement_about about_of(const struct fact *f, const struct lang_text *title, const char *home_page, char id[UUID_TEXT])
{
    if (!*id)
        uuid_v7(f->at.wall_ms, id);
    return (struct statement_about){ .id = id, .home_page = home_page, .member_id = f->member_id, .at = &f->at,
                                     .course_id = f->course_id, .course_version = f->course_version,
                                     .category = f->category, .content_id = f->content_id, .title = title };
}

/* A viewing ends once, whoever says so: should a backup from the middle of it be restored after its end was sent, the
 * `abandoned` made then has the id of the `terminated` that the county knows, and no hour counts twice. The viewing's own id with
 * its last digit turned over. */
void fact_end_id(const char viewing[UUID_TEXT], char out[UUID_TEXT])
{
    static const char digit[] = "0123456789abcdef";
    const char *last = strchr(digit, viewing[UUID_TEXT - 2]);
    memcpy(out, viewing, UUID_TEXT);
    if (last && *last)
        out[UUID_TEXT - 2] = digit[(last - digit) ^ 1];
}

static void take(struct fact_statement *s, struct str *text)
{
    s->len = text->len;
    s->body = text->len ? str_take(text) : NULL;
    str_release(text);
}

static void say_viewing(struct fact *f, enum statement_verb verb, const struct study *s, const struct lang_text *title,
                        const struct statement_room *room, const char *home_page, struct fact_statement *out)
{
    struct statement_about about = about_of(f, title, home_page, out->id);
    about.room = room;
    if (verb != STATEMENT_COMPLETED)
        fact_end_id(f->id, out->id);
    struct statement_viewing v = { .session_id = f->id, .length_ms = s->length_ms, .position_ms = s->position_ms,
                                   .played = &s->played, .counted = &s->counted,
                                   .completion_permille = f->completion_permille, .watched_ms = s->watched_ms,
                                   .verified_ms = s->verified_ms, .review_ms = s->review_ms, .screen_ms = s->screen_ms,
                                   .ended_by = verb == STATEMENT_TERMINATED ? f->ended_by : NULL };
    struct str text;
    str_init(&text, STATEMENT_MAX_BYTES);
    statement_viewing(verb, &about, &v, &text);
    take(out, &text);
}

static void say_answer(struct fact *f, const struct record *r, const char *home_page)
{
    if (r->room) /* one question, one statement: the same id whenever it is made */
        fact_end_id(f->id, f->main.id);
    struct statement_about about = about_of(f, &r->lesson->title, home_page, f->main.id);
    about.room = r->room;
    about.questions_sha256 = r->lesson->questions.sha256; /* an attempt keeps what was asked */
    struct str text;
    str_init(&text, STATEMENT_MAX_BYTES);
    statement_answered(&about, r->attempt, r->question, &text);
    take(&f->main, &text);
}

static void say_result(struct fact *f, const struct record *r, const char *home_page)
{
    struct statement_about about = about_of(f, &r->lesson->title, home_page, f->main.id);
    about.questions_sha256 = r->lesson->questions.sha256; /* an attempt keeps what was asked */
    struct str text;
    str_init(&text, STATEMENT_MAX_BYTES);
    (void)statement_result(&about, r->attempt, &text); /* nothing graded: no statement, the text stays empty */
    take(&f->main, &text);
}

/* ---- copying ---- */

static void copy_lesson(struct fact *f, const struct record *r)
{
    assert(r->course && r->lesson);
    copy(f->course_id, sizeof f->course_id, r->course->id);
    copy(f->content_id, sizeof f->content_id, r->lesson->content_id);
    copy(f->category, sizeof f->category, r->course->category);
    copy(f->questions_sha256, sizeof f->questions_sha256, r->lesson->questions.sha256);
    f->course_version = r->course->version;
    f->completion_permille = r->lesson->completion_permille;
    f->length_ms = r->lesson->duration_ms;
}

static void copy_study(struct fact *f, const struct study *s)
{
    f->length_ms = s->length_ms;
    f->position_ms = s->position_ms;
    f->watched_ms = s->watched_ms;
    f->verified_ms = s->verified_ms;
    f->review_ms = s->review_ms;
    f->screen_ms = s->screen_ms;
    f->at_end = s->ended;
    f->played = format_spans(&s->played);
    f->counted = format_spans(&s->counted);
    f->counted_verified = format_spans(&s->counted_verified);
    f->counted_ms = spans_total(&s->counted);
    f->finished = *f->member_id && study_finished(s, f->completion_permille);
}

static void copy_viewing(struct fact *f, const struct record *r, const char *home_page)
{
    const struct study *s = r->viewing.study;
    assert(r->viewing.id && s);
    copy_lesson(f, r);
    copy(f->id, sizeof f->id, r->viewing.id);
    copy(f->ended_by, sizeof f->ended_by, r->viewing.ended_by ? r->viewing.ended_by : "left");
    f->year = hours_month_of(f->at.wall_ms) / 100;
    f->clip = r->viewing.clip;
    copy_study(f, s);
    if (f->finished)
        say_viewing(f, STATEMENT_COMPLETED, s, &r->lesson->title, NULL, home_page, &f->completed);
    if (f->kind == RECORD_VIEWING_END)
        say_viewing(f, STATEMENT_TERMINATED, s, &r->lesson->title, NULL, home_page, &f->main);
}

struct fact *fact_new_in_room(const struct fact_room *in, const char *home_page)
{
    struct fact *f = mem_alloc(sizeof *f);
    const struct study *s = &in->study->study;
    f->kind = RECORD_VIEWING_END;
    f->at = in->study->last;
    f->began = in->study->first;
    copy(f->id, sizeof f->id, in->viewing_id);
    copy(f->member_id, sizeof f->member_id, in->member_id);
    copy(f->course_id, sizeof f->course_id, in->lesson->course_id);
    copy(f->content_id, sizeof f->content_id, in->lesson->content_id);
    copy(f->category, sizeof f->category, in->lesson->category);
    f->course_version = in->lesson->course_version;
    f->completion_permille = in->lesson->completion_permille;
    f->year = in->year;
    f->cut_off = in->cut_off;
    copy(f->ended_by, sizeof f->ended_by, in->cut_off ? "" : s->ended ? "finished" : "left");
    copy_study(f, s);
    if (f->finished) {
        copy(f->completed.id, sizeof f->completed.id, in->completed_id);
        say_viewing(f, STATEMENT_COMPLETED, s, in->title, in->room, home_page, &f->completed);
    }
    say_viewing(f, in->cut_off ? STATEMENT_ABANDONED : STATEMENT_TERMINATED, s, in->title, in->room, home_page, &f->main);
    return f;
}

static void copy_item(struct fact *f, const struct record *r)
{
    long index = r->question - r->attempt->set->question;
    assert(r->question && index >= 0 && index < r->attempt->set->count);
    const struct attempt_item *item = &r->attempt->item[index];
    copy(f->question_id, sizeof f->question_id, r->question->id);
    copy(f->response, sizeof f->response, item->pick);
    f->verdict = item->verdict;
    f->item_score = item->score;
    f->duration_ms = item->duration_ms;
    if (f->kind == RECORD_ANSWER && !question_is_survey(r->question))
        question_meaning(r->question, f->meaning);
}

static void copy_attempt(struct fact *f, const struct record *r, const char *home_page)
{
    assert(r->attempt);
    copy_lesson(f, r);
    copy(f->id, sizeof f->id, r->attempt->id);
    f->seed = r->attempt->seed;
    f->aloud = r->kind == RECORD_ANSWER && r->room;
    if (f->kind == RECORD_PICK || f->kind == RECORD_ANSWER)
        copy_item(f, r);
    if (f->kind == RECORD_ANSWER)
        say_answer(f, r, home_page);
    if (f->kind == RECORD_ATTEMPT_END) {
        f->score = attempt_score(r->attempt);
        f->passed = attempt_passed(r->attempt);
        say_result(f, r, home_page);
    }
}

struct fact *fact_new(const struct record *r, const char *home_page, const struct clock_reading *now)
{
    struct fact *f = mem_alloc(sizeof *f);
    f->kind = r->kind;
    f->at = *now;
    copy(f->member_id, sizeof f->member_id, r->member_id);
    if (r->kind >= RECORD_VIEWING_BEGIN && r->kind <= RECORD_VIEWING_END)
        copy_viewing(f, r, home_page);
    else if (r->kind >= RECORD_ATTEMPT_BEGIN)
        copy_attempt(f, r, home_page);
    return f;
}

void fact_free(void *ctx)
{
    struct fact *f = ctx;
    if (!f)
        return;
    free(f->played);
    free(f->counted);
    free(f->counted_verified);
    free(f->main.body);
    free(f->completed.body);
    free(f);
}

/* ---- viewings a cut left open ---- */

struct abandoned {
    int64_t seq;
    struct fact f; /* of the row as it was last saved */
    struct spans played, counted;
    struct lang_text title;
};

static void read_abandoned(struct query *q, struct abandoned *a)
{
    struct fact *f = &a->f;
    a->seq = query_col_int(q, 0);
    query_copy_text(q, 1, f->id, sizeof f->id);
    query_copy_text(q, 2, f->member_id, sizeof f->member_id);
    query_copy_text(q, 3, f->content_id, sizeof f->content_id);
    query_copy_text(q, 4, f->course_id, sizeof f->course_id);
    f->course_version = query_col_int(q, 5);
    query_copy_text(q, 6, f->category, sizeof f->category);
    f->at = (struct clock_reading){ .boot_ms = query_col_int(q, 10), .wall_raw_ms = query_col_int(q, 9),
                                    .wall_ms = query_col_int(q, 9), .trust = (enum clock_trust)query_col_int(q, 7) };
    query_copy_text(q, 8, f->at.boot_id, sizeof f->at.boot_id);
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
                                  " WHERE v.state = 0 AND v.seq > ? ORDER BY v.seq LIMIT 1");
    query_int(&q, after);
    *found = query_row(&q);
    if (*found)
        read_abandoned(&q, a);
    return query_end(&q, e);
}

static bool close_one(struct db *db, struct abandoned *a, const char *home_page, struct err *e)
{
    struct query q = db_query(db, "UPDATE viewing SET state = 2 WHERE seq = ?");
    query_int(&q, a->seq);
    if (!query_run(&q, e))
        return false;
    struct fact *f = &a->f;
    char id[UUID_TEXT] = "";
    struct statement_about about = about_of(f, a->title.count ? &a->title : NULL, home_page, id);
    fact_end_id(f->id, id);
    struct statement_viewing v = { .session_id = f->id, .length_ms = f->length_ms, .position_ms = f->position_ms,
                                   .played = &a->played, .counted = &a->counted,
                                   .completion_permille = f->completion_permille, .watched_ms = f->watched_ms,
                                   .verified_ms = f->verified_ms, .review_ms = f->review_ms, .screen_ms = f->screen_ms };
    struct str text;
    str_init(&text, STATEMENT_MAX_BYTES);
    statement_viewing(STATEMENT_ABANDONED, &about, &v, &text);
    bool ok = outbox_put(db, id, text.data, text.len, f->at.wall_ms, e);
    str_release(&text);
    return ok;
}

bool fact_close_abandoned(struct db *db, const char *home_page, int *closed, struct err *e)
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
