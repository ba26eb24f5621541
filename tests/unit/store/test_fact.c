/* What screens record: viewing, quiz, coming and going; the rows, sums and statements that follow from it. */
#include "store_kit.h"

#include "base/clock.h"
#include "base/json.h"
#include "model/statement.h"
#include "store/study/hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define VIEWING "0190bbbb-0000-7000-8000-000000000001"
#define VIEWING_2 "0190bbbb-0000-7000-8000-000000000002"
#define ATTEMPT "0190cccc-0000-7000-8000-000000000001"
#define NOON_NOV 1795953600000 /* 2026-11-29T12:00Z */

static char *dir;
static struct store *store;
static struct open_lesson lesson;
static struct clock_fake now;
static struct study study;

static int open_store(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char id[UUID_TEXT];
    now = (struct clock_fake){ .boot_ms = 1000000, .wall_ms = NOON_NOV };
    clock_set_fake(&now);
    dir = kit_dir();
    store = kit_open(dir, NULL);
    KIT_MUST(kit_install(store, "cn.x.a", 1, 2, &e));
    kit_content_id("cn.x.a", 0, id);
    KIT_MUST(library_open(store_db(store), "cn.x.a", id, "v1", &lesson, &e));
    study = (struct study){ 0 };
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    study_release(&study);
    open_lesson_release(&lesson);
    store_close(store);
    clock_set_fake(NULL);
    kit_remove(dir);
    return 0;
}

static void viewing(uint64_t (*post)(struct writer *, const struct viewing_post *), const char *member, const char *id)
{
    struct viewing_post v = { .id = id, .member_id = member, .course = &lesson.course, .lesson = lesson.lesson, .study = &study,
                              .ended_by = "finished" };
    kit_commit(store, post(store_writer(store), &v));
}

static void play(int64_t ms) /* on from where it stands, at normal speed, with a sign of presence at the end */
{
    struct study_event ev = { .kind = STUDY_PLAY, .boot_ms = now.boot_ms, .media_ms = study.position_ms, .speed_permille = 1000 };
    study_apply(&study, &ev);
    now.boot_ms += ms;
    now.wall_ms += ms;
    ev = (struct study_event){ .kind = STUDY_TICK, .boot_ms = now.boot_ms, .media_ms = study.position_ms + ms, .speed_permille = 1000 };
    study_apply(&study, &ev);
    ev.kind = STUDY_PRESENCE;
    study_apply(&study, &ev);
}

static int64_t count(const char *where)
{
    char text[200];
    struct err e = ERR_INIT;
    struct db *db = db_open_reader(dir, &e);
    snprintf(text, sizeof text, "SELECT count(*) FROM %s", where);
    int64_t n = kit_number(db, text);
    db_close(db);
    return n;
}

static void begin(const char *member)
{
    study_init(&study, 60000, 0, 1, now.boot_ms, NULL, NULL);
    viewing(viewing_post_begin, member, VIEWING);
}

static void test_viewing(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct progress p;
    struct hours_year y;
    begin("v1");
    play(5000);
    viewing(viewing_post_checkpoint, "v1", VIEWING);
    KIT_MUST(progress_get(store_db(store), "v1", lesson.lesson->content_id, &p, &e));
    assert_int_equal(p.position_ms, 5000);
    assert_int_equal(p.watched_ms, 5000);
    assert_false(p.finished);
    KIT_MUST(hours_year(store_db(store), "v1", 2026, &y, &e));
    assert_int_equal(y.month[10].watched_ms, 5000);
    assert_int_equal(y.month[10].verified_ms, 5000);
    assert_int_equal(y.month[10].screen_ms, 5000);
    assert_int_equal(count("statement"), 0);
    viewing(viewing_post_checkpoint, "v1", VIEWING); /* the same again adds nothing */
    play(50000);
    viewing(viewing_post_checkpoint, "v1", VIEWING);
    assert_int_equal(count("statement"), 1); /* completed, at the moment it was */
    viewing(viewing_post_end, "v1", VIEWING);
    viewing(viewing_post_end, "v1", VIEWING);
    viewing(viewing_post_checkpoint, "v1", VIEWING); /* late: ignored */
    assert_int_equal(count("statement"), 2);
    assert_int_equal(count("viewing WHERE state = 1 AND ended_by = 'finished' AND watched_ms = 55000"), 1);
    KIT_MUST(hours_year(store_db(store), "v1", 2026, &y, &e));
    assert_int_equal(y.total.watched_ms, 55000);
    KIT_MUST(progress_get(store_db(store), "v1", lesson.lesson->content_id, &p, &e));
    assert_true(p.finished);
}

static void test_seconds_count_once_a_year(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct spans counted, verified;
    struct hours_year y;
    begin("v1");
    play(60000);
    viewing(viewing_post_end, "v1", VIEWING);
    KIT_MUST(progress_counted(store_db(store), "v1", lesson.lesson->content_id, 2026, &counted, &verified, &e));
    assert_int_equal(spans_total(&counted), 60000);
    assert_int_equal(spans_total(&verified), 60000);
    study_release(&study);
    study_init(&study, 60000, 0, 1, now.boot_ms, &counted, &verified);
    viewing(viewing_post_begin, "v1", VIEWING_2);
    play(10000);
    viewing(viewing_post_end, "v1", VIEWING_2);
    KIT_MUST(hours_year(store_db(store), "v1", 2026, &y, &e));
    assert_int_equal(y.total.watched_ms, 60000);
    assert_int_equal(y.total.review_ms, 10000);
    assert_int_equal(y.total.screen_ms, 70000);
    assert_int_equal(count("statement"), 3); /* completed once only */
    spans_release(&counted);
    spans_release(&verified);
    KIT_MUST(progress_counted(store_db(store), "v1", lesson.lesson->content_id, 2027, &counted, &verified, &e));
    assert_int_equal(counted.count + verified.count, 0);
}

static void test_midnight_of_a_month(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct hours_year y;
    struct hours_category_list c;
    struct hours_lesson_list l;
    int total;
    now.wall_ms = 1796083190000; /* 2026-11-30T23:59:50Z */
    begin("v1");
    play(8000);
    viewing(viewing_post_checkpoint, "v1", VIEWING);
    play(7000);
    viewing(viewing_post_end, "v1", VIEWING);
    KIT_MUST(hours_year(store_db(store), "v1", 2026, &y, &e));
    assert_int_equal(y.month[10].watched_ms, 8000);
    assert_int_equal(y.month[11].watched_ms, 7000);
    assert_int_equal(y.total.watched_ms, 15000);
    KIT_MUST(hours_categories(store_db(store), "v1", 202601, 202612, &c, &e));
    assert_int_equal(c.count, 1);
    assert_string_equal(c.row[0].category, "safety");
    assert_int_equal(c.row[0].hours.watched_ms, 15000);
    hours_category_list_release(&c);
    KIT_MUST(hours_lessons(store_db(store), "v1", 202601, 202612, 0, 10, &l, &total, &e));
    assert_int_equal(total, 1);
    assert_string_equal(lang_text_get(&l.row[0].title, "en"), "Lesson 1");
    assert_int_equal(l.row[0].hours.watched_ms, 15000);
    hours_lesson_list_release(&l);
    KIT_MUST(hours_lessons(store_db(store), "v1", 202612, 202612, 0, 10, &l, NULL, &e));
    assert_int_equal(l.row[0].hours.watched_ms, 7000);
    hours_lesson_list_release(&l);
}

static void test_guest(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct hours_year y;
    begin(NULL);
    play(60000);
    viewing(viewing_post_end, "", VIEWING);
    KIT_MUST(hours_year(store_db(store), "", 2026, &y, &e));
    assert_int_equal(y.total.screen_ms, 60000);
    assert_int_equal(y.total.watched_ms + y.total.verified_ms, 0);
    assert_int_equal(count("progress"), 0);
    assert_int_equal(count("counted"), 0);
    assert_int_equal(count("statement"), 1);
    assert_int_equal(count("statement WHERE id = '0190bbbb-0000-7000-8000-000000000000' AND body LIKE '%terminated%'"), 1);
}

static void test_cut_off(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct store_repair r;
    struct progress p;
    begin("v1");
    play(5000);
    viewing(viewing_post_checkpoint, "v1", VIEWING);
    store_close(store); /* without END: what a power cut leaves, seen from the database */
    store = kit_open(dir, &r);
    assert_int_equal(r.viewings_closed, 1);
    assert_false(r.happened);
    assert_int_equal(count("viewing WHERE state = 2"), 1);
    assert_int_equal(count("statement WHERE body LIKE '%abandoned%'"), 1);
    /* The id its `terminated` would have had: whichever of the two the county knows, the other is no second viewing. */
    assert_int_equal(count("statement WHERE id = '0190bbbb-0000-7000-8000-000000000000'"), 1);
    KIT_MUST(progress_get(store_db(store), "v1", lesson.lesson->content_id, &p, &e));
    assert_int_equal(p.position_ms, 5000);
    store_close(store);
    store = kit_open(dir, &r);
    assert_int_equal(r.viewings_closed, 0);
}

static void test_checkpoint_without_begin(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct hours_year y;
    study_init(&study, 60000, 0, 1, now.boot_ms, NULL, NULL);
    play(5000);
    viewing(viewing_post_checkpoint, "v1", VIEWING); /* BEGIN met a full disk */
    KIT_MUST(hours_year(store_db(store), "v1", 2026, &y, &e));
    assert_int_equal(y.total.watched_ms, 5000);
}

static struct attempt attempt;
static struct question_set questions;

static void quiz(uint64_t (*post)(struct writer *, const struct attempt_post *), const char *member, int question)
{
    struct attempt_post a = { .member_id = member, .course = &lesson.course, .lesson = lesson.lesson, .attempt = &attempt,
                              .question = question >= 0 ? &questions.question[question] : NULL };
    kit_commit(store, post(store_writer(store), &a));
}

static void begin_attempt(const char *member, const char *id)
{
    kit_questions(&questions);
    attempt_begin(&attempt, id, UINT64_C(0xfedcba9876543210), &questions, false, 0.6, now.boot_ms);
    quiz(attempt_post_begin, member, -1);
}

static void mark(int question, const char *pick, bool answered)
{
    struct attempt_item *item = &attempt.item[question];
    if (item->verdict == VERDICT_NONE)
        assert_true(attempt_restore(&attempt, questions.question[question].id, pick, answered, answered ? 3200 : 0));
    else /* what a screen must not do */
        snprintf(item->pick, sizeof item->pick, "%s", pick);
    quiz(answered ? attempt_post_answer : attempt_post_pick, "v1", question);
}

static void test_quiz_after_a_cut(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct saved_attempt a;
    begin_attempt("v1", ATTEMPT);
    mark(0, "false", false);
    mark(0, "true", false);
    mark(0, "true", true);
    mark(1, "c2", false);
    KIT_MUST(attempt_saved(store_db(store), "v1", lesson.lesson->content_id, &a, &e));
    assert_string_equal(a.id, ATTEMPT);
    assert_true(a.seed == UINT64_C(0xfedcba9876543210));
    assert_string_equal(a.questions_sha256, lesson.lesson->questions.sha256);
    assert_int_equal(a.count, 2);
    assert_string_equal(a.item[0].question_id, "q1");
    assert_string_equal(a.item[0].response, "true");
    assert_true(a.item[0].answered);
    assert_int_equal(a.item[0].duration_ms, 3200);
    assert_string_equal(a.item[1].response, "c2");
    assert_false(a.item[1].answered);
    saved_attempt_release(&a);
    assert_int_equal(count("statement"), 1);
    mark(0, "false", true); /* a checked answer never changes, and has one statement */
    assert_int_equal(count("statement"), 1);
    assert_int_equal(count("answer WHERE question_id = 'q1' AND response = 'true'"), 1);
}

static void fails(uint64_t ticket)
{
    struct err e = ERR_INIT;
    assert_false(writer_wait(store_writer(store), ticket, &e));
    assert_int_equal(e.kind, ERR_REFUSED);
    assert_int_equal(writer_state(store_writer(store), ticket, NULL), WRITER_FAILED);
}

static void test_quiz_to_the_end(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct saved_attempt a;
    struct progress p;
    begin_attempt("v1", ATTEMPT);
    mark(0, "true", true);
    mark(1, "c1", true);
    mark(2, "c1", true);
    quiz(attempt_post_end, "v1", -1);
    quiz(attempt_post_end, "v1", -1);
    snprintf(attempt.item[1].pick, sizeof attempt.item[1].pick, "c2"); /* after the end: nothing, and it is not said to be kept */
    fails(attempt_post_pick(store_writer(store), &(struct attempt_post){ .member_id = "v1", .course = &lesson.course, .lesson = lesson.lesson,
                                                                         .attempt = &attempt, .question = &questions.question[1] }));
    assert_int_equal(count("statement"), 4);
    KIT_MUST(progress_get(store_db(store), "v1", lesson.lesson->content_id, &p, &e));
    assert_int_equal(p.attempts, 1);
    assert_true(p.best_score >= 0);
    KIT_MUST(attempt_saved(store_db(store), "v1", lesson.lesson->content_id, &a, &e));
    assert_string_equal(a.id, "");
    saved_attempt_release(&a);
}

static void test_one_open_attempt(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct saved_attempt a;
    begin_attempt("v1", ATTEMPT);
    begin_attempt("v1", "0190cccc-0000-7000-8000-000000000002");
    assert_int_equal(count("attempt WHERE state = 2"), 1);
    quiz(attempt_post_leave, "v1", -1);
    KIT_MUST(attempt_saved(store_db(store), "v1", lesson.lesson->content_id, &a, &e));
    assert_string_equal(a.id, "");
    saved_attempt_release(&a);
    begin_attempt("", "0190cccc-0000-7000-8000-000000000003");
    KIT_MUST(attempt_saved(store_db(store), "", lesson.lesson->content_id, &a, &e));
    assert_string_equal(a.id, ""); /* the next guest is somebody else */
    saved_attempt_release(&a);
}

/* "Watch again" begins before the end of the viewing before it was saved: each knows seconds the other does not. */
static void test_overlapping_viewings(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct study second;
    struct spans counted, verified;
    begin("v1");
    play(10000);
    viewing(viewing_post_checkpoint, "v1", VIEWING);
    KIT_MUST(progress_counted(store_db(store), "v1", lesson.lesson->content_id, 2026, &counted, &verified, &e));
    study_init(&second, 60000, 30000, 1, now.boot_ms, &counted, &verified); /* as it stands on the disk */
    spans_release(&counted);
    spans_release(&verified);
    play(4000);
    viewing(viewing_post_end, "v1", VIEWING); /* 10 to 14 s: applied after the second has begun */
    study_release(&study);
    study = second;
    viewing(viewing_post_begin, "v1", VIEWING_2);
    play(5000);
    viewing(viewing_post_end, "v1", VIEWING_2);
    KIT_MUST(progress_counted(store_db(store), "v1", lesson.lesson->content_id, 2026, &counted, &verified, &e));
    assert_int_equal(spans_total(&counted), 19000);
    assert_int_equal(spans_total(&verified), 19000);
    assert_true(spans_contains(&counted, 13999) && !spans_contains(&counted, 14000) && spans_contains(&counted, 34999));
    assert_int_equal(count("counted WHERE watched_ms = 19000"), 1);
    spans_release(&counted);
    spans_release(&verified);
}

struct sum { int rows; int64_t watched_ms, verified_ms, review_ms; };

static bool add_statement(void *ctx, const struct outbox_row *row)
{
    struct sum *sum = ctx;
    struct err e = ERR_INIT;
    json_t *o = json_parse(row->body, row->body_len, STATEMENT_MAX_BYTES, &e);
    kit_must(o != NULL, &e, "statement");
    json_t *hours = json_object_get(json_object_get(json_object_get(o, "result"), "extensions"), STATEMENT_IRI "hours");
    if (!strstr(json_string_value(json_object_get(json_object_get(o, "verb"), "id")), "completed")) {
        sum->rows++;
        sum->watched_ms += json_integer_value(json_object_get(hours, "watched_ms"));
        sum->verified_ms += json_integer_value(json_object_get(hours, "verified_ms"));
        sum->review_ms += json_integer_value(json_object_get(hours, "review_ms"));
    }
    json_decref(o);
    return true;
}

/* The second viewing begins before the first one's last seconds are saved, and sees them again: they count once, in the sums, in the
 * row and in what the county is told. */
static void test_no_second_is_told_twice(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct sum sum = { 0 };
    struct hours_year y;
    struct study second;
    int64_t damaged;
    begin("v1");
    study_init(&second, 60000, 0, 1, now.boot_ms, NULL, NULL); /* as the disk has it: nothing counted yet */
    play(8000);
    viewing(viewing_post_end, "v1", VIEWING);
    study_release(&study);
    study = second;
    viewing(viewing_post_begin, "v1", VIEWING_2);
    for (int i = 0; i < 3; i++) { /* 5 s seen before, then 3 of 5, then none */
        play(5000);
        viewing(viewing_post_checkpoint, "v1", VIEWING_2);
        viewing(viewing_post_checkpoint, "v1", VIEWING_2); /* again: adds nothing */
    }
    viewing(viewing_post_end, "v1", VIEWING_2);
    assert_int_equal(count("viewing WHERE id = '" VIEWING_2 "' AND watched_ms = 7000 AND verified_ms = 7000 AND review_ms = 8000"), 1);
    KIT_MUST(hours_year(store_db(store), "v1", 2026, &y, &e));
    KIT_MUST(outbox_each(store_db(store), 0, add_statement, &sum, &damaged, &e));
    assert_int_equal(sum.rows, 2);
    assert_int_equal(y.total.watched_ms, 15000);
    assert_int_equal(sum.watched_ms, y.total.watched_ms);
    assert_int_equal(sum.verified_ms, y.total.verified_ms);
    assert_int_equal(sum.review_ms, y.total.review_ms);
}

/* What comes after the end and is not there already was not kept, and is not said to be. */
static void test_a_closed_row_keeps_nothing(void **state)
{
    (void)state;
    struct viewing_post v = { .id = VIEWING, .member_id = "v1", .course = &lesson.course, .lesson = lesson.lesson, .study = &study };
    struct attempt_post a = { .member_id = "v1", .course = &lesson.course, .lesson = lesson.lesson, .attempt = &attempt };
    struct writer *w = store_writer(store);
    begin("v1");
    play(4000);
    viewing(viewing_post_end, "v1", VIEWING);
    play(1000);
    fails(viewing_post_checkpoint(w, &v));
    fails(viewing_post_end(w, &v));
    begin_attempt("v1", ATTEMPT);
    mark(0, "true", true);
    mark(1, "c2", true);
    quiz(attempt_post_end, "v1", -1);
    quiz(attempt_post_end, "v1", -1);
    snprintf(attempt.item[1].pick, sizeof attempt.item[1].pick, "c1");
    a.question = &questions.question[1];
    fails(attempt_post_answer(w, &a));
    fails(attempt_post_pick(w, &a));
    attempt.item[1].verdict = VERDICT_RIGHT;
    attempt.item[1].score = 1;
    a.question = NULL;
    fails(attempt_post_end(w, &a)); /* passed now, says who did not see that it is over */
    quiz(attempt_post_leave, "v1", -1);
    assert_int_equal(count("attempt WHERE state = 1"), 1);
    assert_int_equal(count("answer WHERE response = 'c2'"), 1);
}

static bool check_row(void *ctx, const struct outbox_row *row)
{
    struct err e = ERR_INIT;
    json_t *j = json_parse(row->body, row->body_len, 1 << 20, &e);
    kit_must(j != NULL, &e, row->body);
    assert_string_equal(json_string_value(json_object_get(j, "id")), row->id);
    KIT_MUST(statement_validate(row->body, row->body_len, &e));
    json_decref(j);
    ++*(int *)ctx;
    return true;
}

static void test_outbox_and_events(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    int rows = 0;
    int64_t damaged;
    kit_commit(store, visit_post_in(store_writer(store), "v1"));
    kit_commit(store, visit_post_out(store_writer(store), "v1"));
    assert_int_equal(count("event"), 2);
    begin("v1");
    play(60000);
    viewing(viewing_post_end, "v1", VIEWING);
    begin_attempt("v1", ATTEMPT);
    mark(0, "true", true);
    mark(1, "c1", true);
    mark(2, "c1", true);
    quiz(attempt_post_end, "v1", -1);
    viewing(viewing_post_begin, "v1", VIEWING_2);
    store_close(store);
    store = kit_open(dir, NULL); /* VIEWING_2 is abandoned */
    KIT_MUST(outbox_each(store_db(store), 0, check_row, &rows, &damaged, &e));
    assert_int_equal(rows, 7); /* completed, terminated, 3 answered, passed, abandoned */
    assert_int_equal(damaged, 0);
    struct health h;
    KIT_MUST(store_health(store, &h, &e));
    assert_int_equal(h.waiting, 7);
    assert_int_equal(h.viewings, 2);
    assert_int_equal(h.answers, 3);
    assert_int_equal(h.lessons, 2);
    assert_true(h.db_bytes > 0 && h.disk_free_bytes > 0);
}

static void test_strange_clocks(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct hours_year y;
    static const int64_t jump[] = { 0, -3 * 86400000LL, 6 * 86400000LL, -1795953600000LL /* 1970 */, 4000000000000LL /* 2099 */ };
    begin("v1");
    for (int i = 0; i < 5; i++) {
        now.wall_ms += jump[i];
        play(5000);
        viewing(viewing_post_checkpoint, "v1", VIEWING);
    }
    viewing(viewing_post_end, "v1", VIEWING);
    int64_t sum = 0;
    for (int year = 2020; year < 2100; year++) {
        KIT_MUST(hours_year(store_db(store), "v1", year, &y, &e));
        sum += y.total.watched_ms;
    }
    assert_int_equal(sum, 25000); /* none negative, lost or refused */
    assert_int_equal(count("viewing WHERE watched_ms = 25000"), 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)
int main(void)
{
    setenv("TZ", "UTC", 1);
    const struct CMUnitTest tests[] = {
        T(test_viewing), T(test_seconds_count_once_a_year), T(test_midnight_of_a_month), T(test_guest), T(test_cut_off),
        T(test_checkpoint_without_begin), T(test_quiz_after_a_cut), T(test_quiz_to_the_end), T(test_one_open_attempt),
        T(test_outbox_and_events), T(test_overlapping_viewings), T(test_strange_clocks),
        T(test_no_second_is_told_twice), T(test_a_closed_row_keeps_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
