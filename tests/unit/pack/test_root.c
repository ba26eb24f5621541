/* Roots: what three keys sign together, followed step by step; what a stolen key can and cannot do. */
#include "forge.h"

#include "base/fault.h"
#include "pack/install/install.h"
#include "pack/install/verify.h"
#include "store/library/library.h"
#include "store/store.h"

#include <sys/wait.h>
#include <unistd.h>

enum { KEYS = 10, A = 0, B, C, D, STAMP, STAMP2, MAIN, MAIN2, TOWN, STRANGER };
static struct secret_key key[KEYS];

static int setup(void **state)
{
    if (forge_setup(state) != 0)
        return -1;
    for (int i = 0; i < KEYS; i++) {
        struct err e = ERR_INIT;
        struct public_key pub;
        char dir[20], path[40];
        snprintf(dir, sizeof dir, "k%d", i);
        snprintf(path, sizeof path, "k%d/weike.key", i);
        if (!key_generate(scratch(dir), &pub, &e) || !key_load_secret(scratch(path), &key[i], &e))
            return -1;
    }
    return 0;
}

/* ---- making roots ---- */

static void ring(struct key_ring *r, int threshold, int count, const int *k)
{
    *r = (struct key_ring){ .count = count, .threshold = threshold };
    for (int i = 0; i < count; i++)
        r->key[i] = key[k[i]].pub;
}

/* 2 of A, B, C; STAMP signs timestamps, MAIN the channel, TOWN its own. */
static struct root base_root(int64_t version)
{
    struct root r = { .version = version, .issued_s = forge_now_s, .expires_s = forge_now_s + ROOT_LIFE_S, .channel_count = 2 };
    ring(&r.keys, 2, 3, (int[]){ A, B, C });
    ring(&r.timestamp, 1, 1, (int[]){ STAMP });
    snprintf(r.channel[0].name, TREE_CHANNEL_TEXT, TREE_CHANNEL);
    ring(&r.channel[0].ring, 1, 1, (int[]){ MAIN });
    snprintf(r.channel[1].name, TREE_CHANNEL_TEXT, TREE_LOCAL "baishan");
    snprintf(r.channel[1].prefix, ROOT_PREFIX_TEXT, "cn.baishan.");
    ring(&r.channel[1].ring, 1, 1, (int[]){ TOWN });
    return r;
}

static void seal(const struct root *r, int count, const int *k, struct str *out)
{
    struct secret_key by[ENVELOPE_SIGS_MAX];
    struct str payload;
    for (int i = 0; i < count; i++)
        by[i] = key[k[i]];
    str_init(&payload, 0);
    str_init(out, 0);
    root_write(r, &payload);
    envelope_seal_all(by, count, payload.data, payload.len, out);
    str_release(&payload);
}

static void put_root(const char *tree, const struct root *r, int count, const int *k)
{
    char dir[200], path[300];
    struct str s;
    snprintf(dir, sizeof dir, "%s/repo/root", tree);
    snprintf(path, sizeof path, "%s/%lld.root", dir, (long long)r->version);
    make_dirs(scratch(dir));
    seal(r, count, k, &s);
    put(scratch(path), s.data, s.len);
    str_release(&s);
}

static void trust_root(const char *data, const struct root *r)
{
    struct err e = ERR_INIT;
    struct str s;
    make_dirs(data);
    seal(r, 2, (int[]){ A, B }, &s);
    assert_fine(trust_pin_root(data, s.data, s.len, NULL, &e), e);
    str_release(&s);
}

/* ---- reading ---- */

static void there_and_back(void **state)
{
    struct err e = ERR_INIT;
    struct root r = base_root(7), got;
    struct str s;
    (void)state;
    snprintf(r.county, sizeof r.county, "weike-county-key 1\nid x\n");
    seal(&r, 2, (int[]){ B, C }, &s);
    assert_fine(root_open(s.data, s.len, &got, &e), e);
    assert_int_equal(got.version, 7);
    assert_int_equal(got.keys.count, 3);
    assert_int_equal(got.keys.threshold, 2);
    assert_string_equal(got.timestamp.key[0].id, key[STAMP].pub.id);
    assert_string_equal(got.county, r.county);
    assert_string_equal(root_channel_find(&got, "local/baishan")->prefix, "cn.baishan.");
    assert_null(root_channel_find(&got, "local/heishui"));
    str_release(&s);
}

static void must_be_signed_by_enough(void **state)
{
    static const struct { int count, by[3]; bool good; } table[] = {
        { 0, { 0 }, false }, { 1, { A }, false }, { 2, { A, A }, false }, { 2, { A, STRANGER }, false },
        { 3, { C, C, C }, false }, { 2, { A, C }, true }, { 3, { STRANGER, B, C }, true },
    };
    struct root r = base_root(1), got;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct err e = ERR_INIT;
        struct str s;
        seal(&r, table[i].count, table[i].by, &s);
        if (root_open(s.data, s.len, &got, &e) != table[i].good || (!table[i].good && e.kind != ERR_UNTRUSTED))
            fail_msg("row %zu: %s", i, e.text);
        str_release(&s);
    }
}

static void bad_documents(void **state)
{
    static const struct { const char *find, *put, *names; enum err_kind kind; } table[] = {
        { "\"version\":1", "\"version\":0", "version", ERR_INVALID },
        { "\"version\":1", "\"version\":1,\"version\":2", "version", ERR_INVALID },
        { "\"type\":\"root\"", "\"type\":\"index\"", "index", ERR_INVALID },
        { "\"format\":1", "\"format\":2", "format 2", ERR_UNSUPPORTED },
        { "\"threshold\":2", "\"threshold\":0", "threshold", ERR_INVALID },
        { "\"threshold\":2", "\"threshold\":4", "threshold", ERR_INVALID },
        { "\"prefix\":\"cn.baishan.\"", "\"prefix\":\"\"", "prefix", ERR_INVALID },
        { "\"prefix\":\"cn.baishan.\"", "\"prefix\":\"cn.bai\"", "prefix", ERR_INVALID },
        { "\"prefix\":\"cn.baishan.\"", "\"prefix\":\"../.\"", "prefix", ERR_INVALID },
        { "local/baishan", "local/../x", "local/../x", ERR_INVALID },
        { "local/baishan", "remote/x", "remote/x", ERR_INVALID },
        { "\"main\":", "\"local/other\":", "local/other", ERR_INVALID },
        { "\"issued\":1800000000", "\"issued\":1900000000000", "issued", ERR_INVALID },
        { "\"issued\":1800000000", "\"issued\":1000000000", "four years", ERR_INVALID },
    };
    struct root r = base_root(1), got;
    struct str text;
    (void)state;
    str_init(&text, 0);
    root_write(&r, &text);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct err e = ERR_INIT;
        struct str sealed;
        char *at = strstr(text.data, table[i].find);
        assert_non_null(at);
        char *bad = mem_printf("%.*s%s%s", (int)(at - text.data), text.data, table[i].put, at + strlen(table[i].find));
        str_init(&sealed, 0);
        envelope_seal_all((struct secret_key[]){ key[A], key[B] }, 2, bad, strlen(bad), &sealed);
        if (root_open(sealed.data, sealed.len, &got, &e) || e.kind != table[i].kind || !strstr(e.text, table[i].names))
            fail_msg("row %zu: %s", i, e.text);
        str_release(&sealed);
        free(bad);
    }
    str_release(&text);
}

/* ---- steps ---- */

static bool step(const struct root *now, const struct root *next, int count, const int *by, struct err *e)
{
    struct root got;
    struct str s;
    *e = (struct err)ERR_INIT;
    seal(next, count, by, &s);
    bool ok = root_step(now, s.data, s.len, &got, e);
    str_release(&s);
    return ok;
}

static void a_step_takes_both(void **state)
{
    struct err e;
    struct root one = base_root(1), two = base_root(2), three = base_root(3);
    (void)state;
    ring(&two.keys, 2, 3, (int[]){ B, C, D }); /* A was lost */
    assert_true(step(&one, &two, 2, (int[]){ B, C }, &e)); /* they are in both */
    assert_true(step(&one, &two, 3, (int[]){ A, B, D }, &e));
    assert_refused(step(&one, &two, 2, (int[]){ D, B }, &e), e, ERR_UNTRUSTED, "1 of the 2 keys needed of root 1");
    assert_refused(step(&one, &two, 2, (int[]){ A, B }, &e), e, ERR_UNTRUSTED, "1 of the 2 keys needed of its own");
    assert_refused(step(&one, &two, 1, (int[]){ B }, &e), e, ERR_UNTRUSTED, "1 of the 2");
    assert_refused(step(&one, &two, 2, (int[]){ B, B }, &e), e, ERR_UNTRUSTED, "1 of the 2");
    assert_refused(step(&one, &three, 2, (int[]){ A, B }, &e), e, ERR_MISSING, "after version 1 must come 2");
    assert_refused(step(&two, &one, 2, (int[]){ B, C }, &e), e, ERR_OLDER, "version 1");
    assert_refused(step(&two, &two, 2, (int[]){ B, C }, &e), e, ERR_OLDER, "version 2");
}

static void new_keys_alone_are_refused(void **state)
{
    struct err e;
    struct root one = base_root(1), two = base_root(2);
    (void)state;
    ring(&two.keys, 1, 2, (int[]){ D, STRANGER });
    assert_refused(step(&one, &two, 2, (int[]){ D, STRANGER }, &e), e, ERR_UNTRUSTED, "0 of the 2 keys needed of root 1");
    assert_refused(step(&one, &two, 3, (int[]){ D, STRANGER, A }, &e), e, ERR_UNTRUSTED, "1 of the 2 keys needed of root 1");
}

static void follows_forty_steps(void **state)
{
    const char *data = scratch("d-forty");
    struct err e = ERR_INIT;
    struct root r = base_root(1);
    struct trust t;
    int steps;
    (void)state;
    trust_root(data, &r);
    for (int v = 2; v <= 41; v++) {
        r = base_root(v);
        put_root("forty", &r, 2, (int[]){ A, B });
    }
    put_text(scratch("forty/repo/timestamp"), "none");
    int fd = tree_open(scratch("forty"), &e);
    assert_fine(trust_load(data, &t, &e), e);
    assert_fine(trust_advance_tree(data, &t, fd, &steps, &e), e);
    assert_int_equal(steps, 40);
    assert_fine(trust_load(data, &t, &e), e);
    assert_int_equal(t.root.version, 41);
    close(fd);
}

static void skips_no_version(void **state)
{
    const char *data = scratch("d-skip");
    struct err e = ERR_INIT;
    struct root one = base_root(1), three = base_root(3), two = base_root(2);
    struct trust t;
    int steps;
    (void)state;
    trust_root(data, &one);
    put_root("skip", &three, 2, (int[]){ A, B });
    put_text(scratch("skip/repo/timestamp"), "none");
    int fd = tree_open(scratch("skip"), &e);
    assert_fine(trust_load(data, &t, &e), e);
    assert_fine(trust_advance_tree(data, &t, fd, &steps, &e), e);
    assert_int_equal(t.root.version, 1); /* keeps the old, tries later */
    put_root("skip", &three, 2, (int[]){ A, B });
    struct str s;
    seal(&three, 2, (int[]){ A, B }, &s);
    assert_refused(trust_advance(data, &t, s.data, s.len, &e), e, ERR_MISSING, "must come 2");
    str_release(&s);
    put_root("skip", &two, 2, (int[]){ A, C }); /* the one that was missing comes */
    e = (struct err)ERR_INIT;
    assert_fine(trust_advance_tree(data, &t, fd, &steps, &e), e);
    assert_int_equal(steps, 2);
    assert_int_equal(t.root.version, 3);
    close(fd);
}

/* Killed at each write of two steps: it stands at a whole root, and the next run goes on to the end. */
static void power_cut_between_steps(void **state)
{
    struct err e = ERR_INIT;
    struct root r = base_root(2);
    unsigned writes = 1;
    (void)state;
    ring(&r.timestamp, 1, 1, (int[]){ STAMP2 });
    put_root("cut", &r, 2, (int[]){ A, B });
    r.version = 3;
    put_root("cut", &r, 2, (int[]){ B, C });
    put_text(scratch("cut/repo/timestamp"), "none");
    int fd = tree_open(scratch("cut"), &e);
    for (unsigned n = 1; n <= writes; n++) {
        char name[20];
        struct trust t;
        int status, steps;
        struct root one = base_root(1);
        snprintf(name, sizeof name, "cut-%u", n);
        trust_root(scratch(name), &one);
        pid_t pid = fork();
        if (pid == 0) {
            bool ok = trust_load(scratch(name), &t, &e);
            fault_arm(FAULT_KILL, n);
            ok = ok && trust_advance_tree(scratch(name), &t, fd, &steps, &e);
            _exit(ok ? 0 : 1);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFSIGNALED(status))
            writes = n + 1;
        else
            assert_int_equal(WEXITSTATUS(status), 0);
        assert_fine(trust_load(scratch(name), &t, &e), e);
        assert_in_range(t.root.version, 1, 3);
        assert_fine(trust_advance_tree(scratch(name), &t, fd, &steps, &e), e);
        assert_int_equal(t.root.version, 3);
        assert_true(t.floor_forgiven);
    }
    print_message("killed at %u writes\n", writes - 1);
    assert_true(writes > 8);
    close(fd);
}

static void rotten_root_is_walked_again(void **state)
{
    const char *data = scratch("d-rot");
    struct err e = ERR_INIT;
    struct root one = base_root(1), two = base_root(2);
    struct trust t;
    struct str s;
    (void)state;
    trust_root(data, &one);
    assert_fine(trust_load(data, &t, &e), e);
    seal(&two, 2, (int[]){ A, B }, &s);
    assert_fine(trust_advance(data, &t, s.data, s.len, &e), e);
    put_text(scratch("d-rot/trust/root/2.root"), "rot");
    assert_fine(trust_load(data, &t, &e), e);
    assert_int_equal(t.root.version, 1);
    put_text(scratch("d-rot/trust/root/1.root"), "rot");
    assert_refused(trust_load(data, &t, &e), e, ERR_INVALID, "1.root"); /* never back to a pinned key */
    str_release(&s);
}

/* ---- whole imports ---- */

static struct store *open_data(const char *data)
{
    struct err e = ERR_INIT;
    struct store_options o = { .threaded = false };
    struct store *s = store_open(data, &o, NULL, &e);
    assert_fine(s != NULL, e);
    return s;
}

struct outcome { struct install_progress p; struct err package; };

static void import(const char *data, const char *tree, struct outcome *out)
{
    struct store *s = open_data(data);
    struct install_options o = { .source = scratch(tree), .data_dir = data, .writer = store_writer(s), .floor_ms = store_clock_floor_ms(s) };
    struct install *i = install_open(&o);
    struct install_package k;
    memset(out, 0, sizeof *out);
    while (install_step(i))
        ;
    install_start(i);
    while (install_step(i))
        ;
    install_progress_get(i, &out->p);
    if (install_package_get(i, 0, &k)) {
        out->package = k.err;
        install_package_release(&k);
    }
    install_close(i);
    store_close(s);
}

static int64_t version_of(const char *data, const char *id)
{
    struct err e = ERR_INIT;
    struct lesson_list l;
    struct open_lesson o;
    int64_t version = 0;
    struct db *db = db_open_reader(data, &e);
    assert_fine(db != NULL, e);
    assert_fine(library_lessons(db, id, "", &l, &e), e);
    if (l.count && library_open(db, id, l.row[0].content_id, "", &o, &e)) {
        version = o.course.head.version;
        open_lesson_release(&o);
    }
    lesson_list_release(&l);
    db_close(db);
    return version;
}

#define ONE "org.example.one"
#define TWO "org.example.two"

static struct forged rooted(const char *tree, int64_t list, int64_t root)
{
    return (struct forged){ .tree = tree, .list_version = list, .root_version = root, .key = &key[STAMP], .index_key = &key[MAIN],
                            .count = 1, .package = { { .id = ONE, .version = 1, .film = "one" } } };
}

static void expect(const char *data, struct forged *f, enum err_kind kind, const char *names)
{
    struct outcome o;
    forge_tree(f);
    import(data, f->tree, &o);
    if (o.p.err.kind != kind || (kind != ERR_NONE && !strstr(o.p.err.text, names)))
        fail_msg("%s: %s \"%s\"", f->tree, err_kind_name(o.p.err.kind), o.p.err.text);
}

static void roles_keep_to_their_work(void **state)
{
    const char *data = scratch("d-roles");
    struct root one = base_root(1);
    struct forged f;
    (void)state;
    trust_root(data, &one);
    f = rooted("r1", 1, 1);
    expect(data, &f, ERR_NONE, "");
    assert_int_equal(version_of(data, ONE), 1);
    f = rooted("r2", 2, 1);
    f.index_key = &key[STAMP]; /* a stolen timestamp key alone cannot publish */
    expect(data, &f, ERR_UNTRUSTED, "index of channel main");
    f = rooted("r3", 2, 1);
    f.key = &key[MAIN]; /* nor does a publisher date his own lists */
    expect(data, &f, ERR_UNTRUSTED, key[MAIN].pub.id);
    f = rooted("r4", 2, 2); /* it tells of a root that is not here */
    expect(data, &f, ERR_MISSING, "root 2 is needed");
    f = rooted("r5", 2, 0); /* an index nobody signed */
    expect(data, &f, ERR_UNTRUSTED, "index of channel main");
    f = rooted("r6", 2, 1);
    f.is_unsigned = true;
    expect(data, &f, ERR_UNTRUSTED, "not signed");
    assert_int_equal(version_of(data, ONE), 1);
}

static void older_lists_are_refused(void **state)
{
    const char *data = scratch("d-old");
    struct root one = base_root(1);
    struct forged f;
    (void)state;
    trust_root(data, &one);
    f = rooted("o1", 5, 1);
    expect(data, &f, ERR_NONE, "");
    f = rooted("o2", 4, 1);
    expect(data, &f, ERR_OLDER, "older than list 5");
    f = rooted("o3", 5, 1);
    f.package[0].film[0] = 'x';
    expect(data, &f, ERR_UNTRUSTED, "two different lists");
    f = rooted("o4", 6, 1); /* a newer date on an older channel: the timestamp key was stolen */
    forge_tree(&f);
    struct forged old = rooted("o4", 4, 1);
    old.add = true;
    forge_tree(&old);
    f.index_ref = old.index_ref;
    struct timestamp t = { .version = 7, .issued_s = forge_now_s, .expires_s = forge_now_s + 1000, .root_version = 1, .channel_count = 1,
                           .channel = { { .name = TREE_CHANNEL, .version = 4, .index = old.index_ref } } };
    struct str payload, envelope;
    struct outcome o;
    str_init(&payload, 0);
    str_init(&envelope, 0);
    timestamp_write(&t, &payload);
    envelope_seal(&key[STAMP], payload.data, payload.len, &envelope);
    put(scratch("o4/repo/timestamp"), envelope.data, envelope.len);
    import(data, "o4", &o);
    assert_int_equal(o.p.err.kind, ERR_OLDER);
    assert_non_null(strstr(o.p.err.text, "channel main has list 4"));
    str_release(&payload);
    str_release(&envelope);
}

/* A tree of main and one town's channel. */
static void town_tree(struct forged *f, struct forged *town, const char *tree, const char *town_id, const struct secret_key *town_key)
{
    *town = (struct forged){ .tree = tree, .list_version = 1, .root_version = 1, .channel = "local/baishan", .key = &key[STAMP],
                             .index_key = town_key, .count = 1, .package = { { .id = town_id, .version = 9, .film = "town" } } };
    forge_tree(town);
    *f = rooted(tree, 1, 1);
    f->add = true;
    f->other_count = 1;
    f->other[0] = (struct channel){ .name = "local/baishan", .version = 1, .index = town->index_ref };
}

static void a_town_keeps_to_its_prefix(void **state)
{
    struct root one = base_root(1);
    struct forged f, town;
    (void)state;
    trust_root(scratch("d-town"), &one);
    town_tree(&f, &town, "t1", "cn.baishan.fish", &key[TOWN]);
    expect(scratch("d-town"), &f, ERR_NONE, "");
    assert_int_equal(version_of(scratch("d-town"), "cn.baishan.fish"), 9);
    assert_int_equal(version_of(scratch("d-town"), ONE), 1);

    static const char *const outside[] = { ONE, "cn.baishanx.fish", "cn.heishui.fish", "org.weike.core" };
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) { /* main comes, the town's list does not */
        char data[20];
        snprintf(data, sizeof data, "d-town-%zu", i);
        trust_root(scratch(data), &one);
        town_tree(&f, &town, "t2", outside[i], &key[TOWN]);
        expect(scratch(data), &f, ERR_NONE, "");
        assert_int_equal(version_of(scratch(data), ONE), 1);
        if (strcmp(outside[i], ONE))
            assert_int_equal(version_of(scratch(data), outside[i]), 0);
    }
    trust_root(scratch("d-town-m"), &one); /* the right prefix, but main has such a course: main wins */
    town_tree(&f, &town, "t4", "cn.baishan.fish", &key[TOWN]);
    f.count = 2;
    f.package[1] = (struct forged_package){ .id = "cn.baishan.fish", .version = 1, .film = "main" };
    expect(scratch("d-town-m"), &f, ERR_NONE, "");
    assert_int_equal(version_of(scratch("d-town-m"), "cn.baishan.fish"), 1);
    trust_root(scratch("d-town-k"), &one); /* the right prefix, but the key of main */
    town_tree(&f, &town, "t3", "cn.baishan.fish", &key[MAIN]);
    expect(scratch("d-town-k"), &f, ERR_NONE, "");
    assert_int_equal(version_of(scratch("d-town-k"), "cn.baishan.fish"), 0);
}

static void a_channel_does_not_vanish(void **state)
{
    const char *data = scratch("d-vanish");
    struct root one = base_root(1), two = base_root(2);
    struct forged f, town;
    (void)state;
    trust_root(data, &one);
    town_tree(&f, &town, "v1", "cn.baishan.fish", &key[TOWN]);
    expect(data, &f, ERR_NONE, "");
    f = rooted("v2", 2, 1);
    expect(data, &f, ERR_UNTRUSTED, "local/baishan has vanished");
    two.channel_count = 1; /* a root gave the channel up */
    f = rooted("v3", 3, 2);
    forge_tree(&f);
    put_root("v3", &two, 2, (int[]){ A, B });
    struct outcome o;
    import(data, "v3", &o);
    assert_int_equal(o.p.err.kind, ERR_NONE);
}

/* ---- after a theft ---- */

static void recovers_from_a_fast_forward(void **state)
{
    const char *data = scratch("d-forward");
    struct root one = base_root(1), two = base_root(2);
    const int64_t far = (int64_t)1 << 53, year_9000 = 221845392000;
    struct outcome o;
    struct forged f;
    (void)state;
    trust_root(data, &one);
    f = rooted("f1", 5, 1);
    expect(data, &f, ERR_NONE, "");
    f = rooted("f2", far, 1); /* a thief with both online keys uses up all numbers and dates */
    f.issued_s = year_9000;
    f.expires_s = year_9000 + 1000;
    f.package[0].version = 1 << 30;
    f.package[0].film[0] = 'x';
    expect(data, &f, ERR_NONE, "");
    assert_int_equal(version_of(data, ONE), 1 << 30);
    f = rooted("f3", 6, 1);
    expect(data, &f, ERR_OLDER, "which has passed");

    ring(&two.timestamp, 1, 1, (int[]){ STAMP2 });
    ring(&two.channel[0].ring, 1, 1, (int[]){ MAIN2 });
    f = rooted("f4", 6, 2);
    f.key = &key[STAMP2];
    f.index_key = &key[MAIN2];
    f.package[0].version = 2;
    forge_tree(&f);
    put_root("f4", &two, 2, (int[]){ B, C });
    import(data, "f4", &o);
    if (o.p.err.kind != ERR_NONE || o.p.done != 1)
        fail_msg("after the rotation: %s / %s", o.p.err.text, o.package.text);
    assert_int_equal(version_of(data, ONE), 2);
    f = rooted("f5", 7, 2); /* and goes on from there, also with the date */
    f.key = &key[STAMP2];
    f.index_key = &key[MAIN2];
    f.package[0].version = 3;
    f.package[0].film[0] = 'z';
    expect(data, &f, ERR_NONE, "");
    assert_int_equal(version_of(data, ONE), 3);
    struct store *s = open_data(data);
    assert_true(store_clock_floor_ms(s) < year_9000 * 1000);
    store_close(s);
}

static void what_a_revoked_key_signed_goes(void **state)
{
    const char *data = scratch("d-revoked");
    struct root one = base_root(1), two = base_root(2);
    struct outcome o;
    struct forged f;
    (void)state;
    trust_root(data, &one);
    f = rooted("x1", 1, 1);
    f.count = 2;
    f.package[1] = (struct forged_package){ .id = TWO, .version = 1, .film = "evil" };
    expect(data, &f, ERR_NONE, "");
    assert_int_equal(version_of(data, TWO), 1);
    /* One root key alone takes nobody's key away. */
    ring(&two.channel[0].ring, 1, 1, (int[]){ MAIN2 });
    f = rooted("x2", 2, 2);
    f.index_key = &key[MAIN2];
    forge_tree(&f);
    put_root("x2", &two, 1, (int[]){ B });
    import(data, "x2", &o);
    assert_int_equal(o.p.err.kind, ERR_UNTRUSTED);
    assert_non_null(strstr(o.p.err.text, "1 of the 2 keys"));
    assert_int_equal(version_of(data, TWO), 1);
    /* Two do: what the new key lists stays without being copied again, the rest goes. */
    put_root("x2", &two, 2, (int[]){ B, A });
    import(data, "x2", &o);
    if (o.p.err.kind != ERR_NONE || o.p.current != 1)
        fail_msg("%d current: %s / %s", o.p.current, o.p.err.text, o.package.text);
    assert_int_equal(o.p.bytes_total, 0);
    assert_int_equal(version_of(data, ONE), 1);
    assert_int_equal(version_of(data, TWO), 0);
    f = rooted("x3", 3, 2); /* the old key's lists are worth nothing now */
    expect(data, &f, ERR_UNTRUSTED, "index of channel main");
}

static void an_expired_root_says_so(void **state)
{
    const char *data = scratch("d-expired");
    struct root one = base_root(1);
    struct forged f;
    (void)state;
    one.issued_s = 1000;
    one.expires_s = 2000;
    trust_root(data, &one);
    f = rooted("e1", 1, 1);
    expect(data, &f, ERR_OLDER, "a newer root is needed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back), cmocka_unit_test(must_be_signed_by_enough), cmocka_unit_test(bad_documents),
        cmocka_unit_test(a_step_takes_both), cmocka_unit_test(new_keys_alone_are_refused), cmocka_unit_test(follows_forty_steps),
        cmocka_unit_test(skips_no_version), cmocka_unit_test(power_cut_between_steps), cmocka_unit_test(rotten_root_is_walked_again),
        cmocka_unit_test(roles_keep_to_their_work), cmocka_unit_test(older_lists_are_refused),
        cmocka_unit_test(a_town_keeps_to_its_prefix), cmocka_unit_test(a_channel_does_not_vanish),
        cmocka_unit_test(recovers_from_a_fast_forward), cmocka_unit_test(what_a_revoked_key_signed_goes),
        cmocka_unit_test(an_expired_root_says_so),
    };
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
