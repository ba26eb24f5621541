#include "scratch.h"

#include "pack/author/source_course.h"

#define ID1 "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01"
#define ID2 "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a02"
#define COURSE(more) "{\"id\":\"org.example.one\",\"version\":3,\"title\":\"课\"," more "}"
#define LESSONS(more) COURSE("\"lessons\":[{\"id\":\"" ID1 "\",\"title\":\"一\"" more "}]")
#define MEDIA ",\"media\":\"a.mp4\""

static int setup(void **state)
{
    if (scratch_setup(state) != 0)
        return -1;
    make_dirs(scratch("c/sub"));
    put_text(scratch("c/a.mp4"), "film");
    put_text(scratch("c/a.opus"), "voice");
    put_text(scratch("c/s.svg"), "<svg/>");
    put_text(scratch("c/sub/t.vtt"), "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n");
    put_text(scratch("secret"), "not yours");
    put_text(scratch("c/q.json"), "{\"format\":1,\"questions\":[{\"id\":\"q1\",\"kind\":\"true-false\",\"prompt\":{\"zh-CN\":\"对？\"},"
                                  "\"answer\":true,\"picture\":\"s.svg\"}]}");
    put_text(scratch("c/gone.json"), "{\"format\":1,\"questions\":[{\"id\":\"q1\",\"kind\":\"true-false\",\"prompt\":{\"zh-CN\":\"对？\"},"
                                     "\"answer\":true,\"picture\":\"none.svg\"}]}");
    return symlink(scratch("secret"), scratch("c/link.mp4"));
}

static bool read_text(const char *text, struct source *s, struct err *e)
{
    put_text(scratch("c/course.json"), text);
    return source_read(scratch("c"), s, e);
}

static void reads_everything(void **state)
{
    struct err e = ERR_INIT;
    struct source s;
    (void)state;
    assert_fine(read_text("{\"id\":\"org.example.one\",\"version\":3,\"title\":{\"zh-CN\":\"课\",\"en\":\"Course\"},\"summary\":\"短\","
                          "\"category\":\"safety\",\"priority\":80,\"poster\":\"s.svg\",\"lessons\":["
                          "{\"id\":\"" ID1 "\",\"title\":\"一\",\"media\":[{\"file\":\"a.mp4\",\"weight\":\"720p\"},"
                          "{\"file\":\"a.opus\",\"weight\":\"light\",\"stills\":[{\"at\":0,\"file\":\"s.svg\"},{\"at\":12.5,\"file\":\"s.svg\"}]}],"
                          "\"captions\":[{\"lang\":\"zh-CN\",\"file\":\"sub/t.vtt\"}],\"questions\":\"q.json\",\"pass_mark\":0.8,"
                          "\"max_attempts\":3,\"shuffle\":true,\"completion\":0.95,\"pause\":[{\"at\":7.25,\"ask\":\"谁来试？\"}]},"
                          "{\"id\":\"" ID2 "\",\"title\":\"二\",\"media\":\"a.opus\",\"stills\":[{\"at\":1,\"file\":\"s.svg\"}]}]}",
                          &s, &e), e);
    assert_string_equal(s.id, "org.example.one");
    assert_int_equal(s.version, 3);
    assert_int_equal(s.priority, 80);
    assert_string_equal(lang_text_get(&s.title, "en"), "Course");
    assert_string_equal(lang_text_get(&s.summary, "zh-CN"), "短");
    const struct source_course *c = s.body;
    assert_int_equal(c->lesson_count, 2);
    const struct source_lesson *l = &c->lesson[0];
    assert_int_equal(l->media_count, 2);
    assert_int_equal(l->media[0].weight, WEIGHT_720P);
    assert_int_equal(l->media[1].still_count, 2);
    assert_int_equal(l->media[1].still[1].at_ms, 12500);
    assert_int_equal(l->questions.count, 1);
    assert_string_equal(l->questions.question[0].picture.name, "s.svg");
    assert_string_equal(l->questions.question[0].picture.sha256, "");
    assert_int_equal(l->completion_permille, 950);
    assert_int_equal(l->pause_count, 1);
    assert_int_equal(l->pause[0].at_ms, 7250);
    assert_true(l->shuffle);
    assert_int_equal(c->lesson[1].media[0].weight, -1);
    assert_int_equal(c->lesson[1].media[0].still[0].at_ms, 1000);
    assert_true(c->lesson[1].pass_mark == 0.6);
    source_release(&s);
}

static void names_what_is_wrong(void **state)
{
    static const struct { const char *text, *names; enum err_kind kind; } bad[] = {
        { "[]", "course.json", ERR_INVALID },
        { "{", "line 1", ERR_INVALID },
        { COURSE("\"lesson\":[]"), "lesson", ERR_INVALID },
        { COURSE("\"lessons\":[]"), "at least one", ERR_INVALID },
        { "{\"id\":\"One\",\"version\":1,\"title\":\"x\",\"lessons\":[]}", "reverse domain", ERR_INVALID },
        { "{\"id\":\"one\",\"version\":1,\"title\":\"x\",\"lessons\":[]}", "reverse domain", ERR_INVALID },
        { "{\"id\":\"a.b\",\"version\":0,\"title\":\"x\",\"lessons\":[]}", "version", ERR_INVALID },
        { "{\"id\":\"a.b\",\"version\":1,\"lessons\":[]}", "title", ERR_INVALID },
        { "{\"id\":\"a.b\",\"version\":1,\"title\":7,\"lessons\":[]}", "title", ERR_INVALID },
        { "{\"id\":\"a.b\",\"version\":1,\"title\":\"x\",\"category\":\"Big\",\"lessons\":[]}", "category", ERR_INVALID },
        { "{\"id\":\"a.b\",\"version\":1,\"title\":\"x\",\"priority\":101,\"lessons\":[]}", "priority", ERR_INVALID },
        { LESSONS(""), "media", ERR_INVALID },
        { LESSONS(",\"media\":[]"), "media", ERR_INVALID },
        { LESSONS(",\"media\":\"none.mp4\""), "none.mp4", ERR_MISSING },
        { LESSONS(",\"media\":\"../secret\""), "../secret", ERR_UNTRUSTED },
        { LESSONS(",\"media\":\"/etc/passwd\""), "/etc/passwd", ERR_UNTRUSTED },
        { LESSONS(",\"media\":\"link.mp4\""), "link.mp4", ERR_UNTRUSTED },
        { LESSONS(",\"media\":\"sub\""), "sub", ERR_UNTRUSTED },
        { LESSONS(",\"media\":{\"file\":\"a.mp4\",\"weight\":\"4k\"}"), "weight", ERR_INVALID },
        { LESSONS(",\"media\":{\"file\":\"a.mp4\",\"size\":4}"), "\"size\"", ERR_INVALID },
        { LESSONS(MEDIA ",\"subtitles\":[]"), "lesson 1: unknown key \"subtitles\"", ERR_INVALID },
        { LESSONS(MEDIA ",\"captions\":[{\"lang\":\"zh_CN\",\"file\":\"sub/t.vtt\"}]"), "lang", ERR_INVALID },
        { LESSONS(MEDIA ",\"captions\":[{\"lang\":\"zh\",\"file\":\"sub/t.vtt\"},{\"lang\":\"zh\",\"file\":\"sub/t.vtt\"}]"), "twice", ERR_INVALID },
        { LESSONS(MEDIA ",\"stills\":[{\"at\":5,\"file\":\"s.svg\"},{\"at\":5,\"file\":\"s.svg\"}]"), "stills[1]", ERR_INVALID },
        { LESSONS(MEDIA ",\"pass_mark\":60"), "pass_mark", ERR_INVALID },
        { LESSONS(MEDIA ",\"completion\":0"), "completion", ERR_INVALID },
        { LESSONS(MEDIA ",\"pause\":[{\"at\":0,\"ask\":\"?\"}]"), "pause[0]", ERR_INVALID },
        { LESSONS(MEDIA ",\"pause\":[{\"at\":5}]"), "ask", ERR_INVALID },
        { LESSONS(MEDIA ",\"pause\":[{\"at\":5,\"ask\":\"a\"},{\"at\":4,\"ask\":\"b\"}]"), "pause[1]", ERR_INVALID },
        { LESSONS(MEDIA ",\"translations\":{\"en\":\"q.json\"}"), "translations", ERR_INVALID },
        { LESSONS(MEDIA ",\"questions\":\"a.mp4\""), "a.mp4", ERR_UNSUPPORTED },
        { LESSONS(MEDIA ",\"questions\":\"gone.json\""), "none.svg", ERR_MISSING },
        { COURSE("\"lessons\":[{\"id\":\"X\",\"title\":\"x\"" MEDIA "}]"), "UUID", ERR_INVALID },
        { COURSE("\"lessons\":[{\"id\":\"" ID1 "\",\"title\":\"x\"" MEDIA "},{\"id\":\"" ID1 "\",\"title\":\"x\"" MEDIA "}]"),
          "same id as lesson 1", ERR_INVALID },
        { COURSE("\"version\":4,\"lessons\":[]"), "version", ERR_INVALID },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = ERR_INIT;
        struct source s;
        assert_refused(read_text(bad[i].text, &s, &e), e, bad[i].kind, bad[i].names);
        if (!strstr(e.text, "course.json"))
            fail_msg("does not say which file: %s", e.text);
    }
}

static void finds_courses(void **state)
{
    struct err e = ERR_INIT;
    char **dirs;
    int count;
    (void)state;
    make_dirs(scratch("many/b"));
    make_dirs(scratch("many/a"));
    make_dirs(scratch("many/.hidden"));
    make_dirs(scratch("many/none"));
    put_text(scratch("many/b/course.json"), "{}");
    put_text(scratch("many/a/course.json"), "{}");
    put_text(scratch("many/.hidden/course.json"), "{}");
    assert_fine(source_find(scratch("many"), &dirs, &count, &e), e);
    assert_int_equal(count, 2);
    assert_string_equal(dirs[0], scratch("many/a"));
    assert_string_equal(dirs[1], scratch("many/b"));
    for (int i = 0; i < count; i++)
        free(dirs[i]);
    free(dirs);
    assert_refused(source_find(scratch("many/none"), &dirs, &count, &e), e, ERR_MISSING, "course.json");
    assert_refused(source_find(scratch("nowhere"), &dirs, &count, &e), e, ERR_MISSING, "nowhere");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(reads_everything), cmocka_unit_test(names_what_is_wrong),
                                        cmocka_unit_test(finds_courses) };
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
