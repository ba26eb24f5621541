#include "screen.h"

#include "ui/ui.h"

static struct gfx *g;
static struct ui *ui;
static int64_t now = 1000;
static char *said;
static size_t said_size;

static void begin(void)
{
    ui_frame_begin(ui, now += 16);
}

/* The fixed corners around whatever is tested. */
#define SCREEN(u) ui_column(u, "page", .tone = TONE_PAPER, .pad_x = 48, .pad_y = 16, .gap = 20)
static void head(struct ui *u)
{
    ui_row(u, "head", .h = 100) {
        ui_button(u, "回家", .corner = CORNER_HOME, .w = 200);
        ui_spacer(u);
        ui_button(u, "听", .corner = CORNER_SPEAKER, .w = 200);
    }
}
static void foot(struct ui *u)
{
    ui_spacer(u);
    ui_row(u, "foot", .h = 100) {
        ui_button(u, "返回", .corner = CORNER_BACK, .w = 200);
        ui_spacer(u);
        ui_button(u, "帮助", .corner = CORNER_HELP, .w = 200);
    }
}

/* Ends the frame; the findings as text. */
static const char *findings(int *count)
{
    ui_frame_end(ui);
    free(said);
    FILE *f = open_memstream(&said, &said_size);
    *count = ui_audit(ui, f);
    fclose(f);
    assert_int_equal(ui_audit(ui, NULL), *count);
    return said;
}

static void nothing(void)
{
    int n;
    const char *text = findings(&n);
    if (n)
        fail_msg("%d findings:\n%s", n, text);
}

static void one(const char *kind, const char *part)
{
    int n;
    const char *text = findings(&n);
    if (n != 1 || strncmp(text, kind, strlen(kind)) != 0 || !strstr(text, part))
        fail_msg("one finding \"%s … %s\" wanted, these %d came:\n%s", kind, part, n, text);
}

static void a_good_screen_has_none(void **state)
{
    (void)state;
    begin();
    SCREEN(ui) {
        head(ui);
        ui_label(ui, "今天学什么", .font = FONT_HEADING, .role = ROLE_HEADING);
        ui_label(ui, "点一下就开始。");
        ui_row(ui, "row", .gap = 16) {
            ui_button(ui, "开始学习", .tone = TONE_GO, .h = 100);
            ui_button(ui, "再等一等", .tone = TONE_CARD, .h = 100);
        }
        foot(ui);
    }
    nothing();
}

static void targets_are_large_enough(void **state)
{
    (void)state;
    static const struct { int w, h; enum ui_tone tone; const char *kind; } t[] = {
        { 300, 65, TONE_CARD, NULL }, /* 16 mm of a 21.5" panel are 64.5 px */
        { 300, 63, TONE_CARD, "small" },
        { 63, 300, TONE_CARD, "small" },
        { 300, 81, TONE_GO, NULL },
        { 300, 78, TONE_GO, "small" },
    };
    for (int i = 0; i < DIM(t); i++) {
        begin();
        SCREEN(ui) {
            head(ui);
            ui_column(ui, "one", .stretch_off = true)
                ui_column(ui, "b", .w = t[i].w, .h = t[i].h, .tone = t[i].tone, .role = ROLE_BUTTON, .name = "小") {}
            foot(ui);
        }
        t[i].kind ? one(t[i].kind, "小") : nothing();
    }
}

static void neighbours_keep_apart(void **state)
{
    (void)state;
    static const struct { int gap; enum ui_tone tone; const char *kind, *part; } t[] = {
        { 12, TONE_CARD, NULL, NULL }, { 10, TONE_CARD, "gap", "wanted 3" },
        { 12, TONE_STOP, "gap", "wanted 6" }, { 25, TONE_STOP, NULL, NULL },
        { -30, TONE_CARD, "overlap", "shares 30 x 100" },
    };
    for (int i = 0; i < DIM(t); i++) {
        begin();
        SCREEN(ui) {
            head(ui);
            ui_row(ui, "row", .gap = t[i].gap) {
                ui_button(ui, "左", .w = 300, .h = 100);
                ui_button(ui, "右", .w = 300, .h = 100, .tone = t[i].tone);
            }
            foot(ui);
        }
        t[i].kind ? one(t[i].kind, t[i].part) : nothing();
    }
}

/* A loudspeaker inside a card that can be tapped itself is no overlap. */
static void a_button_may_lie_in_a_card(void **state)
{
    (void)state;
    begin();
    SCREEN(ui) {
        head(ui);
        ui_row(ui, "card", .tone = TONE_CARD, .role = ROLE_BUTTON, .pad = 20, .h = 140) {
            ui_label(ui, "一课");
            ui_button(ui, "念", .w = 100, .h = 100, .tone = TONE_SAND);
        }
        foot(ui);
    }
    nothing();
}

static void letters_are_large_enough(void **state)
{
    (void)state;
    ui_set_panel_mm(ui, 300); /* a panel too small even for the design: the units can shrink no further */
    begin();
    SCREEN(ui) {
        ui_column(ui, "x", .h = 10) {}
        ui_label(ui, "正文");
        ui_label(ui, "小字", .font = FONT_NOTE);
        ui_label(ui, "标题", .font = FONT_HEADING);
    }
    int n;
    const char *text = findings(&n);
    ui_set_panel_mm(ui, 0);
    assert_true(strstr(text, "letters: \"正文\""));
    assert_true(strstr(text, "letters: \"标题\""));
    assert_false(strstr(text, "letters: \"小字\"")); /* 28 units are 4.8 mm even here */
    begin();
    SCREEN(ui) {
        head(ui);
        ui_button(ui, "选我", .role = ROLE_CHOICE, .font = FONT_STRONG);
        foot(ui);
    }
    one("letters", "a choice in 8.4 mm, wanted 9.0");
}

static void words_are_whole(void **state)
{
    (void)state;
    static const char text[] = "这个课程的名字特别长长到一行写不下所以只好用三个点来代替后面的字";
    static const struct { int lines, h; bool may_cut; const char *kind; } t[] = {
        { 0, 0, false, NULL }, { 1, 0, false, "cut" }, { 1, 0, true, NULL }, { 2, 0, false, "cut" }, { 0, 60, false, "cut" },
    };
    for (int i = 0; i < DIM(t); i++) {
        begin();
        SCREEN(ui) {
            head(ui);
            ui_column(ui, "narrow", .w = 400)
                ui_label(ui, text, .max_lines = t[i].lines, .may_cut = t[i].may_cut, .h = t[i].h);
            foot(ui);
        }
        t[i].kind ? one(t[i].kind, "这个课程") : nothing();
    }
    begin();
    SCREEN(ui) {
        head(ui);
        ui_label(ui, "字太宽了放不下", .w = 80, .max_lines = 1);
        foot(ui);
    }
    one("cut", "字太宽");
}

static void nothing_sticks_out(void **state)
{
    (void)state;
    begin();
    SCREEN(ui) {
        head(ui);
        ui_column(ui, "card", .h = 100, .tone = TONE_CARD)
            for (int i = 0; i < 3; i++)
                ui_label(ui, "一行", .key = (uint32_t)i);
        foot(ui);
    }
    one("outside", "一行");
    begin();
    SCREEN(ui) { /* a list may go on below */
        head(ui);
        ui_column(ui, "list", .h = 100, .scroll = true)
            for (int i = 0; i < 3; i++)
                ui_label(ui, "一行", .key = (uint32_t)i);
        foot(ui);
    }
    nothing();
    begin();
    SCREEN(ui) {
        head(ui);
        ui_row(ui, "wide")
            ui_button(ui, "出去", .w = 2000);
        foot(ui);
    }
    one("outside", "出去");
}

static void words_stand_out(void **state)
{
    (void)state;
    static const struct { enum ui_tone tone; enum ui_ink ink; const char *kind; } t[] = {
        { TONE_CARD, INK_SECOND, NULL }, { TONE_CARD, INK_WHITE, "contrast" }, { TONE_GO, INK_AUTO, NULL },
        { TONE_GO, INK_MAIN, "contrast" }, { TONE_SUN_SOFT, INK_STOP, NULL }, { TONE_GO_TINT, INK_SUN, "contrast" },
    };
    for (int i = 0; i < DIM(t); i++) {
        begin();
        SCREEN(ui) {
            head(ui);
            ui_column(ui, "card", .tone = t[i].tone, .pad = 20)
                ui_label(ui, "看得清吗", .ink = t[i].ink);
            foot(ui);
        }
        t[i].kind ? one(t[i].kind, "看得清吗") : nothing();
    }
}

static void film(void *ctx, SDL_Surface *to, SDL_Rect box, SDL_Rect clip)
{
    (void)ctx, (void)box;
    SDL_FillRect(to, &clip, 0xff808080);
}

/* What a film shows is not known: only what lies between counts. */
static void words_on_film_need_glass(void **state)
{
    (void)state;
    static const struct { enum ui_tone tone; enum ui_font font; const char *kind; } t[] = {
        { TONE_NONE, FONT_BODY, "contrast" }, { TONE_GLASS, FONT_BODY, NULL }, { TONE_GLASS_LIGHT, FONT_BODY, "contrast" },
        { TONE_NONE, FONT_CAPTION, NULL }, { TONE_FADE_UP, FONT_BODY, "contrast" /* at its upper end */ },
    };
    for (int i = 0; i < DIM(t); i++) {
        begin();
        ui_stack(ui, "player") {
            ui_canvas(ui, "film", film, NULL, 1, .grow = 1);
            ui_column(ui, "page", .pad_x = 48, .pad_y = 16) {
                ui_row(ui, "head", .h = 100) {
                    ui_spacer(ui);
                    ui_button(ui, "听", .corner = CORNER_SPEAKER, .w = 200);
                }
                ui_column(ui, "veil", .tone = t[i].tone, .radius = -1, .grow = 1)
                    ui_label(ui, "字幕", .ink = INK_WHITE, .font = t[i].font);
                ui_row(ui, "foot", .h = 100) {
                    ui_spacer(ui);
                    ui_button(ui, "帮助", .corner = CORNER_HELP, .w = 200);
                }
            }
        }
        t[i].kind ? one(t[i].kind, "字幕") : nothing();
    }
}

static void corners_stay(void **state)
{
    (void)state;
    begin();
    SCREEN(ui) {
        head(ui);
        ui_label(ui, "没有帮助");
    }
    one("corner", "no Help");
    begin();
    SCREEN(ui) {
        ui_row(ui, "head", .h = 100) {
            ui_column(ui, "shift", .w = 60) {}
            ui_button(ui, "回家", .corner = CORNER_HOME, .w = 200);
            ui_spacer(ui);
            ui_button(ui, "听", .corner = CORNER_SPEAKER, .w = 200);
        }
        foot(ui);
    }
    one("corner", "108,16 units from the upper left");
    begin();
    SCREEN(ui) { /* a question over the screen has neither */
        ui_label(ui, "页");
    }
    ui_overlay(ui, "ask", .tone = TONE_CARD, .pad = 40)
        ui_button(ui, "继续学习", .tone = TONE_GO);
    nothing();
}

static void left_hands_and_low_zones_keep_the_rules(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        ui_set_mirror(ui, i & 1);
        ui_set_low_zone(ui, i & 2);
        begin();
        SCREEN(ui) {
            head(ui);
            foot(ui);
        }
        nothing();
        SDL_Rect home = { 0 }, help = { 0 };
        assert_true(ui_find(ui, "回家", &home, NULL) && ui_find(ui, "帮助", &help, NULL));
        assert_int_equal(home.x > 960, i & 1);
        assert_int_equal(help.x < 960, i & 1);
        assert_true(home.y >= (i & 2 ? 360 : 0));
        if (i & 2) {
            assert_int_equal(ui_units_high(ui), 892); /* two thirds of a 21.5" panel are 178 mm */
            assert_true(home.y < 400);
        }
    }
    ui_set_mirror(ui, false);
    ui_set_low_zone(ui, false);
}

static void high_contrast_asks_for_more(void **state)
{
    (void)state;
    ui_set_theme(ui, UI_THEME_CONTRAST);
    begin();
    SCREEN(ui) {
        head(ui);
        for (int i = TONE_CARD; i < TONE_SCRIM; i++)
            if (i != TONE_GLASS)
                ui_row(ui, "tone", .tone = (enum ui_tone)i, .pad_x = 40, .key = (uint32_t)i)
                    ui_label(ui, "字");
        ui_avatar(ui, "王", NULL, 3, 80);
    }
    int n;
    const char *text = findings(&n);
    ui_set_theme(ui, UI_THEME_PAPER);
    if (strstr(text, "contrast"))
        fail_msg("%s", text);
}

static int setup(void **state)
{
    (void)state;
    g = screen_open(1920, 1080);
    ui = ui_new(g);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    free(said);
    ui_free(ui);
    gfx_close(g);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_screen_has_none),
        cmocka_unit_test(targets_are_large_enough),
        cmocka_unit_test(neighbours_keep_apart),
        cmocka_unit_test(a_button_may_lie_in_a_card),
        cmocka_unit_test(letters_are_large_enough),
        cmocka_unit_test(words_are_whole),
        cmocka_unit_test(nothing_sticks_out),
        cmocka_unit_test(words_stand_out),
        cmocka_unit_test(words_on_film_need_glass),
        cmocka_unit_test(corners_stay),
        cmocka_unit_test(left_hands_and_low_zones_keep_the_rules),
        cmocka_unit_test(high_contrast_asks_for_more),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
