#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/fsrs.h"

#include <math.h>

/* What py-fsrs 6 (its commit 3abe686e of March 2026; without learning steps and fuzz) computes for the same answers.
 * "memo" are the answers of its own test_memo_state, which expects S 53.62691 and D 6.3574867 at the end. */
struct step { int days; bool right; double stability, difficulty; int due; };
static const struct step good[] = {
    { 0, true, 2.306500, 2.118104, 2 },      { 2, true, 10.964332, 2.111214, 11 },    { 11, true, 46.280217, 2.104331, 46 },
    { 46, true, 162.862202, 2.097455, 163 }, { 163, true, 497.447194, 2.090586, 497 }, { 498, true, 1346.747996, 2.083724, 1347 },
};
static const struct step memo[] = {
    { 0, false, 0.212000, 6.413300, 1 }, { 0, true, 0.246689, 6.402115, 1 },   { 1, true, 2.021477, 6.390941, 2 },
    { 3, true, 7.863699, 6.379779, 8 },  { 8, true, 21.917713, 6.368627, 22 }, { 21, true, 53.626903, 6.357487, 54 },
};
static const struct step wrong[] = {
    { 0, false, 0.212000, 6.413300, 1 }, { 1, false, 0.100886, 8.806304, 1 }, { 1, false, 0.055035, 9.592869, 1 },
    { 1, true, 0.329365, 9.578504, 1 },  { 1, true, 0.933349, 9.564154, 1 },  { 2, true, 2.131635, 9.549818, 2 },
    { 5, true, 4.669124, 9.535497, 5 },
};
static const struct step lapse[] = {
    { 0, true, 2.306500, 2.118104, 2 },    { 2, true, 10.964332, 2.111214, 11 }, { 11, true, 46.280217, 2.104331, 46 },
    { 46, false, 2.932580, 7.389976, 3 },  { 0, false, 0.970024, 9.127331, 1 },  { 0, true, 1.021267, 9.113432, 1 },
    { 4, true, 3.361603, 9.099547, 3 },    { 400, true, 20.789911, 9.085676, 21 },
};
static const struct step late[] = {
    { 0, true, 2.306500, 2.118104, 2 }, { 3650, true, 85.217659, 2.111214, 85 }, { 3650, false, 6.519339, 7.392238, 7 },
    { 1, true, 8.439319, 7.380074, 8 },
};
static const struct step same_day[] = {
    { 0, true, 2.306500, 2.118104, 2 },  { 0, true, 2.306500, 2.111214, 2 },  { 0, true, 2.306500, 2.104331, 2 },
    { 0, false, 0.775084, 7.389976, 1 }, { 0, false, 0.279838, 9.127331, 1 }, { 0, true, 0.319733, 9.113432, 1 },
};

static void follow(const char *name, const struct step *s, int n)
{
    struct fsrs m;
    for (int i = 0; i < n; i++) {
        if (i)
            fsrs_next(&m, s[i].days, s[i].right);
        else
            fsrs_first(&m, s[i].right);
        int due = s[i].due > FSRS_MAX_DAYS ? FSRS_MAX_DAYS : s[i].due;
        if (fabs(m.stability - s[i].stability) > 1e-5 * fmax(1, s[i].stability) || fabs(m.difficulty - s[i].difficulty) > 2e-6 || fsrs_days(&m) != due)
            fail_msg("%s, answer %d: S %.6f D %.6f in %d days, want S %.6f D %.6f in %d", name, i + 1, m.stability, m.difficulty,
                     fsrs_days(&m), s[i].stability, s[i].difficulty, due);
    }
}

static void test_reference(void **state)
{
    (void)state;
#define FOLLOW(list) follow(#list, list, (int)(sizeof list / sizeof *list))
    FOLLOW(good);
    FOLLOW(memo);
    FOLLOW(wrong);
    FOLLOW(lapse);
    FOLLOW(late);
    FOLLOW(same_day);
}

static void test_recall_is_90_percent_after_s_days(void **state)
{
    (void)state;
    for (int s = 1; s < 400; s += 7) {
        struct fsrs m = { .stability = s, .difficulty = 5 };
        assert_true(fabs(fsrs_recall(&m, s) - 0.9) < 1e-12);
        assert_true(fsrs_recall(&m, 0) == 1 && fsrs_recall(&m, -5) == 1);
        assert_true(fsrs_recall(&m, s + 1) < fsrs_recall(&m, s));
        assert_int_equal(fsrs_days(&m), s < FSRS_MAX_DAYS ? s : FSRS_MAX_DAYS);
    }
}

/* Whatever is answered whenever, the numbers stay numbers and the days within bounds. */
static void test_bounds(void **state)
{
    (void)state;
    static const int64_t gap[] = { 0, 1, 365, 3650, 30000, -20, INT64_MAX };
    uint64_t dice = 1;
    for (int run = 0; run < 300; run++) {
        struct fsrs m;
        fsrs_first(&m, run & 1);
        for (int i = 0; i < 60; i++) {
            dice = dice * 6364136223846793005u + 1442695040888963407u;
            fsrs_next(&m, gap[(dice >> 40) % 7], (dice >> 60) % 4 != 0);
            assert_true(m.stability >= 0.001 && m.stability <= 36500 && m.difficulty >= 1 && m.difficulty <= 10);
            int days = fsrs_days_mixed(&m, dice);
            assert_true(days >= 1 && days <= FSRS_MAX_DAYS);
        }
    }
}

static void test_fuzz(void **state)
{
    (void)state;
    static const struct { double stability; int low, high; } table[] = {
        { 1, 1, 1 }, { 2, 2, 2 }, { 3, 2, 4 }, { 8, 6, 10 }, { 30, 27, 33 }, { 100, 93, 107 }, { 365, 345, 365 },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct fsrs m = { .stability = table[i].stability, .difficulty = 5 };
        int low = 1000, high = 0;
        for (uint64_t h = 0; h < 1000; h++) {
            int days = fsrs_days_mixed(&m, h * 2654435761u);
            assert_int_equal(days, fsrs_days_mixed(&m, h * 2654435761u));
            low = days < low ? days : low;
            high = days > high ? days : high;
        }
        if (low != table[i].low || high != table[i].high)
            fail_msg("%.0f days became %d..%d, want %d..%d", table[i].stability, low, high, table[i].low, table[i].high);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_recall_is_90_percent_after_s_days),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_fuzz),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
