#include "screen.h"

#include "ui/script.h"

#include <unistd.h>

static void steps_are_read(void **state)
{
    static const char text[] = "# 说明\n\n  tap  继续 学习 \r\nwait 我的学时 5000\ngone 还在吗？ 0\ntext 123456\nshot a b.png\n"
                               "dump tree.json\npause 250\npatience 60000\nquit";
    static const struct { enum script_verb verb; int number, ms; const char *arg; } want[] = {
        { SCRIPT_TAP, 3, 0, "继续 学习" }, { SCRIPT_WAIT, 4, 5000, "我的学时" }, { SCRIPT_GONE, 5, 0, "还在吗？" },
        { SCRIPT_TEXT, 6, 0, "123456" },   { SCRIPT_SHOT, 7, 0, "a b.png" },     { SCRIPT_DUMP, 8, 0, "tree.json" },
        { SCRIPT_PAUSE, 9, 250, NULL },    { SCRIPT_PATIENCE, 10, 60000, NULL },
        { SCRIPT_QUIT, 11, 0, NULL },
    };
    (void)state;
    struct err e = ERR_INIT;
    struct script s = { 0 };
    if (!script_parse(text, sizeof text - 1, &s, &e))
        fail_msg("%s", e.text);
    assert_int_equal(s.count, DIM(want));
    for (int i = 0; i < s.count; i++) {
        assert_int_equal(s.line[i].verb, want[i].verb);
        assert_int_equal(s.line[i].number, want[i].number);
        assert_int_equal(s.line[i].ms, want[i].ms);
        if (want[i].arg)
            assert_string_equal(s.line[i].arg, want[i].arg);
        else
            assert_null(s.line[i].arg);
    }
    script_release(&s);
    assert_true(script_parse("", 0, &s, &e));
    assert_int_equal(s.count, 0);
    script_release(&s);
}

static void bad_steps_are_named(void **state)
{
    static const struct { const char *text, *says; } row[] = {
        { "tap\n", "line 1: tap of what" },
        { "quit\n\nclick me", "line 3: \"click\" is no step" },
        { "wait 学习", "line 1: wait ends with a number" },
        { "wait 5000", "line 1: wait of what" },
        { "wait 学习 5s", "line 1: wait ends with a number" },
        { "pause -5", "line 1: pause ends with a number" },
        { "pause 99999999999999999999", "line 1: pause ends with a number" },
        { "patience", "line 1: patience ends with a number" },
        { "pause x 5", "line 1: nothing may follow pause" },
        { "quit now", "line 1: nothing may follow quit" },
        { "TAP x", "is no step" },
        { "tap \xff", "not valid UTF-8" },
    };
    (void)state;
    for (int i = 0; i < DIM(row); i++) {
        struct err e = ERR_INIT;
        struct script s = { 0 };
        assert_false(script_parse(row[i].text, strlen(row[i].text), &s, &e));
        assert_int_equal(e.kind, ERR_INVALID);
        if (!strstr(e.text, row[i].says))
            fail_msg("\"%s\" gives: %s", row[i].text, e.text);
        assert_int_equal(s.count, 0);
    }
    struct err e = ERR_INIT;
    struct script s = { 0 };
    char *huge = calloc(1, SCRIPT_MAX_BYTES + 1);
    assert_false(script_parse(huge, SCRIPT_MAX_BYTES + 1, &s, &e));
    assert_int_equal(e.kind, ERR_TOO_BIG);
    assert_false(script_parse("tap a\0b", 7, &s, &e)); /* NUL */
    free(huge);
}

/* --- running, on a small screen, with a clock of its own --- */

static struct gfx *g;
static struct ui *ui;
static struct { int screen, taps; bool locked; char typed[32]; int64_t unlock_ms; } app;
static int64_t now;

static void draw(void)
{
    ui_frame_begin(ui, now);
    size_t n = strlen(app.typed);
    if (ui_typed(ui) && n + 1 < sizeof app.typed)
        app.typed[n] = (char)ui_typed(ui);
    ui_column(ui, "page", .pad = 40, .gap = 20) {
        if (app.screen == 0 && ui_button(ui, "开始学习", .disabled = app.locked))
            app.screen = 1;
        if (app.screen == 1) {
            ui_label(ui, "第一课", .role = ROLE_HEADING);
            if (ui_button(ui, "加一", .repeats = true))
                app.taps++;
            if (ui_button(ui, "再加", .key = 2))
                app.taps++;
            ui_column(ui, "list", .scroll = true, .h = 200)
                for (int i = 0; i < 30; i++)
                    if (ui_button(ui, ui_fmt(ui, "行%d", i)))
                        app.taps += 100;
            ui_label(ui, ui_fmt(ui, "打了%s", app.typed));
        }
    }
    ui_frame_end(ui);
}

/* The loop of an app, with time that passes only here. */
static struct script_status run(const char *text)
{
    struct err e = ERR_INIT;
    struct script s = { 0 };
    static char kept[2000];
    if (!script_parse(text, strlen(text), &s, &e))
        fail_msg("%s", e.text);
    struct script_run *r = script_run_new(&s, g);
    struct script_status st = { SCRIPT_RUNNING, 0, NULL };
    for (int turn = 0; st.state == SCRIPT_RUNNING && turn < 100000; turn++) {
        SDL_Event ev;
        while (SDL_PollEvent(&ev))
            ui_event(ui, &ev, now);
        if (app.locked && now >= app.unlock_ms) {
            app.locked = false;
            ui_request_frame(ui);
        }
        if (ui_wants_frame(ui))
            draw();
        st = script_step(r, ui, now);
        now += st.due_ms;
    }
    assert_int_not_equal(st.state, SCRIPT_RUNNING);
    if (st.message)
        snprintf(kept, sizeof kept, "%s", st.message);
    st.message = st.message ? kept : NULL;
    script_run_free(r);
    script_release(&s);
    return st;
}

static int fresh(void **state)
{
    (void)state;
    memset(&app, 0, sizeof app);
    now = 1000000;
    ui_request_frame(ui);
    draw();
    return 0;
}

static void taps_go_through_the_event_queue(void **state)
{
    (void)state;
    assert_int_equal(run("wait 开始学习 0\ntap 开始学习\nwait 第一课 100\ngone 开始学习 100\ntap 加一\ntap 加一\ntap 再加\ntap 再加\n").state, SCRIPT_DONE);
    assert_int_equal(app.screen, 1);
    assert_int_equal(app.taps, 4); /* also quick ones: the runner keeps clear of the tremor guard */
}

static void waits_until_it_can_be_tapped(void **state)
{
    (void)state;
    app.locked = true;
    app.unlock_ms = now + 3000;
    ui_request_frame(ui);
    draw();
    assert_int_equal(run("tap 开始学习\nquit\ntap 不会到这里\n").state, SCRIPT_DONE);
    assert_int_equal(app.screen, 1);
    assert_in_range(now, 1003000, 1003500);
}

static void scrolls_to_what_it_taps(void **state)
{
    (void)state;
    assert_int_equal(run("tap 开始学习\ntap 行27\n").state, SCRIPT_DONE);
    assert_int_equal(app.taps, 100);
}

static void types_and_pauses(void **state)
{
    (void)state;
    assert_int_equal(run("tap 开始学习\ntext 120\nwait 打了120 1000\npause 5000").state, SCRIPT_DONE);
    assert_true(now >= 1005000);
}

static void failures_say_where_and_what(void **state)
{
    static const struct { const char *text, *says[3]; int64_t after_ms; } row[] = {
        { "# 注\ntap 没有这个", { "line 2", "tap 没有这个", "开始学习" }, SCRIPT_TAP_MS },
        { "wait 没有这个 700", { "line 1", "did not come", "开始学习" }, 700 },
        { "gone 开始学习 300", { "line 1", "did not go away", "开始学习" }, 300 },
        { "patience 9000\nwait 没有这个 700", { "line 2", "did not come", "开始学习" }, 9000 },
        { "patience 9000\ntap 没有这个", { "line 2", "tap 没有这个", "开始学习" }, 9000 },
        { "patience 100\ngone 开始学习 300", { "line 2", "did not go away", "开始学习" }, 300 },
        { "dump /nonexistent/x.json", { "line 1", "dump", "cannot be written" }, 0 },
        { "shot /nonexistent/x.png", { "line 1", "shot", "cannot be written" }, 0 },
    };
    for (int i = 0; i < DIM(row); i++) {
        fresh(state);
        struct script_status st = run(row[i].text);
        assert_int_equal(st.state, SCRIPT_FAILED);
        for (int k = 0; k < 3; k++)
            if (!strstr(st.message, row[i].says[k]))
                fail_msg("\"%s\" says: %s", row[i].text, st.message);
        assert_in_range(now - 1000000, row[i].after_ms, row[i].after_ms + 200);
    }
    fresh(state);
    app.locked = true;
    app.unlock_ms = INT64_MAX;
    ui_request_frame(ui);
    draw();
    assert_non_null(strstr(run("tap 开始学习").message, "is there but cannot be tapped"));
}

static void shots_and_dumps_are_files(void **state)
{
    char text[700], shot[300], dump[300];
    const char *tmp = getenv("TMPDIR");
    (void)state;
    snprintf(shot, sizeof shot, "%s/weike-script-%d.png", tmp ? tmp : "/tmp", (int)getpid());
    snprintf(dump, sizeof dump, "%s/weike-script-%d.json", tmp ? tmp : "/tmp", (int)getpid());
    snprintf(text, sizeof text, "shot %s\ndump %s\n", shot, dump);
    assert_int_equal(run(text).state, SCRIPT_DONE);
    assert_int_equal(unlink(shot), 0);
    assert_int_equal(unlink(dump), 0);
}

int main(void)
{
    g = screen_open(1366, 768);
    ui = ui_new(g);
#define T(f) cmocka_unit_test_setup(f, fresh)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_read), cmocka_unit_test(bad_steps_are_named), T(taps_go_through_the_event_queue),
        T(waits_until_it_can_be_tapped), T(scrolls_to_what_it_taps), T(types_and_pauses), T(failures_say_where_and_what),
        T(shots_and_dumps_are_files),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ui_free(ui);
    gfx_close(g);
    return failed;
}
