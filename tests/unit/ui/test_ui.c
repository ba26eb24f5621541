#include "screen.h"

#include "ui/icons.h"
#include "ui/ui.h"

#include <time.h>

static struct gfx *g;
static struct ui *ui;
static int64_t now = 100000;

static struct { float part; int taps, deep, under, over, picked; bool asking, hide; uint64_t serial; float slide; uint32_t typed; int painted; long painted_px; uint32_t rgb; } s;

static void video(void *ctx, SDL_Surface *to, SDL_Rect box, SDL_Rect clip)
{
    (void)ctx;
    assert_true(clip.x >= box.x && clip.y >= box.y && clip.x + clip.w <= box.x + box.w && clip.y + clip.h <= box.y + box.h);
    s.painted++;
    s.painted_px += (long)clip.w * clip.h;
    SDL_FillRect(to, &clip, s.rgb);
}

static void page(void)
{
    ui_column(ui, "page", .pad = 40, .gap = 20) {
        ui_row(ui, "keys", .gap = 20) {
            if (!s.hide && ui_button(ui, "点我", .tone = TONE_GO))
                s.taps++;
            ui_button(ui, "不能", .disabled = true);
            if (ui_button(ui, "同名", .key = 1))
                s.picked = 1;
            if (ui_button(ui, "同名", .key = 1))
                s.picked = 2; /* same name, same key: still a button of its own */
            ui_column(ui, "card", .role = ROLE_BUTTON, .tone = TONE_CARD, .w = 300, .h = 96) {
                s.under += ui_tapped(ui);
                if (ui_button(ui, "里面", .w = 100, .h = 60))
                    s.deep++;
            }
        }
        ui_progress(ui, s.part, .w = 600);
        ui_column(ui, "slide", .w = 400, .h = 60, .role = ROLE_SLIDER, .justify = ALIGN_CENTER) {
            ui_tapped_at(ui, &s.slide, NULL);
            ui_dragging(ui, &s.slide);
            ui_progress(ui, s.slide);
        }
        ui_column(ui, "list", .scroll = true, .h = 300)
            for (int i = 0; i < 20; i++)
                ui_row(ui, "item", .key = (uint32_t)i, .h = 80, .role = ROLE_BUTTON, .tone = TONE_CARD) {
                    ui_label(ui, ui_fmt(ui, "第%d行", i));
                    if (ui_tapped(ui))
                        s.picked = 100 + i;
                }
        ui_stack(ui, "film", .w = 640, .h = 360) {
            ui_canvas(ui, "video", video, NULL, s.serial);
            if (s.over)
                ui_column(ui, "bar", .tone = TONE_GLASS, .h = 60, .radius = -1)
                    ui_label(ui, "字幕");
        }
    }
    if (s.asking)
        ui_overlay(ui, "ask", .tone = TONE_CARD, .w = 600, .pad = 40)
            if (ui_button(ui, "我还在"))
                s.asking = false;
    if (ui_typed(ui))
        s.typed = ui_typed(ui);
}

static long frame(void)
{
    ui_frame_begin(ui, now += 16);
    page();
    return ui_frame_end(ui);
}

static void settle(void)
{
    for (int i = 0; i < 10 && ui_wants_frame(ui); i++)
        frame();
    assert_false(ui_wants_frame(ui));
}

static void mouse(uint32_t type, int x, int y)
{
    SDL_Event e = { .type = type };
    if (type == SDL_MOUSEMOTION) {
        e.motion.x = x;
        e.motion.y = y;
    } else {
        e.button.button = SDL_BUTTON_LEFT;
        e.button.x = x;
        e.button.y = y;
    }
    ui_event(ui, &e, now += 10);
}

static SDL_Rect find(const char *label)
{
    SDL_Rect r = { 0 };
    assert_true(ui_find(ui, label, &r, NULL));
    return r;
}

static void tap(const char *label)
{
    SDL_Rect r = find(label);
    now += 1000;
    mouse(SDL_MOUSEBUTTONDOWN, r.x + r.w / 2, r.y + r.h / 2);
    frame();
    mouse(SDL_MOUSEBUTTONUP, r.x + r.w / 2, r.y + r.h / 2);
    settle();
}

static int fresh(void **state)
{
    (void)state;
    memset(&s, 0, sizeof s);
    s.part = 0.5f;
    s.rgb = 0x123456;
    ui_damage_all(ui);
    settle();
    return 0;
}

static void nothing_changed_paints_nothing(void **state)
{
    (void)state;
    assert_int_equal(frame(), 0);
    assert_int_equal(ui_next_wakeup_ms(ui), -1); /* sleeps until an event */
}

static void a_bar_that_moves_repaints_little(void **state)
{
    (void)state;
    s.part = 0.6f;
    long px = frame();
    assert_true(px > 0);
    assert_true(px * 20 < 1920L * 1080); /* less than 5 % */
    assert_int_equal(frame(), 0);
    ui_damage_all(ui);
    assert_int_equal(frame(), 1920L * 1080);
}

/* Whatever the order of changes, the pixels are those of a picture painted from nothing. */
static void repainting_parts_equals_painting_all(void **state)
{
    (void)state;
    SDL_Surface *to = gfx_surface(g);
    for (int i = 0; i < 12; i++) {
        s.part = (float)(i * 37 % 100) / 100;
        s.asking = i % 4 == 1;
        s.over = i % 3 == 1;
        s.hide = i % 5 == 2;
        frame();
        SDL_Surface *parts = SDL_ConvertSurface(to, to->format, 0);
        ui_damage_all(ui);
        frame();
        assert_int_equal(memcmp(parts->pixels, to->pixels, (size_t)to->pitch * (size_t)to->h), 0);
        SDL_FreeSurface(parts);
    }
}

static void buttons_answer_once(void **state)
{
    (void)state;
    tap("点我");
    assert_int_equal(s.taps, 1);
    settle();
    assert_int_equal(s.taps, 1);
    tap("点我");
    assert_int_equal(s.taps, 2);
}

static void pressed_is_seen_at_once(void **state)
{
    (void)state;
    SDL_Rect r = find("点我");
    uint32_t before = pixel(gfx_surface(g), r.x + 30, r.y + 20);
    mouse(SDL_MOUSEBUTTONDOWN, r.x + 20, r.y + 20);
    assert_true(ui_wants_frame(ui));
    assert_true(frame() > 0);
    assert_int_not_equal(pixel(gfx_surface(g), r.x + 30, r.y + 20), before);
    mouse(SDL_MOUSEMOTION, r.x + 20, r.y + 500);
    frame();
    assert_int_equal(pixel(gfx_surface(g), r.x + 30, r.y + 20), before);
    mouse(SDL_MOUSEBUTTONUP, r.x + 20, r.y + 500);
    settle();
    assert_int_equal(s.taps, 0);
}

static void innermost_wins_and_disabled_is_dead(void **state)
{
    (void)state;
    tap("里面");
    assert_int_equal(s.deep, 1);
    assert_int_equal(s.under, 0);
    SDL_Rect card = ui_rect(ui, "card");
    mouse(SDL_MOUSEBUTTONDOWN, card.x + 250, card.y + 80);
    mouse(SDL_MOUSEBUTTONUP, card.x + 250, card.y + 80);
    settle();
    assert_int_equal(s.under, 1);
    bool tappable = true;
    assert_true(ui_find(ui, "不能", NULL, &tappable));
    assert_false(tappable);
    tap("不能");
}

static void twins_are_two(void **state)
{
    (void)state;
    SDL_Rect first = find("同名");
    tap("同名");
    assert_int_equal(s.picked, 1);
    now += 1000;
    mouse(SDL_MOUSEBUTTONDOWN, first.x + first.w + 40, first.y + 20);
    mouse(SDL_MOUSEBUTTONUP, first.x + first.w + 40, first.y + 20);
    settle();
    assert_int_equal(s.picked, 2);
}

static void an_overlay_covers_the_rest(void **state)
{
    (void)state;
    s.asking = true;
    ui_request_frame(ui);
    settle();
    bool tappable = true;
    assert_true(ui_find(ui, "点我", NULL, &tappable));
    assert_false(tappable);
    tap("点我");
    assert_int_equal(s.taps, 0);
    tap("我还在");
    assert_false(s.asking);
    tap("点我");
    assert_int_equal(s.taps, 1);
}

static void lists_scroll_by_dragging(void **state)
{
    (void)state;
    SDL_Rect list = ui_rect(ui, "list");
    now += 1000;
    mouse(SDL_MOUSEBUTTONDOWN, list.x + 100, list.y + 200);
    for (int i = 1; i <= 20; i++) {
        mouse(SDL_MOUSEMOTION, list.x + 100, list.y + 200 - i * 20);
        frame();
    }
    now += 500; /* held still: no fling */
    mouse(SDL_MOUSEBUTTONUP, list.x + 100, list.y - 200);
    settle();
    assert_int_equal(s.picked, 0);
    assert_false(ui_find(ui, "第0行", NULL, NULL)); /* scrolled out of sight */
    assert_true(ui_find(ui, "第5行", NULL, NULL));
    assert_true(ui_reveal(ui, "第0行"));
    settle();
    tap("第0行");
    assert_int_equal(s.picked, 100);
    assert_false(ui_reveal(ui, "第0行"));
    assert_false(ui_reveal(ui, "没有这个"));
}

static void sliders_tell_where(void **state)
{
    (void)state;
    SDL_Rect r = ui_rect(ui, "slide");
    now += 1000;
    mouse(SDL_MOUSEBUTTONDOWN, r.x + 100, r.y + 30);
    frame();
    assert_float_equal(s.slide, 0.25f, 0.01f);
    mouse(SDL_MOUSEMOTION, r.x + 300, r.y + 200);
    frame();
    assert_float_equal(s.slide, 0.75f, 0.01f);
    mouse(SDL_MOUSEBUTTONUP, r.x + 200, r.y + 200);
    settle();
    assert_float_equal(s.slide, 0.5f, 0.01f);
}

static void fingers_tap_too_and_never_twice(void **state)
{
    (void)state;
    SDL_Rect r = find("点我");
    SDL_Event e = { .type = SDL_FINGERDOWN };
    e.tfinger.touchId = (SDL_TouchID)-1; /* as SDL_HINT_MOUSE_TOUCH_EVENTS marks them: not to be filtered */
    e.tfinger.x = (float)(r.x + 20) / 1920;
    e.tfinger.y = (float)(r.y + 20) / 1080;
    now += 1000;
    mouse(SDL_MOUSEBUTTONDOWN, r.x + 20, r.y + 20); /* its twin */
    assert_true(ui_event(ui, &e, now));
    e.type = SDL_FINGERUP;
    assert_true(ui_event(ui, &e, now += 20));
    mouse(SDL_MOUSEBUTTONUP, r.x + 20, r.y + 20);
    settle();
    assert_int_equal(s.taps, 1);
}

static void keys_come_one_a_frame(void **state)
{
    (void)state;
    SDL_Event e = { .type = SDL_KEYDOWN };
    static const struct { SDL_Keycode key; uint32_t want; } row[] = {
        { SDLK_7, '7' }, { SDLK_KP_0, '0' }, { SDLK_KP_9, '9' }, { SDLK_RETURN, '\n' }, { SDLK_BACKSPACE, '\b' }, { SDLK_ESCAPE, 27 },
    };
    for (int i = 0; i < DIM(row); i++) {
        e.key.keysym.sym = row[i].key;
        assert_true(ui_event(ui, &e, now));
    }
    for (int i = 0; i < DIM(row); i++) {
        frame();
        assert_int_equal(s.typed, row[i].want);
    }
    settle();
    (void)state;
}

/* A video frame with nothing above it costs its own callback for its own rectangle and nothing else. */
static void video_alone_is_painted_alone(void **state)
{
    (void)state;
    SDL_Rect box = ui_rect(ui, "video"), part = { box.x + 50, box.y + 60, 200, 100 };
    s.painted = 0;
    s.painted_px = 0;
    s.rgb = 0xabcdef;
    assert_int_equal(ui_repaint(ui, &part, 1), 20000);
    assert_int_equal(s.painted, 1);
    assert_int_equal(s.painted_px, 20000);
    assert_int_equal(pixel(gfx_surface(g), part.x, part.y), 0xabcdef);
    assert_int_equal(pixel(gfx_surface(g), part.x - 1, part.y), 0x123456);
    s.serial++; /* the whole picture is another one */
    s.painted_px = 0;
    frame();
    assert_int_equal(pixel(gfx_surface(g), box.x + 5, box.y + 5), 0xabcdef);
    SDL_Rect outside = { -100, -100, 50, 50 };
    assert_int_equal(ui_repaint(ui, &outside, 1), 0);
}

/* With a caption above, repainting the same picture changes nothing: glass is not laid over glass. */
static void what_lies_above_video_stays(void **state)
{
    (void)state;
    s.over = 1;
    ui_request_frame(ui);
    settle();
    SDL_Surface *to = gfx_surface(g), *before = SDL_ConvertSurface(to, to->format, 0);
    SDL_Rect box = ui_rect(ui, "video");
    for (int i = 0; i < 5; i++)
        ui_repaint(ui, &box, 1);
    assert_int_equal(memcmp(before->pixels, to->pixels, (size_t)to->pitch * (size_t)to->h), 0);
    SDL_FreeSurface(before);
}

static void icons_and_words_are_centred(void **state)
{
    static const char *const word[] = { "继续学习", "返回", "下一题", "Next" };
    static const int high[] = { 88, 96, 112 };
    (void)state;
    for (int i = 0; i < DIM(word); i++)
        for (int h = 0; h < DIM(high); h++) {
            ui_frame_begin(ui, now += 16);
            ui_column(ui, "page", .stretch_off = true)
                ui_button(ui, word[i], .tone = TONE_GO, .w = 400, .h = high[h]);
            ui_frame_end(ui);
            SDL_Rect r = find(word[i]), in = { r.x + 10, r.y + 10, r.w - 20, r.h - 20 };
            SDL_Rect ink = ink_box(gfx_surface(g), in, 0x0e6b52);
            assert_in_range(2 * ink.x + ink.w - (2 * r.x + r.w) + 6, 0, 12);
            if (word[i][0] != 'N')
                assert_in_range(2 * ink.y + ink.h - (2 * r.y + r.h) + 6, 0, 12);
        }
}

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void two_thousand_boxes(void **state)
{
    (void)state;
    double start = 0;
    for (int k = 0; k < 21; k++) {
        start = k == 1 ? cpu_ms() : start;
        ui_frame_begin(ui, now += 16);
        ui_column(ui, "many", .scroll = true)
            for (int i = 0; i < 500; i++)
                ui_row(ui, "row", .key = (uint32_t)i, .tone = TONE_CARD, .role = ROLE_BUTTON, .pad = 8) {
                    ui_label(ui, ui_fmt(ui, "第 %d 课", i), .grow = 1);
                    ui_label(ui, "早上起来先喝一杯水");
                    ui_progress(ui, 0.5f, .w = 200);
                }
        long px = ui_frame_end(ui);
        if (k)
            assert_int_equal(px, 0);
    }
    assert_true(ui_stats(ui).nodes > 2000);
    print_message("a frame of %d boxes: %.2f ms CPU (wanted < 4)\n", ui_stats(ui).nodes, (cpu_ms() - start) / 20);
}

/* A finger that rolls over the edge into the gap still means the button; over another one it means neither. */
static void a_finger_may_roll_over_the_edge(void **state)
{
    (void)state;
    SDL_Rect r = find("点我");
    now += 1000;
    mouse(SDL_MOUSEBUTTONDOWN, r.x + r.w - 4, r.y + r.h / 2);
    frame();
    mouse(SDL_MOUSEMOTION, r.x + r.w + 6, r.y + r.h / 2);
    mouse(SDL_MOUSEBUTTONUP, r.x + r.w + 6, r.y + r.h / 2);
    settle();
    assert_int_equal(s.taps, 1);
    now += 1000;
    mouse(SDL_MOUSEBUTTONDOWN, r.x + r.w - 4, r.y + r.h / 2);
    frame();
    mouse(SDL_MOUSEBUTTONUP, r.x + r.w + 60, r.y + r.h / 2);
    settle();
    assert_int_equal(s.taps, 1);
}

/* Whatever the panel, 80 units are at least 16 mm, and the window is never fewer units than screens are drawn for. */
static void a_unit_is_at_least_a_fifth_of_a_millimetre(void **state)
{
    (void)state;
    static const struct { int w, h; double mm; int wide, high; } t[] = {
        { 1366, 768, 345, 1725, 969 },  { 1920, 1080, 345, 1725, 970 }, { 1920, 1080, 476, 1920, 1080 }, { 1920, 1080, 708, 1920, 1080 },
        { 1366, 768, 0, 1920, 1079 },   { 1920, 1080, 220, 1725, 970 }, { 1024, 768, 304, 1725, 1293 },  { 1280, 1024, 376, 1880, 1504 },
        { 1920, 1080, -5, 1920, 1080 }, { 1920, 1080, 1e9, 1920, 1080 },
    };
    for (int i = 0; i < DIM(t); i++) {
        struct gfx *small = screen_open(t[i].w, t[i].h);
        struct ui *u = ui_new(small);
        ui_set_panel_mm(u, t[i].mm);
        if (abs(ui_units_wide(u) - t[i].wide) > 1 || abs(ui_units_high(u) - t[i].high) > 1)
            fail_msg("%dx%d on %.0f mm: %dx%d units instead of %dx%d", t[i].w, t[i].h, t[i].mm, ui_units_wide(u),
                     ui_units_high(u), t[i].wide, t[i].high);
        ui_free(u);
        gfx_close(small);
    }
}

int main(void)
{
    g = screen_open(1920, 1080);
    ui = ui_new(g);
#define T(f) cmocka_unit_test_setup(f, fresh)
    const struct CMUnitTest tests[] = {
        T(nothing_changed_paints_nothing), T(a_bar_that_moves_repaints_little), T(repainting_parts_equals_painting_all),
        T(buttons_answer_once), T(pressed_is_seen_at_once), T(innermost_wins_and_disabled_is_dead), T(twins_are_two),
        T(an_overlay_covers_the_rest), T(lists_scroll_by_dragging), T(sliders_tell_where), T(fingers_tap_too_and_never_twice),
        T(keys_come_one_a_frame), T(video_alone_is_painted_alone), T(what_lies_above_video_stays),
        T(icons_and_words_are_centred), T(two_thousand_boxes),
        T(a_finger_may_roll_over_the_edge), T(a_unit_is_at_least_a_fifth_of_a_millimetre),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ui_free(ui);
    gfx_close(g);
    return failed;
}
