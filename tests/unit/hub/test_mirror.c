/* What a township's hub takes over from the hub above. */
#define _GNU_SOURCE
#include "hub/upstream/mirror.h"
#include "forge.h"
#include "hub_kit.h"
#include "link_kit.h"
#include "pack/trust/trust.h"
#include "roots.h"

static struct site site;

static int begin(void **state)
{
    if (kit_setup(state) != 0 || roots_setup() != 0)
        return -1;
    make_dirs(scratch("www/repo/root"));
    site_start(&site, scratch("www"), NULL, NULL);
    return 0;
}

static int end(void **state)
{
    site_stop(&site);
    return scratch_teardown(state);
}

static void serve(int64_t name, const struct str *bytes)
{
    char rel[64];
    snprintf(rel, sizeof rel, "www/repo/root/%lld.root", (long long)name);
    put(scratch(rel), bytes->data, bytes->len);
}

/* A root that nobody of ours has signed, whole in itself. */
static void false_root(int64_t version, struct str *out)
{
    struct root r = { .version = version, .issued_s = forge_now_s, .expires_s = forge_now_s + ROOT_LIFE_S, .channel_count = 1 };
    struct str text;
    key_ring_of(&key[STAMP_OLD].pub, &r.keys);
    key_ring_of(&key[STAMP_OLD].pub, &r.timestamp);
    snprintf(r.channel[0].name, TREE_CHANNEL_TEXT, TREE_CHANNEL);
    key_ring_of(&key[MAIN_OLD].pub, &r.channel[0].ring);
    str_init(&text, 0);
    str_init(out, 0);
    root_write(&r, &text);
    envelope_seal(&key[STAMP_OLD], text.data, text.len, out);
    str_release(&text);
}

static bool carries(const struct kit *k, int64_t n, const struct str *bytes)
{
    struct str here;
    struct err e = ERR_INIT;
    char *path = mem_printf("%s/repo/root/%lld.root", k->dir, (long long)n);
    str_init(&here, 0);
    bool same = fs_read(path, ROOT_BYTES_MAX, &here, &e) && here.len == bytes->len && memcmp(here.data, bytes->data, here.len) == 0;
    str_release(&here);
    free(path);
    return same;
}

static void a_round(struct kit *k)
{
    struct err e = ERR_INIT;
    struct mirror_result got;
    struct http *h = http_new(&(struct http_options){ .connections = 2, .connect_timeout_s = 3 });
    if (!mirror_run(&k->hub, h, NULL, NULL, &got, &e))
        fail_msg("%s", e.text);
    assert_true(got.contact);
    http_free(h);
}

/* A hub pinned at root 3 carries 1 and 2 for terminals that still stand there, but only those that lead to its own; one put
 * there before is replaced. */
static void older_roots_are_checked_backwards(void **state)
{
    (void)state;
    struct str root[4], wrong;
    struct err e = ERR_INIT;
    struct kit k;
    for (int n = 1; n <= 3; n++) {
        root_bytes(n, STAMP_NEW, MAIN_NEW, &root[n]);
        serve(n, &root[n]);
    }
    false_root(2, &wrong);
    serve(2, &wrong);
    struct forged f = { .tree = "stage", .list_version = 1, .issued_s = forge_now_s, .count = 1, .root_version = 3, .key = &key[STAMP_NEW],
                        .index_key = &key[MAIN_NEW], .package = { { .id = "org.example.good", .version = 1, .film = "y" } } };
    forge_tree(&f);
    char *copy = mem_printf("cp -r '%s/repo/.' '%s/repo/'", scratch("stage"), scratch("www"));
    assert_int_equal(system(copy), 0);
    kit_open(&k, NULL, NULL);
    k.options.upstream = site.url;
    assert_fine(trust_pin_root(k.dir, root[3].data, root[3].len, NULL, &e), e);
    a_round(&k);
    assert_true(carries(&k, 3, &root[3]));
    assert_false(carries(&k, 2, &wrong));
    assert_false(carries(&k, 1, &root[1]));
    char *planted = mem_printf("%s/repo/root/2.root", k.dir);
    put(planted, wrong.data, wrong.len);
    serve(2, &root[2]);
    f.list_version = 2;
    f.issued_s++;
    forge_tree(&f);
    assert_int_equal(system(copy), 0);
    a_round(&k);
    assert_true(carries(&k, 2, &root[2]) && carries(&k, 1, &root[1]) && carries(&k, 3, &root[3]));
    kit_close(&k);
    for (int n = 1; n <= 3; n++)
        str_release(&root[n]);
    str_release(&wrong);
    free(planted);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(older_roots_are_checked_backwards) };
    return cmocka_run_group_tests(tests, begin, end);
}
