#include "screen.h"

#include "base/thread.h"

#include <sys/stat.h>
#include <unistd.h>

/* A machine without a session bus: libdbus would start one by running dbus-launch, here a script that leaves a mark.
 * First of all tests, because the environment is set once. */
static void starts_no_other_program(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR"), *was = getenv("PATH");
    char dir[200], program[260], mark[260], path[2000];
    snprintf(dir, sizeof dir, "%s/weike-bus-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(dir));
    snprintf(program, sizeof program, "%s/dbus-launch", dir);
    snprintf(mark, sizeof mark, "%s/ran", dir);
    snprintf(path, sizeof path, "%s:%s", dir, was ? was : "/usr/bin:/bin");
    FILE *f = fopen(program, "w");
    assert_non_null(f);
    fprintf(f, "#!/bin/sh\n: >'%s'\nexit 1\n", mark);
    fclose(f);
    assert_int_equal(chmod(program, 0700), 0);
    setenv("PATH", path, 1);
    setenv("XDG_RUNTIME_DIR", dir, 1);
    setenv("DISPLAY", ":0", 0); /* libdbus asks only whether it is set */
    unsetenv("DBUS_SESSION_BUS_ADDRESS");
    gfx_close(screen_open(64, 64));
    bool ran = access(mark, F_OK) == 0;
    unlink(mark);
    unlink(program);
    rmdir(dir);
    assert_false(ran);
}

static void offscreen_pixels(void **state)
{
    (void)state;
    struct gfx *g = screen_open(320, 200);
    assert_int_equal(gfx_width(g), 320);
    assert_int_equal(gfx_height(g), 200);
    assert_int_equal(gfx_surface(g)->format->format, SDL_PIXELFORMAT_RGB888);
    assert_non_null(gfx_text(g));
    assert_false(gfx_resized(g));
    gfx_present(g, &(SDL_Rect){ 0, 0, 10, 10 }, 1); /* nowhere to go, no harm */
    gfx_close(g);
}

static void *wake_often(void *g)
{
    for (int i = 0; i < 1000; i++)
        gfx_wake(g);
    return NULL;
}

/* A thousand wakes before anybody looks are one event; after it was seen, the next wake is a new one. */
static void wakes_become_one(void **state)
{
    (void)state;
    struct gfx *g = screen_open(64, 64);
    pthread_t t;
    SDL_Event e;
    for (int round = 0; round < 2; round++) {
        int n = 0;
        thread_start(&t, "waker", wake_often, g);
        thread_join(t);
        while (SDL_PollEvent(&e))
            n += e.type == gfx_wake_event(g);
        assert_int_equal(n, 1);
        gfx_wake_seen(g);
    }
    gfx_close(g);
}

static void screenshot(void **state)
{
    (void)state;
    struct gfx *g = screen_open(64, 48);
    struct err e = ERR_INIT;
    const char *tmp = getenv("TMPDIR");
    char path[300];
    snprintf(path, sizeof path, "%s/weike-shot-%d.png", tmp ? tmp : "/tmp", (int)getpid());
    assert_true(gfx_screenshot(g, path, &e));
    unlink(path);
    assert_false(gfx_screenshot(g, "/nonexistent/shot.png", &e));
    assert_int_equal(e.kind, ERR_IO);
    gfx_close(g);
}

static void no_display_is_said(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    setenv("SDL_VIDEODRIVER", "no-such-driver", 1);
    assert_null(gfx_open(&(struct gfx_opts){ .width = 100, .height = 100 }, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    unsetenv("SDL_VIDEODRIVER");
}

static void language_changes_the_fonts(void **state)
{
    (void)state;
    struct gfx *g = screen_open(64, 64);
    gfx_set_lang(g, "en");
    gfx_set_lang(g, "zh-CN");
    gfx_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_no_other_program), /* first */
        cmocka_unit_test(offscreen_pixels), cmocka_unit_test(wakes_become_one), cmocka_unit_test(screenshot),
        cmocka_unit_test(no_display_is_said), cmocka_unit_test(language_changes_the_fonts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
