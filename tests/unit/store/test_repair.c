/* runs: early (it is long) */
/* Damaged, cut-off and half-repaired data directories: noticed, restored from the backup, the damaged file kept. */
#include "store_kit.h"

#include "base/fault.h"
#include "store/rescue/backup.h"
#include "store/rescue/check.h"
#include "store/rescue/marker.h"
#include "store/setting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char *dir;
static struct store *store;

static char *path_of(const char *name)
{
    static char path[4][400];
    static int next;
    char *p = path[next++ & 3];
    snprintf(p, sizeof path[0], "%s/%s", dir, name);
    return p;
}

static void sign_in(struct store *s, int from, int to) /* one statement a round: a quiz answer */
{
    struct open_lesson lesson;
    struct question_set questions;
    struct attempt a = { .pass_mark = 0.5 };
    struct err e = ERR_INIT;
    char id[UUID_TEXT];
    kit_content_id("cn.x.a", 0, id);
    KIT_MUST(library_open(store_db(s), "cn.x.a", id, "v1", &lesson, &e));
    kit_questions(&questions);
    a.set = &questions;
    for (int i = from; i < to; i++) {
        snprintf(a.id, sizeof a.id, "0190cccc-0000-7000-8000-%012d", i);
        snprintf(a.item[0].pick, sizeof a.item[0].pick, "true");
        a.item[0].verdict = VERDICT_RIGHT;
        attempt_post_answer(store_writer(s), &(struct attempt_post){ .member_id = "v1", .course = &lesson.course, .lesson = lesson.lesson,
                                                                     .attempt = &a, .question = &questions.question[0] });
    }
    while (writer_step(store_writer(s)))
        ;
    open_lesson_release(&lesson);
}

/* 400 statements of which 300 are in the backup. */
static int make(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct member_new m = { .name = "王小明", .id = "v1" };
    dir = kit_dir();
    store = kit_open(dir, NULL);
    KIT_MUST(kit_install(store, "cn.x.a", 1, 2, &e));
    KIT_MUST(member_add(store_writer(store), &m, NULL, &e));
    sign_in(store, 0, 300);
    store_close(store); /* makes the backup */
    store = kit_open(dir, NULL);
    sign_in(store, 300, 400);
    m.id = "v2";
    KIT_MUST(member_add(store_writer(store), &m, NULL, &e));
    return 0;
}

static int drop(void **state)
{
    (void)state;
    fault_arm(FAULT_OFF, 0);
    store_close(store);
    kit_remove(dir);
    return 0;
}

/* Leaves the directory as the last commit left it, all of it in weike.db, without another backup. */
static void leave_without_backup(void)
{
    struct err e = ERR_INIT;
    char *older = mem_printf("%s/kept", dir), *newest = backup_path(dir, 0);
    KIT_MUST(fs_rename(newest, older, &e));
    store_close(store);
    store = NULL;
    KIT_MUST(fs_rename(older, newest, &e));
    char *one = backup_path(dir, 1);
    unlink(one);
    free(one);
    free(older);
    free(newest);
}

static void overwrite(const char *name, off_t at, int byte, size_t len)
{
    char *junk = mem_alloc(len);
    memset(junk, byte, len);
    for (size_t i = 0; byte < 0 && i < len; i++)
        junk[i] = (char)(i * 131 + 17);
    int fd = open(path_of(name), O_WRONLY);
    assert_true(fd >= 0 && pwrite(fd, junk, len, at) == (ssize_t)len);
    close(fd);
    free(junk);
}

static off_t size_of(const char *name)
{
    struct stat st;
    return stat(path_of(name), &st) == 0 ? st.st_size : -1;
}

static int64_t statements(void)
{
    return kit_number(store_db(store), "SELECT count(*) FROM statement");
}

static void check_whole(void)
{
    struct err e = ERR_INIT;
    bool sound;
    int quarantined;
    KIT_MUST(check_now(dir, store_writer(store), &sound, &quarantined, &e));
    assert_true(sound);
    assert_int_equal(quarantined, 0);
    assert_int_equal(kit_number(store_db(store), "SELECT value FROM counter WHERE name = 'statement'"), statements());
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

static void test_sound_start_says_nothing(void **state)
{
    (void)state;
    struct store_repair r;
    store_close(store);
    assert_true(marker_is_clean(dir));
    store = kit_open(dir, &r);
    assert_false(r.happened || r.unclean || r.journal_missing);
    assert_string_equal(r.text, "");
    assert_false(marker_is_clean(dir)); /* while it runs */
    check_whole();
}

static void test_damaged_page(void **state)
{
    (void)state;
    struct store_repair r;
    leave_without_backup();
    off_t size = size_of("weike.db");
    assert_true(size > 40 * 4096);
    overwrite("weike.db", size / 2 / 4096 * 4096, -1, 4096);
    store = kit_open(dir, &r);
    assert_true(r.happened);
    assert_true(r.backup_ms > 0);
    assert_int_equal(r.records_restored, 300);
    assert_int_equal(r.records_salvaged + r.records_missing, 100);
    assert_true(r.records_salvaged > 80); /* a page holds a few */
    assert_int_equal(statements(), 300 + r.records_salvaged);
    assert_int_equal(size_of("weike.db.damaged-1"), size);
    assert_non_null(strstr(r.text, "weike.db.damaged-1"));
    assert_non_null(strstr(r.text, "backup of"));
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM member"), 2); /* v2 is newer than the backup */
    check_whole();
    store_close(store);
    store = kit_open(dir, &r);
    assert_false(r.happened);
}

static void test_zeroed_header(void **state)
{
    (void)state;
    struct store_repair r;
    leave_without_backup();
    overwrite("weike.db", 0, 0, 4096);
    store = kit_open(dir, &r);
    assert_true(r.happened);
    assert_int_equal(r.records_restored, 300);
    assert_int_equal(r.records_salvaged, 100); /* read with the backup's first page */
    assert_int_equal(r.records_missing, 0);
    assert_int_equal(statements(), 400);
    check_whole();
}

static void test_emptied_and_deleted(void **state)
{
    (void)state;
    struct store_repair r;
    leave_without_backup();
    assert_int_equal(truncate(path_of("weike.db"), 0), 0);
    store = kit_open(dir, &r);
    assert_true(r.happened);
    assert_int_equal(r.records_missing, -1);
    assert_int_equal(statements(), 300);
    leave_without_backup();
    unlink(path_of("weike.db"));
    store = kit_open(dir, &r);
    assert_true(r.happened);
    assert_int_equal(statements(), 300);
}

/* 301 to 400 may have been sealed and sent before they were lost: a new record under one of these numbers would pass for
 * received. Nor do the numbers left out count as records that are missing. */
static void test_numbers_are_never_given_again(void **state)
{
    (void)state;
    struct store_repair r;
    struct err e = ERR_INIT;
    int64_t first, last;
    leave_without_backup();
    assert_int_equal(truncate(path_of("weike.db"), 0), 0);
    store = kit_open(dir, &r);
    sign_in(store, 500, 503);
    assert_int_equal(statements(), 303);
    KIT_MUST(outbox_bounds(store_db(store), &first, &last, &e));
    assert_true(last > 400);
    store_close(store); /* makes a backup */
    store = kit_open(dir, NULL);
    sign_in(store, 503, 505);
    leave_without_backup();
    overwrite("weike.db", 0, 0, 100); /* again, and all can be saved */
    store = kit_open(dir, &r);
    assert_true(r.happened);
    assert_int_equal(statements(), 305);
    assert_int_equal(r.records_missing, 0);
}

static void test_damaged_backup_is_passed_over(void **state)
{
    (void)state;
    struct store_repair r;
    store_close(store); /* .1 has 300, the newest 400 */
    overwrite("backup/weike.db", 0, 0, 8192);
    overwrite("weike.db", 8192, -1, 16384);
    store = kit_open(dir, &r);
    assert_true(r.happened);
    assert_int_equal(r.records_restored, 300);
    assert_true(statements() >= 300);
    check_whole();
}

static void test_no_backup_at_all(void **state)
{
    (void)state;
    struct store_repair r;
    store_close(store);
    unlink(path_of("backup/weike.db"));
    unlink(path_of("backup/weike.db.1"));
    overwrite("weike.db", size_of("weike.db") / 2 / 4096 * 4096, -1, 8192);
    store = kit_open(dir, &r);
    assert_true(r.happened);
    assert_true(r.backup_ms == 0);
    assert_non_null(strstr(r.text, "no good backup"));
    assert_true(r.records_salvaged > 300);
    assert_int_equal(statements(), r.records_salvaged);
    check_whole();
}

static void run_child(void (*body)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        body();
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static void add_ten(void)
{
    struct store *s = kit_open(dir, NULL);
    sign_in(s, 500, 510);
}

static void test_killed_is_not_damaged(void **state)
{
    (void)state;
    struct store_repair r;
    store_close(store);
    store = NULL;
    run_child(add_ten);
    assert_true(size_of("weike.db-wal") > 0);
    store = kit_open(dir, &r);
    assert_true(r.unclean);
    assert_false(r.happened || r.journal_missing);
    assert_int_equal(statements(), 410);
}

static void test_deleted_journal(void **state)
{
    (void)state;
    struct store_repair r;
    store_close(store);
    store = NULL;
    run_child(add_ten);
    unlink(path_of("weike.db-wal"));
    unlink(path_of("weike.db-shm"));
    store = kit_open(dir, &r);
    assert_true(r.journal_missing && r.happened);
    assert_non_null(strstr(r.text, "weike.db-wal"));
    assert_int_equal(statements(), 400);
    check_whole();
}

static void test_journal_gone_but_backup_newer(void **state)
{
    (void)state;
    struct store_repair r;
    store_close(store);
    store = NULL;
    run_child(add_ten);
    struct err e = ERR_INIT;
    struct db *db = db_open_writer(dir, &e);
    KIT_MUST(backup_make(db, dir, &e)); /* has the ten */
    db_close(db);
    store = kit_open(dir, &r);
    store_close(store);
    store = NULL;
    /* The database as it was before the ten, no journal, not marked clean. */
    char *one = backup_path(dir, 1);
    KIT_MUST(fs_rename(one, path_of("weike.db"), &e));
    free(one);
    unlink(path_of("weike.db-wal"));
    unlink(path_of("clean"));
    store = kit_open(dir, &r);
    assert_true(r.journal_missing);
    assert_true(r.records_salvaged >= 10);
    assert_int_equal(statements(), 410);
    check_whole();
}

static void reopen_and_die(void)
{
    struct err e = ERR_INIT;
    struct store_options o = { .owner = true, .home_page = "https://x.example" };
    store_close(store_open(dir, &o, NULL, &e));
}

static unsigned kill_at;
static void repair_until_killed(void)
{
    fault_arm(FAULT_KILL, kill_at);
    reopen_and_die();
    _exit(0);
}

/* The repair itself, killed at every few writes: the next start finishes it. */
static void test_repair_cut_off(void **state)
{
    (void)state;
    leave_without_backup();
    overwrite("weike.db", 0, 0, 4096);
    char *copy = mem_printf("cp -r %s %s.copy", dir, dir), *work = mem_printf("rm -rf %s && cp -r %s.copy %s", dir, dir, dir);
    assert_int_equal(system(copy), 0);
    bool killed = true;
    for (kill_at = 1; killed; kill_at += kill_at < 10 ? 1 : 29) {
        assert_int_equal(system(work), 0);
        pid_t pid = fork();
        if (pid == 0)
            repair_until_killed();
        int status;
        waitpid(pid, &status, 0);
        killed = WIFSIGNALED(status);
        struct store_repair r;
        store = kit_open(dir, &r);
        if (statements() != 400)
            fail_msg("killed at write %u: %d statements", kill_at, (int)statements());
        assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM member"), 2);
        assert_true(size_of("weike.db.damaged-1") > 0);
        store_close(store);
        store = NULL;
    }
    assert_true(kill_at > 30);
    char *gone = mem_printf("%s.copy", dir);
    struct err e = ERR_INIT;
    KIT_MUST(fs_remove_tree(gone, &e));
    free(gone);
    free(copy);
    free(work);
}

static void test_damage_met_while_running(void **state)
{
    (void)state;
    struct store_repair r;
    struct err e = ERR_INIT;
    bool sound;
    int quarantined;
    leave_without_backup();
    store = kit_open(dir, NULL);
    KIT_MUST(setting_set(store_writer(store), "a", "1", &e));
    store_close(store);
    /* A clean start does not read everything: the background check does. */
    off_t size = size_of("weike.db");
    struct stat st;
    stat(path_of("weike.db"), &st);
    overwrite("weike.db", size / 2 / 4096 * 4096, -1, 4096);
    struct timespec times[2] = { st.st_atim, st.st_mtim };
    utimensat(AT_FDCWD, path_of("weike.db"), times, 0);
    store = kit_open(dir, &r);
    assert_false(r.happened);
    KIT_MUST(check_now(dir, store_writer(store), &sound, &quarantined, &e));
    assert_false(sound);
    assert_true(marker_is_damaged(dir));
    store_close(store);
    store = kit_open(dir, &r);
    assert_true(r.happened);
    assert_false(marker_is_damaged(dir));
    check_whole();
}

static bool count_row(void *ctx, const struct outbox_row *row)
{
    (void)row;
    ++*(int *)ctx;
    return true;
}

static void test_flipped_bit_in_a_statement(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    bool sound;
    int quarantined, rows = 0;
    int64_t damaged;
    struct health h;
    struct db *db = db_open_writer(dir, &e);
    KIT_MUST(db_exec(db, "UPDATE statement SET body = replace(body, '\"id\"', '\"ie\"') WHERE seq = 7", &e));
    db_close(db);
    KIT_MUST(outbox_each(store_db(store), 0, count_row, &rows, &damaged, &e));
    assert_int_equal(rows, 399);
    assert_int_equal(damaged, 1);
    KIT_MUST(check_now(dir, store_writer(store), &sound, &quarantined, &e));
    assert_true(sound); /* SQLite does not notice */
    assert_int_equal(quarantined, 1);
    KIT_MUST(store_health(store, &h, &e));
    assert_int_equal(h.quarantined, 1);
    assert_int_equal(h.waiting, 399);
}

static void test_backups_turn_over(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    char *newest = backup_path(dir, 0), *older = backup_path(dir, 1);
    unlink(older);
    store_close(store);
    assert_true(fs_exists(newest) && fs_exists(older));
    store = kit_open(dir, NULL);
    store_close(store);
    struct stat a, b;
    stat(newest, &a);
    store = kit_open(dir, NULL); /* nothing changed: no new backup */
    store_close(store);
    stat(newest, &b);
    assert_int_equal(a.st_ino, b.st_ino);
    struct db *db = db_open_file(newest, false, &e);
    assert_int_equal(kit_number(db, "SELECT count(*) FROM statement"), 400);
    db_close(db);
    assert_false(backup_due(dir, backup_last_ms(dir) + 1000));
    assert_true(backup_due(dir, backup_last_ms(dir) + BACKUP_DAY_MS));
    assert_true(backup_due(dir, backup_last_ms(dir) - 1000)); /* the clock went back: better one too many */
    assert_int_equal(size_of("backup/weike.db.tmp"), -1);
    store = kit_open(dir, NULL);
    free(newest);
    free(older);
}

static void test_newer_program(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    store_close(store);
    store = NULL;
    struct db *db = db_open_writer(dir, &e);
    KIT_MUST(db_exec(db, "PRAGMA user_version = 999", &e));
    db_close(db);
    struct store_options o = { .owner = true, .home_page = "https://x.example" };
    assert_null(store_open(dir, &o, NULL, &e));
    assert_int_equal(e.kind, ERR_UNSUPPORTED);
    assert_int_equal(size_of("weike.db.damaged-1"), -1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, make, drop)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_sound_start_says_nothing), T(test_damaged_page), T(test_zeroed_header), T(test_emptied_and_deleted),
        T(test_damaged_backup_is_passed_over), T(test_no_backup_at_all), T(test_killed_is_not_damaged),
        T(test_deleted_journal), T(test_journal_gone_but_backup_newer), T(test_repair_cut_off),
        T(test_damage_met_while_running), T(test_flipped_bit_in_a_statement), T(test_backups_turn_over),
        T(test_newer_program), T(test_numbers_are_never_given_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
