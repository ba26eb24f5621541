/* Which kind of hub a folder holds, and that a county is not made twice by mistake. */
#include "scratch.h"

#include "hub/vault/identity.h"

static void a_county_keeps_its_keys(void **state)
{
    struct err e = ERR_INIT;
    struct identity a, b;
    struct stat st;
    (void)state;
    assert_fine(identity_open(scratch("c"), false, &a, &e), e);
    assert_true(a.is_county && a.has_county && a.fresh);
    assert_fine(identity_open(scratch("c"), false, &b, &e), e);
    assert_true(b.is_county && !b.fresh);
    assert_string_equal(a.county.sign.id, b.county.sign.id);
    assert_string_equal(a.hub.pub.id, b.hub.pub.id);
    assert_int_equal(stat(scratch("c/county/county.key"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    identity_wipe(&a), identity_wipe(&b);
    assert_fine(identity_open(scratch("c"), true, &a, &e), e); /* a county below a province still opens its own */
    assert_true(a.is_county);
    identity_wipe(&a);
}

static void a_township_belongs_to_its_county(void **state)
{
    struct err e = ERR_INIT;
    struct identity county, t;
    struct str text;
    (void)state;
    assert_fine(identity_open(scratch("c2"), false, &county, &e), e);
    assert_fine(identity_open(scratch("t"), true, &t, &e), e);
    assert_false(t.is_county || t.has_county);
    identity_wipe(&t);
    make_dirs(scratch("t/trust"));
    str_init(&text, 0);
    county_key_write(&county.county, &text);
    put_text(scratch("t/trust/county.pub"), text.data);
    assert_fine(identity_open(scratch("t"), true, &t, &e), e);
    assert_true(!t.is_county && t.has_county);
    assert_string_equal(t.county.sign.id, county.county.sign.id);
    identity_wipe(&t);
    assert_refused(identity_open(scratch("t"), false, &t, &e), e, ERR_REFUSED, "--upstream");
    assert_int_equal(access(scratch("t/county/county.key"), F_OK), -1);
    str_release(&text);
    identity_wipe(&county);
}

static void a_damaged_key_is_no_new_county(void **state)
{
    struct err e = ERR_INIT;
    struct identity a;
    (void)state;
    assert_fine(identity_open(scratch("d"), false, &a, &e), e);
    identity_wipe(&a);
    put_text(scratch("d/county/county.key"), "weike-county-key 1\nid 00\n");
    assert_false(identity_open(scratch("d"), false, &a, &e));
    assert_true(*e.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_county_keeps_its_keys), cmocka_unit_test(a_township_belongs_to_its_county), cmocka_unit_test(a_damaged_key_is_no_new_county) };
    return scratch_main(tests);
}
