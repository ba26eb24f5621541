/* A kind of question on the screen: each says what to do, shows its options, and can be asked before a meeting. */
#include "app/quiz/quiz_kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void test_every_kind_has_a_whole_row(void **state)
{
    (void)state;
    for (int i = 0; i < QUESTION_KIND_COUNT; i++) {
        struct question q = { .kind = (enum question_kind)i };
        const struct quiz_kind *k = quiz_kind_of(&q);
        assert_true(k->hint && *k->hint && k->draw);
        assert_true(!k->tell == !!question_class_of(q.kind)->tap); /* either tapped there, or told */
        assert_true(!k->words == !question_class_of(q.kind)->wordless);
    }
}

static void test_words_of_an_option(void **state)
{
    (void)state;
    struct lang_entry yes = { .lang = "en", .text = (char *)"Yes" };
    struct question q = { .kind = QUESTION_TRUE_FALSE };
    assert_string_equal(quiz_option_text(&q, 0), "True");
    assert_string_equal(quiz_option_text(&q, 1), "False");
    q.option_count = 2;
    q.option[0].text = (struct lang_text){ .count = 1, .entry = &yes };
    assert_string_equal(quiz_option_text(&q, 0), "Yes");
    assert_string_equal(quiz_option_text(&q, 1), "False");
    q.kind = QUESTION_CHOICE;
    assert_string_equal(quiz_option_text(&q, 0), "Yes");
    assert_string_equal(quiz_option_text(&q, 1), "");
}

static void test_what_to_do(void **state)
{
    (void)state;
    struct question q = { .kind = QUESTION_CHOICE };
    assert_string_equal(quiz_hint(&q), "Choose one");
    q.multiple = true;
    assert_string_equal(quiz_hint(&q), "More than one may be right");
    q.kind = QUESTION_NUMERIC; /* a file may say so of any kind */
    assert_string_equal(quiz_hint(&q), "Tap the number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_has_a_whole_row),
        cmocka_unit_test(test_words_of_an_option),
        cmocka_unit_test(test_what_to_do),
    };
    return cmocka_run_group_tests_name("quiz_kind", tests, NULL, NULL);
}
