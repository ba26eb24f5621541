/* Sums of study time, and the report over everybody. */
#include "store_kit.h"

#include "store/study/hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static char *dir;
static struct store *store;

static void sql(const char *text)
{
    struct err e = ERR_INIT;
    struct db *db = db_open_writer(dir, &e);
    KIT_MUST(db_exec(db, text, &e));
    db_close(db);
}

static int open_store(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    static const struct member_new people[] = { { .name = "王小明", .id = "v1" }, { .name = "阿依古丽", .id = "v2" },
                                                { .name = "张伟", .id = "v3" },   { .name = "李华", .id = "v4" } };
    dir = kit_dir();
    store = kit_open(dir, NULL);
    for (int i = 0; i < 4; i++)
        KIT_MUST(member_add(store_writer(store), &people[i], NULL, &e));
    sql("INSERT INTO hours_month VALUES ('v1', 202601, 'safety', 100, 90, 80, 1), ('v1', 202602, 'safety', 10, 9, 8, 0),"
        " ('v1', 202602, 'health', 1000, 900, 800, 7), ('v1', 202512, 'safety', 5, 5, 5, 5), ('v3', 202601, 'safety', 7, 6, 5, 0),"
        " ('', 202601, 'safety', 50000, 0, 0, 0)");
    sql("INSERT INTO progress VALUES ('v1', 'a', 0, 1, 1, -1, 0, 0, 1), ('v1', 'b', 0, 1, 0, -1, 0, 0, 1)");
    KIT_MUST(member_set_active(store_writer(store), "v3", false, &e));
    KIT_MUST(member_set_active(store_writer(store), "v4", false, &e));
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(store);
    kit_remove(dir);
    return 0;
}

static void test_year(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct hours_year y;
    struct hours_category_list c;
    KIT_MUST(hours_year(store_db(store), "v1", 2026, &y, &e));
    assert_int_equal(y.total.watched_ms, 999);
    assert_int_equal(y.total.verified_ms, 888);
    assert_int_equal(y.total.screen_ms, 1110);
    assert_int_equal(y.total.review_ms, 8);
    assert_int_equal(y.month[0].watched_ms, 90);
    assert_int_equal(y.month[1].watched_ms, 909);
    KIT_MUST(hours_year(store_db(store), "nobody", 2026, &y, &e));
    assert_int_equal(y.total.screen_ms, 0);
    KIT_MUST(hours_categories(store_db(store), "v1", 202601, 202612, &c, &e));
    assert_int_equal(c.count, 2);
    assert_string_equal(c.row[0].category, "health");
    assert_int_equal(c.row[1].hours.watched_ms, 99);
    hours_category_list_release(&c);
}

struct seen { char ids[64]; int64_t watched; int finished, stop_after; };

static bool see(void *ctx, const struct hours_report_row *row)
{
    struct seen *s = ctx;
    strcat(s->ids, row->member.id);
    s->watched += row->hours.watched_ms;
    s->finished += row->finished;
    return --s->stop_after != 0;
}

static void test_report(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct seen s = { .stop_after = -1 };
    KIT_MUST(hours_report(store_db(store), 202601, 202612, see, &s, &e));
    assert_string_equal(s.ids, "v2v1v3"); /* by pinyin; v3 has left but has hours, v4 has left and has none */
    assert_int_equal(s.watched, 1005);
    assert_int_equal(s.finished, 1);
    s = (struct seen){ .stop_after = 1 };
    KIT_MUST(hours_report(store_db(store), 202601, 202612, see, &s, &e));
    assert_string_equal(s.ids, "v2");
}

static void test_pages_of_lessons(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct hours_lesson_list l;
    int total;
    sql("INSERT INTO hours_lesson VALUES ('v1', 202601, 'a', 'safety', 1, 1, 1, 0, 100), ('v1', 202602, 'a', 'safety', 2, 2, 2, 0, 400),"
        " ('v1', 202601, 'b', 'safety', 4, 4, 4, 0, 300), ('v1', 202601, 'c', 'health', 8, 8, 8, 0, 200);"
        "INSERT INTO lesson_name VALUES ('b', '{\"en\":\"Bees\"}', 'safety')");
    KIT_MUST(hours_lessons(store_db(store), "v1", 202601, 202612, 0, 2, &l, &total, &e));
    assert_int_equal(total, 3);
    assert_int_equal(l.count, 2);
    assert_string_equal(l.row[0].content_id, "a");
    assert_int_equal(l.row[0].hours.watched_ms, 3);
    assert_string_equal(lang_text_get(&l.row[0].title, "en"), ""); /* never had a name here */
    assert_string_equal(lang_text_get(&l.row[1].title, "en"), "Bees");
    hours_lesson_list_release(&l);
    KIT_MUST(hours_lessons(store_db(store), "v1", 202601, 202612, 2, 2, &l, NULL, &e));
    assert_int_equal(l.count, 1);
    assert_string_equal(l.row[0].content_id, "c");
    hours_lesson_list_release(&l);
}

static void test_month_is_local(void **state)
{
    (void)state;
    assert_int_equal(hours_month_of(1769875200000), 202602);         /* 2026-01-31T16:00Z is 1 February in Shanghai */
    assert_int_equal(hours_month_of(1769875200000 - 1), 202601);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)
int main(void)
{
    setenv("TZ", "Asia/Shanghai", 1);
    const struct CMUnitTest tests[] = { T(test_year), T(test_report), T(test_pages_of_lessons), T(test_month_is_local) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
