/* The terminal's identity: made once, renewed when the hardware or the database is not what it was, whole at every cut. */
#include "pack/trust/device.h"
#include "base/fault.h"
#include "scratch.h"

#include <sys/wait.h>

static const char hw_a[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char hw_b[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
static const uint8_t hash[SHA256_BYTES] = { 1, 2, 3 };

static struct device open_it(const char *dir, const char *hw, int64_t next, int64_t last, bool restored)
{
    struct device d;
    struct err e = ERR_INIT;
    assert_fine(device_open(dir, hw, next, last, restored, &d, &e), e);
    return d;
}

static void seal_it(const char *dir, struct device *d, int64_t last)
{
    struct err e = ERR_INIT;
    int lock = device_lock(dir, &e);
    assert_true(lock >= 0);
    assert_fine(device_sealed(dir, d, last, hash, &e), e);
    device_unlock(lock);
}

static void the_first_start(void **state)
{
    (void)state;
    const char *dir = scratch("first");
    struct public_key pub;
    struct err e = ERR_INIT;
    assert_refused(device_peek(dir, &pub, &e), e, ERR_MISSING, "identity.json");
    struct device d = open_it(dir, hw_a, 0, 0, false), again;
    assert_true(d.fresh && d.base == 1 && d.high == 0 && !d.succession.there && strlen(d.epoch) == 32);
    assert_string_equal(d.why, "the first start");
    again = open_it(dir, hw_a, 0, 0, false);
    assert_false(again.fresh);
    assert_string_equal(again.epoch, d.epoch);
    assert_memory_equal(again.key.bytes, d.key.bytes, KEY_SECRET_BYTES);
    assert_fine(device_peek(dir, &pub, &e), e);
    assert_string_equal(pub.id, d.key.pub.id);
    struct stat st;
    assert_true(stat(scratch("first/device/weike.key"), &st) == 0 && (st.st_mode & 0777) == 0600);
    assert_int_not_equal(stat(scratch("first/device/next"), &st), 0);
}

static void what_was_sealed_is_remembered(void **state)
{
    (void)state;
    const char *dir = scratch("sealed");
    struct device d = open_it(dir, hw_a, 7, 9, false);
    assert_true(d.base == 7 && d.high == 6);
    seal_it(dir, &d, 9);
    struct device again = open_it(dir, hw_a, 7, 12, false);
    assert_true(!again.fresh && again.high == 9 && again.base == 7);
    assert_memory_equal(again.previous, hash, sizeof hash);
    struct err e = ERR_INIT;
    assert_fine(device_refresh(dir, &d, &e), e);
    assert_string_equal(d.epoch, again.epoch);
}

static void must_be_heir(const struct device *heir, const struct device *old)
{
    assert_true(heir->fresh && heir->succession.there);
    assert_string_not_equal(heir->epoch, old->epoch);
    assert_string_equal(heir->succession.old.id, old->key.pub.id);
    assert_true(succession_holds(&heir->succession, &heir->key.pub, heir->epoch));
}

/* One card copied to fifty machines: fifty keys and epochs, all vouched for by the first. */
static void a_cloned_card(void **state)
{
    (void)state;
    const char *image = scratch("image");
    struct device d = open_it(image, hw_a, 1, 20, false), clone[50];
    seal_it(image, &d, 20);
    struct str key, identity;
    get(scratch("image/device/weike.key"), &key);
    get(scratch("image/device/identity.json"), &identity);
    for (int i = 0; i < 50; i++) {
        char rel[32], hw[SHA256_HEX];
        snprintf(rel, sizeof rel, "clone%d/device", i);
        make_dirs(scratch(rel));
        snprintf(rel, sizeof rel, "clone%d/device/weike.key", i);
        put(scratch(rel), key.data, key.len);
        snprintf(rel, sizeof rel, "clone%d/device/identity.json", i);
        put(scratch(rel), identity.data, identity.len);
        snprintf(rel, sizeof rel, "clone%d", i);
        sha256_hex(rel, strlen(rel), hw);
        clone[i] = open_it(scratch(rel), hw, 15, 20, false);
        must_be_heir(&clone[i], &d);
        assert_true(clone[i].base == 15 && clone[i].high == 14);
        for (int k = 0; k < i; k++)
            assert_true(strcmp(clone[k].epoch, clone[i].epoch) != 0 && strcmp(clone[k].key.pub.id, clone[i].key.pub.id) != 0);
    }
    struct device same = open_it(image, hw_a, 15, 20, false);
    assert_false(same.fresh);
    str_release(&key);
    str_release(&identity);
}

static void a_restored_backup(void **state)
{
    (void)state;
    const char *dir = scratch("restored");
    setenv("WEIKE_START", "one", 1);
    struct device d = open_it(dir, hw_a, 1, 50, false);
    seal_it(dir, &d, 50);
    setenv("WEIKE_START", "two", 1);
    struct device heir = open_it(dir, hw_a, 31, 60, true); /* grown beyond `high` again since the restore */
    must_be_heir(&heir, &d);
    assert_string_equal(heir.why, "a backup was restored");
    assert_true(heir.base == 31);
    seal_it(dir, &heir, 60);
    struct device again = open_it(dir, hw_a, 61, 70, true); /* the same start says it again */
    assert_false(again.fresh);
    assert_string_equal(again.epoch, heir.epoch);
    struct err e = ERR_INIT;
    assert_fine(device_acknowledged(dir, &again, &e), e);
    setenv("WEIKE_START", "three", 1);
    again = open_it(dir, hw_a, 61, 70, true);
    must_be_heir(&again, &heir);
    unsetenv("WEIKE_START");
}

static void a_database_behind(void **state)
{
    (void)state;
    const char *dir = scratch("behind");
    struct device d = open_it(dir, hw_a, 1, 50, false);
    seal_it(dir, &d, 50);
    struct device heir = open_it(dir, hw_a, 0, 49, false);
    must_be_heir(&heir, &d);
    assert_true(heir.base == 50);
    assert_non_null(strstr(heir.why, "older than what was sent"));
}

static void older_records_wait_again(void **state)
{
    (void)state;
    const char *dir = scratch("again");
    struct device d = open_it(dir, hw_a, 40, 50, false);
    seal_it(dir, &d, 50);
    struct device heir = open_it(dir, hw_a, 12, 50, false);
    must_be_heir(&heir, &d);
    assert_true(heir.base == 12);
}

static void another_one_uses_it(void **state)
{
    (void)state;
    const char *dir = scratch("doubt");
    struct err e = ERR_INIT;
    struct device d = open_it(dir, hw_a, 1, 5, false);
    seal_it(dir, &d, 5);
    assert_false(device_doubted(dir, &d));
    assert_fine(device_doubt(dir, &d, &e), e);
    assert_true(device_doubted(dir, &d));
    struct device heir = open_it(dir, hw_a, 3, 5, false);
    must_be_heir(&heir, &d);
    assert_string_equal(heir.why, "another terminal uses this identity");
    assert_true(heir.base == 3 && access(scratch("doubt/device/renew"), F_OK) != 0);
    put(scratch("doubt/device/renew"), d.epoch, strlen(d.epoch)); /* a cut before it was removed */
    struct device same = open_it(dir, hw_a, 3, 5, false);
    assert_true(!same.fresh && strcmp(same.epoch, heir.epoch) == 0);
}

static void damaged_identity_files(void **state)
{
    (void)state;
    const char *dir = scratch("damaged");
    struct device d = open_it(dir, hw_a, 1, 5, false);
    put_text(scratch("damaged/device/identity.json"), "{\"format\":1,");
    struct device heir = open_it(dir, hw_a, 1, 5, false);
    must_be_heir(&heir, &d);
    put_text(scratch("damaged/device/weike.key"), "");
    struct device orphan = open_it(dir, hw_a, 1, 5, false);
    assert_true(orphan.fresh && !orphan.succession.there);
    assert_string_not_equal(orphan.epoch, heir.epoch);
}

static void the_succession_ends_with_an_ack(void **state)
{
    (void)state;
    const char *dir = scratch("ended");
    struct err e = ERR_INIT;
    open_it(dir, hw_a, 1, 5, false);
    struct device heir = open_it(dir, hw_b, 1, 5, false);
    struct device again = open_it(dir, hw_b, 1, 5, false);
    assert_true(again.succession.there && succession_holds(&again.succession, &heir.key.pub, heir.epoch));
    assert_fine(device_acknowledged(dir, &again, &e), e);
    again = open_it(dir, hw_b, 1, 5, false);
    assert_false(again.succession.there);
}

/* Twice somebody else before any receipt: the county knows only the first, so it is the first that vouches. Once a receipt
 * was there, it is the newest. */
static void an_heir_nobody_heard_of_vouches_for_nobody(void **state)
{
    (void)state;
    const char *dir = scratch("heirs");
    struct err e = ERR_INIT;
    struct device known = open_it(dir, hw_a, 1, 5, false);
    struct device second = open_it(dir, hw_b, 1, 5, false);
    must_be_heir(&second, &known);
    struct device third = open_it(dir, hw_a, 1, 5, false);
    must_be_heir(&third, &known);
    assert_string_not_equal(third.key.pub.id, second.key.pub.id);
    assert_fine(device_acknowledged(dir, &third, &e), e);
    assert_false(fs_exists(scratch("heirs/device/ancestor.key")));
    struct device fourth = open_it(dir, hw_b, 1, 5, false);
    must_be_heir(&fourth, &third);
}

/* A child makes a new identity and dies at its n-th write; the next start finds the old or the new one, whole. */
static bool dies_at(const char *dir, unsigned n)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct device d;
        struct err e = ERR_INIT;
        fault_arm(FAULT_KILL, n);
        _exit(device_open(dir, hw_b, 3, 9, false, &d, &e) ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFSIGNALED(status);
}

static void a_cut_between_any_two_writes(void **state)
{
    (void)state;
    bool cut = true;
    unsigned n = 1;
    for (; cut; n++) {
        char rel[32];
        snprintf(rel, sizeof rel, "cut%u", n);
        const char *dir = scratch(rel);
        struct device old = open_it(dir, hw_a, 1, 9, false);
        cut = dies_at(dir, n);
        struct device now = open_it(dir, hw_b, 3, 9, false), twice = open_it(dir, hw_b, 3, 9, false);
        assert_true(now.succession.there && now.base == 3);
        assert_string_equal(now.succession.old.id, old.key.pub.id);
        assert_true(succession_holds(&now.succession, &now.key.pub, now.epoch));
        assert_false(twice.fresh);
        assert_string_equal(twice.epoch, now.epoch);
        assert_memory_equal(twice.key.bytes, now.key.bytes, KEY_SECRET_BYTES);
    }
    assert_true(n > 12);
    print_message("%u writes, a cut at each\n", n - 2);
}

static void a_disk_that_fails(void **state)
{
    (void)state;
    const char *dir = scratch("full");
    struct device old = open_it(dir, hw_a, 1, 9, false);
    for (unsigned n = 1; n < 200; n++) {
        struct device d;
        struct err e = ERR_INIT;
        fault_arm(FAULT_ENOSPC, n);
        bool ok = device_open(dir, hw_b, 3, 9, false, &d, &e);
        fault_arm(FAULT_OFF, 0);
        if (ok)
            break;
        assert_int_equal(e.kind, ERR_FULL);
    }
    struct device now = open_it(dir, hw_b, 3, 9, false);
    assert_string_equal(now.succession.old.id, old.key.pub.id);
    assert_true(succession_holds(&now.succession, &now.key.pub, now.epoch));
}

static void hardware_is_a_stable_hash(void **state)
{
    (void)state;
    char a[SHA256_HEX], b[SHA256_HEX];
    unsetenv("WEIKE_HARDWARE");
    device_hardware(a);
    device_hardware(b);
    assert_string_equal(a, b);
    assert_true(sha256_hex_valid(a));
    setenv("WEIKE_HARDWARE", "board 2", 1);
    device_hardware(b);
    assert_string_not_equal(a, b);
    unsetenv("WEIKE_HARDWARE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_start), cmocka_unit_test(what_was_sealed_is_remembered), cmocka_unit_test(a_cloned_card),
        cmocka_unit_test(a_restored_backup), cmocka_unit_test(a_database_behind), cmocka_unit_test(older_records_wait_again), cmocka_unit_test(another_one_uses_it), cmocka_unit_test(damaged_identity_files),
        cmocka_unit_test(the_succession_ends_with_an_ack), cmocka_unit_test(an_heir_nobody_heard_of_vouches_for_nobody),
        cmocka_unit_test(a_cut_between_any_two_writes),
        cmocka_unit_test(a_disk_that_fails), cmocka_unit_test(hardware_is_a_stable_hash),
    };
    return scratch_main(tests);
}
