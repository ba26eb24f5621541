/* Manifests: what is read is what was written, and every way to be wrong is refused by name. */
#include "base/json.h"
#include "model/course.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FILE_OF(name) "{\"sha256\":\"" SHA "\",\"size\":1234,\"type\":\"video/mp4\",\"name\":\"" name "\"}"
#define RENDITION(weight, ms) "{\"weight\":\"" weight "\",\"media\":" FILE_OF("a.mp4") ",\"duration_ms\":" ms "}"
#define LESSON_ID(n) "\"content_id\":\"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a0" n "\""
#define LESSON(n) "{" LESSON_ID(n) ",\"title\":{\"zh-CN\":\"课\"},\"duration_ms\":60000,\"renditions\":[" RENDITION("480p", "60000") "]}"
#define COURSE(lessons) "{\"format\":1,\"id\":\"a.b\",\"version\":3,\"title\":{\"zh-CN\":\"防骗\"},\"lessons\":[" lessons "]}"

static const char full[] =
    "{\"format\":1,\"kind\":\"course\",\"id\":\"cn.example.fraud\",\"version\":7,\"title\":{\"en\":\"Fraud\",\"zh-CN\":\"防骗\"},"
    "\"summary\":{\"zh-CN\":\"三课\"},\"category\":\"safety\",\"priority\":80,\"poster\":" FILE_OF("p.webp") ",\"lessons\":[{" LESSON_ID("1")
    ",\"title\":{\"zh-CN\":\"课\"},\"summary\":{\"zh-CN\":\"话\"},\"poster\":" FILE_OF("l.webp") ",\"duration_ms\":60000,\"renditions\":["
    "{\"weight\":\"light\",\"media\":" FILE_OF("l.opus") ",\"duration_ms\":61000,\"stills\":[{\"at_ms\":0,\"file\":" FILE_OF("1.webp")
    "},{\"at_ms\":12500,\"file\":" FILE_OF("2.webp") "}]}," RENDITION("720p", "60000") "],"
    "\"captions\":[{\"lang\":\"zh-CN\",\"file\":" FILE_OF("l.vtt") "}],\"questions\":" FILE_OF("q.json") ",\"pass_mark\":0.75,"
    "\"max_attempts\":3,\"shuffle\":true,\"completion_permille\":800,\"pause\":[{\"at_ms\":9000,\"ask\":{\"zh-CN\":\"谁遇到过？\"}},{\"at_ms\":59999,\"ask\":{\"zh-CN\":\"先做什么？\"}}]}," LESSON("2")
    "],\"patches\":[{\"from\":\"" SHA "\",\"to\":\"" SHA "\",\"sha256\":\"" SHA "\",\"size\":77}]}";

static void parse_good(const char *json, struct course *c)
{
    struct err e = ERR_INIT;
    if (!course_parse(json, strlen(json), c, &e))
        fail_msg("%s", e.text);
}

static void test_everything_is_read(void **state)
{
    (void)state;
    struct course c;
    parse_good(full, &c);
    assert_string_equal(c.head.id, "cn.example.fraud");
    assert_string_equal(c.head.category, "safety");
    assert_string_equal(lang_text_get(&c.head.title, "en"), "Fraud");
    assert_int_equal(c.head.version, 7);
    assert_int_equal(c.head.priority, 80);
    assert_int_equal(c.lesson_count, 2);
    assert_int_equal(c.head.patch_count, 1);
    assert_int_equal(c.head.patch[0].size_bytes, 77);
    assert_string_equal(c.head.patch[0].to, SHA);
    const struct lesson *l = &c.lesson[0];
    assert_int_equal(l->rendition_count, 2);
    assert_int_equal(l->rendition[0].weight, WEIGHT_LIGHT);
    assert_int_equal(l->rendition[0].still_count, 2);
    assert_int_equal(l->rendition[0].still[1].at_ms, 12500);
    assert_string_equal(l->rendition[1].media.sha256, SHA);
    assert_int_equal(l->rendition[1].media.size_bytes, 1234);
    assert_string_equal(l->caption[0].lang, "zh-CN");
    assert_string_equal(l->questions.name, "q.json");
    assert_true(l->pass_mark == 0.75 && l->max_attempts == 3 && l->shuffle && l->completion_permille == 800);
    assert_int_equal(l->pause_count, 2);
    assert_int_equal(l->pause[0].at_ms, 9000);
    assert_string_equal(lang_text_get(&l->pause[1].ask, "zh-CN"), "先做什么？");
    course_release(&c);
}

static void test_what_is_left_out_has_a_default(void **state)
{
    (void)state;
    struct course c;
    parse_good(COURSE(LESSON("1")), &c);
    const struct lesson *l = &c.lesson[0];
    assert_string_equal(c.head.category, "other");
    assert_int_equal(c.head.priority, 50);
    assert_true(l->pass_mark == 0.6 && l->max_attempts == 0 && !l->shuffle && l->completion_permille == 900);
    assert_true(!c.head.poster.sha256[0] && !l->poster.sha256[0] && !l->questions.sha256[0] && !l->caption_count && !l->summary.count);
    course_release(&c);
}

static void test_written_and_read_again_it_is_the_same(void **state)
{
    (void)state;
    struct course c, again;
    struct str once, twice;
    str_init(&once, 0);
    str_init(&twice, 0);
    parse_good(full, &c);
    json_t *o = package_to_json(&c.head);
    json_write(o, &once);
    json_decref(o);
    parse_good(once.data, &again);
    o = package_to_json(&again.head);
    json_write(o, &twice);
    json_decref(o);
    assert_string_equal(once.data, twice.data);
    course_release(&c);
    course_release(&again);
    str_release(&once);
    str_release(&twice);
}

static void note(void *ctx, const struct file_ref *f, const char *where)
{
    str_printf(ctx, "%s %s\n", where, f->name);
}

static void test_every_file_is_visited(void **state)
{
    (void)state;
    struct course c;
    struct str seen;
    str_init(&seen, 0);
    parse_good(full, &c);
    package_each_file(&c.head, note, &seen);
    assert_string_equal(seen.data, "poster p.webp\nlesson 1, poster l.webp\nlesson 1, light l.opus\nlesson 1, still 1 1.webp\n"
                                   "lesson 1, still 2 2.webp\nlesson 1, 720p a.mp4\nlesson 1, captions zh-CN l.vtt\n"
                                   "lesson 1, questions q.json\nlesson 2, 480p a.mp4\n");
    course_release(&c);
    str_release(&seen);
}

#define WITH(more) "{\"format\":1,\"id\":\"a.b\",\"version\":3,\"title\":{\"zh-CN\":\"防骗\"}," more ",\"lessons\":[" LESSON("1") "]}"
#define LESSON_WITH(more) COURSE("{" LESSON_ID("1") ",\"title\":{\"zh-CN\":\"课\"},\"duration_ms\":60000,\"renditions\":[" RENDITION("480p", "60000") "]," more "}")
#define RENDITIONS(list) COURSE("{" LESSON_ID("1") ",\"title\":{\"zh-CN\":\"课\"},\"duration_ms\":60000,\"renditions\":[" list "]}")
#define MEDIA(sha, size, name) RENDITIONS("{\"weight\":\"480p\",\"duration_ms\":60000,\"media\":{\"sha256\":\"" sha "\",\"size\":" size ",\"type\":\"video/mp4\",\"name\":\"" name "\"}}")
#define STILLS(a, b) RENDITIONS("{\"weight\":\"light\",\"duration_ms\":60000,\"media\":" FILE_OF("a.opus") ",\"stills\":[{\"at_ms\":" a ",\"file\":" FILE_OF("1") "},{\"at_ms\":" b ",\"file\":" FILE_OF("2") "}]}")
#define PAUSES(list) LESSON_WITH("\"pause\":[" list "]")
#define ASK(at) "{\"at_ms\":" at ",\"ask\":{\"zh-CN\":\"问\"}}"
#define TITLE(map) "{\"format\":1,\"id\":\"a.b\",\"version\":3,\"title\":" map ",\"lessons\":[" LESSON("1") "]}"
#define HEAD(id, version) "{\"format\":1,\"id\":" id ",\"version\":" version ",\"title\":{\"zh-CN\":\"x\"},\"lessons\":[" LESSON("1") "]}"

/* What is wrong, the kind of refusal, and the words by which a person finds it. */
static const struct { const char *json; enum err_kind kind; const char *says; } bad[] = {
    { "", ERR_INVALID, "line 1" },
    { "[]", ERR_INVALID, "object" },
    { "{\"format\":1,\"format\":1}", ERR_INVALID, "format" },
    { "{\"format\":2}", ERR_UNSUPPORTED, "newer version" },
    { "{\"format\":1,\"kind\":\"roster\",\"id\":\"a\",\"version\":1}", ERR_UNSUPPORTED, "roster" },
    { "{\"format\":1,\"kind\":\"spell\"}", ERR_UNSUPPORTED, "spell" },
    { HEAD("\"a b\"", "1"), ERR_INVALID, "reverse domain" },
    { HEAD("\"A.B\"", "1"), ERR_INVALID, "reverse domain" },
    { HEAD("\"\"", "1"), ERR_INVALID, "reverse domain" },
    { HEAD("7", "1"), ERR_INVALID, "\"id\"" },
    { HEAD("\"a.b\"", "0"), ERR_INVALID, "\"version\"" },
    { HEAD("\"a.b\"", "1.5"), ERR_INVALID, "\"version\"" },
    { HEAD("\"a.b\"", "9007199254740993"), ERR_INVALID, "\"version\"" },
    { WITH("\"categroy\":\"x\""), ERR_INVALID, "categroy" },
    { WITH("\"category\":\"Sa fe\""), ERR_INVALID, "category" },
    { WITH("\"priority\":101"), ERR_INVALID, "priority" },
    { WITH("\"poster\":5"), ERR_INVALID, "poster" },
    { TITLE("{}"), ERR_INVALID, "title has no text" },
    { TITLE("{\"zh-CN\":\"\"}"), ERR_INVALID, "empty" },
    { TITLE("{\"zh-CN\":\"\\u200b\\u202e\"}"), ERR_INVALID, "empty" },
    { TITLE("\"x\""), ERR_INVALID, "title" },
    { TITLE("{\"zh CN\":\"x\"}"), ERR_INVALID, "language tag" },
    { TITLE("{\"zhongwenhua\":\"x\"}"), ERR_INVALID, "language tag" },
    { TITLE("{\"zh-\":\"x\"}"), ERR_INVALID, "language tag" },
    { TITLE("{\"zh-CN\":\"\xff\"}"), ERR_INVALID, "line 1" },
    { COURSE(""), ERR_INVALID, "\"lessons\" is empty" },
    { COURSE("5"), ERR_INVALID, "lesson 1" },
    { COURSE(LESSON("1") "," LESSON("1")), ERR_INVALID, "lesson 2 has the same content_id as lesson 1" },
    { COURSE("{\"content_id\":\"6A1DE1B4-5D0E-4C57-9A53-0D8E7C1F2A01\"}"), ERR_INVALID, "lesson 1: \"content_id\"" },
    { LESSON_WITH("\"pass_mark\":1.5"), ERR_INVALID, "lesson 1: \"pass_mark\"" },
    { LESSON_WITH("\"max_attempts\":-1"), ERR_INVALID, "max_attempts" },
    { LESSON_WITH("\"shuffle\":1"), ERR_INVALID, "shuffle" },
    { LESSON_WITH("\"completion_permille\":0"), ERR_INVALID, "completion_permille" },
    { LESSON_WITH("\"captions\":[{\"lang\":\"z/h\",\"file\":" FILE_OF("l.vtt") "}]"), ERR_INVALID, "lesson 1, captions 1: \"lang\"" },
    { LESSON_WITH("\"captions\":[{\"lang\":\"zh\"}]"), ERR_INVALID, "captions 1" },
    { LESSON_WITH("\"captions\":{}"), ERR_INVALID, "captions" },
    { PAUSES(ASK("0")), ERR_INVALID, "lesson 1, pause 1" },
    { PAUSES(ASK("60000")), ERR_INVALID, "lesson 1, pause 1" },
    { PAUSES(ASK("5000") "," ASK("5000")), ERR_INVALID, "lesson 1, pause 2" },
    { PAUSES("{\"at_ms\":5}"), ERR_INVALID, "\"ask\"" },
    { PAUSES("{\"at_ms\":5,\"ask\":{\"zh-CN\":\"\"}}"), ERR_INVALID, "empty" },
    { PAUSES("7"), ERR_INVALID, "pause 1 must be an object" },
    { RENDITIONS(""), ERR_INVALID, "nothing to play" },
    { RENDITIONS(RENDITION("8k", "60000")), ERR_INVALID, "light, 480p, 720p or original" },
    { RENDITIONS(RENDITION("720p", "60000") "," RENDITION("480p", "60000")), ERR_INVALID, "ascend" },
    { RENDITIONS(RENDITION("480p", "60000") "," RENDITION("480p", "60000")), ERR_INVALID, "ascend" },
    { RENDITIONS(RENDITION("480p", "62001")), ERR_INVALID, "lesson 1: rendition 1 lasts 62001 ms" },
    { RENDITIONS(RENDITION("480p", "0")), ERR_INVALID, "duration_ms" },
    { STILLS("5000", "5000"), ERR_INVALID, "lesson 1, rendition 1, still 2" },
    { STILLS("-1", "0"), ERR_INVALID, "still 1" },
    { MEDIA("0123", "5", "a.mp4"), ERR_INVALID, "sha256" },
    { WITH("\"patches\":{}"), ERR_INVALID, "patches" },
    { WITH("\"patches\":[5]"), ERR_INVALID, "patches[0] must be an object" },
    { WITH("\"patches\":[{\"from\":\"" SHA "\",\"to\":\"../x\",\"sha256\":\"" SHA "\",\"size\":5}]"), ERR_INVALID, "patches[0]: \"to\"" },
    { WITH("\"patches\":[{\"from\":\"" SHA "\",\"to\":\"" SHA "\",\"sha256\":\"" SHA "\",\"size\":0}]"), ERR_INVALID, "size" },
    { WITH("\"patches\":[{\"from\":\"" SHA "\",\"to\":\"" SHA "\",\"sha256\":\"" SHA "\",\"size\":5,\"run\":1}]"), ERR_INVALID, "run" },
    { MEDIA("0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", "5", "a.mp4"), ERR_INVALID, "sha256" },
    { MEDIA(SHA, "-1", "a.mp4"), ERR_INVALID, "size" },
    { MEDIA(SHA, "1073741825", "a.mp4"), ERR_TOO_BIG, "lesson 1, rendition 1, media" },
    { MEDIA(SHA, "5", "../a.mp4"), ERR_UNTRUSTED, "../a.mp4" },
    { MEDIA(SHA, "5", "/a.mp4"), ERR_UNTRUSTED, "outside" },
    { MEDIA(SHA, "5", "c:a.mp4"), ERR_UNTRUSTED, "outside" },
    { MEDIA(SHA, "5", ""), ERR_UNTRUSTED, "outside" },
};

static void test_refusals_say_what_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct course c = { .head.version = 99 };
        struct err e = ERR_INIT;
        if (course_parse(bad[i].json, strlen(bad[i].json), &c, &e))
            fail_msg("accepted: %s", bad[i].json);
        if (e.kind != bad[i].kind || !strstr(e.text, bad[i].says))
            fail_msg("%s: %s, %s\nfor %s", bad[i].says, err_kind_name(e.kind), e.text, bad[i].json);
        assert_true(c.head.version == 99 && !c.lesson);
    }
}

static void test_sizes_are_bounded(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct course c;
    struct str s;
    size_t big = 8u << 20;
    char *space = mem_alloc(big + 2);
    memset(space, ' ', big + 1);
    assert_false(course_parse(space, big + 1, &c, &e));
    assert_int_equal(e.kind, ERR_TOO_BIG);
    free(space);
    str_init(&s, 0);
    str_puts(&s, "{\"format\":1,\"id\":\"a.b\",\"version\":3,\"title\":{\"zh-CN\":\"x\"},\"lessons\":[0");
    for (int i = 1; i <= 500; i++)
        str_puts(&s, ",0");
    str_puts(&s, "]}");
    assert_false(course_parse(s.data, s.len, &c, &e));
    assert_non_null(strstr(e.text, "lessons"));
    str_release(&s);
}

static void test_language_falls_back(void **state)
{
    (void)state;
    static const struct { const char *map, *want, *gets; } table[] = {
        { "{\"zh-CN\":\"中\",\"en\":\"E\"}", "en", "E" },       { "{\"zh-CN\":\"中\",\"en\":\"E\"}", "zh-TW", "中" },
        { "{\"zh-CN\":\"中\",\"en\":\"E\"}", "bo", "中" },      { "{\"bo\":\"B\",\"en\":\"E\"}", "ug", "E" },
        { "{\"en-GB\":\"G\",\"en\":\"E\"}", "en", "E" },        { "{\"en-GB\":\"G\",\"bo\":\"B\"}", "en", "G" },
        { "{\"ug\":\"U\"}", "zh-CN", "U" },                     { "{}", "zh-CN", "" },
        { "{\"enx\":\"X\",\"en\":\"E\"}", "en-US", "E" },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct lang_text t;
        struct err e = ERR_INIT;
        json_t *map = json_parse(table[i].map, strlen(table[i].map), 1000, &e);
        assert_true(lang_text_parse(map, "t", &t, &e));
        assert_string_equal(lang_text_get(&t, table[i].want), table[i].gets);
        lang_text_release(&t);
        json_decref(map);
    }
}

static void test_titles_cannot_hide_characters(void **state)
{
    (void)state;
    struct course c;
    parse_good(TITLE("{\"zh-CN\":\"防\\u202e骗\\u200b\\n\\u0007课\"}"), &c);
    assert_string_equal(lang_text_get(&c.head.title, "zh-CN"), "防骗 课");
    course_release(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_is_read),
        cmocka_unit_test(test_what_is_left_out_has_a_default),
        cmocka_unit_test(test_written_and_read_again_it_is_the_same),
        cmocka_unit_test(test_every_file_is_visited),
        cmocka_unit_test(test_refusals_say_what_and_where),
        cmocka_unit_test(test_sizes_are_bounded),
        cmocka_unit_test(test_language_falls_back),
        cmocka_unit_test(test_titles_cannot_hide_characters),
    };
    return cmocka_run_group_tests_name("course", tests, NULL, NULL);
}
