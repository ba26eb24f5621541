/* clip.h - for the tests of media/: clips made by tests/media/clips.sh, reading the number off a picture, and a loop
 * that stands in for the screen. A test includes it once. */
#ifndef WEIKE_TEST_CLIP_H
#define WEIKE_TEST_CLIP_H
#include "base/clock.h"
#include "base/thread.h"
#include "media/player/player.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CLIP_FRAMES = 75, CLIP_FRAME_MS = 40, CLIP_MS = 3000, CLIP_BAR = 40, CLIP_BITS = 8 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

/* Times say nothing under a sanitizer or under valgrind, whose script sets this. */
static bool __attribute__((unused)) clip_slow(void)
{
    return SANITIZED || getenv("WEIKE_TEST_SLOW");
}

static char clip_dir[512];

/* Group set-up: makes the clips under the build folder once. */
static int __attribute__((unused)) clip_make(void **state)
{
    (void)state;
    setenv("SDL_AUDIODRIVER", "dummy", 0);
    const char *build = getenv("BUILD");
    snprintf(clip_dir, sizeof clip_dir, "%s/clips", build ? build : "build");
    char command[600];
    snprintf(command, sizeof command, "tests/media/clips.sh '%s' >&2", clip_dir);
    return system(command); /* needs ffmpeg and the root of the sources as working directory */
}

static int __attribute__((unused)) clip_fd(const char *name)
{
    char path[700];
    snprintf(path, sizeof path, "%s/%s", clip_dir, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail_msg("%s is missing", path);
    return fd;
}

/* The number that picture shows, or -1 if its bars are not clear. */
static int __attribute__((unused)) clip_number(const struct picture *pic)
{
    int n = 0;
    for (int bit = 0; bit < CLIP_BITS; bit++) {
        int x = (bit * CLIP_BAR + CLIP_BAR / 2) * pic->width / (CLIP_BITS * CLIP_BAR);
        int luma = pic->plane[0][(ptrdiff_t)(pic->height / 2) * pic->stride[0] + x];
        if (luma > 100 && luma < 150)
            return -1;
        n |= (luma >= 125) << bit;
    }
    return n;
}

struct screen { /* one player and what its screen has seen */
    struct player *player;
    struct gate gate;
    bool woken;
    int pictures, last_number, in_order, first_pts_ms;
    const struct picture *shown;
    struct player_state state;
};

static void screen_wake(void *ctx)
{
    struct screen *s = ctx;
    gate_lock(&s->gate);
    s->woken = true;
    gate_wake(&s->gate);
    gate_unlock(&s->gate);
}

static void __attribute__((unused)) screen_open(struct screen *s, int fd, const char *name, struct player_opts o)
{
    struct err e = ERR_INIT;
    *s = (struct screen){.last_number = -1, .first_pts_ms = -1, .in_order = 1};
    gate_init(&s->gate);
    o.fd = fd;
    o.name = name;
    o.volume = 100;
    o.speed_permille = o.speed_permille ? o.speed_permille : 1000;
    o.wake = screen_wake;
    o.wake_ctx = s;
    s->player = player_open(&o, &e);
    assert_non_null(s->player);
}

static void __attribute__((unused)) screen_close(struct screen *s)
{
    player_close(s->player);
    gate_release(&s->gate);
}

/* Shows what is due. */
static void screen_look(struct screen *s)
{
    bool changed;
    s->shown = player_frame(s->player, &changed);
    if (changed) {
        int n = clip_number(s->shown);
        s->in_order &= n > s->last_number;
        s->last_number = n;
        if (s->pictures++ == 0)
            s->first_pts_ms = (int)s->shown->pts_ms;
    }
    player_state(s->player, &s->state);
}

/* Sleeps until there is something to do, as the event loop of the program does. */
static void screen_wait(struct screen *s)
{
    int due_ms = player_due_ms(s->player);
    gate_lock(&s->gate);
    if (due_ms < 0 || due_ms > 1000)
        due_ms = 1000;
    if (!s->woken && due_ms > 0)
        gate_wait_ms(&s->gate, due_ms);
    s->woken = false;
    gate_unlock(&s->gate);
}

static bool screen_over(const struct screen *s)
{
    return s->state.phase == PLAYER_ENDED || s->state.phase == PLAYER_FAILED;
}

static void __attribute__((unused)) screen_play(struct screen *s)
{
    for (screen_look(s); !screen_over(s); screen_look(s))
        screen_wait(s);
}

/* Until the picture (or sound) that was sought is there. */
static void __attribute__((unused)) screen_settle(struct screen *s)
{
    for (screen_look(s); (s->state.phase == PLAYER_OPENING || s->state.seeking || (s->state.has_video && !s->shown)) && !screen_over(s);
         screen_look(s))
        screen_wait(s);
}

/* The picture on the screen is the one at or just before `target_ms`: its time says so, and the number it shows. */
static void __attribute__((unused)) screen_is_at(const struct screen *s, int target_ms, const char *what)
{
    int pts = (int)s->shown->pts_ms, number = clip_number(s->shown);
    int latest = (CLIP_FRAMES - 1) * CLIP_FRAME_MS + s->first_pts_ms;
    int want = target_ms < s->first_pts_ms ? s->first_pts_ms : target_ms > latest ? latest : target_ms;
    bool right_time = pts <= want + 1 && pts > want - CLIP_FRAME_MS - 1;
    bool right_picture = number == (pts - s->first_pts_ms + CLIP_FRAME_MS / 2) / CLIP_FRAME_MS;
    if (!right_time || !right_picture)
        fail_msg("%s: sought %d ms, shows picture %d of %d ms", what, target_ms, number, pts);
}
#endif
