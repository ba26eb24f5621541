#include "screen.h"

#include "gfx/text.h"

static struct gfx *g;
static const struct text_style body = { .face = FACE_REGULAR, .px = 40 }, bold = { .face = FACE_BOLD, .px = 40 };

static int width(const struct text_style *st, const char *s)
{
    return text_width(gfx_text(g), st, s, strlen(s));
}

static void widths(void **state)
{
    (void)state;
    assert_int_equal(width(&body, ""), 0);
    assert_int_equal(width(&body, "学"), 40);
    assert_int_equal(width(&body, "学习十个汉字正好十格"), 400);
    assert_in_range(width(&body, "WeChat"), 100, 160);
    assert_true(width(&bold, "WeChat") > width(&body, "WeChat"));
    assert_int_equal(width(&body, "学𬭎䶮"), 120);
}

static void fitting(void **state)
{
    static const struct { const char *s; int width; size_t want; } row[] = {
        { "学习十个汉字", 40 * 3, 9 }, { "学习十个汉字", 40 * 3 + 39, 9 }, { "学习十个汉字", 39, 0 },
        { "学习十个汉字", 240, 18 },  { "𬭎𬭎𬭎", 80, 8 },                { "", 10, 0 },
    };
    (void)state;
    for (int i = 0; i < DIM(row); i++)
        assert_int_equal(text_fit(gfx_text(g), &body, row[i].s, strlen(row[i].s), row[i].width), row[i].want);
}

/* Two marks in a row share the blank between them; one mark beside a letter keeps its own. */
static void marks_are_set_tight(void **state)
{
    static const struct { const char *s; int half_ems; } row[] = {
        { "户”，您", 7 }, { "户”。", 5 }, { "（“安", 5 }, { "，“安", 5 }, { "户，您", 6 }, { "》、《", 4 }, { "。。。", 4 },
    };
    (void)state;
    for (int i = 0; i < DIM(row); i++)
        assert_int_equal(width(&body, row[i].s), row[i].half_ems * 20);
}

/* English quotes are as narrow as English letters; in a Chinese sentence they take a character's place. */
static void quotes_follow_their_language(void **state)
{
    (void)state;
    assert_in_range(width(&body, "“the police”") - width(&body, "the police"), 20, 48);
    assert_in_range(width(&bold, "don’t") - width(&bold, "dont"), 5, 18);
    assert_int_equal(width(&body, "“警察”"), 160);
    assert_true(text_is_latin("A · “b”", strlen("A · “b”")));
    assert_false(text_is_latin("A 二", strlen("A 二")));
}

static void a_mark_hangs_out_of_a_centred_line(void **state)
{
    (void)state;
    struct text *t = gfx_text(g);
    assert_in_range(text_tail(t, &bold, "还在吗？", strlen("还在吗？")), 8, 26);
    assert_in_range(text_tail(t, &bold, "好。", strlen("好。")), 15, 30);
    assert_int_equal(text_tail(t, &bold, "好", strlen("好")), 0);
    assert_int_equal(text_tail(t, &bold, "OK?", 3), 0);
    assert_int_equal(text_tail(t, &bold, "", 0), 0);
}

static SDL_Rect drawn(const struct text_style *st, const char *s, int line_h)
{
    SDL_Surface *to = gfx_surface(g);
    SDL_Rect all = { 0, 0, to->w, to->h };
    SDL_FillRect(to, NULL, 0xffffff);
    struct paint p = paint_begin(to, all);
    text_draw(gfx_text(g), st, &p, 20, 20 + text_baseline(st, line_h), s, strlen(s), 0xff000000);
    return ink_box(to, all, 0xffffff);
}

/* The eye sees the middle of the ink: within 4 % of the em of the middle of the line. */
static void letters_sit_in_the_middle_of_their_line(void **state)
{
    static const char *const word[] = { "国", "圆", "继续学习", "帮助", "返回", "HELLO", "18" };
    static const int px[] = { 20, 28, 38, 56, 72 };
    (void)state;
    for (int i = 0; i < DIM(word); i++)
        for (int j = 0; j < DIM(px); j++) {
            struct text_style st = { .face = FACE_BOLD, .px = px[j] };
            SDL_Rect ink = drawn(&st, word[i], 100);
            int off = 2 * ink.y + ink.h - 2 * (20 + 50);
            assert_true(ink.h > px[j] / 2);
            if (abs(off) > 2 * px[j] * 4 / 100 + 2)
                fail_msg("%s at %d px is %d half pixels off the middle", word[i], px[j], off);
        }
}

static void a_halo_reaches_beyond_the_letters(void **state)
{
    (void)state;
    struct text_style plain = { .face = FACE_BOLD, .px = 60 }, rim = { .face = FACE_BOLD, .px = 60, .halo = 3 };
    SDL_Rect a = drawn(&plain, "字幕", 100), b = drawn(&rim, "字幕", 100);
    assert_true(b.x < a.x && b.y < a.y && b.w > a.w + 6 && b.h > a.h + 6);
}

static void drawing_the_same_costs_no_more_memory(void **state)
{
    (void)state;
    char s[64];
    drawn(&body, "同一句话", 60);
    size_t before = text_cache_bytes(gfx_text(g));
    drawn(&body, "同一句话", 60);
    assert_int_equal(text_cache_bytes(gfx_text(g)), before);
    struct text_style big = { .face = FACE_BOLD, .px = 150 };
    for (int i = 0; i < 600; i++) {
        snprintf(s, sizeof s, "第%d课：新课", i);
        drawn(&big, s, 200);
    }
    assert_true(text_cache_bytes(gfx_text(g)) < 8u << 20);
}

static void icons_fill_their_square(void **state)
{
    (void)state;
    SDL_Surface *to = gfx_surface(g);
    SDL_Rect all = { 0, 0, to->w, to->h };
    SDL_FillRect(to, NULL, 0xffffff);
    struct paint p = paint_begin(to, all);
    text_draw_icon(gfx_text(g), &p, 0xe86c /* check_circle */, 100, 100, 96, 0xff000000);
    SDL_Rect ink = ink_box(to, all, 0xffffff);
    assert_in_range(ink.w, 76, 84); /* a disc of 20/24 */
    assert_in_range(2 * ink.x + ink.w, 2 * 148 - 3, 2 * 148 + 3);
    assert_in_range(2 * ink.y + ink.h, 2 * 148 - 3, 2 * 148 + 3);
}

int main(void)
{
    g = screen_open(1200, 300);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths), cmocka_unit_test(fitting), cmocka_unit_test(marks_are_set_tight),
        cmocka_unit_test(quotes_follow_their_language), cmocka_unit_test(a_mark_hangs_out_of_a_centred_line), cmocka_unit_test(letters_sit_in_the_middle_of_their_line),
        cmocka_unit_test(a_halo_reaches_beyond_the_letters), cmocka_unit_test(drawing_the_same_costs_no_more_memory),
        cmocka_unit_test(icons_fill_their_square),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gfx_close(g);
    return failed;
}
