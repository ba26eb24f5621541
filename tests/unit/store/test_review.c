/* What is asked again and when, through a day's answers, clocks that lie, lessons that go; and the village's tally. */
#include "store_kit.h"

#include "base/clock.h"
#include "model/statement.h"
#include "store/study/review.h"
#include "store/meeting/room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <time.h>

#define NOON 1795953600000 /* 2026-11-29T12:00Z */
#define DAY_MS INT64_C(86400000)
#define COURSE "cn.x.review"

static char *dir;
static struct store *store;
static struct clock_fake now;
static struct clock_reading at;

/* Two lessons; `word` is in the prompts, so that another word is another question. */
static void write_questions(struct str *out, const char *word, int lesson)
{
    str_printf(out, "{\"format\":1,\"questions\":["
                    "{\"id\":\"q1\",\"kind\":\"true-false\",\"prompt\":{\"zh-CN\":\"%s一 %d\"},\"answer\":true,\"answer_at_ms\":5000},"
                    "{\"id\":\"q2\",\"kind\":\"choice\",\"prompt\":{\"zh-CN\":\"第二 %d\"},\"options\":["
                    "{\"id\":\"c1\",\"text\":{\"zh-CN\":\"甲\"},\"weight\":1},{\"id\":\"c2\",\"text\":{\"zh-CN\":\"乙\"}}]},"
                    "{\"id\":\"q3\",\"kind\":\"likert\",\"prompt\":{\"zh-CN\":\"第三\"},\"options\":["
                    "{\"id\":\"l1\",\"text\":{\"zh-CN\":\"好\"}},{\"id\":\"l2\",\"text\":{\"zh-CN\":\"不好\"}}]}]}",
               word, lesson, lesson);
}

static void install(const char *id, int version, int lessons, const char *word)
{
    struct err e = ERR_INIT;
    struct str m, q;
    char text[100], content_id[UUID_TEXT];
    str_init(&m, 0);
    str_printf(&m, "{\"format\":1,\"kind\":\"course\",\"id\":\"%s\",\"version\":%d,\"title\":{\"zh-CN\":\"复习\"},\"category\":\"safety\",\"lessons\":[", id, version);
    for (int i = 0; i < lessons; i++) {
        kit_content_id(id, i, content_id);
        str_printf(&m, "%s{\"content_id\":\"%s\",\"title\":{\"zh-CN\":\"第%d课\"},\"duration_ms\":60000,\"renditions\":[{\"weight\":\"480p\",\"duration_ms\":60000,\"media\":",
                   i ? "," : "", content_id, i + 1);
        snprintf(text, sizeof text, "film %s %d", id, i);
        KIT_MUST(kit_blob(dir, text, "video/mp4", "film.mp4", &m, &e));
        str_puts(&m, "}],\"questions\":");
        str_init(&q, 0);
        write_questions(&q, word, i);
        KIT_MUST(kit_blob(dir, q.data, "application/json", "questions.json", &m, &e));
        str_release(&q);
        str_puts(&m, "}");
    }
    str_puts(&m, "]}");
    struct library_package p = { .manifest = m.data, .manifest_len = m.len, .publisher = "test" };
    KIT_MUST(library_install(store_writer(store), &p, &e));
    str_release(&m);
}

static void set_clock(int64_t wall_ms, enum clock_trust trust, int boot)
{
    now.wall_ms = wall_ms;
    store_clock(store, &at);
    at.trust = trust;
    at.wall_ms = wall_ms;
    snprintf(at.boot_id, sizeof at.boot_id, "0000%04d-0000-0000-0000-000000000000", boot);
}

static int open_store(void **state)
{
    (void)state;
    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    now = (struct clock_fake){ .boot_ms = 1000000, .wall_ms = NOON };
    clock_set_fake(&now);
    dir = kit_dir();
    store = kit_open(dir, NULL);
    install(COURSE, 1, 3, "第");
    set_clock(NOON, CLOCK_RTC, 1);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(store);
    clock_set_fake(NULL);
    kit_remove(dir);
    return 0;
}

static int64_t number(const char *sql)
{
    struct err e = ERR_INIT;
    struct db *db = db_open_reader(dir, &e);
    int64_t n = kit_number(db, sql);
    db_close(db);
    return n;
}

/* ---- through a quiz, as the screen does it ---- */

static void quiz_in(const struct statement_room *room, const char *member, int lesson_number, const char *id, const char *question, const char *response)
{
    struct err e = ERR_INIT;
    struct open_lesson lesson;
    struct question_set set;
    struct attempt a;
    struct str text;
    char content_id[UUID_TEXT];
    kit_content_id(COURSE, lesson_number, content_id);
    KIT_MUST(library_open(store_db(store), NULL, content_id, member, &lesson, &e));
    str_init(&text, 0);
    char *path = blob_path(dir, lesson.lesson->questions.sha256);
    KIT_MUST(fs_read(path, 1 << 20, &text, &e));
    KIT_MUST(question_set_parse(text.data, text.len, &set, &e));
    attempt_begin(&a, id, 1, &set, false, 0.5, now.boot_ms);
    assert_true(attempt_restore(&a, question, response, true, 1000));
    const struct question *q = NULL;
    for (int i = 0; i < set.count; i++)
        if (!strcmp(set.question[i].id, question))
            q = &set.question[i];
    struct attempt_post p = { .member_id = member, .course = &lesson.course, .lesson = lesson.lesson, .attempt = &a, .question = q, .room = room };
    kit_commit(store, attempt_post_answer(store_writer(store), &p));
    kit_commit(store, attempt_post_answer(store_writer(store), &p)); /* posted again after a failure: changes nothing more */
    free(path);
    str_release(&text);
    question_set_release(&set);
    open_lesson_release(&lesson);
}

static void quiz(const char *member, int lesson_number, const char *id, const char *question, const char *response)
{
    quiz_in(NULL, member, lesson_number, id, question, response);
}

static bool check_one(void *ctx, const struct outbox_row *row)
{
    struct err e = ERR_INIT;
    if (!statement_validate(row->body, row->body_len, &e))
        fail_msg("%s\n%s", e.text, row->body);
    ++*(int *)ctx;
    return true;
}

/* An answer given aloud in a meeting counts as any other, once also after a cut, names the meeting, and leaves a quiz alone that
 * the member has begun for himself. */
static void test_an_answer_in_a_meeting(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct saved_attempt own;
    static const char room_id[] = "0190dddd-0000-7000-8000-000000000001", mine[] = "0190cccc-0000-7000-8000-000000000001";
    struct statement_room room = { .room_id = room_id, .host_id = "v9" };
    char id[UUID_TEXT], content_id[UUID_TEXT];
    int count = 0;
    kit_content_id(COURSE, 0, content_id);
    quiz("v1", 0, mine, "q1", "true");
    room_answer_id(room_id, "v1", content_id, "q2", id);
    quiz_in(&room, "v1", 0, id, "q2", "c2");
    quiz_in(&room, "v1", 0, id, "q2", "c1"); /* asked again after a cut that took the event: the first answer stands */
    assert_int_equal(number("SELECT asked * 10 + wrong FROM review WHERE question_id = 'q2' AND member_id = 'v1'"), 11);
    assert_int_equal(number("SELECT asked * 10 + wrong FROM question_tally WHERE question_id = 'q2'"), 11);
    assert_int_equal(number("SELECT count(*) FROM statement WHERE instr(body, 'verbs/answered\"}') > 0"), 2);
    assert_int_equal(number("SELECT count(*) FROM statement WHERE instr(body, '\"instructor\":{\"account\":{') > 0 AND instr(body, '\"v9\"') > 0"
                            " AND instr(body, 'urn:uuid:0190dddd-0000-7000-8000-000000000001') > 0 AND instr(body, '\"response\":\"c2\"') > 0"), 1);
    KIT_MUST(outbox_each(store_db(store), 0, check_one, &count, NULL, &e));
    assert_int_equal(count, 2);
    KIT_MUST(attempt_saved(store_db(store), "v1", content_id, &own, &e));
    assert_string_equal(own.id, mine);
    assert_int_equal(own.count, 1);
    saved_attempt_release(&own);
}

static void test_answers_in_a_quiz_enter(void **state)
{
    (void)state;
    quiz("v1", 0, "0190cccc-0000-7000-8000-000000000001", "q1", "true");
    quiz("v1", 0, "0190cccc-0000-7000-8000-000000000001", "q2", "c2");
    quiz("v1", 0, "0190cccc-0000-7000-8000-000000000001", "q3", "l1"); /* an opinion is never asked again */
    quiz("", 0, "0190cccc-0000-7000-8000-000000000002", "q2", "c2");   /* a guest: the tally only */
    assert_int_equal(number("SELECT count(*) FROM review"), 2);
    assert_int_equal(number("SELECT due_day - last_day FROM review WHERE question_id = 'q1'"), 2); /* right: after 2.3 days */
    assert_int_equal(number("SELECT due_day - last_day FROM review WHERE question_id = 'q2'"), 1); /* wrong: tomorrow */
    assert_int_equal(number("SELECT asked * 10 + wrong FROM question_tally WHERE question_id = 'q1'"), 10);
    assert_int_equal(number("SELECT asked * 10 + wrong FROM question_tally WHERE question_id = 'q2'"), 22);
    quiz("v1", 0, "0190cccc-0000-7000-8000-000000000003", "q2", "c1"); /* again on the same day, explanation just read */
    assert_int_equal(number("SELECT asked * 10 + wrong FROM question_tally WHERE question_id = 'q2'"), 22);
    assert_int_equal(number("SELECT asked * 10 + wrong FROM review WHERE question_id = 'q2'"), 21);
    assert_int_equal(number("SELECT last_day FROM review LIMIT 1"), 20786); /* 20:00 in Shanghai on 2026-11-29 */
}

/* ---- straight into the writer ---- */

struct given { const struct review_answered *a; };
static bool give(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    return review_answered(db, ((struct given *)ctx)->a, e);
}

static const char *meaning_of(int lesson, const char *question)
{
    static char out[QUESTION_MEANING];
    struct err e = ERR_INIT;
    struct str text;
    struct question_set set;
    str_init(&text, 0);
    write_questions(&text, "第", lesson);
    KIT_MUST(question_set_parse(text.data, text.len, &set, &e));
    for (int i = 0; i < set.count; i++)
        if (!strcmp(set.question[i].id, question))
            question_meaning(&set.question[i], out);
    question_set_release(&set);
    str_release(&text);
    return out;
}

static void answered(const char *member, int lesson, const char *question, bool right)
{
    struct err e = ERR_INIT;
    char content_id[UUID_TEXT];
    kit_content_id(COURSE, lesson, content_id);
    struct review_answered a = { .member_id = member, .content_id = content_id, .question_id = question,
                                 .meaning = meaning_of(lesson, question), .right = right, .at = &at };
    KIT_MUST(writer_do(store_writer(store), give, &(struct given){ &a }, &e));
}

/* "0q2 1q1": lesson and question, in order. */
static const char *due(const char *member)
{
    static char out[80];
    struct err e = ERR_INIT;
    struct review_due d;
    struct db *db = db_open_reader(dir, &e);
    KIT_MUST(review_due(db, member, &at, &d, &e));
    db_close(db);
    out[0] = 0;
    for (int i = 0; i < d.count; i++)
        sprintf(out + strlen(out), "%s%d%s", i ? " " : "", atoi(d.ask[i].content_id + 24), d.ask[i].question_id);
    if (d.stale_count)
        sprintf(out + strlen(out), " stale %d", d.stale_count);
    return out;
}

static void later(int days)
{
    now.boot_ms += days * DAY_MS;
    set_clock(now.wall_ms + days * DAY_MS, at.trust, 1);
    at.boot_ms = now.boot_ms;
}

static void test_two_a_visit_oldest_first(void **state)
{
    (void)state;
    answered("v1", 0, "q1", true);
    answered("v1", 0, "q2", false);
    answered("v1", 1, "q1", false);
    answered("v1", 2, "q2", false);
    assert_string_equal(due("v1"), "");
    assert_string_equal(due(""), "");
    assert_string_equal(due("v2"), "");
    later(1);
    assert_string_equal(due("v1"), "0q2 1q1");
    answered("v1", 0, "q2", true);
    assert_string_equal(due("v1"), "1q1 2q2");
    answered("v1", 1, "q1", true);
    assert_string_equal(due("v1"), "2q2");
    answered("v1", 2, "q2", true);
    assert_string_equal(due("v1"), "");
    later(1);
    assert_string_equal(due("v1"), "0q1"); /* the others two days after the right answer */
    later(1);
    assert_string_equal(due("v1"), "0q1 0q2");
    later(30);
    assert_string_equal(due("v1"), "0q1 0q2"); /* a month away: still two, still the oldest */
}

static void test_lessons_that_go_wait(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    answered("v1", 0, "q2", false);
    later(1);
    assert_string_equal(due("v1"), "0q2");
    KIT_MUST(library_remove(store_writer(store), COURSE, &e));
    assert_string_equal(due("v1"), "");
    install(COURSE, 2, 3, "第");
    assert_string_equal(due("v1"), "0q2");
}

static void test_changed_questions_are_not_asked(void **state)
{
    struct err e = ERR_INIT;
    struct review_due d;
    (void)state;
    answered("v1", 0, "q1", false);
    answered("v1", 0, "q2", false);
    later(1);
    install(COURSE, 2, 3, "其"); /* q1 has another wording now, q2 not */
    assert_string_equal(due("v1"), "0q2 stale 1");
    KIT_MUST(review_due(store_db(store), "v1", &at, &d, &e));
    KIT_MUST(writer_wait(store_writer(store), review_forget(store_writer(store), "v1", &d), &e));
    assert_int_equal(number("SELECT count(*) FROM review"), 1);
    assert_string_equal(due("v1"), "0q2");
    quiz("v1", 0, "0190cccc-0000-7000-8000-000000000001", "q1", "true"); /* the new one begins anew */
    assert_int_equal(number("SELECT asked * 10 + wrong FROM review WHERE question_id = 'q1'"), 10);
    assert_int_equal(number("SELECT asked * 10 + wrong FROM question_tally WHERE question_id = 'q1'"), 10);
}

/* ---- clocks that lie ---- */

static void test_a_dead_clock_counts_boots_and_days_of_one(void **state)
{
    (void)state;
    set_clock(NOON, CLOCK_FLOOR, 1);
    answered("v1", 0, "q2", false); /* due in a day */
    answered("v1", 0, "q1", true);  /* due in two */
    assert_string_equal(due("v1"), "");
    at.boot_ms = now.boot_ms + DAY_MS - 1;
    assert_string_equal(due("v1"), "");
    at.boot_ms = now.boot_ms + DAY_MS;
    assert_string_equal(due("v1"), "0q2");
    set_clock(NOON, CLOCK_FLOOR, 2); /* the next morning, and the clock says the same again */
    assert_string_equal(due("v1"), "0q2");
    answered("v1", 0, "q2", true);
    set_clock(NOON, CLOCK_FLOOR, 3);
    assert_string_equal(due("v1"), "0q1");
    set_clock(NOON + 40 * DAY_MS, CLOCK_SIGNED, 4); /* at last somebody says what day it is */
    assert_string_equal(due("v1"), "0q1 0q2");
}

static void test_a_leap_ahead_and_back_loses_nothing(void **state)
{
    (void)state;
    answered("v1", 0, "q1", false);
    set_clock(NOON + 60 * 365 * DAY_MS, CLOCK_RTC, 2); /* 2086 */
    assert_string_equal(due("v1"), "0q1");
    answered("v1", 0, "q1", true);
    answered("v1", 1, "q1", false);
    answered("v1", 1, "q2", false);
    set_clock(NOON + DAY_MS, CLOCK_RTC, 3); /* and back */
    assert_string_equal(due("v1"), "1q1 1q2"); /* not in sixty years; two, not all */
    answered("v1", 1, "q1", true);
    answered("v1", 1, "q2", true);
    assert_string_equal(due("v1"), "0q1");
    answered("v1", 0, "q1", true);
    assert_string_equal(due("v1"), "");
    assert_int_equal(number("SELECT count(*) FROM review WHERE due_day > last_day + 365"), 0);
    assert_int_equal(number("SELECT count(*) FROM review WHERE last_day > 20787"), 0);
}

static void test_midnight_of_another_zone_is_no_leap(void **state)
{
    (void)state;
    answered("v1", 0, "q2", false);
    set_clock(NOON - DAY_MS, CLOCK_RTC, 1); /* the day before, as after a change of zone */
    assert_string_equal(due("v1"), "");
    answered("v1", 0, "q2", true);
    assert_int_equal(number("SELECT due_day - last_day FROM review"), 1);
}

/* ---- a review under way ---- */

struct under_way {
    struct review review;
    struct review_question from[REVIEW_A_VISIT];
    struct question question[REVIEW_A_VISIT];
    struct question_set set;
    struct attempt attempt;
};

static void begin_review(struct under_way *u)
{
    struct err e = ERR_INIT;
    struct review_due d;
    *u = (struct under_way){ .review = { .id = "0190dddd-0000-7000-8000-000000000001", .seed = 7 } };
    KIT_MUST(review_due(store_db(store), "v1", &at, &d, &e));
    u->review.count = u->set.count = d.count;
    u->set.question = u->question;
    for (int i = 0; i < d.count; i++) {
        u->review.item[i].ask = d.ask[i];
        KIT_MUST(review_question(store_db(store), &d.ask[i], &u->from[i], &e));
        u->question[i] = *u->from[i].question;
    }
    KIT_MUST(writer_wait(store_writer(store), review_begin(store_writer(store), "v1", &u->review), &e));
    attempt_begin(&u->attempt, u->review.id, u->review.seed, &u->set, false, 0, now.boot_ms);
}

static void end_under_way(struct under_way *u)
{
    for (int i = 0; i < u->set.count; i++)
        review_question_release(&u->from[i]);
}

static void post_answer(struct under_way *u, int i)
{
    struct err e = ERR_INIT;
    struct review_answer_post p = { .member_id = "v1", .at = &at, .review = &u->review, .place = i,
                                    .attempt = &u->attempt, .question = &u->question[i], .lesson = &u->from[i].lesson };
    KIT_MUST(writer_wait(store_writer(store), review_answer(store_writer(store), &p), &e));
}

static bool statement_fine(void *ctx, const struct outbox_row *row)
{
    struct err e = ERR_INIT;
    char *body = mem_alloc(row->body_len + 1);
    memcpy(body, row->body, row->body_len);
    KIT_MUST(statement_validate(row->body, row->body_len, &e));
    assert_non_null(strstr(body, "http://adlnet.gov/expapi/verbs/answered"));
    assert_non_null(strstr(body, "\"registration\":\"0190dddd-0000-7000-8000-000000000001\""));
    free(body);
    ++*(int *)ctx;
    return true;
}

static void test_a_review_goes_on_after_a_cut(void **state)
{
    struct err e = ERR_INIT;
    struct under_way u;
    struct review saved;
    int statements = 0;
    (void)state;
    answered("v1", 0, "q1", false);
    answered("v1", 1, "q1", false); /* the same id in another lesson */
    later(1);
    begin_review(&u);
    assert_int_equal(u.review.count, 2);
    KIT_MUST(writer_wait(store_writer(store), review_pick(store_writer(store), "v1", &u.review, 0, "true"), &e));
    KIT_MUST(review_get(store_db(store), "v1", &saved, &e));
    assert_string_equal(saved.item[0].response, "true");
    assert_false(saved.item[0].answered);
    assert_true(attempt_restore_at(&u.attempt, 0, saved.item[0].response, false, 0));
    assert_int_equal(attempt_answer(&u.attempt, now.boot_ms + 2000), VERDICT_RIGHT);
    post_answer(&u, 0);
    post_answer(&u, 0); /* again: nothing more */
    KIT_MUST(writer_wait(store_writer(store), review_begin(store_writer(store), "v1", &u.review), &e));
    KIT_MUST(writer_wait(store_writer(store), review_pick(store_writer(store), "v1", &u.review, 0, "false"), &e));

    store_close(store); /* a cut: only what was committed is left */
    store = kit_open(dir, NULL);
    KIT_MUST(review_get(store_db(store), "v1", &saved, &e));
    assert_int_equal(saved.count, 2);
    assert_string_equal(saved.id, u.review.id);
    assert_int_equal(saved.seed, 7);
    assert_true(saved.item[0].answered && !saved.item[1].answered);
    assert_string_equal(saved.item[0].response, "true");
    assert_int_equal(saved.item[0].duration_ms, 2000);
    assert_string_equal(due("v1"), "1q1");
    assert_int_equal(number("SELECT asked FROM review WHERE content_id LIKE '%000'"), 2);
    assert_int_equal(number("SELECT asked FROM question_tally WHERE content_id LIKE '%000'"), 2);

    attempt_next(&u.attempt, now.boot_ms);
    assert_true(attempt_tap(&u.attempt, 1));
    assert_int_equal(attempt_answer(&u.attempt, now.boot_ms + 1000), VERDICT_WRONG);
    post_answer(&u, 1);
    KIT_MUST(writer_wait(store_writer(store), review_end(store_writer(store), "v1", u.review.id), &e));
    KIT_MUST(review_get(store_db(store), "v1", &saved, &e));
    assert_string_equal(saved.id, "");
    assert_string_equal(due("v1"), "");
    KIT_MUST(outbox_each(store_db(store), 0, statement_fine, &statements, NULL, &e));
    assert_int_equal(statements, 2);
    end_under_way(&u);
}

/* The beginning could not be saved (a full disk): the answer is kept all the same. */
static void test_an_answer_without_its_beginning(void **state)
{
    struct err e = ERR_INIT;
    struct under_way u;
    (void)state;
    answered("v1", 0, "q1", false);
    later(1);
    begin_review(&u);
    KIT_MUST(writer_wait(store_writer(store), review_end(store_writer(store), "v1", u.review.id), &e));
    assert_true(attempt_tap(&u.attempt, 0));
    assert_int_equal(attempt_answer(&u.attempt, now.boot_ms), VERDICT_RIGHT);
    post_answer(&u, 0);
    assert_int_equal(number("SELECT asked FROM review"), 2);
    assert_int_equal(number("SELECT count(*) FROM statement"), 1);
    end_under_way(&u);
}

/* ---- the village ---- */

static void test_worst(void **state)
{
    struct err e = ERR_INIT;
    struct worst_row row[10];
    char member[8];
    int n;
    (void)state;
    for (int i = 0; i < 20; i++) {
        snprintf(member, sizeof member, "v%d", i);
        answered(member, 0, "q1", i % 2);      /* 10 of 20 wrong */
        if (i < 5)
            answered(member, 0, "q2", i == 4); /* 4 of 5 */
        if (i < 4)
            answered(member, 1, "q1", false);  /* 4 of 4: too few to say */
        answered(member, 1, "q2", true);       /* nobody is wrong */
        if (i < 6)
            answered("", 2, "q1", i < 4);      /* guests: 2 of 6 */
    }
    KIT_MUST(review_worst(store_db(store), 10, row, &n, &e));
    assert_int_equal(n, 3);
    assert_string_equal(row[0].ask.question_id, "q2");
    assert_true(row[0].asked == 5 && row[0].wrong == 4);
    assert_true(row[1].asked == 20 && row[1].wrong == 10);
    assert_true(row[2].asked == 6 && row[2].wrong == 2);
    KIT_MUST(review_worst(store_db(store), 1, row, &n, &e));
    assert_int_equal(n, 1);
    KIT_MUST(library_remove(store_writer(store), COURSE, &e));
    KIT_MUST(review_worst(store_db(store), 10, row, &n, &e));
    assert_int_equal(n, 0);
}

/* ---- size ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SLOWER = 100 }; /* what a sanitizer costs says nothing about the query */
#else
enum { SLOWER = 10 }; /* other tests run beside it: this finds a walk through the table, not a slow day */
#endif

static int64_t us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void fill(struct db *db)
{
    struct err e = ERR_INIT;
    char content_id[UUID_TEXT], sql[1200];
    kit_content_id(COURSE, 0, content_id);
    /* 2,000 due questions of one member: most of lessons that are gone, the 200 oldest of them first. */
    snprintf(sql, sizeof sql,
             "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)"
             " INSERT INTO review SELECT 'v1', CASE WHEN i < 200 THEN printf('gone-%%d', i) ELSE '%s' END, CASE WHEN i = 1000 THEN 'q1' WHEN i = 1500 THEN 'q2'"
             " ELSE printf('x%%d', i) END, 'm', 2, 5, 20000, 20000 + i / 20, 'boot', 0, 1, 1 FROM n;", content_id);
    KIT_MUST(db_exec(db, sql, &e));
    snprintf(sql, sizeof sql, "UPDATE review SET meaning = '%s' WHERE question_id = 'q1';", meaning_of(0, "q1"));
    KIT_MUST(db_exec(db, sql, &e));
    snprintf(sql, sizeof sql,
             "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999)"
             " INSERT INTO question_tally SELECT CASE WHEN i %% 2 THEN printf('gone-%%d', i) ELSE '%s' END, printf('x%%d', i), 'm', 5 + i %% 50, i %% 6, 0 FROM n;", content_id);
    KIT_MUST(db_exec(db, sql, &e));
}

static bool fill_job(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)ctx, (void)value, (void)e;
    fill(db);
    return true;
}

static void test_size(void **state)
{
    struct err e = ERR_INIT;
    struct worst_row row[24];
    struct review_due d;
    int64_t due_us = INT64_MAX, dead_us = INT64_MAX, worst_us = INT64_MAX;
    int n, rounds = 0;
    (void)state;
    KIT_MUST(writer_do(store_writer(store), fill_job, NULL, &e));
    for (int i = 0; i < 5; i++) {
        int64_t t = us();
        KIT_MUST(review_due(store_db(store), "v1", &at, &d, &e));
        due_us = us() - t < due_us ? us() - t : due_us;
        struct clock_reading dead = at;
        dead.trust = CLOCK_FLOOR;
        struct review_due other;
        t = us();
        KIT_MUST(review_due(store_db(store), "v1", &dead, &other, &e));
        dead_us = us() - t < dead_us ? us() - t : dead_us;
        t = us();
        KIT_MUST(review_worst(store_db(store), 24, row, &n, &e));
        worst_us = us() - t < worst_us ? us() - t : worst_us;
    }
    printf("2,000 reviews of one member: due list with %d stale rows looked into %.2f ms, with a dead clock %.2f ms; 20,000 tallies: worst 24 in %.2f ms\n",
           d.stale_count, (double)due_us / 1000, (double)dead_us / 1000, (double)worst_us / 1000);
    assert_int_equal(n, 24);
    assert_true(due_us < 5000 * SLOWER && dead_us < 5000 * SLOWER && worst_us < 5000 * SLOWER);
    /* What the screens add when they are entered: two questions, or twelve, of a course of thirty lessons. */
    install("cn.x.long", 1, 30, "第");
    struct review_ask ask = { .question_id = "q2" };
    kit_content_id("cn.x.long", 29, ask.content_id);
    snprintf(ask.meaning, sizeof ask.meaning, "%s", meaning_of(29, "q2"));
    int64_t open_us = INT64_MAX;
    for (int i = 0; i < 5; i++) {
        struct review_question q;
        int64_t t = us();
        KIT_MUST(review_question(store_db(store), &ask, &q, &e));
        open_us = us() - t < open_us ? us() - t : open_us;
        review_question_release(&q);
    }
    printf("a question of a course of 30 lessons: %.2f ms, so entering the review %.2f ms, the village's twelve %.2f ms\n", (double)open_us / 1000,
           (double)(due_us + 2 * open_us) / 1000, (double)(worst_us + 12 * open_us) / 1000);
    assert_true(due_us + 2 * open_us < 16000 * SLOWER && worst_us + 12 * open_us < 16000 * SLOWER);
    /* Rows of questions that are gone clear away visit by visit until the good one is reached. */
    while (!d.count && rounds++ < 100) {
        KIT_MUST(writer_wait(store_writer(store), review_forget(store_writer(store), "v1", &d), &e));
        KIT_MUST(review_due(store_db(store), "v1", &at, &d, &e));
    }
    assert_int_equal(d.count, 1);
    assert_string_equal(d.ask[0].question_id, "q1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_store, close_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_answer_in_a_meeting),
        TEST(test_answers_in_a_quiz_enter),
        TEST(test_two_a_visit_oldest_first),
        TEST(test_lessons_that_go_wait),
        TEST(test_changed_questions_are_not_asked),
        TEST(test_a_dead_clock_counts_boots_and_days_of_one),
        TEST(test_a_leap_ahead_and_back_loses_nothing),
        TEST(test_midnight_of_another_zone_is_no_leap),
        TEST(test_a_review_goes_on_after_a_cut),
        TEST(test_an_answer_without_its_beginning),
        TEST(test_worst),
        TEST(test_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
