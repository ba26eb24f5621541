/* scratch.h - a folder of its own for each test program of pack/ and tool/, below $TMPDIR. Include once. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H
#include "base/fs.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static char scratch_dir[256];
static char **scratch_paths;
static int scratch_count, scratch_cap;

static int scratch_setup(void **state)
{
    const char *tmp = getenv("TMPDIR");
    (void)state;
    snprintf(scratch_dir, sizeof scratch_dir, "%s/weike-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    return mkdtemp(scratch_dir) ? 0 : -1;
}

static int scratch_teardown(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    while (scratch_count)
        free(scratch_paths[--scratch_count]);
    free(scratch_paths);
    scratch_paths = NULL;
    return fs_remove_tree(scratch_dir, &e) ? 0 : -1;
}

/* Path below the scratch folder; kept until the group ends. */
__attribute__((unused)) static const char *scratch(const char *rel)
{
    ARRAY_GROW(scratch_paths, scratch_count, scratch_cap);
    return scratch_paths[scratch_count++] = fs_join(scratch_dir, rel);
}

__attribute__((unused)) static void put(const char *path, const void *data, size_t len)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    fclose(f);
}

__attribute__((unused)) static void put_text(const char *path, const char *text)
{
    put(path, text, strlen(text));
}

__attribute__((unused)) static void get(const char *path, struct str *out)
{
    struct err e = ERR_INIT;
    str_init(out, (size_t)1 << 28);
    if (!fs_read(path, (size_t)1 << 28, out, &e))
        fail_msg("%s", e.text);
}

__attribute__((unused)) static void make_dirs(const char *path)
{
    struct err e = ERR_INIT;
    if (!fs_mkdirs(path, &e))
        fail_msg("%s", e.text);
}

/* The failure is of this kind and its sentence names this thing. */
#define assert_refused(result, e, want_kind, names)                                                             \
    do {                                                                                                        \
        assert_false(result);                                                                                   \
        if ((e).kind != (want_kind) || !strstr((e).text, (names)))                                              \
            fail_msg("got %s \"%s\", want %s naming \"%s\"", err_kind_name((e).kind), (e).text,                 \
                     err_kind_name(want_kind), (names));                                                        \
    } while (0)
#define assert_fine(result, e)                                                                                  \
    do {                                                                                                        \
        if (!(result))                                                                                          \
            fail_msg("%s: %s", err_kind_name((e).kind), (e).text);                                              \
    } while (0)

static void snapshot_into(const char *dir, const char *rel, struct sha256 *h)
{
    struct dirent **list;
    int n = scandir(dir, &list, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char path[1024], name[1024];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", dir, list[i]->d_name);
        snprintf(name, sizeof name, "%s/%s", rel, list[i]->d_name);
        bool skip = list[i]->d_name[0] == '.';
        free(list[i]);
        if (skip || lstat(path, &st) != 0)
            continue;
        sha256_add(h, name, strlen(name));
        if (S_ISDIR(st.st_mode)) {
            snapshot_into(path, name, h);
        } else if (S_ISREG(st.st_mode)) {
            struct str text;
            get(path, &text);
            sha256_add(h, text.data, text.len);
            str_release(&text);
        }
    }
    if (n >= 0)
        free(list);
}

/* Hash over names and bytes of a folder; "" names an absent one. */
__attribute__((unused)) static void snapshot(const char *dir, char out[SHA256_HEX])
{
    struct sha256 h;
    uint8_t sum[SHA256_BYTES];
    sha256_init(&h);
    snapshot_into(dir, "", &h);
    sha256_end(&h, sum);
    hex_encode(sum, sizeof sum, out);
}

#define scratch_main(tests) cmocka_run_group_tests(tests, scratch_setup, scratch_teardown)
#endif
