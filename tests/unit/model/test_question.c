/* Questions: what is read is what was written, each way to be wrong is refused, and what each response earns. */
#include "base/json.h"
#include "model/question_class.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PICTURE "{\"sha256\":\"" SHA "\",\"size\":9,\"type\":\"image/webp\",\"name\":\"p.webp\"}"
#define SET(list) "{\"format\":1,\"questions\":[" list "]}"
#define HEAD(kind) "\"id\":\"q\",\"kind\":\"" kind "\",\"prompt\":{\"zh-CN\":\"问\"}"
#define O(id) "{\"id\":\"" id "\",\"text\":{\"zh-CN\":\"答\"}}"
#define W(id, weight) "{\"id\":\"" id "\",\"text\":{\"zh-CN\":\"答\",\"en\":\"Yes\"},\"weight\":" weight "}"

#define TRUE_FALSE "{" HEAD("true-false") ",\"answer\":true}"
#define SINGLE "{" HEAD("choice") ",\"options\":[" W("c1", "1") "," W("c2", "0") "," W("c3", "0.5") "]}"
#define MANY "{" HEAD("choice") ",\"multiple\":true,\"options\":[" W("c1", "0.5") "," W("c2", "0.5") "," W("c3", "0") "," W("c4", "0") "]}"
#define PRICED "{" HEAD("choice") ",\"multiple\":true,\"options\":[" W("c1", "0.5") "," W("c2", "0.5") "," W("c3", "-1") "," W("c4", "0") "]}"
#define THIRDS "{" HEAD("choice") ",\"multiple\":true,\"options\":[" W("c1", "0.33333") "," W("c2", "0.33333") "," W("c3", "0.33333") "," W("c4", "-0.5") "]}"
#define STEPS "{" HEAD("sequencing") ",\"options\":[" O("c1") "," O("c2") "," O("c3") "]}"
#define PAIRS "{" HEAD("matching") ",\"options\":[" O("s1") "," O("s2") "],\"targets\":[" O("t1") "," O("t2") "," O("t3") "]}"
#define RANGE "{" HEAD("numeric") ",\"min\":2.5,\"max\":3.5}"
#define AT_LEAST "{" HEAD("numeric") ",\"min\":120}"
#define OPINION "{" HEAD("likert") ",\"options\":[" O("l1") "," O("l2") "]}"
#define WORD "{" HEAD("fill-in") ",\"options\":[" W("c1", "1") ",{\"id\":\"c2\",\"text\":{\"zh-CN\":\"好\"},\"weight\":0.5}]}"

static void parse_good(const char *json, struct question_set *s)
{
    struct err e = ERR_INIT;
    if (!question_set_parse(json, strlen(json), s, &e))
        fail_msg("%s\n%s", e.text, json);
}

static const struct { const char *question, *response; double earns; } grades[] = {
    { TRUE_FALSE, "true", 1 },      { TRUE_FALSE, "false", 0 },        { TRUE_FALSE, "True", -1 },        { TRUE_FALSE, "", -1 },
    { SINGLE, "c1", 1 },            { SINGLE, "c2", 0 },               { SINGLE, "c3", 0.5 },             { SINGLE, "c1[,]c2", -1 },
    { SINGLE, "c9", -1 },           { SINGLE, "c1[,]", -1 },           { SINGLE, "c1 ", -1 },
    { MANY, "c1[,]c2", 1 },         { MANY, "c2[,]c1", 1 },            { MANY, "c1", 0.5 },               { MANY, "c3", 0 },
    { MANY, "c1[,]c2[,]c3", 0.5 },  { MANY, "c1[,]c2[,]c3[,]c4", 0 },  { MANY, "c1[,]c3", 0 },            { MANY, "c1[,]c1", -1 },
    { PRICED, "c1[,]c2", 1 },       { PRICED, "c1[,]c2[,]c3", 0 },     { PRICED, "c1[,]c2[,]c4", 1 },     { PRICED, "c3", 0 },
    { THIRDS, "c1[,]c2[,]c3", 1 },  { THIRDS, "c4", 0 },
    { STEPS, "c1[,]c2[,]c3", 1 },   { STEPS, "c2[,]c1[,]c3", 0 },      { STEPS, "c1[,]c2", -1 },          { STEPS, "c1[,]c2[,]c2", -1 },
    { PAIRS, "s1[.]t1[,]s2[.]t2", 1 }, { PAIRS, "s2[.]t2[,]s1[.]t1", 1 }, { PAIRS, "s1[.]t2[,]s2[.]t1", 0 }, { PAIRS, "s1[.]t1[,]s2[.]t3", 0.5 },
    { PAIRS, "s1[.]t1", 0.5 },      { PAIRS, "s1[.]t9", -1 },          { PAIRS, "s1[.]t1[,]s1[.]t2", -1 }, { PAIRS, "s1", -1 },
    { RANGE, "3", 1 },              { RANGE, "2.5", 1 },               { RANGE, "3.50", 1 },              { RANGE, "3.51", 0 },
    { RANGE, "-3", 0 },             { RANGE, "3e0", 1 },               { RANGE, "3x", -1 },               { RANGE, "nan", -1 },
    { RANGE, "inf", -1 },           { RANGE, "0x3", -1 },              { RANGE, "-", -1 },                { RANGE, "1e999", -1 },
    { AT_LEAST, "119.99", 0 },      { AT_LEAST, "1000000", 1 },
    { OPINION, "l2", 1 },           { OPINION, "l1[,]l2", -1 },        { OPINION, "l3", -1 },
    { WORD, "答", 1 },              { WORD, "yES", 1 },                { WORD, "好", 0.5 },               { WORD, "坏", 0 },
    { WORD, "\xff", -1 },
};

static void test_what_each_response_earns(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof grades / sizeof *grades; i++) {
        char json[2000];
        struct question_set s;
        snprintf(json, sizeof json, SET("%s"), grades[i].question);
        parse_good(json, &s);
        double share = question_grade(&s.question[0], grades[i].response);
        if (fabs(share - grades[i].earns) > 1e-9)
            fail_msg("%s of %s earns %g", grades[i].response, grades[i].question, share);
        question_set_release(&s);
    }
}

static void test_the_right_response(void **state)
{
    (void)state;
    static const struct { const char *question, *response; } right[] = {
        { TRUE_FALSE, "true" }, { SINGLE, "c1" }, { MANY, "c1[,]c2" }, { STEPS, "c1[,]c2[,]c3" }, { PAIRS, "s1[.]t1[,]s2[.]t2" },
        { RANGE, "2.5[:]3.5" }, { AT_LEAST, "120[:]" }, { OPINION, "" }, { WORD, "答" },
    };
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        char json[2000], response[RESPONSE_MAX];
        struct question_set s;
        snprintf(json, sizeof json, SET("%s"), right[i].question);
        parse_good(json, &s);
        question_correct_response(&s.question[0], response, sizeof response);
        assert_string_equal(response, right[i].response);
        question_set_release(&s);
    }
}

/* The longest ids there may be: the response must still fit. */
static void test_the_longest_response_fits(void **state)
{
    (void)state;
    struct str json;
    struct question_set s;
    char response[RESPONSE_MAX];
    str_init(&json, 0);
    str_puts(&json, "{\"format\":1,\"questions\":[{" HEAD("matching"));
    for (int side = 0; side < 2; side++) {
        str_puts(&json, side ? "],\"targets\":[" : ",\"options\":[");
        for (int i = 0; i < QUESTION_MAX_OPTIONS; i++)
            str_printf(&json, "%s{\"id\":\"abcdefghijklm%02d\",\"text\":{\"en\":\"x\"}}", i ? "," : "", i);
    }
    str_puts(&json, "]}]}");
    parse_good(json.data, &s);
    question_correct_response(&s.question[0], response, sizeof response);
    assert_true(question_grade(&s.question[0], response) == 1);
    question_set_release(&s);
    str_release(&json);
}

static const char full[] =
    SET("{\"id\":\"why\",\"kind\":\"choice\",\"multiple\":true,\"prompt\":{\"en\":\"Why?\",\"zh-CN\":\"为什么？\"},\"feedback\":{\"zh-CN\":\"因为\"},"
        "\"picture\":" PICTURE ",\"answer_at_ms\":83500,\"options\":[{\"id\":\"c1\",\"text\":{\"zh-CN\":\"甲\"},\"picture\":" PICTURE
        ",\"weight\":0.5,\"feedback\":{\"zh-CN\":\"对\"}},{\"id\":\"c2\",\"picture\":" PICTURE "}]},"
        "{\"id\":\"two\",\"kind\":\"true-false\",\"prompt\":{\"en\":\"So?\"},\"answer\":false,\"options\":[{\"id\":\"true\",\"feedback\":{\"en\":\"no\"}},{\"id\":\"false\",\"weight\":1}]},"
        "{\"id\":\"n\",\"kind\":\"numeric\",\"picture\":" PICTURE ",\"prompt\":{},\"max\":-0.25}");

static void test_everything_is_read_and_written(void **state)
{
    (void)state;
    struct question_set s, again;
    struct str once, twice;
    parse_good(full, &s);
    assert_int_equal(s.count, 3);
    const struct question *q = &s.question[0];
    assert_string_equal(q->id, "why");
    assert_true(q->kind == QUESTION_CHOICE && q->multiple && q->answer_at_ms == 83500 && q->option_count == 2);
    assert_string_equal(lang_text_get(&q->prompt, "en"), "Why?");
    assert_string_equal(lang_text_get(&q->feedback, "zh-CN"), "因为");
    assert_string_equal(q->picture.sha256, SHA);
    assert_string_equal(lang_text_get(&q->option[0].feedback, "zh-CN"), "对");
    assert_true(q->option[0].weight == 0.5 && q->option[1].weight == 0 && q->option[1].picture.size_bytes == 9);
    assert_true(!s.question[1].answer_true && s.question[1].answer_at_ms == -1);
    assert_true(s.question[2].max == -0.25 && s.question[2].min == -HUGE_VAL);
    str_init(&once, 0);
    str_init(&twice, 0);
    json_t *o = question_set_to_json(&s);
    json_write(o, &once);
    json_decref(o);
    parse_good(once.data, &again);
    o = question_set_to_json(&again);
    json_write(o, &twice);
    json_decref(o);
    assert_string_equal(once.data, twice.data);
    question_set_release(&s);
    question_set_release(&again);
    str_release(&once);
    str_release(&twice);
}

static const struct { const char *json; enum err_kind kind; const char *says; } bad[] = {
    { "", ERR_INVALID, "line 1" },
    { "{\"format\":3,\"questions\":[]}", ERR_UNSUPPORTED, "newer version" },
    { SET(""), ERR_INVALID, "empty" },
    { SET("1"), ERR_INVALID, "question 1" },
    { SET(TRUE_FALSE "," TRUE_FALSE), ERR_INVALID, "question 2 has the same id as question 1" },
    { SET("{" HEAD("essay") "}"), ERR_UNSUPPORTED, "essay" },
    { SET("{" HEAD("choice") ",\"colour\":1}"), ERR_INVALID, "colour" },
    { SET("{\"id\":\"a b\",\"kind\":\"likert\"}"), ERR_INVALID, "\"id\"" },
    { SET("{\"id\":\"q\",\"kind\":\"true-false\",\"prompt\":{},\"answer\":true}"), ERR_INVALID, "neither prompt nor picture" },
    { SET("{" HEAD("true-false") ",\"answer\":1}"), ERR_INVALID, "answer" },
    { SET("{" HEAD("true-false") ",\"answer\":true,\"options\":[" O("true") "]}"), ERR_INVALID, "true, then false" },
    { SET("{" HEAD("choice") "}"), ERR_INVALID, "two or more options" },
    { SET("{" HEAD("choice") ",\"options\":[" W("c1", "1") "]}"), ERR_INVALID, "two or more options" },
    { SET("{" HEAD("choice") ",\"options\":[" O("c1") "," O("c2") "]}"), ERR_INVALID, "a right one" },
    { SET("{" HEAD("choice") ",\"options\":[" W("c1", "1") "," W("c1", "0") "]}"), ERR_INVALID, "used twice" },
    { SET("{" HEAD("choice") ",\"options\":[" W("c1", "1.5") "," O("c2") "]}"), ERR_INVALID, "weight" },
    { SET("{" HEAD("choice") ",\"options\":[" W("c1", "1") ",{\"id\":\"c2\"}]}"), ERR_INVALID, "question 1, option 2 has neither text nor picture" },
    { SET("{" HEAD("choice") ",\"options\":[" W("c1", "1") ",{\"id\":\"c2\",\"text\":{\"en\":\"\\u200b\"}}]}"), ERR_INVALID, "neither text" },
    { SET("{" HEAD("choice") ",\"options\":[" O("c1") "," O("c2") "," O("c3") "," O("c4") "," O("c5") "," O("c6") "," O("c7") "," O("c8") ","
          O("c9") "," O("c10") "," O("c11") "," O("c12") "," O("c13") "]}"), ERR_INVALID, "shorter list" },
    { SET("{" HEAD("choice") ",\"options\":[" W("c1", "1") "," O("c2") "],\"targets\":[" O("t1") "]}"), ERR_INVALID, "only matching" },
    { SET("{" HEAD("sequencing") ",\"options\":[" O("c1") "]}"), ERR_INVALID, "two or more" },
    { SET("{" HEAD("matching") ",\"options\":[" O("s1") "," O("s2") "],\"targets\":[" O("t1") "]}"), ERR_INVALID, "a target for each" },
    { SET("{" HEAD("matching") ",\"options\":[" O("s1") "," O("s2") "],\"targets\":[" O("t1") ",{\"id\":\"t2\"}]}"), ERR_INVALID, "target 2" },
    { SET("{" HEAD("numeric") "}"), ERR_INVALID, "any number is right" },
    { SET("{" HEAD("numeric") ",\"min\":2,\"max\":1}"), ERR_INVALID, "above" },
    { SET("{" HEAD("numeric") ",\"min\":1e300}"), ERR_INVALID, "min" },
    { SET("{" HEAD("fill-in") ",\"options\":[" W("c1", "0.5") "]}"), ERR_INVALID, "accepted answer" },
    { SET("{" HEAD("likert") ",\"options\":[" O("l1") "," O("l2") "],\"answer_at_ms\":86400001}"), ERR_INVALID, "answer_at_ms" },
    { SET("{" HEAD("likert") ",\"options\":[" O("l1") "," O("l2") "],\"picture\":{\"sha256\":\"x\"}}"), ERR_INVALID, "picture" },
};

static void test_refusals_say_what_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct question_set s = { .count = 99 };
        struct err e = ERR_INIT;
        if (question_set_parse(bad[i].json, strlen(bad[i].json), &s, &e))
            fail_msg("accepted: %s", bad[i].json);
        if (e.kind != bad[i].kind || !strstr(e.text, bad[i].says))
            fail_msg("%s: %s, %s\nfor %s", bad[i].says, err_kind_name(e.kind), e.text, bad[i].json);
        assert_true(s.count == 99 && !s.question);
    }
}

/* An attempt is shown again in the order it had, after a cut, on another machine, in another year: these orders are for good. */
/* Names are in files and statements for ever; interactions are those of xAPI 1.0.3 Data §2.4.4.1. */
static void test_every_kind_has_a_whole_row(void **state)
{
    (void)state;
    static const char *const xapi[] = { "true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert",
                                        "numeric", "other" };
    for (int k = 0; k < QUESTION_KIND_COUNT; k++) {
        const struct question_class *c = question_class_of((enum question_kind)k);
        bool known = false;
        for (size_t i = 0; i < sizeof xapi / sizeof *xapi; i++)
            known |= !strcmp(c->interaction, xapi[i]);
        assert_true(known && *c->name && strlen(c->name) <= 20);
        for (int other = 0; other < k; other++)
            assert_string_not_equal(c->name, question_class_of((enum question_kind)other)->name);
        assert_true(c->check && c->gift_read && c->grade && !c->parse == !c->keys);
        assert_true(!c->correct == c->survey);
        assert_true(c->tap || c->fits || c->paired); /* it can be answered */
        assert_true(!c->tap || c->picked);
    }
    assert_ptr_equal(question_class_of(QUESTION_CHOICE), &question_choice);
    assert_int_equal(QUESTION_FILL_IN, QUESTION_KIND_COUNT - 1); /* takes whatever GIFT has left over */
}

static void test_shuffle_is_the_same_everywhere(void **state)
{
    (void)state;
    static const struct { uint64_t seed; const char *id; int order[5]; } known[] = {
        { 1, "q1", { 0, 3, 4, 1, 2 } },
        { 2, "q1", { 1, 4, 2, 3, 0 } },
        { 1, "q2", { 2, 1, 3, 4, 0 } },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        int order[5];
        question_shuffle(known[i].seed, known[i].id, 5, order);
        if (memcmp(order, known[i].order, sizeof order) != 0)
            fail_msg("seed %d, %s: %d %d %d %d %d", (int)known[i].seed, known[i].id, order[0], order[1], order[2], order[3], order[4]);
    }
}

static void test_shuffle_gives_every_place_a_fair_turn(void **state)
{
    (void)state;
    int seen[4][4] = { { 0 } };
    for (uint64_t seed = 0; seed < 4000; seed++) {
        int order[4];
        question_shuffle(seed, "q", 4, order);
        for (int i = 0; i < 4; i++)
            seen[i][order[i]]++;
    }
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 4; k++)
            assert_in_range(seen[i][k], 880, 1120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_each_response_earns),
        cmocka_unit_test(test_the_right_response),
        cmocka_unit_test(test_the_longest_response_fits),
        cmocka_unit_test(test_everything_is_read_and_written),
        cmocka_unit_test(test_refusals_say_what_and_where),
        cmocka_unit_test(test_every_kind_has_a_whole_row),
        cmocka_unit_test(test_shuffle_is_the_same_everywhere),
        cmocka_unit_test(test_shuffle_gives_every_place_a_fair_turn),
    };
    return cmocka_run_group_tests_name("question", tests, NULL, NULL);
}
