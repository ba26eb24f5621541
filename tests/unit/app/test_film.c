/* film: where pictures lie, what is painted anew, what holds a film, captions and stills. The player is a dummy. */
#include "app/lesson/film.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct {
    struct picture picture;
    struct player_state state;
    bool changed;
    int paused;               /* calls */
    struct scaler_rect taken; /* the box of the last scaler_take */
    struct scaler_rect painted;
    int paints;
} now;

static struct player *dummy_open(const struct player_opts *o, struct err *e)
{
    (void)o;
    (void)e;
    return (struct player *)&now;
}
static void dummy_close(struct player *p) { (void)p; }
static void dummy_pause(struct player *p, bool pause)
{
    (void)p;
    now.paused++;
    now.state.phase = pause ? PLAYER_PAUSED : PLAYER_PLAYING;
}
static void dummy_seek(struct player *p, int64_t ms)
{
    (void)p;
    now.state.position_ms = ms;
}
static void dummy_number(struct player *p, int n)
{
    (void)p;
    (void)n;
}
static void dummy_state(struct player *p, struct player_state *out)
{
    (void)p;
    *out = now.state;
}
static const struct picture *dummy_frame(struct player *p, bool *changed)
{
    (void)p;
    *changed = now.changed;
    return &now.picture;
}
static int dummy_due(struct player *p)
{
    (void)p;
    return 40;
}
static struct scaler *dummy_scaler_new(void) { return (struct scaler *)&now; }
static void dummy_scaler_free(struct scaler *s) { (void)s; }
static int dummy_take(struct scaler *s, const struct picture *pic, struct scaler_rect box, struct scaler_rect *damage, int max)
{
    (void)s;
    (void)pic;
    assert_int_equal(max, FILM_RECTS);
    now.taken = box;
    damage[0] = (struct scaler_rect){ box.x, box.y, 64, 16 };
    return 1;
}
static void dummy_paint(const struct scaler *s, uint8_t *pixels, int stride, struct scaler_rect clip)
{
    (void)s;
    (void)pixels;
    (void)stride;
    now.painted = clip;
    now.paints++;
}
static const struct media_api dummy = {
    .version = MEDIA_API_VERSION, .open = dummy_open, .close = dummy_close, .pause = dummy_pause, .seek = dummy_seek, .speed = dummy_number,
    .volume = dummy_number, .audio_track = dummy_number, .state = dummy_state, .frame = dummy_frame, .due_ms = dummy_due,
    .scaler_new = dummy_scaler_new, .scaler_free = dummy_scaler_free, .scaler_take = dummy_take, .scaler_paint = dummy_paint,
};

static struct film opened(int width, int height)
{
    struct err e = ERR_INIT;
    struct film f;
    memset(&now, 0, sizeof now);
    now.picture = (struct picture){ .display_width = width, .display_height = height };
    now.state.phase = PLAYER_PLAYING;
    film_init(&f, NULL, NULL);
    assert_true(film_open_file(&f, &dummy, &(struct player_opts){ .fd = -1 }, &e));
    film_look(&f);
    return f;
}

static void test_letterbox(void **state)
{
    (void)state;
    static const struct { int width, height; SDL_Rect box, picture; } row[] = {
        { 640, 360, { 0, 0, 1920, 1080 }, { 0, 0, 1920, 1080 } },
        { 640, 360, { 0, 0, 1366, 1080 }, { 0, 156, 1366, 768 } },
        { 640, 480, { 100, 50, 800, 450 }, { 200, 50, 600, 450 } },
        { 100000, 1, { 0, 0, 100, 100 }, { 0, 49, 100, 1 } }, /* never without a pixel */
        { 1, 100000, { 0, 0, 100, 100 }, { 49, 0, 1, 100 } },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        SDL_Rect damage[FILM_RECTS];
        bool changed;
        struct film f = opened(row[i].width, row[i].height);
        assert_int_equal(film_take(&f, row[i].box, damage, &changed), 1);
        assert_true(SDL_RectEquals(&f.picture, &row[i].picture));
        assert_int_equal(now.taken.w, row[i].picture.w);
        film_close(&f);
    }
}

static void test_picture_that_cannot_be_placed(void **state)
{
    (void)state;
    SDL_Rect damage[FILM_RECTS];
    bool changed;
    struct film f = opened(0, 0); /* a player that says nonsense */
    assert_int_equal(film_take(&f, (SDL_Rect){ 0, 0, 100, 100 }, damage, &changed), 0);
    now.picture.display_width = now.picture.display_height = 10;
    assert_int_equal(film_take(&f, (SDL_Rect){ 0 }, damage, &changed), 0); /* no box on the screen yet */
    assert_false(f.picture_shown);
    film_close(&f);
}

/* What changed; the whole box once it lies elsewhere: what was picture before may be letterbox now. */
static void test_damage(void **state)
{
    (void)state;
    const SDL_Rect large = { 0, 0, 1920, 1080 }, small = { 40, 200, 800, 700 };
    SDL_Rect damage[FILM_RECTS];
    bool changed;
    struct film f = opened(640, 360);
    assert_int_equal(film_take(&f, large, damage, &changed), 1);
    assert_true(SDL_RectEquals(&damage[0], &large));
    assert_int_equal(film_take(&f, large, damage, &changed), 0); /* the same picture at the same place */
    now.changed = true;
    assert_int_equal(film_take(&f, large, damage, &changed), 1);
    assert_int_equal(damage[0].w, 64);
    now.changed = false;
    assert_int_equal(film_take(&f, small, damage, &changed), 1);
    assert_true(SDL_RectEquals(&damage[0], &small));
    film_close(&f);
}

static void test_paint(void **state)
{
    (void)state;
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormat(0, 100, 100, 32, SDL_PIXELFORMAT_RGB888);
    uint32_t *pixel = s->pixels;
    SDL_Rect damage[FILM_RECTS], all = { 0, 0, 100, 100 };
    bool changed;
    struct film f = opened(200, 100);
    memset(s->pixels, 0x55, 100 * 400);
    film_paint(&f, s, all);
    assert_int_equal(pixel[0] & 0xFFFFFF, 0); /* nothing yet: black */
    assert_int_equal(now.paints, 0);
    film_take(&f, all, damage, &changed);
    memset(s->pixels, 0x55, 100 * 400);
    film_paint(&f, s, (SDL_Rect){ 10, 10, 50, 50 });
    assert_int_equal(now.paints, 1);
    assert_int_equal(now.painted.y, 25); /* only where the picture is */
    assert_int_equal(now.painted.h, 35);
    assert_int_equal(pixel[10 * 100 + 10] & 0xFFFFFF, 0);
    film_paint(&f, s, (SDL_Rect){ 0, 0, 100, 10 });
    assert_int_equal(now.paints, 1); /* letterbox alone */
    film_close(&f);
    SDL_FreeSurface(s);
}

/* It goes on when the last reason is gone, and not at all when somebody paused it. */
static void test_holding(void **state)
{
    (void)state;
    struct film f = opened(640, 360);
    assert_true(film_hold(&f, FILM_READ_ALOUD));
    assert_false(film_hold(&f, FILM_READ_ALOUD));
    assert_true(film_hold(&f, FILM_COVERED));
    assert_int_equal(now.state.phase, PLAYER_PAUSED);
    film_release(&f, FILM_READ_ALOUD);
    assert_int_equal(now.state.phase, PLAYER_PAUSED);
    film_release(&f, FILM_COVERED);
    assert_int_equal(now.state.phase, PLAYER_PLAYING);
    film_look(&f);
    film_pause(&f, true);
    film_look(&f);
    assert_false(film_hold(&f, FILM_COVERED));
    film_release(&f, FILM_COVERED);
    assert_int_equal(now.state.phase, PLAYER_PAUSED);
    film_pause(&f, false);
    film_look(&f);
    assert_true(film_hold(&f, FILM_UNANSWERED));
    film_pause(&f, false); /* a person wants it: no reason is left */
    film_look(&f);
    int calls = now.paused;
    film_release(&f, FILM_UNANSWERED);
    assert_int_equal(now.paused, calls);
    film_close(&f);
}

/* One that is still opening waits too, else it would begin unseen. */
static void test_held_while_it_opens(void **state)
{
    (void)state;
    struct film f = opened(640, 360);
    now.state.phase = PLAYER_OPENING;
    film_look(&f);
    assert_true(film_playing(&f));
    assert_false(film_running(&f));
    assert_true(film_hold(&f, FILM_COVERED));
    assert_int_equal(now.state.phase, PLAYER_PAUSED);
    film_close(&f);
    assert_false(film_hold(&f, FILM_COVERED)); /* closed: nothing to hold */
}

static void test_seek_stays_inside(void **state)
{
    (void)state;
    struct film f = opened(640, 360);
    now.state.length_ms = 10000;
    film_look(&f);
    assert_int_equal(film_seek(&f, 20000), 10000 - FILM_END_MS);
    assert_int_equal(film_seek(&f, -5), 0);
    assert_int_equal(film_seek(&f, 3000), 3000);
    assert_int_equal(film_now_ms(&f), 3000);
    film_close(&f);
}

static void test_what_is_new(void **state)
{
    (void)state;
    struct still still[] = { { .at_ms = 0 }, { .at_ms = 5000 } };
    struct rendition r = { .still = still, .still_count = 2 };
    struct film f = opened(640, 360);
    f.rendition = &r;
    assert_int_equal(film_look(&f), FILM_STILL);
    assert_int_equal(f.still, 0);
    now.state.position_ms = 5100;
    assert_int_equal(film_look(&f), FILM_STILL | FILM_SECOND);
    assert_int_equal(f.still, 1);
    assert_int_equal(film_look(&f), 0);
    now.state.phase = PLAYER_FAILED;
    err_set(&now.state.problem, ERR_DAMAGED, "broken");
    assert_int_equal(film_look(&f), FILM_PHASE);
    assert_int_equal(f.problem.kind, ERR_DAMAGED);
    assert_int_equal(film_due_ms(&f), -1);
    film_close(&f);
}

static void test_captions_by_language(void **state)
{
    (void)state;
    struct caption_track track[] = { { .lang = "en" }, { .lang = "zh-CN" } };
    struct lesson l = { .caption = track, .caption_count = 2 };
    assert_int_equal(film_caption_of(&l, "zh-CN"), 1);
    assert_int_equal(film_caption_of(&l, "en"), 0);
    assert_int_equal(film_caption_of(&l, "fr"), 0);
    l.caption_count = 0;
    assert_int_equal(film_caption_of(&l, "en"), -1);
}

/* A file that is not there leaves the lesson without captions, and the film as it was. */
static void test_captions_missing(void **state)
{
    (void)state;
    struct caption_track track = { .lang = "en", .file.sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" };
    struct lesson l = { .content_id = "c", .caption = &track, .caption_count = 1 };
    struct film f;
    film_init(&f, "/nowhere", &l);
    film_set_caption(&f, 0);
    assert_int_equal(f.caption, -1);
    assert_null(film_caption(&f));
    film_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letterbox), cmocka_unit_test(test_picture_that_cannot_be_placed), cmocka_unit_test(test_damage),
        cmocka_unit_test(test_paint), cmocka_unit_test(test_holding), cmocka_unit_test(test_held_while_it_opens),
        cmocka_unit_test(test_seek_stays_inside), cmocka_unit_test(test_what_is_new), cmocka_unit_test(test_captions_by_language),
        cmocka_unit_test(test_captions_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
