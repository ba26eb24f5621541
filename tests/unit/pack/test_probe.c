#include "scratch.h"

#include "films.h"
#include "pack/author/probe.h"

static void tells_what_is_in_it(void **state)
{
    struct err e = ERR_INIT;
    struct probe p;
    (void)state;
    film_make(scratch("a.mp4"));
    assert_fine(probe_media(scratch("a.mp4"), &p, &e), e);
    assert_true(p.has_video && p.has_audio);
    assert_int_equal(p.height_px, 120);
    assert_in_range(p.duration_ms, 1900, 2200);
    assert_string_equal(p.type, "video/mp4");
    assert_int_equal(p.weight, WEIGHT_480P);
    film_make(scratch("a.mkv"));
    assert_fine(probe_media(scratch("a.mkv"), &p, &e), e);
    assert_string_equal(p.type, "video/x-matroska");
    film_sound(scratch("v.opus"));
    assert_fine(probe_media(scratch("v.opus"), &p, &e), e);
    assert_false(p.has_video);
    assert_int_equal(p.weight, WEIGHT_LIGHT);
    assert_string_equal(p.type, "audio/ogg");
    assert_in_range(p.duration_ms, 2900, 3200);
}

static void refuses_what_cannot_be_played(void **state)
{
    struct err e = ERR_INIT;
    struct probe p;
    (void)state;
    put_text(scratch("x.mp4"), "this is no film");
    assert_refused(probe_media(scratch("x.mp4"), &p, &e), e, ERR_UNSUPPORTED, "x.mp4");
    put_text(scratch("empty.mp4"), "");
    assert_refused(probe_media(scratch("empty.mp4"), &p, &e), e, ERR_UNSUPPORTED, "empty.mp4");
    film_picture(scratch("p.png"));
    assert_refused(probe_media(scratch("p.png"), &p, &e), e, ERR_UNSUPPORTED, "p.png");
    put_text(scratch("t.srt"), "1\n00:00:01,000 --> 00:00:02,000\nx\n");
    assert_refused(probe_media(scratch("t.srt"), &p, &e), e, ERR_UNSUPPORTED, "t.srt");
    assert_refused(probe_media(scratch("http://127.0.0.1/a.mp4"), &p, &e), e, ERR_UNSUPPORTED, "a.mp4");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(tells_what_is_in_it), cmocka_unit_test(refuses_what_cannot_be_played) };
    return scratch_main(tests);
}
