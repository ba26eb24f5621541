#include "forge.h"

/* Bytes behind door 2, as tests of parsers need them. */
static struct verified *believed(const char *json)
{
    struct err e = ERR_INIT;
    struct str z;
    struct tree_ref ref = { .json_bytes = strlen(json) };
    str_init(&z, 0);
    zst_pack(json, strlen(json), &z);
    sha256_hex(json, strlen(json), ref.sha256);
    ref.size_bytes = z.len;
    struct verified *v = envelope_open_named(z.data, z.len, &ref, &e);
    assert_fine(v != NULL, e);
    str_release(&z);
    return v;
}

#define SHA "2f0e1ac6bc0c36ddec933fb0968309f2d6405b7b2a805a16010ce91d926cbcbf"

static void paths(void **state)
{
    char out[TREE_PATH_MAX];
    (void)state;
    tree_path(TREE_INDEX, SHA, out);
    assert_string_equal(out, "i/" SHA ".zst");
    tree_path(TREE_MANIFEST, SHA, out);
    assert_string_equal(out, "m/2f/" SHA);
    tree_path(TREE_BLOB, SHA, out);
    assert_string_equal(out, "b/2f/" SHA);
    tree_path(TREE_CHUNKS, SHA, out);
    assert_string_equal(out, "k/2f/" SHA);
}

static void timestamp_there_and_back(void **state)
{
    struct err e = ERR_INIT;
    struct timestamp t = { .version = 7, .issued_s = 1800000000, .expires_s = 1800000100, .channel_count = 1,
                           .channel = { { "main", 3, { SHA, 100, 200 } } } }, got;
    struct str text;
    (void)state;
    str_init(&text, 0);
    timestamp_write(&t, &text);
    struct verified *v = believed(text.data);
    assert_fine(timestamp_parse(v, &got, &e), e);
    assert_int_equal(got.version, 7);
    assert_int_equal(got.issued_s, 1800000000);
    assert_int_equal(got.expires_s, 1800000100);
    const struct channel *c = timestamp_channel(&got, "main");
    assert_non_null(c);
    assert_int_equal(c->version, 3);
    assert_string_equal(c->index.sha256, SHA);
    assert_int_equal(c->index.json_bytes, 200);
    assert_null(timestamp_channel(&got, "local"));
    verified_free(v);
    str_release(&text);
}

#define CH "\"channels\":{\"main\":{\"version\":1,\"sha256\":\"" SHA "\",\"size\":5,\"json_size\":5}}}"
#define TS "{\"type\":\"timestamp\",\"format\":1,"

static void bad_timestamps(void **state)
{
    static const struct { const char *json, *names; enum err_kind kind; } bad[] = {
        { "{}", "type", ERR_INVALID },
        { TS "\"version\":0,\"issued\":1,\"expires\":2," CH, "version", ERR_INVALID },
        { TS "\"version\":-1,\"issued\":1,\"expires\":2," CH, "version", ERR_INVALID },
        { TS "\"version\":1.5,\"issued\":1,\"expires\":2," CH, "version", ERR_INVALID },
        { TS "\"version\":9007199254740993,\"issued\":1,\"expires\":2," CH, "version", ERR_INVALID },
        { TS "\"version\":99999999999999999999,\"issued\":1,\"expires\":2," CH, "integer", ERR_INVALID },
        { TS "\"version\":1,\"issued\":3,\"expires\":2," CH, "expire", ERR_INVALID },
        { TS "\"version\":1,\"issued\":0,\"expires\":34560001," CH, "400 days", ERR_INVALID },
        { TS "\"version\":1,\"issued\":1,\"expires\":2,\"channels\":{}}", "channels", ERR_INVALID },
        { TS "\"version\":1,\"issued\":1,\"expires\":2,\"channels\":{\"A\":{}}}", "\"A\"", ERR_INVALID },
        { TS "\"version\":1,\"issued\":1,\"expires\":2,\"channels\":{\"main\":1}}", "main", ERR_INVALID },
        { TS "\"version\":1,\"issued\":1,\"expires\":2,\"channels\":{\"main\":{\"version\":1,\"sha256\":\"XY\",\"size\":5,"
             "\"json_size\":5}}}", "sha256", ERR_INVALID },
        { "{\"type\":\"timestamp\",\"format\":2,\"version\":1}", "format 2", ERR_UNSUPPORTED },
        { TS "\"version\":1,\"version\":2,\"issued\":1,\"expires\":2," CH, "version", ERR_INVALID },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = ERR_INIT;
        struct timestamp t = { .version = 42 };
        struct verified *v = believed(bad[i].json);
        assert_refused(timestamp_parse(v, &t, &e), e, bad[i].kind, bad[i].names);
        assert_int_equal(t.version, 42); /* untouched */
        verified_free(v);
    }
}

static void index_keeps_order(void **state)
{
    struct err e = ERR_INIT;
    struct index x = { .channel = "main", .version = 2 }, got;
    struct tree_ref ref = { SHA, 5, 6 };
    struct str text;
    (void)state;
    index_put(&x, "c.c", 1, &ref);
    index_put(&x, "a.a", 1, &ref);
    index_put(&x, "b.b", 1, &ref);
    index_put(&x, "a.a", 2, &ref);
    str_init(&text, 0);
    index_write(&x, &text);
    struct verified *v = believed(text.data);
    assert_fine(index_parse(v, &got, &e), e);
    assert_int_equal(got.count, 3);
    assert_string_equal(got.entry[0].id, "a.a");
    assert_int_equal(got.entry[0].version, 2);
    assert_string_equal(got.entry[2].id, "c.c");
    assert_int_equal(index_find(&got, "b.b")->manifest.json_bytes, 6);
    assert_null(index_find(&got, "d.d"));
    verified_free(v);
    index_release(&x);
    index_release(&got);
    str_release(&text);
}

static void reads_within_bounds(void **state)
{
    struct err e = ERR_INIT;
    struct str out;
    (void)state;
    make_dirs(scratch("t/repo/b"));
    put_text(scratch("t/repo/timestamp"), "x");
    put_text(scratch("t/repo/b/five"), "12345");
    int fd = tree_open(scratch("t"), &e);
    assert_true(fd >= 0);
    str_init(&out, 0);
    assert_fine(tree_read(fd, "b/five", 5, &out, &e), e);
    assert_string_equal(out.data, "12345");
    str_clear(&out);
    assert_refused(tree_read(fd, "b/five", 4, &out, &e), e, ERR_TOO_BIG, "b/five");
    assert_refused(tree_read(fd, "../keys/weike.key", 1000, &out, &e), e, ERR_UNTRUSTED, "weike.key");
    assert_refused(tree_read(fd, "b/none", 4, &out, &e), e, ERR_MISSING, "b/none");
    str_release(&out);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths), cmocka_unit_test(timestamp_there_and_back), cmocka_unit_test(bad_timestamps),
        cmocka_unit_test(index_keeps_order), cmocka_unit_test(reads_within_bounds),
    };
    return cmocka_run_group_tests(tests, forge_setup, scratch_teardown);
}
