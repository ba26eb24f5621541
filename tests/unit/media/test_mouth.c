/* The real weike-voice, with a sound device that plays in real time and is heard by nobody. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/thread.h"
#include "media/client/mouth.h"

static struct gate gate; /* wakes */
static unsigned wakes;
static char program[700];

static void wake(void *ctx)
{
    (void)ctx;
    gate_lock(&gate);
    wakes++;
    gate_wake(&gate);
    gate_unlock(&gate);
}

static struct mouth *start(const char *path)
{
    struct err e = ERR_INIT;
    struct mouth *m = mouth_open(path, wake, NULL, &e);
    if (!m)
        fail_msg("%s", e.text);
    return m;
}

/* Until the process has said that of that piece, or is gone; 10 s at most. */
static struct mouth_state wait_for(struct mouth *m, uint32_t ticket, enum mouth_phase phase)
{
    struct mouth_state s;
    int64_t until = clock_boot_ms() + 10000;
    gate_lock(&gate);
    for (;;) {
        gate_unlock(&gate);
        mouth_state(m, &s);
        gate_lock(&gate);
        if (s.gone || s.ticket > ticket || (s.ticket == ticket && s.phase >= phase) || clock_boot_ms() > until)
            break;
        gate_wait_ms(&gate, 50);
    }
    gate_unlock(&gate);
    return s;
}

/* Does the process take back within `ms` that the piece is over? */
static bool says_more(struct mouth *m, uint32_t ticket, int ms)
{
    struct mouth_state s;
    int64_t until = clock_boot_ms() + ms;
    do {
        gate_lock(&gate);
        gate_wait_ms(&gate, until - clock_boot_ms());
        gate_unlock(&gate);
        mouth_state(m, &s);
    } while (s.ticket == ticket && s.phase == MOUTH_OVER && clock_boot_ms() < until);
    return s.ticket != ticket || s.phase != MOUTH_OVER;
}

static void test_speaks_in_order_and_soon(void **state)
{
    (void)state;
    int64_t asked = clock_boot_us();
    struct mouth *m = start(program);
    assert_true(mouth_say(m, 1, "您好", "zh-CN", 80));
    assert_true(mouth_say(m, 2, "OK", "en", 80));
    struct mouth_state s = wait_for(m, 1, MOUTH_SOUNDING);
    assert_int_equal(s.ticket, 1);
    assert_int_equal(s.phase, MOUTH_SOUNDING);
    printf("         first samples %.1f ms after they were asked for, the start of the process included\n",
           (double)(s.started_boot_us - asked) / 1000);
    assert_true(s.started_boot_us > asked);
    assert_int_equal(wait_for(m, 1, MOUTH_OVER).phase, MOUTH_OVER);
    s = wait_for(m, 2, MOUTH_OVER);
    assert_int_equal(s.ticket, 2);
    assert_int_equal(s.phase, MOUTH_OVER);
    assert_false(s.gone);
    mouth_close(m);
}

static void test_nothing_to_say_is_over_at_once(void **state)
{
    (void)state;
    struct mouth *m = start(program);
    assert_true(mouth_say(m, 7, " ，。 ", "zh-CN", 80));
    assert_int_equal(wait_for(m, 7, MOUTH_OVER).phase, MOUTH_OVER);
    assert_false(says_more(m, 7, 200)); /* ten periods of the device, which has nothing to say of it */
    mouth_close(m);
}

static void test_stopped_in_the_middle(void **state)
{
    (void)state;
    struct mouth *m = start(program);
    assert_true(mouth_say(m, 1, "从前有座山山上有座庙庙里有个老和尚在给小和尚讲故事", "zh-CN", 80));
    wait_for(m, 1, MOUTH_SOUNDING);
    int64_t now = clock_boot_ms();
    mouth_close(m);
    assert_true(clock_boot_ms() - now < 500); /* it is not waited for */
    unsigned before = wakes;
    m = start(program); /* another one speaks at once */
    assert_true(mouth_say(m, 1, "好", "zh-CN", 80));
    assert_int_equal(wait_for(m, 1, MOUTH_OVER).phase, MOUTH_OVER);
    assert_true(wakes > before);
    mouth_close(m);
    mouth_close(NULL);
}

static int file_with(const void *data, size_t len)
{
    int fd = memfd_create("sound", MFD_CLOEXEC);
    assert_true(fd >= 0 && write(fd, data, len) == (ssize_t)len);
    return fd;
}

static void test_what_is_no_opus_fails_alone(void **state)
{
    (void)state;
    char noise[4096] = "OggS";
    struct mouth *m = start(program);
    int fd = file_with(noise, sizeof noise);
    assert_true(mouth_play(m, 1, fd, 80));
    close(fd);
    assert_true(mouth_say(m, 2, "好", "zh-CN", 80));
    struct mouth_state s = wait_for(m, 1, MOUTH_OVER);
    assert_true(s.ticket == 2 || s.phase == MOUTH_FAILED);
    assert_int_equal(wait_for(m, 2, MOUTH_OVER).phase, MOUTH_OVER);
    mouth_close(m);
}

static void test_plays_a_recording(void **state)
{
    char dir[] = "/tmp/weike-mouth-XXXXXX", command[400], path[100];
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/a.opus", dir);
    snprintf(command, sizeof command, "espeak-ng -v en --stdout hello | opusenc --quiet - %s", path);
    assert_int_equal(system(command), 0);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct mouth *m = start(program);
    assert_true(mouth_play(m, 1, fd, 100));
    close(fd);
    struct mouth_state s = wait_for(m, 1, MOUTH_OVER);
    assert_int_equal(s.phase, MOUTH_OVER);
    assert_true(s.started_boot_us > 0);
    assert_true(clock_boot_us() - s.started_boot_us > 300000); /* as long as it is */
    mouth_close(m);
    unlink(path);
    rmdir(dir);
}

static void test_a_process_that_ends_is_told(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    struct mouth *m = start("/bin/true");
    for (struct mouth_state s = { 0 }; !s.gone;)
        s = wait_for(m, 99, MOUTH_OVER);
    mouth_close(m);
    assert_null(mouth_open("/nowhere/weike-voice", wake, NULL, &e));
    assert_int_equal(e.kind, ERR_MISSING);
}

static int begin(void **state)
{
    const char *build = getenv("BUILD");
    (void)state;
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    snprintf(program, sizeof program, "%s/weike-voice", build ? build : "build");
    gate_init(&gate);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_speaks_in_order_and_soon),  cmocka_unit_test(test_nothing_to_say_is_over_at_once),
        cmocka_unit_test(test_stopped_in_the_middle),     cmocka_unit_test(test_what_is_no_opus_fails_alone),
        cmocka_unit_test(test_plays_a_recording),         cmocka_unit_test(test_a_process_that_ends_is_told),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
