/* keyboard: fingers on keys become text, with words from librime where it is installed, and letters and digits where it is not. */
#include "screen.h"

#include "app/keyboard/keyboard_parts.h"
#include "base/clock.h"
#include "base/helper.h"
#include "base/i18n.h"
#include "ui/ui.h"

#include <string.h>

static struct app app;
static int64_t now = 1000;

static int setup(void **state)
{
    (void)state;
    app.gfx = screen_open(1366, 768);
    app.ui = ui_new(app.gfx);
    app.text_percent = 100;
    ui_set_panel_mm(app.ui, 345);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ui_free(app.ui);
    gfx_close(app.gfx);
    return helper_settle(5000) ? 0 : -1;
}

static enum keyboard_answer draw(struct keyboard *k)
{
    enum keyboard_answer answer = KEYBOARD_TYPING;
    do { /* as chrome_screen leaves room for it */
        keyboard_tick(k, now);
        ui_frame_begin(app.ui, now += 20);
        ui_column(app.ui, "screen", .tone = TONE_PAPER, .pad_x = 48, .pad_y = 16, .gap = 18, .grow = 1) {
            ui_column(app.ui, "head", .h = 88) {}
            answer = keyboard_draw(app.ui, k);
            ui_column(app.ui, "foot", .h = 104) {}
        }
        ui_frame_end(app.ui);
    } while (ui_wants_frame(app.ui));
    return answer;
}

static void finger(struct keyboard *k, const char *label, bool down)
{
    SDL_Rect r;
    bool tappable;
    if (!ui_find(app.ui, label, &r, &tappable) || !tappable)
        fail_msg("%s cannot be tapped", label);
    SDL_Event e = { .type = down ? SDL_MOUSEBUTTONDOWN : SDL_MOUSEBUTTONUP };
    e.button.button = SDL_BUTTON_LEFT;
    e.button.x = r.x + r.w / 2;
    e.button.y = r.y + r.h / 2;
    ui_event(app.ui, &e, now += 400);
    draw(k);
}

static void tap(struct keyboard *k, const char *label)
{
    finger(k, label, true);
    finger(k, label, false);
}

static void tap_all(struct keyboard *k, const char *letters)
{
    for (char one[2] = ""; (*one = *letters) != 0; letters++)
        tap(k, one);
}

static void hit(struct keyboard *k, SDL_Keycode key)
{
    SDL_Event e = { .type = SDL_KEYDOWN };
    e.key.keysym.sym = key;
    ui_event(app.ui, &e, now += 50);
    draw(k);
}

static struct keyboard *open_keyboard(struct keyboard_opts o, const char *text)
{
    struct keyboard *k = keyboard_open(&app, &o, text);
    draw(k);
    draw(k);
    return k;
}

static void test_letters_capitals_digits(void **state)
{
    (void)state;
    struct keyboard *k = open_keyboard((struct keyboard_opts){ .title = "t", .mode = KEYBOARD_ENGLISH }, NULL);
    tap(k, "Capital letters");
    tap(k, "H");
    tap_all(k, "ello");
    tap(k, ",");
    tap(k, "Space");
    tap(k, "Capital letters");
    tap(k, "Capital letters"); /* locked */
    tap_all(k, "AB");
    tap(k, "123");
    tap_all(k, "42");
    assert_string_equal(keyboard_text(k), "Hello, AB42");
    tap(k, "Take back");
    assert_string_equal(keyboard_text(k), "Hello, AB4");
    tap(k, "Done");
    assert_int_equal(draw(k), KEYBOARD_DONE);
    keyboard_close(k);
}

static void test_delete_repeats_while_held(void **state)
{
    (void)state;
    struct keyboard *k = open_keyboard((struct keyboard_opts){ .title = "t", .mode = KEYBOARD_ENGLISH }, "你好，世界abcdefgh");
    finger(k, "Take back", true);
    int64_t begun = clock_boot_ms(); /* held by the machine's clock, as in the kiosk */
    assert_true(k->holding);
    assert_in_range(keyboard_due_ms(k, begun), 1, 500);
    for (int i = 0; i < 10; i++)
        keyboard_tick(k, begun + 600 + i * 200);
    assert_string_equal(keyboard_text(k), "你好，");
    finger(k, "Take back", false);
    draw(k);
    assert_false(k->holding);
    assert_int_equal(keyboard_due_ms(k, begun + 10000), -1);
    keyboard_close(k);
}

static void test_limits(void **state)
{
    (void)state;
    struct keyboard *k = open_keyboard((struct keyboard_opts){ .title = "t", .mode = KEYBOARD_ENGLISH, .max_chars = 5 }, "村里的好消息");
    assert_string_equal(keyboard_text(k), "村里的好消"); /* what fits of what was there */
    tap(k, "a");
    assert_true(k->full);
    SDL_Rect r;
    bool tappable;
    assert_true(ui_find(app.ui, "There is room for no more words.", &r, &tappable));
    tap(k, "Take back");
    tap(k, "a");
    assert_string_equal(keyboard_text(k), "村里的好a");
    keyboard_close(k);
    k = open_keyboard((struct keyboard_opts){ .title = "t", .mode = KEYBOARD_ENGLISH }, "   ");
    assert_int_equal(draw(k), KEYBOARD_TYPING);
    hit(k, SDLK_BACKSPACE);
    keyboard_close(k);
}

static void test_numbers_only(void **state)
{
    (void)state;
    struct keyboard *k = open_keyboard((struct keyboard_opts){ .title = "t", .only_digits = true, .one_line = true }, NULL);
    SDL_Rect r;
    bool tappable;
    assert_false(ui_find(app.ui, "q", &r, &tappable));
    tap(k, "-");
    tap_all(k, "12.5");
    hit(k, SDLK_x); /* no number */
    hit(k, SDLK_6);
    assert_string_equal(keyboard_text(k), "-12.56");
    hit(k, SDLK_RETURN);
    assert_int_equal(draw(k), KEYBOARD_DONE);
    keyboard_close(k);
}

static void test_without_pinyin(void **state)
{
    (void)state;
    /* Beside this test there is no weike-pinyin. */
    struct keyboard *k = open_keyboard((struct keyboard_opts){ .title = "t", .mode = KEYBOARD_PINYIN }, "前面");
    assert_true(k->failed);
    assert_int_equal(k->mode, KEYBOARD_ENGLISH);
    tap_all(k, "ok");
    tap(k, "123");
    tap(k, "7");
    assert_string_equal(keyboard_text(k), "前面ok7");
    keyboard_close(k);
}

static void test_nothing_too_small_at_any_size(void **state)
{
    (void)state;
    static const int percent[] = { 100, 125, 150 };
    static const enum keyboard_mode mode[] = { KEYBOARD_ENGLISH, KEYBOARD_DIGITS };
    char text[1400] = "";
    for (int i = 0; i < 60; i++)
        strcat(text, "村里的好消息a");
    for (size_t i = 0; i < 6; i++) {
        app.text_percent = percent[i / 2];
        ui_set_text_size(app.ui, app.text_percent);
        struct keyboard *k = open_keyboard((struct keyboard_opts){ .title = "What do you want to say?", .mode = mode[i % 2], .max_chars = 500 }, text);
        char *said = NULL;
        size_t size;
        FILE *to = open_memstream(&said, &size);
        ui_audit(app.ui, to);
        fclose(to);
        for (char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n"))
            if (strncmp(line, "corner", 6)) /* the corners are the screen's */
                fail_msg("at %d %%: %s", app.text_percent, line);
        free(said);
        keyboard_close(k);
    }
    app.text_percent = 100;
    ui_set_text_size(app.ui, 100);
}

static void test_tail(void **state)
{
    (void)state;
    static const struct { const char *text; int per_line, lines; const char *want; } row[] = {
        { "短", 10, 2, "短" }, { "", 10, 2, "" }, { "一二三四五六七八九十", 6, 2, "…四五六七八九十" }, { "abc", 4, 1, "abc" },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct str out;
        str_init(&out, 0);
        typing_tail(row[i].text, row[i].per_line, row[i].lines, &out);
        assert_string_equal(out.data, row[i].want);
        str_release(&out);
    }
    assert_int_equal(typing_shifted('a'), 'A');
    assert_int_equal(typing_shifted('1'), '!');
    assert_int_equal(typing_shifted(0x4e00), 0x4e00);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters_capitals_digits), cmocka_unit_test(test_delete_repeats_while_held), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_numbers_only), cmocka_unit_test(test_without_pinyin), cmocka_unit_test(test_nothing_too_small_at_any_size),
        cmocka_unit_test(test_tail),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
