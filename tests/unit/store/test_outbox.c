/* The outbox between making and forgetting: what waits, what a receipt frees, what is refused or asked for again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/outbox/outbox.h"
#include "store_kit.h"

static char *dir;
static struct db *db;

static int open_db(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    dir = kit_dir();
    db = db_open_writer(dir, &e);
    kit_must(db != NULL, &e, "db_open_writer");
    for (int i = 1; i <= 10; i++) {
        char id[UUID_TEXT], body[40];
        snprintf(id, sizeof id, "0190aaaa-0000-7000-8000-%012d", i);
        snprintf(body, sizeof body, "{\"n\":%d}", i);
        KIT_MUST(outbox_put(db, id, body, strlen(body), 1000 + i, &e));
    }
    return 0;
}

static int close_db(void **state)
{
    (void)state;
    db_close(db);
    kit_remove(dir);
    return 0;
}

static void sql(const char *text)
{
    struct err e = ERR_INIT;
    KIT_MUST(db_exec(db, text, &e));
}

struct seen { char seqs[200]; int64_t damaged; enum outbox_state state; char reason[300]; };

static bool note(void *ctx, const struct outbox_row *row)
{
    struct seen *s = ctx;
    char body[40];
    snprintf(body, sizeof body, "{\"n\":%d}", (int)row->seq);
    assert_string_equal(row->body, body);
    assert_int_equal(row->body_len, strlen(body));
    snprintf(s->seqs + strlen(s->seqs), sizeof s->seqs - strlen(s->seqs), "%d ", (int)row->seq);
    s->state = row->state;
    snprintf(s->reason, sizeof s->reason, "%s", row->reason);
    return true;
}

static void assert_waiting(int64_t after, const char *want)
{
    struct err e = ERR_INIT;
    struct seen s = { 0 };
    KIT_MUST(outbox_waiting(db, after, note, &s, &s.damaged, &e));
    assert_string_equal(s.seqs, want);
    assert_int_equal(s.damaged, 0);
}

/* waiting, quarantined, forgotten, ever made: as the triggers count them, and as they are. */
static void assert_counts(int waiting, int quarantined, int forgotten)
{
    static const char *const name[] = { "waiting", "quarantined", "forgotten", "statement" };
    const int want[] = { waiting, quarantined, forgotten, 10 };
    for (int i = 0; i < 4; i++) {
        struct err e = ERR_INIT;
        struct query q = db_query(db, "SELECT value FROM counter WHERE name = ?");
        query_text(&q, name[i]);
        assert_true(query_row(&q));
        assert_int_equal(query_col_int(&q, 0), want[i]);
        KIT_MUST(query_end(&q, &e));
    }
    assert_int_equal(kit_number(db, "SELECT count(*) FROM statement WHERE state = 0"), waiting);
    assert_int_equal(kit_number(db, "SELECT count(*) FROM statement WHERE state = 2"), quarantined);
    assert_int_equal(kit_number(db, "SELECT count(*) FROM statement"), 10 - forgotten);
}

static void assert_bounds(int64_t want_first, int64_t want_last)
{
    struct err e = ERR_INIT;
    int64_t first = -1, last = -1;
    KIT_MUST(outbox_bounds(db, &first, &last, &e));
    assert_int_equal(first, want_first);
    assert_int_equal(last, want_last);
}

static int64_t deliver(int64_t first, int64_t last, int64_t wall_ms)
{
    struct err e = ERR_INIT;
    int64_t changed = -1;
    KIT_MUST(outbox_deliver(db, first, last, wall_ms, &changed, &e));
    return changed;
}

static void test_receipts(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    int64_t changed;
    assert_waiting(0, "1 2 3 4 5 6 7 8 9 10 ");
    assert_waiting(8, "9 10 ");
    assert_bounds(1, 10);
    assert_int_equal(deliver(1, 4, 5000), 4);
    assert_int_equal(deliver(1, 4, 6000), 0); /* the same receipt again */
    assert_int_equal(deliver(3, 6, 6000), 2); /* one that overlaps */
    assert_int_equal(deliver(50, 60, 6000), 0); /* of things never made */
    assert_waiting(0, "7 8 9 10 ");
    assert_bounds(7, 10);
    assert_counts(4, 0, 0);
    assert_int_equal(kit_number(db, "SELECT delivered_ms FROM statement WHERE seq = 3"), 5000);
    KIT_MUST(outbox_want(db, 2, 3, &changed, &e)); /* the county lost two */
    assert_int_equal(changed, 2);
    assert_waiting(0, "2 3 7 8 9 10 ");
    assert_counts(6, 0, 0);
    KIT_MUST(outbox_want(db, 7, 8, &changed, &e)); /* waiting anyway */
    assert_int_equal(changed, 0);
    assert_int_equal(deliver(1, 10, 7000), 6);
    assert_bounds(0, 10);
    assert_counts(0, 0, 0);
}

static void test_refused_above(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct seen s = { 0 };
    char why[600] = "";
    while (strlen(why) < 500)
        strcat(why, "坏");
    KIT_MUST(outbox_reject(db, 2, "the verb is unknown", &e));
    assert_int_equal(deliver(1, 3, 5000), 2);
    KIT_MUST(outbox_reject(db, 3, why, &e)); /* after its receipt */
    KIT_MUST(outbox_reject(db, 99, "no such row", &e));
    assert_counts(7, 2, 0);
    KIT_MUST(outbox_each(db, 1, note, &s, NULL, &e));
    assert_string_equal(s.seqs, "2 3 4 5 6 7 8 9 10 ");
    assert_int_equal(kit_number(db, "SELECT reason = 'the verb is unknown' FROM statement WHERE seq = 2"), 1);
    assert_int_equal(kit_number(db, "SELECT length(CAST(reason AS BLOB)) FROM statement WHERE seq = 3"), 198); /* no half character */
    assert_int_equal(deliver(1, 3, 5000), 0); /* people have not looked at it yet */
}

static void test_forgetting(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    int removed;
    assert_int_equal(deliver(1, 4, 5000), 4);
    assert_int_equal(deliver(5, 6, 9000), 2);
    KIT_MUST(outbox_reject(db, 7, "x", &e));
    KIT_MUST(outbox_forget(db, 5000, 100, &removed, &e));
    assert_int_equal(removed, 0);
    KIT_MUST(outbox_forget(db, 5001, 3, &removed, &e));
    assert_int_equal(removed, 3);
    assert_counts(3, 1, 3);
    KIT_MUST(outbox_forget(db, 9001, 100, &removed, &e));
    assert_int_equal(removed, 3);
    assert_waiting(0, "8 9 10 ");
    assert_counts(3, 1, 6);
    int64_t changed;
    KIT_MUST(outbox_want(db, 1, 6, &changed, &e)); /* too late */
    assert_int_equal(changed, 0);
    /* All gone: the newest seq is still known, and never given again. */
    assert_int_equal(deliver(8, 10, 9000), 3);
    KIT_MUST(outbox_forget(db, 9001, 100, &removed, &e));
    assert_bounds(0, 10);
    KIT_MUST(outbox_put(db, "0190aaaa-0000-7000-8000-000000000011", "{}", 2, 1, &e));
    assert_bounds(11, 11);
}

/* A row whose hash does not fit its body is never handed out: not to a link, not to a stick. */
static void test_bit_rot(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct seen s = { 0 };
    int64_t last;
    int found;
    sql("UPDATE statement SET body = '{\"n\":6}' WHERE seq = 5");
    KIT_MUST(outbox_waiting(db, 0, note, &s, &s.damaged, &e));
    assert_string_equal(s.seqs, "1 2 3 4 6 7 8 9 10 ");
    assert_int_equal(s.damaged, 1);
    KIT_MUST(outbox_quarantine_damaged(db, 0, 100, &last, &found, &e));
    assert_int_equal(found, 1);
    assert_counts(9, 1, 0);
    assert_int_equal(kit_number(db, "SELECT reason LIKE '%hash%' FROM statement WHERE seq = 5"), 1);
    assert_waiting(0, "1 2 3 4 6 7 8 9 10 ");
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_db, close_db)
int main(void)
{
    const struct CMUnitTest tests[] = { T(test_receipts), T(test_refused_above), T(test_forgetting), T(test_bit_rot) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
