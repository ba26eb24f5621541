/* The whole player inside one process, where sanitizers see it: opened and closed at any moment, and fed damage. */
#define _GNU_SOURCE
#include "clip.h"
#include "media/sound/audio_out.h"

#include <SDL2/SDL.h>

#include <sys/mman.h>

enum { MUTATIONS = 300, CLIP_MAX = 512 * 1024 };

static const char *const clips[] = {
    "h264-aac.mp4", "h264-mp3.mkv", "h264-mp3.avi", "h264-aac.ts", "av1-opus.webm", "vp9-opus.webm", "hevc-aac.mp4",
    "hevc-vorbis.mkv", "mpeg2-mp2.mpeg", "theora-vorbis.ogg", "sound.mp3", "sound.ogg", "sound.m4a", "ten-bit.mkv",
};
enum { CLIPS = sizeof clips / sizeof *clips };

static uint32_t seed;

static uint32_t next(uint32_t bound)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % bound;
}

/* Closing at any moment of opening, playing and seeking returns at once. */
static void opens_and_closes_a_hundred_times(void **state)
{
    (void)state;
    int slow = 0;
    for (int i = 0; i < 100; i++) {
        const char *name = clips[i % CLIPS];
        struct screen s;
        screen_open(&s, clip_fd(name), name, (struct player_opts){.start_ms = i * 29 % 2800, .start_paused = i % 5 == 0});
        if (i % 3 > 0)
            screen_look(&s);
        if (i % 3 == 2) {
            screen_settle(&s);
            player_seek(s.player, i * 31);
            player_speed(s.player, 750);
            screen_look(&s);
        }
        int64_t start_ms = clock_boot_ms();
        screen_close(&s);
        int64_t took_ms = clock_boot_ms() - start_ms;
        slow += took_ms > 100;
    }
    audio_out_settle();
    if (!clip_slow())
        assert_true(slow < 50); /* half of them, so that a busy machine does not fail it; 5 ms are usual */
}

static size_t load(const char *name, uint8_t *out)
{
    int fd = clip_fd(name);
    ssize_t n = read(fd, out, CLIP_MAX);
    close(fd);
    assert_true(n > 100);
    return (size_t)n;
}

static int as_file(const uint8_t *data, size_t size)
{
    int fd = memfd_create("clip", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), (ssize_t)size);
    return fd;
}

static void damage(uint8_t *data, size_t *size)
{
    uint32_t kind = next(8);
    size_t n = *size;
    if (kind == 0) {
        *size = n / 8 + next((uint32_t)(n * 7 / 8)); /* cut off */
    } else if (kind == 1) {
        size_t at = next((uint32_t)n), len = next(2000);
        memset(data + at, 0, at + len < n ? len : n - at);
    } else if (kind == 2) {
        size_t at = next((uint32_t)n / 2), from = next((uint32_t)n / 2), len = next(2000);
        memmove(data + at, data + from, len < n / 2 ? len : n / 2);
    } else {
        for (uint32_t i = 1 + next(40); i > 0; i--)
            data[kind < 5 ? next((uint32_t)(n < 2000 ? n : 2000)) : next((uint32_t)n)] = (uint8_t)next(256);
    }
}

/* Every damaged file ends, by itself, in ENDED or FAILED with a sentence. Sanitizers watch the memory. */
static void survives_damage(void **state)
{
    (void)state;
    static uint8_t original[CLIP_MAX], data[CLIP_MAX];
    int ended = 0, failed = 0, damaged = 0;
    for (int i = 0; i < MUTATIONS; i++) {
        const char *name = clips[i % CLIPS];
        seed = (uint32_t)i + 1;
        size_t size = load(name, original);
        memcpy(data, original, size);
        damage(data, &size);
        struct screen s;
        alarm(20); /* a hang is a failure */
        screen_open(&s, as_file(data, size), name, (struct player_opts){.unpaced = i % 4 != 0, .mute = true,
                                                                        .speed_permille = 4000, .start_ms = i % 4 ? 0 : 2500});
        screen_play(&s);
        ended += s.state.phase == PLAYER_ENDED;
        damaged += s.state.damaged_count > 0;
        if (s.state.phase == PLAYER_FAILED) {
            failed++;
            assert_true(s.state.problem.kind != ERR_NONE && s.state.problem.text[0]);
        }
        screen_close(&s);
    }
    alarm(0);
    assert_int_equal(ended + failed, MUTATIONS);
    assert_true(ended > MUTATIONS / 2 && failed > 0 && damaged > MUTATIONS / 10);
}

static void a_cut_off_file_plays_what_is_there(void **state)
{
    (void)state;
    static uint8_t data[CLIP_MAX];
    static const char *const some[] = {"h264-aac.mp4", "h264-mp3.mkv", "vp9-opus.webm", "mpeg2-mp2.mpeg", "theora-vorbis.ogg"};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        size_t size = load(some[i], data);
        struct screen s;
        screen_open(&s, as_file(data, size * 2 / 3), some[i], (struct player_opts){.unpaced = true});
        screen_play(&s);
        if (s.state.phase != PLAYER_ENDED || s.pictures < 30 || s.pictures >= CLIP_FRAMES)
            fail_msg("%s: phase %d, %d pictures", some[i], s.state.phase, s.pictures);
        screen_close(&s);
    }
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
        cmocka_unit_test(opens_and_closes_a_hundred_times),
        cmocka_unit_test(survives_damage), cmocka_unit_test(a_cut_off_file_plays_what_is_there),
    };
    cmocka_set_test_filter(getenv("CMOCKA_TEST_FILTER")); /* for tests/e2e/valgrind.sh; NULL is all */
    return cmocka_run_group_tests(tests, clip_make, let_go);
}
