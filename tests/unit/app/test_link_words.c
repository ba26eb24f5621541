/* link_words: what is said about the link, and above all what is never said. */
#include "screen.h"

#include "app/mail/link_words.h"
#include "base/clock.h"
#include "ui/icons.h"

#include <ctype.h>

static struct gfx *gfx;
static struct ui *ui;
static const int64_t now_ms = 1795313400000; /* 22 November 2026, noon in China */
static const int64_t day_ms = 86400000;

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

static bool says_synced(const char *text)
{
    char low[400];
    snprintf(low, sizeof low, "%s", text);
    for (char *p = low; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return strstr(low, "sync") || strstr(low, "up to date") || strstr(low, "all sent");
}

static void test_every_trouble_has_its_own_sentence(void **state)
{
    char said[SYNCER_STORAGE + 1][300];
    (void)state;
    for (int t = SYNCER_FINE; t <= SYNCER_STORAGE; t++) {
        struct syncer_view v = { .state = SYNCER_WAITING, .trouble = (enum syncer_trouble)t };
        snprintf(said[t], sizeof said[t], "%s", link_words_trouble(ui, &v));
        assert_int_equal(!said[t][0], t == SYNCER_FINE);
        assert_false(says_synced(said[t]));
        assert_false(says_synced(link_words_short(&v)));
        if (link_words_is_stopped(&v)) /* red always has its few words */
            assert_true(*link_words_short(&v));
        for (int other = 0; other < t; other++)
            assert_string_not_equal(said[t], said[other]);
    }
}

static void test_missing_room_is_named(void **state)
{
    struct syncer_view v = { .state = SYNCER_WAITING, .trouble = SYNCER_NO_ROOM, .fetch = { .short_bytes = 120000000 } };
    (void)state;
    assert_non_null(strstr(link_words_trouble(ui, &v), "120 MB"));
}

static void test_old_trouble_is_not_shown_while_it_works(void **state)
{
    struct syncer_view v = { .state = SYNCER_FETCHING, .trouble = SYNCER_PORTAL };
    (void)state;
    assert_string_equal(link_words_trouble(ui, &v), "");
    assert_false(link_words_is_stopped(&v));
    assert_int_equal(link_words_icon(&v), ICON_CLOUD_DOWNLOAD);
    v.state = SYNCER_WAITING;
    assert_int_equal(link_words_icon(&v), ICON_WARNING);
}

static void test_old_news_is_told_after_sixty_days(void **state)
{
    static const struct { int64_t days_ago; bool told; } row[] = { { 0, false }, { 59, false }, { 60, false }, { 61, true }, { 400, true }, { -30, false } };
    (void)state;
    for (int i = 0; i < DIM(row); i++) {
        struct syncer_view v = { .news_s = (now_ms - row[i].days_ago * day_ms) / 1000 };
        const char *words = link_words_news(ui, &v, now_ms);
        assert_int_equal(*words != 0, row[i].told);
        if (row[i].told)
            assert_memory_equal(words, "No news since ", 14);
    }
    assert_string_equal(link_words_news(ui, &(struct syncer_view){ .news_s = 0 }, now_ms), "");
    assert_string_equal(link_words_news(ui, &(struct syncer_view){ .news_s = 1773273600 /* 12 March 2026 */ }, now_ms), "No news since 12 Mar");
}

static void test_contact_and_next_try(void **state)
{
    struct syncer_view v = { .state = SYNCER_WAITING, .last_contact_ms = now_ms - 6 * day_ms, .next_try_s = 480 };
    (void)state;
    assert_string_equal(link_words_contact(ui, &v, now_ms), "6 days ago");
    assert_string_equal(link_words_next(ui, &v), "Asks again in 8 minutes.");
    v.next_try_s = 7000;
    assert_string_equal(link_words_next(ui, &v), "Asks again in 2 hours.");
    v.next_try_s = -1;
    assert_string_equal(link_words_next(ui, &v), "");
    v.state = SYNCER_FETCHING;
    assert_string_equal(link_words_contact(ui, &v, now_ms), "6 days ago"); /* nobody has proved who it is yet */
    v.fetch.contact = true;
    assert_string_equal(link_words_contact(ui, &v, now_ms), "just now");
    v = (struct syncer_view){ .state = SYNCER_WAITING };
    assert_string_equal(link_words_contact(ui, &v, now_ms), "never");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_trouble_has_its_own_sentence),
        cmocka_unit_test(test_missing_room_is_named),
        cmocka_unit_test(test_old_trouble_is_not_shown_while_it_works),
        cmocka_unit_test(test_old_news_is_told_after_sixty_days),
        cmocka_unit_test(test_contact_and_next_try),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
