/* Bad links, bad servers and boxes on the way: each ends in one plain state, and never is a wrong byte kept. */
#define _GNU_SOURCE
#include "fetch_kit.h"

static const struct made two = { .version = 1, .lessons = 2, .light_bytes = 20000, .film_bytes = 1500000, .pictures = true };

struct bad_link { int row; /* of FAULTS */ const char *name, *rules; enum fetch_end end; bool nothing; /* not a byte is kept */ };

static const struct bad_link bad_links[] = {
    /* instead of the signed list */
    { 54, "portal", "[{\"match\":\".\",\"do\":\"portal\"}]", FETCH_PORTAL, true },
    { 55, "redirect", "[{\"match\":\".\",\"do\":\"status\",\"n\":302,\"location\":\"https://login.example/\"}]", FETCH_PORTAL, true },
    { 54, "511", "[{\"match\":\".\",\"do\":\"status\",\"n\":511}]", FETCH_PORTAL, true },
    { 54, "forbidden", "[{\"match\":\".\",\"do\":\"status\",\"n\":403}]", FETCH_PORTAL, true },
    { 10, "endless list", "[{\"match\":\".\",\"do\":\"endless\"}]", FETCH_PORTAL, true },
    { 10, "endless head", "[{\"match\":\".\",\"do\":\"endless_head\"}]", FETCH_PORTAL, true },
    { 54, "false 304", "[{\"match\":\".\",\"do\":\"status\",\"n\":304,\"text\":\"\"}]", FETCH_PORTAL, true },
    { 62, "busy", "[{\"match\":\".\",\"do\":\"status\",\"n\":503,\"after\":\"120\"}]", FETCH_UNREACHABLE, true },
    { 51, "silent", "[{\"match\":\".\",\"do\":\"silent\",\"seconds\":4}]", FETCH_UNREACHABLE, true },
    { 12, "empty", "[{\"match\":\".\",\"do\":\"status\",\"n\":404}]", FETCH_UNREACHABLE, true },
    /* after it */
    { 54, "portal later", "[{\"match\":\"/b/\",\"do\":\"portal\"}]", FETCH_PORTAL, true },
    { 55, "redirect later", "[{\"match\":\"/b/\",\"do\":\"status\",\"n\":302}]", FETCH_PORTAL, true },
    { 54, "portal for manifests", "[{\"match\":\"/m/\",\"do\":\"portal\"}]", FETCH_PORTAL, true },
    { 12, "no manifests", "[{\"match\":\"/m/\",\"do\":\"status\",\"n\":404}]", FETCH_REFUSED, true },
    { 54, "padded portal", "[{\"match\":\"/b/\",\"do\":\"portal_padded\"}]", FETCH_REFUSED, true },
    { 54, "padded portal half-way", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"portal_padded\"}]", FETCH_REFUSED, false },
    { 62, "busy later", "[{\"match\":\"/b/\",\"do\":\"status\",\"n\":429,\"after\":\"60\"}]", FETCH_CUT, true },
    { 62, "broken later", "[{\"match\":\"/b/\",\"do\":\"status\",\"n\":500}]", FETCH_CUT, true },
    { 51, "nothing later", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":0}]", FETCH_CUT, true },
    { 11, "loris", "[{\"match\":\"/b/\",\"do\":\"loris\",\"seconds\":3}]", FETCH_CUT, false },
    { 10, "longer", "[{\"match\":\"/b/\",\"do\":\"longer\"}]", FETCH_REFUSED, true },
    { 10, "endless blob", "[{\"match\":\"/b/\",\"do\":\"endless\"}]", FETCH_PORTAL, true },
    { 10, "endless blob that claims its size", "[{\"match\":\"/b/\",\"do\":\"endless\",\"n\":1500000}]", FETCH_PORTAL, true },
    { 57, "other files", "[{\"match\":\"/b/\",\"do\":\"other\"}]", FETCH_REFUSED, true },
    { 58, "other files after a cut", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":10},{\"match\":\"/b/\",\"do\":\"other\"}]", FETCH_REFUSED, false },
    /* that still bring everything */
    { 56, "ranges ignored", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"norange\"}]", FETCH_DONE, false },
    { 56, "squeezed", "[{\"match\":\"/[bmik]/\",\"do\":\"squeeze\"}]", FETCH_DONE, false },
    { 56, "squeezed half-way", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"squeeze\"}]", FETCH_DONE, false },
    { 59, "shifted", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"shifted\"}]", FETCH_DONE, false },
    { 59, "no total", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"no_total\"}]", FETCH_DONE, false },
    { 59, "416", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"unsatisfied\"}]", FETCH_DONE, false },
    { 59, "lying once", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"lying\",\"times\":3}]", FETCH_DONE, false },
    { 57, "replaced and put back", "[{\"match\":\"/b/\",\"do\":\"other\",\"over\":1000000,\"n\":700000,\"times\":2}]", FETCH_DONE, false },
    { 51, "stalls", "[{\"match\":\"/b/\",\"do\":\"stall\",\"over\":1000000,\"n\":700000,\"seconds\":3,\"times\":2}]", FETCH_DONE, false },
    { 12, "no chunk lists", "[{\"match\":\"/k/\",\"do\":\"status\",\"n\":404}]", FETCH_DONE, false },
    { 57, "false chunk lists", "[{\"match\":\"/k/\",\"do\":\"other\"}]", FETCH_DONE, false },
    { 57, "false chunk lists and cuts", "[{\"match\":\"/k/\",\"do\":\"other\"},{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9}]", FETCH_DONE, false },
};

static void mended(const struct bad_link *b, struct kiosk *k)
{
    struct fetch_progress p;
    int shown, total;
    site_rules(&site, "[]");
    if (b->end == FETCH_REFUSED) /* remembered while this list is the newest; a new one is a new chance */
        publish(&(struct made){ .version = 2, .lessons = 2, .light_bytes = 20000, .film_bytes = 1500000, .pictures = true });
    fetch_all(k, &p);
    if (p.end != (b->end == FETCH_DONE ? FETCH_CURRENT : FETCH_DONE))
        fail_msg("%s, mended: ended %d (%s: %s)", b->name, p.end, err_kind_name(p.err.kind), p.err.text);
    lessons_of(k, &shown, &total);
    assert_int_equal(shown, 2);
    assert_sound(k);
    assert_int_equal(in_incoming(k), 0);
    if (b->end == FETCH_REFUSED)
        publish(&two);
}

/* Whatever answers: one plain state is told; and when the link is itself again, all comes. */
static void try_link(const struct bad_link *b, int n)
{
    struct kiosk k;
    struct fetch_progress p;
    char name[32];
    snprintf(name, sizeof name, "bad%d", n);
    kiosk_open(&k, name);
    site_rules(&site, b->rules);
    int64_t before = clock_boot_ms();
    fetch_all(&k, &p);
    if (p.end != b->end)
        fail_msg("%s: ended %d (%s: %s), want %d", b->name, p.end, err_kind_name(p.err.kind), p.err.text, b->end);
    if (b->nothing && blobs_of(&k) != 0)
        fail_msg("%s: %d files were kept", b->name, blobs_of(&k));
    if (clock_boot_ms() - before > 15000)
        fail_msg("%s: took %lld ms", b->name, (long long)(clock_boot_ms() - before));
    assert_sound(&k);
    mended(b, &k);
    kiosk_close(&k);
}

static void try_row(int row)
{
    struct err e = ERR_INIT;
    assert_true(fs_remove_tree(scratch("www/repo"), &e));
    publish(&two);
    for (size_t i = 0; i < sizeof bad_links / sizeof *bad_links; i++)
        if (bad_links[i].row == row)
            try_link(&bad_links[i], (int)i);
}

static void endless_data_stops(void **state) { (void)state, try_row(10); }
static void a_drip_is_a_link_that_is_gone(void **state) { (void)state, try_row(11); }
static void a_mirror_without_files(void **state) { (void)state, try_row(12); }
static void stalls_end_and_go_on(void **state) { (void)state, try_row(51); }
static void log_in_pages(void **state) { (void)state, try_row(54); }
static void redirects(void **state) { (void)state, try_row(55); }
static void proxies_that_meddle(void **state) { (void)state, try_row(56); }
static void replaced_files(void **state) { (void)state, try_row(57); }
static void replaced_files_where_if_range_is_ignored(void **state) { (void)state, try_row(58); }
static void odd_ranges(void **state) { (void)state, try_row(59); }
static void errors_of_the_server(void **state) { (void)state, try_row(62); }

/* ---- chance ---- */

/* Whatever happens in whatever order, nothing wrong is ever among the blobs, and in the end all is there. The number of
 * runs can be raised: $WEIKE_RUNS; the first seed: $WEIKE_SEED. */
static void random_links_never_keep_a_wrong_byte(void **state)
{
    static const char *const what[] = { "cut", "reset", "portal", "portal_padded", "other", "shifted", "lying", "no_total", "unsatisfied", "norange",
                                        "squeeze", "longer", "serve" };
    static const struct made m = { .version = 1, .lessons = 2, .light_bytes = 20000, .film_bytes = 1200000, .pictures = true };
    int runs = getenv("WEIKE_RUNS") ? atoi(getenv("WEIKE_RUNS")) : 4;
    uint64_t x = getenv("WEIKE_SEED") ? strtoull(getenv("WEIKE_SEED"), NULL, 10) : 1;
    struct err e = ERR_INIT;
    (void)state;
    assert_true(fs_remove_tree(scratch("www/repo"), &e));
    publish(&m);
    for (int run = 0; run < runs; run++) {
        struct kiosk k;
        struct fetch_progress p;
        struct str rules;
        str_init(&rules, 0);
        str_puts(&rules, "[");
        for (int i = 0; i < 6; i++) {
            x = x * 6364136223846793005ull + 1442695040888963407ull;
            unsigned r = (unsigned)(x >> 33);
            str_printf(&rules, "%s{\"match\":\"/[%s]/\",\"do\":\"%s\",\"n\":%u,\"times\":%u}", i ? "," : "", r % 3 ? "b" : r % 2 ? "bk" : "im",
                       what[r / 7 % (sizeof what / sizeof *what)], r / 91 % 400000 + 1, r / 3 % 4 + 1);
        }
        str_puts(&rules, "]");
        kiosk_open(&k, "random");
        site_rules(&site, rules.data);
        for (int i = 0; i < 3; i++) {
            fetch_all(&k, &p);
            assert_sound(&k);
        }
        publish(&(struct made){ .version = run + 2, .lessons = 2, .light_bytes = 20000, .film_bytes = 1200000, .pictures = true });
        site_rules(&site, "[]");
        fetch_all(&k, &p);
        if (p.end != FETCH_DONE && p.end != FETCH_CURRENT)
            fail_msg("run %d of %s: ended %d (%s)", run, rules.data, p.end, p.err.text);
        assert_sound(&k);
        kiosk_close(&k);
        str_release(&rules);
        assert_true(fs_remove_tree(scratch("random"), &e));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endless_data_stops),
        cmocka_unit_test(a_drip_is_a_link_that_is_gone),
        cmocka_unit_test(a_mirror_without_files),
        cmocka_unit_test(stalls_end_and_go_on),
        cmocka_unit_test(log_in_pages),
        cmocka_unit_test(redirects),
        cmocka_unit_test(proxies_that_meddle),
        cmocka_unit_test(replaced_files),
        cmocka_unit_test(replaced_files_where_if_range_is_ignored),
        cmocka_unit_test(odd_ranges),
        cmocka_unit_test(errors_of_the_server),
        cmocka_unit_test(random_links_never_keep_a_wrong_byte),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
