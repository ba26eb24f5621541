/* A blob on its way in: what a kill, a power cut, a stranger or a false list leaves behind, and what of it is used. */
#define _GNU_SOURCE
#include "scratch.h"

#include "base/fault.h"
#include "pack/tree/tree.h"
#include "sync/fetch/part.h"

#include <fcntl.h>

enum { CHUNK = TREE_CHUNK_BYTES, BIG = 5 * CHUNK + 777, MIDDLE = 3 * CHUNK + 5 };

static char bytes[BIG];
static char big_sha[SHA256_HEX], middle_sha[SHA256_HEX];
static struct str list;
static int folder;

static int setup(void **state)
{
    for (int i = 0; i < BIG; i++)
        bytes[i] = (char)(i * 31 + i / 1000);
    sha256_hex(bytes, BIG, big_sha);
    sha256_hex(bytes, MIDDLE, middle_sha);
    str_init(&list, 0);
    for (int at = 0; at < BIG; at += CHUNK) {
        uint8_t sum[SHA256_BYTES];
        struct sha256 h;
        sha256_init(&h);
        sha256_add(&h, bytes + at, (size_t)(BIG - at < CHUNK ? BIG - at : CHUNK));
        sha256_end(&h, sum);
        str_add(&list, sum, sizeof sum);
    }
    return scratch_setup(state);
}

static int teardown(void **state)
{
    str_release(&list);
    return scratch_teardown(state);
}

static const char *data_dir(void)
{
    char name[32];
    snprintf(name, sizeof name, "data%d", folder);
    return scratch(name);
}

static char *file_of(const char *sha, const char *kind)
{
    return mem_printf("%s/incoming/%s.%s", data_dir(), sha, kind);
}

/* Opens, and looks at what is there. */
static struct part *begin(bool big, const struct str *chunks, enum part_result *r)
{
    struct err e = ERR_INIT;
    bool ready = false;
    struct part *p = part_open(data_dir(), big ? big_sha : middle_sha, big ? BIG : MIDDLE, chunks, &e);
    assert_fine(p != NULL, e);
    while (!ready && (*r = part_check(p, &ready, &e)) == PART_MORE)
        ;
    part_begin(p);
    return p;
}

static enum part_result add(struct part *p, uint64_t upto)
{
    struct err e = ERR_INIT;
    enum part_result r = PART_MORE;
    while (part_at(p) < upto && r == PART_MORE) {
        uint64_t n = upto - part_at(p) < 10007 ? upto - part_at(p) : 10007;
        r = part_add(p, bytes + part_at(p), (size_t)n, &e);
    }
    return r;
}

static void leave(const char *sha, const void *what, size_t len)
{
    char *path = file_of(sha, "part"), *dir = fs_join(data_dir(), "incoming");
    make_dirs(dir);
    put(path, what, len);
    free(path);
    free(dir);
}

static void fresh(void)
{
    folder++;
}

static void from_start_to_end(void **state)
{
    enum part_result r;
    struct str out;
    struct err e = ERR_INIT;
    (void)state;
    fresh();
    struct part *p = begin(true, &list, &r);
    assert_int_equal(r, PART_MORE);
    assert_int_equal(part_at(p), 0);
    assert_int_equal(add(p, BIG), PART_WHOLE);
    str_init(&out, 0);
    assert_true(part_read(p, CHUNK - 3, 10, &out, &e));
    assert_memory_equal(out.data, bytes + CHUNK - 3, 10);
    str_release(&out);
    part_close(p);
    p = begin(true, &list, &r); /* whole already, before anybody took it */
    assert_int_equal(r, PART_WHOLE);
    part_close(p);
}

/* FAULTS 44: what a kill left is used to the last byte, with a list and without. */
static void a_kill_costs_nothing(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        enum part_result r;
        fresh();
        struct part *p = begin(big, big ? &list : NULL, &r);
        assert_int_equal(add(p, 2 * CHUNK + 1234), PART_MORE);
        part_close(p); /* no sync, as after kill -9 */
        p = begin(big, big ? &list : NULL, &r);
        assert_int_equal(part_at(p), 2 * CHUNK + 1234);
        assert_int_equal(add(p, big ? BIG : MIDDLE), PART_WHOLE);
        part_close(p);
    }
}

/* FAULTS 45: a power cut may leave zeros where bytes were under way. With a list each chunk proves itself. */
static void zeros_in_whole_chunks_are_found_at_once(void **state)
{
    static char left[3 * CHUNK];
    enum part_result r;
    (void)state;
    fresh();
    memcpy(left, bytes, CHUNK + 500);
    leave(big_sha, left, sizeof left);
    struct part *p = begin(true, &list, &r);
    assert_int_equal(r, PART_MORE);
    assert_int_equal(part_at(p), CHUNK);
    assert_int_equal(add(p, BIG), PART_WHOLE);
    part_close(p);
}

static void zeros_at_the_tail_cost_their_chunk(void **state)
{
    static char left[2 * CHUNK + 900];
    enum part_result r;
    (void)state;
    fresh();
    memcpy(left, bytes, 2 * CHUNK + 100);
    leave(big_sha, left, sizeof left);
    struct part *p = begin(true, &list, &r);
    assert_int_equal(part_at(p), sizeof left);
    assert_int_equal(add(p, 3 * CHUNK), PART_REWOUND);
    assert_int_equal(part_at(p), 2 * CHUNK);
    assert_int_equal(add(p, BIG), PART_WHOLE);
    part_close(p);
}

/* The same without a list: the mark knows how much was on the disk in another boot. */
static void without_a_list_the_mark_says_what_was_durable(void **state)
{
    enum part_result r;
    (void)state;
    fresh();
    struct part *p = begin(false, NULL, &r);
    assert_int_equal(add(p, 2 * CHUNK + 1234), PART_MORE);
    part_close(p);
    char *path = file_of(middle_sha, "mark"), *part = file_of(middle_sha, "part");
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "00000000", 8, 0), 8); /* another boot */
    close(fd);
    fd = open(part, O_WRONLY);
    assert_int_equal(pwrite(fd, "\0\0\0\0", 4, 2 * CHUNK + 100), 4);
    close(fd);
    p = begin(false, NULL, &r);
    assert_int_equal(part_at(p), 2 * CHUNK);
    assert_int_equal(add(p, MIDDLE), PART_WHOLE);
    part_close(p);
    assert_false(fs_exists(path));
    free(path);
    free(part);
}

/* Without any proof the whole hash judges, and what was left gets one more chance. */
static void wrong_left_overs_without_proof_cost_one_restart(void **state)
{
    static char left[CHUNK];
    enum part_result r;
    (void)state;
    fresh();
    leave(middle_sha, left, sizeof left);
    struct part *p = begin(false, NULL, &r);
    assert_int_equal(part_at(p), CHUNK);
    assert_int_equal(add(p, MIDDLE), PART_REWOUND);
    assert_int_equal(part_at(p), 0);
    assert_int_equal(add(p, MIDDLE), PART_WHOLE);
    part_close(p);
}

static void a_part_that_is_too_long_is_worth_nothing(void **state)
{
    static char left[MIDDLE + 1];
    enum part_result r;
    (void)state;
    fresh();
    leave(middle_sha, left, sizeof left);
    struct part *p = begin(false, NULL, &r);
    assert_int_equal(part_at(p), 0);
    part_close(p);
}

/* FAULTS 57: another file under the name, from some byte on. */
static void a_splice_is_caught_within_its_chunk(void **state)
{
    static char other[CHUNK];
    enum part_result r;
    struct err e = ERR_INIT;
    (void)state;
    fresh();
    struct part *p = begin(true, &list, &r);
    assert_int_equal(add(p, CHUNK + 10), PART_MORE);
    assert_int_equal(part_add(p, other, CHUNK - 10, &e), PART_REWOUND);
    assert_int_equal(part_at(p), CHUNK);
    assert_int_equal(add(p, BIG), PART_WHOLE);
    part_close(p);
}

static enum part_result pour(struct part *p, const char *from)
{
    struct err e = ERR_INIT;
    enum part_result r = PART_MORE;
    part_begin(p);
    while (r == PART_MORE)
        r = part_add(p, from + part_at(p), (size_t)(part_size(p) - part_at(p)), &e);
    return r;
}

/* A server that always gives something else ends it, with nothing left behind. */
static void always_wrong_ends(void **state)
{
    static char other[BIG];
    enum part_result r;
    (void)state;
    for (int listed = 0; listed < 2; listed++) {
        fresh();
        struct part *p = begin(true, listed ? &list : NULL, &r);
        int tries = 0;
        while ((r = pour(p, other)) == PART_REWOUND && tries < 10)
            tries++;
        assert_int_equal(r, PART_WRONG);
        assert_true(tries <= 4);
        part_close(p);
        char *path = file_of(big_sha, "part");
        assert_false(fs_exists(path));
        free(path);
    }
}

/* The list is not signed: one that lies costs a chunk, or a restart, never the blob. */
static void a_false_list_is_found_out(void **state)
{
    enum part_result r;
    struct str lie;
    (void)state;
    str_init(&lie, 0);
    str_add(&lie, list.data, list.len);
    lie.data[2 * SHA256_BYTES] ^= 1;
    fresh();
    struct part *p = begin(true, &lie, &r);
    int tries = 0;
    while ((r = pour(p, bytes)) == PART_REWOUND && tries < 10)
        tries++;
    assert_int_equal(r, PART_WHOLE);
    assert_true(tries <= 2);
    part_close(p);
    str_release(&lie);
}

/* Our own disk: told apart, and what was there before stays. */
static void a_full_or_failing_disk(void **state)
{
    static const struct { enum fault_mode mode; enum err_kind kind; } how[] = { { FAULT_ENOSPC, ERR_FULL }, { FAULT_EIO, ERR_IO } };
    (void)state;
    for (int i = 0; i < 2; i++) {
        enum part_result r;
        struct err e = ERR_INIT;
        fresh();
        struct part *p = begin(true, &list, &r);
        assert_int_equal(add(p, CHUNK + 10), PART_MORE);
        fault_arm(how[i].mode, 1);
        assert_int_equal(part_add(p, bytes + CHUNK + 10, 1000, &e), PART_FAILED);
        fault_arm(FAULT_OFF, 0);
        assert_int_equal(e.kind, how[i].kind);
        part_close(p);
        p = begin(true, &list, &r);
        assert_in_range(part_at(p), CHUNK, CHUNK + 1010);
        assert_int_equal(add(p, BIG), PART_WHOLE);
        part_close(p);
    }
}

static void a_link_in_the_way_is_not_followed(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    fresh();
    leave(big_sha, "x", 1);
    put_text(scratch("victim"), "mine");
    char *path = file_of(big_sha, "part");
    unlink(path);
    assert_int_equal(symlink(scratch("victim"), path), 0);
    assert_null(part_open(data_dir(), big_sha, BIG, NULL, &e));
    struct str text;
    get(scratch("victim"), &text);
    assert_string_equal(text.data, "mine");
    str_release(&text);
    free(path);
}

/* A blob that rotted: what is good of it, up to the bad chunk, need not come again. */
static void a_rotten_blob_gives_its_good_chunks(void **state)
{
    static char rotten[BIG];
    enum part_result r;
    (void)state;
    fresh();
    memcpy(rotten, bytes, BIG);
    rotten[3 * CHUNK + 99] ^= 4;
    leave(big_sha, rotten, BIG);
    char *part = file_of(big_sha, "part"), *damaged = file_of(big_sha, "damaged");
    assert_int_equal(rename(part, damaged), 0);
    struct part *p = begin(true, &list, &r);
    assert_int_equal(r, PART_MORE);
    assert_int_equal(part_at(p), 3 * CHUNK);
    assert_int_equal(add(p, BIG), PART_WHOLE);
    part_close(p);
    assert_int_equal(unlink(part), 0);
    put(damaged, rotten, BIG);
    p = begin(true, NULL, &r); /* without the hashes of its chunks nobody can tell which are good */
    assert_int_equal(part_at(p), 0);
    part_close(p);
    free(part);
    free(damaged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_start_to_end),
        cmocka_unit_test(a_kill_costs_nothing),
        cmocka_unit_test(zeros_in_whole_chunks_are_found_at_once),
        cmocka_unit_test(zeros_at_the_tail_cost_their_chunk),
        cmocka_unit_test(without_a_list_the_mark_says_what_was_durable),
        cmocka_unit_test(wrong_left_overs_without_proof_cost_one_restart),
        cmocka_unit_test(a_part_that_is_too_long_is_worth_nothing),
        cmocka_unit_test(a_splice_is_caught_within_its_chunk),
        cmocka_unit_test(always_wrong_ends),
        cmocka_unit_test(a_false_list_is_found_out),
        cmocka_unit_test(a_full_or_failing_disk),
        cmocka_unit_test(a_link_in_the_way_is_not_followed),
        cmocka_unit_test(a_rotten_blob_gives_its_good_chunks),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
