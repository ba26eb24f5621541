/* runs: alone (it looks at a clock) */
#include "app/lesson/media.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

/* Test programs lie in a folder of their own, without the player beside them. */
static void says_what_is_missing(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_null(media_load(&e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_non_null(strstr(e.text, "weike-player"));
    assert_null(media_load(NULL));
}

static void *load(void *arg)
{
    return (void *)(media_load(arg) ? "loaded" : NULL);
}

static void every_thread_gets_the_same_answer(void **state)
{
    (void)state;
    pthread_t t[8];
    struct err e[8] = {0};
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&t[i], NULL, load, &e[i]), 0);
    for (int i = 0; i < 8; i++) {
        void *answer;
        pthread_join(t[i], &answer);
        assert_null(answer);
        assert_int_equal(e[i].kind, ERR_MISSING);
        assert_string_equal(e[i].text, e[0].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_what_is_missing),
                                       cmocka_unit_test(every_thread_gets_the_same_answer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
