#include "scratch.h"

#include "films.h"
#include "pack/author/picture.h"

static void draws_svg(void **state)
{
    struct err e = ERR_INIT;
    struct str webp;
    const char *type;
    (void)state;
    put_text(scratch("a.svg"), film_svg);
    assert_fine(picture_type(scratch("a.svg"), &type, &e), e);
    assert_string_equal(type, "image/svg+xml");
    assert_fine(picture_draw(scratch("a.svg"), scratch("a.webp"), scratch_dir, &e), e);
    assert_fine(picture_type(scratch("a.webp"), &type, &e), e);
    assert_string_equal(type, "image/webp");
    get(scratch("a.webp"), &webp);
    const unsigned char *b = (const unsigned char *)webp.data;
    assert_memory_equal(b + 12, "VP8 ", 4); /* lossy: width and height stand in the frame header, RFC 6386 §9.1 */
    assert_int_equal((b[26] | b[27] << 8) & 0x3fff, PICTURE_WIDTH_PX);
    assert_int_equal((b[28] | b[29] << 8) & 0x3fff, PICTURE_HEIGHT_PX);
    str_release(&webp);
}

static void looks_before_it_believes_a_name(void **state)
{
    static const struct { const char *name, *text; enum err_kind kind; } bad[] = {
        { "a.png", "GIF89a.........", ERR_INVALID }, { "b.jpg", "x", ERR_INVALID },      { "c.webp", "RIFF....WAVE", ERR_INVALID },
        { "d.gif", "GIF89a", ERR_UNSUPPORTED },      { "e", "no end", ERR_UNSUPPORTED },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = ERR_INIT;
        const char *type;
        put_text(scratch(bad[i].name), bad[i].text);
        assert_refused(picture_type(scratch(bad[i].name), &type, &e), e, bad[i].kind, bad[i].name);
    }
    struct err e = ERR_INIT;
    put_text(scratch("bad.svg"), "no drawing");
    assert_refused(picture_draw(scratch("bad.svg"), scratch("bad.webp"), scratch_dir, &e), e, ERR_INVALID, "bad.svg");
    assert_false(fs_exists(scratch("bad.webp")));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(draws_svg), cmocka_unit_test(looks_before_it_believes_a_name) };
    return scratch_main(tests);
}
