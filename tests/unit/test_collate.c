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
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_initials), cmocka_unit_test(test_order),
                                        cmocka_unit_test(test_long_names) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
