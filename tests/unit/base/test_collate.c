/* Order and initials of names. */
#include "base/collate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static void test_initials(void **state)
{
    (void)state;
    static const struct { const char *name; char initial; } row[] = {
        { "王小明", 'W' }, { "张伟", 'Z' },   { "曾国强", 'Z' },  { "单雄信", 'S' },        { "仇英", 'Q' },  { "解放", 'X' },
        { "任桂花", 'R' }, { "欧阳修", 'O' }, { "尉迟恭", 'Y' },  { "查良镛", 'Z' },        { "乐毅", 'Y' },  { "翟志刚", 'Z' },
        { "万俟卨", 'M' }, { "䶮", 'Y' },     { "𬭎军", 'H' },    { "阿依古丽·买买提", 'A' }, { "Anna", 'A' },  { "élan", 'E' },
        { "12号", '#' },   { "", '#' },       { "Δημήτρης", 'D' }, { "?", '#' },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        if (collate_initial(row[i].name) != row[i].initial)
            fail_msg("%s: %c, not %c", row[i].name, collate_initial(row[i].name), row[i].initial);
}

static void test_fold(void **state)
{
    (void)state;
    static const struct { const char *typed, *folded; } row[] = {
        { "Apple", "apple" },      { "  APPLE  pie ", "apple pie" }, { "１１０", "110" },           { "ＡＢＣ　ｄ", "abc d" },
        { "两 个 人", "两个人" },   { "拨打 110 。", "拨打110。" },     { "Straße", "strasse" },      { "é", "\xc3\xa9" },
        { "e\xcc\x81", "\xc3\xa9" }, { "", "" },                      { "\xe2\x80\x8b", "" },      { "①", "1" },
        { "㎏", "kg" },            { "（一）", "(一)" },             { "a\n\tb", "a b" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct str out;
        str_init(&out, 0);
        assert_true(collate_fold(row[i].typed, &out));
        if (strcmp(out.data, row[i].folded) != 0)
            fail_msg("\"%s\" became \"%s\", not \"%s\"", row[i].typed, out.data, row[i].folded);
        str_release(&out);
    }
    struct str out;
    char longer[COLLATE_FOLD_MAX + 2];
    memset(longer, 'a', sizeof longer);
    longer[sizeof longer - 1] = 0;
    str_init(&out, 0);
    assert_false(collate_fold(longer, &out));
    assert_int_equal(out.len, 0);
    longer[COLLATE_FOLD_MAX] = 0;
    assert_true(collate_fold(longer, &out));
    str_clear(&out);
    for (int i = 0; i + 3 <= COLLATE_FOLD_MAX; i += 3)
        memcpy(longer + i, "\xef\xb7\xba", 4); /* U+FDFA: one character that unfolds to eighteen */
    assert_false(collate_fold(longer, &out));
    assert_int_equal(out.len, 0);
    str_release(&out);
}

static void test_order(void **state)
{
    (void)state;
    /* a, an, cao, chen, ou, qiu, wang da, wang xiao ming, wang xiao ping */
    static const char *const expect[] = { "阿依古丽", "安然", "曹操", "陈胜", "欧阳", "仇英", "王大力", "王小明", "王小平" };
    for (size_t i = 0; i + 1 < sizeof expect / sizeof *expect; i++)
        if (collate_compare(expect[i], expect[i + 1]) >= 0)
            fail_msg("%s should come before %s", expect[i], expect[i + 1]);
    assert_true(collate_compare("曾一", "钟一") < 0); /* zēng, not céng: between Zao and Zhong */
    assert_true(collate_compare("朱一", "曾一") > 0);
    assert_int_equal(collate_compare("王小明", "王小明"), 0);
    assert_true(collate_compare("张伟", "章伟") != 0);
}

static void test_long_names(void **state)
{
    (void)state;
    char name[4096];
    uint8_t key[COLLATE_KEY_MAX];
    for (size_t i = 0; i + 3 < sizeof name; i += 3)
        memcpy(name + i, "王", 3);
    name[4095] = 0;
    assert_true(collate_key(name, key) <= COLLATE_KEY_MAX);
    assert_int_equal(collate_initial(name), 'W');
    assert_true(collate_key("", key) <= COLLATE_KEY_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_initials), cmocka_unit_test(test_fold), cmocka_unit_test(test_order),
                                        cmocka_unit_test(test_long_names) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
