#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "media/voice/speech.h"

/* Runs as "zh:spelled|en:spelled". */
static const char *spelled(const char *text, bool chinese)
{
    static struct str out, words;
    static bool begun;
    struct speech_run r;
    if (!begun) {
        str_init(&out, 0);
        str_init(&words, 0);
    }
    begun = true;
    str_clear(&out);
    while (speech_run_next(&text, chinese, &r)) {
        speech_run_spell(&r, &words);
        str_printf(&out, "%s%s:%s", out.len ? "|" : "", r.chinese ? "zh" : "en", words.data);
    }
    return out.data;
}

static void test_runs(void **state)
{
    static const struct { const char *text; bool chinese; const char *want; } row[] = {
        { "", true, "" },
        { " ，。！ ", true, "" },
        { "开始学习", true, "zh:开始学习" },
        { "开始学习", false, "zh:开始学习" },
        { "Start learning", true, "en:Start learning" },
        { "3", true, "zh:3" },
        { "3", false, "en:3" },
        { "中文/English", true, "zh:中文/|en:English" },
        { "用 USB 盘", true, "zh:用 |en:USB |zh:盘" },
        { "12 课", false, "zh:12 课" },
        { "12 lessons", true, "en:12 lessons" },
        { "学完 3 / 8 课", true, "zh:学完 3 / 8 课" },
        { "Café", true, "en:Café" },
        { "得了 80%", true, "zh:得了 百分之80" },
        { "得了 7.5 %。", true, "zh:得了 百分之7.5 。" },
        { "80% right", false, "en:80% right" },
        { "去银行听音乐", true, "zh:去 yin2hang2 听 yin1yue4 " },
        { "银", true, "zh:银" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_string_equal(spelled(row[i].text, row[i].chinese), row[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_runs) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
