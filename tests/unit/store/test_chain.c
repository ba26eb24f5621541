/* The chain of records: what was done to the rows shows, what a receipt let us forget does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/outbox/chain.h"
#include "store/outbox/outbox.h"
#include "store_kit.h"

enum { DAY_MS = 24 * 3600 * 1000 };
static const int64_t begin_ms = INT64_C(1793491200000); /* 2026-11-01 */
static char *dir;
static struct db *db;

static void sql(const char *text)
{
    struct err e = ERR_INIT;
    KIT_MUST(db_exec(db, text, &e));
}

static void put_dated(int n, int64_t at_ms, const char *trust)
{
    struct err e = ERR_INIT;
    char id[UUID_TEXT], at[32], body[200];
    clock_format_utc(at_ms, at, sizeof at);
    snprintf(id, sizeof id, "0190aaaa-0000-7000-8000-%012d", n);
    snprintf(body, sizeof body, "{\"context\":{\"extensions\":{\"clock\":{\"trust\":\"%s\"}}},\"n\":%d,\"timestamp\":\"%s\"}", trust, n, at);
    KIT_MUST(outbox_put(db, id, body, strlen(body), at_ms, &e));
}

static void put(int n) { put_dated(n, begin_ms + n * (int64_t)DAY_MS / 2, "signed"); }

static int open_db(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    setenv("TZ", "UTC", 1);
    dir = kit_dir();
    db = db_open_writer(dir, &e);
    kit_must(db != NULL, &e, "db_open_writer");
    for (int i = 1; i <= 12; i++)
        put(i);
    return 0;
}

static int close_db(void **state)
{
    (void)state;
    db_close(db);
    kit_remove(dir);
    return 0;
}

struct told { char text[2000]; };

static bool tell(void *ctx, const struct chain_finding *f)
{
    struct told *t = ctx;
    size_t n = strlen(t->text);
    snprintf(t->text + n, sizeof t->text - n, "%s: %s\n", chain_fault_name(f->fault), f->text);
    return true;
}

static struct chain_report verify(const char *want)
{
    struct err e = ERR_INIT;
    struct chain_report r;
    struct told t = { "" };
    KIT_MUST(chain_verify(db, tell, &t, &r, &e));
    assert_string_equal(t.text, want);
    return r;
}

static void whole(void **state)
{
    (void)state;
    struct chain_report r = verify("");
    assert_true(chain_intact(&r));
    assert_int_equal(r.rows, 12);
    assert_int_equal(r.from_seq, 1);
    assert_int_equal(r.unchained, 0);
    assert_true(r.head.there && r.head.seq == 12);
    put(12); /* the same again: no number is used up */
    put(13);
    r = verify("");
    assert_int_equal(r.head.seq, 13);
}

static void tampering(void **state)
{
    static const struct { const char *what, *sql, *want; } c[] = {
        { "text changed", "UPDATE statement SET body = replace(body, '\"n\":5', '\"n\":6') WHERE seq = 5",
          "changed: row 5 of 2026-11-03 was changed: it does not fit its hash\n" },
        { "moved with its hash", "UPDATE statement SET body = (SELECT body FROM statement WHERE seq = 4), sha256 = (SELECT sha256 FROM statement"
          " WHERE seq = 4) WHERE seq = 5",
          "broken: row 5 of 2026-11-03 does not follow the row before it: one of the two was changed or put in\n" },
        { "removed", "DELETE FROM statement WHERE seq IN (5, 6)",
          "removed: rows 5 to 6 were taken out: row 7 of 2026-11-04 does not follow row 4 of 2026-11-03\n" },
        { "removed at the beginning", "DELETE FROM statement WHERE seq < 3",
          "removed: rows 1 to 2 were taken out: row 3 of 2026-11-02 does not follow row 0 of ?\n" },
        { "removed at the end", "DELETE FROM statement WHERE seq > 10",
          "removed: rows 11 to 12 were taken off the end, after row 10 of 2026-11-06\n" },
        { "chain wiped", "UPDATE statement SET chain = x'' WHERE seq = 6",
          "broken: row 6 of 2026-11-04 does not follow the row before it: one of the two was changed or put in\n"
          "broken: row 7 of 2026-11-04 does not follow the row before it: one of the two was changed or put in\n" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        close_db(NULL);
        open_db(NULL);
        sql(c[i].sql);
        struct chain_report r = verify(c[i].want);
        assert_false(chain_intact(&r));
    }
}

static void forgetting(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    static const int order[] = { 5, 3, 4, 9, 1, 2, 12, 11 }; /* as receipts come, not in order */
    int64_t changed;
    int removed;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        KIT_MUST(outbox_deliver(db, order[i], order[i], 1000 + (int64_t)i, &changed, &e));
        KIT_MUST(outbox_forget(db, INT64_MAX, 100, &removed, &e));
        assert_int_equal(removed, 1);
        struct chain_report r = verify("");
        assert_int_equal(r.forgotten, (int)i + 1);
        assert_int_equal(r.from_seq, 1);
    }
    struct query q = db_query(db, "SELECT group_concat(first || '-' || last || ':' || rows, ' ') FROM forgotten");
    assert_true(query_row(&q));
    assert_string_equal(query_col_text(&q, 0), "1-5:5 9-9:1 11-12:2");
    KIT_MUST(query_end(&q, &e));
    put(14); /* goes on behind what was forgotten */
    verify("");
    sql("DELETE FROM statement WHERE seq = 10");
    verify("removed: rows 10 to 10 were taken out: row 11 of ? does not follow row 9 of 2026-11-05\n");
}

static void all_forgotten(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    int64_t changed;
    int removed;
    KIT_MUST(outbox_deliver(db, 1, 12, 1000, &changed, &e));
    KIT_MUST(outbox_forget(db, INT64_MAX, 5, &removed, &e));
    KIT_MUST(outbox_forget(db, INT64_MAX, 100, &removed, &e));
    struct chain_report r = verify("");
    assert_int_equal(r.rows, 0);
    assert_int_equal(r.forgotten, 12);
    assert_int_equal(r.head.seq, 12);
    put(13);
    put(14);
    verify("");
    sql("UPDATE forgotten SET chain = zeroblob(32)");
    verify("broken: row 13 of 2026-11-07 does not follow the row before it: one of the two was changed or put in\n");
}

/* Rows from before version 5 have no value: the chain begins after them, also when they are forgotten. */
static void older_rows(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    int64_t changed;
    int removed;
    sql("DELETE FROM statement; DELETE FROM sqlite_sequence");
    for (int i = 1; i <= 4; i++)
        put(i);
    sql("UPDATE statement SET chain = x''");
    put(5);
    put(6);
    struct chain_report r = verify("");
    assert_int_equal(r.from_seq, 5);
    assert_int_equal(r.unchained, 4);
    KIT_MUST(outbox_deliver(db, 2, 5, 1000, &changed, &e));
    KIT_MUST(outbox_forget(db, INT64_MAX, 100, &removed, &e));
    verify("");
    KIT_MUST(outbox_deliver(db, 1, 1, 1000, &changed, &e));
    KIT_MUST(outbox_forget(db, INT64_MAX, 100, &removed, &e));
    r = verify("");
    assert_int_equal(r.rows, 1);
    assert_int_equal(r.head.seq, 6);
}

static void dates(void **state)
{
    (void)state;
    put_dated(20, begin_ms + 20 * (int64_t)DAY_MS, "signed");
    put_dated(21, begin_ms + 2 * (int64_t)DAY_MS, "rtc");
    put_dated(22, begin_ms + 3 * (int64_t)DAY_MS, "rtc");
    put_dated(23, begin_ms + 20 * (int64_t)DAY_MS, "rtc");
    verify("backdated: rows 14 to 15 are dated 2026-11-03 and later, after rows of 2026-11-21\n");
    put_dated(24, begin_ms, "floor"); /* a clock that was known to be wrong */
    verify("backdated: rows 14 to 15 are dated 2026-11-03 and later, after rows of 2026-11-21\n");
    sql("INSERT INTO voided VALUES ('x', 'y', '0190aaaa-0000-7000-8000-000000000021', 'h', 'twice', 0)"); /* a correction keeps its date */
    verify("backdated: row 15 is dated 2026-11-04, after rows of 2026-11-21\n");
}

/* A clock that nobody vouched for and that ran ahead makes no forgers of those who come after it was put right. */
static void clock_put_right(void **state)
{
    (void)state;
    put_dated(20, begin_ms + 900 * (int64_t)DAY_MS, "rtc");
    put_dated(21, begin_ms + 8 * (int64_t)DAY_MS, "signed");
    put_dated(22, begin_ms + 9 * (int64_t)DAY_MS, "signed");
    verify("");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whole, open_db, close_db),
        cmocka_unit_test_setup_teardown(tampering, open_db, close_db),
        cmocka_unit_test_setup_teardown(forgetting, open_db, close_db),
        cmocka_unit_test_setup_teardown(all_forgotten, open_db, close_db),
        cmocka_unit_test_setup_teardown(older_rows, open_db, close_db),
        cmocka_unit_test_setup_teardown(dates, open_db, close_db),
        cmocka_unit_test_setup_teardown(clock_put_right, open_db, close_db),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
