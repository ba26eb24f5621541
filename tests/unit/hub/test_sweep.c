/* What may go from a mirrored tree, and that nothing goes when it cannot be told. */
#include "forge.h"

#include "hub/upstream/sweep.h"

#include <unistd.h>

struct stamped { struct timestamp stamp; struct verified *v; };

static struct stamped stamp_of(const char *tree, struct trust *t)
{
    struct stamped s;
    struct err e = ERR_INIT;
    struct str bytes;
    char *path = mem_printf("%s/repo/timestamp", tree);
    trust_of_key(&forge_key.pub, t);
    get(path, &bytes);
    s.v = envelope_open(bytes.data, bytes.len, &t->ring, &e);
    assert_fine(s.v && timestamp_parse(s.v, &s.stamp, &e), e);
    free(path);
    str_release(&bytes);
    return s;
}

static struct forged one = { .tree = "tree", .list_version = 1, .count = 2, .package = { { .id = "cn.a", .version = 1, .film = "aaa" }, { .id = "cn.b", .version = 1, .film = "bbb" } } };

static int count_files(const char *dir)
{
    int n = 0;
    struct dirent **list;
    int found = scandir(dir, &list, NULL, NULL);
    for (int i = 0; i < found; i++) {
        char path[1200];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", dir, list[i]->d_name);
        if (list[i]->d_name[0] != '.' && lstat(path, &st) == 0)
            n += S_ISDIR(st.st_mode) ? count_files(path) : 1;
        free(list[i]);
    }
    if (found >= 0)
        free(list);
    return n;
}

static void strays_go_and_what_is_named_stays(void **state)
{
    struct err e = ERR_INIT;
    struct trust t;
    struct sweep_result r;
    (void)state;
    forge_tree(&one);
    const char *tree = scratch("tree"), *repo = scratch("tree/repo");
    struct stamped s = stamp_of(tree, &t);
    const struct timestamp *stamps[] = { &s.stamp };
    const struct verified *envelopes[] = { s.v };
    int before = count_files(repo);
    assert_fine(sweep_tree(repo, &t, stamps, envelopes, 1, &r, &e), e);
    assert_int_equal(r.files, 0);
    assert_int_equal(count_files(repo), before);
    forge_put(tree, TREE_BLOB, "00000000000000000000000000000000000000000000000000000000000000aa", "stray", 5);
    forge_put(tree, TREE_MANIFEST, "00000000000000000000000000000000000000000000000000000000000000bb", "stray", 5);
    put_text(scratch("tree/repo/README"), "of the operator");
    assert_fine(sweep_tree(repo, &t, stamps, envelopes, 1, &r, &e), e);
    assert_int_equal(r.files, 2);
    assert_int_equal(count_files(repo), before + 1); /* what lies beside the six folders is not ours */
    verified_free(s.v);
}

static void a_list_that_cannot_be_read_saves_everything(void **state)
{
    struct err e = ERR_INIT;
    struct trust t;
    struct sweep_result r;
    (void)state;
    forge_tree(&one);
    const char *tree = scratch("tree"), *repo = scratch("tree/repo");
    struct stamped s = stamp_of(tree, &t);
    const struct timestamp *stamps[] = { &s.stamp };
    const struct verified *envelopes[] = { s.v };
    forge_put(tree, TREE_BLOB, "00000000000000000000000000000000000000000000000000000000000000aa", "stray", 5);
    put_text(forge_path("tree", TREE_MANIFEST, one.package[1].ref.sha256), "damaged");
    int before = count_files(repo);
    assert_false(sweep_tree(repo, &t, stamps, envelopes, 1, &r, &e));
    assert_int_equal(count_files(repo), before);
    verified_free(s.v);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(strays_go_and_what_is_named_stays), cmocka_unit_test(a_list_that_cannot_be_read_saves_everything) };
    return cmocka_run_group_tests(tests, forge_setup, scratch_teardown);
}
