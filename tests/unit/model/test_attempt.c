/* Going through the questions of a lesson: marks, answers, order, score, and coming back after a cut. */
#include "model/attempt.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define P "\"prompt\":{\"en\":\"?\"}"
#define O(id, weight) "{\"id\":\"" id "\",\"text\":{\"en\":\"" id "\"},\"weight\":" weight "}"
static const char questions[] =
    "{\"format\":1,\"questions\":["
    "{\"id\":\"tf\",\"kind\":\"true-false\"," P ",\"answer\":true},"
    "{\"id\":\"one\",\"kind\":\"choice\"," P ",\"options\":[" O("c1", "1") "," O("c2", "0") "," O("c3", "0.5") "]},"
    "{\"id\":\"many\",\"kind\":\"choice\",\"multiple\":true," P ",\"options\":[" O("c1", "0.3333333") "," O("c2", "-1") "," O("c3", "0.3333333") "," O("c4", "0.3333333") "]},"
    "{\"id\":\"ask\",\"kind\":\"likert\"," P ",\"options\":[" O("l1", "0") "," O("l2", "0") "," O("l3", "0") "]},"
    "{\"id\":\"order\",\"kind\":\"sequencing\"," P ",\"options\":[" O("c1", "0") "," O("c2", "0") "," O("c3", "0") "]},"
    "{\"id\":\"pairs\",\"kind\":\"matching\"," P ",\"options\":[" O("s1", "0") "," O("s2", "0") "," O("s3", "0") "],"
    "\"targets\":[" O("t1", "0") "," O("t2", "0") "," O("t3", "0") "," O("t4", "0") "]},"
    "{\"id\":\"num\",\"kind\":\"numeric\"," P ",\"min\":100,\"max\":120},"
    "{\"id\":\"word\",\"kind\":\"fill-in\"," P ",\"options\":[" O("c1", "1") "]}]}";
enum { TF, ONE, MANY, ASK, ORDER, PAIRS, NUM, WORD, COUNT };
#define ID "018f0000-0000-7000-8000-000000000001"

static struct question_set set;
static struct attempt a;

static int load(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    if (!question_set_parse(questions, strlen(questions), &set, &e))
        print_error("%s\n", e.text);
    return set.count == COUNT ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    question_set_release(&set);
    return 0;
}

static void begin(int question)
{
    attempt_begin(&a, ID, 1, &set, false, 0.6, 1000);
    a.at = question;
}

/* Steps: digits tap an option, "ab" after m joins source a to target b (- takes apart), "=text;" enters, ? answers. */
static void play(const char *steps)
{
    for (const char *p = steps; *p; p++) {
        if (*p == 'm') {
            attempt_match(&a, p[1] - '0', p[2] == '-' ? -1 : p[2] - '0');
            p += 2;
        } else if (*p == '=') {
            char text[64] = "";
            strncat(text, p + 1, strcspn(p + 1, ";"));
            attempt_enter(&a, text);
            p = strchr(p, ';');
        } else if (*p == '?') {
            attempt_answer(&a, 4500);
        } else {
            attempt_tap(&a, *p - '0');
        }
    }
}

static const struct row { int question; const char *steps, *pick; bool ready; enum verdict verdict; double score; } table[] = {
    { TF, "", "", false, VERDICT_NONE, 0 },
    { TF, "0", "true", true, VERDICT_NONE, 0 },
    { TF, "01", "false", true, VERDICT_NONE, 0 },
    { TF, "02", "true", true, VERDICT_NONE, 0 }, /* no such option */
    { TF, "0?", "true", false, VERDICT_RIGHT, 1 },
    { TF, "1?", "false", false, VERDICT_WRONG, 0 },
    { TF, "1?0", "false", false, VERDICT_WRONG, 0 }, /* answered: taps are ignored */
    { TF, "?", "", false, VERDICT_NONE, 0 },
    { ONE, "10", "c1", true, VERDICT_NONE, 0 },
    { ONE, "00", "c1", true, VERDICT_NONE, 0 }, /* a second tap does not take it away */
    { ONE, "0?", "c1", false, VERDICT_RIGHT, 1 },
    { ONE, "1?", "c2", false, VERDICT_WRONG, 0 },
    { ONE, "2?", "c3", false, VERDICT_PARTLY, 0.5 },
    { ONE, "m00=x;", "", false, VERDICT_NONE, 0 },
    { MANY, "302", "c1[,]c3[,]c4", true, VERDICT_NONE, 0 }, /* in the order of the options */
    { MANY, "3022", "c1[,]c4", true, VERDICT_NONE, 0 },
    { MANY, "00", "", false, VERDICT_NONE, 0 },
    { MANY, "023?", "c1[,]c3[,]c4", false, VERDICT_RIGHT, 1 },
    { MANY, "02?", "c1[,]c3", false, VERDICT_PARTLY, 2 / 3. },
    { MANY, "0123?", "c1[,]c2[,]c3[,]c4", false, VERDICT_WRONG, 0 },
    { ASK, "20", "l1", true, VERDICT_NONE, 0 },
    { ASK, "2?", "l3", false, VERDICT_THANKS, 0 },
    { ORDER, "2", "c3", false, VERDICT_NONE, 0 },
    { ORDER, "20", "c3[,]c1", false, VERDICT_NONE, 0 },
    { ORDER, "202", "c1", false, VERDICT_NONE, 0 },
    { ORDER, "20?", "c3[,]c1", false, VERDICT_NONE, 0 }, /* not complete: not judged */
    { ORDER, "201", "c3[,]c1[,]c2", true, VERDICT_NONE, 0 },
    { ORDER, "012?", "c1[,]c2[,]c3", false, VERDICT_RIGHT, 1 },
    { ORDER, "021?", "c1[,]c3[,]c2", false, VERDICT_WRONG, 0 },
    { PAIRS, "m01", "s1[.]t2", false, VERDICT_NONE, 0 },
    { PAIRS, "m01m02", "s1[.]t3", false, VERDICT_NONE, 0 },
    { PAIRS, "m01m11", "s2[.]t2", false, VERDICT_NONE, 0 }, /* a target goes with one source */
    { PAIRS, "m01m0-", "", false, VERDICT_NONE, 0 },
    { PAIRS, "m0-", "", false, VERDICT_NONE, 0 },
    { PAIRS, "m04m31m10", "s2[.]t1", false, VERDICT_NONE, 0 }, /* no such target, no such source */
    { PAIRS, "m22m00m11", "s1[.]t1[,]s2[.]t2[,]s3[.]t3", true, VERDICT_NONE, 0 },
    { PAIRS, "m22m00m11?", "s1[.]t1[,]s2[.]t2[,]s3[.]t3", false, VERDICT_RIGHT, 1 },
    { PAIRS, "m23m00m11?", "s1[.]t1[,]s2[.]t2[,]s3[.]t4", false, VERDICT_PARTLY, 2 / 3. },
    { PAIRS, "m21m02m13?", "s1[.]t3[,]s2[.]t4[,]s3[.]t2", false, VERDICT_WRONG, 0 },
    { PAIRS, "m00m11?", "s1[.]t1[,]s2[.]t2", false, VERDICT_NONE, 0 },
    { PAIRS, "012", "", false, VERDICT_NONE, 0 },
    { NUM, "=1;=11;=110;", "110", true, VERDICT_NONE, 0 },
    { NUM, "=110;=;", "", false, VERDICT_NONE, 0 },
    { NUM, "=-;", "-", false, VERDICT_NONE, 0 },
    { NUM, "=12a;", "", false, VERDICT_NONE, 0 },
    { NUM, "=100;?", "100", false, VERDICT_RIGHT, 1 },
    { NUM, "=120.5;?", "120.5", false, VERDICT_WRONG, 0 },
    { NUM, "=120;?=5;", "120", false, VERDICT_RIGHT, 1 },
    { WORD, "=c1;?", "c1", false, VERDICT_RIGHT, 1 },
    { WORD, "=a[,]b;", "", false, VERDICT_NONE, 0 },
    { WORD, "=\xff;", "", false, VERDICT_NONE, 0 },
};

static void test_marks_and_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct row *r = &table[i];
        begin(r->question);
        play(r->steps);
        const struct attempt_item *it = attempt_item(&a);
        if (strcmp(it->pick, r->pick) != 0 || attempt_ready(&a) != r->ready || it->verdict != r->verdict ||
            fabs(it->score - r->score) > 1e-6)
            fail_msg("%s \"%s\": pick %s, ready %d, verdict %d, score %g", set.question[r->question].id, r->steps, it->pick,
                     attempt_ready(&a), it->verdict, it->score);
        assert_int_equal(it->duration_ms, r->verdict == VERDICT_NONE ? 0 : 3500);
    }
}

static void test_what_changed_is_told(void **state)
{
    (void)state;
    begin(ONE);
    assert_true(attempt_tap(&a, 1));
    assert_false(attempt_tap(&a, 1)); /* nothing to save */
    assert_false(attempt_tap(&a, -1));
    assert_true(attempt_tap(&a, 0));
    assert_int_equal(attempt_answer(&a, 2000), VERDICT_RIGHT);
    assert_int_equal(attempt_answer(&a, 9000), VERDICT_NONE); /* a second tap on the button is no second answer */
    assert_int_equal(attempt_item(&a)->duration_ms, 1000);
    assert_false(attempt_tap(&a, 1));
    begin(PAIRS);
    assert_true(attempt_match(&a, 0, 1));
    assert_false(attempt_match(&a, 0, 1));
    begin(NUM);
    assert_true(attempt_enter(&a, "5"));
    assert_false(attempt_enter(&a, "5"));
}

static void test_what_the_screen_asks(void **state)
{
    (void)state;
    begin(TF);
    play("1");
    assert_false(attempt_picked(&a, 0));
    assert_true(attempt_picked(&a, 1));
    assert_false(attempt_picked(&a, -1));
    begin(MANY);
    play("02");
    assert_true(attempt_picked(&a, 0) && attempt_picked(&a, 2) && !attempt_picked(&a, 1) && !attempt_picked(&a, 99));
    assert_int_equal(attempt_rank(&a, 0), -1);
    begin(ORDER);
    play("20");
    assert_int_equal(attempt_rank(&a, 2), 0);
    assert_int_equal(attempt_rank(&a, 0), 1);
    assert_int_equal(attempt_rank(&a, 1), -1);
    assert_true(attempt_picked(&a, 2) && !attempt_picked(&a, 1));
    begin(PAIRS);
    play("m13");
    assert_int_equal(attempt_matched(&a, 1), 3);
    assert_int_equal(attempt_matched(&a, 0), -1);
    assert_int_equal(attempt_matched(&a, 12), -1);
    assert_true(attempt_picked(&a, 1) && !attempt_picked(&a, 0));
}

static void answer_all_right(void)
{
    static const char *const steps[COUNT] = { "0?", "0?", "023?", "1?", "012?", "m00m11m22?", "=110;?", "=C1;?" };
    const struct question *q;
    while ((q = attempt_question(&a))) {
        play(steps[q - set.question]);
        assert_int_not_equal(attempt_item(&a)->verdict, VERDICT_NONE);
        attempt_next(&a, 5000);
    }
}

static void test_going_through(void **state)
{
    (void)state;
    begin(0);
    attempt_next(&a, 2000);
    assert_int_equal(a.at, 0); /* not answered yet */
    assert_int_equal(attempt_graded_count(&a), COUNT - 1);
    assert_false(attempt_passed(&a));
    answer_all_right();
    assert_int_equal(a.at, COUNT);
    assert_null(attempt_item(&a));
    assert_false(attempt_tap(&a, 0) || attempt_match(&a, 0, 0) || attempt_enter(&a, "1") || attempt_ready(&a));
    assert_int_equal(attempt_answer(&a, 9000), VERDICT_NONE);
    assert_false(attempt_picked(&a, 0) || attempt_rank(&a, 0) >= 0 || attempt_matched(&a, 0) >= 0);
    attempt_next(&a, 9000);
    assert_int_equal(a.at, COUNT);
    assert_int_equal(attempt_right_count(&a), COUNT - 1);
    assert_true(attempt_score(&a) == 1);
    assert_true(attempt_passed(&a));
}

static void test_pass_mark_is_met_exactly(void **state)
{
    (void)state;
    struct question_set three = { .count = 3, .question = set.question }; /* true-false, single, multiple */
    attempt_begin(&a, ID, 1, &three, false, 2 / 3., 0);
    play("0?");
    attempt_next(&a, 0);
    play("0?");
    attempt_next(&a, 0);
    play("1?");
    assert_true(attempt_passed(&a));
    a.pass_mark = 0.67;
    assert_false(attempt_passed(&a));
    struct question_set survey = { .count = 1, .question = &set.question[ASK] };
    attempt_begin(&a, ID, 1, &survey, true, 1, 0);
    assert_int_equal(attempt_graded_count(&a), 0);
    assert_true(attempt_passed(&a)); /* opinions cannot be failed */
    struct question_set empty = { 0 };
    attempt_begin(&a, ID, 1, &empty, true, 1, 0);
    assert_null(attempt_question(&a));
}

static void test_shuffle(void **state)
{
    (void)state;
    int first[COUNT], differs = 0;
    attempt_begin(&a, ID, 0, &set, true, 0.6, 0);
    memcpy(first, a.order, sizeof first);
    for (uint64_t seed = 0; seed < 100; seed++) {
        bool seen[COUNT] = { false };
        attempt_begin(&a, ID, seed, &set, true, 0.6, 0);
        for (int i = 0; i < COUNT; i++)
            seen[a.order[i]] = true;
        for (int i = 0; i < COUNT; i++)
            assert_true(seen[i]);
        assert_int_equal(a.order[COUNT - 1], ASK); /* the survey last */
        differs += memcmp(first, a.order, sizeof first) != 0;
    }
    assert_true(differs > 90);
    attempt_begin(&a, ID, 0, &set, true, 0.6, 0);
    assert_memory_equal(first, a.order, sizeof first); /* the same seed, the same order */
}

static void test_coming_back(void **state)
{
    (void)state;
    static const struct { const char *id, *response; bool answered, good; } row[] = {
        { "tf", "true", true, true },          { "tf", "yes", true, false },          { "tf", "", true, false },
        { "one", "c2", false, true },          { "one", "", false, true },            { "one", "c9", false, false },
        { "one", "c1[,]c2", false, false },    { "many", "c1[,]c4", true, true },     { "many", "c1[,]c1", true, false },
        { "many", "c1[,]", false, false },     { "order", "c3", false, true },        { "order", "c3", true, false },
        { "order", "c3[,]c2[,]c1", true, true }, { "order", "c3[,]c3", false, false }, { "pairs", "s2[.]t4", false, true },
        { "pairs", "s2[.]t4", true, false },   { "pairs", "s2", false, false },       { "pairs", "s2[.]", false, false },
        { "pairs", "s1[.]t1[.]t2", false, false }, { "num", "-", false, true },       { "num", "-", true, false },
        { "num", "nan", true, false },         { "num", "115", true, true },          { "ask", "l2", true, true },
        { "nobody", "true", true, false },     { "", "", false, false },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        attempt_begin(&a, ID, 7, &set, true, 0.6, 0);
        struct attempt before = a;
        if (attempt_restore(&a, row[i].id, row[i].response, row[i].answered, 1234) != row[i].good)
            fail_msg("%s \"%s\"", row[i].id, row[i].response);
        if (!row[i].good)
            assert_memory_equal(&before, &a, sizeof a);
    }
    char *long_text = mem_alloc(RESPONSE_MAX + 1);
    memset(long_text, 'a', RESPONSE_MAX);
    assert_false(attempt_restore(&a, "word", long_text, true, 0));
    free(long_text);
}

static void test_a_cut_loses_nothing(void **state)
{
    (void)state;
    attempt_begin(&a, ID, 7, &set, true, 0.6, 0);
    for (int i = 0; i < 3; i++) { /* three answered, the fourth marked */
        const struct question *q = attempt_question(&a);
        static const char *const steps[COUNT] = { "0?", "1?", "02?", "1?", "021?", "m01m10m22?", "=5;?", "=x;?" };
        play(steps[q - set.question]);
        attempt_next(&a, 4500);
    }
    const struct question *q = attempt_question(&a);
    play(q->kind == QUESTION_MATCHING ? "m01" : q->kind == QUESTION_NUMERIC ? "=1;" : q->kind == QUESTION_FILL_IN ? "=1;" : "1");
    struct attempt before = a;
    attempt_begin(&a, ID, 7, &set, true, 0.6, 90000);
    for (int i = 0; i < COUNT; i++)
        if (before.item[i].pick[0])
            assert_true(attempt_restore(&a, set.question[i].id, before.item[i].pick, before.item[i].verdict != VERDICT_NONE,
                                        before.item[i].duration_ms));
    while (attempt_item(&a)->verdict != VERDICT_NONE)
        attempt_next(&a, 90000);
    assert_int_equal(a.at, before.at);
    assert_ptr_equal(attempt_question(&a), q);
    assert_memory_equal(a.order, before.order, sizeof a.order);
    for (int i = 0; i < COUNT; i++) {
        assert_string_equal(a.item[i].pick, before.item[i].pick);
        assert_int_equal(a.item[i].verdict, before.item[i].verdict);
        assert_true(a.item[i].score == before.item[i].score);
    }
    assert_true(attempt_score(&a) == attempt_score(&before));
    assert_false(attempt_restore(&a, set.question[a.order[0]].id, "true", false, 0)); /* an answer is not unmade */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks_and_answers), cmocka_unit_test(test_what_changed_is_told),
        cmocka_unit_test(test_what_the_screen_asks), cmocka_unit_test(test_going_through),
        cmocka_unit_test(test_pass_mark_is_met_exactly), cmocka_unit_test(test_shuffle),
        cmocka_unit_test(test_coming_back), cmocka_unit_test(test_a_cut_loses_nothing),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
