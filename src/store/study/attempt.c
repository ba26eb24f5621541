#define _GNU_SOURCE
#include "store/study/attempt.h"
#include "store/library/library.h"
#include "store/outbox/fact.h"
#include "store/people/member.h"
#include "store/states.h"
#include "store/study/review.h"
#include "store/study/viewing.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct attempt_fact {
    struct fact fact;
    char id[UUID_TEXT], member_id[MEMBER_ID]; /* "" guest */
    char course_id[COURSE_ID], content_id[UUID_TEXT], category[CATEGORY_TEXT], questions_sha256[SHA256_HEX];
    int64_t course_version;
    uint64_t seed;
    /* end and leave */
    bool left, passed;
    double score;
    /* pick and answer */
    bool answered;
    bool aloud; /* answer in a meeting: its attempt is over with it */
    char question_id[32], response[RESPONSE_MAX];
    char meaning[QUESTION_MEANING]; /* answers to graded questions only: for store/study/review.h */
    int verdict;
    double item_score;
    int64_t duration_ms;
};

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

/* ---- rows: the writer's thread ---- */

/* Opens the attempt if its BEGIN could not be saved. *state is what it is in now. */
static bool ensure_attempt(struct db *db, const struct attempt_fact *f, int64_t *seq, int *state, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO attempt (id, member_id, content_id, course_id, course_version, questions_sha256, seed,"
                                  " state, score, passed, began_ms, saved_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?9, 0, 0, ?8, ?8)"
                                  " ON CONFLICT (id) DO UPDATE SET saved_ms = excluded.saved_ms"
                                  " WHERE state = " SQL_ATTEMPT_UNDER_WAY);
    query_text(&q, f->id);
    query_text(&q, f->member_id);
    query_text(&q, f->content_id);
    query_text(&q, f->course_id);
    query_int(&q, f->course_version);
    query_text(&q, f->questions_sha256);
    query_int(&q, (int64_t)f->seed);
    query_int(&q, f->fact.at.wall_ms);
    query_int(&q, f->aloud ? ATTEMPT_LEFT : ATTEMPT_UNDER_WAY);
    if (!query_run(&q, e))
        return false;
    q = db_query(db, "SELECT seq, state FROM attempt WHERE id = ?");
    query_text(&q, f->id);
    bool found = query_row(&q);
    if (found) {
        *seq = query_col_int(&q, 0);
        *state = (int)query_col_int(&q, 1);
    }
    return query_end(&q, e) && (found || err_set(e, ERR_DAMAGED, "the attempt %s has no row", f->id));
}

/* A member has at most one open attempt at a lesson: a new one leaves the others. */
static bool leave_others(struct db *db, const struct attempt_fact *f, struct err *e)
{
    struct query q = db_query(db, "UPDATE attempt SET state = " SQL_ATTEMPT_LEFT
                                  " WHERE member_id = ? AND content_id = ? AND state = " SQL_ATTEMPT_UNDER_WAY
                                  " AND id <> ?");
    query_text(&q, f->member_id);
    query_text(&q, f->content_id);
    query_text(&q, f->id);
    return query_run(&q, e);
}

static bool put_begin(struct db *db, struct fact *fact, struct err *e)
{
    const struct attempt_fact *f = (const struct attempt_fact *)fact;
    int64_t seq = 0;
    int state = ATTEMPT_UNDER_WAY;
    return ensure_attempt(db, f, &seq, &state, e) && leave_others(db, f, e);
}

/* Of an attempt that is closed: the same mark again is fine; another keeps nothing, and whoever posted it has to know. */
static bool item_is_there(struct db *db, const struct attempt_fact *f, int64_t seq, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM answer WHERE attempt_seq = ? AND question_id = ? AND response = ? AND answered >= ?");
    query_int(&q, seq);
    query_text(&q, f->question_id);
    query_text(&q, f->response);
    query_int(&q, f->answered);
    bool there = query_row(&q);
    return query_end(&q, e) && (there || err_set(e, ERR_REFUSED, "the attempt %s is closed: this answer was not kept", f->id));
}

static bool end_is_there(struct db *db, const struct attempt_fact *f, int64_t seq, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM attempt WHERE seq = ? AND state = " SQL_ATTEMPT_OVER
                                  " AND score = ? AND passed = ?");
    query_int(&q, seq);
    query_num(&q, f->score);
    query_int(&q, f->passed);
    bool there = query_row(&q);
    return query_end(&q, e) && (there || err_set(e, ERR_REFUSED, "the attempt %s is closed: this end was not kept", f->id));
}

/* When to ask it again, and the village's tally. */
static bool remember_answer(struct db *db, const struct attempt_fact *f, struct err *e)
{
    struct review_answered a = { .member_id = f->member_id, .content_id = f->content_id, .question_id = f->question_id,
                                 .meaning = f->meaning, .right = f->verdict == VERDICT_RIGHT, .at = &f->fact.at };
    return !*f->meaning || review_answered(db, &a, e);
}

static bool put_item(struct db *db, struct fact *fact, struct err *e)
{
    const struct attempt_fact *f = (const struct attempt_fact *)fact;
    int64_t seq = 0;
    int state = ATTEMPT_UNDER_WAY;
    if (!ensure_attempt(db, f, &seq, &state, e))
        return false;
    if (state != ATTEMPT_UNDER_WAY && !f->aloud)
        return item_is_there(db, f, seq, e);
    struct query q = db_query(db, "INSERT INTO answer (attempt_seq, question_id, response, answered, verdict, score, duration_ms, saved_ms)"
                                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (attempt_seq, question_id) DO UPDATE SET"
                                  " response = excluded.response, answered = excluded.answered, verdict = excluded.verdict,"
                                  " score = excluded.score, duration_ms = excluded.duration_ms, saved_ms = excluded.saved_ms"
                                  " WHERE answered = 0");
    query_int(&q, seq);
    query_text(&q, f->question_id);
    query_text(&q, f->response);
    query_int(&q, f->answered);
    query_int(&q, f->verdict);
    query_num(&q, f->item_score);
    query_int(&q, f->duration_ms);
    query_int(&q, f->fact.at.wall_ms);
    if (!query_run(&q, e))
        return false;
    bool is_new = db_changes(db) > 0; /* not answered before: a checked answer never changes again */
    if (!f->answered || !is_new)
        return true;
    fact_say(fact, 0);
    return remember_answer(db, f, e);
}

static bool save_score(struct db *db, const struct attempt_fact *f, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO progress (member_id, content_id, position_ms, length_ms, finished, best_score, passed,"
                                  " attempts, last_ms) VALUES (?, ?, 0, 0, 0, ?, ?, 1, ?) ON CONFLICT (member_id, content_id) DO UPDATE"
                                  " SET best_score = max(best_score, excluded.best_score), passed = max(passed, excluded.passed),"
                                  " attempts = attempts + 1, last_ms = max(last_ms, excluded.last_ms)");
    query_text(&q, f->member_id);
    query_text(&q, f->content_id);
    query_num(&q, f->score);
    query_int(&q, f->passed);
    query_int(&q, f->fact.at.wall_ms);
    return query_run(&q, e);
}

static bool put_end(struct db *db, struct fact *fact, struct err *e)
{
    const struct attempt_fact *f = (const struct attempt_fact *)fact;
    int64_t seq = 0;
    int state = ATTEMPT_UNDER_WAY;
    if (!ensure_attempt(db, f, &seq, &state, e))
        return false;
    if (state != ATTEMPT_UNDER_WAY)
        return f->left || end_is_there(db, f, seq, e);
    struct query q = db_query(db, "UPDATE attempt SET state = ?, score = ?, passed = ?, saved_ms = ? WHERE seq = ?");
    query_int(&q, f->left ? ATTEMPT_LEFT : ATTEMPT_OVER);
    query_num(&q, f->score);
    query_int(&q, f->passed);
    query_int(&q, f->fact.at.wall_ms);
    query_int(&q, seq);
    if (!query_run(&q, e))
        return false;
    if (f->left)
        return true;
    fact_say(fact, 0);
    return !*f->member_id || save_score(db, f, e);
}

/* ---- statements ---- */

static struct statement_about about_of(const struct attempt_fact *f, const struct attempt_post *a, const char *id)
{
    return (struct statement_about){ .id = id, .home_page = fact_home_page(&f->fact), .member_id = f->member_id, .at = &f->fact.at,
                                     .course_id = f->course_id, .course_version = f->course_version, .category = f->category,
                                     .content_id = f->content_id, .title = &a->lesson->title,
                                     .questions_sha256 = a->lesson->questions.sha256 /* an attempt keeps what was asked */ };
}

static void say_answer(struct attempt_fact *f, const struct attempt_post *a)
{
    char id[UUID_TEXT];
    if (a->room) /* one question, one statement: the same id whenever it is made */
        viewing_end_id(f->id, id);
    else
        uuid_v7(f->fact.at.wall_ms, id);
    struct statement_about about = about_of(f, a, id);
    about.room = a->room;
    struct str text;
    str_init(&text, STATEMENT_MAX_BYTES);
    statement_answered(&about, a->attempt, a->question, &text);
    fact_word(&f->fact, 0, id, &text);
}

static void say_result(struct attempt_fact *f, const struct attempt_post *a)
{
    char id[UUID_TEXT];
    uuid_v7(f->fact.at.wall_ms, id);
    struct statement_about about = about_of(f, a, id);
    struct str text;
    str_init(&text, STATEMENT_MAX_BYTES);
    (void)statement_result(&about, a->attempt, &text); /* nothing graded: no statement, the text stays empty */
    fact_word(&f->fact, 0, id, &text);
}

/* ---- posting ---- */

static struct attempt_fact *attempt_new(struct writer *w, const struct fact_kind *kind, const struct attempt_post *a)
{
    assert(a->attempt && a->course && a->lesson);
    struct attempt_fact *f = fact_new(w, kind, sizeof *f);
    copy(f->member_id, sizeof f->member_id, a->member_id);
    copy(f->course_id, sizeof f->course_id, a->course->head.id);
    copy(f->content_id, sizeof f->content_id, a->lesson->content_id);
    copy(f->category, sizeof f->category, a->course->head.category);
    copy(f->questions_sha256, sizeof f->questions_sha256, a->lesson->questions.sha256);
    copy(f->id, sizeof f->id, a->attempt->id);
    f->course_version = a->course->head.version;
    f->seed = a->attempt->seed;
    return f;
}

uint64_t attempt_post_begin(struct writer *w, const struct attempt_post *a)
{
    static const struct fact_kind kind = { .put = put_begin, .studied = true };
    return fact_post(w, &attempt_new(w, &kind, a)->fact);
}

static struct attempt_fact *item_new(struct writer *w, const struct attempt_post *a, bool answered)
{
    static const struct fact_kind kind = { .put = put_item, .studied = true };
    struct attempt_fact *f = attempt_new(w, &kind, a);
    long index = a->question - a->attempt->set->question;
    assert(a->question && index >= 0 && index < a->attempt->set->count);
    const struct attempt_item *item = &a->attempt->item[index];
    f->answered = answered;
    copy(f->question_id, sizeof f->question_id, a->question->id);
    copy(f->response, sizeof f->response, item->pick);
    f->verdict = item->verdict;
    f->item_score = item->score;
    f->duration_ms = item->duration_ms;
    return f;
}

uint64_t attempt_post_pick(struct writer *w, const struct attempt_post *a)
{
    return fact_post(w, &item_new(w, a, false)->fact);
}

uint64_t attempt_post_answer(struct writer *w, const struct attempt_post *a)
{
    struct attempt_fact *f = item_new(w, a, true);
    f->aloud = a->room != NULL;
    if (!question_is_survey(a->question))
        question_meaning(a->question, f->meaning);
    say_answer(f, a);
    return fact_post(w, &f->fact);
}

static const struct fact_kind end_kind = { .put = put_end, .studied = true };

uint64_t attempt_post_end(struct writer *w, const struct attempt_post *a)
{
    struct attempt_fact *f = attempt_new(w, &end_kind, a);
    f->score = attempt_score(a->attempt);
    f->passed = attempt_passed(a->attempt);
    say_result(f, a);
    return fact_post(w, &f->fact);
}

uint64_t attempt_post_leave(struct writer *w, const struct attempt_post *a)
{
    struct attempt_fact *f = attempt_new(w, &end_kind, a);
    f->left = true;
    return fact_post(w, &f->fact);
}
