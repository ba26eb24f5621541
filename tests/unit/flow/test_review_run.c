/* A review: two questions of before, cut between them, each asked once. */
#include "flow_kit.h"

#include "flow/review_run.h"

enum { DAY_MS = 86400000 };

static struct review_run run;

/* Answers the quiz of the first lesson; what is due comes a day later at the earliest. */
static void learn(bool right)
{
    struct quiz_run quiz;
    quiz_run_open(&quiz, &kit.flow, "m1", FLOW_COURSE, kit.lesson[0]);
    for (const struct question *q; (q = quiz_run_question(&quiz)); quiz_run_next(&quiz)) {
        if (q->kind == QUESTION_NUMERIC)
            quiz_run_enter(&quiz, right ? "3" : "4");
        else
            quiz_run_tap(&quiz, right ? 0 : 1);
        quiz_run_answer(&quiz);
    }
    quiz_run_release(&quiz);
    (void)flow_read(&kit.flow);
}

static void answer_one(void)
{
    const struct question *q = quiz_run_question(&run.quiz);
    assert_string_equal(review_run_lesson(&run, q)->lesson->content_id, kit.lesson[0]);
    if (q->kind == QUESTION_NUMERIC)
        quiz_run_enter(&run.quiz, "3");
    else
        quiz_run_tap(&run.quiz, 0);
    quiz_run_answer(&run.quiz);
    quiz_run_next(&run.quiz);
}

static void test_nothing_to_review(void **state)
{
    (void)state;
    assert_int_equal(review_run_waiting(&kit.flow, "m1"), 0);
    assert_int_equal(review_run_waiting(&kit.flow, ""), 0); /* a guest learned nothing here */
    review_run_open(&run, &kit.flow, "m1");
    assert_false(run.quiz.begun);
    assert_null(quiz_run_question(&run.quiz));
    review_run_release(&run);
}

static void test_cut_between_two(void **state)
{
    (void)state;
    learn(false);
    flow_kit_pass(3 * (int64_t)DAY_MS);
    assert_int_equal(review_run_waiting(&kit.flow, "m1"), REVIEW_A_VISIT);
    review_run_open(&run, &kit.flow, "m1");
    assert_true(run.quiz.begun);
    assert_false(run.quiz.resumed);
    answer_one();
    flow_kit_cut();
    review_run_release(&run);
    assert_int_equal(review_run_waiting(&kit.flow, "m1"), 1);
    review_run_open(&run, &kit.flow, "m1");
    assert_true(run.quiz.resumed);
    assert_non_null(quiz_run_question(&run.quiz));
    answer_one();
    assert_true(run.quiz.ended);
    review_run_release(&run);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM statement WHERE body LIKE '%/answered\"%'"), 3 + REVIEW_A_VISIT);
    review_run_open(&run, &kit.flow, "m1"); /* what is left of the three is another review */
    assert_false(run.quiz.resumed);
    review_run_release(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = { FLOW_TEST(test_nothing_to_review), FLOW_TEST(test_cut_between_two) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
