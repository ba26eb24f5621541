/* What of Markdown is understood, and that the rest is shown as it is. */
#include "base/str.h"
#include "model/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

/* One line a block: kind, number, strong|text. */
static void tell(const char *text, struct str *out)
{
    static const char *const kind[] = { "p", "h", "-", "n" };
    struct markdown m;
    markdown_parse(text, &m);
    str_clear(out);
    for (int i = 0; i < m.count; i++)
        str_printf(out, "%s%d %s|%s\n", kind[m.block[i].kind], m.block[i].number, m.block[i].strong, m.block[i].text);
    markdown_release(&m);
}

static void test_blocks(void **state)
{
    static const struct { const char *text, *blocks; } row[] = {
        { "", "" },
        { "\n  \n\t\n", "" },
        { "停水通知", "p0 |停水通知\n" },
        { "一行\n两行\n\n下一段", "p0 |一行两行\np0 |下一段\n" },
        { "two\nlines\r\nand three", "p0 |two lines and three\n" },
        { "# 大\n## 中\n### 小\n#### 四\n#无", "h1 |大\nh2 |中\nh3 |小\np0 |#### 四#无\n" },
        { "段落\n# 题\n后面", "p0 |段落\nh1 |题\np0 |后面\n" },
        { "- 一\n- 二\n  接着\n* 三\n+ 四", "-0 |一\n-0 |二接着\n-0 |三\n-0 |四\n" },
        { "1. 先\n2) 后\n12. 十二", "n1 |先\nn2 |后\nn12 |十二\n" },
        { "3.14 是圆周率\n-5 度\n-", "p0 |3.14 是圆周率-5 度-\n" },
        { "12345. 太多", "p0 |12345. 太多\n" },
        { "**时间：**周六上午", "p0 时间：|周六上午\n" },
        { "- **Bring** your card", "-0 Bring|your card\n" },
        { "**全部是粗的**", "p0 全部是粗的|\n" },
        { "中间的**粗字**不分开", "p0 |中间的粗字不分开\n" },
        { "**没有结尾", "p0 |没有结尾\n" },
        { "****", "p0 |\n" },
        { "\\# 不是题 \\*\\*星\\*\\*", "p0 |# 不是题 **星**\n" },
        { "5 * 3 = 15", "p0 |5 * 3 = 15\n" },
        /* Nothing that could lead anywhere, or hide anything. */
        { "[点我](http://x.example) <b>粗</b>", "p0 |[点我](http://x.example) <b>粗</b>\n" },
        { "![图](x.png)", "p0 |![图](x.png)\n" },
        { "| a | b |\n|---|---|", "p0 || a | b | |---|---|\n" },
        { "\\", "p0 |\\\n" },
    };
    struct str out;
    (void)state;
    str_init(&out, 0);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        tell(row[i].text, &out);
        if (strcmp(out.data, row[i].blocks))
            fail_msg("row %zu gives\n%s", i, out.data);
    }
    str_release(&out);
}

static void test_bounded(void **state)
{
    struct str text;
    struct markdown m;
    (void)state;
    str_init(&text, 0);
    for (int i = 0; i < MARKDOWN_BLOCKS_MAX + 50; i++)
        str_printf(&text, "- %d\n", i);
    markdown_parse(text.data, &m);
    assert_int_equal(m.count, MARKDOWN_BLOCKS_MAX);
    assert_string_equal(m.block[MARKDOWN_BLOCKS_MAX - 1].text, "399");
    markdown_release(&m);
    str_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_blocks), cmocka_unit_test(test_bounded) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
