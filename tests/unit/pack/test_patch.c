/* Patches: small when two files are alike, refused when they are not what they should be, and never longer than told. */
#include "scratch.h"

#include "base/hash.h"
#include "pack/tree/patch.h"
#include "pack/sign/zst.h"

#include <sys/stat.h>
#include <zstd.h>

enum { FILM = 6 << 20 };

/* Bytes no compressor makes smaller, the same each time. */
static char *noise(size_t len, uint64_t seed)
{
    uint64_t *p = mem_alloc(len + 8);
    for (size_t i = 0; i < len / 8 + 1; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        p[i] = seed;
    }
    return (char *)p;
}

static void make_films(char *from, char *to)
{
    char *fresh = noise(FILM, 99);
    memcpy(to, from, FILM);
    for (size_t at = 100000; at + 3000 < FILM; at += FILM / 10) /* ten edits of 3 KB */
        memcpy(to + at, fresh + at, 3000);
    free(fresh);
    put(scratch("from"), from, FILM);
    put(scratch("to"), to, FILM);
}

static char *from, *to;
static char to_sha[SHA256_HEX];

static int setup(void **state)
{
    if (scratch_setup(state) != 0)
        return -1;
    from = noise(FILM, 7);
    to = noise(FILM, 8);
    make_films(from, to);
    sha256_hex(to, FILM, to_sha);
    return 0;
}

static int teardown(void **state)
{
    free(from);
    free(to);
    return scratch_teardown(state);
}

static char at[3][600]; /* scratch() gives one path at a time */
static const char *path(int n, const char *name)
{
    snprintf(at[n], sizeof at[n], "%s", scratch(name));
    return at[n];
}

static uint64_t made(const char *from_name, const char *to_name, bool want_worth)
{
    struct err e = ERR_INIT;
    uint64_t size = 0;
    bool worth;
    assert_fine(patch_make_file(path(0, from_name), path(1, to_name), path(2, "patch"), &size, &worth, &e), e);
    assert_int_equal(worth, want_worth);
    return size;
}

static bool apply(const char *from_name, const char *patch, const char *sha, uint64_t size, struct err *e)
{
    *e = (struct err)ERR_INIT;
    return patch_apply(path(0, from_name), path(1, patch), sha, size, path(2, "result"), e);
}

static void makes_a_film_of_the_one_before(void **state)
{
    struct err e;
    struct str got;
    (void)state;
    uint64_t size = made("from", "to", true);
    print_message("patch of %llu bytes for 30,000 new in %d\n", (unsigned long long)size, FILM);
    assert_true(size > 30000 && size < 33000);
    assert_fine(apply("from", "patch", to_sha, FILM, &e), e);
    get(path(0, "result"), &got);
    assert_int_equal(got.len, FILM);
    assert_memory_equal(got.data, to, FILM);
    str_release(&got);
}

static void saves_or_is_not_made(void **state)
{
    char *other = noise(FILM, 1234);
    (void)state;
    put(scratch("other"), other, FILM);
    free(other);
    unlink(scratch("patch"));
    made("from", "other", false);
    assert_false(fs_exists(scratch("patch")));
    put(scratch("empty"), "", 0);
    made("empty", "to", false);
    made("from", "empty", false);
    put(scratch("huge"), "", 0);
    assert_int_equal(truncate(scratch("huge"), PATCH_FILE_MAX + 1), 0);
    made("huge", "to", false);
}

static void refuse(const char *base, const char *patch, const char *sha, uint64_t size, enum err_kind kind, const char *names)
{
    struct err e;
    assert_refused(apply(base, patch, sha, size, &e), e, kind, names);
    assert_false(fs_exists(scratch("result")));
}

static void refuses_what_is_wrong(void **state)
{
    struct str patch, bad;
    char zeros[SHA256_HEX];
    (void)state;
    made("from", "to", true);
    get(scratch("patch"), &patch);
    memset(zeros, '0', sizeof zeros - 1);
    zeros[sizeof zeros - 1] = 0;
    refuse("from", "patch", zeros, FILM, ERR_UNTRUSTED, "something else");
    refuse("from", "patch", to_sha, FILM - 1, ERR_TOO_BIG, "signed size");
    refuse("from", "patch", to_sha, FILM + 1, ERR_INVALID, "too early");
    refuse("other", "patch", to_sha, FILM, ERR_INVALID, "does not fit");
    refuse("none", "patch", to_sha, FILM, ERR_MISSING, "none");
    refuse("from", "none", to_sha, FILM, ERR_MISSING, "none");
    put(scratch("bad"), patch.data, patch.len / 2);
    refuse("from", "bad", to_sha, FILM, ERR_INVALID, "too early");
    str_init(&bad, 0);
    str_add(&bad, patch.data, patch.len);
    str_puts(&bad, "more");
    put(scratch("bad"), bad.data, bad.len);
    refuse("from", "bad", to_sha, FILM, ERR_INVALID, "damaged");
    put_text(scratch("bad"), "<html>Please log in</html>");
    refuse("from", "bad", to_sha, FILM, ERR_INVALID, "damaged");
    put_text(scratch("bad"), "");
    refuse("from", "bad", to_sha, FILM, ERR_INVALID, "too early");
    for (size_t i = 0; i < patch.len; i += patch.len / 40 + 1) { /* a byte is changed: refused, or it did not matter */
        struct err e;
        patch.data[i] ^= 0x55;
        put(scratch("bad"), patch.data, patch.len);
        if (!apply("from", "bad", to_sha, FILM, &e))
            assert_true(e.kind == ERR_INVALID || e.kind == ERR_UNTRUSTED || e.kind == ERR_TOO_BIG);
        patch.data[i] ^= 0x55;
    }
    str_release(&bad);
    str_release(&patch);
}

/* 4 GiB of zeros in a few kilobytes, and a frame that asks for a window of 2 GiB. */
static void bombs_stay_small(void **state)
{
    /* RFC 8878 §3.1.1: magic; no size, no checksum, window descriptor 0xA8 (2^31); one empty last block */
    static const unsigned char window[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00 };
    struct err e;
    struct str bomb;
    size_t len = 256 << 20;
    (void)state;
    char *zeros = mem_alloc(len);
    str_init(&bomb, 0);
    size_t bound = ZSTD_compressBound(len);
    char *buf = mem_alloc(bound);
    put(scratch("bomb"), buf, ZSTD_compress(buf, bound, zeros, len, 1));
    free(buf);
    free(zeros);
    refuse("from", "bomb", to_sha, FILM, ERR_TOO_BIG, "signed size");
    put(scratch("window"), window, sizeof window);
    refuse("from", "window", to_sha, FILM, ERR_INVALID, "damaged");
    str_clear(&bomb);
    assert_refused(zst_unpack(window, sizeof window, 10, &bomb, &e), e, ERR_INVALID, "memory");
    str_release(&bomb);
}

static void patches_lists_in_memory(void **state)
{
    struct str a, b, p, out;
    struct err e = ERR_INIT;
    (void)state;
    str_init(&a, 0);
    str_init(&b, 0);
    str_init(&p, 0);
    str_init(&out, 0);
    for (int i = 0; i < 2000; i++) {
        char hex[SHA256_HEX];
        sha256_hex(&i, sizeof i, hex);
        str_printf(&a, "{\"id\":\"org.example.c%d\",\"sha256\":\"%s\"},", i, hex);
        str_printf(&b, "{\"id\":\"org.example.c%d\",\"sha256\":\"%s\"},", i, i == 777 ? to_sha : hex);
    }
    assert_true(patch_make(a.data, a.len, b.data, b.len, b.len, &p));
    print_message("1 of 2,000 entries: a patch of %zu bytes\n", p.len);
    assert_true(p.len < 400);
    assert_fine(patch_unpack(a.data, a.len, p.data, p.len, b.len, &out, &e), e);
    assert_int_equal(out.len, b.len);
    assert_memory_equal(out.data, b.data, b.len);
    str_clear(&out);
    assert_refused(patch_unpack(a.data, a.len, p.data, p.len, b.len - 1, &out, &e), e, ERR_TOO_BIG, "more");
    str_clear(&out);
    assert_refused(patch_unpack(b.data, 100, p.data, p.len, b.len, &out, &e), e, ERR_INVALID, "");
    str_clear(&p);
    assert_false(patch_make(from, 100000, to + 200000, 100000, 100000, &p));
    assert_int_equal(p.len, 0);
    str_release(&a);
    str_release(&b);
    str_release(&p);
    str_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_a_film_of_the_one_before), cmocka_unit_test(saves_or_is_not_made),
        cmocka_unit_test(refuses_what_is_wrong), cmocka_unit_test(bombs_stay_small), cmocka_unit_test(patches_lists_in_memory),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
