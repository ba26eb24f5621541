/* A fetch whose keys are taken away while it rests. */
#define _GNU_SOURCE
#include "fetch_kit.h"
#include "pack/install/install.h"
#include "store/library/vouch.h"
#include "roots.h"

static int setup_keys(void **state)
{
    return setup(state) == 0 ? roots_setup() : -1;
}

/* What a thief of the old keys serves: one course, signed as root 1 wants it. */
static void serve_old_keys(const struct made *m)
{
    struct err e = ERR_INIT;
    assert_true(fs_remove_tree(scratch("www/repo"), &e));
    make_dirs(scratch("www/repo"));
    char *text = manifest(scratch("www"), m);
    struct forged f = { .tree = "stage", .list_version = 7, .issued_s = forge_now_s, .count = 1, .root_version = 1, .key = &key[STAMP_OLD],
                        .index_key = &key[MAIN_OLD], .package = { { .id = ID, .version = 7, .film = "x", .manifest = text } } };
    forge_tree(&f);
    char *copy = mem_printf("cp -r '%s/repo/.' '%s/repo/'", scratch("stage"), scratch("www"));
    assert_int_equal(system(copy), 0);
    free(copy);
    free(text);
}

static void pin_root_one(struct kiosk *k)
{
    struct err e = ERR_INIT;
    struct str s;
    root_bytes(1, STAMP_OLD, MAIN_OLD, &s);
    assert_fine(trust_pin_root(k->dir, s.data, s.len, NULL, &e), e);
    str_release(&s);
}

/* A technician's stick: root 2 with other keys, a list without the thief's course. */
static void stick_with_root_two(struct kiosk *k)
{
    struct str s;
    struct forged g = { .tree = "stick", .list_version = 1, .issued_s = forge_now_s + 10, .count = 1, .root_version = 2, .key = &key[STAMP_NEW],
                        .index_key = &key[MAIN_NEW], .package = { { .id = "org.example.good", .version = 1, .film = "y" } } };
    forge_tree(&g);
    make_dirs(scratch("stick/repo/root"));
    root_bytes(2, STAMP_NEW, MAIN_NEW, &s);
    put(scratch("stick/repo/root/2.root"), s.data, s.len);
    str_release(&s);
    struct install_options o = { .source = scratch("stick"), .data_dir = k->dir, .writer = store_writer(k->store) };
    struct install *in = install_open(&o);
    struct install_progress p = { 0 };
    for (bool more = true; more || p.state == INSTALL_READY;) {
        more = install_step(in);
        install_progress_get(in, &p);
        if (p.state == INSTALL_READY)
            install_start(in);
    }
    assert_int_equal(p.done, 1);
    install_close(in);
    writer_step(store_writer(k->store));
}

static void assert_root_two(struct kiosk *k)
{
    struct err e = ERR_INIT;
    struct trust t;
    int shown, total;
    assert_fine(trust_load(k->dir, &t, &e), e);
    assert_int_equal(t.root.version, 2);
    assert_int_equal(t.stamp_count, 1);
    assert_string_equal(t.stamp[0].key, key[STAMP_NEW].pub.id);
    lessons_of(k, &shown, &total);
    assert_int_equal(shown, 0);
}

/* Half of a course is here when a stick with root 2 has its turn: the rest is not fetched under the keys it takes away, the
 * half does not come back on the shelf, and the newest list stays the stick's. */
static void keys_taken_away_meanwhile_count_no_more(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    (void)state;
    serve_old_keys(&(struct made){ .version = 7, .lessons = 3, .light_bytes = 20000, .film_bytes = 3000000 });
    kiosk_open(&k, "taken");
    pin_root_one(&k);
    site_rules(&site, "[{\"match\":\"/b/\",\"over\":1000000,\"do\":\"slow\",\"n\":200000,\"times\":20}]");
    struct fetch_options o = { .http = k.http, .server = site.url, .data_dir = k.dir, .writer = store_writer(k.store), .allowance = UINT64_MAX,
                               .parallel = 2 };
    struct fetch *f = fetch_open(&o);
    do {
        assert_true(fetch_step(f, 50));
        fetch_progress_get(f, &p);
        lang_text_release(&p.title);
    } while (p.bytes_done < 300000);
    fetch_pause(f, true);
    assert_true(fetch_step(f, 10));
    stick_with_root_two(&k);
    assert_root_two(&k);
    fetch_pause(f, false);
    while (fetch_step(f, 1000))
        ;
    fetch_progress_get(f, &p);
    lang_text_release(&p.title);
    fetch_close(f);
    writer_step(store_writer(k.store));
    assert_end(p, FETCH_STOPPED);
    assert_root_two(&k);
    site_rules(&site, "[]");
    fetch_all(&k, &p); /* and the next round believes the old list no more */
    assert_end(p, FETCH_REFUSED);
    assert_root_two(&k);
    kiosk_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(keys_taken_away_meanwhile_count_no_more) };
    return cmocka_run_group_tests(tests, setup_keys, teardown);
}
