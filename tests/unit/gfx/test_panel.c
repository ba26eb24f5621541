#include "screen.h"
#include "scratch.h"

#include "gfx/panel.h"

/* A block that says cm (bytes 21, 22) and a first timing of w x h pixels on mm_w x mm_h. */
static void make(uint8_t e[128], int cm_w, int cm_h, int px_w, int px_h, int mm_w, int mm_h)
{
    static const uint8_t magic[8] = { 0, 255, 255, 255, 255, 255, 255, 0 };
    memset(e, 0, 128);
    memcpy(e, magic, 8);
    e[18] = 1, e[19] = 4;
    e[21] = (uint8_t)cm_w;
    e[22] = (uint8_t)cm_h;
    uint8_t *t = e + 54;
    if (px_w) {
        t[0] = 0x02, t[1] = 0x3a; /* 148.5 MHz */
        t[2] = (uint8_t)px_w, t[4] = (uint8_t)(px_w >> 4 & 0xf0);
        t[5] = (uint8_t)px_h, t[7] = (uint8_t)(px_h >> 4 & 0xf0);
        t[12] = (uint8_t)mm_w, t[13] = (uint8_t)mm_h, t[14] = (uint8_t)((mm_w >> 4 & 0xf0) | mm_h >> 8);
    }
    uint8_t sum = 0;
    for (int i = 0; i < 127; i++)
        sum = (uint8_t)(sum + e[i]);
    e[127] = (uint8_t)-sum;
}

static void sizes_are_read_and_lies_are_not(void **state)
{
    (void)state;
    static const struct { const char *what; int cm_w, cm_h, px_w, px_h, mm_w, mm_h, is_w, is_h; } t[] = {
        { "a 15.6\" laptop", 34, 19, 1366, 768, 344, 194, 344, 194 },
        { "a 21.5\" monitor", 48, 27, 1920, 1080, 476, 268, 476, 268 },
        { "a 32\" monitor", 71, 40, 1920, 1080, 708, 398, 708, 398 },
        { "only centimetres", 48, 27, 0, 0, 0, 0, 480, 270 },
        { "timing without a size", 48, 27, 1920, 1080, 0, 0, 480, 270 },
        { "millimetres of another panel", 48, 27, 1920, 1080, 300, 170, 480, 270 },
        { "a portrait panel", 27, 48, 1080, 1920, 268, 476, 268, 476 },
        { "a projector", 0, 0, 1920, 1080, 0, 0, 0, 0 },
        { "a ratio, with a true size", 0, 0, 1920, 1080, 520, 290, 520, 290 },
        { "a television: 160 x 90", 160, 90, 1920, 1080, 160, 90, 0, 0 },
        { "a television: 16 x 9", 16, 9, 1920, 1080, 160, 90, 0, 0 },
        { "a television's shape as millimetres", 89, 50, 1920, 1080, 160, 90, 890, 500 },
        { "landscape ratio in one byte", 79, 0, 1920, 1080, 0, 0, 0, 0 },
        { "a stamp", 3, 2, 1920, 1080, 30, 20, 0, 0 },
        { "a rope", 250, 10, 0, 0, 0, 0, 0, 0 },
    };
    for (int i = 0; i < DIM(t); i++) {
        uint8_t e[128];
        struct panel p = { 0 };
        make(e, t[i].cm_w, t[i].cm_h, t[i].px_w, t[i].px_h, t[i].mm_w, t[i].mm_h);
        bool ok = panel_parse_edid(e, sizeof e, &p);
        if (ok != (t[i].is_w > 0) || p.width_mm != t[i].is_w || p.height_mm != t[i].is_h)
            fail_msg("%s: %d x %d mm instead of %d x %d", t[i].what, p.width_mm, p.height_mm, t[i].is_w, t[i].is_h);
        if (ok)
            assert_int_equal(p.width_px, t[i].px_w);
    }
}

static void what_is_no_edid_is_refused(void **state)
{
    (void)state;
    uint8_t e[256];
    struct panel p = { .width_mm = 7 };
    make(e, 48, 27, 1920, 1080, 476, 268);
    for (size_t len = 0; len < 128; len++)
        assert_false(panel_parse_edid(e, len, &p));
    for (int i = 0; i < 128; i++) { /* each byte is covered by magic or sum */
        e[i] ^= 0x10;
        assert_false(panel_parse_edid(e, 128, &p));
        e[i] ^= 0x10;
    }
    assert_int_equal(p.width_mm, 7);
    assert_true(panel_parse_edid(e, 128, &p));
    memset(e + 128, 0xee, 128); /* what follows the first block is not looked at */
    assert_true(panel_parse_edid(e, 256, &p));
}

static void put_in(const char *dir, const char *name, const char *file, const void *bytes, size_t n)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/%s/%s", dir, name, file);
    put(path, bytes, n);
}

static void the_connected_panel_is_found(void **state)
{
    (void)state;
    uint8_t e[128];
    struct panel p = { 0 };
    const char *dir = scratch("drm");
    assert_int_equal(mkdir(dir, 0755), 0);
    assert_false(panel_find(dir, &p));
    assert_false(panel_find("/nonexistent", &p));
    make(e, 71, 40, 1920, 1080, 708, 398);
    put_in(dir, "card0-DP-1", "edid", e, sizeof e);
    put_in(dir, "card0-DP-1", "status", "disconnected\n", 13);
    put_in(dir, "card0", "edid", e, sizeof e);
    put_in(dir, "card0", "status", "connected\n", 10);
    assert_false(panel_find(dir, &p));
    put_in(dir, "card0-HDMI-A-1", "edid", "", 0); /* connected, but tells nothing */
    put_in(dir, "card0-HDMI-A-1", "status", "connected\n", 10);
    assert_false(panel_find(dir, &p));
    assert_true(panel_window_mm(0, 1920, dir) == 0);
    make(e, 34, 19, 1366, 768, 345, 194);
    put_in(dir, "card0-LVDS-1", "edid", e, sizeof e);
    put_in(dir, "card0-LVDS-1", "status", "connected\n", 10);
    assert_true(panel_find(dir, &p));
    assert_int_equal(p.width_mm, 345);
    assert_true(panel_window_mm(0, 1366, dir) == 345); /* no desktop here: the mode the panel prefers */
    assert_true(panel_window_mm(0, 683, dir) == 172.5);
    assert_true(panel_window_mm(476, 683, dir) == 476); /* what a person said is about the window */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_read_and_lies_are_not),
        cmocka_unit_test(what_is_no_edid_is_refused),
        cmocka_unit_test(the_connected_panel_is_found),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
