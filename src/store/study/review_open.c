/* review_open.c - the two questions of this visit, kept from tap to tap so that a cut takes nothing. Part of review.h. */
#include "store/study/review.h"
#include "model/statement.h"
#include "store/outbox/fact.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool review_get(struct db *db, const char *member_id, struct review *out, struct err *e)
{
    struct review r = { 0 };
    struct query q = db_query(db, "SELECT id, seed, content_id, question_id, meaning, response, answered, duration_ms FROM review_open"
                                  " WHERE member_id = ? ORDER BY place");
    query_text(&q, member_id);
    while (r.count < REVIEW_A_VISIT && query_row(&q)) {
        struct review_item *item = &r.item[r.count++];
        query_copy_text(&q, 0, r.id, sizeof r.id);
        r.seed = (uint64_t)query_col_int(&q, 1);
        query_copy_text(&q, 2, item->ask.content_id, sizeof item->ask.content_id);
        query_copy_text(&q, 3, item->ask.question_id, sizeof item->ask.question_id);
        query_copy_text(&q, 4, item->ask.meaning, sizeof item->ask.meaning);
        query_copy_text(&q, 5, item->response, sizeof item->response);
        item->answered = query_col_int(&q, 6) != 0;
        item->duration_ms = query_col_int(&q, 7);
    }
    if (!query_end(&q, e))
        return false;
    *out = r;
    return true;
}

/* ---- the writer's side ---- */

struct posted {
    struct fact fact;
    char member_id[MEMBER_ID];
    struct review review;
    int place;
    bool right;
};

static struct posted *posted_new(struct writer *w, const struct fact_kind *kind, const char *member_id, const struct review *r, int place)
{
    struct posted *p = fact_new(w, kind, sizeof *p);
    assert(*member_id && place >= 0 && place < REVIEW_A_VISIT);
    snprintf(p->member_id, sizeof p->member_id, "%s", member_id);
    p->review = *r;
    p->place = place;
    return p;
}

/* *changed false: that place is answered already. A row of another review, left under way, gives way. */
static bool put_item(struct db *db, const struct posted *p, int place, bool *changed, struct err *e)
{
    const struct review_item *item = &p->review.item[place];
    struct query q = db_query(db, "INSERT INTO review_open (member_id, place, id, seed, content_id, question_id, meaning, response, answered,"
                                  " duration_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (member_id, place) DO UPDATE SET"
                                  " id = excluded.id, seed = excluded.seed, content_id = excluded.content_id,"
                                  " question_id = excluded.question_id, meaning = excluded.meaning, response = excluded.response,"
                                  " answered = excluded.answered, duration_ms = excluded.duration_ms"
                                  " WHERE answered = 0 OR id <> excluded.id");
    query_text(&q, p->member_id);
    query_int(&q, place);
    query_text(&q, p->review.id);
    query_int(&q, (int64_t)p->review.seed);
    query_text(&q, item->ask.content_id);
    query_text(&q, item->ask.question_id);
    query_text(&q, item->ask.meaning);
    query_text(&q, item->response);
    query_int(&q, item->answered);
    query_int(&q, item->duration_ms);
    if (!query_run(&q, e))
        return false;
    *changed = db_changes(db) > 0;
    return true;
}

/* Takes the place of one that was left under way; the same one again changes nothing. */
static bool put_begin(struct db *db, struct fact *f, struct err *e)
{
    const struct posted *p = (const struct posted *)f;
    struct review there;
    if (!review_get(db, p->member_id, &there, e))
        return false;
    if (!strcmp(there.id, p->review.id))
        return true;
    struct query q = db_query(db, "DELETE FROM review_open WHERE member_id = ?");
    query_text(&q, p->member_id);
    bool ok = query_run(&q, e), changed;
    for (int i = 0; ok && i < p->review.count; i++)
        ok = put_item(db, p, i, &changed, e);
    return ok;
}

static bool put_pick(struct db *db, struct fact *f, struct err *e)
{
    const struct posted *p = (const struct posted *)f;
    bool changed;
    return put_item(db, p, p->place, &changed, e);
}

static bool put_answer(struct db *db, struct fact *f, struct err *e)
{
    const struct posted *p = (const struct posted *)f;
    const struct review_ask *ask = &p->review.item[p->place].ask;
    struct review_answered a = { .member_id = p->member_id, .content_id = ask->content_id, .question_id = ask->question_id,
                                 .meaning = ask->meaning, .right = p->right, .at = &f->at };
    bool is_new;
    if (!put_item(db, p, p->place, &is_new, e))
        return false;
    if (!is_new)
        return true;
    fact_say(f, 0);
    return review_answered(db, &a, e);
}

static bool put_end(struct db *db, struct fact *f, struct err *e)
{
    const struct posted *p = (const struct posted *)f;
    struct query q = db_query(db, "DELETE FROM review_open WHERE member_id = ? AND id = ?");
    query_text(&q, p->member_id);
    query_text(&q, p->review.id);
    return query_run(&q, e);
}

/* ---- posting ---- */

uint64_t review_begin(struct writer *w, const char *member_id, const struct review *r)
{
    static const struct fact_kind kind = { .put = put_begin };
    return fact_post(w, &posted_new(w, &kind, member_id, r, 0)->fact);
}

uint64_t review_pick(struct writer *w, const char *member_id, const struct review *r, int place, const char *response)
{
    static const struct fact_kind kind = { .put = put_pick };
    struct posted *p = posted_new(w, &kind, member_id, r, place);
    snprintf(p->review.item[place].response, RESPONSE_MAX, "%s", response);
    p->review.item[place].answered = false;
    return fact_post(w, &p->fact);
}

uint64_t review_end(struct writer *w, const char *member_id, const char *review_id)
{
    static const struct fact_kind kind = { .put = put_end };
    struct review r = { 0 };
    snprintf(r.id, sizeof r.id, "%s", review_id);
    return fact_post(w, &posted_new(w, &kind, member_id, &r, 0)->fact);
}

static void say(struct posted *p, const struct review_answer_post *a)
{
    const struct course *course = &a->lesson->course;
    const struct lesson *lesson = a->lesson->lesson;
    char id[UUID_TEXT];
    struct statement_about about = { .id = id, .home_page = fact_home_page(&p->fact), .member_id = a->member_id, .at = &p->fact.at,
                                     .course_id = course->head.id, .course_version = course->head.version, .category = course->head.category,
                                     .content_id = lesson->content_id, .title = &lesson->title,
                                     .questions_sha256 = lesson->questions.sha256 };
    struct str text;
    uuid_v7(p->fact.at.wall_ms, id);
    str_init(&text, STATEMENT_MAX_BYTES);
    statement_answered(&about, a->attempt, a->question, &text);
    fact_word(&p->fact, 0, id, &text);
}

uint64_t review_answer(struct writer *w, const struct review_answer_post *a)
{
    static const struct fact_kind kind = { .put = put_answer };
    struct posted *p = posted_new(w, &kind, a->member_id, a->review, a->place);
    const struct attempt_item *item = &a->attempt->item[a->question - a->attempt->set->question];
    struct review_item *saved = &p->review.item[a->place];
    snprintf(saved->response, sizeof saved->response, "%s", item->pick);
    saved->answered = true;
    saved->duration_ms = item->duration_ms;
    p->right = item->verdict == VERDICT_RIGHT;
    p->fact.at = *a->at;
    say(p, a);
    return fact_post(w, &p->fact);
}
