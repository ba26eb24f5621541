#include "screen.h"

#include "gfx/font.h"

static void chinese_faces(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct fonts *f = fonts_new("zh-CN", &e);
    if (!f)
        fail_msg("%s", e.text);
    if (strcmp(fonts_family(f, FACE_REGULAR), "Noto Sans CJK SC") != 0) {
        fonts_free(f);
        print_message("SKIPPED: Noto Sans CJK is not installed\n");
        skip();
    }
    assert_string_equal(fonts_family(f, FACE_BOLD), "Noto Sans CJK SC");
    assert_string_equal(TTF_FontFaceStyleName(fonts_at(f, FACE_REGULAR, 32)), "Regular");
    assert_string_equal(TTF_FontFaceStyleName(fonts_at(f, FACE_BOLD, 32)), "Bold");
    /* The Chinese face of the collection, not the Japanese one. */
    assert_string_equal(TTF_FontFaceFamilyName(fonts_at(f, FACE_REGULAR, 32)), "Noto Sans CJK SC");
    fonts_free(f);
}

static void rare_names_are_drawn(void **state)
{
    static const uint32_t c[] = { 0x4dae /* 䶮 */, 0x2cb4e /* 𬭎 */, 0x36c3 /* 㛃 */, 0x2b5af /* 𫖯 */, 'W', 0xb7, 0x201c };
    (void)state;
    struct err e = ERR_INIT;
    struct fonts *f = fonts_new("zh-CN", &e);
    assert_non_null(f);
    for (int i = 0; i < DIM(c); i++)
        for (int face = FACE_REGULAR; face <= FACE_BOLD; face++) {
            int at = fonts_face_for(f, (enum font_face)face, c[i]);
            assert_true(TTF_GlyphIsProvided32(fonts_at(f, at, 40), c[i]));
        }
    fonts_free(f);
}

static void no_font_has_it(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct fonts *f = fonts_new("en", &e);
    assert_non_null(f);
    for (int again = 0; again < 3; again++) /* asked once, remembered */
        assert_int_equal(fonts_face_for(f, FACE_BOLD, 0x10ffff), FACE_BOLD);
    fonts_free(f);
}

static void sizes_share_a_face(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct fonts *f = fonts_new("zh-CN", &e);
    assert_non_null(f);
    TTF_Font *a = fonts_at(f, FACE_BOLD, 20);
    int small = TTF_FontHeight(a);
    TTF_Font *b = fonts_at(f, FACE_BOLD, 60);
    assert_ptr_equal(a, b);
    assert_in_range(TTF_FontHeight(b), 3 * small - 3, 3 * small + 3);
    fonts_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chinese_faces), cmocka_unit_test(rare_names_are_drawn), cmocka_unit_test(no_font_has_it),
        cmocka_unit_test(sizes_share_a_face),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
