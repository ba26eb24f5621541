/* Who is sent away, when, and who may stay. */
#include "web/guard.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct guard *g;
static int pair[2];
static struct guard_entry *c;

static int begin(void **state)
{
    (void)state;
    g = guard_new(100);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return -1;
    c = guard_enter(g, pair[0]);
    return 0;
}

static int end(void **state)
{
    (void)state;
    guard_leave(g, c);
    close(pair[0]), close(pair[1]);
    guard_free(g);
    return 0;
}

static int is_open(void)
{
    char byte;
    return recv(pair[1], &byte, 1, MSG_DONTWAIT) != 0; /* 0: shut */
}

static void slow_head(void **state)
{
    int64_t now = clock_boot_ms();
    (void)state;
    guard_sweep(g, now + GUARD_HEAD_MS - 2000);
    assert_true(is_open());
    guard_sweep(g, now + GUARD_HEAD_MS + 2000);
    assert_false(is_open());
    assert_int_equal(guard_closed(g), 1);
    guard_sweep(g, now + GUARD_HEAD_MS + 4000);
    assert_int_equal(guard_closed(g), 1); /* counted once */
}

static void slow_body_has_time_for_its_length(void **state)
{
    int64_t now = clock_boot_ms();
    (void)state;
    guard_body(g, c, 100 * GUARD_BODY_BYTES_PER_S);
    guard_sweep(g, now + GUARD_BODY_MS + 98000);
    assert_true(is_open());
    guard_sweep(g, now + GUARD_BODY_MS + 102000);
    assert_false(is_open());
}

static void waiting_for_us_is_no_fault(void **state)
{
    (void)state;
    guard_none(g, c);
    guard_sweep(g, clock_boot_ms() + INT64_C(3600000));
    assert_true(is_open());
    guard_head(g, c);
    guard_sweep(g, clock_boot_ms() + GUARD_HEAD_MS + 1000);
    assert_false(is_open());
}

static void nobody_means_asleep(void **state)
{
    (void)state;
    assert_true(guard_sweep(g, 0) > 0);
    guard_leave(g, c);
    c = NULL;
    assert_int_equal(guard_sweep(g, 0), -1);
}

static void in_a_crowd_heads_must_come_at_once(void **state)
{
    struct guard_entry *more[80];
    int64_t now = clock_boot_ms();
    (void)state;
    guard_sweep(g, now + GUARD_CROWD_MS + 1000);
    assert_true(is_open());
    for (int i = 0; i < 80; i++) {
        more[i] = guard_enter(g, pair[1]);
        guard_none(g, more[i]); /* these are served */
    }
    guard_sweep(g, now + GUARD_CROWD_MS + 1000);
    assert_int_equal(guard_closed(g), 1);
    for (int i = 0; i < 80; i++)
        guard_leave(g, more[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(slow_head, begin, end), cmocka_unit_test_setup_teardown(slow_body_has_time_for_its_length, begin, end),
                                        cmocka_unit_test_setup_teardown(waiting_for_us_is_no_fault, begin, end), cmocka_unit_test_setup_teardown(nobody_means_asleep, begin, end),
                                        cmocka_unit_test_setup_teardown(in_a_crowd_heads_must_come_at_once, begin, end) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
