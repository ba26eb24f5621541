/* runs: alone (it looks at a clock) */
#include "clip.h"
#include "media/sound/audio_out.h"

#include <SDL2/SDL.h>

static const char *const films[] = {
    "h264-aac.mp4", "h264-mp3.mkv", "h264-mp3.avi", "h264-aac.ts", "av1-opus.webm", "av1-opus.mp4", "vp9-opus.webm",
    "hevc-aac.mp4", "hevc-vorbis.mkv", "mpeg2-mp2.mpeg", "mpeg2-mp2.mkv", "theora-vorbis.ogg", "long-gop.mp4",
    "silent.mp4", "ten-bit.mkv", "chroma-422.mkv", "chroma-444.mp4", "rgb.mkv", "full-range.mp4", "no-cues.webm",
    "late-sound.mkv", "short-sound.mp4", "odd-size.mkv", "two-languages.mkv",
};
static const char *const sounds[] = {"sound.mp3", "sound.ogg", "sound.opus", "sound.m4a", "sound.mp2"};
enum { FILMS = sizeof films / sizeof *films, SOUNDS = sizeof sounds / sizeof *sounds };

/* Every picture of every format, once, in order, with its number. */
static void every_format_shows_all_its_pictures(void **state)
{
    (void)state;
    for (int i = 0; i < FILMS; i++) {
        struct screen s;
        screen_open(&s, clip_fd(films[i]), films[i], (struct player_opts){.unpaced = true});
        screen_play(&s);
        if (s.state.phase != PLAYER_ENDED || s.pictures != CLIP_FRAMES || !s.in_order || s.last_number != CLIP_FRAMES - 1)
            fail_msg("%s: phase %d, %d pictures, in order %d, last %d: %s", films[i], s.state.phase, s.pictures,
                     s.in_order, s.last_number, s.state.problem.text);
        assert_int_equal(s.state.damaged_count, 0);
        assert_true(s.first_pts_ms >= 0 && s.first_pts_ms <= 100);
        struct player_cost cost;
        player_cost(s.player, &cost);
        assert_int_equal(cost.frames, CLIP_FRAMES);
        assert_true(cost.decode_cpu_s > 0);
        screen_close(&s);
    }
}

/* In real time with sound, the last part: to the end, in the time it takes, picture and sound together. */
static void play_in_time(const char *name, int speed, int from_ms)
{
    struct screen s;
    int64_t start = clock_boot_ms();
    screen_open(&s, clip_fd(name), name, (struct player_opts){.speed_permille = speed, .start_ms = from_ms});
    screen_play(&s);
    int64_t took = clock_boot_ms() - start, ideal = (CLIP_MS - from_ms) * 1000 / speed;
    struct player_cost cost;
    player_cost(s.player, &cost);
    int pictures = s.state.has_video ? (CLIP_MS - from_ms) / CLIP_FRAME_MS : 0;
    if (s.state.phase != PLAYER_ENDED || s.state.audio_silent || cost.av_skew_ms_p95 > 40 ||
        (int)(cost.frames + cost.dropped) < pictures || llabs(s.state.position_ms - CLIP_MS) > 150 || took < ideal - 100)
        fail_msg("%s at %d: phase %d, silent %d, %d+%d pictures of %d, %.1f ms apart, ends at %d, took %d: %s", name, speed,
                 s.state.phase, s.state.audio_silent, (int)cost.frames, (int)cost.dropped, pictures,
                 cost.av_skew_ms_p95, (int)s.state.position_ms, (int)took, s.state.problem.text);
    screen_close(&s);
}

static void plays_in_time_with_sound(void **state)
{
    (void)state;
    static const char *const some[] = {"h264-aac.mp4", "vp9-opus.webm", "mpeg2-mp2.mpeg", "theora-vorbis.ogg",
                                       "h264-mp3.avi", "av1-opus.webm", "hevc-vorbis.mkv", "silent.mp4"};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        play_in_time(some[i], 1000, 2720);
}

static void waits_for_sound_that_starts_late_and_outlasts_sound_that_ends_early(void **state)
{
    (void)state;
    play_in_time("late-sound.mkv", 1250, 800);
    play_in_time("short-sound.mp4", 1250, 800);
}

static void plays_sound_alone(void **state)
{
    (void)state;
    for (int i = 0; i < SOUNDS; i++)
        play_in_time(sounds[i], 1250, 2800);
}

static void plays_slowly_and_fast(void **state)
{
    (void)state;
    play_in_time("h264-aac.mp4", 750, 2400);
    play_in_time("hevc-vorbis.mkv", 1250, 2200);
}

static void seeks_to_the_very_picture(void **state)
{
    (void)state;
    static const int targets[] = {1480, 2999, 0, 1234, 40, 2960, 999, 2000, 39, 1001, 5000};
    for (int i = 0; i < FILMS; i++) {
        struct screen s;
        screen_open(&s, clip_fd(films[i]), films[i], (struct player_opts){.mute = true, .start_paused = true});
        screen_settle(&s);
        assert_int_equal(clip_number(s.shown), 0);
        for (size_t t = 0; t < sizeof targets / sizeof *targets; t++) {
            player_seek(s.player, targets[t]);
            player_state(s.player, &s.state);
            assert_true(s.state.seeking);
            screen_settle(&s);
            screen_is_at(&s, targets[t], films[i]);
        }
        screen_close(&s);
    }
}

/* Opening at a position is the same moment as seeking to it. */
static void starts_in_the_middle(void **state)
{
    (void)state;
    for (int i = 0; i < FILMS; i++) {
        struct screen s;
        screen_open(&s, clip_fd(films[i]), films[i], (struct player_opts){.mute = true, .start_paused = true});
        screen_settle(&s);
        int first = s.first_pts_ms;
        screen_close(&s);
        screen_open(&s, clip_fd(films[i]), films[i],
                    (struct player_opts){.mute = true, .start_paused = true, .start_ms = 1500});
        screen_settle(&s);
        s.first_pts_ms = first;
        screen_is_at(&s, 1500, films[i]);
        assert_int_equal(s.state.position_ms, 1500);
        screen_close(&s);
    }
}

static void only_the_last_of_many_seeks_counts(void **state)
{
    (void)state;
    struct screen s;
    screen_open(&s, clip_fd("long-gop.mp4"), "long-gop.mp4", (struct player_opts){.start_paused = true});
    screen_settle(&s);
    for (int n = 0; n < 50; n++) {
        player_seek(s.player, n * 577 % 3000);
        if (n % 7 == 0)
            screen_look(&s);
    }
    player_seek(s.player, 1720);
    screen_settle(&s);
    screen_is_at(&s, 1720, "long-gop.mp4");
    assert_int_equal(s.state.position_ms, 1720);
    screen_close(&s);
}

static void stands_while_paused_and_goes_on(void **state)
{
    (void)state;
    struct screen s;
    screen_open(&s, clip_fd("h264-aac.mp4"), "h264-aac.mp4", (struct player_opts){.start_ms = 2000});
    while (s.pictures < 5) {
        screen_look(&s);
        screen_wait(&s);
    }
    player_pause(s.player, true);
    player_state(s.player, &s.state);
    int64_t at = s.state.position_ms;
    assert_int_equal(s.state.phase, PLAYER_PAUSED);
    assert_int_equal(player_due_ms(s.player), -1);
    int pictures = s.pictures;
    gate_lock(&s.gate);
    gate_wait_ms(&s.gate, 120);
    gate_unlock(&s.gate);
    screen_look(&s);
    assert_int_equal(s.state.position_ms, at);
    assert_int_equal(s.pictures, pictures);
    player_pause(s.player, false);
    screen_play(&s);
    assert_int_equal(s.state.phase, PLAYER_ENDED);
    assert_int_equal(s.last_number, CLIP_FRAMES - 1);
    player_seek(s.player, 2800); /* an ended lesson can be sought and goes on */
    screen_look(&s);
    assert_int_not_equal(s.state.phase, PLAYER_ENDED);
    s.last_number = -1;
    screen_play(&s);
    assert_int_equal(s.last_number, CLIP_FRAMES - 1);
    screen_close(&s);
}

static void chooses_the_sound_track_by_language(void **state)
{
    (void)state;
    static const struct { const char *lang; int track; } table[] = {{"zh-CN", 1}, {"en", 0}, {NULL, 0}, {"bo", 0}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct screen s;
        screen_open(&s, clip_fd("two-languages.mkv"), "x.mkv",
                    (struct player_opts){.audio_lang = table[i].lang, .start_paused = true});
        screen_settle(&s);
        assert_int_equal(s.state.audio_track_count, 2);
        assert_int_equal(s.state.audio_track, table[i].track);
        assert_string_equal(s.state.track[1].lang, "chi");
        assert_string_equal(s.state.track[1].title, "普通话");
        player_audio_track(s.player, 1 - table[i].track);
        screen_settle(&s);
        assert_int_equal(s.state.audio_track, 1 - table[i].track);
        player_audio_track(s.player, 7); /* no such: nothing */
        screen_close(&s);
    }
}

static void turns_and_measures_the_picture(void **state)
{
    (void)state;
    static const struct { const char *name; int w, h; bool full; } table[] = {
        {"turned.mp4", 192, 320, false}, {"silent.mp4", 320, 192, false}, {"full-range.mp4", 320, 192, true},
        {"odd-size.mkv", 317, 189, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct screen s;
        screen_open(&s, clip_fd(table[i].name), table[i].name, (struct player_opts){.start_paused = true});
        screen_settle(&s);
        assert_int_equal(s.shown->width, table[i].w);
        assert_int_equal(s.shown->height, table[i].h);
        assert_true(abs(s.shown->display_width - table[i].w) <= 1 && abs(s.shown->display_height - table[i].h) <= 1);
        assert_int_equal(s.shown->full_range, table[i].full);
        screen_close(&s);
    }
}

static void goes_on_without_a_sound_device(void **state)
{
    (void)state;
    struct screen s;
    audio_out_settle();
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
    setenv("SDL_AUDIODRIVER", "none-such", 1);
    screen_open(&s, clip_fd("h264-aac.mp4"), "x.mp4", (struct player_opts){.start_ms = 2000});
    screen_play(&s);
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    assert_int_equal(s.state.phase, PLAYER_ENDED);
    assert_true(s.state.audio_silent);
    assert_int_equal(s.last_number, CLIP_FRAMES - 1);
    assert_true(s.state.problem.kind != ERR_NONE);
    screen_close(&s);
}

static void says_why_a_file_cannot_be_played(void **state)
{
    (void)state;
    static const char *const names[] = {"playlist.m3u8", "concat.ffconcat"};
    for (int i = 0; i < 2; i++) {
        struct screen s;
        screen_open(&s, clip_fd(names[i]), names[i], (struct player_opts){0});
        screen_play(&s);
        assert_int_equal(s.state.phase, PLAYER_FAILED);
        assert_int_equal(s.state.problem.kind, ERR_INVALID);
        assert_int_equal(s.pictures, 0);
        screen_close(&s);
    }
    struct err e = ERR_INIT;
    assert_null(player_open(&(struct player_opts){.fd = -1, .speed_permille = 1000}, &e));
    assert_int_equal(e.kind, ERR_INVALID);
}

static int let_go(void **state)
{
    (void)state;
    audio_out_settle();
    SDL_Quit();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_shows_all_its_pictures), cmocka_unit_test(plays_in_time_with_sound),
        cmocka_unit_test(plays_sound_alone), cmocka_unit_test(plays_slowly_and_fast),
        cmocka_unit_test(waits_for_sound_that_starts_late_and_outlasts_sound_that_ends_early),
        cmocka_unit_test(seeks_to_the_very_picture),
        cmocka_unit_test(starts_in_the_middle), cmocka_unit_test(only_the_last_of_many_seeks_counts),
        cmocka_unit_test(stands_while_paused_and_goes_on), cmocka_unit_test(chooses_the_sound_track_by_language),
        cmocka_unit_test(turns_and_measures_the_picture), cmocka_unit_test(goes_on_without_a_sound_device),
        cmocka_unit_test(says_why_a_file_cannot_be_played),
    };
    return cmocka_run_group_tests(tests, clip_make, let_go);
}
