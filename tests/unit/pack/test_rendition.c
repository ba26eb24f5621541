#include "scratch.h"

#include "films.h"
#include "pack/author/rendition.h"

static void what_is_worth_making(void **state)
{
    static const struct { bool video, audio; int lines; bool light, p480, p720; } table[] = {
        { true, true, 240, true, true, false },  { true, true, 480, true, true, false }, { true, true, 481, true, true, true },
        { true, true, 1080, true, true, true },  { true, false, 720, false, true, true }, { false, true, 0, true, false, false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct probe p = { .has_video = table[i].video, .has_audio = table[i].audio, .height_px = table[i].lines };
        assert_int_equal(rendition_wanted(&p, WEIGHT_LIGHT), table[i].light);
        assert_int_equal(rendition_wanted(&p, WEIGHT_480P), table[i].p480);
        assert_int_equal(rendition_wanted(&p, WEIGHT_720P), table[i].p720);
        assert_false(rendition_wanted(&p, WEIGHT_ORIGINAL));
    }
}

static void makes_voice_and_film(void **state)
{
    struct err e = ERR_INIT;
    struct probe p, got;
    char *made;
    (void)state;
    film_make(scratch("a.mkv"));
    assert_fine(probe_media(scratch("a.mkv"), &p, &e), e);
    assert_fine(rendition_make(scratch("a.mkv"), &p, WEIGHT_LIGHT, scratch_dir, &made, &e), e);
    assert_fine(probe_media(made, &got, &e), e);
    assert_true(got.has_audio && !got.has_video);
    assert_in_range(got.duration_ms, p.duration_ms - 200, p.duration_ms + 200);
    free(made);
    assert_fine(rendition_make(scratch("a.mkv"), &p, WEIGHT_480P, scratch_dir, &made, &e), e);
    assert_fine(probe_media(made, &got, &e), e);
    assert_true(got.has_audio && got.has_video);
    assert_string_equal(got.type, "video/mp4");
    assert_int_equal(got.height_px, 120); /* never larger than it was */
    free(made);
    put_text(scratch("x.mkv"), "no film");
    assert_refused(rendition_make(scratch("x.mkv"), &p, WEIGHT_480P, scratch_dir, &made, &e), e, ERR_INVALID, "x.mkv");
}

/* One still each ten seconds, and it shows that very moment: the film turns from black to white at 10 s. */
static void stills_show_their_moment(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    const char *const argv[] = { "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "color=black:d=10:s=64x36:r=2", "-f", "lavfi",
                                 "-i", "color=white:d=4:s=64x36:r=2", "-filter_complex", "concat=n=2:v=1:a=0", scratch("bw.mkv"), NULL };
    film_run(argv);
    make_dirs(scratch("stills"));
    assert_fine(rendition_stills(scratch("bw.mkv"), scratch("stills"), &e), e);
    assert_true(fs_exists(scratch("stills/still0001.webp")));
    assert_true(fs_exists(scratch("stills/still0002.webp")));
    assert_false(fs_exists(scratch("stills/still0003.webp")));
    static const struct { const char *webp, *raw; bool bright; } look[] = { { "stills/still0001.webp", "1.raw", false },
                                                                            { "stills/still0002.webp", "2.raw", true } };
    for (size_t i = 0; i < sizeof look / sizeof *look; i++) {
        const char *const dec[] = { "ffmpeg", "-nostdin", "-v", "error", "-y", "-i", scratch(look[i].webp), "-f", "rawvideo", "-pix_fmt", "gray",
                                    scratch(look[i].raw), NULL };
        struct str raw;
        film_run(dec);
        get(scratch(look[i].raw), &raw);
        assert_int_equal(raw.len, 64 * 36);
        assert_int_equal((unsigned char)raw.data[raw.len / 2] > 128, look[i].bright);
        str_release(&raw);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_worth_making), cmocka_unit_test(makes_voice_and_film),
                                        cmocka_unit_test(stills_show_their_moment) };
    return scratch_main(tests);
}
