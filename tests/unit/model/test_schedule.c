/* Which lesson is offered today. */
#include "model/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

enum { ROWS = 7 };
struct row { const char *what; int64_t day; const char *expect; struct schedule_lesson lesson[ROWS]; };

#define FRESH(course, id, priority, position) { course, id, priority, position, 0, false, 0 }
#define BEGUN(course, id, priority, position, at, last) { course, id, priority, position, at, false, last }
#define DONE(course, id, priority, position, last) { course, id, priority, position, 0, true, last }

static const struct row table[] = {
    { "nothing here", 1, NULL, { { 0 } } },
    { "one fresh lesson", 1, "a1", { FRESH("a", "a1", 0, 0) } },
    { "the most important course", 1, "b1", { FRESH("a", "a1", 10, 0), FRESH("b", "b1", 90, 0), FRESH("b", "b2", 90, 1) } },
    { "equal ones by id", 1, "b1", { FRESH("c", "c1", 50, 0), FRESH("b", "b1", 50, 0), FRESH("b", "b2", 50, 1) } },
    { "first by place, not by row", 1, "a1", { FRESH("a", "a2", 50, 1), FRESH("a", "a3", 50, 2), FRESH("a", "a1", 50, 0) } },
    { "begun comes before important", 1, "a2",
      { FRESH("b", "b1", 99, 0), FRESH("a", "a1", 1, 0), BEGUN("a", "a2", 1, 1, 30000, 500) } },
    { "the one begun last", 1, "b1", { BEGUN("a", "a1", 99, 0, 90000, 500), BEGUN("b", "b1", 1, 0, 10, 501) } },
    { "begun at the same moment: by id", 1, "a1", { BEGUN("b", "b1", 99, 0, 10, 500), BEGUN("a", "a1", 1, 0, 10, 500) } },
    { "opened and left in the first second counts as begun", 1, "a1", { FRESH("b", "b1", 99, 0), BEGUN("a", "a1", 1, 0, 0, 500) } },
    { "stopped somewhere, when is not known", 1, "a1", { FRESH("b", "b1", 99, 0), BEGUN("a", "a1", 1, 0, 700, 0) } },
    { "next of the course begun", 1, "a2",
      { FRESH("b", "b1", 99, 0), DONE("a", "a1", 1, 0, 500), FRESH("a", "a2", 1, 1), FRESH("a", "a3", 1, 2) } },
    { "of two begun courses, the last one", 1, "b2",
      { DONE("a", "a1", 99, 0, 500), FRESH("a", "a2", 99, 1), DONE("b", "b1", 1, 0, 600), FRESH("b", "b2", 1, 1) } },
    { "a finished course has nothing to offer", 1, "c1",
      { DONE("a", "a1", 99, 0, 900), DONE("a", "a2", 99, 1, 901), FRESH("c", "c1", 1, 0) } },
    { "a lesson left out is not forgotten", 1, "a1", { FRESH("a", "a1", 5, 0), DONE("a", "a2", 5, 1, 400), FRESH("a", "a3", 5, 2) } },
    { "review, day 0", 0, "a1", { DONE("b", "b1", 9, 0, 3), DONE("a", "a2", 1, 1, 2), DONE("a", "a1", 1, 0, 1) } },
    { "review, day 1", 1, "a2", { DONE("b", "b1", 9, 0, 3), DONE("a", "a2", 1, 1, 2), DONE("a", "a1", 1, 0, 1) } },
    { "review, day 2", 2, "b1", { DONE("b", "b1", 9, 0, 3), DONE("a", "a2", 1, 1, 2), DONE("a", "a1", 1, 0, 1) } },
    { "review, day 20000", 20000, "b1", { DONE("b", "b1", 9, 0, 3), DONE("a", "a2", 1, 1, 2), DONE("a", "a1", 1, 0, 1) } },
    { "review, a clock before 1970", -1, "b1", { DONE("b", "b1", 9, 0, 3), DONE("a", "a2", 1, 1, 2), DONE("a", "a1", 1, 0, 1) } },
};

static const char *ask(const struct schedule_lesson *row, int count, int64_t day)
{
    int i = schedule_today(row, count, day);
    assert_true(i >= -1 && i < count);
    return i < 0 ? "none" : row[i].content_id;
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct row *r = &table[i];
        struct schedule_lesson turned[ROWS];
        int count = 0;
        while (count < ROWS && r->lesson[count].content_id)
            count++;
        for (int k = 0; k < count; k++)
            turned[k] = r->lesson[count - 1 - k];
        const char *expect = r->expect ? r->expect : "none";
        if (strcmp(ask(r->lesson, count, r->day), expect) != 0)
            fail_msg("%s: %s, not %s", r->what, ask(r->lesson, count, r->day), expect);
        if (strcmp(ask(turned, count, r->day), expect) != 0)
            fail_msg("%s, rows the other way round: %s, not %s", r->what, ask(turned, count, r->day), expect);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
