/* Errors: what a message says, and that it is always text. */
#include "base/err.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void test_kind_stays_and_where_goes_in_front(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_false(err_set(&e, ERR_TOO_BIG, "%d bytes", 9));
    assert_false(err_at(&e, "lesson %d", 2));
    assert_false(err_at(&e, "%s", "a.json"));
    assert_string_equal(e.text, "a.json: lesson 2: 9 bytes");
    assert_int_equal(e.kind, ERR_TOO_BIG);
    assert_false(err_set(NULL, ERR_IO, "nobody asks"));
    assert_false(err_at(NULL, "nobody asks"));
}

static void test_the_reason_is_of_this_error(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_int_equal(e.reason, ERR_BECAUSE_UNSAID);
    err_set(&e, ERR_UNTRUSTED, "by somebody");
    assert_false(err_because(&e, ERR_BECAUSE_UNKNOWN_KEY));
    err_at(&e, "a list");
    assert_int_equal(e.reason, ERR_BECAUSE_UNKNOWN_KEY);
    struct err copy = e;
    assert_int_equal(copy.reason, ERR_BECAUSE_UNKNOWN_KEY);
    err_set(&e, ERR_UNTRUSTED, "which is not trusted here"); /* what it says decides nothing */
    assert_int_equal(e.reason, ERR_BECAUSE_UNSAID);
    errno = EIO;
    err_errno(&copy, "x");
    assert_int_equal(copy.reason, ERR_BECAUSE_UNSAID);
    assert_false(err_because(NULL, ERR_BECAUSE_OTHER_EPOCH));
}

static void test_errno_gives_the_kind(void **state)
{
    (void)state;
    static const struct { int no; enum err_kind kind; } table[] = {
        { ENOSPC, ERR_FULL }, { EDQUOT, ERR_FULL }, { ENOENT, ERR_MISSING }, { ELOOP, ERR_UNTRUSTED }, { EIO, ERR_IO }, { EROFS, ERR_IO },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct err e = ERR_INIT;
        errno = table[i].no;
        assert_false(err_errno(&e, "writing %s", "x"));
        assert_int_equal(e.kind, table[i].kind);
        assert_int_equal(errno, table[i].no);
        assert_int_equal(strncmp(e.text, "writing x: ", 11), 0);
    }
}

static void test_a_message_is_always_text(void **state)
{
    (void)state;
    static const struct { const char *quoted, *says; } table[] = {
        { "好的", "<好的>" },     { "\xe5\xa5\xbd\xe7\x9a", "<好?>" }, { "\xff\xfe", "<?>" }, { "a\x80z", "<a?z>" },
        { "\xed\xa0\x80", "<?>" }, { "\xf0\x9f\x98\x80", "<\xf0\x9f\x98\x80>" },                { "\xe5", "<?>" },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct err e = ERR_INIT;
        assert_false(err_set(&e, ERR_INVALID, "<%s>", table[i].quoted));
        assert_string_equal(e.text, table[i].says);
    }
    struct err e = ERR_INIT;
    char longest[1000] = "";
    for (int i = 0; i < 330; i++)
        memcpy(longest + i * 3, "好", 4);
    for (int lead = 0; lead < 3; lead++) {
        assert_false(err_set(&e, ERR_INVALID, "%.*s%s", lead, "ab", longest));
        assert_true(utf8_valid(e.text, strlen(e.text)));
        assert_false(err_at(&e, "在"));
        assert_true(utf8_valid(e.text, strlen(e.text)));
    }
}

static void test_kinds_have_names(void **state)
{
    (void)state;
    for (int k = 0; k < ERR_KIND_COUNT; k++)
        for (int j = 0; j < k; j++)
            assert_string_not_equal(err_kind_name((enum err_kind)k), err_kind_name((enum err_kind)j));
    assert_string_equal(err_kind_name(ERR_TOO_BIG), "too-big");
    assert_string_equal(err_kind_name((enum err_kind)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kind_stays_and_where_goes_in_front),
        cmocka_unit_test(test_the_reason_is_of_this_error),
        cmocka_unit_test(test_errno_gives_the_kind),
        cmocka_unit_test(test_a_message_is_always_text),
        cmocka_unit_test(test_kinds_have_names),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
