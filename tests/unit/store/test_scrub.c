/* Rotten blobs: found, put aside, their lessons said to be in repair, and whole again when the file comes back. */
#include "store_kit.h"
#include "base/clock.h"
#include "base/thread.h"
#include "store/rescue/scrub.h"
#include "store/setting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static char *dir;
static struct store *store;
static struct clock_fake now = { .boot_ms = 1000000, .wall_ms = 1800100000000 };

static int open_store(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    clock_set_fake(&now);
    dir = kit_dir();
    store = kit_open(dir, NULL);
    KIT_MUST(kit_install(store, "cn.x.a", 1, 3, &e));
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(store);
    kit_remove(dir);
    clock_set_fake(NULL);
    return 0;
}

static void film_of(int lesson, char sha256[SHA256_HEX])
{
    char text[60];
    snprintf(text, sizeof text, "film cn.x.a %d of version 1", lesson);
    sha256_hex(text, strlen(text), sha256);
}

static void rot(const char *sha256)
{
    char *path = blob_path(dir, sha256);
    FILE *f = fopen(path, "r+");
    assert_non_null(f);
    fseek(f, 3, SEEK_SET);
    fputc('X', f);
    fclose(f);
    free(path);
}

static enum scrub_result run(struct scrub *s, int steps, struct err *e)
{
    enum scrub_result r = SCRUB_MORE;
    for (int i = 0; i < steps && r == SCRUB_MORE; i++)
        r = scrub_step(s, 20, e);
    return r;
}

static int scrub_all(void)
{
    struct err e = ERR_INIT;
    struct scrub *s = scrub_open(dir, store_db(store), store_writer(store));
    assert_int_equal(run(s, 1000, &e), SCRUB_OVER);
    int found = scrub_found(s);
    scrub_close(s);
    while (writer_step(store_writer(store)))
        ;
    return found;
}

static struct library_gaps gaps(void)
{
    struct err e = ERR_INIT;
    struct library_gaps g;
    KIT_MUST(library_gaps(store_db(store), &g, &e));
    return g;
}

static void test_rotten_film(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct open_lesson o;
    struct lesson_list l;
    struct health h;
    char film[SHA256_HEX], id[UUID_TEXT];
    assert_int_equal(scrub_all(), 0);
    film_of(1, film);
    rot(film);
    assert_int_equal(scrub_all(), 1);
    assert_false(blob_exists(dir, film, 26));
    char *aside = mem_printf("%s/incoming/%s.damaged", dir, film);
    assert_true(fs_exists(aside));
    assert_int_equal(gaps().repairing, 1);
    KIT_MUST(store_health(store, &h, &e));
    assert_int_equal(h.lessons_repairing, 1);
    assert_int_equal(h.lessons, 3);
    KIT_MUST(library_lessons(store_db(store), "cn.x.a", "", &l, &e)); /* it stays where people know it */
    assert_int_equal(l.count, 3);
    assert_true(!l.row[0].repairing && l.row[1].repairing && !l.row[2].repairing);
    lesson_list_release(&l);
    KIT_MUST(library_candidates(store_db(store), "", 9, &l, &e)); /* but is not proposed */
    for (int i = 0; i < l.count; i++)
        assert_int_not_equal(l.row[i].position, 1);
    lesson_list_release(&l);
    kit_content_id("cn.x.a", 1, id);
    assert_false(library_open(store_db(store), "cn.x.a", id, "", &o, &e));
    assert_int_equal(e.kind, ERR_DAMAGED);
    assert_non_null(strstr(e.text, "repaired"));
    assert_int_equal(scrub_all(), 0);

    KIT_MUST(kit_install(store, "cn.x.a", 1, 3, &e)); /* the next stick or fetch: the same version, its files whole */
    assert_int_equal(gaps().repairing, 0);
    KIT_MUST(library_open(store_db(store), "cn.x.a", id, "", &o, &e));
    open_lesson_release(&o);
    struct library_sweep swept;
    KIT_MUST(library_sweep(store_writer(store), NULL, NULL, &swept, &e));
    assert_false(fs_exists(aside));
    free(aside);
}

/* A poster, which no lesson needs to be played, and a file that somebody deleted. */
static void test_other_losses(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char poster[SHA256_HEX], film[SHA256_HEX];
    sha256_hex("poster", 6, poster);
    rot(poster);
    assert_int_equal(scrub_all(), 1);
    assert_int_equal(gaps().repairing, 0);
    assert_int_equal(gaps().aside, 1); /* still worth a fetch */
    film_of(2, film);
    KIT_MUST(blob_remove(dir, film, &e));
    assert_int_equal(scrub_all(), 0);
    assert_int_equal(gaps().repairing, 1);
    struct str json;
    str_init(&json, 0);
    KIT_MUST(kit_blob(dir, "film cn.x.a 2 of version 1", "video/mp4", "x", &json, &e));
    str_release(&json);
    assert_int_equal(scrub_all(), 0);
    assert_int_equal(gaps().repairing, 0);
}

/* A directory from before manifests were kept, or that lost them. */
static void test_manifests_come_back(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char sha256[SHA256_HEX];
    int64_t version;
    KIT_MUST(library_version(store_db(store), "cn.x.a", &version, sha256, &e));
    char *folder = fs_join(dir, "manifests"), *file = fs_join(folder, sha256);
    KIT_MUST(fs_remove_tree(folder, &e));
    assert_int_equal(scrub_all(), 0);
    assert_true(fs_exists(file));
    free(folder);
    free(file);
}

static void test_goes_on_where_it_was(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char at[SHA256_HEX], first[SHA256_HEX];
    bool found;
    KIT_MUST(blob_next(dir, "", first, &found, &e));
    assert_true(scrub_due(store_db(store), now.wall_ms));
    struct scrub *s = scrub_open(dir, store_db(store), store_writer(store));
    assert_int_equal(run(s, 5, &e), SCRUB_MORE);
    scrub_close(s);
    while (writer_step(store_writer(store)))
        ;
    setting_get(store_db(store), "scrub_at", "", at, sizeof at);
    assert_true(sha256_hex_valid(at));
    rot(first); /* behind it: only the next round finds it */
    assert_true(scrub_due(store_db(store), now.wall_ms));
    assert_int_equal(scrub_all(), 0);
    assert_false(scrub_due(store_db(store), now.wall_ms + 6 * 24 * 3600 * INT64_C(1000)));
    assert_true(scrub_due(store_db(store), now.wall_ms + 8 * 24 * 3600 * INT64_C(1000)));
    assert_int_equal(scrub_all(), 1);
}

/* Everything rotten at once is not bit-rot but a dying medium: most stays where it is, and it is said. */
static void test_dying_medium(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char film[SHA256_HEX];
    KIT_MUST(kit_install(store, "cn.x.a", 1, 3, &e));
    for (int i = 0; i < 3; i++) {
        film_of(i, film);
        rot(film);
    }
    struct str json;
    str_init(&json, 0);
    for (int i = 0; i < SCRUB_LIMIT; i++) {
        char text[40], sha256[SHA256_HEX];
        snprintf(text, sizeof text, "another file %d", i);
        KIT_MUST(kit_blob(dir, text, "text/plain", "x", &json, &e));
        sha256_hex(text, strlen(text), sha256);
        rot(sha256);
    }
    str_release(&json);
    struct scrub *s = scrub_open(dir, store_db(store), store_writer(store));
    assert_int_equal(run(s, 1000, &e), SCRUB_FAILED);
    assert_int_equal(e.kind, ERR_DAMAGED);
    assert_int_equal(scrub_found(s), SCRUB_LIMIT);
    scrub_close(s);
}

struct watch { struct gate gate; bool woken; };

static void woken(void *ctx)
{
    struct watch *w = ctx;
    gate_lock(&w->gate);
    w->woken = true;
    gate_wake(&w->gate);
    gate_unlock(&w->gate);
}

static bool round_over(void)
{
    struct err e = ERR_INIT;
    struct db *db = db_open_reader(dir, &e);
    kit_must(db != NULL, &e, "db_open_reader");
    bool over = setting_get_int(db, "scrubbed_ms", 0) > 0;
    db_close(db);
    return over;
}

/* The thread itself: reads all through beside a threaded store, and ends at once when it is told to. */
static void test_thread(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct watch w = { 0 };
    struct store_options o = { .owner = true, .threaded = true, .home_page = "https://village.example/x", .wake = woken, .ctx = &w };
    char film[SHA256_HEX];
    film_of(0, film);
    rot(film);
    store_close(store);
    clock_set_fake(NULL);
    gate_init(&w.gate);
    store = store_open(dir, &o, NULL, &e);
    kit_must(store != NULL, &e, "store_open");
    struct scrubber *s = scrubber_start(dir, store_writer(store), &(struct scrub_pace){ .pause_ms = 1 });
    gate_lock(&w.gate);
    for (w.woken = false; !round_over(); w.woken = false)
        while (!w.woken)
            gate_wait(&w.gate);
    gate_unlock(&w.gate);
    scrubber_stop(s);
    assert_int_equal(gaps().repairing, 1);
    store_close(store);
    gate_release(&w.gate);
    store = kit_open(dir, NULL);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)
int main(void)
{
    const struct CMUnitTest tests[] = { T(test_rotten_film), T(test_other_losses), T(test_manifests_come_back),
                                        T(test_goes_on_where_it_was), T(test_dying_medium), T(test_thread) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
