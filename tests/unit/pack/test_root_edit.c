/* An operator's year: making the root, publishing, a town joins, the hub's key is replaced, a root key is lost. */
#include "scratch.h"

#include "films.h"
#include "pack/author/build.h"
#include "pack/author/root_edit.h"
#include "pack/trust/trust.h"
#include "pack/install/verify.h"

static const int64_t now = 1800000000;

static int setup(void **state)
{
    if (scratch_setup(state) != 0)
        return -1;
    make_dirs(scratch("src"));
    make_dirs(scratch("town"));
    film_sound(scratch("src/v.opus"));
    film_sound(scratch("town/v.opus"));
    return 0;
}

static void write_course(const char *folder, const char *id, int version)
{
    char path[100];
    char *text = mem_printf("{\"id\":\"%s\",\"version\":%d,\"title\":\"课 %d\",\"lessons\":["
                            "{\"id\":\"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a02\",\"title\":\"二\",\"media\":\"v.opus\"}]}", id, version, version);
    snprintf(path, sizeof path, "%s/course.json", folder);
    put_text(scratch(path), text);
    free(text);
}

static bool publish(const char *source, const char *channel, int64_t at, struct build_result *r, struct err *e)
{
    struct authority a;
    struct build_options o = { .source = scratch(source), .tree = scratch("www"), .authority = &a, .channel = channel, .now_s = at };
    *e = (struct err)ERR_INIT;
    if (!authority_open(scratch("keys"), channel ? channel : TREE_CHANNEL, &a, e))
        return false;
    bool ok = build_tree(&o, r, e);
    authority_wipe(&a);
    return ok;
}

static bool sign(const char *draft, const char *who, struct root_signing *s, struct err *e)
{
    char path[100];
    struct secret_key key;
    *e = (struct err)ERR_INIT;
    snprintf(path, sizeof path, "keys/%s/weike.key", who);
    return key_load_secret(scratch(path), &key, e) && root_sign(scratch(draft), &key, s, e);
}

/* As a kiosk that knows the first root only. */
static void verified(int packages, int64_t root, int channels)
{
    struct err e = ERR_INIT;
    struct trust t;
    struct str bytes;
    struct verify_report v;
    str_init(&bytes, 0);
    assert_fine(trust_read_file(scratch("first.root"), &t, &bytes, &e), e);
    assert_fine(verify_tree(scratch("www"), &t, &v, &e), e);
    if (v.problem_count)
        fail_msg("%s", v.problem[0].text);
    assert_int_equal(v.count, packages);
    assert_int_equal(v.root_version, root);
    assert_int_equal(v.stamp.channel_count, channels);
    verify_report_release(&v);
    str_release(&bytes);
}

static void copy(const char *from, const char *to)
{
    struct str bytes;
    get(scratch(from), &bytes);
    put(scratch(to), bytes.data, bytes.len);
    str_release(&bytes);
}

static void makes_the_root(void **state)
{
    struct err e = ERR_INIT;
    struct root r;
    struct build_result b;
    (void)state;
    assert_refused(publish("src", NULL, now, &b, &e), e, ERR_MISSING, "weikectl root init");
    e = (struct err)ERR_INIT;
    assert_fine(root_init(scratch("keys"), NULL, now, &r, &e), e);
    assert_int_equal(r.keys.count, 3);
    assert_int_equal(r.keys.threshold, 2);
    assert_refused(root_init(scratch("keys"), NULL, now, &r, &e), e, ERR_REFUSED, "has a root");
    copy("keys/root/1.root", "first.root");
    write_course("src", "org.example.one", 1);
    assert_fine(publish("src", NULL, now, &b, &e), e);
    assert_true(b.published);
    verified(1, 1, 1);
    assert_fine(publish("src", NULL, now + 100, &b, &e), e);
    assert_false(b.published);
    assert_fine(publish("src", NULL, now + 61 * 86400, &b, &e), e); /* half of its life is over */
    assert_true(b.published);
    assert_int_equal(b.timestamp_version, 2);
}

static void a_town_joins(void **state)
{
    struct err e = ERR_INIT;
    struct root r;
    struct root_signing s;
    struct build_result b;
    struct root_change c = { .town = "baishan", .prefix = "cn.baishan" };
    char *draft;
    (void)state;
    assert_refused(root_rotate(scratch("keys"), &c, now, &r, &draft, &e), e, ERR_INVALID, "end with a dot");
    assert_false(fs_exists(scratch("keys/root/2.draft")));
    assert_true(fs_remove_tree(scratch("keys/local"), &e));
    c.prefix = "cn.baishan.";
    e = (struct err)ERR_INIT;
    assert_fine(root_rotate(scratch("keys"), &c, now, &r, &draft, &e), e);
    assert_string_equal(draft, scratch("keys/root/2.draft"));
    free(draft);
    assert_refused(publish("town", "local/baishan", now, &b, &e), e, ERR_MISSING, "no channel local/baishan"); /* only a draft */

    assert_refused(sign("keys/root/2.draft", "main", &s, &e), e, ERR_REFUSED, "no root key");
    assert_fine(sign("keys/root/2.draft", "root-3", &s, &e), e);
    assert_null(s.done);
    assert_int_equal(s.old_have, 1);
    assert_refused(sign("keys/root/2.draft", "root-3", &s, &e), e, ERR_REFUSED, "signed it already");
    assert_fine(sign("keys/root/2.draft", "root-1", &s, &e), e);
    assert_string_equal(s.done, scratch("keys/root/2.root"));
    free(s.done);
    assert_false(fs_exists(scratch("keys/root/2.draft")));

    write_course("town", "org.example.theirs", 1);
    assert_refused(publish("town", "local/baishan", now, &b, &e), e, ERR_REFUSED, "begins with \"cn.baishan.\"");
    write_course("town", "cn.baishan.fish", 1);
    assert_fine(publish("town", "local/baishan", now, &b, &e), e);
    verified(2, 2, 2);
}

/* The machine that publishes was stolen: its two keys are replaced. */
static void online_keys_are_replaced(void **state)
{
    struct err e = ERR_INIT;
    struct root r;
    struct root_signing s;
    struct build_result b;
    struct public_key old_stamp;
    struct root_change stamp = { .replace = "timestamp" }, channel = { .replace = "main" };
    char *draft, path[100];
    (void)state;
    assert_fine(key_load_public(scratch("keys/timestamp/weike.pub"), &old_stamp, &e), e);
    assert_fine(root_rotate(scratch("keys"), &stamp, now, &r, &draft, &e), e);
    free(draft);
    assert_fine(root_rotate(scratch("keys"), &channel, now, &r, &draft, &e), e); /* both in one version */
    free(draft);
    assert_int_equal(r.version, 3);
    assert_string_not_equal(r.timestamp.key[0].id, old_stamp.id);
    snprintf(path, sizeof path, "keys/timestamp.%s/weike.key", old_stamp.id);
    assert_true(fs_exists(scratch(path))); /* put aside, still good until the new root is signed */
    write_course("src", "org.example.one", 2);
    assert_fine(publish("src", NULL, now, &b, &e), e);
    verified(2, 2, 2);

    assert_fine(sign("keys/root/3.draft", "root-1", &s, &e), e);
    assert_fine(sign("keys/root/3.draft", "root-2", &s, &e), e);
    free(s.done);
    assert_fine(publish("src", NULL, now, &b, &e), e); /* nothing new in it, but signed again by the new keys */
    assert_true(b.published);
    assert_int_equal(b.added, 0);
    verified(2, 3, 2);
    assert_true(fs_remove_tree(scratch("keys/main"), &e));
    assert_refused(publish("src", NULL, now, &b, &e), e, ERR_MISSING, "signing \"main\" takes 1 of the keys");
}

/* A town on a machine of its own: a copy of the tree, its own two keys. */
static void a_town_publishes_by_itself(void **state)
{
    struct err e = ERR_INIT;
    struct root r;
    struct root_signing s;
    struct build_result b;
    struct public_key k;
    struct authority a;
    char *draft;
    struct root_change c = { .stamp = scratch("town-keys/any/weike.pub") };
    (void)state;
    assert_fine(key_generate(scratch("town-keys/any"), &k, &e), e);
    assert_fine(root_rotate(scratch("keys"), &c, now, &r, &draft, &e), e);
    free(draft);
    assert_int_equal(r.timestamp.count, 2);
    assert_fine(sign("keys/root/4.draft", "root-1", &s, &e), e);
    assert_fine(sign("keys/root/4.draft", "root-2", &s, &e), e);
    free(s.done);
    const char *const copies[] = { "cp", "-r", scratch("keys/root"), scratch("keys/local"), scratch("town-keys"), NULL };
    film_run(copies);
    write_course("town", "cn.baishan.fish", 2);
    assert_fine(authority_open(scratch("town-keys"), "local/baishan", &a, &e), e);
    struct build_options o = { .source = scratch("town"), .tree = scratch("www"), .authority = &a, .channel = "local/baishan", .now_s = now };
    assert_fine(build_tree(&o, &b, &e), e);
    authority_wipe(&a);
    assert_int_equal(b.added, 1);
    verified(2, 4, 2);
    assert_refused(authority_open(scratch("town-keys"), "main", &a, &e), e, ERR_MISSING, "signing \"main\"");
}

static void a_lost_root_key_is_replaced(void **state)
{
    struct err e = ERR_INIT;
    struct root r;
    struct root_signing s;
    struct public_key lost, fresh;
    char *draft;
    (void)state;
    assert_fine(key_load_public(scratch("keys/root-2/weike.pub"), &lost, &e), e);
    assert_true(fs_remove_tree(scratch("keys/root-2"), &e));
    struct root_change c = { .replace = "0123456789abcdef" };
    assert_refused(root_rotate(scratch("keys"), &c, now, &r, &draft, &e), e, ERR_MISSING, "neither a role");
    e = (struct err)ERR_INIT;
    c.replace = lost.id;
    assert_fine(root_rotate(scratch("keys"), &c, now, &r, &draft, &e), e);
    free(draft);
    assert_fine(key_load_public(scratch("keys/root-new-5/weike.pub"), &fresh, &e), e);
    assert_non_null(key_ring_find(&r.keys, fresh.id));
    assert_null(key_ring_find(&r.keys, lost.id));
    assert_fine(sign("keys/root/5.draft", "root-new-5", &s, &e), e); /* the new one alone counts for the new root only */
    assert_int_equal(s.old_have, 0);
    assert_int_equal(s.own_have, 1);
    assert_fine(sign("keys/root/5.draft", "root-1", &s, &e), e);
    assert_null(s.done);
    assert_fine(sign("keys/root/5.draft", "root-3", &s, &e), e);
    assert_non_null(s.done);
    free(s.done);
    struct root newest;
    assert_fine(authority_root(scratch("keys"), &newest, NULL, &e), e);
    assert_int_equal(newest.version, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(makes_the_root), cmocka_unit_test(a_town_joins),
                                        cmocka_unit_test(online_keys_are_replaced), cmocka_unit_test(a_town_publishes_by_itself),
                                        cmocka_unit_test(a_lost_root_key_is_replaced) };
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
