/* Bad links, bad servers and boxes on the way: each ends in one plain state, and never is a wrong byte kept. */
#define _GNU_SOURCE
#include "fetch_kit.h"

struct bad_link { const char *name, *rules; enum fetch_end end; bool nothing; /* not a byte is kept */ };

static const struct bad_link bad_links[] = {
    /* instead of the signed list */
    { "portal", "[{\"match\":\".\",\"do\":\"portal\"}]", FETCH_PORTAL, true },
    { "redirect", "[{\"match\":\".\",\"do\":\"status\",\"n\":302,\"location\":\"https://login.example/\"}]", FETCH_PORTAL, true },
    { "511", "[{\"match\":\".\",\"do\":\"status\",\"n\":511}]", FETCH_PORTAL, true },
    { "forbidden", "[{\"match\":\".\",\"do\":\"status\",\"n\":403}]", FETCH_PORTAL, true },
    { "endless list", "[{\"match\":\".\",\"do\":\"endless\"}]", FETCH_PORTAL, true },
    { "endless head", "[{\"match\":\".\",\"do\":\"endless_head\"}]", FETCH_PORTAL, true },
    { "false 304", "[{\"match\":\".\",\"do\":\"status\",\"n\":304,\"text\":\"\"}]", FETCH_PORTAL, true },
    { "busy", "[{\"match\":\".\",\"do\":\"status\",\"n\":503,\"after\":\"120\"}]", FETCH_UNREACHABLE, true },
    { "silent", "[{\"match\":\".\",\"do\":\"silent\",\"seconds\":4}]", FETCH_UNREACHABLE, true },
    { "empty", "[{\"match\":\".\",\"do\":\"status\",\"n\":404}]", FETCH_UNREACHABLE, true },
    /* after it */
    { "portal later", "[{\"match\":\"/b/\",\"do\":\"portal\"}]", FETCH_PORTAL, true },
    { "redirect later", "[{\"match\":\"/b/\",\"do\":\"status\",\"n\":302}]", FETCH_PORTAL, true },
    { "portal for manifests", "[{\"match\":\"/m/\",\"do\":\"portal\"}]", FETCH_REFUSED, true },
    { "padded portal", "[{\"match\":\"/b/\",\"do\":\"portal_padded\"}]", FETCH_REFUSED, true },
    { "padded portal half-way", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"portal_padded\"}]", FETCH_REFUSED, false },
    { "busy later", "[{\"match\":\"/b/\",\"do\":\"status\",\"n\":429,\"after\":\"60\"}]", FETCH_CUT, true },
    { "broken later", "[{\"match\":\"/b/\",\"do\":\"status\",\"n\":500}]", FETCH_CUT, true },
    { "nothing later", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":0}]", FETCH_CUT, true },
    { "loris", "[{\"match\":\"/b/\",\"do\":\"loris\",\"seconds\":3}]", FETCH_CUT, false },
    { "longer", "[{\"match\":\"/b/\",\"do\":\"longer\"}]", FETCH_REFUSED, true },
    { "endless blob", "[{\"match\":\"/b/\",\"do\":\"endless\"}]", FETCH_PORTAL, true },
    { "endless blob that claims its size", "[{\"match\":\"/b/\",\"do\":\"endless\",\"n\":1500000}]", FETCH_PORTAL, true },
    { "other files", "[{\"match\":\"/b/\",\"do\":\"other\"}]", FETCH_REFUSED, true },
    { "other files after a cut", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":10},{\"match\":\"/b/\",\"do\":\"other\"}]", FETCH_REFUSED, false },
    /* that still bring everything */
    { "ranges ignored", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"norange\"}]", FETCH_DONE, false },
    { "squeezed", "[{\"match\":\"/[bmik]/\",\"do\":\"squeeze\"}]", FETCH_DONE, false },
    { "squeezed half-way", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"squeeze\"}]", FETCH_DONE, false },
    { "shifted", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"shifted\"}]", FETCH_DONE, false },
    { "no total", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"no_total\"}]", FETCH_DONE, false },
    { "416", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"unsatisfied\"}]", FETCH_DONE, false },
    { "lying once", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"lying\",\"times\":3}]", FETCH_DONE, false },
    { "replaced and put back", "[{\"match\":\"/b/\",\"do\":\"other\",\"over\":1000000,\"n\":700000,\"times\":2}]", FETCH_DONE, false },
    { "stalls", "[{\"match\":\"/b/\",\"do\":\"stall\",\"over\":1000000,\"n\":700000,\"seconds\":3,\"times\":2}]", FETCH_DONE, false },
    { "no chunk lists", "[{\"match\":\"/k/\",\"do\":\"status\",\"n\":404}]", FETCH_DONE, false },
    { "false chunk lists", "[{\"match\":\"/k/\",\"do\":\"other\"}]", FETCH_DONE, false },
    { "false chunk lists and cuts", "[{\"match\":\"/k/\",\"do\":\"other\"},{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9}]", FETCH_DONE, false },
};

/* Whatever answers: never a wrong byte kept, one plain state told; and when the link is itself again, all comes. */
static void bad_links_keep_nothing_wrong(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    assert_true(fs_remove_tree(scratch("www/repo"), &e));
    publish(&small);
    for (size_t i = 0; i < sizeof bad_links / sizeof *bad_links; i++) {
        const struct bad_link *b = &bad_links[i];
        struct kiosk k;
        struct fetch_progress p;
        char name[32];
        int shown, total;
        snprintf(name, sizeof name, "bad%zu", i);
        kiosk_open(&k, name);
        site_rules(&site, b->rules);
        int64_t before = clock_boot_ms();
        fetch_all(&k, &p);
        if (getenv("WEIKE_TEST_TIMES"))
            print_message("%6lld ms  %s\n", (long long)(clock_boot_ms() - before), b->name);
        if (p.end != b->end)
            fail_msg("%s: ended %d (%s: %s), want %d", b->name, p.end, err_kind_name(p.err.kind), p.err.text, b->end);
        if (b->nothing && blobs_of(&k) != 0)
            fail_msg("%s: %d files were kept", b->name, blobs_of(&k));
        if (clock_boot_ms() - before > 15000)
            fail_msg("%s: took %lld ms", b->name, (long long)(clock_boot_ms() - before));
        assert_sound(&k);
        site_rules(&site, "[]");
        if (b->end == FETCH_REFUSED) /* remembered while this list is the newest; a new one is a new chance */
            publish(&(struct made){ .version = 2, .lessons = 3, .light_bytes = 20000, .film_bytes = 1500000, .pictures = true });
        fetch_all(&k, &p);
        if (p.end != (b->end == FETCH_DONE ? FETCH_CURRENT : FETCH_DONE))
            fail_msg("%s, mended: ended %d (%s: %s)", b->name, p.end, err_kind_name(p.err.kind), p.err.text);
        lessons_of(&k, &shown, &total);
        assert_int_equal(shown, 3);
        assert_sound(&k);
        assert_int_equal(in_incoming(&k), 0);
        kiosk_close(&k);
        if (b->end == FETCH_REFUSED)
            publish(&small);
    }
}

/* ---- chance ---- */

/* Whatever happens in whatever order, nothing wrong is ever among the blobs, and in the end all is there. The number of
 * runs can be raised: $WEIKE_RUNS; the first seed: $WEIKE_SEED. */
static void random_links_never_keep_a_wrong_byte(void **state)
{
    static const char *const what[] = { "cut", "reset", "portal", "portal_padded", "other", "shifted", "lying", "no_total", "unsatisfied", "norange",
                                        "squeeze", "longer", "serve" };
    static const struct made m = { .version = 1, .lessons = 2, .light_bytes = 20000, .film_bytes = 1200000, .pictures = true };
    int runs = getenv("WEIKE_RUNS") ? atoi(getenv("WEIKE_RUNS")) : 8;
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
        cmocka_unit_test(bad_links_keep_nothing_wrong),
        cmocka_unit_test(random_links_never_keep_a_wrong_byte),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
