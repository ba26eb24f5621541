#include "screen.h"

#include "ui/ui.h"

static struct gfx *g;
static struct ui *ui;
static int64_t now = 1000;

static void begin(void)
{
    ui_frame_begin(ui, now += 16);
}

static void is(const char *id, int x, int y, int w, int h)
{
    SDL_Rect r = ui_rect(ui, id);
    if (r.x != x || r.y != y || r.w != w || r.h != h)
        fail_msg("%s is at %d,%d %dx%d instead of %d,%d %dx%d", id, r.x, r.y, r.w, r.h, x, y, w, h);
}

/* The window is 1920x1080, so that a unit is a pixel. */
static void rows_share_their_width(void **state)
{
    static const struct { int grow[3], w[3], gap, pad; int x[3], width[3]; } row[] = {
        { { 1, 1, 1 }, { 0 }, 0, 0, { 0, 640, 1280 }, { 640, 640, 640 } },
        { { 1, 1, 1 }, { 0 }, 30, 0, { 0, 650, 1300 }, { 620, 620, 620 } },
        { { 2, 1, 1 }, { 0 }, 0, 0, { 0, 960, 1440 }, { 960, 480, 480 } },
        { { 0, 1, 0 }, { 100, 0, 200 }, 10, 20, { 20, 130, 1700 }, { 100, 1560, 200 } },
        { { 0, 0, 0 }, { 100, 50, 200 }, 10, 0, { 0, 110, 170 }, { 100, 50, 200 } },
        { { 1, 0, 1 }, { 0, 0, 0 }, 0, 0, { 0, 960, 960 }, { 960, 0, 960 } },
    };
    static const char *const id[] = { "a", "b", "c" };
    (void)state;
    for (int i = 0; i < DIM(row); i++) {
        begin();
        ui_row(ui, "row", .gap = row[i].gap, .pad = row[i].pad)
            for (int k = 0; k < 3; k++)
                ui_column(ui, id[k], .grow = row[i].grow[k], .w = row[i].w[k], .h = 10) {}
        ui_frame_end(ui);
        for (int k = 0; k < 3; k++)
            is(id[k], row[i].x[k], row[i].pad, row[i].width[k], 10);
    }
}

/* Equal shares stay equal whatever is inside, as long as it fits after wrapping. */
static void cards_of_one_shelf_are_equal(void **state)
{
    (void)state;
    begin();
    ui_row(ui, "shelf", .gap = 20) {
        ui_column(ui, "short", .grow = 1, .pad = 10)
            ui_label(ui, "短");
        ui_column(ui, "long", .grow = 1, .pad = 10)
            ui_label(ui, "这个课程的名字特别长长到一行写不下所以要折成好几行才能放进卡片里面去而且还要再长一点点才够呢真的要再长一点");
    }
    ui_frame_end(ui);
    is("short", 0, 0, 950, 1080);
    is("long", 970, 0, 950, 1080);
}

static void justify_and_align(void **state)
{
    static const struct { enum ui_align justify, align; bool row; int ax, ay, bx, by; } t[] = {
        { ALIGN_START, ALIGN_START, true, 0, 0, 110, 0 },
        { ALIGN_CENTER, ALIGN_CENTER, true, 855, 515, 965, 490 },
        { ALIGN_END, ALIGN_END, true, 1710, 1030, 1820, 980 },
        { ALIGN_START, ALIGN_START, false, 0, 0, 0, 60 },
        { ALIGN_CENTER, ALIGN_CENTER, false, 910, 460, 910, 520 },
        { ALIGN_END, ALIGN_END, false, 1820, 920, 1820, 980 },
    };
    (void)state;
    for (int i = 0; i < DIM(t); i++) {
        begin();
        ui_column(ui, "box", .row = t[i].row, .justify = t[i].justify, .align = t[i].align, .gap = 10) {
            ui_column(ui, "a", .w = 100, .h = 50) {}
            ui_column(ui, "b", .w = 100, .h = 100) {}
        }
        ui_frame_end(ui);
        is("a", t[i].ax, t[i].ay, 100, 50);
        is("b", t[i].bx, t[i].by, 100, 100);
    }
}

static void columns_give_the_rest_to_who_grows(void **state)
{
    (void)state;
    begin();
    ui_column(ui, "page", .pad_x = 48, .pad_y = 16, .gap = 24) {
        ui_column(ui, "head", .h = 88) {}
        ui_column(ui, "body", .grow = 1) {}
        ui_column(ui, "foot", .h = 96) {}
    }
    ui_frame_end(ui);
    is("head", 48, 16, 1824, 88);
    is("body", 48, 128, 1824, 1080 - 128 - 24 - 96 - 16);
    is("foot", 48, 968, 1824, 96);
}

static void text_wraps_and_pushes_down(void **state)
{
    (void)state;
    begin();
    ui_column(ui, "page") {
        ui_column(ui, "narrow", .w = 320, .pad = 0)
            ui_label(ui, "一二三四五六七八九十一二三四五"); /* 15 characters of 32 px: 10 + 5 */
        ui_column(ui, "below", .h = 10) {}
        ui_row(ui, "pair", .gap = 10, .align = ALIGN_CENTER, .stretch_off = true) {
            ui_label(ui, "短");
            ui_column(ui, "box", .w = 40, .h = 200) {}
        }
    }
    ui_frame_end(ui);
    is("narrow", 0, 0, 320, 98); /* two lines of 49 */
    is("below", 0, 98, 1920, 10);
    is("pair", 0, 108, 1920, 200);
    is("box", 44, 108, 40, 200);
}

static void too_tight_rows_shrink_their_text(void **state)
{
    (void)state;
    begin();
    ui_row(ui, "row", .w = 400, .gap = 10) {
        ui_label(ui, "很长很长很长很长很长很长很长的标题", .key = 1);
        ui_column(ui, "right", .w = 100, .h = 20) {}
    }
    ui_frame_end(ui);
    is("right", 300, 0, 100, 20);
}

static void stacks_lie_on_each_other(void **state)
{
    (void)state;
    begin();
    ui_stack(ui, "stack", .align = ALIGN_CENTER, .justify = ALIGN_END) {
        ui_column(ui, "whole") {}
        ui_column(ui, "small", .w = 100, .h = 60) {}
    }
    ui_frame_end(ui);
    is("whole", 0, 0, 1920, 1080);
    is("small", 910, 1020, 100, 60);
}

static void overlays_are_centred(void **state)
{
    (void)state;
    begin();
    ui_row(ui, "row", .w = 100)
        ui_overlay(ui, "scrim", .w = 900, .h = 300, .tone = TONE_CARD)
            ui_column(ui, "inside", .h = 50) {}
    ui_frame_end(ui);
    is("scrim", 0, 0, 1920, 1080);
    is("card", 510, 390, 900, 300);
    is("inside", 510, 390, 900, 50);
}

static void long_lists_scroll_instead_of_pushing(void **state)
{
    (void)state;
    begin();
    ui_column(ui, "page") {
        ui_column(ui, "list", .scroll = true, .grow = 1)
            for (int i = 0; i < 50; i++)
                ui_column(ui, "item", .key = (uint32_t)i, .h = 100) {}
        ui_column(ui, "foot", .h = 96) {}
    }
    ui_frame_end(ui);
    is("list", 0, 0, 1920, 984);
    is("foot", 0, 984, 1920, 96);
}

static void two_thousand_rows_each_have_a_place(void **state)
{
    (void)state;
    begin();
    ui_column(ui, "list", .scroll = true)
        for (int i = 0; i < 2000; i++)
            ui_column(ui, i == 1999 ? "last" : "item", .key = (uint32_t)i, .h = 50) {}
    ui_frame_end(ui);
    is("last", 0, 1999 * 50, 1920, 50);
}

static void least_sizes_hold(void **state)
{
    (void)state;
    begin();
    ui_row(ui, "row", .stretch_off = true) {
        ui_column(ui, "wide", .min_w = 200, .min_h = 70) {}
        ui_column(ui, "grown", .grow = 1, .min_w = 300) {}
    }
    ui_frame_end(ui);
    is("wide", 0, 0, 200, 70);
    is("grown", 200, 0, 1720, 0);
}

/* 1366x768 shows the same page, smaller, and text size 150 % changes only the text. */
static void other_sizes(void **state)
{
    (void)state;
    struct gfx *small = screen_open(1366, 768);
    struct ui *u = ui_new(small);
    assert_int_equal(ui_units_high(u), 1080);
    ui_frame_begin(u, 1);
    ui_column(u, "page", .pad = 48)
        ui_column(u, "box", .w = 560, .h = 96) {}
    ui_frame_end(u);
    SDL_Rect r = ui_rect(u, "box");
    assert_int_equal(r.x, 34);
    assert_int_equal(r.w, 398);
    assert_int_equal(r.h, 68);
    ui_free(u);
    ui_set_text_size(ui, 150);
    begin();
    ui_column(ui, "page", .stretch_off = true)
        ui_column(ui, "text", .pad = 10)
            ui_label(ui, "十个汉字十个汉字十个");
    ui_frame_end(ui);
    is("text", 0, 0, 530, 93);
    ui_set_text_size(ui, 100);
    gfx_close(small);
}

int main(void)
{
    g = screen_open(1920, 1080);
    ui = ui_new(g);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_share_their_width), cmocka_unit_test(cards_of_one_shelf_are_equal),
        cmocka_unit_test(justify_and_align), cmocka_unit_test(columns_give_the_rest_to_who_grows),
        cmocka_unit_test(text_wraps_and_pushes_down), cmocka_unit_test(too_tight_rows_shrink_their_text),
        cmocka_unit_test(stacks_lie_on_each_other), cmocka_unit_test(overlays_are_centred),
        cmocka_unit_test(long_lists_scroll_instead_of_pushing), cmocka_unit_test(two_thousand_rows_each_have_a_place), cmocka_unit_test(least_sizes_hold),
        cmocka_unit_test(other_sizes),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ui_free(ui);
    gfx_close(g);
    return failed;
}
