/* GIFT: what each form becomes, what is refused and how it is said, translations. */
#include "model/question_class.h"
#include "model/gift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void print_options(const struct option *list, int count, struct str *out)
{
    for (int i = 0; i < count; i++) {
        str_printf(out, " %s:", list[i].id);
        if (list[i].weight != 0)
            str_printf(out, "%.3g:", list[i].weight);
        str_puts(out, lang_text_get(&list[i].text, "en"));
        if (list[i].feedback.count)
            str_printf(out, "(%s)", lang_text_get(&list[i].feedback, "en"));
    }
}

/* id kind[+] @at picture "prompt" options | targets | range ##feedback, one question a line */
static void print(const struct question_set *s, struct str *out)
{
    for (int i = 0; i < s->count; i++) {
        const struct question *q = &s->question[i];
        str_printf(out, "%s %s%s", q->id, question_class_of(q->kind)->name, q->multiple ? "+" : "");
        if (q->answer_at_ms >= 0)
            str_printf(out, " @%lld", (long long)q->answer_at_ms);
        if (q->picture.name)
            str_printf(out, " %s", q->picture.name);
        str_printf(out, " \"%s\"", lang_text_get(&q->prompt, "en"));
        if (q->kind == QUESTION_TRUE_FALSE)
            str_puts(out, q->answer_true ? " yes" : " no");
        print_options(q->option, q->option_count, out);
        if (q->target_count)
            str_puts(out, " |");
        print_options(q->target, q->target_count, out);
        if (q->kind == QUESTION_NUMERIC)
            str_printf(out, " %g..%g", q->min, q->max);
        if (q->feedback.count)
            str_printf(out, " ##%s", lang_text_get(&q->feedback, "en"));
        str_puts(out, "\n");
    }
}

static const struct row { const char *gift, *expect; } table[] = {
    /* files */
    { "", "" },
    { "\xef\xbb\xbf\n\n// only a comment\n\n$CATEGORY: a/b\n\nA description without braces.\n", "" },
    { "Q {T}", "q1 true-false \"Q\" yes true:1: false:\n" },
    { "Q{F}\r\n\r\n\r\nR{T}\r\n", "q1 true-false \"Q\" no true: false:1:\nq2 true-false \"R\" yes true:1: false:\n" },
    { "Q{T}\r\rR{F}", "q1 true-false \"Q\" yes true:1: false:\nq2 true-false \"R\" no true: false:1:\n" },
    { "$CATEGORY: x\n::a:: Q {\n// inside\n=1\n// 2\n~3\n}", "q1 choice \"Q\" c1:1:1 c2:3\n" },
    { "::name:: Q\ngoes on {T}\n \t\n第一行\n第二行 {T}", "q1 true-false \"Q goes on\" yes true:1: false:\nq2 true-false \"第一行第二行\" yes true:1: false:\n" },
    { "[markdown]Q {T}\n\n::n::[html] Q2 {T}", "q1 true-false \"Q\" yes true:1: false:\nq2 true-false \"Q2\" yes true:1: false:\n" },
    /* true-false */
    { "Q {TRUE}\n\nQ {false}\n\nQ {对}\n\nQ ｛错｝\n\nQ { 正确 #no }", "q1 true-false \"Q\" yes true:1: false:\nq2 true-false \"Q\" no true: false:1:\n"
      "q3 true-false \"Q\" yes true:1: false:\nq4 true-false \"Q\" no true: false:1:\nq5 true-false \"Q\" yes true:1: false:(no)\n" },
    { "Q {T#wrong#right####all}\n\nQ {F#wrong#right}", "q1 true-false \"Q\" yes true:1:(right) false:(wrong) ##all\nq2 true-false \"Q\" no true:(wrong) false:1:(right)\n" },
    /* choice */
    { "Q {=a ~b ~c}", "q1 choice \"Q\" c1:1:a c2:b c3:c\n" },
    { "Q {=a#yes ~b#no ~c #no\n####why}", "q1 choice \"Q\" c1:1:a(yes) c2:b(no) c3:c(no) ##why\n" },
    { "Q {~%50%a ~%50%b ~%-100%c}", "q1 choice+ \"Q\" c1:0.5:a c2:0.5:b c3:-1:c\n" },
    { "Q {~%33.33333%a ~%33.33333%b ~%33.33333%c ~d}", "q1 choice+ \"Q\" c1:0.333:a c2:0.333:b c3:0.333:c c4:d\n" },
    { "Q {=a ~%50%b}", "q1 choice \"Q\" c1:1:a c2:0.5:b\n" },
    { "Q {~a =b =c}", "q1 choice \"Q\" c1:a c2:1:b c3:1:c\n" },
    { "Q {=a -> b ~c}", "q1 choice \"Q\" c1:1:a -> b c2:c\n" },
    { "Q {=100% ~50% off ~%x%y}", "q1 choice \"Q\" c1:1:100% c2:50% off c3:%x%y\n" },
    { "Q {~％100％对的 ~%0%错的 ~c}", "q1 choice+ \"Q\" c1:1:对的 c2:错的 c3:c\n" },
    /* full-width signs, and the same as punctuation */
    { "：：名字：：选一个：多少？｛\n＝10～20分钟＃对了\n～1＝1\n～三\n＃＃＃＃解释｝", "q1 choice \"选一个：多少？\" c1:1:10～20分钟(对了) c2:1＝1 c3:三 ##解释\n" },
    { "Q ｛＝甲　～乙｝", "q1 choice \"Q\" c1:1:甲 c2:乙\n" },
    { "Q {\n=甲→一\n=乙 -> 二\n}", "q1 matching \"Q\" s1:甲 s2:乙 | t1:一 t2:二\n" },
    /* escapes */
    { "1 \\+ 1 \\= 2 \\{x\\} \\: \\# \\~ \\\\ {=\\=a\\~ ~b\\#\\nc}", "q1 choice \"1 \\+ 1 = 2 {x} : # ~ \\\" c1:1:=a~ c2:b# c\n" },
    { "Q {=\\％50％ ~\\～ ~\\｛}", "q1 choice \"Q\" c1:1:\\％50％ c2:～ c3:｛\n" },
    { "a = b ~ c # d -> e {T}", "q1 true-false \"a = b ~ c # d -> e\" yes true:1: false:\n" },
    { "a::b {T}", "q1 true-false \"a::b\" yes true:1: false:\n" },
    { "::a b {T}", "q1 true-false \"::a b\" yes true:1: false:\n" },
    /* matching */
    { "Q {=a -> 1 =b -> 2 =c->3####fb}", "q1 matching \"Q\" s1:a s2:b s3:c | t1:1 t2:2 t3:3 ##fb\n" },
    { "Q {=a -> 1 = -> 9 =b -> 2}", "q1 matching \"Q\" s1:a s2:b | t1:1 t2:2 t3:9\n" },
    /* numeric */
    { "Q {#5}", "q1 numeric \"Q\" 5..5\n" },
    { "Q {#3.14:0.01####pi}", "q1 numeric \"Q\" 3.13..3.15 ##pi\n" },
    { "Q {#-5..-1.5}", "q1 numeric \"Q\" -5..-1.5\n" },
    { "Q {＃5：1}", "q1 numeric \"Q\" 4..6\n" },
    { "Q {#=1822:0}\n\nQ {# =%100%7 }", "q1 numeric \"Q\" 1822..1822\nq2 numeric \"Q\" 7..7\n" },
    /* short answers */
    { "Q {=word}\n\nQ {word}", "q1 fill-in \"Q\" c1:1:word\nq2 fill-in \"Q\" c1:1:word\n" },
    { "Q {=one#yes =%50%two =%0%*#no\n####why}", "q1 fill-in \"Q\" c1:1:one(yes) c2:0.5:two c3:*(no) ##why\n" },
    { "电话多少？｛＝110　＝１１０｝", "q1 fill-in \"电话多少？\" c1:1:110 c2:1:１１０\n" },
    { "Q {=3 \\* 4 =*twelve*}", "q1 fill-in \"Q\" c1:1:3 \\* 4 c2:1:*twelve*\n" },
    { "The {sky} is blue.", "q1 fill-in \"The _____ is blue.\" c1:1:sky\n" },
    /* missing word */
    { "Two {=plus ~minus} two is four.", "q1 choice \"Two _____ two is four.\" c1:1:plus c2:minus\n" },
    /* what a comment adds */
    { "// weike: at=83.5 kind=sequencing id=q-3 picture=x.webp\nQ {=a =b =c####why}", "q-3 sequencing @83500 x.webp \"Q\" c1:a c2:b c3:c ##why\n" },
    { "//weike: kind=likert\n\n//  weike:\tid=op\n\nQ {=no#a =maybe =yes}", "op likert \"Q\" l1:no(a) l2:maybe l3:yes\n" },
    { "// weike: at=0\nQ {T}\n\nR {T}", "q1 true-false @0 \"Q\" yes true:1: false:\nq2 true-false \"R\" yes true:1: false:\n" },
    { "// weike is not addressed here\nQ {T}", "q1 true-false \"Q\" yes true:1: false:\n" },
    /* invisible characters cannot hide in a text */
    { "a\xe2\x80\xae" "b {=x\xe2\x80\x8b ~y}", "q1 choice \"ab\" c1:1:x c2:y\n" },
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct question_set s = { 0 };
        struct err e = ERR_INIT;
        struct str got;
        str_init(&got, 0);
        if (!gift_parse(table[i].gift, strlen(table[i].gift), "en", &s, &e))
            fail_msg("%s\n%s", table[i].gift, e.text);
        print(&s, &got);
        if (strcmp(got.data, table[i].expect) != 0)
            fail_msg("%s\n%snot\n%s", table[i].gift, got.data, table[i].expect);
        question_set_release(&s);
        str_release(&got);
    }
}

/* Refused: with these words in the sentence. */
static const struct { const char *gift, *says; enum err_kind kind; } refused[] = {
    { "\n\n::诗:: Write a poem {}", "line 3, question \"诗\": {} asks for an essay", ERR_UNSUPPORTED },
    { "Q {  }", "line 1: {} asks for an essay", ERR_UNSUPPORTED },
    { "Q {#}", "is not a number", ERR_INVALID },
    { "Q {#five}", "\"five\" is not a number", ERR_INVALID },
    { "Q {#5:x}", "\"x\" is not a number", ERR_INVALID },
    { "Q {#5:-1}", "the tolerance -1", ERR_INVALID },
    { "Q {#9..1}", "goes from 9 down to 1", ERR_INVALID },
    { "Q {#nan}", "is not a number", ERR_INVALID },
    { "Q {#1e99}", "is not a number", ERR_INVALID },
    { "Q {#=1 =2}", "not several", ERR_UNSUPPORTED },
    { "Q {#=%50%1}", "not several", ERR_UNSUPPORTED },
    { "Q {#~1}", "not several", ERR_UNSUPPORTED },
    { "Q {#5#good}", "after ####", ERR_UNSUPPORTED },
    { "Q {=%50%word}", "wholly right", ERR_INVALID },
    { "Q {=*}", "wholly right", ERR_INVALID },
    { "Q {=one =}", "answer 2 has no words", ERR_INVALID },
    { "Q {word =one}", "words before the first", ERR_INVALID },
    { "Q {~a ~b}", "a right one", ERR_INVALID },
    { "Q {=a ~}", "answer 2 has no words", ERR_INVALID },
    { "Q {=a ~\xe2\x80\x8b}", "answer 2 has no words that can be seen", ERR_INVALID },
    { "Q {~%101%a ~b}", "101% is not from", ERR_INVALID },
    { "Q {x =a ~b}", "words before the first", ERR_INVALID },
    { "Q {=1 ~2 ~3 ~4 ~5 ~6 ~7 ~8 ~9 ~10 ~11 ~12 ~13}", "more than 12", ERR_TOO_BIG },
    { "Q {=a -> b}", "two or more pairs", ERR_INVALID },
    { "Q {=a -> b =c}", "pair 2 must be written", ERR_INVALID },
    { "Q {=a -> b =c -> d -> e}", "pair 2 must be written", ERR_INVALID },
    { "Q {=a -> b#no =c -> d}", "pair 1 must be written", ERR_INVALID },
    { "Q {=a -> b =c -> b}", "\"b\" stands on the right of two", ERR_INVALID },
    { "Q {=a -> b =c -> }", "answer 2 has no words", ERR_INVALID },
    { "Q {T#a#b#c}", "at most two feedbacks", ERR_INVALID },
    { "Q {=a ~b", "is not closed", ERR_INVALID },
    { "Q {=a\n\n~b}", "line 1: the { is not closed", ERR_INVALID },
    { "Q }", "a } before any {", ERR_INVALID },
    { "} Q {T}", "a } before any {", ERR_INVALID },
    { "Q {=a ~{b}", "more than one pair", ERR_INVALID },
    { "Q {T}\nR {F}", "put an empty line", ERR_INVALID },
    { "Q {T} }", "more than one pair", ERR_INVALID },
    { "{T}", "no question before the braces", ERR_INVALID },
    { "::n:: {T}", "question \"n\": there is no question", ERR_INVALID },
    { "[html]<p>Q</p> {T}", "HTML", ERR_UNSUPPORTED },
    { "[html]a&nbsp;b {T}", "HTML", ERR_UNSUPPORTED },
    { "// weike: id=A\nQ {T}", "line 1: id=A must be", ERR_INVALID },
    { "// weike: id=abcdefghijabcdefghijabcdefghijab\nQ {T}", "at most 31", ERR_INVALID },
    { "// weike: id=a id=b\nQ {T}", "id=b must be", ERR_INVALID },
    { "// weike: at=@call\nQ {T}", "at=@call must be seconds", ERR_INVALID },
    { "// weike: at=-1\nQ {T}", "at=-1 must be seconds", ERR_INVALID },
    { "// weike: at=99999\nQ {T}", "must be seconds", ERR_INVALID },
    { "// weike: at=\nQ {T}", "must be seconds", ERR_INVALID },
    { "// weike: kind=choice\nQ {=a ~b}", "kind=choice must be", ERR_INVALID },
    { "// weike: picture=../x.webp\nQ {T}", "line 1: picture", ERR_UNTRUSTED },
    { "// weike: picture=/x.webp\nQ {T}", "line 1: picture", ERR_UNTRUSTED },
    { "// weike: colour=red\nQ {T}", "\"colour=red\" is not", ERR_INVALID },
    { "// weike: at\nQ {T}", "\"at\" is not", ERR_INVALID },
    { "// weike: id=a", "line 1: no question follows", ERR_INVALID },
    { "// weike: id=a\nJust words.", "line 1 belongs to no question", ERR_INVALID },
    { "Q {\n// weike: id=a\nT}", "line 2: a // weike: line stands before", ERR_INVALID },
    { "// weike: id=a\nQ {T}\n\n// weike: id=a\nR {T}", "line 5: the id a is used", ERR_INVALID },
    { "// weike: kind=likert\nQ {=a}", "two or more lines", ERR_INVALID },
    { "// weike: kind=likert\nQ {#5}", "lines that begin with =", ERR_INVALID },
    { "// weike: kind=sequencing\nQ {=a ~b}", "every line begins with =", ERR_INVALID },
    { "// weike: kind=sequencing\nQ {=%50%a =b}", "every line begins with =", ERR_INVALID },
    { "Q \x01 {T}", "line 1: there is a control character", ERR_INVALID },
    { "\xc4\xe3\xba\xc3 {T}", "not UTF-8", ERR_INVALID },
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct question_set s = { .count = 77 };
        struct err e = ERR_INIT;
        if (gift_parse(refused[i].gift, strlen(refused[i].gift), "en", &s, &e))
            fail_msg("accepted: %s", refused[i].gift);
        if (!strstr(e.text, refused[i].says))
            fail_msg("%s\nsays: %s\nwithout: %s", refused[i].gift, e.text, refused[i].says);
        if (refused[i].kind != ERR_UNTRUSTED) /* whatever fs_label_valid says */
            assert_int_equal(e.kind, refused[i].kind);
        assert_true(utf8_valid(e.text, strlen(e.text)));
        assert_int_equal(s.count, 77); /* untouched */
    }
}

static void test_ceilings(void **state)
{
    (void)state;
    struct question_set s;
    struct err e = ERR_INIT;
    struct str text;
    str_init(&text, 0);
    for (int i = 0; i < 200; i++)
        str_puts(&text, "Q {T}\n\n");
    assert_true(gift_parse(text.data, text.len, "en", &s, &e));
    assert_int_equal(s.count, 200);
    question_set_release(&s);
    str_puts(&text, "Q {T}\n\n");
    assert_false(gift_parse(text.data, text.len, "en", &s, &e));
    assert_int_equal(e.kind, ERR_TOO_BIG);
    str_clear(&text);
    for (int i = 0; i < 4001; i++)
        str_puts(&text, "x");
    str_puts(&text, "{T}");
    assert_false(gift_parse(text.data, text.len, "en", &s, &e));
    assert_int_equal(e.kind, ERR_TOO_BIG);
    while (text.len <= GIFT_MAX_BYTES)
        str_puts(&text, "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n");
    assert_false(gift_parse(text.data, text.len, "en", &s, &e));
    assert_int_equal(e.kind, ERR_TOO_BIG);
    str_release(&text);
}

/* What GIFT gives is what the questions file of a package gives back. */
static void test_survives_the_package(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct question_set s = { 0 }, back = { 0 };
        struct err e = ERR_INIT;
        struct str json, before, after;
        assert_true(gift_parse(table[i].gift, strlen(table[i].gift), "en", &s, &e));
        if (!s.count)
            continue;
        free(s.question[0].picture.name); /* gets its hash from the packer first */
        s.question[0].picture.name = NULL;
        str_init(&json, 0);
        str_init(&before, 0);
        str_init(&after, 0);
        json_t *o = question_set_to_json(&s);
        char *text = json_dumps(o, 0);
        if (!question_set_parse(text, strlen(text), &back, &e))
            fail_msg("%s: %s", table[i].gift, e.text);
        print(&s, &before);
        print(&back, &after);
        assert_string_equal(before.data, after.data);
        json_decref(o);
        free(text);
        question_set_release(&s);
        question_set_release(&back);
        str_release(&json);
        str_release(&before);
        str_release(&after);
    }
}

/* ---- translations ---- */

static const char zh[] = "// weike: id=a\n甲 {=对#好 ~错}\n\n// weike: id=b\n乙 {=一 -> 二 =三 -> 四####因为}\n\n丙 {#5}\n\n丁 {T#不}";

static void parse(const char *text, const char *lang, struct question_set *s)
{
    struct err e = ERR_INIT;
    if (!gift_parse(text, strlen(text), lang, s, &e))
        fail_msg("%s", e.text);
}

static void test_translation(void **state)
{
    (void)state;
    struct question_set base, other;
    struct err e = ERR_INIT;
    struct str got;
    str_init(&got, 0);
    parse(zh, "zh-CN", &base);
    parse("// weike: id=a\nA {=right#good ~wrong#bad}\n\n// weike: id=b\nB {=1 -> 2 =3 -> 4####because}\n\nC {#5}\n\nD {T}", "en", &other);
    assert_true(gift_merge_translation(&base, &other, &e));
    question_set_release(&other);
    print(&base, &got);
    assert_string_equal(got.data, "a choice \"A\" c1:1:right(good) c2:wrong(bad)\nb matching \"B\" s1:1 s2:3 | t1:2 t2:4 ##because\n"
                                  "q3 numeric \"C\" 5..5\nq4 true-false \"D\" yes true:1: false:(不)\n");
    assert_string_equal(lang_text_get(&base.question[0].prompt, "zh-CN"), "甲");
    assert_string_equal(lang_text_get(&base.question[1].feedback, "zh-CN"), "因为");
    parse(zh, "zh-CN", &other);
    assert_false(gift_merge_translation(&base, &other, &e)); /* there already */
    assert_non_null(strstr(e.text, "already there"));
    question_set_release(&base);
    question_set_release(&other);
    str_release(&got);
}

static void test_translations_that_do_not_fit(void **state)
{
    (void)state;
    static const struct { const char *base, *other, *says; } row[] = {
        { "A {T}\n\nB {T}", "A {T}", "1 questions, the original 2" },
        { "// weike: id=a\nA {T}", "A {T}", "question 1 (a in the original, q1 in the translation) has another id" },
        { "A {T}\n\nB {=a ~b}", "A {T}\n\nB {~%100%a ~b}", "question 2 (q2 in the original, q2 in the translation) has another kind" },
        { "A {T}", "A {#1}", "another kind" },
        { "A {=a ~b ~c}", "A {=a ~b}", "another number of answers" },
        { "A {=a->b =c->d}", "A {=a->b =c->d =->e}", "another number of answers" },
        { "A {T}", "A {F}", "another right answer" },
        { "A {=a ~b}", "A {~a =b}", "another right answer" },
        { "A {=a ~%50%b}", "A {=a ~%40%b}", "another right answer" },
        { "A {#5}", "A {#5:1}", "another right answer" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct question_set base, other;
        struct err e = ERR_INIT;
        parse(row[i].base, "zh-CN", &base);
        parse(row[i].other, "en", &other);
        if (gift_merge_translation(&base, &other, &e) || !strstr(e.text, row[i].says))
            fail_msg("%s: %s", row[i].other, e.text);
        assert_int_equal(e.kind, ERR_INVALID);
        for (int k = 0; k < base.count; k++)
            assert_int_equal(base.question[k].prompt.count, 1); /* nothing was added */
        question_set_release(&base);
        question_set_release(&other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),       cmocka_unit_test(test_refused),
        cmocka_unit_test(test_ceilings),    cmocka_unit_test(test_survives_the_package),
        cmocka_unit_test(test_translation), cmocka_unit_test(test_translations_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
