/* Members: the wall, adding, CSV lists, PIN and picture codes with their lock. */
#include "store_kit.h"

#include "base/clock.h"
#include "store/people/pin.h"

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
    clock_set_fake(NULL);
    store_close(store);
    kit_remove(dir);
    return 0;
}

static void add(const char *name, const char *id, const char *pin)
{
    struct err e = ERR_INIT;
    struct member_new m = { .name = name, .id = id, .pin = pin };
    KIT_MUST(member_add(store_writer(store), &m, NULL, &e));
}

static void test_wall(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    static const char *const name[] = { "王小明", "曾国强", "张伟", "阿依古丽", "Bob", "王大力", "12号" };
    char initials[28], id[8];
    for (int i = 0; i < 7; i++) {
        snprintf(id, sizeof id, "v%d", i);
        add(name[i], id, NULL);
    }
    KIT_MUST(member_initials(store_db(store), initials, &e));
    assert_string_equal(initials, "ABWZ#");
    static const char *const order[] = { "阿依古丽", "Bob", "王大力", "王小明", "曾国强", "张伟", "12号" };
    struct member_list l;
    int total;
    for (int offset = 0; offset < 7; offset += 3) {
        KIT_MUST(member_page(store_db(store), 0, offset, 3, &l, &total, &e));
        assert_int_equal(total, 7);
        for (int i = 0; i < l.count; i++)
            assert_string_equal(l.member[i].name, order[offset + i]);
        assert_int_equal(l.count, offset < 6 ? 3 : 1);
        member_list_release(&l);
    }
    KIT_MUST(member_page(store_db(store), 'Z', 0, 10, &l, &total, &e));
    assert_int_equal(total, 2);
    assert_string_equal(l.member[0].name, "曾国强");
    assert_in_range(l.member[0].hue, 0, MEMBER_HUES - 1);
    member_list_release(&l);
    KIT_MUST(member_page(store_db(store), '#', 0, 10, &l, NULL, &e));
    assert_string_equal(l.member[0].name, "12号");
    member_list_release(&l);
    KIT_MUST(member_set_active(store_writer(store), "v4", false, &e));
    KIT_MUST(member_initials(store_db(store), initials, &e));
    assert_string_equal(initials, "AWZ#");
    KIT_MUST(member_count(store_db(store), &total, &e));
    assert_int_equal(total, 6);
    struct health h;
    KIT_MUST(store_health(store, &h, &e));
    assert_int_equal(h.members, 6);
    KIT_MUST(member_page_retired(store_db(store), 0, 10, &l, &total, &e));
    assert_true(l.count == 1 && total == 1 && !l.member[0].active);
    assert_string_equal(l.member[0].id, "v4");
    member_list_release(&l);
    KIT_MUST(member_set_active(store_writer(store), "v4", true, &e));
    KIT_MUST(member_page_retired(store_db(store), 0, 10, &l, &total, &e));
    assert_true(l.count == 0 && total == 0);
    member_list_release(&l);
    KIT_MUST(member_count(store_db(store), &total, &e));
    assert_int_equal(total, 7);
    assert_false(member_set_active(store_writer(store), "nobody", false, &e));
    assert_true(e.kind == ERR_MISSING && strstr(e.text, "nobody"));
}

static void test_add_refuses(void **state)
{
    (void)state;
    static const struct { struct member_new m; enum err_kind kind; const char *says; } row[] = {
        { { .name = "" }, ERR_INVALID, "name is empty" },
        { { .name = " \xe2\x80\x8b " }, ERR_INVALID, "name is empty" },
        { { .name = "\xc4\xe3\xba\xc3" }, ERR_INVALID, "not UTF-8" },
        { { .name = "a", .id = "../x" }, ERR_INVALID, "id" },
        { { .name = "a", .id = "-x" }, ERR_INVALID, "id" },
        { { .name = "a", .pin = "123" }, ERR_INVALID, "4 to 12 digits" },
        { { .name = "a", .pin = "12a4" }, ERR_INVALID, "4 to 12 digits" },
        { { .name = "a", .pictures = "1-2" }, ERR_INVALID, "picture code" },
        { { .name = "a", .pictures = "1-1-2" }, ERR_INVALID, "picture code" },
        { { .name = "a", .pictures = "1-2-13" }, ERR_INVALID, "picture code" },
        { { .name = "a", .photo_sha256 = "x" }, ERR_INVALID, "photo" },
        { { .name = "b", .id = "taken" }, ERR_REFUSED, "already a member" },
        { { .name = "b", .pictures = "3-7-11" }, ERR_REFUSED, "belongs to somebody else" },
    };
    struct err e = ERR_INIT;
    struct member_new first = { .name = "a", .id = "taken", .pictures = "3-7-11" };
    KIT_MUST(member_add(store_writer(store), &first, NULL, &e));
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        int total;
        if (member_add(store_writer(store), &row[i].m, NULL, &e))
            fail_msg("accepted row %zu", i);
        if (e.kind != row[i].kind || !strstr(e.text, row[i].says))
            fail_msg("row %zu: %s: %s", i, err_kind_name(e.kind), e.text);
        assert_true(member_count(store_db(store), &total, &e));
        assert_int_equal(total, 1);
    }
}

static void test_made_ids_and_clean_names(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct member_new m = { .name = "  李\xe2\x80\xae华\t " };
    struct member got;
    char a[MEMBER_ID], b[MEMBER_ID];
    KIT_MUST(member_add(store_writer(store), &m, a, &e));
    KIT_MUST(member_add(store_writer(store), &m, b, &e));
    assert_string_not_equal(a, b);
    assert_int_equal(strlen(a), 11);
    KIT_MUST(member_get(store_db(store), a, &got, &e));
    assert_string_equal(got.name, "李华");
    assert_int_equal(got.initial, 'L');
    assert_false(got.has_pin);
    assert_false(member_get(store_db(store), "nobody", &got, &e));
    assert_int_equal(e.kind, ERR_MISSING);
}

static void test_csv(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct member_import done;
    struct member m;
    static const char good[] = "\xef\xbb\xbf姓名 (full_name),编号,密码,角色\r\n王小明,v1,1234,村民\r\n\"李, 华\",v2,,书记\r\n\r\n张伟,,,\r\n";
    KIT_MUST(member_import_csv(store_writer(store), good, sizeof good - 1, &done, &e));
    assert_int_equal(done.added, 3);
    KIT_MUST(member_get(store_db(store), "v2", &m, &e));
    assert_string_equal(m.name, "李, 华");
    assert_int_equal(m.role, MEMBER_SECRETARY);
    static const char again[] = "name,id,pin\n王小明明,v1,\n";
    KIT_MUST(member_import_csv(store_writer(store), again, sizeof again - 1, &done, &e));
    assert_int_equal(done.updated, 1);
    KIT_MUST(member_get(store_db(store), "v1", &m, &e));
    assert_string_equal(m.name, "王小明明");
    assert_true(m.has_pin); /* an empty cell leaves the old one */
    static const struct { const char *text, *says; } bad[] = {
        { "\xd0\xd5\xc3\xfb\n\xcd\xf5\n", "CSV UTF-8" },
        { "id,pin\nv1,1234\n", "must name the columns" },
        { "name\n", "no people" },
        { "name,id\nA,x\nB,x\n", "line 3: the id \"x\" stands in this list twice" },
        { "name,pin\nA,1234\nB,12\n", "line 3: a PIN is" },
        { "name,role\nA,king\n", "line 2: the role \"king\"" },
        { "name\n\"A\n", "line 2: a quotation mark" },
        { "name,id\n\"A\"x,y\n", "line 2: a comma is missing" },
        { "name,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16\n", "more than 16 columns" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (member_import_csv(store_writer(store), bad[i].text, strlen(bad[i].text), &done, &e))
            fail_msg("accepted %s", bad[i].text);
        if (!strstr(e.text, bad[i].says))
            fail_msg("%s gave: %s", bad[i].text, e.text);
    }
    assert_int_equal(kit_number(store_db(store), "SELECT count(*) FROM member"), 3);
}

static enum pin_verdict try(const char *subject, const char *code, int64_t *locked_ms)
{
    struct err e = ERR_INIT;
    enum pin_verdict v;
    KIT_MUST(pin_check(store_writer(store), subject, code, &v, locked_ms, &e));
    return v;
}

static void test_pin_lock(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct clock_fake now = { .boot_ms = 1000000, .wall_ms = 1800000000000 };
    int64_t locked;
    clock_set_fake(&now);
    add("王", "v1", "2580");
    assert_int_equal(try("v1", "2580", NULL), PIN_RIGHT);
    assert_int_equal(try("v2", "2580", NULL), PIN_UNSET);
    for (int i = 0; i < 4; i++)
        assert_int_equal(try("v1", "0000", NULL), PIN_WRONG);
    assert_int_equal(try("v1", "2580", NULL), PIN_RIGHT); /* forgets the four */
    uint64_t ticket = pin_post(store_writer(store), "v1", "0000");
    enum pin_verdict v;
    int left;
    assert_false(pin_result(store_writer(store), ticket, &v, NULL, NULL));
    while (writer_step(store_writer(store)))
        ;
    assert_true(pin_result(store_writer(store), ticket, &v, &locked, &left));
    assert_int_equal(v, PIN_WRONG);
    assert_int_equal(left, 4);
    for (int i = 0; i < 3; i++)
        assert_int_equal(try("v1", "0000", NULL), PIN_WRONG);
    assert_int_equal(try("v1", "0000", &locked), PIN_LOCKED);
    assert_int_equal(locked, 5 * 60000);
    assert_int_equal(try("v1", "2580", &locked), PIN_LOCKED);
    /* Restarting does not help, nor does setting the clock. */
    store_close(store);
    now.wall_ms += 86400000;
    store = kit_open(dir, NULL);
    now.boot_ms += 299000;
    assert_int_equal(try("v1", "2580", &locked), PIN_LOCKED);
    assert_int_equal(locked, 1000);
    KIT_MUST(pin_locked(store_db(store), "v1", &locked, &e));
    assert_int_equal(locked, 1000);
    now.boot_ms += 1000;
    assert_int_equal(try("v1", "2580", NULL), PIN_RIGHT);
}

static void test_lock_after_reboot(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct clock_fake now = { .boot_ms = 1000000, .wall_ms = 1800000000000 };
    int64_t locked;
    clock_set_fake(&now);
    add("王", "v1", "2580");
    for (int i = 0; i < 5; i++)
        try("v1", "0000", NULL);
    store_close(store);
    struct db *db = db_open_writer(dir, &e);
    KIT_MUST(db_exec(db, "UPDATE pin SET lock_boot_id = 'another boot'", &e));
    db_close(db);
    store = kit_open(dir, NULL);
    now.boot_ms = 60000; /* a minute after the machine came up */
    assert_int_equal(try("v1", "2580", &locked), PIN_LOCKED);
    assert_int_equal(locked, 4 * 60000);
    now.boot_ms = 5 * 60000;
    assert_int_equal(try("v1", "2580", NULL), PIN_RIGHT);
}

static void test_other_codes(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    bool set;
    struct member_new m = { .name = "王", .id = "v1", .pictures = "3-7-11" };
    KIT_MUST(member_add(store_writer(store), &m, NULL, &e));
    assert_int_equal(try("v1", "3-7-11", NULL), PIN_RIGHT);
    assert_int_equal(try("v1", "3-11-7", NULL), PIN_WRONG);
    assert_int_equal(try("v1", "3711", NULL), PIN_WRONG);
    KIT_MUST(member_set_pin(store_writer(store), "v1", "8642", &e));
    assert_int_equal(try("v1", "8642", NULL), PIN_RIGHT);
    KIT_MUST(member_set_pin(store_writer(store), "v1", "", &e));
    assert_int_equal(try("v1", "8642", NULL), PIN_WRONG);
    assert_false(member_set_pin(store_writer(store), "nobody", "8642", &e));
    assert_false(pin_set_technician(store_writer(store), "1234", &e));
    KIT_MUST(pin_is_set(store_db(store), PIN_TECHNICIAN, &set, &e));
    assert_false(set);
    KIT_MUST(pin_set_technician(store_writer(store), "135790", &e));
    KIT_MUST(pin_is_set(store_db(store), PIN_TECHNICIAN, &set, &e));
    assert_true(set);
    assert_int_equal(try(PIN_TECHNICIAN, "135790", NULL), PIN_RIGHT);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)
int main(void)
{
    const struct CMUnitTest tests[] = { T(test_wall), T(test_add_refuses), T(test_made_ids_and_clean_names), T(test_csv),
                                        T(test_pin_lock), T(test_lock_after_reboot), T(test_other_codes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
