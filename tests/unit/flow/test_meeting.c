/* A meeting: late comers, a wrong tap taken back, a pause to talk, silence, a cut and going on; then what everybody is credited. */
#include "flow_kit.h"

#include "flow/meeting.h"

static struct meeting m;
static struct presented film;

static bool begin(const char *host, int lessons, struct err *e)
{
    struct meeting_list list = { .count = lessons };
    for (int i = 0; i < lessons; i++) {
        snprintf(list.lesson[i].course_id, sizeof list.lesson[i].course_id, "%s", FLOW_COURSE);
        snprintf(list.lesson[i].content_id, sizeof list.lesson[i].content_id, "%s", kit.lesson[i]);
    }
    return meeting_begin(&kit.flow, host, &list, e);
}

static void open_meeting(void)
{
    struct err e = ERR_INIT;
    KIT_MUST(begin("host", 2, &e));
    assert_true(meeting_open(&m, &kit.flow));
    assert_false(m.found);
    assert_true(m.opened);
    film = (struct presented){ .position_ms = meeting_position_ms(&m), .speed_permille = 1000 };
}

static struct meeting_news step(int64_t ms)
{
    flow_kit_pass(ms);
    if (film.running)
        film.position_ms += ms;
    return meeting_follow(&m, &film, kit.now.boot_ms);
}

static struct meeting_news play(int64_t ms) /* all news of it */
{
    film.running = true;
    struct meeting_news all = step(0);
    for (; ms > 0; ms -= 200) {
        struct meeting_news n = step(200);
        all.pause = n.pause >= 0 ? n.pause : all.pause;
        all.ask |= n.ask;
        all.unanswered |= n.unanswered;
    }
    return all;
}

static void pause_film(void)
{
    film.running = false;
    step(0);
}

static void tap(const char *id)
{
    meeting_tapped(&m, &id, 1, false);
}

static int64_t watched(const char *id)
{
    const struct room_person *p = room_person(meeting_room(&m), id);
    return p ? room_watched_ms(meeting_room(&m), p) : -1;
}

static void sign(void)
{
    struct clock_reading now;
    struct err e = ERR_INIT;
    flow_clock(&kit.flow, &now);
    KIT_MUST(writer_wait(store_writer(kit.store), room_close(store_writer(kit.store), m.session.id, "host", &now), &e));
    while (writer_step(store_writer(kit.store))) {}
}

static void test_who_may_begin(void **state)
{
    struct err e = ERR_INIT;
    int present;
    char title[40];
    (void)state;
    assert_false(begin("m1", 1, &e)); /* not a secretary */
    assert_int_equal(e.kind, ERR_REFUSED);
    assert_false(begin("host", 0, &e));
    assert_false(meeting_waiting(&kit.flow, title, sizeof title, &present));
    assert_false(meeting_open(&m, &kit.flow));
    meeting_leave(&m);
}

static void test_late_and_early(void **state)
{
    static const char *const row[] = { "m1", "m2" };
    (void)state;
    open_meeting();
    meeting_tapped(&m, row, 2, true);
    play(4000);
    tap("m3"); /* late */
    assert_int_equal(meeting_room(&m)->present, 3);
    play(3000);
    tap("m2"); /* early */
    assert_int_equal(meeting_room(&m)->present, 2);
    play(2000);
    pause_film();
    assert_int_equal(watched("m1"), 9000);
    assert_in_range(watched("m2"), 6000, 7000);
    assert_in_range(watched("m3"), 5000, 6000);
    sign();
    meeting_leave(&m);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM attendance"), 3);
    assert_int_equal(flow_kit_number("SELECT watched_ms FROM attendance WHERE member_id = 'm1'"), 9000);
}

/* A wrong face and a wrong row are taken back: nobody of them was there. */
static void test_undo(void **state)
{
    static const char *const row[] = { "m1", "m2", "m3" };
    (void)state;
    open_meeting();
    tap("m1");
    meeting_tapped(&m, row, 3, true); /* m1 is here already */
    assert_int_equal(meeting_room(&m)->present, 3);
    meeting_undo(&m);
    assert_int_equal(meeting_room(&m)->present, 1); /* and stays */
    meeting_undo(&m);
    assert_int_equal(meeting_room(&m)->present, 1); /* once only */
    tap("m4");
    meeting_undo(&m);
    assert_false(room_is_present(meeting_room(&m), "m4"));
    tap("m1");
    meeting_undo(&m); /* a leaving is taken back too */
    assert_true(room_is_present(meeting_room(&m), "m1"));
    play(8000);
    pause_film();
    sign();
    meeting_leave(&m);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM attendance"), 1);
}

static void test_stops_to_talk(void **state)
{
    (void)state;
    open_meeting();
    tap("m1");
    assert_int_equal(play(9800).pause, -1);
    assert_int_equal(play(400).pause, 0);
    pause_film();
    assert_int_equal(play(5000).pause, -1); /* once; */
    meeting_seek(&m, film.position_ms, 5000);
    film.position_ms = 5000;
    assert_int_equal(play(6000).pause, 0); /* again when it was sought back over */
    meeting_leave(&m);
}

static void test_silence_and_breaks(void **state)
{
    (void)state;
    open_meeting();
    tap("m1");
    struct meeting_news news = { .pause = -1 };
    int64_t waited = 0;
    for (; !news.ask && waited < 400000; waited += 1000)
        news = play(1000);
    assert_in_range(waited, 239000, 362000);
    assert_false(play(58000).unanswered);
    assert_true(play(3000).unanswered);
    pause_film();
    meeting_touched(&m, kit.now.boot_ms);
    assert_false(step(0).unanswered);
    assert_false(meeting_was_break(&m, kit.now.boot_ms));
    flow_kit_pass(MEETING_BREAK_MS);
    assert_true(meeting_was_break(&m, kit.now.boot_ms));
    meeting_leave(&m);
}

/* Cut while it plays: who was here is here, the film stands where it stood, the hours of before are kept. */
static void test_cut_and_going_on(void **state)
{
    char title[40];
    int present;
    struct member host;
    (void)state;
    open_meeting();
    tap("m1");
    tap("m2");
    play(9000);
    flow_kit_cut();
    meeting_leave(&m);
    assert_true(meeting_waiting(&kit.flow, title, sizeof title, &present));
    assert_string_equal(title, "Lesson 1");
    assert_int_equal(present, 2);
    assert_true(meeting_host(&kit.flow, &host));
    assert_string_equal(host.id, "host");
    assert_true(meeting_open(&m, &kit.flow));
    assert_true(m.found);
    assert_int_equal(meeting_room(&m)->cut_count, 1);
    assert_in_range(meeting_position_ms(&m), 9000 - ROOM_TICK_MS, 9000);
    int64_t before = watched("m1");
    assert_in_range(before, 9000 - ROOM_TICK_MS, 9000);
    film = (struct presented){ .position_ms = meeting_position_ms(&m), .speed_permille = 1000 };
    play(5000);
    pause_film();
    assert_int_equal(watched("m1"), before + 5000);
    meeting_leave(&m);
    assert_true(meeting_open(&m, &kit.flow)); /* left and opened again: no cut */
    assert_false(m.found);
    assert_int_equal(meeting_room(&m)->cut_count, 1);
    sign();
    meeting_leave(&m);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM attendance"), 2);
    assert_false(meeting_open(&m, &kit.flow));
    meeting_leave(&m);
}

static void test_next_lesson_and_again(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    open_meeting();
    tap("m1");
    play(9000);
    film.running = false;
    film.ended = true;
    step(0);
    assert_true(meeting_room(&m)->ended);
    assert_int_equal(meeting_position_ms(&m), 0);
    meeting_again(&m);
    assert_false(meeting_room(&m)->ended);
    KIT_MUST(meeting_lesson(&m, 1, &e));
    assert_string_equal(m.lesson.lesson->content_id, kit.lesson[1]);
    film = (struct presented){ .position_ms = 0, .speed_permille = 1000 };
    assert_int_equal(play(11000).pause, 0);
    assert_false(meeting_lesson(&m, 7, &e));
    meeting_leave(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(test_who_may_begin), FLOW_TEST(test_late_and_early), FLOW_TEST(test_undo), FLOW_TEST(test_stops_to_talk),
        FLOW_TEST(test_silence_and_breaks), FLOW_TEST(test_cut_and_going_on), FLOW_TEST(test_next_lesson_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
