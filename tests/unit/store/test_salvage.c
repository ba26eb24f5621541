/* What is newer in a damaged database comes over into the sound one, of every table; where rows are lost the chain says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/outbox/chain.h"
#include "store/outbox/outbox.h"
#include "store/rescue/salvage.h"
#include "store/schema.h"
#include "store_kit.h"

struct side { char *dir; struct db *db; };

static void put(struct db *db, int from, int to)
{
    struct err e = ERR_INIT;
    for (int i = from; i <= to; i++) {
        char id[UUID_TEXT], body[120];
        snprintf(id, sizeof id, "0190aaaa-0000-7000-8000-%012d", i);
        snprintf(body, sizeof body, "{\"n\":%d,\"timestamp\":\"2026-11-%02dT08:00:00.000Z\"}", i, i);
        KIT_MUST(outbox_put(db, id, body, strlen(body), 1000 + i, &e));
    }
}

static struct side side_open(int statements)
{
    struct err e = ERR_INIT;
    struct side s = { .dir = kit_dir() };
    s.db = db_open_writer(s.dir, &e);
    kit_must(s.db != NULL, &e, "db_open_writer");
    put(s.db, 1, statements);
    return s;
}

static void side_close(struct side *s)
{
    db_close(s->db);
    kit_remove(s->dir);
}

static int64_t number(struct db *db, const char *sql)
{
    struct err e = ERR_INIT;
    struct query q = db_query(db, sql);
    assert_true(query_row(&q));
    int64_t n = query_col_int(&q, 0);
    KIT_MUST(query_end(&q, &e));
    return n;
}

static struct chain_report verify(struct db *db)
{
    struct err e = ERR_INIT;
    struct chain_report r;
    KIT_MUST(chain_verify(db, NULL, NULL, &r, &e));
    return r;
}

static const char *const rows[] = {
    "INSERT INTO setting VALUES ('village', 'x')",
    "INSERT INTO member VALUES ('v1', 'n', 27, x'01', 0, '', 0, 1, 5)",
    "INSERT INTO pin VALUES ('v1', 'h', '', 0, '', 0)",
    "INSERT INTO event VALUES (1, 0, 'v1', 5, 2, 'b', 1)",
    "INSERT INTO viewing VALUES (1, 'w1', 'v1', 'l1', 'k1', 1, 'safety', 2026, 1, 5, 2, 'b', 1, 6, 2, 60000, 800, 9, '', 1, 1, 0, 1, 'left')",
    "INSERT INTO progress VALUES ('v1', 'l1', 9, 60000, 0, -1, 0, 0, 6)",
    "INSERT INTO counted VALUES ('v1', 'l1', 2026, '', '', 1)",
    "INSERT INTO hours_month VALUES ('v1', 202611, 'safety', 1, 1, 1, 0)",
    "INSERT INTO hours_lesson VALUES ('v1', 202611, 'l1', 'safety', 1, 1, 1, 0, 6)",
    "INSERT INTO attempt VALUES (1, 't1', 'v1', 'l1', 'k1', 1, 'aa', 7, 1, 1.0, 1, 5, 6)",
    "INSERT INTO answer VALUES (1, 1, 'q1', 'c1', 1, 1, 1.0, 9, 6)",
    "INSERT INTO forgotten VALUES (20, 21, 2, x'', x'', 20)",
    "INSERT INTO chain_gap VALUES (30, 22, 5)",
    "INSERT INTO room VALUES (1, 'r1', 'v1', 1, 5, 6, 2, '[]', 'topic')",
    "INSERT INTO room_event VALUES (1, 1, 1, 'b', 1, 2, 3, 'v1', 'x', 2)",
    "INSERT INTO room_settled VALUES (1)",
    "INSERT INTO attendance VALUES (1, 'v1', 'sid', 1, 2, 3)",
    "INSERT INTO voided VALUES ('s1', 's2', '', 'v1', 'twice', 9)",
    "INSERT INTO machine_log VALUES (1, 1, 5, 2, 'b', 1, 0, '')",
    "INSERT INTO register VALUES (1, 1, 202611, 5, 1, 'aa', 'CODE', 3, 's3')",
    "INSERT INTO comment VALUES (1, 'c1', 'l1', '', 'v1', 'hello', '', 0, 7, '', 0)",
    "INSERT INTO recording VALUES ('aa', 7)",
    "INSERT INTO review VALUES ('v1', 'l1', 'q1', 'm', 1.5, 5.0, 20000, 20003, 'b', 7, 2, 1)",
    "INSERT INTO review_open VALUES ('v1', 0, 'o1', 7, 'l1', 'q1', 'm', '', 0, 0)",
    "INSERT INTO question_tally VALUES ('l1', 'q1', 'm', 2, 1, 7)",
};

/* What is made again from the packages' manifests (every table that belongs to a package), or counted again. */
#define MADE_AGAIN "('counter', 'package', 'package_version', 'lesson_name')"
#define OF_A_PACKAGE "(SELECT s.name FROM sqlite_schema s, pragma_foreign_key_list(s.name) f WHERE f.\"table\" = 'package' AND f.on_delete = 'CASCADE')"

static int64_t count_rows(struct db *db, const char *table)
{
    char sql[120];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    return number(db, sql);
}

/* Every table of the schema, also one that is added to it later. */
static void every_table_comes_over(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct side into = side_open(3), from = side_open(3);
    struct salvage done;
    int tables = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        KIT_MUST(db_exec(from.db, rows[i], &e));
    KIT_MUST(salvage_run(into.db, from.db, &done, &e));
    KIT_MUST(salvage_run(into.db, from.db, &done, &e)); /* a repair that was cut off begins again */
    struct query q = db_query(from.db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN " MADE_AGAIN
                                         " AND name NOT IN " OF_A_PACKAGE);
    for (; query_row(&q); tables++) {
        char table[64];
        query_copy_text(&q, 0, table, sizeof table);
        if (!count_rows(from.db, table))
            fail_msg("this test has no row for the table %s", table);
        if (count_rows(into.db, table) != count_rows(from.db, table))
            fail_msg("the table %s does not come over", table);
    }
    KIT_MUST(query_end(&q, &e));
    assert_int_equal(tables, sizeof rows / sizeof *rows + 1); /* and statement */
    side_close(&into);
    side_close(&from);
}

/* The damaged side may be of the version before kinds: a voice in it has a priority below zero and no kind. */
static void voice_of_an_older_version_comes_over(void **state)
{
    (void)state;
    static const char voice[] = "{\"format\":1,\"kind\":\"voice\",\"id\":\"cn.x.voice\",\"version\":3,\"title\":{\"en\":\"v\"},\"priority\":70,\"voice\":"
                                "{\"lang\":\"en\",\"prompts\":[{\"key\":\"msg:Back\",\"text\":\"Back\",\"file\":";
    struct err e = ERR_INIT;
    struct side into = side_open(1);
    struct schema old = schema_weike;
    struct salvage done;
    char *dir = kit_dir(), *path = fs_join(dir, "weike.db"), sha256[SHA256_HEX];
    struct str body;
    str_init(&body, 0);
    str_printf(&body, "%s", voice);
    char *incoming = fs_join(into.dir, "incoming");
    KIT_MUST(fs_mkdirs(incoming, &e));
    free(incoming);
    KIT_MUST(kit_blob(into.dir, "abc", "audio/ogg", "a.opus", &body, &e));
    str_printf(&body, "}]}}");
    sha256_hex(body.data, body.len, sha256);
    old.count = 5;
    struct db *from = db_open_schema(path, &old, true, &e);
    kit_must(from != NULL, &e, "the old database");
    struct query q = db_query(from, "INSERT INTO package (seq, id, version, active, manifest_sha256, publisher, category, priority, title, summary,"
                                    " poster_sha256, total, lessons, duration_ms, installed_ms)"
                                    " VALUES (1, 'cn.x.voice', 3, 1, ?, 'test', 'voice', -31, '{}', '{}', '', 0, 0, 0, 5)");
    query_text(&q, sha256);
    KIT_MUST(query_run(&q, &e));
    q = db_query(from, "INSERT INTO manifest VALUES (1, ?)");
    query_blob(&q, body.data, body.len);
    KIT_MUST(query_run(&q, &e));
    KIT_MUST(salvage_run(into.db, from, &done, &e));
    assert_int_equal(number(into.db, "SELECT count(*) FROM package WHERE kind = 'voice' AND priority = 70 AND active = 1 AND version = 3"), 1);
    assert_int_equal(number(into.db, "SELECT count(*) FROM voice_prompt WHERE text = 'Back'"), 1);
    assert_int_equal(number(into.db, "SELECT value FROM counter WHERE name = 'course'"), 0);
    db_close(from);
    kit_remove(dir);
    free(path);
    str_release(&body);
    side_close(&into);
}

static void chain_goes_on(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct side into = side_open(4), from = side_open(9);
    struct salvage done;
    KIT_MUST(salvage_run(into.db, from.db, &done, &e));
    assert_int_equal(done.records, 5);
    struct chain_report r = verify(into.db);
    assert_true(chain_intact(&r));
    assert_int_equal(r.count[CHAIN_LOST], 0);
    assert_int_equal(r.head.seq, 9);
    put(into.db, 10, 11);
    r = verify(into.db);
    assert_true(chain_intact(&r) && r.head.seq == 11);
    side_close(&into);
    side_close(&from);
}

static void lost_rows_are_said(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct side into = side_open(4), from = side_open(9);
    struct salvage done;
    KIT_MUST(db_exec(from.db, "UPDATE statement SET body = 'rot' WHERE seq = 7", &e)); /* its hash does not fit: left out */
    KIT_MUST(salvage_run(into.db, from.db, &done, &e));
    assert_int_equal(done.records, 4);
    assert_int_equal(done.missing, 1);
    struct chain_report r = verify(into.db);
    assert_true(chain_intact(&r));
    assert_int_equal(r.count[CHAIN_LOST], 1);
    KIT_MUST(db_exec(into.db, "DELETE FROM chain_gap", &e)); /* without the note it is no known gap */
    r = verify(into.db);
    assert_false(chain_intact(&r));
    assert_int_equal(r.count[CHAIN_REMOVED], 1);
    side_close(&into);
    side_close(&from);
}

/* A damaged file of an older Weike has no chain and no newer tables: its records come over all the same. */
static void older_side(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct side into = side_open(2), from = side_open(6);
    struct salvage done;
    KIT_MUST(db_exec(into.db, "UPDATE statement SET chain = x''", &e));
    KIT_MUST(db_exec(from.db, "ALTER TABLE statement DROP COLUMN chain; DROP TABLE forgotten; DROP TABLE chain_gap; DROP TABLE voided;"
                              "DROP TABLE comment; DROP TABLE recording; DROP TABLE review_open; DROP TABLE attendance; DROP TABLE room_event; DROP TABLE room_settled; DROP TABLE room; DROP TABLE review;"
                              "DROP TABLE question_tally; DROP TABLE machine_log; DROP TABLE register", &e));
    KIT_MUST(salvage_run(into.db, from.db, &done, &e));
    assert_int_equal(done.records, 4);
    put(into.db, 7, 8);
    struct chain_report r = verify(into.db);
    assert_true(chain_intact(&r));
    assert_int_equal(r.unchained, 6);
    assert_int_equal(r.from_seq, 7);
    side_close(&into);
    side_close(&from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_comes_over),
        cmocka_unit_test(voice_of_an_older_version_comes_over), cmocka_unit_test(chain_goes_on),
        cmocka_unit_test(lost_rows_are_said),
        cmocka_unit_test(older_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
