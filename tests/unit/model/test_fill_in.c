/* Words typed in: which are right, and what is shown as the answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/question.h"

#include <string.h>

#define Q(options) "{\"format\":1,\"questions\":[{\"id\":\"q\",\"kind\":\"fill-in\",\"prompt\":{\"zh-CN\":\"问\"},\"options\":[" options "]}]}"
#define O(id, text, weight) "{\"id\":\"" id "\",\"text\":{\"zh-CN\":\"" text "\"},\"weight\":" weight "}"

static void parse(const char *json, struct question_set *s)
{
    struct err e = ERR_INIT;
    if (!question_set_parse(json, strlen(json), s, &e))
        fail_msg("%s\n%s", json, e.text);
}

static const struct { const char *json, *response; double score; int option; } table[] = {
    { Q(O("c1", "报警", "1")), "报警", 1, 0 },
    { Q(O("c1", "报警", "1")), " 报 警 ", 1, 0 },
    { Q(O("c1", "报警", "1")), "报案", 0, -1 },
    { Q(O("c1", "报警", "1")), "报警了", 0, -1 },
    { Q(O("c1", "报警", "1")), "?", 0, -1 },
    { Q(O("c1", "报警", "1")), "", -1, -1 },
    { Q(O("c1", "报警", "1")), "  ", 0, -1 },
    { Q(O("c1", "Apple Pie", "1")), "apple  pie", 1, 0 },
    { Q(O("c1", "apple pie", "1")), "applepie", 0, -1 },
    { Q(O("c1", "ＡＢＣ１", "1")), "abc1", 1, 0 },
    { Q(O("c1", "110", "1") "," O("c2", "找警察", "1")), "１１０", 1, 0 },
    { Q(O("c1", "110", "1") "," O("c2", "找警察", "1")), "找警察", 1, 1 },
    { Q(O("c1", "110", "1") "," O("c2", "打电话", "0.5") "," O("c3", "*", "0")), "打电话", 0.5, 1 },
    { Q(O("c1", "110", "1") "," O("c2", "打电话", "0.5") "," O("c3", "*", "0")), "不知道", 0, 2 },
    { Q(O("c1", "110", "1") "," O("c3", "*", "-1")), "什么", 0, 1 },
    { Q(O("c1", "*", "0") "," O("c2", "110", "1")), "110", 1, 1 },
    /* stars */
    { Q(O("c1", "*警察*", "1")), "去找警察叔叔", 1, 0 },
    { Q(O("c1", "*警察*", "1")), "警察", 1, 0 },
    { Q(O("c1", "*警察*", "1")), "警车", 0, -1 },
    { Q(O("c1", "打*电话", "1")), "打110电话", 1, 0 },
    { Q(O("c1", "打*电话", "1")), "打电话", 1, 0 },
    { Q(O("c1", "打*电话", "1")), "打电话了", 0, -1 },
    { Q(O("c1", "打*电话", "1")), "快打电话", 0, -1 },
    { Q(O("c1", "aba*aba", "1")), "aba", 0, -1 },
    { Q(O("c1", "aba*aba", "1")), "abaaba", 1, 0 },
    { Q(O("c1", "a*b*c*d", "1")), "a-bb-cbc-d", 1, 0 },
    { Q(O("c1", "a*b*c*d", "1")), "a-c-b-d", 0, -1 },
    { Q(O("c1", "A * b", "1")), "a b", 1, 0 },
    { Q(O("c1", "3 \\\\* 4", "1")), "3*4", 0, -1 }, /* between Latin signs a space counts */
    { Q(O("c1", "3\\\\*4", "1")), "3*4", 1, 0 },
    { Q(O("c1", "3\\\\*4", "1")), "3＊4", 1, 0 },
    { Q(O("c1", "3\\\\*4", "1")), "3x4", 0, -1 },
    { Q(O("c1", "x*", "0.5") "," O("c2", "xy", "1")), "xy", 1, 1 },
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct question_set s;
        char json[2000];
        snprintf(json, sizeof json, "%s", table[i].json);
        if (!strstr(json, "\"weight\":1")) { /* a set needs one right answer: another, that nobody gives */
            char *end = strstr(json, "]}]}");
            snprintf(end, sizeof json - (size_t)(end - json), "," O("zz", "zzzz", "1") "]}]}");
        }
        parse(json, &s);
        double score = question_grade(&s.question[0], table[i].response);
        int option = question_fill_in_match(&s.question[0], table[i].response);
        if (score != table[i].score || option != table[i].option)
            fail_msg("\"%s\" to %s: %g by option %d, want %g by %d", table[i].response, json, score, option, table[i].score, table[i].option);
        question_set_release(&s);
    }
}

static void test_any_language_counts(void **state)
{
    (void)state;
    struct question_set s;
    char text[RESPONSE_MAX];
    parse("{\"format\":1,\"questions\":[{\"id\":\"q\",\"kind\":\"fill-in\",\"prompt\":{\"zh-CN\":\"问\"},\"options\":["
          "{\"id\":\"c1\",\"text\":{\"zh-CN\":\"警察\",\"en\":\"the police\"},\"weight\":1},"
          "{\"id\":\"c2\",\"text\":{\"zh-CN\":\"*公安*\",\"en\":\"*officer*\"},\"weight\":1},"
          "{\"id\":\"c3\",\"text\":{\"zh-CN\":\"家人\"},\"weight\":0.5}]}]}", &s);
    const struct question *q = &s.question[0];
    assert_true(question_grade(q, "The Police") == 1 && question_grade(q, "警察") == 1 && question_grade(q, "公安局") == 1);
    assert_true(question_accepted(q, 0, "zh-CN", text));
    assert_string_equal(text, "警察");
    assert_true(question_accepted(q, 0, "en", text));
    assert_string_equal(text, "the police");
    assert_false(question_accepted(q, 1, "en", text)); /* the one with stars is not shown where there is another */
    assert_false(question_accepted(q, 0, "fr", text));
    assert_true(question_accepted(q, 1, NULL, text));
    assert_false(question_accepted(q, 2, NULL, text));
    question_correct_response(q, text, sizeof text);
    assert_true(question_grade(q, text) == 1);
    assert_false(question_wants_digits(q));
    question_set_release(&s);
}

static void test_stars_alone_are_shown_without_them(void **state)
{
    (void)state;
    struct question_set s;
    char text[RESPONSE_MAX];
    parse(Q(O("c1", "*火警 *", "1") "," O("c2", "2\\\\*2", "0.1")), &s);
    assert_true(question_accepted(&s.question[0], 0, NULL, text));
    assert_string_equal(text, "火警");
    assert_true(question_grade(&s.question[0], text) == 1);
    question_set_release(&s);
    parse(Q(O("c1", "119", "1") "," O("c2", "１１９", "1") "," O("c3", "119*", "1")), &s);
    assert_false(question_wants_digits(&s.question[0])); /* full-width ones are not on that keyboard */
    question_set_release(&s);
    parse(Q(O("c1", "119", "1") "," O("c2", "96119", "1")), &s);
    assert_true(question_wants_digits(&s.question[0]));
    question_set_release(&s);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { Q(O("c1", "*", "1")), Q(O("c1", "x", "0.5")), Q(""), Q(O("c1", "***", "1")) };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct question_set s;
        struct err e = ERR_INIT;
        assert_false(question_set_parse(bad[i], strlen(bad[i]), &s, &e));
        assert_non_null(strstr(e.text, "question 1"));
        assert_int_equal(e.kind, ERR_INVALID);
    }
}

/* What one question means: the same over translations and explanations, another with another word or answer. */
static void test_meaning(void **state)
{
    (void)state;
    static const struct { const char *json; bool same; } other[] = {
        { "{\"id\":\"q9\",\"kind\":\"choice\",\"prompt\":{\"zh-CN\":\"问\",\"en\":\"ask\"},\"feedback\":{\"en\":\"so\"},\"answer_at_ms\":5,\"options\":["
          "{\"id\":\"c1\",\"text\":{\"zh-CN\":\"甲\"},\"weight\":1,\"feedback\":{\"en\":\"x\"}},{\"id\":\"c2\",\"text\":{\"zh-CN\":\"乙\",\"en\":\"b\"}}]}", true },
        { "{\"id\":\"q\",\"kind\":\"choice\",\"prompt\":{\"zh-CN\":\"又问\"},\"options\":["
          "{\"id\":\"c1\",\"text\":{\"zh-CN\":\"甲\"},\"weight\":1},{\"id\":\"c2\",\"text\":{\"zh-CN\":\"乙\"}}]}", false },
        { "{\"id\":\"q\",\"kind\":\"choice\",\"prompt\":{\"zh-CN\":\"问\"},\"options\":["
          "{\"id\":\"c1\",\"text\":{\"zh-CN\":\"甲\"}},{\"id\":\"c2\",\"text\":{\"zh-CN\":\"乙\"},\"weight\":1}]}", false },
        { "{\"id\":\"q\",\"kind\":\"choice\",\"prompt\":{\"zh-CN\":\"问\"},\"options\":["
          "{\"id\":\"c1\",\"text\":{\"zh-CN\":\"甲\"},\"weight\":1},{\"id\":\"c2\",\"text\":{\"zh-CN\":\"丙\"}}]}", false },
        { "{\"id\":\"q\",\"kind\":\"sequencing\",\"prompt\":{\"zh-CN\":\"问\"},\"options\":["
          "{\"id\":\"c1\",\"text\":{\"zh-CN\":\"甲\"},\"weight\":1},{\"id\":\"c2\",\"text\":{\"zh-CN\":\"乙\"}}]}", false },
    };
    struct question_set s;
    char first[QUESTION_MEANING], second[QUESTION_MEANING];
    parse("{\"format\":1,\"questions\":[{\"id\":\"q\",\"kind\":\"choice\",\"prompt\":{\"zh-CN\":\"问\"},\"options\":["
          "{\"id\":\"c1\",\"text\":{\"zh-CN\":\"甲\"},\"weight\":1},{\"id\":\"c2\",\"text\":{\"zh-CN\":\"乙\"}}]}]}", &s);
    question_meaning(&s.question[0], first);
    assert_int_equal(strlen(first), QUESTION_MEANING - 1);
    question_set_release(&s);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        char json[1000];
        snprintf(json, sizeof json, "{\"format\":1,\"questions\":[%s]}", other[i].json);
        parse(json, &s);
        question_meaning(&s.question[0], second);
        if (!strcmp(first, second) != other[i].same)
            fail_msg("%s means %s", other[i].json, other[i].same ? "something else" : "the same");
        question_set_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_any_language_counts),
        cmocka_unit_test(test_stars_alone_are_shown_without_them),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
