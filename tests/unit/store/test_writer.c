/* The writer: order, groups, failures that stay alone, tickets, its thread, full and failing disks. */
#include "store_kit.h"

#include "base/clock.h"
#include "base/fault.h"
#include "store/node.h"
#include "store/rescue/check.h"
#include "store/setting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

static char *dir;
static struct store *store;
static _Atomic int wakes;

static void wake(void *ctx)
{
    (void)ctx;
    atomic_fetch_add(&wakes, 1);
}

static void reopen(bool threaded)
{
    struct err e = ERR_INIT;
    struct store_options o = { .owner = true, .threaded = threaded, .home_page = "https://x.example", .wake = wake };
    store_close(store);
    store = store_open(dir, &o, NULL, &e);
    kit_must(store != NULL, &e, "store_open");
}

static int open_store(void **state)
{
    (void)state;
    dir = kit_dir();
    store = NULL;
    reopen(false);
    atomic_store(&wakes, 0);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    fault_arm(FAULT_OFF, 0);
    store_close(store);
    kit_remove(dir);
    return 0;
}

static bool put(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    *value = (int64_t)strlen(ctx);
    return setting_put(db, ctx, "1", e);
}

static bool refuse(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)value;
    return setting_put(db, ctx, "1", e) && err_set(e, ERR_REFUSED, "not this one");
}

static int64_t settings(void)
{
    return kit_number(store_db(store), "SELECT count(*) FROM setting WHERE key LIKE 'k%'");
}

static void test_one_bad_item_stays_alone(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct writer *w = store_writer(store);
    uint64_t a = writer_post_job(w, put, "k1", NULL), b = writer_post_job(w, refuse, "k2", NULL),
             c = writer_post_job(w, put, "k333", NULL);
    assert_true(a < b && b < c);
    assert_int_equal(writer_waiting(w), 3);
    assert_int_equal(writer_state(w, c, &e), WRITER_WAITING);
    assert_true(writer_step(w));
    assert_false(writer_step(w));
    assert_int_equal(writer_waiting(w), 0);
    assert_int_equal(writer_state(w, a, &e), WRITER_COMMITTED);
    assert_int_equal(writer_state(w, b, &e), WRITER_FAILED);
    assert_string_equal(e.text, "not this one");
    assert_int_equal(writer_state(w, c, &e), WRITER_COMMITTED);
    assert_int_equal(writer_value(w, c), 4);
    assert_int_equal(writer_value(w, b), 0);
    assert_int_equal(settings(), 2);
    assert_int_equal(wakes, 1);
    assert_false(writer_wait(w, b, &e));
    assert_true(writer_wait(w, c, &e));
}

static void test_groups_share_a_commit(void **state)
{
    (void)state;
    static char key[200][8];
    struct writer *w = store_writer(store);
    for (int i = 0; i < 200; i++) {
        snprintf(key[i], sizeof key[i], "k%d", i);
        writer_post_job(w, put, key[i], NULL);
    }
    int steps = 0;
    while (writer_step(w))
        steps++;
    assert_int_equal(steps, 4); /* 64 at a time */
    assert_int_equal(settings(), 200);
}

/* Whoever comes first, a reader that has noted the commits before learns that there is more to read. */
static void test_either_may_come_first(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    reopen(true);
    struct writer *w = store_writer(store);
    writer_race(WRITER_WINS);
    uint64_t commits = writer_commits(w), ticket = writer_post_job(w, put, "k1", NULL);
    assert_int_equal(writer_state(w, ticket, &e), WRITER_COMMITTED); /* within the post */
    assert_int_equal(writer_commits(w), commits + 1);
    assert_int_equal(writer_newest(w), ticket);
    assert_int_equal(settings(), 1);
    ticket = writer_post_job(w, refuse, "k2", NULL);
    assert_int_equal(writer_state(w, ticket, &e), WRITER_FAILED);
    assert_int_equal(writer_commits(w), commits + 1); /* nothing new to read */
    writer_race(WRITER_LATE);
    ticket = writer_post_job(w, put, "k3", NULL);
    assert_int_equal(settings(), 1);
    assert_int_equal(writer_state(w, ticket, &e), WRITER_WAITING);
    assert_int_equal(writer_commits(w), commits + 1);
    assert_int_equal(kit_number(store_read(store), "SELECT count(*) FROM setting WHERE key = 'k3'"), 1); /* waits for it */
    assert_int_equal(writer_state(w, ticket, &e), WRITER_COMMITTED);
    writer_race(WRITER_AS_IT_COMES);
    reopen(false);
}

static void *post_many(void *arg)
{
    struct err e = ERR_INIT;
    for (int i = 0; i < 50; i++) {
        char key[32];
        snprintf(key, sizeof key, "k%s-%d", (const char *)arg, i);
        KIT_MUST(setting_set(store_writer(store), key, "1", &e));
        visit_post_in(store_writer(store), arg);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    static char name[4][2] = { "a", "b", "c", "d" };
    pthread_t t[4];
    reopen(true);
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, post_many, name[i]);
    struct check *check = check_start(dir, store_writer(store), 0); /* reads everything beside them */
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    check_stop(check);
    reopen(true);
    assert_int_equal(settings(), 200);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM event"), 200);
    assert_true(wakes > 0);
    check = check_start(dir, store_writer(store), 3600 * 1000);
    check_stop(check); /* at once */
    assert_false(check_found_damage(NULL));
}

static void test_close_commits_what_waits(void **state)
{
    (void)state;
    for (int threaded = 0; threaded < 2; threaded++) {
        reopen(threaded);
        writer_post_job(store_writer(store), put, threaded ? "kx" : "ky", NULL);
    }
    reopen(false);
    assert_int_equal(settings(), 2);
}

static void test_full_disk_gives_up_the_reserve(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct health h;
    char *reserve = mem_printf("%s/reserve", dir);
    assert_true(fs_exists(reserve));
    fault_arm(FAULT_ENOSPC, 1);
    assert_false(setting_set(store_writer(store), "k1", "1", &e)); /* this disk stays full whatever is given up */
    fault_arm(FAULT_OFF, 0);
    assert_int_equal(e.kind, ERR_FULL);
    assert_int_equal(settings(), 0);
    KIT_MUST(setting_set(store_writer(store), "k1", "1", &e));
    assert_int_equal(settings(), 1);
    KIT_MUST(store_health(store, &h, &e));
    assert_true(h.disk_full);
    free(reserve);
}

static void test_one_failed_write_is_written_again(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct health h;
    char key[16];
    for (unsigned n = 1; n <= 5; n++) { /* the journal's header and page writes, its sync */
        fault_arm(FAULT_EIO, n);
        snprintf(key, sizeof key, "k%u", n);
        KIT_MUST(setting_set(store_writer(store), key, "1", &e));
        fault_arm(FAULT_OFF, 0);
    }
    assert_int_equal(settings(), 5);
    KIT_MUST(store_health(store, &h, &e));
    assert_true(h.io_errors > 0);
    reopen(false);
    assert_int_equal(settings(), 5);
}

static void test_floor(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    int64_t built = store_clock_floor_ms(store), seen = built + 86400000;
    KIT_MUST(writer_wait(store_writer(store), node_post_floor(store_writer(store), seen), &e));
    KIT_MUST(writer_wait(store_writer(store), node_post_floor(store_writer(store), built + 1), &e));
    assert_true(store_clock_floor_ms(store) == seen);
    reopen(false);
    assert_true(store_clock_floor_ms(store) == seen);
    struct clock_fake fake = { .boot_ms = 1, .wall_ms = built };
    struct clock_reading now;
    clock_set_fake(&fake);
    store_clock(store, &now);
    clock_set_fake(NULL);
    assert_true(now.wall_ms == seen && now.trust == CLOCK_FLOOR);
}

/* The kiosk runs for a day: the backup is made between records, and takes nothing from them. */
static void test_daily_backup(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct clock_fake now = { .boot_ms = 1000, .wall_ms = store_clock_floor_ms(store) + 1000 };
    char *newest = mem_printf("%s/backup/weike.db", dir);
    reopen(false);
    KIT_MUST(fs_unlink(newest, &e));
    store_close(store);
    store = NULL;
    KIT_MUST(fs_unlink(newest, &e));
    clock_set_fake(&now);
    reopen(false);
    char *bulk = mem_alloc(1 << 20); /* more than one step copies */
    memset(bulk, 'x', (1 << 20) - 1);
    KIT_MUST(setting_set(store_writer(store), "k1", bulk, &e));
    free(bulk);
    assert_false(writer_step(store_writer(store))); /* not while the kiosk starts */
    now.boot_ms += 6 * 60000;
    assert_true(writer_step(store_writer(store)));
    assert_false(fs_exists(newest));
    KIT_MUST(setting_set(store_writer(store), "k2", "1", &e)); /* in the middle of it */
    while (writer_step(store_writer(store)))
        ;
    struct db *copy = db_open_file(newest, true, &e);
    assert_int_equal(kit_number(copy, "SELECT count(*) FROM setting WHERE key LIKE 'k%'"), 2);
    db_close(copy);
    now.boot_ms += 2 * 3600 * 1000;
    assert_false(writer_step(store_writer(store))); /* not again today */
    clock_set_fake(NULL);
    free(newest);
}

static void test_second_owner_is_refused(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct store_options tool = { .home_page = "https://x.example" };
    struct store *other = store_open(dir, &tool, NULL, &e); /* weikectl beside the kiosk */
    kit_must(other != NULL, &e, "store_open");
    KIT_MUST(setting_set(store_writer(other), "k1", "1", &e));
    store_close(other);
    assert_int_equal(settings(), 1);
    KIT_MUST(setting_set(store_writer(store), "k2", "1", &e));
    assert_int_equal(settings(), 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_one_bad_item_stays_alone), T(test_groups_share_a_commit), T(test_either_may_come_first), T(test_threads), T(test_close_commits_what_waits),
        T(test_full_disk_gives_up_the_reserve), T(test_one_failed_write_is_written_again), T(test_floor),
        T(test_daily_backup), T(test_second_owner_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
