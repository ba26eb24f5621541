#include "scratch.h"

#include "pack/author/caption.h"

static void converted(const char *name, const void *bytes, size_t len, const char *want)
{
    struct err e = ERR_INIT;
    struct str out;
    str_init(&out, 0);
    put(scratch(name), bytes, len);
    assert_fine(caption_read(scratch(name), &out, &e), e);
    assert_string_equal(out.data, want);
    str_release(&out);
}
#define CONVERTED(name, text, want) converted(name, text, sizeof text - 1, want)

static void formats(void **state)
{
    (void)state;
    CONVERTED("a.vtt", "\xef\xbb\xbfWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\n你好\r\n",
              "WEBVTT\n\n00:01.000 --> 00:02.000\n你好\n");
    CONVERTED("b.srt", "1\r\n00:00:01,000 --> 00:00:02,500\r\n你好 & <i>再见</i>\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n"
                       "{\\an8}<font color=\"red\">一</font> < 二\r\n",
              "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n你好 &amp; <i>再见</i>\n\n00:00:03.000 --> 00:00:04.000\n一 &lt; 二\n");
    /* GB18030, as Windows editors save it: 你好 */
    CONVERTED("c.srt", "1\n00:00:01,000 --> 00:00:02,000\n\xc4\xe3\xba\xc3\n", "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n你好\n");
    /* a number that is spoken is not a cue number */
    CONVERTED("d.srt", "1\n00:00:01,000 --> 00:00:02,000\n110\n", "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n110\n");
}

static void refused(void **state)
{
    static const struct { const char *name, *text, *names; } bad[] = {
        { "e.vtt", "hello", "e.vtt" },
        { "f.srt", "1\n00:00:01 --> 00:00:02\nx\n", "line 2" },
        { "g.srt", "\n\n", "no caption" },
        { "h.srt", "1\n\n2\nfoo\n", "line 4" },
        { "i.vtt", "\xff\xff\xff\xff not text", "i.vtt" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = ERR_INIT;
        struct str out;
        str_init(&out, 0);
        put_text(scratch(bad[i].name), bad[i].text);
        assert_refused(caption_read(scratch(bad[i].name), &out, &e), e, ERR_INVALID, bad[i].names);
        str_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(formats), cmocka_unit_test(refused) };
    return scratch_main(tests);
}
