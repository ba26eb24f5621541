/* runs: early (it is long) */
/* Content from a server: what is signed arrives whole and once, in the order people need it, within the limits they set. */
#define _GNU_SOURCE
#include "fetch_kit.h"

#include "base/fault.h"

static void everything_comes_once(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    int shown, total;
    uint64_t sent;
    (void)state;
    fresh("once", &small, &k);
    make_dirs(scratch("once/incoming")); /* what a cut left of a patch, and of a part that is gone */
    put_text(scratch("once/incoming/aa.patched"), "half");
    put_text(scratch("once/incoming/bb.mark"), "old");
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    assert_true(p.contact);
    assert_int_equal(p.issued_s, forge_now_s + 1);
    assert_int_equal(p.bytes_done, p.bytes_total);
    assert_int_equal(p.lessons_done, 3);
    assert_int_equal(p.packages_done, 1);
    assert_int_equal(p.wasted_bytes, 0);
    lessons_of(&k, &shown, &total);
    assert_int_equal(shown, 3);
    assert_int_equal(total, 3);
    site_count(&site, "/b/", &sent);
    assert_in_range(sent, 3 * 1520000 + 3000, 3 * 1530000);
    assert_int_equal(in_incoming(&k), 0);
    assert_sound(&k);
    kiosk_close(&k);
}

static void nothing_new_is_one_small_request(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    (void)state;
    fresh("poll", &small, &k);
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    site_rules(&site, "[]");
    fetch_all(&k, &p);
    assert_end(p, FETCH_CURRENT);
    assert_true(p.contact);
    assert_int_equal(site_count(&site, "/", NULL), 1);
    assert_true(p.wire_bytes <= 700);
    kiosk_close(&k);
}

/* The first lesson is on the shelf before the bytes of the others have come. */
struct watch { struct kiosk *k; uint64_t at_first; };

static void watch_first(struct fetch *f, int step, void *ctx)
{
    struct watch *w = ctx;
    int shown, total;
    struct fetch_progress p;
    (void)step;
    if (w->at_first)
        return;
    lessons_of(w->k, &shown, &total);
    fetch_progress_get(f, &p);
    lang_text_release(&p.title);
    if (shown > 0)
        w->at_first = p.wire_bytes;
}

static void lessons_appear_one_by_one(void **state)
{
    static const struct made m = { .version = 1, .lessons = 4, .light_bytes = 300000, .film_bytes = 1200000, .pictures = true };
    struct kiosk k;
    struct fetch_progress p;
    struct watch w = { .k = &k };
    (void)state;
    fresh("one", &m, &k);
    site_rules(&site, "[{\"match\":\"/b/\",\"do\":\"slow\",\"n\":3000000}]");
    fetch_with(&k, (struct how){ .each = watch_first, .ctx = &w }, &p);
    assert_end(p, FETCH_DONE);
    assert_in_range(w.at_first, 300000, 370000); /* its own 309 KB, what is ahead, and all lists */
    kiosk_close(&k);
}

static void light_forms_alone(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    int shown, total;
    (void)state;
    fresh("light", &small, &k);
    fetch_with(&k, (struct how){ .light_only = true }, &p);
    assert_end(p, FETCH_DONE);
    assert_true(p.wire_bytes < 120000);
    lessons_of(&k, &shown, &total);
    assert_int_equal(shown, 3);
    fetch_with(&k, (struct how){ .light_only = true }, &p);
    assert_end(p, FETCH_CURRENT);
    fetch_all(&k, &p); /* not metered any more: the films follow */
    assert_end(p, FETCH_DONE);
    assert_true(p.wire_bytes > 4500000);
    assert_sound(&k);
    kiosk_close(&k);
}

/* Only what is new comes, and the old version goes. */
static void an_update_brings_what_is_new(void **state)
{
    struct made next = small;
    struct kiosk k;
    struct fetch_progress p;
    uint64_t sent;
    int64_t version;
    char sha[SHA256_HEX];
    struct err e = ERR_INIT;
    (void)state;
    fresh("update", &small, &k);
    fetch_all(&k, &p);
    next.version = 2;
    next.lessons = 4;
    publish(&next);
    site_rules(&site, "[]");
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    site_count(&site, "/b/", &sent);
    assert_in_range(sent, 1520000, 1530000);
    assert_true(library_version(store_db(k.store), ID, &version, sha, &e));
    assert_int_equal(version, 2);
    assert_sound(&k);
    kiosk_close(&k);
}

/* The same list with an older number: a mirror that went back. */
static void an_older_list_is_refused(void **state)
{
    struct made next = small;
    struct kiosk k;
    struct fetch_progress p;
    (void)state;
    next.version = 2;
    fresh("older", &next, &k);
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    publish(&small);
    fetch_all(&k, &p);
    assert_end(p, FETCH_REFUSED);
    assert_int_equal(p.err.kind, ERR_OLDER);
    kiosk_close(&k);
}

static void a_strangers_list_is_refused(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    struct err e = ERR_INIT;
    struct public_key pub;
    (void)state;
    fresh("stranger", &small, &k);
    assert_true(key_load_public(scratch("other/weike.pub"), &pub, &e));
    assert_true(trust_pin(k.dir, &pub, NULL, &e));
    fetch_all(&k, &p);
    assert_end(p, FETCH_REFUSED);
    assert_int_equal(p.err.kind, ERR_UNTRUSTED);
    assert_false(p.contact);
    assert_int_equal(in_incoming(&k), 0);
    kiosk_close(&k);
}

/* ---- the link ---- */

/* Twenty cuts, by both ways a line can end: no byte of a body comes twice. */
static void cuts_cost_nothing(void **state)
{
    static const struct made big = { .version = 1, .lessons = 2, .light_bytes = 400000, .film_bytes = 2600000 };
    static const char *const how[] = { "cut", "reset" };
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct kiosk k;
        struct fetch_progress p;
        char rule[200];
        uint64_t sent;
        fresh(how[i], &big, &k);
        snprintf(rule, sizeof rule, "[{\"match\":\"/b/\",\"do\":\"%s\",\"n\":250000}]", how[i]);
        site_rules(&site, rule);
        fetch_all(&k, &p);
        assert_end(p, FETCH_DONE);
        assert_true(site_count(&site, "/b/", &sent) >= 5 + 20);
        assert_int_equal(p.wasted_bytes, 0);
        if (i == 0) /* what a reset leaves in the server's own buffers never crossed the line */
            assert_int_equal(sent, course_bytes(&big));
        assert_sound(&k);
        kiosk_close(&k);
    }
}

/* A line that only carries so many bytes a time is no reason to begin anew with lists either. */
static void cut_lists_go_on(void **state)
{
    static const struct made many = { .version = 1, .lessons = 80, .light_bytes = 100, .film_bytes = 100 };
    struct kiosk k;
    struct fetch_progress p;
    (void)state;
    fresh("lists", &many, &k);
    site_rules(&site, "[{\"match\":\"/[mi]/\",\"do\":\"cut\",\"n\":700}]");
    fetch_with(&k, (struct how){ .light_only = true }, &p);
    assert_end(p, FETCH_DONE);
    assert_int_equal(p.wasted_bytes, 0);
    kiosk_close(&k);
}

/* ---- one file is missing ---- */

static char *newest_big_blob(void)
{
    char *text = mem_printf("ls -S '%s'/*/* | head -n 1", scratch("www/repo/b")), line[600] = "";
    FILE *p = popen(text, "r");
    assert_non_null(fgets(line, sizeof line, p));
    pclose(p);
    free(text);
    line[strcspn(line, "\n")] = 0;
    return mem_dup(strrchr(line, '/') + 1);
}

/* The others come, the lesson stays in the form that is here, nobody asks again until there is a new list. */
static void a_missing_file_holds_up_nothing_else(void **state)
{
    struct made next = small;
    struct kiosk k;
    struct fetch_progress p;
    int shown, total;
    (void)state;
    fresh("missing", &small, &k);
    char *gone = newest_big_blob(), *rule = mem_printf("[{\"match\":\"%s\",\"do\":\"status\",\"n\":404}]", gone);
    site_rules(&site, rule);
    fetch_all(&k, &p);
    assert_end(p, FETCH_REFUSED);
    assert_int_equal(p.err.kind, ERR_MISSING);
    assert_non_null(strstr(p.err.text, ID));
    assert_true(blobs_of(&k) >= 1 + 3 * 4 - 1);
    lessons_of(&k, &shown, &total);
    assert_int_equal(shown, 3);
    site_rules(&site, rule);
    fetch_all(&k, &p);
    assert_end(p, FETCH_CURRENT);
    assert_int_equal(site_count(&site, "/", NULL), 1);
    next.version = 2;
    publish(&next);
    site_rules(&site, "[]");
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    assert_in_range(site_count(&site, gone, NULL), 1, 2); /* itself and its chunk list */
    assert_sound(&k);
    free(gone);
    free(rule);
    kiosk_close(&k);
}

/* A log-in page that says 404 to everything half-way is no proof that a file is gone. */
static void a_portal_that_says_not_found_proves_nothing(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    (void)state;
    fresh("false404", &small, &k);
    site_rules(&site, "[{\"match\":\"timestamp\",\"do\":\"serve\",\"times\":1},{\"match\":\"/b/\",\"do\":\"serve\",\"times\":6},"
                      "{\"match\":\"/[im]/\",\"do\":\"serve\"},{\"match\":\".\",\"do\":\"status\",\"n\":404}]");
    fetch_all(&k, &p);
    assert_end(p, FETCH_CUT);
    site_rules(&site, "[]");
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    kiosk_close(&k);
}

/* ---- limits ---- */

static void the_allowance_is_kept(void **state)
{
    static const uint64_t allowed[] = { 2000, 30000, 400000, 1000000, 10000000 };
    struct kiosk k;
    struct fetch_progress p;
    uint64_t total = 0;
    (void)state;
    fresh("allowance", &small, &k);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        fetch_with(&k, (struct how){ .allowance = allowed[i] }, &p);
        if (p.wire_bytes > allowed[i])
            fail_msg("%llu bytes of %llu", (unsigned long long)p.wire_bytes, (unsigned long long)allowed[i]);
        assert_int_equal(p.wasted_bytes, 0);
        assert_end(p, i + 1 < sizeof allowed / sizeof *allowed ? FETCH_BUDGET : FETCH_DONE);
        if (i > 1)
            assert_true(i + 1 == sizeof allowed / sizeof *allowed || p.wire_bytes + 30000 > allowed[i]);
        total += p.wire_bytes;
    }
    assert_true(total < course_bytes(&small) + 40000);
    assert_sound(&k);
    kiosk_close(&k);
}

/* A course that is larger than any disk: its light forms come, and how much is missing is told. */
static void what_does_not_fit_comes_light(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    struct str json;
    int shown, total;
    char film[SHA256_HEX];
    (void)state;
    fresh("room", &small, &k);
    str_init(&json, 0);
    str_puts(&json, "{\"format\":1,\"kind\":\"course\",\"id\":\"" ID "\",\"version\":1,\"title\":{\"en\":\"C\"},\"lessons\":[");
    for (int i = 0; i < 500; i++) {
        str_printf(&json, "%s{\"content_id\":\"0190aaaa-0000-7000-8000-%012x\",\"title\":{\"en\":\"%d\"},\"duration_ms\":1000,\"renditions\":["
                          "{\"weight\":\"light\",\"duration_ms\":1000,\"media\":", i ? "," : "", i, i);
        add_file(scratch("www"), &json, i % 2 ? "one" : "two", 9000, "audio/mp4");
        sha256_hex(&i, sizeof i, film);
        str_printf(&json, "},{\"weight\":\"original\",\"duration_ms\":1000,\"media\":{\"sha256\":\"%s\",\"size\":1073741824,\"type\":\"video/mp4\","
                          "\"name\":\"f\"}}]}", film);
    }
    str_puts(&json, "]}");
    struct forged f = { .tree = "stage", .list_version = 2, .issued_s = forge_now_s + 2, .count = 1,
                        .package = { { .id = ID, .version = 1, .film = "x", .manifest = json.data } } };
    forge_tree(&f);
    char *copy = mem_printf("cp -r '%s/repo/.' '%s/repo/'", scratch("stage"), scratch("www"));
    assert_int_equal(system(copy), 0);
    fetch_all(&k, &p);
    assert_end(p, FETCH_NO_ROOM);
    assert_int_equal(p.err.kind, ERR_FULL);
    assert_true(p.short_bytes > (uint64_t)400 << 30);
    lessons_of(&k, &shown, &total);
    assert_int_equal(shown, 500);
    free(copy);
    str_release(&json);
    kiosk_close(&k);
}

/* ---- people ---- */

struct press { struct fetch *f; int64_t at_ms; };

static void *press_stop(void *ctx)
{
    struct press *p = ctx;
    p->at_ms = clock_boot_ms();
    fetch_cancel(p->f);
    return NULL;
}

static struct fetch *open_fetch(struct kiosk *k)
{
    struct fetch_options o = { .http = k->http, .server = site.url, .data_dir = k->dir, .writer = store_writer(k->store), .allowance = UINT64_MAX,
                               .parallel = 2 };
    return fetch_open(&o);
}

static void load_until(struct fetch *f, uint64_t bytes)
{
    struct fetch_progress p;
    do {
        assert_true(fetch_step(f, 50));
        fetch_progress_get(f, &p);
        lang_text_release(&p.title);
    } while (p.bytes_done < bytes);
}

static void stopping_takes_no_second(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    pthread_t finger;
    (void)state;
    fresh("stop", &small, &k);
    site_rules(&site, "[{\"match\":\"/b/\",\"over\":1000000,\"do\":\"slow\",\"n\":20000}]");
    struct press button = { .f = open_fetch(&k) };
    load_until(button.f, 30000);
    thread_start(&finger, "finger", press_stop, &button);
    while (fetch_step(button.f, 20000))
        ;
    int64_t ended = clock_boot_ms();
    thread_join(finger);
    fetch_progress_get(button.f, &p);
    lang_text_release(&p.title);
    fetch_close(button.f);
    assert_end(p, FETCH_STOPPED);
    assert_true(ended - button.at_ms < 1000);
    site_rules(&site, "[]");
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    assert_sound(&k);
    kiosk_close(&k);
}

/* While it pauses, no byte moves and another import may work; then it goes on where it was. */
static void a_pause_lets_everything_go(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    uint64_t before, after;
    (void)state;
    fresh("pause", &small, &k);
    site_rules(&site, "[{\"match\":\"/b/\",\"over\":1000000,\"do\":\"slow\",\"n\":400000,\"times\":2}]");
    struct fetch *f = open_fetch(&k);
    load_until(f, 300000);
    fetch_pause(f, true);
    assert_true(fetch_step(f, 10));
    site_count(&site, "/b/", &before);
    for (int i = 0; i < 5; i++)
        assert_true(fetch_step(f, 20));
    char *incoming = fs_join(k.dir, "incoming");
    struct err e = ERR_INIT;
    int fd = fs_open_dir(incoming, &e);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    fetch_pause(f, false);
    assert_true(fetch_step(f, 10)); /* waits: the other import has it */
    close(fd);
    while (fetch_step(f, 1000))
        ;
    fetch_progress_get(f, &p);
    lang_text_release(&p.title);
    assert_end(p, FETCH_DONE);
    site_count(&site, "/b/", &after);
    assert_true(after < course_bytes(&small) + 100000);
    fetch_close(f);
    free(incoming);
    kiosk_close(&k);
}

static void only_one_import_at_a_time(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    struct err e = ERR_INIT;
    (void)state;
    fresh("alone", &small, &k);
    char *incoming = fs_join(k.dir, "incoming");
    assert_true(fs_mkdirs(incoming, &e));
    int fd = fs_open_dir(incoming, &e);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    fetch_all(&k, &p);
    assert_end(p, FETCH_STOPPED);
    assert_int_equal(p.err.kind, ERR_REFUSED);
    close(fd);
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    free(incoming);
    kiosk_close(&k);
}

/* ---- our own disk ---- */

static const struct made tiny = { .version = 1, .lessons = 2, .light_bytes = 9000, .film_bytes = 300000, .pictures = true };
static int trials; /* a folder each */

static void trial_open(struct kiosk *k)
{
    char name[32];
    snprintf(name, sizeof name, "trial%d", trials);
    kiosk_open(k, name);
}

/* Runs once with this fault at write n, in a child that it may kill. */
static void with_fault(enum fault_mode mode, unsigned n)
{
    struct kiosk k;
    struct fetch_progress p;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        trial_open(&k);
        fault_arm(mode, n);
        fetch_all(&k, &p);
        fault_arm(FAULT_OFF, 0);
        if (p.end != FETCH_STORAGE && p.end != FETCH_DONE) /* a failing tidy-up is only logged */
            fprintf(stderr, "write %u: ended %d (%s)\n", n, p.end, p.err.text);
        _exit(p.end == FETCH_STORAGE || p.end == FETCH_DONE ? 0 : 3);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    bool killed = WIFSIGNALED(status), ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    assert_true(ended || (killed && mode == FAULT_KILL)); /* how many writes there are depends a little on the line */
}

static unsigned writes_of_a_run(void)
{
    struct kiosk k;
    struct fetch_progress p;
    trial_open(&k);
    fault_arm(FAULT_COUNT, 0);
    fetch_all(&k, &p);
    unsigned n = fault_writes();
    fault_arm(FAULT_OFF, 0);
    assert_end(p, FETCH_DONE);
    kiosk_close(&k);
    trials++;
    return n;
}

/* Full, failing or cut off at any write: nothing wrong is kept, and the next run brings the rest. */
static void every_write_may_fail(void **state)
{
    static const enum fault_mode how[] = { FAULT_ENOSPC, FAULT_EIO, FAULT_KILL };
    struct kiosk k;
    struct fetch_progress p;
    int shown, total;
    (void)state;
    fresh("first", &tiny, &k);
    kiosk_close(&k);
    unsigned writes = writes_of_a_run(), step = getenv("WEIKE_RUNS") ? 1 : 17, at = getenv("WEIKE_WRITE") ? (unsigned)atoi(getenv("WEIKE_WRITE")) : 1;
    print_message("%u writes\n", writes);
    for (int m = 0; m < 3; m++)
        for (unsigned n = at + (unsigned)m; n < writes; n += step, trials++) {
            struct err e = ERR_INIT;
            char name[32];
            with_fault(how[m], n);
            trial_open(&k);
            assert_sound(&k);
            fetch_all(&k, &p);
            if (p.end != FETCH_DONE && p.end != FETCH_CURRENT)
                fail_msg("mode %d, write %u, the run after: ended %d (%s)", how[m], n, p.end, p.err.text);
            lessons_of(&k, &shown, &total);
            if (shown != 2)
                fail_msg("mode %d, write %u: %d lessons after the next run, which ended %d", how[m], n, shown, p.end);
            assert_sound(&k);
            kiosk_close(&k);
            snprintf(name, sizeof name, "trial%d", trials);
            assert_true(fs_remove_tree(scratch(name), &e));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_comes_once),
        cmocka_unit_test(nothing_new_is_one_small_request),
        cmocka_unit_test(lessons_appear_one_by_one),
        cmocka_unit_test(light_forms_alone),
        cmocka_unit_test(an_update_brings_what_is_new),
        cmocka_unit_test(an_older_list_is_refused),
        cmocka_unit_test(a_strangers_list_is_refused),
        cmocka_unit_test(cuts_cost_nothing),
        cmocka_unit_test(cut_lists_go_on),
        cmocka_unit_test(a_missing_file_holds_up_nothing_else),
        cmocka_unit_test(a_portal_that_says_not_found_proves_nothing),
        cmocka_unit_test(the_allowance_is_kept),
        cmocka_unit_test(what_does_not_fit_comes_light),
        cmocka_unit_test(stopping_takes_no_second),
        cmocka_unit_test(a_pause_lets_everything_go),
        cmocka_unit_test(only_one_import_at_a_time),
        cmocka_unit_test(every_write_may_fail),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
