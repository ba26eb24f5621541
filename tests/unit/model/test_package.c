/* What every kind of package says of itself, and what is not known. */
#include "base/json.h"
#include "model/course.h"
#include "model/voice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define FILE_REF "{\"sha256\":\"" SHA "\",\"size\":5,\"type\":\"audio/ogg\",\"name\":\"a.opus\"}"
#define VOICE "\"voice\":{\"lang\":\"zh-CN\",\"prompts\":[{\"key\":\"msg:a\",\"text\":\"b\",\"file\":" FILE_REF "}]}"
#define HEAD(kind, more) "{\"format\":1,\"kind\":\"" kind "\",\"id\":\"org.x.a\",\"version\":2,\"title\":{\"en\":\"x\"}," more VOICE "}"

static void test_head(void **state)
{
    static const char text[] = HEAD("voice", "\"category\":\"voice\",\"priority\":70,\"audience\":[\"511702\",\"cn.example.town\"],\"poster\":" FILE_REF
                                             ",\"patches\":[{\"from\":\"" SHA "\",\"to\":\"" SHA "\",\"sha256\":\"" SHA "\",\"size\":5}],");
    struct package_head *p, *again;
    struct err e = ERR_INIT;
    struct str out;
    (void)state;
    if (!package_parse(text, sizeof text - 1, &p, &e))
        fail_msg("%s", e.text);
    assert_ptr_equal(p->kind, &voice_kind);
    assert_ptr_equal(package_kind_find("voice"), &voice_kind);
    assert_null(course_of(p));
    assert_int_equal(p->priority, 70);
    assert_int_equal(p->audience_count, 2);
    assert_string_equal(p->audience[1], "cn.example.town");
    assert_int_equal(p->patch_count, 1);
    assert_string_equal(p->poster.sha256, SHA);
    str_init(&out, 0);
    json_t *json = package_to_json(p);
    json_write(json, &out);
    json_decref(json);
    assert_true(package_parse(out.data, out.len, &again, &e));
    assert_int_equal(again->audience_count, 2);
    assert_int_equal(again->patch[0].size_bytes, 5);
    package_free(again);
    package_free(p);
    package_free(NULL);
    str_release(&out);
}

static void test_refused(void **state)
{
    static const struct { const char *json; enum err_kind kind; const char *says; } row[] = {
        { "{\"format\":2,\"kind\":\"spell\"}", ERR_UNSUPPORTED, "newer version" },
        /* A kind that is not known is told by its name, whatever else the manifest says. */
        { HEAD("roster", "\"members\":[],"), ERR_UNSUPPORTED, "roster" },
        { HEAD("spell", "\"words\":1,"), ERR_UNSUPPORTED, "spell" },
        { HEAD("voice", "\"lessons\":[],"), ERR_INVALID, "only a package of kind \"course\"" },
        { HEAD("voice", "\"lessns\":[],"), ERR_INVALID, "unknown key \"lessns\"" },
        { HEAD("voice", "\"audience\":\"a\","), ERR_INVALID, "audience" },
        { HEAD("voice", "\"audience\":[5],"), ERR_INVALID, "audience[0]" },
        { HEAD("voice", "\"audience\":[\"a\",\"B\"],"), ERR_INVALID, "audience[1]" },
        { HEAD("course", ""), ERR_INVALID, "only a package of kind \"voice\"" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct package_head *p = NULL;
        struct err e = ERR_INIT;
        if (package_parse(row[i].json, strlen(row[i].json), &p, &e))
            fail_msg("row %zu was taken", i);
        if (e.kind != row[i].kind || !strstr(e.text, row[i].says))
            fail_msg("row %zu says: %s, %s", i, err_kind_name(e.kind), e.text);
        assert_null(p);
    }
}

/* Who wants a course and finds something else is told what it is. */
static void test_course_only(void **state)
{
    static const char text[] = HEAD("voice", "");
    struct course c;
    struct err e = ERR_INIT;
    (void)state;
    assert_false(course_parse(text, sizeof text - 1, &c, &e));
    assert_int_equal(e.kind, ERR_UNSUPPORTED);
    assert_non_null(strstr(e.text, "voice"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_head), cmocka_unit_test(test_refused), cmocka_unit_test(test_course_only) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
