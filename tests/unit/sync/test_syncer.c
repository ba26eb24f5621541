/* The syncer against a real server on the loopback that behaves, refuses, stalls or asks for a log-in. */
#define _GNU_SOURCE
#include "forge.h"

#include "base/clock.h"
#include "base/thread.h"
#include "link_kit.h"
#include "pack/sign/county.h"
#include "pack/trust/trust.h"
#include "store/setting.h"
#include "sync/api.h"

#include <sys/file.h>

enum { FILM_BYTES = 200000, COURSES = 3 };
static struct site site;

/* ---- a place: its server's tree, its data, its config ---- */

struct place { char dir[300]; struct store *store; struct config config; struct syncer *s; struct gate gate; int woken; };

static int setup(void **state)
{
    if (forge_setup(state) != 0)
        return -1;
    setenv("TZ", "UTC", 1);
    setenv("WEIKE_HARDWARE", "test", 1);
    tzset();
    make_dirs(scratch("www"));
    forge_film_bytes = FILM_BYTES;
    struct forged f = { .tree = "www", .list_version = 3, .issued_s = forge_now_s, .count = COURSES,
                        .package = { { .id = "org.a", .version = 1, .film = "abc" }, { .id = "org.b", .version = 1, .film = "defg" },
                                     { .id = "org.c", .version = 1, .film = "hijkl" } } };
    forge_tree(&f);
    site_start(&site, scratch("www"), NULL, NULL);
    return 0;
}

static int teardown(void **state)
{
    site_stop(&site);
    return scratch_teardown(state);
}

static void on_wake(void *ctx)
{
    struct place *p = ctx;
    gate_lock(&p->gate);
    p->woken++;
    gate_wake(&p->gate);
    gate_unlock(&p->gate);
}

static void place_make(struct place *p, bool threaded)
{
    struct err e = ERR_INIT;
    static int n;
    memset(p, 0, sizeof *p);
    gate_init(&p->gate);
    snprintf(p->dir, sizeof p->dir, "%s/place%d", scratch_dir, n++);
    config_defaults(&p->config);
    snprintf(p->config.server, sizeof p->config.server, "%s", site.url);
    struct store_options o = { .owner = true, .threaded = threaded };
    p->store = store_open(p->dir, &o, NULL, &e);
    assert_fine(p->store != NULL, e);
    char replaced[KEY_ID_TEXT];
    assert_fine(trust_pin(p->dir, &forge_key.pub, replaced, &e), e);
    site_rules(&site, "[]");
}

static void place_sync(struct place *p, bool threaded)
{
    struct err e = ERR_INIT;
    struct syncer_options o = { .config = &p->config, .store = p->store, .data_dir = p->dir, .threaded = threaded, .now = true,
                                .wake = on_wake, .ctx = p };
    p->s = syncer_new(&o, &e);
    assert_fine(p->s != NULL, e);
}

static void place_end(struct place *p)
{
    syncer_free(p->s);
    store_close(p->store);
    gate_release(&p->gate);
}

static void round_over(struct place *p)
{
    for (int i = 0; syncer_step(p->s, 200); i++)
        assert_true(i < 2000);
}

static struct syncer_view look(struct place *p)
{
    struct syncer_view v;
    syncer_view_get(p->s, &v);
    lang_text_release(&v.fetch.title);
    return v;
}

/* Waits (threaded) until the view fits; ten seconds are a failure. */
static struct syncer_view until(struct place *p, bool (*fits)(const struct syncer_view *v))
{
    int64_t end_ms = clock_boot_ms() + 10000;
    for (;;) {
        gate_lock(&p->gate);
        int seen = p->woken;
        gate_unlock(&p->gate);
        struct syncer_view v = look(p);
        if (fits(&v))
            return v;
        if (clock_boot_ms() > end_ms)
            fail_msg("state %d, trouble %d (%s), %d rounds", v.state, v.trouble, v.err.text, v.rounds);
        gate_lock(&p->gate);
        if (p->woken == seen)
            gate_wait_ms(&p->gate, 100);
        gate_unlock(&p->gate);
    }
}

static void closed_port(char *out, size_t size) /* one that nobody listens to */
{
    struct site gone;
    site_start(&gone, scratch("www"), NULL, NULL);
    site_stop(&gone);
    snprintf(out, size, "%s", gone.url);
}

static int real_clock(void **state) /* also after a failure */
{
    (void)state;
    clock_set_fake(NULL);
    return 0;
}

/* ---- rounds ---- */

static void test_a_round(void **state)
{
    struct place p;
    (void)state;
    place_make(&p, false);
    place_sync(&p, false);
    round_over(&p);
    struct syncer_view v = look(&p);
    assert_int_equal(v.trouble, SYNCER_FINE);
    assert_int_equal(v.state, SYNCER_WAITING);
    assert_int_equal(v.rounds, 1);
    assert_int_equal(v.lessons, COURSES);
    assert_true(v.contact && v.last_contact_ms > 0);
    assert_int_equal(v.news_s, forge_now_s);
    assert_true(v.bytes > COURSES * FILM_BYTES / 2 && v.bytes < COURSES * FILM_BYTES * 2);
    assert_in_range(v.next_try_s, 2990, 4200);
    assert_int_equal(setting_get_int(store_db(p.store), "last_contact_ms", 0), v.last_contact_ms);
    assert_false(syncer_step(p.s, 0)); /* and now it waits */
    assert_int_equal(look(&p).rounds, 1);
    site_rules(&site, "[]");
    syncer_try_now(p.s);
    round_over(&p);
    v = look(&p);
    assert_int_equal(v.rounds, 2);
    assert_int_equal(v.lessons, COURSES);
    assert_int_equal(site_count(&site, "/", NULL), 1); /* nothing new: one request */
    place_end(&p);
}

/* A server that offers the same list for ever: the lessons stay, and how old the news are is known. */
static void test_freeze_is_shown(void **state)
{
    struct place p;
    struct health h;
    struct err e = ERR_INIT;
    (void)state;
    struct clock_fake now = { .boot_ms = 1000000, .wall_ms = forge_now_s * 1000 };
    clock_set_fake(&now);
    place_make(&p, false);
    place_sync(&p, false);
    round_over(&p);
    for (int day = 0; day < 60; day += 10) {
        now.boot_ms += 10 * 86400000LL;
        now.wall_ms += 10 * 86400000LL;
        round_over(&p);
    }
    struct syncer_view v = look(&p);
    assert_int_equal(v.rounds, 7);
    assert_int_equal(v.news_s, forge_now_s); /* not today: what a screen says "no news since" from */
    assert_int_equal(v.last_contact_ms, now.wall_ms);
    assert_fine(store_health(p.store, &h, &e), e);
    assert_int_equal(h.lessons, COURSES);
    place_end(&p);
}

static void test_no_link_and_portal(void **state)
{
    struct place p;
    (void)state;
    place_make(&p, false);
    closed_port(p.config.server, sizeof p.config.server);
    place_sync(&p, false);
    round_over(&p);
    struct syncer_view v = look(&p);
    assert_int_equal(v.trouble, SYNCER_NO_LINK);
    assert_true(v.err.text[0] && !v.contact && !v.last_contact_ms);
    assert_in_range(v.next_try_s, 290, 900);
    place_end(&p);

    place_make(&p, false);
    site_rules(&site, "[{\"match\":\".\",\"do\":\"portal\"}]");
    place_sync(&p, false);
    round_over(&p);
    v = look(&p);
    assert_int_equal(v.trouble, SYNCER_PORTAL);
    assert_true(!v.contact && !v.lessons);
    place_end(&p);
}

/* Errors of a server: quiet, one short round, and patience as it asks. */
static void test_a_storm_of_errors(void **state)
{
    static const struct { const char *rule; int min_s, max_s; } row[] = {
        { "[{\"match\":\".\",\"do\":\"status\",\"n\":503}]", 290, 900 },
        { "[{\"match\":\".\",\"do\":\"status\",\"n\":500}]", 290, 900 },
        { "[{\"match\":\".\",\"do\":\"status\",\"n\":429,\"after\":7200}]", 7190, 7500 },
        { "[{\"match\":\".\",\"do\":\"status\",\"n\":503,\"after\":120}]", 290, 900 },
        { "[{\"match\":\"repo/[bimkp]/\",\"do\":\"status\",\"n\":404}]", 0, 4200 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct place p;
        place_make(&p, false);
        site_rules(&site, row[i].rule);
        place_sync(&p, false);
        round_over(&p);
        int asked = site_count(&site, "/", NULL);
        struct syncer_view v = look(&p);
        if (asked < 1 || asked > 12 || v.next_try_s < row[i].min_s || v.next_try_s > row[i].max_s || v.trouble == SYNCER_FINE)
            fail_msg("%s: %d requests, next in %d s, trouble %d", row[i].rule, asked, v.next_try_s, v.trouble);
        for (int k = 0; k < 100; k++)
            assert_false(syncer_step(p.s, 0));
        assert_int_equal(site_count(&site, "/", NULL), asked); /* no tight loop */
        place_end(&p);
    }
}

/* The kiosk and a technician's weikectl: one at a time. */
static void test_one_at_a_time(void **state)
{
    struct place p;
    (void)state;
    place_make(&p, false);
    place_sync(&p, false);
    char *path = fs_join(p.dir, "sync.lock");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    round_over(&p);
    struct syncer_view v = look(&p);
    assert_int_equal(v.trouble, SYNCER_FINE);
    assert_int_equal(v.err.kind, ERR_REFUSED);
    assert_int_equal(site_count(&site, "/", NULL), 0);
    assert_in_range(v.next_try_s, 290, 900);
    close(fd);
    syncer_try_now(p.s);
    round_over(&p);
    assert_int_equal(look(&p).lessons, COURSES);
    place_end(&p);
    free(path);
}

static void test_off(void **state)
{
    struct place p;
    (void)state;
    place_make(&p, true);
    p.config.server[0] = '\0';
    place_sync(&p, true);
    syncer_try_now(p.s);
    struct syncer_view v = look(&p);
    assert_int_equal(v.state, SYNCER_OFF);
    assert_int_equal(v.next_try_s, -1);
    place_end(&p);
}

static void test_bad_keys_are_refused(void **state)
{
    static const char *const says[] = { "county_key of weike.conf", "no.root" };
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct place p;
        struct err e = ERR_INIT;
        place_make(&p, false);
        char *trusted = fs_join(p.dir, "trust");
        if (i) /* a root of the config counts only where nobody is trusted yet */
            assert_fine(fs_remove_tree(trusted, &e), e);
        free(trusted);
        snprintf(i ? p.config.root : p.config.county_key, 200, i ? "no.root" : "no.pub");
        struct syncer_options o = { .config = &p.config, .store = p.store, .data_dir = p.dir };
        assert_refused(syncer_new(&o, &e) != NULL, e, ERR_MISSING, says[i]);
        place_end(&p);
    }
}

/* ---- windows ---- */

static void test_windows(void **state)
{
    struct place p;
    (void)state;
    struct clock_fake now = { .boot_ms = 1000000, .wall_ms = forge_now_s / 86400 * 86400000 + 12 * 3600000LL }; /* noon */
    clock_set_fake(&now);
    place_make(&p, false);
    p.config.window_count = 1;
    p.config.window[0] = (struct config_window){ 13 * 60, 14 * 60 };
    place_sync(&p, false);
    round_over(&p);
    struct syncer_view v = look(&p);
    assert_int_equal(v.trouble, SYNCER_OUTSIDE_WINDOW);
    assert_int_equal(site_count(&site, "/", NULL), 0);
    assert_in_range(v.next_try_s, 3000, 4200); /* the window's opening, or the poll that comes before */
    /* a window that closes while lessons come: what came is kept, the rest waits */
    site_rules(&site, "[{\"match\":\"repo/b/\",\"do\":\"slow\",\"n\":200000}]");
    now.wall_ms += 119 * 60000;
    now.boot_ms += 119 * 60000;
    while (look(&p).fetch.bytes_done < 20000) {
        assert_true(syncer_step(p.s, 50));
        now.boot_ms += 101;
    }
    now.wall_ms += 60000;
    while (syncer_step(p.s, 50))
        now.boot_ms += 101;
    v = look(&p);
    assert_int_equal(v.trouble, SYNCER_OUTSIDE_WINDOW);
    assert_true(v.lessons < COURSES && v.contact);
    assert_true(v.next_try_s > 2000);
    place_end(&p);
}

/* ---- threaded: people ask ---- */

static bool is_loading(const struct syncer_view *v) { return v->state == SYNCER_FETCHING && v->fetch.bytes_done > 0; }
static bool is_paused(const struct syncer_view *v) { return v->state == SYNCER_PAUSED; }
static bool is_round(const struct syncer_view *v) { return v->rounds == 1 && v->state == SYNCER_WAITING; }
static bool is_second(const struct syncer_view *v) { return v->rounds == 2 && v->state == SYNCER_WAITING; }
static bool is_sending(const struct syncer_view *v) { return v->state == SYNCER_SENDING; }
static bool is_fetching(const struct syncer_view *v) { return v->state == SYNCER_FETCHING; }

static void test_pause(void **state)
{
    struct place p;
    (void)state;
    place_make(&p, true);
    site_rules(&site, "[{\"match\":\"repo/b/\",\"do\":\"slow\",\"n\":400000}]");
    place_sync(&p, true);
    until(&p, is_loading);
    syncer_pause(p.s, true);
    struct syncer_view v = until(&p, is_paused);
    assert_true(v.fetch.bytes_total > 0);
    assert_int_equal(v.next_try_s, -1);
    uint64_t had = v.bytes;
    for (int i = 0; i < 3; i++) {
        gate_lock(&p.gate);
        gate_wait_ms(&p.gate, 50);
        gate_unlock(&p.gate);
    }
    assert_true(look(&p).bytes - had < 70000); /* at most what was in the pipe */
    syncer_pause(p.s, false);
    v = until(&p, is_round);
    assert_int_equal(v.trouble, SYNCER_FINE);
    assert_int_equal(v.lessons, COURSES);
    place_end(&p);
}

static void test_borrow(void **state)
{
    struct place p;
    (void)state;
    place_make(&p, true);
    p.config.window_count = 1; /* a window that is never open now: two minutes, twelve hours away */
    struct clock_reading now;
    store_clock(p.store, &now);
    int minute = (int)(now.wall_ms / 60000 % 1440);
    p.config.window[0] = (struct config_window){ (minute + 720) % 1440, (minute + 722) % 1440 };
    place_sync(&p, true);
    struct syncer_view v = until(&p, is_round);
    assert_int_equal(v.trouble, SYNCER_OUTSIDE_WINDOW);
    uint64_t before = v.bytes;
    syncer_borrow(p.s, 300000, 60);
    v = until(&p, is_second);
    assert_true(v.bytes - before <= 310000 && v.bytes - before > 100000); /* stops at its bytes; the slack is of headers */
    assert_true(v.lessons >= 1 && v.lessons < COURSES);
    assert_int_equal(v.spent_today, 0);
    syncer_borrow(p.s, 0, 0);
    assert_false(look(&p).borrowing);
    place_end(&p);
}

/* The seconds of a borrowed link end it, also when nothing answers. */
static void test_borrow_ends_in_time(void **state)
{
    struct place p;
    (void)state;
    place_make(&p, true);
    site_rules(&site, "[{\"match\":\".\",\"do\":\"silent\",\"seconds\":30}]");
    place_sync(&p, true);
    until(&p, is_fetching);
    syncer_borrow(p.s, 1000000, 1);
    int64_t start_ms = clock_boot_ms();
    struct syncer_view v = look(&p);
    assert_true(v.borrowing && v.borrow_left_s == 1 && v.borrow_left_bytes == 1000000);
    while (look(&p).borrowing) {
        gate_lock(&p.gate);
        gate_wait_ms(&p.gate, 100);
        gate_unlock(&p.gate);
        assert_true(clock_boot_ms() - start_ms < 5000);
    }
    assert_true(clock_boot_ms() - start_ms >= 900);
    place_end(&p);
}

static void end_within_a_second(struct place *p)
{
    int64_t start_ms = clock_boot_ms();
    place_end(p);
    assert_true(clock_boot_ms() - start_ms < 1000);
}

static void test_ends_at_once(void **state)
{
    struct place p;
    struct county_key county;
    struct err e = ERR_INIT;
    (void)state;
    place_make(&p, true);
    place_sync(&p, true);
    until(&p, is_round);
    end_within_a_second(&p); /* asleep */

    place_make(&p, true);
    site_rules(&site, "[{\"match\":\".\",\"do\":\"silent\",\"seconds\":30}]");
    place_sync(&p, true);
    until(&p, is_fetching);
    end_within_a_second(&p); /* in the middle of a question */

    assert_fine(county_key_generate(scratch("county"), &county, &e), e);
    place_make(&p, true);
    snprintf(p.config.county_key, sizeof p.config.county_key, "%s", scratch("county/county.pub"));
    site_rules(&site, "[{\"match\":\".\",\"do\":\"silent\",\"seconds\":30}]");
    place_sync(&p, true);
    until(&p, is_sending);
    end_within_a_second(&p); /* and while records are put */
    syncer_free(NULL);
}

/* Records that are made while it sleeps are counted when somebody looks, without trying anything. */
static void test_idle_is_asleep(void **state)
{
    struct place p;
    (void)state;
    place_make(&p, true);
    place_sync(&p, true);
    until(&p, is_round);
    gate_lock(&p.gate);
    int woken = p.woken;
    gate_wait_ms(&p.gate, 300);
    assert_int_equal(p.woken, woken);
    gate_unlock(&p.gate);
    place_end(&p);
}

static void test_the_table_is_complete(void **state)
{
    (void)state;
    const void *const *entry = (const void *const *)&weike_sync_api.syncer_new;
    size_t count = (sizeof weike_sync_api - offsetof(struct sync_api, syncer_new)) / sizeof *entry;
    assert_int_equal(weike_sync_api.version, SYNC_API_VERSION);
    assert_true(weike_sync_api.sizes == SYNC_API_SIZES);
    for (size_t i = 0; i < count; i++)
        assert_non_null(entry[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_round),       cmocka_unit_test_teardown(test_freeze_is_shown, real_clock), cmocka_unit_test(test_no_link_and_portal),
        cmocka_unit_test(test_a_storm_of_errors), cmocka_unit_test(test_one_at_a_time), cmocka_unit_test(test_off), cmocka_unit_test(test_bad_keys_are_refused),
        cmocka_unit_test_teardown(test_windows, real_clock),       cmocka_unit_test(test_pause),           cmocka_unit_test(test_borrow),
        cmocka_unit_test(test_borrow_ends_in_time), cmocka_unit_test(test_ends_at_once), cmocka_unit_test(test_idle_is_asleep),
        cmocka_unit_test(test_the_table_is_complete),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
