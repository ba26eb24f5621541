/* A quiz: answered, cut in the middle and gone on with, tried as often as it may be. */
#include "flow_kit.h"

#include "flow/quiz_run.h"

static struct quiz_run run;

static void open_quiz(const char *member, int lesson)
{
    quiz_run_open(&run, &kit.flow, member, FLOW_COURSE, kit.lesson[lesson]);
}

/* Answers what is asked; right or wrong. */
static void answer(bool right)
{
    const struct question *q = quiz_run_question(&run);
    if (q->kind == QUESTION_NUMERIC)
        quiz_run_enter(&run, right ? "3" : "4");
    else
        quiz_run_tap(&run, right ? 0 : 1); /* true, c1 */
    quiz_run_answer(&run);
}

static void test_all_right(void **state)
{
    (void)state;
    open_quiz("m1", 0);
    assert_true(run.begun);
    assert_false(run.resumed);
    assert_true(run.has_next);
    assert_string_equal(run.next_content_id, kit.lesson[1]);
    for (int i = 0; i < 3; i++) {
        assert_false(run.ended);
        answer(true);
        quiz_run_next(&run);
    }
    assert_true(run.ended);
    assert_null(quiz_run_question(&run));
    assert_true(attempt_passed(&run.attempt));
    quiz_run_release(&run);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM answer WHERE answered = 1"), 3);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM attempt WHERE state = 1 AND passed = 1"), 1);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM statement WHERE body LIKE '%/passed\"%'"), 1);
}

/* Cut after one answer and half of the next: both are there, in the same order, and nothing is asked twice. */
static void test_cut_in_the_middle(void **state)
{
    char first[UUID_TEXT];
    (void)state;
    open_quiz("m1", 0);
    memcpy(first, run.attempt.id, sizeof first);
    answer(true);
    quiz_run_next(&run);
    quiz_run_tap(&run, 1); /* marked, not checked */
    flow_kit_cut();
    quiz_run_release(&run);
    open_quiz("m1", 0);
    assert_true(run.begun && run.resumed);
    assert_string_equal(run.attempt.id, first);
    assert_string_equal(quiz_run_question(&run)->id, "q2");
    assert_true(attempt_picked(&run.attempt, 1));
    assert_int_equal(run.attempt.item[0].verdict, VERDICT_RIGHT);
    quiz_run_tap(&run, 0); /* thought again */
    quiz_run_answer(&run);
    quiz_run_next(&run);
    answer(true);
    quiz_run_next(&run);
    assert_true(run.ended);
    assert_int_equal(attempt_right_count(&run.attempt), 3);
    quiz_run_release(&run);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM attempt"), 1);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM answer WHERE answered = 1"), 3);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM statement WHERE body LIKE '%/answered\"%'"), 3);
}

/* Cut between the last answer and its "next": there is nothing to ask any more, so it ends. */
static void test_cut_after_the_last_answer(void **state)
{
    (void)state;
    open_quiz("m1", 0);
    for (int i = 0; i < 3; i++) {
        answer(true);
        if (i < 2)
            quiz_run_next(&run);
    }
    flow_kit_cut();
    quiz_run_release(&run);
    open_quiz("m1", 0);
    assert_true(run.resumed && run.ended);
    quiz_run_release(&run);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM attempt WHERE state = 1"), 1);
    open_quiz("m1", 0);
    assert_false(run.resumed); /* another try */
    quiz_run_release(&run);
}

static void test_tries_are_counted(void **state)
{
    (void)state;
    open_quiz("m1", 1); /* one try */
    assert_true(run.last_try);
    assert_false(run.has_next);
    answer(false);
    flow_kit_cut(); /* an open try is not used up */
    quiz_run_release(&run);
    open_quiz("m1", 1);
    assert_true(run.resumed);
    assert_false(run.refused);
    for (int i = 0; i < 2; i++) {
        answer(false);
        quiz_run_next(&run);
    }
    assert_true(run.ended);
    assert_false(attempt_passed(&run.attempt));
    quiz_run_release(&run);
    (void)flow_read(&kit.flow);
    open_quiz("m1", 1);
    assert_true(run.refused);
    assert_false(run.begun);
    assert_null(quiz_run_question(&run));
    quiz_run_release(&run);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM attempt"), 1);
}

static void test_guest_begins_anew(void **state)
{
    (void)state;
    open_quiz("", 0);
    answer(true);
    flow_kit_cut();
    quiz_run_release(&run);
    open_quiz("", 0);
    assert_true(run.begun);
    assert_false(run.resumed);
    assert_string_equal(quiz_run_question(&run)->id, "q1");
    quiz_run_release(&run);
}

static void test_what_is_not_possible_changes_nothing(void **state)
{
    (void)state;
    open_quiz("m1", 0);
    quiz_run_answer(&run); /* nothing is marked */
    assert_int_equal(attempt_item(&run.attempt)->verdict, VERDICT_NONE);
    answer(true);
    quiz_run_tap(&run, 1); /* it is answered */
    assert_int_equal(attempt_item(&run.attempt)->verdict, VERDICT_RIGHT);
    quiz_run_release(&run);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM answer"), 1);
}

static void test_questions_that_are_gone(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    open_quiz("m1", 0);
    KIT_MUST(blob_remove(kit.dir, run.lesson.lesson->questions.sha256, &e));
    quiz_run_release(&run);
    open_quiz("m1", 0);
    assert_false(run.begun);
    assert_int_equal(run.problem.kind, ERR_MISSING);
    quiz_run_release(&run);
    quiz_run_open(&run, &kit.flow, "m1", FLOW_COURSE, "0190ffff-0000-7000-8000-000000000000");
    assert_int_equal(run.problem.kind, ERR_MISSING);
    quiz_run_release(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(test_all_right), FLOW_TEST(test_cut_in_the_middle), FLOW_TEST(test_cut_after_the_last_answer),
        FLOW_TEST(test_tries_are_counted), FLOW_TEST(test_guest_begins_anew), FLOW_TEST(test_what_is_not_possible_changes_nothing),
        FLOW_TEST(test_questions_that_are_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
