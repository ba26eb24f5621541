/* Links that appear, in a network of our own: an address is news, a second look, a renewal and a loss are none. */
#define _GNU_SOURCE
#include "sync/netlink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stddef.h>
#include <cmocka.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

static bool changed(struct netlink *n) /* the kernel tells at once; two seconds are a failure */
{
    struct pollfd p = { netlink_fd(n), POLLIN, 0 };
    assert_int_equal(poll(&p, 1, 2000), 1);
    return netlink_appeared(n);
}

static int run(const char *command)
{
    return system(command) == 0 ? 0 : 1;
}

static void test_appears(void **state)
{
    (void)state;
    if (unshare(CLONE_NEWNET) != 0 || run("ip link add kiosk0 type veth peer name hub0 && ip link set hub0 up") != 0) {
        print_message("skip netlink: no network of our own is possible here\n");
        skip();
    }
    struct netlink *n = netlink_new();
    assert_true(netlink_fd(n) >= 0);
    assert_int_equal(run("ip link set kiosk0 up"), 0);
    bool early = changed(n); /* an IPv6 address of its own network alone is no way out */
    assert_false(early);
    assert_int_equal(run("ip addr add 10.9.8.7/24 dev kiosk0"), 0);
    assert_true(changed(n));
    assert_false(netlink_appeared(n));
    assert_int_equal(run("ip addr change 10.9.8.7/24 dev kiosk0 valid_lft 1000 preferred_lft 1000"), 0); /* a lease renewed */
    assert_false(changed(n));
    assert_int_equal(run("ip route add default via 10.9.8.1"), 0);
    assert_true(changed(n));
    assert_int_equal(run("ip addr del 10.9.8.7/24 dev kiosk0"), 0);
    assert_false(changed(n));
    assert_int_equal(run("ip addr add 2001:db8::1/64 dev kiosk0 nodad"), 0);
    assert_true(changed(n));
    netlink_free(n);
    netlink_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_appears) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
