/* A viewing as the kiosk and a phone would drive it: play, pause, seek, speed, silence, a cut, an end. */
#include "flow_kit.h"

#include "flow/viewing.h"

static struct open_lesson lesson;
static struct viewing v;
static struct presented film;

static void begin(const char *member, int64_t at_ms)
{
    struct err e = ERR_INIT;
    KIT_MUST(library_open(flow_db(&kit.flow), FLOW_COURSE, kit.lesson[0], member, &lesson, &e));
    viewing_begin(&v, &kit.flow, member, &lesson, at_ms, false);
    film = (struct presented){ .position_ms = at_ms, .speed_permille = 1000 };
}

static enum viewing_news step(int64_t ms)
{
    flow_kit_pass(ms);
    if (film.running)
        film.position_ms += ms * film.speed_permille / 1000;
    return viewing_follow(&v, &film, kit.now.boot_ms);
}

static enum viewing_news play(int64_t ms) /* the last news that was one */
{
    enum viewing_news news = VIEWING_NOTHING;
    for (film.running = true, step(0); ms > 0; ms -= 200) {
        enum viewing_news n = step(200);
        news = n == VIEWING_NOTHING ? news : n;
    }
    return news;
}

static void pause_film(void)
{
    film.running = false;
    step(0);
}

static void seek(int64_t to_ms)
{
    viewing_seek(&v, film.position_ms, to_ms, kit.now.boot_ms);
    film.position_ms = to_ms;
    film.seeking = true;
    film.running = false;
    step(100);
    film.seeking = false;
}

static void end(const char *how)
{
    viewing_end(&v, how, kit.now.boot_ms);
    viewing_release(&v);
    open_lesson_release(&lesson);
}

static void test_pauses_and_seeks(void **state)
{
    (void)state;
    begin("m1", 0);
    play(20000);
    pause_film();
    step(300000); /* coffee */
    play(10000);
    seek(100000); /* what was skipped earns nothing */
    play(5000);
    seek(10000);
    play(4000); /* seen before: once only */
    pause_film();
    assert_int_equal(v.study.watched_ms, 35000);
    end("left");
    assert_int_equal(flow_kit_number("SELECT watched_ms FROM viewing"), 35000);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM viewing WHERE state = 1"), 1);
}

static void test_speed(void **state)
{
    (void)state;
    begin("m1", 0);
    play(4000);
    film.speed_permille = 1250;
    play(8000);
    pause_film();
    assert_int_equal(film.position_ms, 14000);
    assert_int_equal(v.study.watched_ms, 12000); /* of the time that passed */
    end("left");
}

/* Nobody touches anything: asked after four to six minutes, a minute later the film is to stop; a touch makes it good. */
static void test_nobody_answers(void **state)
{
    (void)state;
    begin("m1", 0);
    assert_int_equal(play(239000), VIEWING_NOTHING);
    int64_t waited = 239000;
    for (; !viewing_asking(&v); waited += 1000)
        play(1000);
    assert_in_range(waited, 240000, 361000);
    assert_int_equal(play(59000), VIEWING_NOTHING);
    assert_int_equal(play(2000), VIEWING_UNANSWERED);
    pause_film();
    int64_t unverified = v.study.verified_ms;
    viewing_presence(&v, kit.now.boot_ms);
    assert_false(viewing_asking(&v));
    assert_int_equal(play(5000), VIEWING_NOTHING);
    viewing_presence(&v, kit.now.boot_ms);
    assert_true(v.study.verified_ms > unverified);
    end("idle");
}

static void test_to_the_end(void **state)
{
    (void)state;
    begin("m1", 0);
    for (int i = 0; i < 20; i++) {
        play(30000);
        viewing_presence(&v, kit.now.boot_ms);
    }
    film.running = false;
    film.ended = true;
    step(0);
    step(1000); /* told once */
    assert_true(v.study.ended);
    end("left"); /* whatever it is closed by */
    viewing_end(&v, "idle", kit.now.boot_ms);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM viewing WHERE state = 1"), 1);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM statement WHERE body LIKE '%/completed\"%'"), 1);
}

/* Cut while it played: less than five seconds are lost, and the next viewing earns none of it again. */
static void test_cut(void **state)
{
    (void)state;
    begin("m1", 0);
    play(31000);
    flow_kit_cut();
    viewing_release(&v);
    open_lesson_release(&lesson);
    int64_t kept = flow_kit_number("SELECT watched_ms FROM viewing");
    assert_in_range(kept, 26000, 31000);
    begin("m1", 0);
    play(31000);
    pause_film();
    assert_int_equal(v.study.watched_ms, 31000 - kept);
    end("left");
}

static void test_guest(void **state)
{
    (void)state;
    begin("", 0);
    play(10000);
    pause_film();
    end("left");
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM viewing WHERE member_id <> ''"), 0);
}

/* Whose it is does not change when somebody signs out meanwhile; a film that was let go tells nothing more. */
static void test_after_its_end_nothing_counts(void **state)
{
    (void)state;
    begin("m2", 0);
    play(10000);
    viewing_end(&v, "idle", kit.now.boot_ms);
    play(10000);
    seek(50000);
    viewing_presence(&v, kit.now.boot_ms);
    assert_int_equal(v.study.watched_ms, 10000);
    end("left");
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM viewing WHERE member_id = 'm2' AND state = 1"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(test_pauses_and_seeks), FLOW_TEST(test_speed), FLOW_TEST(test_nobody_answers), FLOW_TEST(test_to_the_end),
        FLOW_TEST(test_cut), FLOW_TEST(test_guest), FLOW_TEST(test_after_its_end_nothing_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
