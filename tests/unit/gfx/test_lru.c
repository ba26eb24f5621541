#include "screen.h"

#include "gfx/lru.h"

static int freed;

static void count_free(void *value)
{
    freed++;
    free(value);
}

static int *number(int n)
{
    int *p = malloc(sizeof *p);
    *p = n;
    return p;
}

static void newest_stay(void **state)
{
    (void)state;
    freed = 0;
    struct lru *c = lru_new(2000, count_free);
    for (int i = 0; i < 10; i++)
        lru_put(c, &i, sizeof i, number(i), 300);
    assert_true(lru_bytes(c) <= 2000);
    assert_int_equal(lru_count(c) + (size_t)freed, 10);
    int k = 9, gone = 0;
    assert_int_equal(*(int *)lru_get(c, &k, sizeof k), 9);
    assert_null(lru_get(c, &gone, sizeof gone));
    lru_free(c);
    assert_int_equal(freed, 10);
}

static void use_keeps(void **state)
{
    (void)state;
    freed = 0;
    struct lru *c = lru_new(1500, count_free);
    lru_put(c, "a", 1, number(1), 300);
    for (int i = 0; i < 20; i++) {
        assert_non_null(lru_get(c, "a", 1)); /* used each round, so never the oldest */
        lru_put(c, &i, sizeof i, number(i), 300);
    }
    assert_int_equal(*(int *)lru_get(c, "a", 1), 1);
    lru_free(c);
}

static void same_key_replaces(void **state)
{
    (void)state;
    freed = 0;
    struct lru *c = lru_new(10000, count_free);
    lru_put(c, "key", 3, number(1), 10);
    lru_put(c, "key", 3, number(2), 10);
    assert_int_equal(freed, 1);
    assert_int_equal(lru_count(c), 1);
    assert_int_equal(*(int *)lru_get(c, "key", 3), 2);
    assert_null(lru_get(c, "ke", 2));
    lru_clear(c);
    assert_int_equal(lru_bytes(c), 0);
    assert_null(lru_get(c, "key", 3));
    lru_free(c);
}

static void larger_than_the_ceiling(void **state)
{
    (void)state;
    struct lru *c = lru_new(1000, count_free);
    lru_put(c, "small", 5, number(1), 100);
    lru_put(c, "huge", 4, number(2), 5000);
    assert_int_equal(lru_count(c), 1); /* alone, until the next */
    lru_put(c, "small", 5, number(3), 100);
    assert_null(lru_get(c, "huge", 4));
    assert_non_null(lru_get(c, "small", 5));
    lru_free(c);
}

static void many_keys(void **state)
{
    (void)state;
    struct lru *c = lru_new(10 << 20, count_free);
    for (int i = 0; i < 5000; i++) /* grows its table several times */
        lru_put(c, &i, sizeof i, number(i), 50);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(*(int *)lru_get(c, &i, sizeof i), i);
    lru_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_stay), cmocka_unit_test(use_keeps), cmocka_unit_test(same_key_replaces),
        cmocka_unit_test(larger_than_the_ceiling), cmocka_unit_test(many_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
