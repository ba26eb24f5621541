/* WebVTT: what is kept, what is left out, what is refused; and the questions a player asks. */
#include "model/cue.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* What is kept, one cue a line: from-to|voice|text, with \n in the text as '/'. */
static void print(const struct cues *c, struct str *out)
{
    for (int i = 0; i < c->count; i++) {
        str_printf(out, "%lld-%lld|%s|", (long long)c->cue[i].from_ms, (long long)c->cue[i].to_ms,
                   c->cue[i].voice ? c->cue[i].voice : "");
        for (const char *p = c->cue[i].text; *p; p++)
            str_add(out, *p == '\n' ? "/" : p, 1);
        str_puts(out, "\n");
    }
}

struct row { const char *what, *text; int skipped; const char *expect; };

static const struct row kept[] = {
    { "plain", "WEBVTT\n\n00:01.000 --> 00:02.500\n你好\n", 0, "1000-2500||你好\n" },
    { "BOM, header text, CRLF", "\xef\xbb\xbfWEBVTT - lesson 1\r\nKind: captions\r\n\r\n00:01.000 --> 00:02.000\r\na\r\nb\r\n", 0,
      "1000-2000||a/b\n" },
    { "CR alone, no newline at the end", "WEBVTT\r\r00:01.000 --> 00:02.000\ra", 0, "1000-2000||a\n" },
    { "hours, settings, id", "WEBVTT\n\n7\n01:00:00.000 --> 01:00:01.001 line:0 align:start\nx\n\n100:00:00.000 --> 100:00:01.000\ny\n", 0,
      "3600000-3601001||x\n360000000-360001000||y\n" },
    { "no spaces round the arrow", "WEBVTT\n\n00:01.000-->00:02.000\na\n", 0, "1000-2000||a\n" },
    { "note, style, region", "WEBVTT\n\nNOTE a --> is not allowed here but\n\nNOTE\nx\ny\n\nSTYLE\n::cue {}\n\nREGION\nid:r\n\n00:01.000 --> 00:02.000\na\n", 1,
      "1000-2000||a\n" },
    { "a name that begins like NOTE", "WEBVTT\n\nNOTES\n00:01.000 --> 00:02.000\na\n", 0, "1000-2000||a\n" },
    { "cue right under the header", "WEBVTT\n00:01.000 --> 00:02.000\na\n", 0, "1000-2000||a\n" },
    { "arrow ends the cue before", "WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\nb\n", 0,
      "1000-2000||a\n3000-4000||b\n" },
    { "entities", "WEBVTT\n\n00:01.000 --> 00:02.000\n&lt;a&gt; &amp;&nbsp;&quot;b&apos; &#22909;&#x597D; &foo; & &#x;&#0;&#xd800;&#99999999999;\n", 0,
      "1000-2000||<a> &\xc2\xa0\"b' 好好 &foo; & &#x;\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n" },
    { "decoded once", "WEBVTT\n\n00:01.000 --> 00:02.000\n&amp;lt;b&gt;\n", 0, "1000-2000||&lt;b>\n" },
    { "four bytes", "WEBVTT\n\n00:01.000 --> 00:02.000\n&#x2CB4E;\n", 0, "1000-2000||𬭎\n" },
    { "voice", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v 王医生>不要慌</v>\n\n00:02.000 --> 00:03.000\n<v.loud A &amp; B>x <v C>y\n", 0,
      "1000-2000|王医生|不要慌\n2000-3000|A & B|x y\n" },
    { "tags that are not voices", "WEBVTT\n\n00:01.000 --> 00:02.000\n<video x>a<v>b<v >c\n", 0, "1000-2000||abc\n" },
    { "other tags", "WEBVTT\n\n00:01.000 --> 00:02.000\n<b>a</b><i.x>b</i><c.red>c</c><00:01.500>d<lang en>e</lang><>f\n", 0,
      "1000-2000||abcdef\n" },
    { "readings above characters go", "WEBVTT\n\n00:01.000 --> 00:02.000\n<ruby>微<rt>wēi</rt>课<rt>kè</ruby>好\n", 0,
      "1000-2000||微课好\n" },
    { "nothing closes the sign", "WEBVTT\n\n00:01.000 --> 00:02.000\n3 < 5\n", 0, "1000-2000||3 < 5\n" },
    { "nothing to show", "WEBVTT\n\n00:01.000 --> 00:02.000\n\n00:02.000 --> 00:03.000\n<b> </b>\n", 0, "" },
    { "sorted, equal ones as in the file", "WEBVTT\n\n00:05.000 --> 00:06.000\nc\n\n00:01.000 --> 00:02.000\na\n\n00:05.000 --> 00:07.000\nd\n", 0,
      "1000-2000||a\n5000-6000||c\n5000-7000||d\n" },
    { "only the header", "WEBVTT", 0, "" },
};

static const char *const broken_times[] = {
    "00:01.00 --> 00:02.000", "00:01.0000 --> 00:02.000", "00:01,000 --> 00:02,000", "0:01.000 --> 00:02.000",
    "00:60.000 --> 01:02.000", "60:00.000 --> 61:00.000", "00:02.000 --> 00:02.000", "00:03.000 --> 00:02.000",
    "00:01.000 -->", "--> 00:02.000", "-00:01.000 --> 00:02.000", "00:01.000 - --> 00:02.000", "00:1.000 --> 00:02.000",
    "12345:00:01.000 --> 12345:00:02.000", "00:01.000 --> 00:02.000x", "00:01 --> 00:02", "a --> b", "-->",
    "99999999999999999999:00:00.000 --> 00:02.000", "00:00:00:01.000 --> 00:02.000",
};

static void check(const struct row *r)
{
    struct cues c = { 0 };
    struct err e = ERR_INIT;
    struct str got;
    str_init(&got, 0);
    if (!cues_parse(r->text, strlen(r->text), &c, &e))
        fail_msg("%s: %s", r->what, e.text);
    print(&c, &got);
    if (strcmp(got.data, r->expect) != 0)
        fail_msg("%s:\n%snot\n%s", r->what, got.data, r->expect);
    if (c.skipped != r->skipped)
        fail_msg("%s: %d skipped, not %d", r->what, c.skipped, r->skipped);
    cues_release(&c);
    str_release(&got);
}

static void test_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        check(&kept[i]);
}

static void test_broken_cues_are_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken_times / sizeof *broken_times; i++) {
        char *text = mem_printf("WEBVTT\n\n%s\nlost\n\n00:08.000 --> 00:09.000\nkept\n", broken_times[i]);
        check(&(struct row){ broken_times[i], text, 1, "8000-9000||kept\n" });
        free(text);
    }
    check(&(struct row){ "words without times", "WEBVTT\n\nhello\nthere\n\n00:08.000 --> 00:09.000\nkept\n", 1, "8000-9000||kept\n" });
}

static void refused(const char *text, size_t len, enum err_kind kind)
{
    struct cues c = { .skipped = 77 };
    struct err e = ERR_INIT;
    assert_false(cues_parse(text, len, &c, &e));
    assert_int_equal(e.kind, kind);
    assert_int_equal(c.skipped, 77); /* untouched */
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "WEBVT\n", "WEBVTTX\n", " WEBVTT\n", "webvtt\n", "1\n00:00:01,000 --> 00:00:02,000\nsrt\n",
                                       "<html>", "WEBVTT\n\n00:01.000 --> 00:02.000\n\xc4\xe3\n" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(bad[i], strlen(bad[i]), ERR_INVALID);
    refused("WEBVTT\n\0", 8, ERR_INVALID);
    char *big = mem_alloc(CUES_MAX_BYTES + 1);
    memset(big, 'a', CUES_MAX_BYTES + 1);
    refused(big, CUES_MAX_BYTES + 1, ERR_TOO_BIG);
    free(big);
}

static void test_too_many(void **state)
{
    (void)state;
    struct str text;
    struct cues c;
    struct err e = ERR_INIT;
    str_init(&text, 0);
    str_puts(&text, "WEBVTT\n\n");
    for (int i = 0; i < CUES_MAX_COUNT; i++)
        str_printf(&text, "%02d:%02d:%02d.000 --> 90:00:00.000\nx\n\n", i / 3600, i / 60 % 60, i % 60);
    assert_true(cues_parse(text.data, text.len, &c, &e));
    assert_int_equal(c.count, CUES_MAX_COUNT);
    cues_release(&c);
    str_puts(&text, "00:01.000 --> 00:02.000\none more\n");
    refused(text.data, text.len, ERR_TOO_BIG);
    str_release(&text);
}

static void test_asking(void **state)
{
    (void)state;
    const char *text = "WEBVTT\n\n00:05.000 --> 00:08.000\n0\n\n00:08.000 --> 00:10.000\n1\n\n00:15.000 --> 00:30.000\n2 long\n\n"
                       "00:16.000 --> 00:18.000\n3\n\n00:20.000 --> 00:22.000\n4\n\n00:20.000 --> 00:24.000\n5\n";
    static const struct { int64_t ms; int at; int64_t again; } row[] = {
        { -5, -1, 0 },        { 0, -1, 0 },          { 4999, -1, 0 },        { 5000, 0, 0 },         { 5999, 0, 0 },
        { 6000, 0, 5000 },    { 7999, 0, 5000 },     { 8000, 1, 5000 },      { 8999, 1, 5000 },      { 9000, 1, 8000 },
        { 10000, -1, 8000 },  { 14999, -1, 8000 },   { 15500, 2, 8000 },     { 16000, 3, 15000 },    { 17999, 3, 16000 },
        { 18000, 2, 16000 },  { 20000, 5, 16000 },   { 20999, 5, 16000 },    { 21000, 5, 20000 },    { 23000, 5, 20000 },
        { 24000, 2, 20000 },  { 29999, 2, 20000 },   { 30000, -1, 20000 },   { INT64_MAX, -1, 20000 },
    };
    struct cues c;
    struct err e = ERR_INIT;
    assert_true(cues_parse(text, strlen(text), &c, &e));
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        if (cues_at(&c, row[i].ms) != row[i].at)
            fail_msg("at %lld: %d, not %d", (long long)row[i].ms, cues_at(&c, row[i].ms), row[i].at);
        if (cues_sentence_start(&c, row[i].ms) != row[i].again)
            fail_msg("again at %lld: %lld", (long long)row[i].ms, (long long)cues_sentence_start(&c, row[i].ms));
    }
    cues_release(&c);
    assert_int_equal(cues_at(&c, 6000), -1); /* released: empty, and usable */
    assert_int_equal(cues_sentence_start(&c, 6000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept),     cmocka_unit_test(test_broken_cues_are_left_out), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_too_many), cmocka_unit_test(test_asking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
