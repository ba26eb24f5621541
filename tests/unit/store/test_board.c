/* The board: which notices hold today, newest first; and how they are found again after damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "store/notice/board.h"
#include "store_kit.h"

static char *dir;
static struct store *store;

static int open_store(void **state)
{
    (void)state;
    dir = kit_dir();
    store = kit_open(dir, NULL);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(store);
    kit_remove(dir);
    return 0;
}

/* `picture` NULL: none. */
static void put(const char *id, int version, const char *days, const char *picture)
{
    struct err e = ERR_INIT;
    struct str m;
    str_init(&m, 0);
    str_printf(&m, "{\"format\":1,\"kind\":\"notice\",\"id\":\"%s\",\"version\":%d,\"title\":{\"zh-CN\":\"%s\"},\"category\":\"village\",%s,"
                   "\"text\":{\"zh-CN\":\"**时间：**周六\"}", id, version, id, days);
    if (picture) {
        str_puts(&m, ",\"poster\":");
        KIT_MUST(kit_blob(dir, picture, "image/webp", "p.webp", &m, &e));
    }
    str_puts(&m, "}");
    struct library_package p = { .manifest = m.data, .manifest_len = m.len, .publisher = "test" };
    KIT_MUST(library_install(store_writer(store), &p, &e));
    str_release(&m);
}

/* The ids shown on `day`, with spaces between. */
static const char *shown(int64_t day)
{
    static char out[400];
    struct err e = ERR_INIT;
    struct board_list l;
    int count;
    KIT_MUST(board_count(store_db(store), day, &count, &e));
    KIT_MUST(board_page(store_db(store), day, 0, 100, &l, &e));
    assert_int_equal(l.count, count);
    *out = 0;
    for (int i = 0; i < l.count; i++)
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", i ? " " : "", l.row[i].id);
    board_list_release(&l);
    return out;
}

static void test_newest_first_while_they_hold(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct health h;
    put("x.week", 1, "\"from\":\"1970-01-11\",\"until\":\"1970-01-17\"", NULL); /* days 10..16 */
    put("x.ever", 1, "\"from\":\"1970-01-09\"", "picture");                    /* from 8 */
    put("x.later", 1, "\"from\":\"1970-01-14\",\"until\":\"1970-01-14\"", NULL); /* 13 alone */
    KIT_MUST(kit_install(store, "cn.x.course", 1, 1, &e));
    assert_string_equal(shown(7), "");
    assert_string_equal(shown(8), "x.ever");
    assert_string_equal(shown(10), "x.week x.ever");
    assert_string_equal(shown(13), "x.later x.week x.ever");
    assert_string_equal(shown(17), "x.ever");
    assert_string_equal(shown(-1), "x.later x.week x.ever"); /* nobody knows the day: all of them */
    KIT_MUST(store_health(store, &h, &e));
    assert_int_equal(h.courses, 1); /* a notice is no course */
    struct course_list courses;
    assert_false(library_course(store_db(store), "", "x.ever", &courses, &e));
    struct board_list l;
    KIT_MUST(board_page(store_db(store), 13, 1, 1, &l, &e));
    assert_int_equal(l.count, 1);
    assert_string_equal(l.row[0].id, "x.week");
    assert_string_equal(lang_text_get(&l.row[0].title, "zh-CN"), "x.week");
    assert_int_equal(l.row[0].until_day, 16);
    board_list_release(&l);
}

static void test_new_versions_and_removal(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct notice *n;
    put("x.a", 1, "\"from\":\"1970-01-11\"", "one");
    put("x.a", 2, "\"from\":\"1970-01-21\"", "two");
    assert_string_equal(shown(15), "");
    assert_string_equal(shown(20), "x.a");
    KIT_MUST(board_open(store_db(store), "x.a", &n, &e));
    assert_int_equal(n->head.version, 2);
    assert_string_equal(lang_text_get(&n->text, "zh-CN"), "**时间：**周六");
    package_free(&n->head);
    KIT_MUST(library_remove(store_writer(store), "x.a", &e));
    assert_string_equal(shown(-1), "");
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM notice"), 0); /* also that of the version before */
    assert_false(board_open(store_db(store), "x.a", &n, &e));
    assert_int_equal(e.kind, ERR_MISSING);
}

static void test_whole_when_it_comes(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    static const char text[] = "{\"format\":1,\"kind\":\"notice\",\"id\":\"x.a\",\"version\":1,\"title\":{\"en\":\"a\"},\"from\":\"1970-01-11\",\"text\":{\"en\":\"a\"},"
                               "\"poster\":{\"sha256\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"size\":9,\"type\":\"image/webp\","
                               "\"name\":\"p.webp\"}}";
    struct library_package p = { .manifest = text, .manifest_len = sizeof text - 1, .publisher = "test" };
    assert_false(library_install(store_writer(store), &p, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_string_equal(shown(-1), "");
}

static void lose(const char *name)
{
    char *path = fs_join(dir, name);
    struct err e = ERR_INIT;
    if (fs_exists(path))
        KIT_MUST(fs_remove_tree(path, &e));
    free(path);
}

/* Database and backups are gone, and the picture of one notice: its words are shown all the same. */
static void test_found_again(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct store_repair r;
    struct board_list l;
    put("x.a", 1, "\"from\":\"1970-01-11\"", "picture a");
    put("x.b", 3, "\"from\":\"1970-01-12\"", "picture b");
    KIT_MUST(board_page(store_db(store), -1, 0, 1, &l, &e));
    KIT_MUST(blob_remove(dir, l.row[0].poster_sha256, &e));
    board_list_release(&l);
    store_close(store);
    static const char *const gone[] = { "weike.db", "weike.db-wal", "weike.db-shm", "backup" };
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        lose(gone[i]);
    store = kit_open(dir, &r);
    assert_true(r.happened);
    assert_string_equal(shown(-1), "x.b x.a");
    assert_string_equal(shown(10), "x.a");
    int64_t highest;
    char sha256[SHA256_HEX];
    KIT_MUST(library_version(store_db(store), "x.b", &highest, sha256, &e));
    assert_int_equal(highest, 3);
}

static void test_day_of_a_clock(void **state)
{
    (void)state;
    struct clock_reading now = { .wall_ms = INT64_C(86400000) * 20 + 43200000, .trust = CLOCK_RTC };
    assert_int_equal(board_day(&now), clock_local_day_number(now.wall_ms));
    now.trust = CLOCK_FLOOR;
    assert_int_equal(board_day(&now), -1);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)
    const struct CMUnitTest tests[] = { T(test_newest_first_while_they_hold), T(test_new_versions_and_removal), T(test_whole_when_it_comes),
                                        T(test_found_again), T(test_day_of_a_clock) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
