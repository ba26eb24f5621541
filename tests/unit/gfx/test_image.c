#include "screen.h"

#include "base/thread.h"
#include "gfx/image.h"

#include <SDL2/SDL_image.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[200];

static const char *path(const char *name)
{
    static char out[4][300];
    static int at;
    char *p = out[at++ % 4];
    snprintf(p, sizeof out[0], "%s/%s", dir, name);
    return p;
}

static void write_file(const char *name, const void *bytes, size_t len)
{
    FILE *f = fopen(path(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
}

static void write_png(const char *name, int w, int h, uint32_t argb)
{
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormat(0, w, h, 32, SDL_PIXELFORMAT_ARGB8888);
    SDL_FillRect(s, NULL, argb);
    assert_int_equal(IMG_SavePNG(s, path(name)), 0);
    SDL_FreeSurface(s);
}

static void sizes_from_headers(void **state)
{
    static const struct { const char *bytes; size_t len; int w, h; } row[] = {
        { "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\2\0\0\0\3", 24, 258, 3 },
        { "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\1\0\0\0\0\0\0\3", 24, 1 << 24, 1 << 24 },
        { "RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x40\x01\xf0\x00", 30, 320, 240 },
        { "RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x3f\xc1\x3b\0\0\0\0\0", 30, 320, 240 },
        { "RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x3f\x01\0\xef\0\0", 30, 320, 240 },
        { "\xff\xd8\xff\xe0\0\4\0\0\xff\xc0\0\x11\x08\0\x10\0\x20\0\0\0", 20, 32, 16 },
        { "\xff\xd8\xff\xff\xff\xc2\0\x11\x08\0\x10\0\x20\0\0\0", 16, 32, 16 },
        { "GIF89a", 6, 0, 0 },  { "", 0, 0, 0 },
        { "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\3", 24, 0, 0 },
        { "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", 18, 0, 0 },
        { "\xff\xd8\xff\xe0\xff\xff\0\0", 8, 0, 0 },
        { "RIFF\0\0\0\0WEBPVP8 ", 16, 0, 0 },
    };
    (void)state;
    for (int i = 0; i < DIM(row); i++) {
        struct err e = ERR_INIT;
        int w = 0, h = 0;
        bool ok = image_size((const uint8_t *)row[i].bytes, row[i].len, &w, &h, &e);
        assert_int_equal(ok, row[i].w > 0);
        assert_int_equal(w, row[i].w);
        assert_int_equal(h, row[i].h);
        assert_int_equal(e.kind == ERR_NONE, ok);
    }
}

static void loads_cut_to_size(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    write_png("green.png", 300, 100, 0xff0e6b52);
    struct image *img = image_load(path("green.png"), 40, 50, &e);
    assert_non_null(img);
    assert_true(img->opaque && img->w == 40 && img->h == 50);
    for (int i = 0; i < 2000; i++)
        assert_int_equal(img->pixels[i], 0xff0e6b52);
    image_free(img);
    write_png("veil.png", 10, 10, 0x40ff0000);
    img = image_load(path("veil.png"), 5, 5, &e);
    assert_non_null(img);
    assert_false(img->opaque);
    image_free(img);
}

static void refuses(void **state)
{
    static const struct { const char *name; enum err_kind kind; } row[] = {
        { "missing.png", ERR_MISSING }, { "text.png", ERR_UNSUPPORTED }, { "cut.png", ERR_INVALID },
        { "bomb.png", ERR_TOO_BIG },    { "empty.png", ERR_UNSUPPORTED },
    };
    (void)state;
    write_file("text.png", "hello", 5);
    write_file("empty.png", "", 0);
    write_file("cut.png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\2\0\0\0\2", 24);
    write_file("bomb.png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff", 24);
    for (int i = 0; i < DIM(row); i++) {
        struct err e = ERR_INIT;
        assert_null(image_load(path(row[i].name), 10, 10, &e));
        assert_int_equal(e.kind, row[i].kind);
        assert_non_null(strstr(e.text, row[i].name));
    }
    struct err e = ERR_INIT;
    assert_null(image_load(path("green.png"), 100000, 100000, &e));
    assert_int_equal(e.kind, ERR_TOO_BIG);
}

static struct gate woken;
static int wakes;

static void wake(void *ctx)
{
    (void)ctx;
    gate_lock(&woken);
    wakes++;
    gate_wake(&woken);
    gate_unlock(&woken);
}

static const struct image *wait_for(struct images *im, const char *name, int w, int h, bool *failed)
{
    const struct image *img;
    while (!(img = images_get(im, path(name), w, h, failed)) && !*failed) {
        gate_lock(&woken);
        while (!wakes)
            gate_wait(&woken);
        wakes = 0;
        gate_unlock(&woken);
        images_settle(im);
    }
    return img;
}

static void arrive_from_the_thread(void **state)
{
    (void)state;
    bool failed;
    gate_init(&woken);
    struct images *im = images_new(100 * 1000, wake, NULL);
    assert_false(images_settle(im));
    const struct image *img = wait_for(im, "green.png", 20, 20, &failed);
    assert_non_null(img);
    assert_int_equal(img->pixels[0], 0xff0e6b52);
    assert_null(wait_for(im, "text.png", 20, 20, &failed));
    assert_true(failed);
    int before = wakes;
    assert_null(images_get(im, path("text.png"), 20, 20, &failed)); /* remembered, not tried again */
    assert_true(failed);
    assert_int_equal(wakes, before);
    for (int side = 21; side < 120; side++) /* far more than the ceiling holds */
        assert_non_null(wait_for(im, "green.png", side, side, &failed));
    assert_null(images_get(im, path("green.png"), 20, 20, &failed)); /* the first was dropped and is asked for again */
    assert_false(failed);
    images_free(im); /* with work under way */
    gate_release(&woken);
}

static void many_wishes_end_well(void **state)
{
    (void)state;
    bool failed;
    gate_init(&woken);
    wakes = 0;
    struct images *im = images_new(1 << 20, wake, NULL);
    for (int i = 1; i < 300; i++)
        images_get(im, path("green.png"), i, 1, &failed);
    assert_non_null(wait_for(im, "green.png", 299, 1, &failed));
    images_free(im);
    gate_release(&woken);
}

int main(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%s/weike-image-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(dir))
        return 1;
    setenv("WEIKE_LOG", "error", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_from_headers), cmocka_unit_test(loads_cut_to_size), cmocka_unit_test(refuses),
        cmocka_unit_test(arrive_from_the_thread), cmocka_unit_test(many_wishes_end_well),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    static const char *const made[] = { "green.png", "veil.png", "text.png", "empty.png", "cut.png", "bomb.png" };
    for (int i = 0; i < DIM(made); i++)
        unlink(path(made[i]));
    rmdir(dir);
    return failed;
}
