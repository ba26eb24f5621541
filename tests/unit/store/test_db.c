/* The connection: queries that fail, values as they are, transactions, checks with a limit. */
#include "store_kit.h"

#include "base/fault.h"
#include "store/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static char *dir;
static struct db *db;

static int open_db(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    dir = kit_dir();
    db = db_open_writer(dir, &e);
    kit_must(db != NULL, &e, "db_open_writer");
    return 0;
}

static int close_db(void **state)
{
    (void)state;
    fault_arm(FAULT_OFF, 0);
    db_close(db);
    kit_remove(dir);
    return 0;
}

static void test_text_may_end_anywhere(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    const char *text = "王小明 and more";
    struct query q = db_query(db, "SELECT ?1, typeof(?1), length(?1)");
    query_text_len(&q, text, 9);
    assert_true(query_row(&q));
    assert_string_equal(query_col_text(&q, 0), "王小明");
    assert_string_equal(query_col_text(&q, 1), "text");
    assert_int_equal(query_col_int(&q, 2), 3);
    KIT_MUST(query_end(&q, &e));
}

static void test_values_come_back(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char small[5];
    size_t len;
    KIT_MUST(db_exec(db, "CREATE TABLE t (a, b, c, d, e)", &e));
    struct query q = db_query(db, "INSERT INTO t VALUES (?, ?, ?, ?, ?)");
    query_int(&q, INT64_MIN);
    query_num(&q, 0.5);
    query_text(&q, "王小明");
    query_blob(&q, "a\0b", 3);
    query_text(&q, NULL);
    KIT_MUST(query_run(&q, &e));
    q = db_query(db, "SELECT a, b, c, d, e FROM t");
    assert_true(query_row(&q));
    assert_true(query_col_int(&q, 0) == INT64_MIN);
    assert_true(query_col_num(&q, 1) == 0.5);
    query_copy_text(&q, 2, small, sizeof small);
    assert_string_equal(small, "王"); /* cut between characters */
    assert_memory_equal(query_col_blob(&q, 3, &len), "a\0b", 3);
    assert_int_equal(len, 3);
    assert_true(query_col_null(&q, 4));
    assert_string_equal(query_col_text(&q, 4), "");
    assert_false(query_row(&q));
    KIT_MUST(query_end(&q, &e));
}

static void test_failures_are_told(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct query q = db_query(db, "SELECT a FROM nowhere");
    query_int(&q, 1); /* dead: does nothing */
    assert_false(query_row(&q));
    assert_false(query_end(&q, &e));
    assert_non_null(strstr(e.text, "no such table"));
    q = db_query(db, "INSERT INTO setting (key, value) VALUES (?, ?)");
    query_text(&q, "k");
    assert_false(query_run(&q, &e)); /* value is NOT NULL */
    assert_int_equal(e.kind, ERR_REFUSED);
    q = db_query(db, "INSERT INTO setting (key, value) VALUES (?, ?)"); /* usable again */
    query_text(&q, "k");
    query_text(&q, "v");
    KIT_MUST(query_run(&q, &e));
    assert_false(db_damaged(db));
}

static void test_transactions(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    KIT_MUST(db_begin(db, &e));
    KIT_MUST(db_exec(db, "INSERT INTO setting VALUES ('a', '1')", &e));
    db_rollback(db);
    db_rollback(db); /* nothing open: nothing happens */
    assert_int_equal(kit_number(db, "SELECT count(*) FROM setting"), 0);
    KIT_MUST(db_begin(db, &e));
    KIT_MUST(db_exec(db, "INSERT INTO setting VALUES ('a', '1')", &e));
    fault_arm(FAULT_ENOSPC, 1);
    assert_false(db_commit(db, &e));
    assert_int_equal(e.kind, ERR_FULL);
    assert_true(fault_writes() > 0);
    fault_arm(FAULT_OFF, 0);
    KIT_MUST(db_begin(db, &e)); /* the failed one is over */
    KIT_MUST(db_commit(db, &e));
    assert_int_equal(kit_number(db, "SELECT count(*) FROM setting"), 0);
}

static void test_every_column_says_what_it_is(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    int columns = 0;
    struct query q = db_query(db, "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
    while (query_row(&q)) {
        char *sql = mem_dup(query_col_text(&q, 1)), *save = NULL;
        assert_non_null(strstr(sql, "STRICT"));
        for (char *line = strtok_r(sql, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
            if (strncmp(line, "  ", 2) || !strncmp(line, "  PRIMARY", 9) || !strncmp(line, "  UNIQUE", 8))
                continue;
            columns++;
            /* ids and units whose names say it all may go without */
            if (!strstr(line, "--") && !strstr(line, "_id ") && !strstr(line, "_ms ") && !strstr(line, "_seq ") &&
                !strstr(line, "_version ") && !strstr(line, "month ") && !strstr(line, "category ") && !strstr(line, "passed "))
                fail_msg("%s: %s", query_col_text(&q, 0), line);
        }
        free(sql);
    }
    KIT_MUST(query_end(&q, &e));
    assert_true(columns > 100);
}

static void test_schema(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    KIT_MUST(schema_complete(db, &e));
    assert_int_equal(kit_number(db, "PRAGMA user_version"), schema_version());
    assert_int_equal(kit_number(db, "PRAGMA application_id"), SCHEMA_APPLICATION_ID);
    assert_int_equal(kit_number(db, "PRAGMA synchronous"), 2);
    assert_int_equal(kit_number(db, "PRAGMA foreign_keys"), 1);
    KIT_MUST(db_exec(db, "DROP TABLE counted", &e));
    assert_false(schema_complete(db, &e));
    assert_int_equal(e.kind, ERR_DAMAGED);
    assert_non_null(strstr(e.text, "counted"));
}

static void run(const char *sql)
{
    struct err e = ERR_INIT;
    KIT_MUST(db_exec(db, sql, &e));
}

/* A data directory of any earlier version comes up to date with its rows counted. */
static void test_upgrade(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    for (int version = 1; version < schema_version(); version++) {
        struct schema old = schema_weike;
        char *path = fs_join(dir, "weike.db"), *wal = fs_join(dir, "weike.db-wal");
        db_close(db);
        unlink(path);
        unlink(wal);
        old.count = version;
        db = db_open_schema(path, &old, true, &e);
        kit_must(db != NULL, &e, "the old database");
        run("INSERT INTO member VALUES ('v1', 'x', 1, x'01', 0, '', 0, 1, 0), ('v2', 'y', 1, x'01', 0, '', 0, 0, 0);"
            "INSERT INTO statement (id, state, sha256, created_ms, body) VALUES ('a', 0, x'', 5, ''), ('b', 0, x'', 5, '');"
            "INSERT INTO package (seq, id, version, active, manifest_sha256, publisher, category, priority, title, summary,"
            " poster_sha256, lessons, duration_ms, installed_ms) VALUES (1, 'c', 1, 1, '', '', 'x', 1, '', '', '', 1, 60, 5);"
            "INSERT INTO lesson (package_seq, position, content_id, title, poster_sha256, duration_ms, quiz) VALUES (1, 0, 'l', '', '', 60, 0)");
        if (version >= 4) /* from then on whoever installs says it */
            run("UPDATE package SET total = 1");
        db_close(db);
        db = db_open_writer(dir, &e);
        kit_must(db != NULL, &e, "db_open_writer");
        assert_int_equal(kit_number(db, "PRAGMA user_version"), schema_version());
        assert_int_equal(kit_number(db, "SELECT value FROM counter WHERE name = 'member'"), 1);
        assert_int_equal(kit_number(db, "SELECT value FROM counter WHERE name = 'lesson'"), 1);
        run("UPDATE member SET active = 1");
        assert_int_equal(kit_number(db, "SELECT value FROM counter WHERE name = 'member'"), 2);
        assert_int_equal(kit_number(db, "SELECT total * 10 + (SELECT ready FROM lesson) FROM package"), 11);
        run("DELETE FROM statement WHERE id = 'a'");
        assert_int_equal(kit_number(db, "SELECT group_concat(value, '') FROM (SELECT value FROM counter WHERE name IN"
                                        " ('forgotten', 'statement', 'waiting') ORDER BY name)"), 121);
        free(path);
        free(wal);
    }
}

/* Version 5 told a voice by its priority below zero: it becomes one by its kind, with the priority its publisher gave it, and
 * no course is counted more or less than before. */
static void test_voices_get_their_kind(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct schema old = schema_weike;
    char *path = fs_join(dir, "weike.db"), *wal = fs_join(dir, "weike.db-wal");
    db_close(db);
    unlink(path);
    unlink(wal);
    old.count = 5;
    db = db_open_schema(path, &old, true, &e);
    kit_must(db != NULL, &e, "the old database");
#define OLD "INSERT INTO package (id, version, active, manifest_sha256, publisher, category, priority, title, summary, poster_sha256, total," \
            " lessons, duration_ms, installed_ms) VALUES "
    run(OLD "('course', 1, 1, '', '', 'x', 0, '', '', '', 1, 1, 60, 5), ('high', 2, 1, '', '', 'voice', -1, '', '', '', 0, 0, 0, 5),"
            " ('low', 2, 1, '', '', 'voice', -101, '', '', '', 0, 0, 0, 5), ('before', 1, 0, '', '', 'voice', -51, '', '', '', 0, 0, 0, 5)");
    assert_int_equal(kit_number(db, "SELECT value FROM counter WHERE name = 'course'"), 1);
    db_close(db);
    db = db_open_writer(dir, &e);
    kit_must(db != NULL, &e, "db_open_writer");
    assert_int_equal(kit_number(db, "SELECT count(*) FROM package WHERE kind = 'course' AND id = 'course' AND priority = 0"), 1);
    assert_int_equal(kit_number(db, "SELECT count(*) FROM package WHERE kind = 'voice' AND (id, priority) IN"
                                    " (('high', 100), ('low', 0), ('before', 50))"), 3);
    assert_int_equal(kit_number(db, "SELECT value FROM counter WHERE name = 'course'"), 1);
    run("UPDATE package SET active = 0");
    assert_int_equal(kit_number(db, "SELECT value FROM counter WHERE name = 'course'"), 0);
    run("UPDATE package SET active = 1 WHERE id = 'course'; DELETE FROM package WHERE kind = 'voice'");
    assert_int_equal(kit_number(db, "SELECT value FROM counter WHERE name = 'course'"), 1);
    run("DELETE FROM package");
    assert_int_equal(kit_number(db, "SELECT value FROM counter WHERE name = 'course'"), 0);
    free(path);
    free(wal);
}

/* A file of another kind, with its own tables. */
static void test_own_schema(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    static const char *const first[] = { "CREATE TABLE a (x INTEGER)" }, *const second[] = { "CREATE TABLE b (x INTEGER)", "INSERT INTO b VALUES (7)" };
    static const struct migration step[] = { { first, 1 }, { second, 2 } };
    struct schema hub = { .application_id = 77, .count = 1, .step = step };
    char *path = fs_join(dir, "hub.db");
    assert_null(db_open_schema(path, &hub, false, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    struct db *h = db_open_schema(path, &hub, true, &e);
    kit_must(h != NULL, &e, "made");
    assert_int_equal(kit_number(h, "PRAGMA synchronous"), 2);
    KIT_MUST(db_exec(h, "INSERT INTO a VALUES (1)", &e));
    db_close(h);
    hub.count = 2;
    h = db_open_schema(path, &hub, true, &e);
    kit_must(h != NULL, &e, "brought up to date");
    struct db *r = db_open_schema(path, &hub, false, &e);
    kit_must(r != NULL, &e, "reader");
    assert_int_equal(kit_number(r, "SELECT a.x * 10 + b.x FROM a, b"), 17);
    assert_false(db_exec(r, "DELETE FROM a", &e));
    db_close(r);
    db_close(h);
    hub.count = 1;
    assert_null(db_open_schema(path, &hub, true, &e));
    assert_int_equal(e.kind, ERR_UNSUPPORTED);
    hub.application_id = 78;
    assert_null(db_open_schema(path, &hub, true, &e));
    assert_int_equal(e.kind, ERR_UNSUPPORTED);
    assert_non_null(strstr(e.text, "another program"));
    free(path);
}

static void test_check_with_a_limit(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    bool sound = false, whole = false;
    KIT_MUST(db_check(db, 0, &sound, &whole, &e));
    assert_true(sound && whole);
    KIT_MUST(db_exec(db, "CREATE TABLE big (a); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
                         " INSERT INTO big SELECT randomblob(200) FROM n", &e));
    KIT_MUST(db_check(db, 1, &sound, &whole, &e));
    assert_true(sound);
    assert_false(whole);
}

static void test_reader_cannot_write(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct db *reader = db_open_reader(dir, &e);
    kit_must(reader != NULL, &e, "db_open_reader");
    assert_false(db_exec(reader, "DELETE FROM setting", &e));
    db_close(reader);
    char *nowhere = fs_join(dir, "nowhere");
    assert_null(db_open_reader(nowhere, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    free(nowhere);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_db, close_db)
int main(void)
{
    const struct CMUnitTest tests[] = { T(test_values_come_back), T(test_text_may_end_anywhere), T(test_failures_are_told), T(test_transactions),
                                        T(test_every_column_says_what_it_is), T(test_schema), T(test_upgrade), T(test_voices_get_their_kind), T(test_own_schema), T(test_check_with_a_limit),
                                        T(test_reader_cannot_write) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
