/* The library: install, versions, lists with progress, one lesson whole, sweep. */
#include "store_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static char *dir;
static struct store *store;

static int open_store(void **state)
{
    (void)state;
    dir = kit_dir();
    store = kit_open(dir, NULL);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    store_close(store);
    kit_remove(dir);
    return 0;
}

static void sql(const char *text)
{
    struct err e = ERR_INIT;
    struct db *db = db_open_writer(dir, &e);
    KIT_MUST(db_exec(db, text, &e));
    db_close(db);
}

static void test_install_and_lists(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    KIT_MUST(kit_install(store, "cn.x.fraud", 1, 3, &e));
    KIT_MUST(kit_install(store, "cn.x.farm", 4, 2, &e));
    struct course_list c;
    int total;
    KIT_MUST(library_courses(store_db(store), "", NULL, 0, 1, &c, &total, &e));
    assert_int_equal(total, 2);
    assert_int_equal(c.count, 1);
    assert_string_equal(c.row[0].id, "cn.x.farm"); /* same priority: by id */
    assert_string_equal(lang_text_get(&c.row[0].title, "zh-CN"), "防骗 4");
    assert_int_equal(c.row[0].lessons, 2);
    assert_int_equal(c.row[0].duration_ms, 120000);
    course_list_release(&c);
    KIT_MUST(library_courses(store_db(store), "", "safety", 0, 10, &c, &total, &e));
    assert_int_equal(c.count, 2);
    course_list_release(&c);
    KIT_MUST(library_courses(store_db(store), "", "health", 0, 10, &c, &total, &e));
    assert_int_equal(c.count + total, 0);
    course_list_release(&c);
    struct category_row cat[4];
    KIT_MUST(library_categories(store_db(store), cat, 4, &total, &e));
    assert_int_equal(total, 1);
    assert_int_equal(cat[0].courses, 2);
    struct lesson_list l;
    KIT_MUST(library_lessons(store_db(store), "cn.x.fraud", "v1", &l, &e));
    assert_int_equal(l.count, 3);
    assert_int_equal(l.row[2].position, 2);
    assert_string_equal(lang_text_get(&l.row[2].title, "en"), "Lesson 3");
    assert_true(l.row[0].has_quiz);
    assert_true(sha256_hex_valid(l.row[0].poster_sha256));
    assert_true(l.row[0].progress.best_score < 0 && l.row[0].progress.last_ms == 0);
    struct open_lesson o;
    KIT_MUST(library_open(store_db(store), "cn.x.fraud", l.row[1].content_id, "v1", &o, &e));
    assert_int_equal(o.position, 1);
    assert_int_equal(o.lesson->rendition_count, 1);
    assert_true(blob_exists(dir, o.lesson->rendition[0].media.sha256, o.lesson->rendition[0].media.size_bytes));
    open_lesson_release(&o);
    KIT_MUST(library_open(store_db(store), NULL, l.row[1].content_id, "", &o, &e));
    open_lesson_release(&o);
    assert_false(library_open(store_db(store), "cn.x.farm", l.row[1].content_id, "", &o, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_false(library_course(store_db(store), "", "cn.x.none", &c, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    lesson_list_release(&l);
}

static void test_versions(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    int64_t highest;
    char sha256[SHA256_HEX];
    KIT_MUST(library_version(store_db(store), "cn.x.fraud", &highest, sha256, &e));
    assert_int_equal(highest, 0);
    KIT_MUST(kit_install(store, "cn.x.fraud", 2, 3, &e));
    KIT_MUST(kit_install(store, "cn.x.fraud", 2, 3, &e)); /* the very same: fine */
    assert_false(kit_install(store, "cn.x.fraud", 2, 4, &e));
    assert_int_equal(e.kind, ERR_UNTRUSTED);
    assert_false(kit_install(store, "cn.x.fraud", 1, 3, &e));
    assert_int_equal(e.kind, ERR_OLDER);
    KIT_MUST(kit_install(store, "cn.x.fraud", 3, 1, &e));
    assert_int_equal(kit_number(store_db(store), "SELECT group_concat(version || active, '') FROM (SELECT * FROM package ORDER BY version)"), 2031);
    KIT_MUST(kit_install(store, "cn.x.fraud", 5, 1, &e));
    assert_int_equal(kit_number(store_db(store), "SELECT group_concat(version || active, '') FROM (SELECT * FROM package ORDER BY version)"), 3051);
    struct health h;
    KIT_MUST(store_health(store, &h, &e));
    assert_int_equal(h.courses, 1);
    assert_int_equal(h.lessons, 1);
    KIT_MUST(library_remove(store_writer(store), "cn.x.fraud", &e));
    KIT_MUST(store_health(store, &h, &e));
    assert_int_equal(h.courses + h.lessons, 0);
    assert_false(library_remove(store_writer(store), "cn.x.fraud", &e));
    assert_int_equal(kit_number(store_db(store), "SELECT (SELECT count(*) FROM lesson) + (SELECT count(*) FROM manifest)"
                                                 " + (SELECT count(*) FROM package_file)"), 0);
    assert_false(kit_install(store, "cn.x.fraud", 4, 1, &e)); /* removed, but not forgotten */
    assert_int_equal(e.kind, ERR_OLDER);
    KIT_MUST(kit_install(store, "cn.x.fraud", 5, 1, &e));
    KIT_MUST(library_version(store_db(store), "cn.x.fraud", &highest, sha256, &e));
    assert_int_equal(highest, 5);
    assert_true(sha256_hex_valid(sha256));
}

/* What a list of lessons shows, as "0 1 2r": positions, r for being repaired. */
static const char *shown(const char *course)
{
    static char text[200];
    struct err e = ERR_INIT;
    struct lesson_list l;
    *text = 0;
    KIT_MUST(library_lessons(store_db(store), course, "", &l, &e));
    for (int i = 0; i < l.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d%s", i ? " " : "", l.row[i].position, l.row[i].repairing ? "r" : "");
    lesson_list_release(&l);
    return text;
}

static void assert_course(const char *id, int version, int lessons, int total)
{
    struct err e = ERR_INIT;
    struct course_list c;
    struct health h;
    KIT_MUST(library_course(store_db(store), "v1", id, &c, &e));
    assert_int_equal(c.row[0].version, version);
    assert_int_equal(c.row[0].lessons, lessons);
    assert_int_equal(c.row[0].total, total);
    assert_int_equal(c.row[0].duration_ms, lessons * 60000);
    course_list_release(&c);
    KIT_MUST(store_health(store, &h, &e));
    assert_int_equal(h.lessons, kit_number(store_db(store), "SELECT sum(lessons) FROM package WHERE active = 1"));
    assert_int_equal(h.lessons_to_come, kit_number(store_db(store), "SELECT sum(total - lessons) FROM package WHERE active = 1"));
}

static bool parts(int version, int lessons, const char *which, struct err *e)
{
    bool ready[8] = { false };
    for (int i = 0; i < lessons; i++)
        ready[i] = which[i] == '1';
    return kit_install_parts(store, "cn.x.a", version, lessons, ready, false, e);
}

/* A new course appears with its first lesson and grows; nothing shows what is not here. */
static void test_course_in_parts(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct lesson_list l;
    struct open_lesson o;
    char id[UUID_TEXT];
    assert_false(parts(1, 4, "0000", &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM package"), 0);
    KIT_MUST(parts(1, 4, "0100", &e));
    assert_course("cn.x.a", 1, 1, 4);
    assert_string_equal(shown("cn.x.a"), "1");
    KIT_MUST(library_candidates(store_db(store), "", 10, &l, &e));
    assert_int_equal(l.count, 1);
    assert_int_equal(l.row[0].position, 1);
    lesson_list_release(&l);
    kit_content_id("cn.x.a", 0, id);
    assert_false(library_open(store_db(store), "cn.x.a", id, "", &o, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_false(library_open(store_db(store), NULL, id, "", &o, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    sql("INSERT INTO progress SELECT 'v1', content_id, 5, 60000, 0, -1, 0, 0, 7 FROM lesson"); /* from another place */
    KIT_MUST(library_unfinished(store_db(store), "v1", 10, &l, &e));
    assert_int_equal(l.count, 1);
    lesson_list_release(&l);
    sql("UPDATE progress SET finished = 1");
    KIT_MUST(parts(1, 4, "1000", &e)); /* adds, takes none away */
    assert_course("cn.x.a", 1, 2, 4);
    assert_string_equal(shown("cn.x.a"), "0 1");
    KIT_MUST(library_open(store_db(store), "cn.x.a", id, "", &o, &e));
    open_lesson_release(&o);
    KIT_MUST(kit_install(store, "cn.x.a", 1, 4, &e)); /* every file */
    assert_course("cn.x.a", 1, 4, 4);
    assert_string_equal(shown("cn.x.a"), "0 1 2 3");
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM package"), 1);
}

/* Said to be ready, but not: refused, and nothing changes. */
static void test_parts_are_checked(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    static const bool lies[3] = { true, true, true };
    KIT_MUST(parts(1, 3, "100", &e));
    struct str m;
    str_init(&m, 0);
    kit_manifest(dir, "cn.x.a", 1, 3, &m);
    char film[SHA256_HEX], text[100];
    snprintf(text, sizeof text, "film cn.x.a 2 of version 1");
    sha256_hex(text, strlen(text), film);
    KIT_MUST(blob_remove(dir, film, &e));
    struct library_package p = { .manifest = m.data, .manifest_len = m.len, .publisher = "test", .ready = lies };
    assert_false(library_install(store_writer(store), &p, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_non_null(strstr(e.text, "lesson 3"));
    assert_string_equal(shown("cn.x.a"), "0");
    str_release(&m);
}

/* A newer version in parts never takes a lesson away that people have. */
static void test_update_in_parts(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    KIT_MUST(parts(1, 3, "110", &e));
    assert_false(parts(2, 3, "101", &e)); /* lesson 2 is shown now, and not ready in the new version */
    assert_int_equal(e.kind, ERR_REFUSED);
    assert_course("cn.x.a", 1, 2, 3);
    KIT_MUST(parts(2, 4, "1101", &e));
    assert_course("cn.x.a", 2, 3, 4);
    KIT_MUST(kit_install(store, "cn.x.a", 3, 4, &e));
    assert_false(parts(4, 4, "1110", &e)); /* a whole course is replaced by a whole one only */
    assert_int_equal(e.kind, ERR_REFUSED);
    assert_course("cn.x.a", 3, 4, 4);
    KIT_MUST(parts(4, 4, "1111", &e));
    assert_course("cn.x.a", 4, 4, 4);
}

static void test_refused_changes_nothing(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct str m;
    str_init(&m, 0);
    KIT_MUST(kit_install(store, "cn.x.fraud", 1, 2, &e));
    kit_manifest(dir, "cn.x.fraud", 2, 2, &m);
    char *film = strstr(m.data, "film.mp4") - 140;
    film = strstr(film, "\"sha256\":\"") + 10;
    char sha256[SHA256_HEX];
    memcpy(sha256, film, 64);
    sha256[64] = 0;
    KIT_MUST(blob_remove(dir, sha256, &e));
    struct library_package p = { .manifest = m.data, .manifest_len = m.len, .publisher = "test" };
    assert_false(library_install(store_writer(store), &p, &e));
    assert_int_equal(e.kind, ERR_MISSING);
    assert_non_null(strstr(e.text, "lesson 1"));
    p.manifest_len = 20;
    assert_false(library_install(store_writer(store), &p, &e));
    int64_t highest;
    KIT_MUST(library_version(store_db(store), "cn.x.fraud", &highest, NULL, &e));
    assert_int_equal(highest, 1);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM package"), 1);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM lesson"), 2);
    str_release(&m);
}

static void test_progress_in_lists(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct course_list c;
    struct lesson_list l;
    KIT_MUST(kit_install(store, "cn.x.a", 1, 3, &e));
    KIT_MUST(kit_install(store, "cn.x.b", 1, 3, &e));
    char id[UUID_TEXT], text[400];
    static const struct { const char *course; int lesson, finished, last; } p[] = { { "cn.x.a", 0, 1, 100 }, { "cn.x.a", 1, 0, 300 }, { "cn.x.b", 0, 0, 200 } };
    for (int i = 0; i < 3; i++) {
        kit_content_id(p[i].course, p[i].lesson, id);
        snprintf(text, sizeof text, "INSERT INTO progress VALUES ('v1', '%s', 1500, 60000, %d, -1, 0, 0, %d)", id, p[i].finished, p[i].last);
        sql(text);
    }
    KIT_MUST(library_courses(store_db(store), "v1", NULL, 0, 10, &c, NULL, &e));
    assert_int_equal(c.row[0].finished, 1);
    assert_int_equal(c.row[1].finished, 0);
    course_list_release(&c);
    KIT_MUST(library_unfinished(store_db(store), "v1", 5, &l, &e));
    assert_int_equal(l.count, 2);
    assert_string_equal(l.row[0].course_id, "cn.x.a");
    assert_int_equal(l.row[0].progress.position_ms, 1500);
    lesson_list_release(&l);
    KIT_MUST(library_unfinished(store_db(store), "", 5, &l, &e));
    assert_int_equal(l.count, 0);
    lesson_list_release(&l);
    KIT_MUST(library_candidates(store_db(store), "v1", 10, &l, &e));
    assert_int_equal(l.count, 4); /* three touched, the third of a; the first unfinished of both are among them */
    lesson_list_release(&l);
    KIT_MUST(library_candidates(store_db(store), "", 10, &l, &e));
    assert_int_equal(l.count, 2);
    assert_int_equal(l.row[0].position, 0);
    lesson_list_release(&l);
}

static bool keep_nothing(void *ctx, const char *sha256)
{
    (void)sha256;
    ++*(int *)ctx;
    return false;
}

static void test_sweep(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct library_sweep done;
    int asked = 0;
    for (int version = 1; version <= 3; version++)
        KIT_MUST(kit_install(store, "cn.x.a", version, 2, &e));
    KIT_MUST(library_sweep(store_writer(store), keep_nothing, &asked, &done, &e));
    assert_int_equal(done.removed, 2); /* the films of version 1; 2 is the one before */
    assert_int_equal(asked, 2);
    assert_true(done.freed_bytes > 20);
    KIT_MUST(library_sweep(store_writer(store), NULL, NULL, &done, &e));
    assert_int_equal(done.removed, 0);
    KIT_MUST(library_remove(store_writer(store), "cn.x.a", &e));
    char id[UUID_TEXT], q[SHA256_HEX], text[500];
    kit_content_id("cn.x.a", 0, id);
    sha256_hex("questions cn.x.a 0", 18, q);
    snprintf(text, sizeof text, "INSERT INTO attempt (id, member_id, content_id, course_id, course_version, questions_sha256, seed, state,"
             " score, passed, began_ms, saved_ms) VALUES ('x', 'v1', '%s', 'cn.x.a', 1, '%s', 1, 0, 0, 0, 1, 1)", id, q);
    sql(text);
    KIT_MUST(library_sweep(store_writer(store), NULL, NULL, &done, &e));
    bool named;
    KIT_MUST(library_references(store_db(store), q, &named, &e));
    assert_true(named);
    assert_true(blob_exists(dir, q, 18)); /* an unfinished attempt keeps its questions */
    sql("UPDATE attempt SET state = 1");
    KIT_MUST(library_sweep(store_writer(store), NULL, NULL, &done, &e));
    assert_int_equal(done.removed, 1);
}

/* Two updates and a sweep while somebody watches: the old film stays open to its end, and the old quiz is kept. */
static void test_update_while_open(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct open_lesson o;
    struct library_sweep done;
    char id[UUID_TEXT], text[64] = "";
    KIT_MUST(kit_install(store, "cn.x.a", 1, 2, &e));
    kit_content_id("cn.x.a", 0, id);
    KIT_MUST(library_open(store_db(store), "cn.x.a", id, "v1", &o, &e));
    const struct file_ref *film = &o.lesson->rendition[0].media;
    int fd = blob_open(dir, film->sha256, &e);
    assert_true(fd >= 0);
    KIT_MUST(kit_install(store, "cn.x.a", 2, 2, &e));
    KIT_MUST(library_sweep(store_writer(store), NULL, NULL, &done, &e));
    assert_int_equal(done.removed, 0); /* the version before is kept: it may be opened anew, by its hash */
    assert_true(blob_exists(dir, film->sha256, film->size_bytes));
    KIT_MUST(kit_install(store, "cn.x.a", 3, 2, &e));
    KIT_MUST(library_sweep(store_writer(store), NULL, NULL, &done, &e));
    assert_int_equal(done.removed, 2);
    assert_int_equal(pread(fd, text, sizeof text, 0), film->size_bytes); /* what is open plays on */
    assert_string_equal(text, "film cn.x.a 0 of version 1");
    close(fd);
    struct study study;
    study_init(&study, 60000, 0, 1, 0, NULL, NULL);
    struct viewing_post v = { .id = "0190bbbb-0000-7000-8000-000000000001", .member_id = "v1", .course = &o.course, .lesson = o.lesson,
                              .study = &study, .ended_by = "finished" };
    kit_commit(store, viewing_post_end(store_writer(store), &v)); /* and counts, for the version that was watched */
    assert_int_equal(kit_number(store_db(store), "SELECT course_version FROM viewing"), 1);
    study_release(&study);
    open_lesson_release(&o);
}

/* A course goes: what another one shares with it stays, the rest is freed. */
static void test_shared_files_stay(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct library_sweep done;
    char poster[SHA256_HEX];
    sha256_hex("poster", 6, poster);
    KIT_MUST(kit_install(store, "cn.x.a", 1, 2, &e));
    KIT_MUST(kit_install(store, "cn.x.b", 1, 1, &e));
    KIT_MUST(library_remove(store_writer(store), "cn.x.a", &e));
    KIT_MUST(library_sweep(store_writer(store), NULL, NULL, &done, &e));
    assert_int_equal(done.removed, 4); /* its films and questions */
    assert_true(blob_exists(dir, poster, 6));
    assert_string_equal(shown("cn.x.b"), "0");
    KIT_MUST(library_remove(store_writer(store), "cn.x.b", &e));
    KIT_MUST(library_sweep(store_writer(store), NULL, NULL, &done, &e));
    assert_int_equal(done.removed, 3);
    assert_false(blob_exists(dir, poster, 6));
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)
int main(void)
{
    const struct CMUnitTest tests[] = { T(test_install_and_lists), T(test_versions), T(test_refused_changes_nothing),
                                        T(test_progress_in_lists), T(test_sweep), T(test_course_in_parts),
                                        T(test_parts_are_checked), T(test_update_in_parts),
                                        T(test_update_while_open), T(test_shared_files_stay) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
