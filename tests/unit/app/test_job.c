/* job: starts when told, holds between two units, and letting go never waits for the work. */
#include "app/core/job.h"
#include "base/clock.h"
#include "base/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <cmocka.h>

struct work {
    struct gate gate;
    int steps, allowed;  /* under the gate: a step waits until it is allowed */
    bool entered, started, cancelled;
    _Atomic int looked, closed;
};

static bool step(void *arg)
{
    struct work *w = arg;
    gate_lock(&w->gate);
    w->entered = true;
    gate_wake(&w->gate);
    while (w->steps >= w->allowed && !w->cancelled)
        gate_wait(&w->gate);
    bool more = !w->cancelled && (w->started ? w->steps < 4 : w->steps < 1);
    w->steps++;
    gate_wake(&w->gate);
    gate_unlock(&w->gate);
    return more;
}

static bool waiting(void *arg)
{
    struct work *w = arg;
    gate_lock(&w->gate);
    bool is = !w->started && !w->cancelled;
    gate_unlock(&w->gate);
    return is;
}

static void start(void *arg)
{
    struct work *w = arg;
    gate_lock(&w->gate);
    w->started = true;
    gate_unlock(&w->gate);
}

static void cancel(void *arg)
{
    struct work *w = arg;
    gate_lock(&w->gate);
    w->cancelled = true;
    gate_wake(&w->gate);
    gate_unlock(&w->gate);
}

/* Like a disk that answers late: cancelling does not shorten its step. */
static void cancel_unheard(void *arg)
{
    (void)arg;
}

static void finish(void *arg)
{
    atomic_fetch_add(&((struct work *)arg)->closed, 1);
}

static void look(void *arg)
{
    atomic_fetch_add(&((struct work *)arg)->looked, 1);
}

static const struct job_work how = { step, waiting, start, cancel, finish };

static void allow(struct work *w, int steps)
{
    gate_lock(&w->gate);
    w->allowed = steps;
    gate_wake(&w->gate);
    gate_unlock(&w->gate);
}

static bool steps_reach(struct work *w, int steps, int64_t ms)
{
    int64_t until = clock_boot_ms() + ms;
    gate_lock(&w->gate);
    while (w->steps < steps && clock_boot_ms() < until)
        gate_wait_ms(&w->gate, until - clock_boot_ms());
    bool there = w->steps >= steps;
    gate_unlock(&w->gate);
    return there;
}

static void wait_until_entered(struct work *w)
{
    gate_lock(&w->gate);
    while (!w->entered)
        gate_wait(&w->gate);
    gate_unlock(&w->gate);
}

static void test_waits_for_its_start(void **state)
{
    struct work w = { .allowed = 100 };
    (void)state;
    gate_init(&w.gate);
    struct job *j = job_new("job", &how, &w, look, &w);
    assert_true(steps_reach(&w, 2, 5000));
    assert_false(steps_reach(&w, 3, 100));
    job_start(j);
    assert_true(steps_reach(&w, 5, 5000));
    assert_int_equal(atomic_load(&w.closed), 0); /* its end can still be looked at */
    job_let_go(j);
    assert_true(job_settle(5000));
    assert_int_equal(atomic_load(&w.closed), 1);
    assert_true(atomic_load(&w.looked) >= 1);
    gate_release(&w.gate);
}

static void test_holds_between_two_units(void **state)
{
    struct work w = { .allowed = 0 };
    (void)state;
    gate_init(&w.gate);
    struct job *j = job_new("job", &how, &w, look, &w);
    job_start(j);
    job_hold(j, true);
    assert_true(job_held(j));
    allow(&w, 100);
    assert_false(steps_reach(&w, 3, 150)); /* the one under way ends, at most one more was begun */
    job_hold(j, false);
    assert_true(steps_reach(&w, 5, 5000));
    job_let_go(j);
    assert_true(job_settle(5000));
    gate_release(&w.gate);
}

static void test_letting_go_does_not_wait(void **state)
{
    static const struct job_work deaf = { step, waiting, start, cancel_unheard, finish };
    struct work w = { .allowed = 0 };
    (void)state;
    gate_init(&w.gate);
    struct job *j = job_new("job", &deaf, &w, look, &w);
    wait_until_entered(&w);
    int64_t before = clock_boot_ms();
    job_let_go(j);
    assert_true(clock_boot_ms() - before < 1000);
    assert_false(job_settle(50)); /* the disk has not answered yet */
    assert_int_equal(atomic_load(&w.closed), 0);
    allow(&w, 100);
    assert_true(job_settle(5000));
    assert_int_equal(atomic_load(&w.closed), 1);
    gate_release(&w.gate);
}

static void test_let_go_while_held_or_waiting(void **state)
{
    struct work w[2] = { { .allowed = 100 }, { .allowed = 100 } };
    struct job *j[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        gate_init(&w[i].gate);
        j[i] = job_new("job", &how, &w[i], look, &w[i]);
    }
    assert_true(steps_reach(&w[0], 2, 5000));
    job_hold(j[1], true);
    for (int i = 0; i < 2; i++)
        job_let_go(j[i]);
    assert_true(job_settle(5000));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(atomic_load(&w[i].closed), 1);
        gate_release(&w[i].gate);
    }
    job_let_go(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_for_its_start),
        cmocka_unit_test(test_holds_between_two_units),
        cmocka_unit_test(test_letting_go_does_not_wait),
        cmocka_unit_test(test_let_go_while_held_or_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
