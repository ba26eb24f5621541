#include "screen.h"

#include "base/str.h"
#include "ui/icons.h"
#include "ui/reader.h"

static struct gfx *g;
static struct ui *ui;
static struct reader_item item[READER_ITEMS_MAX];

static const char *words(void) /* items by " | ", pieces of one by "+" */
{
    static struct str out;
    static bool begun;
    if (!begun)
        str_init(&out, 0);
    begun = true;
    str_clear(&out);
    int n = reader_list(ui, item, READER_ITEMS_MAX);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < item[i].piece_count; k++)
            str_printf(&out, "%s%s", k ? "+" : i ? " | " : "", item[i].piece[k]);
    return out.data;
}

static void chrome(void)
{
    ui_row(ui, "header", .gap = 10) {
        ui_avatar(ui, "王秀兰", "", 0, 80);
        ui_row(ui, "clock")
            ui_label(ui, "9:41");
        ui_button(ui, "中文");
    }
}

static void page(bool card)
{
    ui_frame_begin(ui, 1);
    ui_column(ui, "page", .pad = 20, .gap = 10) {
        chrome();
        ui_label(ui, "先看这个");
        ui_label(ui, "标题", .role = ROLE_HEADING);
        ui_column(ui, "tile", .role = ROLE_CHOICE, .key = 1, .selected = true) {
            ui_avatar(ui, "李大山", "", 1, 60);
            ui_label(ui, "李大山");
            ui_label(ui, "3 课");
        }
        ui_icon_button(ui, ICON_HELP, "", .name = "帮助", .w = 96);
        ui_button(ui, "不能", .disabled = true);
        ui_progress(ui, 0.5f);
        ui_column(ui, "deco", .silent = true)
            ui_label(ui, "花边");
        ui_column(ui, "list", .scroll = true, .h = 120)
            for (int i = 0; i < 9; i++)
                ui_button(ui, ui_fmt(ui, "行%d", i));
        ui_row(ui, "footer")
            ui_button(ui, "返回");
    }
    if (card)
        ui_overlay(ui, "ask", .tone = TONE_CARD, .pad = 20) {
            ui_button(ui, "我在");
            ui_label(ui, "还在吗？", .role = ROLE_HEADING);
        }
    ui_frame_end(ui);
}

static void test_titles_first_corners_last(void **state)
{
    (void)state;
    page(false);
    assert_string_equal(words(), "标题 | 先看这个 | 李大山+3 课 | 帮助 | 行0 | 返回 | 王秀兰 | 中文");
    assert_int_equal(item[0].role, ROLE_HEADING);
    assert_int_equal(item[2].role, ROLE_CHOICE);
    assert_true(item[2].selected);
    assert_false(item[2].card);
}

static void test_a_card_covers_the_rest(void **state)
{
    (void)state;
    page(true);
    assert_string_equal(words(), "还在吗？ | 我在");
    assert_true(item[0].card);
}

static void test_found_again_or_gone(void **state)
{
    SDL_Rect r;
    (void)state;
    page(false);
    reader_list(ui, item, READER_ITEMS_MAX);
    uint64_t tile = item[2].id;
    page(false);
    assert_true(reader_find(ui, tile, &r));
    assert_int_equal(r.w, item[2].r.w);
    page(true);
    assert_false(reader_find(ui, tile, &r)); /* under the card */
    assert_false(reader_find(ui, 1, &r));
}

static void test_no_more_than_asked(void **state)
{
    (void)state;
    page(false);
    assert_int_equal(reader_list(ui, item, 2), 2);
    assert_int_equal(reader_list(ui, item, 0), 0);
}

static void test_ring_is_painted(void **state)
{
    (void)state;
    page(false);
    reader_list(ui, item, READER_ITEMS_MAX);
    SDL_Rect r = item[3].r; /* help */
    SDL_Surface *s = gfx_surface(g);
    int x = r.x + r.w / 2, y = r.y - 6;
    uint32_t before = pixel(s, x, y);
    ui_highlight(ui, item[3].id);
    assert_true(ui_wants_frame(ui));
    page(false);
    assert_int_equal(pixel(s, x, y), 0xb85c00);
    ui_highlight(ui, 0);
    page(false);
    assert_int_equal(pixel(s, x, y), before);
}

static long unlike(SDL_Surface *s, SDL_Rect r, uint32_t a, uint32_t b) /* pixels that are neither */
{
    long n = 0;
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++)
            n += pixel(s, x, y) != a && pixel(s, x, y) != b;
    return n;
}

static void test_blocks_leave_no_letter(void **state)
{
    (void)state;
    page(false);
    reader_list(ui, item, READER_ITEMS_MAX);
    SDL_Rect r = item[1].r; /* a plain line */
    SDL_Surface *s = gfx_surface(g);
    assert_true(unlike(s, r, 0xfaf6ee, 0xfaf6ee) > 100);
    ui_set_blocks(ui, true);
    page(false);
    SDL_Rect ink = ink_box(s, r, pixel(s, r.x + r.w - 1, r.y));
    SDL_Rect inner = { ink.x + ink.h / 3, ink.y + 1, ink.w - 2 * (ink.h / 3), ink.h - 2 };
    assert_true(inner.w > 40);
    assert_int_equal(unlike(s, inner, pixel(s, inner.x, inner.y), pixel(s, inner.x, inner.y)), 0); /* one bar, one colour */
    ui_set_blocks(ui, false);
}

static int open_all(void **state)
{
    (void)state;
    g = screen_open(1280, 720);
    ui = ui_new(g);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    ui_free(ui);
    gfx_close(g);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_titles_first_corners_last), cmocka_unit_test(test_a_card_covers_the_rest),
        cmocka_unit_test(test_found_again_or_gone),       cmocka_unit_test(test_no_more_than_asked),
        cmocka_unit_test(test_ring_is_painted),           cmocka_unit_test(test_blocks_leave_no_letter),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
