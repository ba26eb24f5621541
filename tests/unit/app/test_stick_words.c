/* stick_words: each way a stick can end has its own sentence, and "safe to remove" is said where it is true. */
#include "screen.h"

#include "app/mail/stick_words.h"

static struct gfx *gfx;
static struct ui *ui;

static int setup(void **state)
{
    (void)state;
    gfx = screen_open(640, 360);
    ui = ui_new(gfx);
    ui_frame_begin(ui, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ui_frame_end(ui);
    ui_free(ui);
    gfx_close(gfx);
    return 0;
}

static struct stick_progress over(enum stick_end end)
{
    return (struct stick_progress){ .state = STICK_OVER, .end = end, .has_content = true, .writable = true, .prepared = true };
}

static void test_every_end_has_its_own_sentence(void **state)
{
    char said[STICK_STOPPED + 1][300];
    (void)state;
    for (int end = STICK_FINISHED; end <= STICK_STOPPED; end++) {
        struct stick_progress p = over((enum stick_end)end);
        struct stick_words w = stick_words_end(ui, &p);
        assert_true(*w.title && *w.text);
        snprintf(said[end], sizeof said[end], "%s", w.title);
        for (int other = 0; other < end; other++)
            assert_string_not_equal(said[end], said[other]);
    }
}

static void test_safe_is_said_only_when_it_is(void **state)
{
    (void)state;
    for (int end = STICK_FINISHED; end <= STICK_STOPPED; end++)
        for (int safe = 0; safe < 2; safe++) {
            struct stick_progress p = over((enum stick_end)end);
            p.safe = safe;
            struct stick_words w = stick_words_end(ui, &p);
            bool says = strstr(w.title, "safe to remove") || strstr(w.text, "safe to remove");
            assert_int_equal(says, safe && end == STICK_FINISHED);
        }
}

static void test_full_and_no_room_name_their_numbers(void **state)
{
    struct stick_progress p = over(STICK_FULL);
    (void)state;
    p.records_waiting = 500;
    p.records_written = 312;
    assert_string_equal(stick_words_end(ui, &p).title, "The stick is full: 312 of 500 records are on it");
    p = over(STICK_NO_ROOM);
    p.content.short_bytes = 220000000;
    assert_non_null(strstr(stick_words_end(ui, &p).title, "220 MB"));
}

static void test_older_content_is_refused_and_records_travel(void **state)
{
    struct stick_progress p = over(STICK_FINISHED);
    (void)state;
    p.safe = p.content_refused = true;
    p.content_err.kind = ERR_OLDER;
    p.records_written = 3;
    struct stick_words w = stick_words_end(ui, &p);
    assert_non_null(strstr(w.title, "older"));
    assert_non_null(strstr(w.text, "records are on the stick"));
    p.content_err.kind = ERR_UNTRUSTED;
    p.records_written = 0;
    w = stick_words_end(ui, &p);
    assert_non_null(strstr(w.title, "trusted"));
    assert_null(strstr(w.text, "records"));
}

static void test_what_is_on_it(void **state)
{
    struct stick_progress p = { .state = STICK_READY, .has_content = true, .content = { .install = 2, .bytes_total = 11700000 } };
    (void)state;
    assert_string_equal(stick_words_content(ui, &p), "New: 12 MB · it fits");
    p.content.no_room = 1;
    p.content.short_bytes = 5000000;
    assert_non_null(strstr(stick_words_content(ui, &p), "5.0 MB more room"));
    p = (struct stick_progress){ .state = STICK_READY, .has_content = true, .content = { .current = 5 } };
    assert_string_equal(stick_words_content(ui, &p), "No new lessons on it");
    p = (struct stick_progress){ .state = STICK_READY };
    assert_string_equal(stick_words_content(ui, &p), "No new lessons on it");
    p.in_turn = true;
    assert_non_null(strstr(stick_words_content(ui, &p), "another stick"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_end_has_its_own_sentence),
        cmocka_unit_test(test_safe_is_said_only_when_it_is),
        cmocka_unit_test(test_full_and_no_room_name_their_numbers),
        cmocka_unit_test(test_older_content_is_refused_and_records_travel),
        cmocka_unit_test(test_what_is_on_it),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
