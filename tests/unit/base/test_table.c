#include "scratch.h"

#include "base/table.h"

static void cells(void **state)
{
    static const struct { const char *in, *out; } text[] = {
        { "王小明", "王小明" },       { "", "" },
        { "=1+1", "'=1+1" },         { "+86", "'+86" },
        { "-x", "'-x" },             { "@cmd", "'@cmd" },
        { "\tx", "'\tx" },           { "a,b", "\"a,b\"" },
        { "a\"b", "\"a\"\"b\"" },    { "=\"x\"", "\"'=\"\"x\"\"\"" },
        { "two\nlines", "\"two\nlines\"" }, { "a=b", "a=b" },
    };
    static const struct { double in; const char *out; } number[] = {
        { 0, "0" }, { 1, "1" }, { 1.5, "1.5" }, { 2.25, "2.25" }, { 0.999, "0.99" }, { 0.001, "0" }, { 10, "10" }, { 100, "100" },
        { 0.29, "0.29" },
    };
    struct str s;
    (void)state;
    str_init(&s, 0);
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        str_clear(&s);
        table_text(&s, true, text[i].in);
        assert_string_equal(s.data, text[i].out);
    }
    for (size_t i = 0; i < sizeof number / sizeof *number; i++) {
        str_clear(&s);
        table_number(&s, true, number[i].in);
        assert_string_equal(s.data, number[i].out);
    }
    str_clear(&s);
    table_begin(&s);
    table_text(&s, true, "a");
    table_number(&s, false, 0);
    table_end_row(&s);
    assert_string_equal(s.data, "\xef\xbb\xbf" "a,0\r\n");
    str_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cells) };
    return scratch_main(tests);
}
