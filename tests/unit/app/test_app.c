/* A screen reads what it has posted, whoever is first: the writer or the reader. Each place that posts and then reads, in both orders. */
#include "store_kit.h"

#include "app/comments/comments_view.h"
#include "app/core/app.h"
#include "app/quiz/quiz_view.h"
#include "flow/meeting.h"
#include "flow/viewing.h"
#include "store/study/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static char *dir;
static struct app app;
static struct lesson_arg arg = { .course_id = "cn.x.a", .from_ms = -1 };
static const enum writer_race orders[] = { WRITER_WINS, WRITER_LATE, WRITER_AS_IT_COMES };

/* Two that are true, in the place of the kit's file, which nobody can ask. */
static void write_questions(void)
{
    static const char text[] = "{\"format\":1,\"questions\":["
                               "{\"id\":\"q1\",\"kind\":\"true-false\",\"prompt\":{\"en\":\"One?\"},\"answer\":true},"
                               "{\"id\":\"q2\",\"kind\":\"true-false\",\"prompt\":{\"en\":\"Two?\"},\"answer\":true}]}";
    struct err e = ERR_INIT;
    struct open_lesson lesson;
    KIT_MUST(library_open(app_db(&app), arg.course_id, arg.content_id, "boss", &lesson, &e));
    char *path = blob_path(dir, lesson.lesson->questions.sha256);
    KIT_MUST(fs_replace(path, text, sizeof text - 1, &e));
    free(path);
    open_lesson_release(&lesson);
}

static int open_app(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct store_options o = { .owner = true, .threaded = true, .home_page = "https://village.example/x" };
    struct member_new boss = { .id = "boss", .name = "安书记", .role = MEMBER_SECRETARY };
    dir = kit_dir();
    app = (struct app){ .session = { .signed_in = true, .flow = &app.flow } };
    app.store = app.flow.store = store_open(dir, &o, NULL, &e);
    kit_must(app.store != NULL, &e, "store_open");
    KIT_MUST(kit_install(app.store, "cn.x.a", 1, 2, &e));
    KIT_MUST(member_add(app_writer(&app), &boss, NULL, &e));
    KIT_MUST(member_get(app_db(&app), "boss", &app.session.who, &e));
    kit_content_id("cn.x.a", 0, arg.content_id);
    write_questions();
    return 0;
}

static int close_app(void **state)
{
    (void)state;
    writer_race(WRITER_AS_IT_COMES);
    store_close(app.store);
    kit_remove(dir);
    return 0;
}

static void settle(void)
{
    struct err e = ERR_INIT;
    KIT_MUST(writer_wait(app_writer(&app), writer_newest(app_writer(&app)), &e));
}

/* ---- lists ---- */

static void test_a_hidden_comment_is_read_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct comments_view s = { .app = &app, .office = true, .page = 8 };
        char id[UUID_TEXT];
        struct lesson lesson = { 0 };
        writer_race(WRITER_AS_IT_COMES);
        uuid_v7(1, id);
        memcpy(lesson.content_id, arg.content_id, UUID_TEXT);
        comment_post(app_writer(&app), &(struct comment_new){ .id = id, .member_id = "boss", .lesson = &lesson, .text = "x" });
        settle();
        comments_read(&s);
        assert_int_equal(s.list.count, (int)i + 1);
        assert_int_equal(s.list.row[0].hidden_ms, 0);
        writer_race(orders[i]);
        comments_hide(&s, &s.list.row[0], true);
        settle();
        assert_true(app_list_stale(&app, &s.seen));
        comments_read(&s);
        assert_true(s.list.row[0].hidden_ms != 0);
        assert_false(app_list_stale(&app, &s.seen));
        comment_list_release(&s.list);
    }
}

/* ---- who decides by what it reads ---- */

/* Every question answered right or wrong, to the end. */
static void go_through(struct quiz_run *r, bool right)
{
    while (attempt_question(&r->attempt)) {
        quiz_run_tap(r, right ? 0 : 1); /* "true" stands first */
        quiz_run_answer(r);
        quiz_run_next(r);
    }
}

static void open_quiz(struct quiz_view *s)
{
    memset(s, 0, quiz_screen.size);
    quiz_screen.enter(s, &app, &arg);
    assert_true(s->run->begun);
}

static void test_a_quiz_tried_again_is_a_new_one(void **state)
{
    (void)state;
    struct quiz_view *s = mem_alloc(quiz_screen.size);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        char before[UUID_TEXT];
        writer_race(orders[i]);
        open_quiz(s);
        go_through(s->run, false);
        assert_true(s->run->ended);
        memcpy(before, s->run->attempt.id, sizeof before);
        quiz_screen.leave(s);
        open_quiz(s);
        assert_string_not_equal(s->run->attempt.id, before);
        assert_non_null(attempt_question(&s->run->attempt));
        assert_int_equal(s->run->lesson.progress.attempts, 2 * (int)i + 1);
        go_through(s->run, true);
        quiz_screen.leave(s);
        settle();
        assert_int_equal(kit_number(app_db(&app), "SELECT count(*) FROM attempt WHERE state = 1"), 2 * (int64_t)i + 2);
        assert_int_equal(kit_number(app_db(&app), "SELECT count(*) FROM attempt WHERE passed = 1"), (int64_t)i + 1);
    }
    free(s);
}

static void watch(struct viewing *v, const struct open_lesson *lesson, int64_t from_ms)
{
    viewing_begin(v, &app.flow, "boss", lesson, from_ms, false);
    study_apply(&v->study, &(struct study_event){ .kind = STUDY_PLAY, .boot_ms = v->saved_boot_ms, .media_ms = from_ms });
    study_apply(&v->study, &(struct study_event){ .kind = STUDY_TICK, .boot_ms = v->saved_boot_ms + 4000, .media_ms = from_ms + 4000 });
    viewing_end(v, "left", v->saved_boot_ms + 4000);
    viewing_release(v);
}

static void test_a_lesson_watched_again_counts_once(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct open_lesson lesson;
    struct viewing v;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        writer_race(orders[i]);
        KIT_MUST(library_open(app_read(&app), arg.course_id, arg.content_id, "boss", &lesson, &e));
        assert_int_equal(lesson.progress.position_ms, (int64_t)i * 4000);
        watch(&v, &lesson, (int64_t)i * 4000);
        assert_int_equal(v.study.watched_ms, 4000);
        watch(&v, &lesson, (int64_t)i * 4000);
        assert_int_equal(v.study.watched_ms, 0); /* it knows what the one before has counted */
        open_lesson_release(&lesson);
        settle();
        KIT_MUST(library_open(app_read(&app), arg.course_id, arg.content_id, "boss", &lesson, &e));
        assert_int_equal(lesson.progress.position_ms, (int64_t)i * 4000 + 4000);
        open_lesson_release(&lesson);
    }
    assert_int_equal(kit_number(app_db(&app), "SELECT sum(watched_ms) FROM hours_month"), 12000);
    assert_int_equal(kit_number(app_db(&app), "SELECT sum(watched_ms) FROM viewing"), 12000);
}

static bool a_week_ago(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)ctx;
    (void)value;
    struct query q = db_query(db, "UPDATE review SET last_day = last_day - 7, due_day = last_day - 6");
    return query_run(&q, e);
}

static void test_a_review_goes_on_behind_its_answer(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct quiz_view *s = mem_alloc(quiz_screen.size + review_screen.size);
    open_quiz(s);
    go_through(s->run, false);
    quiz_screen.leave(s);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        KIT_MUST(writer_do(app_writer(&app), a_week_ago, NULL, &e));
        writer_race(orders[i]);
        memset(s, 0, review_screen.size);
        review_screen.enter(s, &app, NULL);
        assert_true(s->run->begun);
        assert_int_equal(s->run->set.count, 2);
        quiz_run_tap(s->run, 0);
        quiz_run_answer(s->run);
        review_screen.leave(s); /* called away */
        memset(s, 0, review_screen.size);
        review_screen.enter(s, &app, NULL);
        assert_true(s->run->begun);
        assert_int_equal(s->run->attempt.item[0].verdict, VERDICT_RIGHT);
        assert_ptr_equal(attempt_question(&s->run->attempt), &s->run->set.question[1]);
        go_through(s->run, true);
        assert_true(s->run->ended);
        review_screen.leave(s);
        settle();
    }
    free(s);
    assert_int_equal(kit_number(app_db(&app), "SELECT min(asked) * 10 + max(asked) FROM review"), 44); /* each time once */
}

static void test_a_meeting_is_found_as_it_was_left(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct meeting_list list = { .count = 1 };
    memcpy(list.lesson[0].course_id, arg.course_id, sizeof arg.course_id);
    memcpy(list.lesson[0].content_id, arg.content_id, UUID_TEXT);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct meeting m;
        writer_race(orders[i]);
        KIT_MUST(meeting_begin(&app.flow, "boss", &list, &e));
        assert_true(meeting_open(&m, &app.flow));
        meeting_say(&m, ROOM_COME, "boss", NULL);
        assert_int_equal(meeting_room(&m)->present, 1);
        meeting_leave(&m);
        assert_true(meeting_open(&m, &app.flow));
        assert_false(m.found); /* no cut */
        assert_int_equal(meeting_room(&m)->present, 1);
        meeting_leave(&m);
    }
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_app, close_app)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_hidden_comment_is_read_again), T(test_a_quiz_tried_again_is_a_new_one), T(test_a_lesson_watched_again_counts_once),
        T(test_a_review_goes_on_behind_its_answer), T(test_a_meeting_is_found_as_it_was_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
