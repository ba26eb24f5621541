/* Who is before the screen, and when a session left alone is over. */
#include "flow_kit.h"

#include "flow/session.h"

static struct session s;

static struct member member(const char *id)
{
    struct err e = ERR_INIT;
    struct member m;
    KIT_MUST(member_get(flow_db(&kit.flow), id, &m, &e));
    return m;
}

static void test_sign_in_and_out(void **state)
{
    (void)state;
    struct member m = member("m1"), host = member("host");
    session_init(&s, &kit.flow, kit.now.boot_ms);
    assert_false(s.signed_in);
    session_sign_in(&s, &m);
    assert_true(s.signed_in);
    assert_false(session_is_secretary(&s));
    assert_string_equal(s.who.id, "m1");
    s.reviewed = true;
    session_sign_out(&s);
    assert_false(s.signed_in);
    assert_string_equal(s.who.id, "");
    assert_int_equal(s.visits, 1);
    session_sign_in(&s, &host);
    assert_false(s.reviewed); /* that was another visit */
    assert_true(session_is_secretary(&s));
    session_sign_out(&s);
    assert_false(session_is_secretary(&s));
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM event WHERE kind = 0"), 2);
    assert_int_equal(flow_kit_number("SELECT COUNT(*) FROM event WHERE kind = 1"), 2);
}

static void test_guest_leaves_no_trace(void **state)
{
    (void)state;
    session_init(&s, &kit.flow, kit.now.boot_ms);
    session_sign_in_guest(&s);
    assert_true(s.signed_in && s.guest);
    assert_false(session_is_secretary(&s));
    assert_string_equal(s.who.id, "");
    session_sign_out(&s);
    assert_false(s.guest);
    assert_int_equal(writer_newest(store_writer(kit.store)), kit.newest);
}

/* A secretary's guest visit gives nobody the secretary's rights. */
static void test_guest_after_secretary(void **state)
{
    (void)state;
    struct member host = member("host");
    session_init(&s, &kit.flow, kit.now.boot_ms);
    session_sign_in(&s, &host);
    session_sign_in_guest(&s);
    assert_false(session_is_secretary(&s));
}

static void test_countdown(void **state)
{
    (void)state;
    const struct session_idle rule = { .idle_s = 60, .leaves = true };
    session_init(&s, &kit.flow, 0);
    session_sign_in_guest(&s);
    static const struct { int64_t boot_ms; enum session_news news; int left_s, due_ms; } row[] = {
        { 0, SESSION_SAME, 0, 60000 },      { 59999, SESSION_SAME, 0, 1 },     { 60000, SESSION_COUNTS, 30, 1000 },
        { 60500, SESSION_SAME, 30, 500 },   { 61000, SESSION_COUNTS, 29, 1000 }, { 89999, SESSION_COUNTS, 1, 1 },
        { 90000, SESSION_OVER, 0, 1000 },
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        assert_int_equal(session_step(&s, &rule, row[i].boot_ms), row[i].news);
        assert_int_equal(s.idle_left_s, row[i].left_s);
        assert_int_equal(session_due_ms(&s, &rule, row[i].boot_ms), row[i].due_ms);
    }
}

static void test_who_is_there_stays(void **state)
{
    (void)state;
    const struct session_idle alone = { .idle_s = 60, .leaves = true }, company = { .idle_s = 60, .leaves = true, .company = true };
    session_init(&s, &kit.flow, 0);
    session_sign_in_guest(&s);
    assert_int_equal(session_step(&s, &alone, 70000), SESSION_COUNTS);
    session_here(&s, 71000);
    assert_int_equal(s.idle_left_s, 0);
    assert_int_equal(session_step(&s, &alone, 130000), SESSION_SAME);
    assert_int_equal(session_step(&s, &company, 10000000), SESSION_SAME); /* a film plays for hours */
    assert_int_equal(session_step(&s, &alone, 10059000), SESSION_SAME);   /* the silence begins when it ends */
    assert_int_equal(session_step(&s, &alone, 10061000), SESSION_COUNTS);
}

/* At the wall of faces there is nothing to leave; a countdown that was up goes. */
static void test_nothing_to_leave(void **state)
{
    (void)state;
    const struct session_idle leaves = { .idle_s = 60, .leaves = true }, wall = { .idle_s = 60 };
    session_init(&s, &kit.flow, 0);
    assert_int_equal(session_step(&s, &wall, 1000000), SESSION_SAME);
    assert_int_equal(session_due_ms(&s, &wall, 1000000), -1);
    session_here(&s, 1000000);
    assert_int_equal(session_step(&s, &leaves, 1065000), SESSION_COUNTS);
    assert_int_equal(session_step(&s, &wall, 1066000), SESSION_COUNTS);
    assert_int_equal(s.idle_left_s, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(test_sign_in_and_out), FLOW_TEST(test_guest_leaves_no_trace), FLOW_TEST(test_guest_after_secretary),
        FLOW_TEST(test_countdown), FLOW_TEST(test_who_is_there_stays), FLOW_TEST(test_nothing_to_leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
