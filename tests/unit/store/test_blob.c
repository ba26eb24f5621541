/* Blobs: adopted, found by size, walked, removed. */
#include "store_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/stat.h>

static const char *const text[] = { "one", "two", "three" };
static char *dir, name[3][SHA256_HEX];

static int make(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct str json;
    dir = kit_dir();
    char *incoming = fs_join(dir, "incoming");
    KIT_MUST(fs_mkdirs(incoming, &e));
    free(incoming);
    str_init(&json, 0);
    for (int i = 0; i < 3; i++) {
        sha256_hex(text[i], strlen(text[i]), name[i]);
        KIT_MUST(kit_blob(dir, text[i], "text/plain", "x", &json, &e));
    }
    str_release(&json);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    kit_remove(dir);
    return 0;
}

static bool add_size(void *ctx, const char *sha256, uint64_t size_bytes)
{
    assert_true(sha256_hex_valid(sha256));
    *(uint64_t *)ctx += size_bytes;
    return true;
}

static bool stop(void *ctx, const char *sha256, uint64_t size_bytes)
{
    (void)sha256;
    (void)size_bytes;
    ++*(int *)ctx;
    return false;
}

static void test_there_or_not(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    uint64_t size = 0;
    int calls = 0, fd;
    assert_true(blob_exists(dir, name[2], 5));
    assert_false(blob_exists(dir, name[2], 4)); /* cut short is not there */
    KIT_MUST(blob_each(dir, add_size, &size, &e));
    assert_int_equal(size, 11);
    KIT_MUST(blob_each(dir, stop, &calls, &e));
    assert_int_equal(calls, 1);
    fd = blob_open(dir, name[0], &e);
    assert_true(fd >= 0);
    close(fd);
    KIT_MUST(blob_remove(dir, name[0], &e));
    KIT_MUST(blob_remove(dir, name[0], &e)); /* gone is gone */
    assert_int_equal(blob_open(dir, name[0], &e), -1);
    assert_int_equal(e.kind, ERR_MISSING);
}

static void test_what_is_not_a_blob(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    uint64_t size = 0;
    char *path = blob_path(dir, name[1]), *stray = mem_printf("%s/blobs/%.2s/README", dir, name[1]);
    KIT_MUST(fs_replace(stray, "x", 1, &e));
    KIT_MUST(blob_remove(dir, name[1], &e));
    assert_int_equal(symlink("/etc/passwd", path), 0);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_false(blob_exists(dir, name[1], (uint64_t)st.st_size));
    assert_int_equal(blob_open(dir, name[1], &e), -1);
    KIT_MUST(blob_each(dir, add_size, &size, &e));
    assert_int_equal(size, 8); /* neither the stray file nor the link */
    free(path);
    free(stray);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_there_or_not, make, drop),
                                        cmocka_unit_test_setup_teardown(test_what_is_not_a_blob, make, drop) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
