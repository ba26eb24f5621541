/* The log of the machine: facts in order of date, a cut dated to the last sign of life, a course told once when it is whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/outbox/machine_log.h"
#include "store_kit.h"

static char *dir;
static struct store *store;

static int make(void **state)
{
    (void)state;
    dir = kit_dir();
    store = kit_open(dir, NULL);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    store_close(store);
    kit_remove(dir);
    return 0;
}

static bool add(void *ctx, const struct machine_fact *f)
{
    struct str *out = ctx;
    str_printf(out, "%s %lld %s;", machine_kind_name(f->kind), (long long)f->amount, f->text);
    return true;
}

static void assert_log(int64_t from, int64_t to, const char *want)
{
    struct err e = ERR_INIT;
    struct str out;
    while (writer_step(store_writer(store)))
        ;
    str_init(&out, 0);
    KIT_MUST(machine_log_each(store_db(store), from, to, add, &out, &e));
    assert_string_equal(out.data, want);
    str_release(&out);
}

static void facts(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char longer[900];
    memset(longer, 'x', sizeof longer);
    memcpy(longer + 498, "村", 3);
    longer[sizeof longer - 1] = 0;
    machine_log_post(store_writer(store), MACHINE_START, 0, NULL);
    machine_log_post(store_writer(store), MACHINE_STICK_IN, 0, "KINGSTON");
    assert_log(0, INT64_MAX, "start 0 ;stick-in 0 KINGSTON;");
    assert_log(0, 1000, "");
    machine_log_post(store_writer(store), MACHINE_REPAIRED, 3, longer);
    while (writer_step(store_writer(store)))
        ;
    struct query q = db_query(store_db(store), "SELECT length(CAST(text AS BLOB)) FROM machine_log ORDER BY seq DESC LIMIT 1");
    assert_true(query_row(&q));
    assert_int_equal(query_col_int(&q, 0), 498); /* never through the middle of a character */
    KIT_MUST(query_end(&q, &e));
}

static bool last_sign(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    (void)ctx;
    (void)value;
    return db_exec(db, "INSERT INTO statement (id, state, sha256, created_ms, body) VALUES ('a', 0, x'', 1700000000000, '')", e);
}

static void cut(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    KIT_MUST(writer_do(store_writer(store), last_sign, NULL, &e));
    machine_log_cut(store_writer(store));
    machine_log_post(store_writer(store), MACHINE_START, 0, NULL);
    assert_log(INT64_C(1700000000000), INT64_C(1700000000001), "cut 0 ;");
    assert_log(INT64_C(1700000000001), INT64_MAX, "start 0 ;");
}

static void content(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct str manifest;
    str_init(&manifest, 0);
    kit_manifest(dir, "cn.x.a", 3, 2, &manifest);
    const bool first[] = { true, false }, both[] = { true, true };
    struct library_package p = { .manifest = manifest.data, .manifest_len = manifest.len, .publisher = "test", .ready = first,
                                 .how = MACHINE_CONTENT_LINK };
    KIT_MUST(library_install(store_writer(store), &p, &e));
    assert_log(0, INT64_MAX, ""); /* one lesson of two */
    p.ready = both;
    for (int i = 0; i < 3; i++)
        KIT_MUST(library_install(store_writer(store), &p, &e));
    struct query q = db_query(store_db(store), "SELECT count(*), min(text), min(kind), min(amount) > 20 FROM machine_log");
    assert_true(query_row(&q));
    assert_int_equal(query_col_int(&q, 0), 1);
    assert_string_equal(query_col_text(&q, 1), "cn.x.a 3");
    assert_int_equal(query_col_int(&q, 2), MACHINE_CONTENT_LINK);
    assert_int_equal(query_col_int(&q, 3), 1);
    KIT_MUST(query_end(&q, &e));
    str_clear(&manifest); /* what is found again from its files came long ago */
    kit_manifest(dir, "cn.x.b", 1, 1, &manifest);
    p = (struct library_package){ .manifest = manifest.data, .manifest_len = manifest.len, .publisher = "test" };
    KIT_MUST(library_install(store_writer(store), &p, &e));
    q = db_query(store_db(store), "SELECT count(*) FROM machine_log");
    assert_true(query_row(&q));
    assert_int_equal(query_col_int(&q, 0), 1);
    KIT_MUST(query_end(&q, &e));
    str_release(&manifest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(facts, make, drop),
        cmocka_unit_test_setup_teardown(cut, make, drop),
        cmocka_unit_test_setup_teardown(content, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
