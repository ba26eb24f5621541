/* runs: alone (it looks at a clock) */
/* recorder: what weike-recorder says, how loud something is, and that sixty seconds into the microphone are sixty seconds in the
 * file, none missing, none twice. The microphone is SDL's disk driver, which here runs at more than ten times the speed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/helper.h"
#include "base/str.h"
#include "base/thread.h"
#include "media/client/recorder.h"
#include "media/microphone/recorder_opus.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECONDS = 60, TONE = 440 };
static char *dir, *program;
static struct gate gate;

static char *in_dir(const char *name)
{
    return fs_join(dir, name);
}

static void write_tone(const char *path)
{
    size_t frames = (size_t)SECONDS * RECORDER_RATE;
    int16_t *pcm = mem_alloc(frames * sizeof *pcm);
    struct err e = ERR_INIT;
    for (size_t i = 0; i < frames; i++) /* breathing, so that the encoder takes it for no silence */
        pcm[i] = (int16_t)lrint(9000 * (1 + 0.3 * sin(2 * M_PI * 0.7 * (double)i / RECORDER_RATE)) * sin(2 * M_PI * TONE * (double)i / RECORDER_RATE));
    if (!fs_replace(path, pcm, frames * sizeof *pcm, &e))
        abort();
    free(pcm);
}

static int setup(void **state)
{
    (void)state;
    char exe[4096], *slash;
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = 0;
    for (int i = 0; i < 2 && (slash = strrchr(exe, '/')); i++)
        *slash = 0;
    program = fs_join(exe, "weike-recorder");
    const char *tmp = getenv("TMPDIR");
    dir = mem_printf("%s/weike-recorder-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(dir))
        abort();
    gate_init(&gate);
    char *tone = in_dir("tone.raw");
    write_tone(tone);
    setenv("SDL_AUDIODRIVER", "disk", 1);
    setenv("SDL_DISKAUDIOFILEIN", tone, 1);
    setenv("SDL_DISKAUDIODELAY", "1", 1);
    free(tone);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    bool gone = fs_remove_tree(dir, &e);
    free(dir);
    free(program);
    return gone ? 0 : -1;
}

static void wake(void *ctx)
{
    (void)ctx;
    gate_lock(&gate);
    gate_wake(&gate);
    gate_unlock(&gate);
}

/* Until it is in `state` or over. */
static struct recorder_view wait_for(struct recorder *r, enum recorder_state state)
{
    struct recorder_view v;
    gate_lock(&gate);
    for (recorder_view(r, &v); v.state != state && v.state < RECORDER_READY; recorder_view(r, &v))
        if (!gate_wait_ms(&gate, 20000))
            fail_msg("the recorder says nothing any more, state %d at %d ms", v.state, (int)v.ms);
    gate_unlock(&gate);
    return v;
}

static void test_lines(void **state)
{
    (void)state;
    static const struct { const char *line; bool good; enum recorder_state state; int ms; } row[] = {
        { "level 0.250 1200", true, RECORDER_RECORDING, 1200 }, { "finishing", true, RECORDER_FINISHING, 0 },
        { "ready 60000", true, RECORDER_READY, 60000 },         { "error unsupported no microphone: x", true, RECORDER_FAILED, 0 },
        { "level 2 1200", false, 0, 0 },  { "level nan 5", false, 0, 0 },      { "level 0.5 -1", false, 0, 0 },
        { "level 0.5 60001", false, 0, 0 }, { "level 0.5 1200 more", false, 0, 0 }, { "ready", false, 0, 0 },
        { "ready 99999999999999999999", false, 0, 0 }, { "error unsupported", false, 0, 0 }, { "", false, 0, 0 }, { "rm -rf", false, 0, 0 },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct recorder_view v = { .ms = 0 };
        assert_int_equal(recorder_line(row[i].line, &v), row[i].good);
        assert_int_equal(v.state, row[i].state);
        assert_int_equal(v.ms, row[i].ms);
    }
    struct recorder_view v = { 0 };
    assert_true(recorder_line("error full the disk is full", &v));
    assert_int_equal(v.why.kind, ERR_FULL);
    assert_string_equal(v.why.text, "the disk is full");
}

static void test_level(void **state)
{
    (void)state;
    int16_t quiet[480] = { 0 }, loud[480], speech[480];
    for (int i = 0; i < 480; i++) {
        loud[i] = i % 2 ? INT16_MAX : -INT16_MAX;
        speech[i] = i % 2 ? 1000 : -1000; /* -30 dBFS */
    }
    assert_true(recorder_level(quiet, 480) <= 0 && recorder_level(quiet, 0) <= 0);
    assert_true(recorder_level(loud, 480) > 0.99f);
    assert_true(fabsf(recorder_level(speech, 480) - 0.4f) < 0.02f);
}

static int16_t *decode(const char *file, size_t *frames)
{
    char *raw = in_dir("decoded.raw"), *command = mem_printf("ffmpeg -nostdin -v error -y -i %s -f s16le -ar 48000 -ac 1 %s", file, raw);
    struct str bytes;
    struct err e = ERR_INIT;
    str_init(&bytes, 0);
    if (system(command) != 0)
        skip(); /* ffmpeg is not installed */
    if (!fs_read(raw, (size_t)64 << 20, &bytes, &e))
        fail_msg("%s", e.text);
    free(command);
    free(raw);
    *frames = bytes.len / sizeof(int16_t);
    void *pcm = str_take(&bytes);
    str_release(&bytes);
    return pcm;
}

/* Where the tone stands in each 50 ms against where it must stand if not one sample was lost, in parts of a period. */
static double worst_phase(const int16_t *pcm, size_t frames)
{
    enum { WINDOW = RECORDER_RATE / 20 };
    double worst = 0;
    for (size_t at = WINDOW; at + 2 * WINDOW < frames; at += WINDOW) {
        double re = 0, im = 0;
        for (size_t i = at; i < at + WINDOW; i++) {
            double a = 2 * M_PI * TONE * (double)i / RECORDER_RATE;
            re += pcm[i] * sin(a);
            im += pcm[i] * cos(a);
        }
        double off = fabs(atan2(im, re) / (2 * M_PI));
        worst = off > worst ? off : worst;
    }
    return worst;
}

static void test_sixty_seconds_whole(void **state)
{
    (void)state;
    if (access(program, X_OK) != 0)
        skip();
    char *file = in_dir("whole.opus");
    struct recorder *r = recorder_new(program, file, RECORDER_MAX_MS, wake, NULL);
    struct recorder_view v = wait_for(r, RECORDER_READY);
    if (v.state == RECORDER_FAILED)
        fail_msg("%s", v.why.text);
    assert_int_equal(v.ms, SECONDS * 1000);
    assert_true(v.size_bytes < 110000 && v.size_bytes > 40000); /* about 12 kbit/s */
    recorder_free(r);

    char sha256[SHA256_HEX];
    struct err e = ERR_INIT;
    int fd = open(file, O_RDONLY);
    assert_true(sha256_fd(fd, RECORDER_MAX_BYTES, sha256, NULL, &e));
    close(fd);
    assert_string_equal(sha256, v.sha256);

    size_t frames;
    int16_t *pcm = decode(file, &frames);
    double worst = worst_phase(pcm, frames);
    print_message("%zu samples, the tone is off by %.3f of a period at most, %d bytes\n", frames, worst, (int)v.size_bytes);
    assert_int_equal(frames, SECONDS * RECORDER_RATE);
    assert_true(worst < 0.08); /* one period of the device lost would be 0.39 */
    pcm[frames / 2] = 0;
    memmove(pcm + frames / 2, pcm + frames / 2 + 1024, (frames / 2 - 1024) * sizeof *pcm);
    assert_true(worst_phase(pcm, frames - 1024) > 0.3); /* the measure sees a gap */
    free(pcm);
    free(file);
}

/* Nothing came in before it was ended: no crash, whatever libopusenc thinks of it. */
static void test_empty(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char *file = in_dir("empty.opus");
    struct recorder_opus *o = recorder_opus_open(file, &e);
    assert_non_null(o);
    assert_true(recorder_opus_close(o, &e));
    free(file);
}

static void test_stopped_and_dropped(void **state)
{
    (void)state;
    if (access(program, X_OK) != 0)
        skip();
    char *file = in_dir("stopped.opus");
    struct recorder *r = recorder_new(program, file, RECORDER_MAX_MS, wake, NULL);
    wait_for(r, RECORDER_RECORDING);
    recorder_stop(r);
    struct recorder_view v = wait_for(r, RECORDER_READY);
    assert_int_equal(v.state, RECORDER_READY);
    size_t frames;
    int16_t *pcm = decode(file, &frames);
    assert_int_equal(frames * 1000 / RECORDER_RATE, v.ms);
    free(pcm);
    recorder_free(r);

    r = recorder_new(program, file, RECORDER_MAX_MS, wake, NULL);
    wait_for(r, RECORDER_RECORDING);
    recorder_free(r); /* in the middle */
    assert_true(helper_settle(5000)); /* nobody is left behind */
    free(file);
}

static void test_no_microphone(void **state)
{
    (void)state;
    if (access(program, X_OK) != 0)
        skip();
    char *file = in_dir("none.opus");
    struct recorder *r = recorder_new(program, NULL, 0, wake, NULL); /* only a look */
    assert_int_equal(wait_for(r, RECORDER_READY).state, RECORDER_READY);
    recorder_free(r);
    setenv("SDL_AUDIODRIVER", "no-such-driver", 1);
    for (int i = 0; i < 2; i++) {
        r = recorder_new(program, i ? file : NULL, RECORDER_MAX_MS, wake, NULL);
        struct recorder_view v = wait_for(r, RECORDER_READY);
        assert_int_equal(v.state, RECORDER_FAILED);
        assert_int_equal(v.why.kind, ERR_UNSUPPORTED);
        recorder_free(r);
    }
    setenv("SDL_AUDIODRIVER", "disk", 1);
    r = recorder_new("/nonexistent/weike-recorder", file, RECORDER_MAX_MS, wake, NULL);
    assert_int_equal(wait_for(r, RECORDER_READY).state, RECORDER_FAILED);
    recorder_free(r);
    r = recorder_new(NULL, file, RECORDER_MAX_MS, wake, NULL);
    assert_int_equal(wait_for(r, RECORDER_READY).why.kind, ERR_MISSING);
    recorder_free(r);
    char *nowhere = in_dir("no/such/folder.opus");
    r = recorder_new(program, nowhere, RECORDER_MAX_MS, wake, NULL);
    assert_int_equal(wait_for(r, RECORDER_READY).why.kind, ERR_MISSING);
    recorder_free(r);
    free(nowhere);
    free(file);
    assert_true(helper_settle(5000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines), cmocka_unit_test(test_level), cmocka_unit_test(test_sixty_seconds_whole),
        cmocka_unit_test(test_empty), cmocka_unit_test(test_stopped_and_dropped), cmocka_unit_test(test_no_microphone),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
