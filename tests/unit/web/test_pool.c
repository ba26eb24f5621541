/* Every job once, several at a time, all of them before the end. */
#include "web/pool.h"

#include "base/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

static struct gate gate;
static int inside, most;
static atomic_int ran;

static void meet(void *ctx) /* waits until three are inside at once */
{
    (void)ctx;
    gate_lock(&gate);
    most = ++inside > most ? inside : most;
    gate_wake(&gate);
    while (most < 3)
        gate_wait(&gate);
    inside--;
    gate_unlock(&gate);
}

static void count(void *ctx) { (void)ctx, atomic_fetch_add(&ran, 1); }

static void several_at_a_time(void **state)
{
    struct pool_job job[3];
    (void)state;
    gate_init(&gate);
    struct pool *p = pool_new(3);
    for (int i = 0; i < 3; i++) {
        job[i] = (struct pool_job){ .run = meet };
        pool_post(p, &job[i]);
    }
    pool_free(p);
    assert_int_equal(most, 3);
    gate_release(&gate);
}

static void all_before_the_end(void **state)
{
    static struct pool_job job[500];
    (void)state;
    struct pool *p = pool_new(2);
    for (int i = 0; i < 500; i++) {
        job[i] = (struct pool_job){ .run = count };
        pool_post(p, &job[i]);
    }
    pool_free(p);
    assert_int_equal(atomic_load(&ran), 500);
    pool_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(several_at_a_time), cmocka_unit_test(all_before_the_end) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
