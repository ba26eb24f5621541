#define LOG_MODULE "review"
#include "store/study/review.h"
#include "base/fs.h"
#include "base/log.h"
#include "model/fsrs.h"
#include "store/library/blob.h"
#include "store/outbox/fact.h"
#include "store/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUESTIONS_MAX_BYTES = 4 << 20, DAY_MS = 24 * 3600 * 1000 };

/* ---- days ---- */

/* While the clock is only a floor the days are counted from this member's newest answer. */
static bool today(struct db *db, const char *member_id, const struct clock_reading *at, int64_t *out, struct err *e)
{
    int64_t day = clock_local_day_number(at->wall_ms);
    if (at->trust != CLOCK_FLOOR) {
        *out = day;
        return true;
    }
    struct query q = db_query(db, "SELECT last_day, boot_id, boot_ms FROM review WHERE member_id = ? ORDER BY last_day DESC, boot_ms DESC LIMIT 1");
    query_text(&q, member_id);
    if (query_row(&q)) {
        int64_t gap = at->boot_ms - query_col_int(&q, 2);
        int64_t passed = strcmp(query_col_text(&q, 1), at->boot_id) != 0 ? 1 : gap > 0 ? gap / DAY_MS : 0;
        int64_t counted = query_col_int(&q, 0) + passed;
        day = counted > day ? counted : day;
    }
    *out = day;
    return query_end(&q, e);
}

/* ---- an answer, in the writer's transaction ---- */

struct memory {
    struct fsrs fsrs;
    int64_t last_day, due_day;
    int asked, wrong;
    bool known; /* this member has answered this very question before */
};

static bool read_memory(struct db *db, const struct review_answered *a, struct memory *m, struct err *e)
{
    *m = (struct memory){ 0 };
    struct query q = db_query(db, "SELECT stability, difficulty, last_day, due_day, asked, wrong FROM review"
                                  " WHERE member_id = ? AND content_id = ? AND question_id = ? AND meaning = ?");
    query_text(&q, a->member_id);
    query_text(&q, a->content_id);
    query_text(&q, a->question_id);
    query_text(&q, a->meaning);
    if (query_row(&q))
        *m = (struct memory){ .fsrs = { query_col_num(&q, 0), query_col_num(&q, 1) }, .last_day = query_col_int(&q, 2),
                              .due_day = query_col_int(&q, 3), .asked = (int)query_col_int(&q, 4), .wrong = (int)query_col_int(&q, 5),
                              .known = true };
    return query_end(&q, e);
}

static void learn(struct memory *m, const struct review_answered *a, int64_t day)
{
    bool ahead = m->last_day > day + 1; /* the clock had run ahead: nobody knows how long it was; as planned, then */
    int64_t gap = ahead ? m->due_day - m->last_day : day > m->last_day ? day - m->last_day : 0;
    if (m->known)
        fsrs_next(&m->fsrs, gap, a->right);
    else
        fsrs_first(&m->fsrs, a->right);
    m->asked++;
    m->wrong += !a->right;
    uint64_t hash = hash64((uint64_t)m->asked, a->member_id, strlen(a->member_id));
    hash = hash64(hash64(hash, a->content_id, strlen(a->content_id)), a->question_id, strlen(a->question_id));
    m->last_day = day;
    m->due_day = day + fsrs_days_mixed(&m->fsrs, hash >> 16);
}

static bool save_memory(struct db *db, const struct review_answered *a, const struct memory *m, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO review (member_id, content_id, question_id, meaning, stability, difficulty, last_day, due_day,"
                                  " boot_id, boot_ms, asked, wrong) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                                  " ON CONFLICT (member_id, content_id, question_id) DO UPDATE SET meaning = excluded.meaning,"
                                  " stability = excluded.stability, difficulty = excluded.difficulty, last_day = excluded.last_day,"
                                  " due_day = excluded.due_day, boot_id = excluded.boot_id, boot_ms = excluded.boot_ms,"
                                  " asked = excluded.asked, wrong = excluded.wrong");
    query_text(&q, a->member_id);
    query_text(&q, a->content_id);
    query_text(&q, a->question_id);
    query_text(&q, a->meaning);
    query_num(&q, m->fsrs.stability);
    query_num(&q, m->fsrs.difficulty);
    query_int(&q, m->last_day);
    query_int(&q, m->due_day);
    query_text(&q, a->at->boot_id);
    query_int(&q, a->at->boot_ms);
    query_int(&q, m->asked);
    query_int(&q, m->wrong);
    return query_run(&q, e);
}

static bool count_answer(struct db *db, const struct review_answered *a, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO question_tally (content_id, question_id, meaning, asked, wrong, last_ms) VALUES (?, ?, ?, 1, ?, ?)"
                                  " ON CONFLICT (content_id, question_id) DO UPDATE SET"
                                  " asked = excluded.asked + CASE WHEN meaning = excluded.meaning THEN asked ELSE 0 END,"
                                  " wrong = excluded.wrong + CASE WHEN meaning = excluded.meaning THEN wrong ELSE 0 END,"
                                  " meaning = excluded.meaning, last_ms = excluded.last_ms");
    query_text(&q, a->content_id);
    query_text(&q, a->question_id);
    query_text(&q, a->meaning);
    query_int(&q, !a->right);
    query_int(&q, a->at->wall_ms);
    return query_run(&q, e);
}

bool review_answered(struct db *db, const struct review_answered *a, struct err *e)
{
    struct memory m;
    int64_t day;
    if (!*a->member_id)
        return count_answer(db, a, e);
    if (!today(db, a->member_id, a->at, &day, e) || !read_memory(db, a, &m, e))
        return false;
    bool again = m.known && m.last_day == day; /* tried again with the explanation just read */
    learn(&m, a, day);
    return save_memory(db, a, &m, e) && (again || count_answer(db, a, e));
}

/* ---- a question in its lesson ---- */

static bool load_questions(struct db *db, const struct lesson *lesson, struct question_set *out, struct err *e)
{
    if (!lesson->questions.sha256[0])
        return err_set(e, ERR_MISSING, "the lesson has no questions");
    char *path = blob_path(db_dir(db), lesson->questions.sha256);
    struct str text;
    str_init(&text, QUESTIONS_MAX_BYTES);
    bool ok = fs_read(path, QUESTIONS_MAX_BYTES, &text, e) && question_set_parse(text.data, text.len, out, e);
    str_release(&text);
    free(path);
    return ok;
}

static bool find_question(struct review_question *q, const struct review_ask *ask, struct err *e)
{
    char meaning[QUESTION_MEANING];
    for (int i = 0; i < q->set.count && !q->question; i++)
        if (!strcmp(q->set.question[i].id, ask->question_id))
            q->question = &q->set.question[i];
    if (!q->question)
        return err_set(e, ERR_OLDER, "the question %s is not in the lesson any more", ask->question_id);
    question_meaning(q->question, meaning);
    return (!question_is_survey(q->question) && !strcmp(meaning, ask->meaning)) ||
           err_set(e, ERR_OLDER, "the question %s asks something else now", ask->question_id);
}

bool review_question(struct db *db, const struct review_ask *ask, struct review_question *out, struct err *e)
{
    struct review_question q = { 0 };
    if (!library_open(db, NULL, ask->content_id, "", &q.lesson, e))
        return false;
    if (!load_questions(db, q.lesson.lesson, &q.set, e) || !find_question(&q, ask, e)) {
        review_question_release(&q);
        return false;
    }
    *out = q;
    return true;
}

void review_question_release(struct review_question *q)
{
    question_set_release(&q->set);
    open_lesson_release(&q->lesson);
    *q = (struct review_question){ 0 };
}

/* ---- what is due ---- */

static void read_ask(struct query *q, int col, struct review_ask *out)
{
    query_copy_text(q, col, out->content_id, sizeof out->content_id);
    query_copy_text(q, col + 1, out->question_id, sizeof out->question_id);
    query_copy_text(q, col + 2, out->meaning, sizeof out->meaning);
}

/* Is it still asked? A lesson that cannot be opened just now is neither due nor stale. */
static void sort_out(struct db *db, const struct review_ask *ask, struct review_due *out)
{
    struct err why = ERR_INIT;
    struct review_question q;
    if (review_question(db, ask, &q, &why)) {
        review_question_release(&q);
        out->ask[out->count++] = *ask;
    } else if (why.kind == ERR_OLDER) {
        out->stale[out->stale_count++] = *ask;
    } else {
        log_warn("review of %s: %s", ask->content_id, why.text);
    }
}

#define DUE "SELECT content_id, question_id, meaning FROM review r WHERE member_id = ?1 AND due_day "
#define HERE " AND EXISTS (SELECT 1 FROM lesson l JOIN package k ON k.seq = l.package_seq WHERE l.content_id = r.content_id" \
             " AND l.ready = " SQL_LESSON_READY \
             " AND k.active = 1) ORDER BY due_day, content_id, question_id LIMIT ?3"

static bool collect(struct db *db, const char *member_id, int64_t day, bool ahead, struct review_due *out, struct err *e)
{
    struct review_ask list[REVIEW_STALE];
    int n = 0;
    struct query q = db_query(db, ahead ? DUE "> ?2 + 1 AND last_day > ?2 + 1" HERE : DUE "<= ?2" HERE);
    query_text(&q, member_id);
    query_int(&q, day);
    for (query_int(&q, REVIEW_STALE); n < REVIEW_STALE && query_row(&q); n++)
        read_ask(&q, 0, &list[n]);
    if (!query_end(&q, e))
        return false;
    for (int i = 0; i < n && out->count < REVIEW_A_VISIT && out->stale_count < REVIEW_STALE; i++)
        sort_out(db, &list[i], out);
    return true;
}

bool review_due(struct db *db, const char *member_id, const struct clock_reading *now, struct review_due *out, struct err *e)
{
    struct review_due due = { 0 };
    int64_t day;
    if (*member_id) {
        if (!today(db, member_id, now, &day, e) || !collect(db, member_id, day, false, &due, e))
            return false;
        if (due.count < REVIEW_A_VISIT && now->trust != CLOCK_FLOOR && !collect(db, member_id, day, true, &due, e))
            return false;
    }
    *out = due;
    return true;
}

struct forgetting {
    struct fact fact;
    char member_id[MEMBER_ID]; /* "": out of the tally */
    int count;
    struct review_ask ask[REVIEW_STALE];
};

/* With the meaning, so that an answer given meanwhile to the question as it is now stays. */
static bool forget(struct db *db, struct fact *fact, struct err *e)
{
    const struct forgetting *f = (const struct forgetting *)fact;
    for (int i = 0; i < f->count; i++) {
        struct query q = db_query(db, *f->member_id ? "DELETE FROM review WHERE content_id = ? AND question_id = ? AND meaning = ? AND member_id = ?"
                                                    : "DELETE FROM question_tally WHERE content_id = ? AND question_id = ? AND meaning = ?");
        query_text(&q, f->ask[i].content_id);
        query_text(&q, f->ask[i].question_id);
        query_text(&q, f->ask[i].meaning);
        if (*f->member_id)
            query_text(&q, f->member_id);
        if (!query_run(&q, e))
            return false;
    }
    return true;
}

static uint64_t post_forget(struct writer *w, const char *member_id, const struct review_ask *stale, int count)
{
    static const struct fact_kind kind = { .put = forget };
    struct forgetting *f = fact_new(w, &kind, sizeof *f);
    snprintf(f->member_id, sizeof f->member_id, "%s", member_id);
    f->count = count < REVIEW_STALE ? count : REVIEW_STALE;
    memcpy(f->ask, stale, sizeof *stale * (size_t)f->count);
    return fact_post(w, &f->fact);
}

uint64_t review_forget(struct writer *w, const char *member_id, const struct review_due *due)
{
    return due->stale_count && *member_id ? post_forget(w, member_id, due->stale, due->stale_count) : 0;
}

uint64_t review_forget_tally(struct writer *w, const struct review_ask *stale, int count)
{
    return count ? post_forget(w, "", stale, count) : 0;
}

/* ---- what the village answers worst ---- */

bool review_worst(struct db *db, int limit, struct worst_row *out, int *count, struct err *e)
{
    int n = 0;
    struct query q = db_query(db, "SELECT content_id, question_id, meaning, asked, wrong FROM question_tally t INDEXED BY question_worst"
                                  " WHERE asked >= 5 AND wrong > 0 AND EXISTS (SELECT 1 FROM lesson l JOIN package k ON k.seq = l.package_seq"
                                  " WHERE l.content_id = t.content_id AND l.ready = " SQL_LESSON_READY
                                  " AND k.active = 1)"
                                  " ORDER BY (wrong + 1) * 10000 / (asked + 2) DESC, content_id, question_id LIMIT ?");
    for (query_int(&q, limit); n < limit && query_row(&q); n++) {
        read_ask(&q, 0, &out[n].ask);
        out[n].asked = (int)query_col_int(&q, 3);
        out[n].wrong = (int)query_col_int(&q, 4);
    }
    if (!query_end(&q, e))
        return false;
    *count = n;
    return true;
}
