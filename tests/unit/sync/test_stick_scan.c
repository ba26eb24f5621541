/* What a stick may hold: our names, other people's files, links, devices, a million files. And the files below WEIKE/ one by
 * one: read without being led away, written so that a final name always has a whole file. */
#define _GNU_SOURCE
#include "scratch.h"

#include "base/clock.h"
#include "sync/stick/stick_mount.h"
#include "sync/stick/stick_scan.h"
#include "sync/stick/stick_site.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/sysmacros.h>

#define DEVICE "0123456789abcdef"
#define OTHER "fedcba9876543210"
#define PACKET "01234567-1-200-0011223344556677.rec"

static struct stick_files open_stick(const char *name)
{
    struct stick_files f;
    struct err e = ERR_INIT;
    make_dirs(scratch(name));
    assert_fine(stick_files_open(scratch(name), &f, &e), e);
    return f;
}

static const char *below(const char *stick, const char *rel)
{
    char *path = mem_printf("%s/WEIKE/%s", stick, rel);
    const char *kept = scratch(path);
    free(path);
    return kept;
}

static void put_below(const char *stick, const char *rel, const char *text)
{
    char *path = mem_dup(below(stick, rel));
    *strrchr(path, '/') = 0;
    make_dirs(path);
    free(path);
    put_text(below(stick, rel), text);
}

static void names_are_counted(void **state)
{
    (void)state;
    struct stick_scan s;
    struct err e = ERR_INIT;
    put_below("names", "up/" DEVICE "/" PACKET, "x");
    put_below("names", "up/" DEVICE "/01234567-201-204-0011223344556677.rec", "x");
    put_below("names", "up/" DEVICE "/01234567-201-204-0011223344556677.rec.tmp", "x");
    put_below("names", "up/" OTHER "/" PACKET, "x");
    put_below("names", "up/Not A Device/" PACKET, "x");
    put_below("names", "down/" DEVICE ".ack", "x");
    put_below("names", "down/" DEVICE ".ack (1)", "x"); /* as a file manager renames */
    put_below("names", "site/" OTHER ".json", "x");
    put_below("names", "site/0123456789ABCDEF.json", "x"); /* names have no meaning in case: only ours count */
    struct stick_files f = open_stick("names");
    assert_fine(stick_scan(&f, &s, &e), e);
    assert_int_equal(s.bag_count, 2);
    int mine = strcmp(s.bag[0].device, DEVICE) == 0 ? 0 : 1;
    assert_int_equal(s.bag[mine].packets, 2);
    assert_int_equal(s.bag[mine].statements, 204);
    assert_int_equal(s.bag[!mine].packets, 1);
    assert_int_equal(s.acks.count, 1);
    assert_int_equal(s.sites.count, 1);
    assert_int_equal(s.strange, 4);
    stick_scan_release(&s);
    stick_files_close(&f);
    f = open_stick("empty");
    assert_fine(stick_scan(&f, &s, &e), e);
    assert_int_equal(s.bag_count + s.acks.count + s.sites.count + s.strange, 0);
    stick_scan_release(&s);
    stick_files_close(&f);
}

static void names_that_differ_in_form_or_case_stay_apart(void **state)
{
    (void)state;
    struct stick_scan s;
    struct err e = ERR_INIT;
    put_below("forms", "up/caf\xc3\xa9/x", "NFC");
    put_below("forms", "up/cafe\xcc\x81/x", "NFD");
    put_below("forms", "up/ABCDEF0123456789/" PACKET, "upper");
    put_below("forms", "up/abcdef0123456789/" PACKET, "lower");
    put_below("forms", "down/\xff\xfe.ack", "no text at all");
    struct stick_files f = open_stick("forms");
    assert_fine(stick_scan(&f, &s, &e), e);
    assert_int_equal(s.bag_count, 1);
    assert_string_equal(s.bag[0].device, "abcdef0123456789");
    stick_scan_release(&s);
    assert_fine(stick_files_put(&f, "up/abcdef0123456789/new", "x", 1, &e), e);
    struct str text;
    get(below("forms", "up/ABCDEF0123456789/" PACKET), &text);
    assert_string_equal(text.data, "upper");
    str_release(&text);
    stick_files_close(&f);
}

/* ---- links and devices ---- */

static void links_and_devices_are_passed_over(void **state)
{
    (void)state;
    struct stick_scan s;
    struct str out;
    struct err e = ERR_INIT;
    put_text(scratch("secret"), "the village's secret");
    make_dirs(scratch("links-target/" DEVICE));
    make_dirs(below("links", "up/" DEVICE));
    make_dirs(below("links", "down"));
    assert_int_equal(symlink(scratch("secret"), below("links", "down/" DEVICE ".ack")), 0);
    assert_int_equal(symlink("../../../links-target", below("links", "up/" OTHER)), 0);
    assert_int_equal(symlink("/", below("links", "site")), 0);
    assert_int_equal(mkfifo(below("links", "up/" DEVICE "/" PACKET), 0600), 0);
    struct stick_files f = open_stick("links");
    assert_fine(stick_scan(&f, &s, &e), e);
    assert_int_equal(s.bag_count, 1);
    assert_int_equal(s.bag[0].packets, 0);
    assert_int_equal(s.acks.count + s.sites.count, 0);
    stick_scan_release(&s);
    str_init(&out, 1000);
    assert_refused(stick_files_read(&f, "down/" DEVICE ".ack", 1000, &out, &e), e, ERR_UNTRUSTED, "down/" DEVICE ".ack");
    assert_refused(stick_files_read(&f, "up/" DEVICE "/" PACKET, 1000, &out, &e), e, ERR_UNTRUSTED, "not a plain file"); /* and no hang */
    assert_refused(stick_files_read(&f, "site/etc/hostname", 1000, &out, &e), e, ERR_UNTRUSTED, "site/etc/hostname");
    assert_int_equal(out.len, 0);
    assert_int_equal(stick_files_size(&f, "down/" DEVICE ".ack"), -1);
    if (geteuid() == 0 && mknod(below("links", "up/" DEVICE "/disk"), S_IFBLK | 0600, makedev(7, 0)) == 0)
        assert_refused(stick_files_read(&f, "up/" DEVICE "/disk", 1000, &out, &e), e, ERR_UNTRUSTED, "not a plain file");
    str_release(&out);
    stick_files_close(&f);
}

static void writing_follows_no_link(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct str text;
    put_text(scratch("victim"), "kept");
    make_dirs(scratch("elsewhere"));
    make_dirs(below("wlinks", "down"));
    assert_int_equal(symlink(scratch("elsewhere"), below("wlinks", "up")), 0);
    assert_int_equal(symlink(scratch("victim"), below("wlinks", STICK_PART)), 0);
    assert_int_equal(symlink(scratch("victim"), below("wlinks", "down/" DEVICE ".ack")), 0);
    assert_int_equal(link(scratch("victim"), below("wlinks", "down/" OTHER ".ack")), 0);
    struct stick_files f = open_stick("wlinks");
    assert_false(stick_files_put(&f, "up/" DEVICE "/" PACKET, "x", 1, &e));
    assert_int_equal(stick_files_end(&f), STICK_REFUSED);
    assert_false(fs_exists(scratch("elsewhere/" DEVICE)));
    f.failed = 0;
    assert_fine(stick_files_put(&f, "down/" DEVICE ".ack", "new", 3, &e), e); /* the links are replaced, not written through */
    assert_fine(stick_files_put(&f, "down/" OTHER ".ack", "new", 3, &e), e);
    get(scratch("victim"), &text);
    assert_string_equal(text.data, "kept");
    str_release(&text);
    stick_files_close(&f);
    make_dirs(scratch("toplink"));
    assert_int_equal(symlink("/tmp", scratch("toplink/WEIKE")), 0);
    assert_refused(stick_files_open(scratch("toplink"), &f, &e), e, ERR_UNTRUSTED, "WEIKE is a link");
}

/* ---- large ---- */

static void too_many_files_are_told_soon(void **state)
{
    (void)state;
    struct stick_scan s;
    struct err e = ERR_INIT;
    /* In memory where possible: what is tested is the reading. */
    char top[300], up[400];
    snprintf(top, sizeof top, "%s/weike-many-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : scratch_dir);
    assert_non_null(mkdtemp(top));
    snprintf(up, sizeof up, "%s/WEIKE/up/" DEVICE, top);
    make_dirs(up);
    int dir = open(up, O_RDONLY | O_DIRECTORY), entries = 0;
    close(openat(dir, "a", O_CREAT | O_WRONLY, 0600));
    /* Links to one file: many names cost little. Where the file system allows few to one, several files. */
    char from[32] = "a", name[64];
    for (; entries < STICK_SCAN_MAX + 1000; entries++) {
        snprintf(name, sizeof name, "01234567-%d-%d-0011223344556677.rec", entries + 1, entries + 1);
        if (linkat(dir, from, dir, name, 0) == 0)
            continue;
        snprintf(from, sizeof from, "b%d", entries);
        int fd = openat(dir, from, O_CREAT | O_WRONLY, 0600);
        assert_true(fd >= 0);
        close(fd);
    }
    close(dir);
    struct stick_files f;
    int64_t start = clock_boot_ms();
    bool opened = stick_files_open(top, &f, &e), scanned = opened && stick_scan(&f, &s, &e);
    int64_t took_ms = clock_boot_ms() - start;
    struct err ignored = ERR_INIT;
    if (opened)
        stick_files_close(&f);
    bool cleaned = fs_remove_tree(top, &ignored);
    assert_true(opened && cleaned);
    assert_refused(scanned, e, ERR_TOO_BIG, "not prepared for this kiosk");
    assert_true(took_ms < 2000);
}

static void deep_folders_and_huge_files_cost_nothing(void **state)
{
    (void)state;
    struct stick_scan s;
    struct str out;
    struct err e = ERR_INIT;
    make_dirs(below("deep", "up/" DEVICE));
    char *path = mem_dup(below("deep", "up/" DEVICE "/d"));
    for (int i = 0; i < 300; i++) {
        char *longer = fs_join(path, "d");
        free(path);
        path = longer;
    }
    make_dirs(path);
    free(path);
    put_below("deep", "down/" DEVICE ".ack", "");
    bool sparse = truncate(below("deep", "down/" DEVICE ".ack"), (off_t)5 << 40) == 0 || /* 5 TB of nothing */
                  truncate(below("deep", "down/" DEVICE ".ack"), (off_t)5 << 30) == 0;
    assert_true(sparse);
    struct stick_files f = open_stick("deep");
    int64_t start = clock_boot_ms();
    assert_fine(stick_scan(&f, &s, &e), e);
    str_init(&out, 20000);
    assert_refused(stick_files_read(&f, "down/" DEVICE ".ack", 16384, &out, &e), e, ERR_TOO_BIG, "longer than 16384 bytes");
    assert_true(clock_boot_ms() - start < 2000);
    str_release(&out);
    stick_scan_release(&s);
    stick_files_close(&f);
}

/* ---- writing and reading back ---- */

static void what_was_written_is_read_back(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stick_files f = open_stick("back");
    bool more;
    char *big = mem_alloc(3000001);
    assert_fine(stick_files_prepare(&f, &e), e);
    assert_int_equal(strlen(f.id), STICK_ID_TEXT - 1);
    assert_fine(stick_files_put(&f, "repo/b/ab/" DEVICE, big, 3000001, &e), e);
    assert_fine(stick_files_put(&f, "down/" DEVICE ".ack", "first", 5, &e), e);
    assert_int_equal(f.written_count, 3);
    assert_fine(stick_files_check(&f, &more, &e) && more && stick_files_check(&f, &more, &e) && more, e);
    put_text(below("back", "down/" DEVICE ".ack"), "fIrst"); /* as a bad stick answers */
    assert_refused(stick_files_check(&f, &more, &e), e, ERR_DAMAGED, "loses data");
    assert_int_equal(stick_files_end(&f), STICK_LIES);
    assert_false(fs_exists(below("back", "down/" DEVICE ".ack")));
    char id[STICK_ID_TEXT];
    memcpy(id, f.id, sizeof id);
    stick_files_close(&f);
    f = open_stick("back"); /* the same stick again */
    assert_string_equal(f.id, id);
    assert_fine(stick_files_put(&f, "down/" DEVICE ".ack", "longer than before", 18, &e), e);
    put_text(below("back", "down/" DEVICE ".ack"), "cut"); /* shorter */
    assert_false(stick_files_check(&f, &more, &e));
    stick_files_close(&f);
    f = open_stick("back");
    assert_fine(stick_files_put(&f, "down/" DEVICE ".ack", "gone", 4, &e), e);
    assert_int_equal(unlink(below("back", "down/" DEVICE ".ack")), 0);
    assert_false(stick_files_check(&f, &more, &e));
    assert_int_equal(stick_files_end(&f), STICK_LIES);
    stick_files_close(&f);
    free(big);
}

static void a_removed_stick_is_told_from_a_bad_one(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stick_files f = open_stick("gone");
    assert_fine(stick_files_prepare(&f, &e), e);
    assert_true(stick_files_there(&f));
    assert_int_equal(rename(scratch("gone"), scratch("gone-now")), 0);
    assert_false(stick_files_there(&f));
    const struct { int no; enum stick_end end; } table[] = {
        { ENOSPC, STICK_FULL }, { EDQUOT, STICK_FULL }, { EFBIG, STICK_FULL }, { EROFS, STICK_READ_ONLY }, { EIO, STICK_REMOVED },
        { ENODEV, STICK_REMOVED }, { ENOTCONN, STICK_REMOVED }, { ENOENT, STICK_REMOVED }, { ESTALE, STICK_REMOVED }, { 0, STICK_FINISHED },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        f.failed = table[i].no;
        assert_int_equal(stick_files_end(&f), table[i].end);
    }
    stick_files_close(&f);
    assert_false(stick_files_open(scratch("gone"), &f, &e));
    assert_int_equal(e.kind, ERR_MISSING);
}

static void a_stick_of_the_future_is_not_written(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stick_files f;
    put_below("future", "STICK", "weike-stick 2\nid 00112233445566778899aabbccddeeff\n");
    assert_refused(stick_files_open(scratch("future"), &f, &e), e, ERR_UNSUPPORTED, "format 2");
    put_below("dos", "STICK", "weike-stick 1\r\nid 00112233445566778899aabbccddeeff\r\n");
    f = open_stick("dos");
    assert_string_equal(f.id, "00112233445566778899aabbccddeeff");
    stick_files_close(&f);
    put_below("torn", "STICK", "weike-st");
    f = open_stick("torn");
    assert_string_equal(f.id, "");
    assert_fine(stick_files_prepare(&f, &e), e);
    assert_int_equal(strlen(f.id), STICK_ID_TEXT - 1);
    stick_files_close(&f);
}

static void one_program_at_a_time(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stick_files a = open_stick("lock"), b;
    assert_fine(stick_files_prepare(&a, &e), e);
    b = open_stick("lock");
    assert_fine(stick_files_lock(&a, &e), e);
    assert_refused(stick_files_lock(&b, &e), e, ERR_REFUSED, "another program");
    stick_files_close(&a);
    assert_fine(stick_files_lock(&b, &e), e);
    stick_files_close(&b);
}

/* ---- notes of sites, mounts ---- */

static void notes_of_sites(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct stick_site s, t;
    struct str text;
    stick_site_init(&s, DEVICE);
    snprintf(s.key, sizeof s.key, OTHER);
    s.list = 7;
    stick_site_has(&s, "org.a", 3);
    stick_site_lacks(&s, "org.b", 4);
    str_init(&text, 0);
    stick_site_write(&s, &text);
    assert_fine(stick_site_parse(text.data, text.len, &t, &e), e);
    assert_int_equal(stick_site_version(&t, "org.a"), 3);
    assert_int_equal(stick_site_version(&t, "org.b"), 0);
    assert_int_equal(t.list, 7);
    assert_string_equal(t.key, OTHER);
    stick_site_release(&t);
    stick_site_release(&s);
    str_release(&text);
    static const char *const bad[] = {
        "", "[]", "{}", "{\"format\":2,\"device\":\"" DEVICE "\",\"key\":\"\",\"list\":0,\"packages\":{},\"lacks\":{}}",
        "{\"format\":1,\"device\":\"../../../etc/pw\",\"key\":\"\",\"list\":0,\"packages\":{},\"lacks\":{}}",
        "{\"format\":1,\"device\":\"" DEVICE "\",\"key\":\"zz\",\"list\":0,\"packages\":{},\"lacks\":{}}",
        "{\"format\":1,\"device\":\"" DEVICE "\",\"key\":\"\",\"list\":-1,\"packages\":{},\"lacks\":{}}",
        "{\"format\":1,\"device\":\"" DEVICE "\",\"key\":\"\",\"list\":0,\"packages\":{\"a\":\"1\"},\"lacks\":{}}",
        "{\"format\":1,\"device\":\"" DEVICE "\",\"key\":\"\",\"list\":0,\"packages\":{\"a\":0},\"lacks\":{}}",
        "{\"format\":1,\"device\":\"" DEVICE "\",\"key\":\"\",\"list\":0,\"packages\":{\"a\":1,\"a\":2},\"lacks\":{}}",
        "{\"format\":1,\"device\":\"" DEVICE "\",\"key\":\"\",\"list\":0,\"packages\":[],\"lacks\":{}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (stick_site_parse(bad[i], strlen(bad[i]), &t, &e))
            fail_msg("taken: %s", bad[i]);
}

static void lines_of_mountinfo(void **state)
{
    (void)state;
    struct stick_mount m;
    assert_true(stick_mount_parse("36 35 8:17 / /media/a\\040b rw,nosuid master:1 shared:2 - vfat /dev/sdb1 rw,utf8\n", &m));
    assert_string_equal(m.dir, "/media/a b");
    assert_string_equal(m.source, "/dev/sdb1");
    assert_string_equal(m.type, "vfat");
    assert_false(m.read_only);
    assert_int_equal(m.major, 8);
    assert_int_equal(m.minor, 17);
    assert_true(stick_mount_parse("36 35 8:17 / /mnt ro,nosuid - ext4 /dev/sdb1 rw", &m));
    assert_true(m.read_only);
    assert_true(stick_mount_parse("36 35 8:17 / /mnt rw,errors=remount-ro - ext4 /dev/sdb1 ro,seclabel", &m));
    assert_true(m.read_only);
    assert_true(stick_mount_parse("36 35 8:17 / /mnt rw - ext4 /dev/sdb1 rw,errors=remount-ro", &m));
    assert_false(m.read_only);
    assert_true(stick_mount_parse("22 27 0:21 / /proc rw,relatime - proc proc rw", &m));
    assert_string_equal(m.source, "");
    assert_false(stick_mount_parse("", &m));
    assert_false(stick_mount_parse("36 35 8:17 / /mnt rw", &m));
    assert_false(stick_mount_parse("36 35 eight / /mnt rw - ext4 /dev/sdb1 rw", &m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_counted),
        cmocka_unit_test(names_that_differ_in_form_or_case_stay_apart),
        cmocka_unit_test(links_and_devices_are_passed_over),
        cmocka_unit_test(writing_follows_no_link),
        cmocka_unit_test(too_many_files_are_told_soon),
        cmocka_unit_test(deep_folders_and_huge_files_cost_nothing),
        cmocka_unit_test(what_was_written_is_read_back),
        cmocka_unit_test(a_removed_stick_is_told_from_a_bad_one),
        cmocka_unit_test(a_stick_of_the_future_is_not_written),
        cmocka_unit_test(one_program_at_a_time),
        cmocka_unit_test(notes_of_sites),
        cmocka_unit_test(lines_of_mountinfo),
    };
    return scratch_main(tests);
}
