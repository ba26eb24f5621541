#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "model/course.h"
#include "model/voice.h"

#define FILE_REF "{\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000001\",\"size\":9,\"type\":\"audio/ogg\",\"name\":\"a.opus\"}"
#define HEAD "{\"format\":1,\"kind\":\"voice\",\"id\":\"org.x.voice\",\"version\":2,\"title\":{\"zh-CN\":\"声音\"},"

static void test_keys(void **state)
{
    static const struct { const char *key; bool ok; } row[] = {
        { "msg:Back", true },
        { "msg:Stick: %d %%", true },
        { "msg:", false },
        { "", false },
        { "Back", false },
        { "course:org.x.a:title", true },
        { "course:org.x.a", false },
        { "course::title", false },
        { "lesson:0193:title", true },
        { "lesson:0193:title:more", false },
        { "question:0193:q1", true },
        { "question:0193:q1:c2", true },
        { "question:0193:q1:c2:x", false },
        { "question:0193:", false },
        { "question:0193", false },
        { "msg:\xff", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        if (voice_key_valid(row[i].key) != row[i].ok)
            fail_msg("%s", row[i].key);
}

static void test_round_trip(void **state)
{
    static const char text[] = HEAD "\"voice\":{\"lang\":\"zh-CN-x-sichuan\",\"prompts\":[{\"key\":\"msg:Back\",\"text\":\"返回\",\"file\":" FILE_REF
                                    "},{\"key\":\"question:a:b\",\"text\":\"对吗？\",\"file\":" FILE_REF "}]}}";
    struct package_head *p, *again;
    struct err e = ERR_INIT;
    struct str out;
    (void)state;
    if (!package_parse(text, sizeof text - 1, &p, &e))
        fail_msg("%s", e.text);
    assert_ptr_equal(p->kind, &voice_kind);
    assert_null(course_of(p));
    const struct voice *v = &((struct voice_package *)p)->voice;
    assert_string_equal(v->lang, "zh-CN-x-sichuan");
    assert_int_equal(v->prompt_count, 2);
    assert_string_equal(voice_find(v, "msg:Back")->text, "返回");
    assert_null(voice_find(v, "msg:Home"));
    str_init(&out, 0);
    json_t *json = package_to_json(p);
    json_write(json, &out);
    json_decref(json);
    assert_true(package_parse(out.data, out.len, &again, &e));
    assert_string_equal(((struct voice_package *)again)->voice.prompt[1].file.name, "a.opus");
    package_free(again);
    package_free(p);
    str_release(&out);
}

static void test_refused(void **state)
{
#define PROMPT(key, text) "{\"key\":\"" key "\",\"text\":\"" text "\",\"file\":" FILE_REF "}"
    static const struct { const char *json, *says; } row[] = {
        { HEAD "\"category\":\"voice\"}", "voice" },
        { HEAD "\"lessons\":[],\"voice\":{}}", "only a package of kind \"course\" has \"lessons\"" },
        { HEAD "\"voice\":{\"lang\":\"zh_CN\",\"prompts\":[" PROMPT("msg:a", "b") "]}}", "language" },
        { HEAD "\"voice\":{\"lang\":\"zh-CN\",\"prompts\":[]}}", "empty" },
        { HEAD "\"voice\":{\"lang\":\"zh-CN\",\"prompts\":[" PROMPT("a", "b") "]}}", "prompt 1: \"key\"" },
        { HEAD "\"voice\":{\"lang\":\"zh-CN\",\"prompts\":[" PROMPT("msg:a", "") "]}}", "empty" },
        { HEAD "\"voice\":{\"lang\":\"zh-CN\",\"prompts\":[" PROMPT("msg:a", "b") "," PROMPT("msg:a", "c") "]}}", "twice" },
        { HEAD "\"voice\":{\"lang\":\"zh-CN\",\"prompts\":[{\"key\":\"msg:a\",\"text\":\"b\"}]}}", "file" },
        { HEAD "\"voice\":{\"lang\":\"zh-CN\",\"prompts\":[],\"more\":1}}", "unknown key" },
        { "{\"format\":1,\"id\":\"org.x.c\",\"version\":2,\"title\":{\"en\":\"x\"},\"voice\":{},\"lessons\":[]}", "only a package of kind \"voice\" has \"voice\"" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct package_head *p;
        struct err e = ERR_INIT;
        if (package_parse(row[i].json, strlen(row[i].json), &p, &e))
            fail_msg("row %zu was taken", i);
        if (!strstr(e.text, row[i].says))
            fail_msg("row %zu says: %s", i, e.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_keys), cmocka_unit_test(test_round_trip), cmocka_unit_test(test_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
