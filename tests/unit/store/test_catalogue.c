/* The courses found again from their files, when the database that knew them is gone or older. */
#include "store_kit.h"
#include "store/library/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dirent.h>

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

static void lose(const char *name)
{
    char *path = fs_join(dir, name);
    unlink(path);
    free(path);
}

static void lose_database(bool backups_too)
{
    lose("weike.db");
    lose("weike.db-wal");
    lose("weike.db-shm");
    lose("clean");
    if (backups_too) {
        lose("backup/weike.db");
        lose("backup/weike.db.1");
    }
}

static int kept(char last[SHA256_HEX])
{
    char *path = fs_join(dir, "manifests");
    DIR *d = opendir(path);
    int n = 0;
    for (struct dirent *f; d && (f = readdir(d));)
        if (f->d_name[0] != '.') {
            n++;
            snprintf(last, SHA256_HEX, "%s", f->d_name);
        }
    if (d)
        closedir(d);
    free(path);
    return n;
}

static void assert_course(const char *id, int version, int lessons)
{
    struct err e = ERR_INIT;
    struct course_list c;
    KIT_MUST(library_course(store_db(store), "", id, &c, &e));
    assert_int_equal(c.row[0].version, version);
    assert_int_equal(c.row[0].lessons, lessons);
    course_list_release(&c);
}

/* Database and backups gone, blobs intact: no network, no stick. */
static void test_database_lost(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct store_repair r;
    static const bool some[3] = { true, false, true };
    KIT_MUST(kit_install(store, "cn.x.a", 1, 2, &e));
    KIT_MUST(kit_install(store, "cn.x.a", 2, 2, &e));
    KIT_MUST(kit_install_parts(store, "cn.x.b", 5, 3, some, false, &e));
    store_close(store);
    lose_database(true);
    store = kit_open(dir, &r);
    assert_true(r.happened);
    assert_int_equal(r.courses_found, 2);
    assert_non_null(strstr(r.text, "2 courses were found again"));
    assert_course("cn.x.a", 2, 2);
    assert_course("cn.x.b", 5, 2);
    assert_int_equal(kit_number(store_db(store), "SELECT group_concat(position, '') FROM lesson l JOIN package k ON k.seq = l.package_seq"
                                                 " WHERE k.id = 'cn.x.b' AND k.active = 1 AND ready = 1"), 2);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM package WHERE active = 1 AND publisher = 'test'"), 2);
    struct open_lesson o;
    char id[UUID_TEXT];
    kit_content_id("cn.x.a", 1, id);
    KIT_MUST(library_open(store_db(store), "cn.x.a", id, "", &o, &e));
    open_lesson_release(&o);
    store_close(store);
    store = kit_open(dir, &r); /* once, not at each start */
    assert_false(r.happened);
    assert_int_equal(r.courses_found, 0);
}

/* The backup is from before the update: what the files say is newer, and it is here. */
static void test_database_restored_older(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct store_repair r;
    KIT_MUST(kit_install(store, "cn.x.a", 1, 2, &e));
    store_close(store); /* makes the backup */
    char *backup = fs_join(dir, "backup/weike.db"), *aside = fs_join(dir, "aside");
    KIT_MUST(fs_rename(backup, aside, &e));
    store = kit_open(dir, NULL);
    KIT_MUST(kit_install(store, "cn.x.a", 2, 2, &e));
    KIT_MUST(kit_install(store, "cn.x.b", 1, 1, &e));
    store_close(store);
    lose_database(true);
    KIT_MUST(fs_rename(aside, backup, &e));
    store = kit_open(dir, &r);
    assert_true(r.happened && r.backup_ms);
    assert_course("cn.x.a", 2, 2);
    assert_course("cn.x.b", 1, 1);
    assert_int_equal(r.courses_found, 2);
    free(backup);
    free(aside);
}

/* A manifest that rotted, one whose files are gone, one that is not ours: left out, the others come. */
static void test_damaged_files_are_left_out(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct store_repair r;
    char sha256[SHA256_HEX], film[SHA256_HEX];
    KIT_MUST(kit_install(store, "cn.x.rotten", 1, 1, &e));
    assert_int_equal(kept(sha256), 1);
    char *path = mem_printf("%s/manifests/%s", dir, sha256), *other = mem_printf("%s/manifests/%064d", dir, 7);
    FILE *f = fopen(path, "r+");
    fseek(f, 200, SEEK_SET);
    fputc('#', f);
    fclose(f);
    f = fopen(other, "w");
    fputs("something else\n\n", f);
    fclose(f);
    KIT_MUST(kit_install(store, "cn.x.gone", 1, 1, &e));
    KIT_MUST(kit_install(store, "cn.x.good", 1, 1, &e));
    sha256_hex("film cn.x.gone 0 of version 1", 29, film);
    KIT_MUST(blob_remove(dir, film, &e));
    store_close(store);
    lose_database(true);
    store = kit_open(dir, &r);
    assert_int_equal(r.courses_found, 1);
    assert_course("cn.x.good", 1, 1);
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM package"), 1);
    free(path);
    free(other);
}

/* Files of versions that were replaced or removed go; those of a directory from before this was kept come. */
static void test_tidy(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct library_sweep done;
    char one[SHA256_HEX], again[SHA256_HEX];
    for (int version = 1; version <= 3; version++)
        KIT_MUST(kit_install(store, "cn.x.a", version, 1, &e));
    KIT_MUST(kit_install(store, "cn.x.b", 1, 1, &e));
    KIT_MUST(library_remove(store_writer(store), "cn.x.b", &e));
    KIT_MUST(library_sweep(store_writer(store), NULL, NULL, &done, &e));
    assert_int_equal(kept(one), 1);
    char *path = mem_printf("%s/manifests", dir);
    KIT_MUST(fs_remove_tree(path, &e));
    KIT_MUST(library_sweep(store_writer(store), NULL, NULL, &done, &e));
    assert_int_equal(kept(again), 1);
    assert_string_equal(one, again);
    free(path);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)
int main(void)
{
    const struct CMUnitTest tests[] = { T(test_database_lost), T(test_database_restored_older), T(test_damaged_files_are_left_out),
                                        T(test_tidy) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
