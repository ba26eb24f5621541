/* Who stands for what is installed: kept, vouched for by another key, or gone with its version numbers. */
#include "store_kit.h"

#include "store/library/vouch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

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

/* Keeps "cn.x.a", gives "cn.x.b" another key, lets go of the rest. */
static const char *who(void *ctx, const struct vouch_package *p)
{
    int *asked = ctx;
    ++*asked;
    assert_string_equal(p->publisher, "test");
    assert_true(sha256_hex_valid(p->manifest_sha256) && p->version > 0);
    return !strcmp(p->id, "cn.x.a") ? p->publisher : !strcmp(p->id, "cn.x.b") ? "fedcba9876543210" : NULL;
}

static void settles_each(void **state)
{
    struct err e = ERR_INIT;
    char key[VOUCH_KEY_TEXT];
    int asked = 0, dropped = 0;
    (void)state;
    KIT_MUST(kit_install(store, "cn.x.a", 3, 1, &e));
    KIT_MUST(kit_install(store, "cn.x.b", 3, 1, &e));
    KIT_MUST(kit_install(store, "cn.x.c", 2, 1, &e));
    KIT_MUST(kit_install(store, "cn.x.c", 900, 1, &e));
    KIT_MUST(vouch_settle(store_writer(store), who, &asked, &dropped, &e));
    assert_int_equal(asked, 3); /* the version before an active one is not asked about */
    assert_int_equal(dropped, 1);
    KIT_MUST(vouch_publisher(store_db(store), "cn.x.a", key, &e));
    assert_string_equal(key, "test");
    KIT_MUST(vouch_publisher(store_db(store), "cn.x.b", key, &e));
    assert_string_equal(key, "fedcba9876543210");
    KIT_MUST(vouch_publisher(store_db(store), "cn.x.c", key, &e));
    assert_string_equal(key, "");
    KIT_MUST(kit_install(store, "cn.x.c", 3, 1, &e)); /* its numbers are forgotten */
    assert_false(kit_install(store, "cn.x.a", 2, 1, &e));
    assert_int_equal(e.kind, ERR_OLDER);
}

static void anew_begins_again(void **state)
{
    struct err e = ERR_INIT;
    struct str manifest;
    int64_t highest;
    (void)state;
    KIT_MUST(kit_install(store, "cn.x.a", 900, 2, &e));
    str_init(&manifest, 0);
    kit_manifest(dir, "cn.x.a", 5, 2, &manifest);
    struct library_package p = { .manifest = manifest.data, .manifest_len = manifest.len, .publisher = "new" };
    assert_false(library_install(store_writer(store), &p, &e));
    p.anew = true;
    e = (struct err)ERR_INIT;
    KIT_MUST(library_install(store_writer(store), &p, &e));
    KIT_MUST(library_version(store_db(store), "cn.x.a", &highest, NULL, &e));
    assert_int_equal(highest, 5);
    p.anew = false;
    KIT_MUST(library_install(store_writer(store), &p, &e)); /* the same once more is nothing */
    KIT_MUST(kit_install(store, "cn.x.a", 6, 2, &e));
    str_release(&manifest);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)
int main(void)
{
    const struct CMUnitTest tests[] = { T(settles_each), T(anew_begins_again) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
