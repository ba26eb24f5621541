/* Times and durations to milliseconds, case by case; what a statement's columns are. */
#include "hub/records/columns.h"
#include "model/statement.h"

#include "../hub/terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct { const char *text; bool fits; int64_t ms; } times[] = {
    { "1970-01-01T00:00:00.000Z", true, 0 },
    { "2026-11-22T09:41:00.250Z", true, INT64_C(1795340460250) },
    { "2026-11-22T17:41:00.250+08:00", true, INT64_C(1795340460250) },
    { "2026-11-22T04:11:00.250-05:30", true, INT64_C(1795340460250) },
    { "2024-02-29T23:59:59.999Z", true, INT64_C(1709251199999) },
    { "2026-11-22T09:41:00Z", true, INT64_C(1795340460000) },
    { "2026-11-22T09:41:00.123456789Z", true, INT64_C(1795340460123) },
    { "1969-12-31T23:59:59.000Z", true, -1000 },
    { "2026-11-22", false, 0 },
    { "2026-13-22T09:41:00Z", false, 0 },
    { "2026-11-22T09:41:00", false, 0 },
    { "2026-11-22T09:41:00Zx", false, 0 },
    { "", false, 0 },
}, durations[] = {
    { "PT12.34S", true, 12340 }, { "PT0.00S", true, 0 }, { "PT1H2M3.45S", true, 3723450 }, { "PT90M", true, 5400000 }, { "PT1.5M", true, 90000 },
    { "PT", false, 0 }, { "P1D", false, 0 }, { "PT1S2M", false, 0 }, { "PT-1S", false, 0 }, { "12", false, 0 }, { "", false, 0 },
};

static void each_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int64_t ms = 0;
        if (columns_time(times[i].text, &ms) != times[i].fits || (times[i].fits && ms != times[i].ms))
            fail_msg("%s: %lld", times[i].text, (long long)ms);
    }
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        int64_t ms = 0;
        if (columns_duration(durations[i].text, &ms) != durations[i].fits || (durations[i].fits && ms != durations[i].ms))
            fail_msg("%s: %lld", durations[i].text, (long long)ms);
    }
}

static void a_viewing(void **state)
{
    struct str s;
    struct columns c;
    struct err e = ERR_INIT;
    char id[UUID_TEXT];
    (void)state;
    str_init(&s, 0);
    statement_id(1, 7, id);
    statement_make(id, 7, &s);
    assert_true(columns_read(s.data, s.len, &c, &e));
    assert_string_equal(c.id, id);
    assert_string_equal(c.verb, "terminated");
    assert_string_equal(c.actor, "m7");
    assert_true(c.has_duration && c.duration_ms == 10500 && !c.has_success && !c.has_score);
    assert_int_equal(c.at_ms, terminal_start_ms + 7 * 60000);
    assert_false(columns_read(s.data, s.len - 1, &c, &e));
    assert_int_equal(e.kind, ERR_INVALID);
    str_release(&s);
}

/* Of meetings, words, corrections and registers: taken as they come, each under its own verb. Time in a meeting is a duration
 * of `attended` only: hours are summed over terminated and abandoned, where what was seen in it is once. */
static void what_is_said_of_meetings(void **state)
{
    enum { ROWS = 6 };
    static const char room_id[] = "01931c5e-7a00-7000-8000-000000000008", voided[] = "01931c5e-7a00-7000-8000-000000000009";
    static const char *const verb[ROWS] = { "attended", "host", "voided", "commented", "registered", "terminated" };
    const struct statement_room room = { .room_id = room_id, .host_id = "m1" };
    const struct clock_reading at = { .wall_ms = terminal_start_ms, .boot_id = "3b0a9d53-0c0b-4f9e-8f4e-2f0f6f1d7f10" };
    const struct statement_about about = { .id = "01931c5e-7a00-7000-8000-000000000001", .home_page = "https://village.example/x", .member_id = "m7", .at = &at,
                                           .content_id = "6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01", .room = &room };
    struct spans played = { 1, 1, &(struct span){ 0, 5000 } };
    uint8_t *voice = mem_alloc(STATEMENT_VOICE_MAX);
    struct str s;
    struct err e = ERR_INIT;
    (void)state;
    str_init(&s, 0);
    for (int i = 0; i < ROWS; i++) {
        struct columns c;
        str_clear(&s);
        switch (i) {
        case 0: statement_attended(&about, &(struct statement_attendance){ .present_ms = 60000, .watched_ms = 5000 }, &s); break;
        case 1: statement_hosted(&about, &(struct statement_meeting){ .people = 3, .duration_ms = 90000 }, &s); break;
        case 2: statement_voided(&about, voided, "", &s); break;
        case 3: assert_true(statement_commented(&about, &(struct statement_comment){ .voice = voice, .voice_bytes = STATEMENT_VOICE_MAX }, &s)); break;
        case 4: statement_registered(&about, &(struct statement_register){ .kind = "viewing", .month = 202611, .code = "x",
                    .sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }, &s); break;
        default: statement_viewing(STATEMENT_TERMINATED, &about, &(struct statement_viewing){ .session_id = voided, .length_ms = 60000, .played = &played,
                     .watched_ms = 5000, .screen_ms = 5000 }, &s);
        }
        if (!columns_read(s.data, s.len, &c, &e))
            fail_msg("%s: %s", verb[i], e.text);
        assert_string_equal(c.verb, verb[i]);
        assert_string_equal(c.actor, "m7");
        assert_int_equal(c.at_ms, terminal_start_ms);
        assert_int_equal(c.has_duration, i == 0 || i == 1 || i == 5);
        if (i == 2)
            assert_string_equal(c.activity, voided);
        if (i == 0)
            assert_true(c.duration_ms == 60000 && strstr(c.activity, room_id));
    }
    str_release(&s);
    free(voice);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_time), cmocka_unit_test(a_viewing), cmocka_unit_test(what_is_said_of_meetings) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
