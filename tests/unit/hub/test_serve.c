/* Files of the tree: tags, parts, and nothing that is not a plain file below it. */
#include "scratch.h"

#include "hub/doors/serve.h"

static const char *data;
static char blob[80];

static int setup(void **state)
{
    char bytes[3000];
    if (scratch_setup(state) != 0)
        return -1;
    setenv("WEIKE_LOG", "error", 1);
    data = scratch("data");
    make_dirs(scratch("data/repo/b/ab"));
    snprintf(blob, sizeof blob, "b/ab/%064d", 7);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    char *path = mem_printf("%s/repo/%s", data, blob);
    put(path, bytes, sizeof bytes);
    free(path);
    put_text(scratch("data/repo/timestamp"), "one");
    put_text(scratch("data/secret"), "secret");
    return symlink(scratch("data/secret"), scratch("data/repo/link")) || symlink("b", scratch("data/repo/c"));
}

static int status(const char *rel, const struct range_ask *range, struct reply *out)
{
    struct ask a = { .rest = rel };
    if (range)
        a.range = *range;
    reply_init(out);
    serve_file(data, rel, &a, out);
    int got = out->status;
    reply_release(out);
    return got;
}

static void parts_and_tags(void **state)
{
    struct reply r;
    char tag[80];
    (void)state;
    assert_int_equal(status(blob, NULL, &r), 200);
    assert_int_equal(r.count, 3000);
    memcpy(tag, r.etag, sizeof tag);
    assert_non_null(strstr(tag, blob + 5));
    assert_non_null(strstr(r.cache, "immutable"));
    assert_int_equal(status(blob, &(struct range_ask){ .range = "bytes=2990-" }, &r), 206);
    assert_true(r.first == 2990 && r.count == 10 && r.total == 3000);
    assert_int_equal(status(blob, &(struct range_ask){ .range = "bytes=3000-" }, &r), 416);
    assert_int_equal(r.total, 3000);
    assert_int_equal(status(blob, &(struct range_ask){ .if_none_match = tag }, &r), 304);
    assert_int_equal(r.fd, -1);
}

static void the_timestamps_tag_follows_its_bytes(void **state)
{
    struct reply r;
    char tag[80];
    (void)state;
    assert_int_equal(status("timestamp", NULL, &r), 200);
    memcpy(tag, r.etag, sizeof tag);
    assert_string_equal(r.cache, "no-cache");
    assert_int_equal(status("timestamp", &(struct range_ask){ .if_none_match = tag }, &r), 304);
    put_text(scratch("data/repo/timestamp"), "two");
    assert_int_equal(status("timestamp", &(struct range_ask){ .if_none_match = tag }, &r), 200);
}

static void nothing_but_plain_files_of_the_tree(void **state)
{
    struct reply r;
    char through[100];
    (void)state;
    snprintf(through, sizeof through, "c/%s", blob + 2);
    const char *const none[] = { "link", through, "b", "b/ab", "nothing", "../secret", "/etc/passwd", "b/../../secret" };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (status(none[i], NULL, &r) != 404)
            fail_msg("%s: %d", none[i], r.status);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(parts_and_tags), cmocka_unit_test(the_timestamps_tag_follows_its_bytes), cmocka_unit_test(nothing_but_plain_files_of_the_tree) };
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
