/* Codes work once and for their time; names are clean. */
#include "hub_kit.h"

struct job { const char *name, *code; int64_t now_ms; char made[ENROL_CODE_TEXT]; struct ledger_code_use out; };
static bool make(struct work *w, void *ctx, struct err *e)
{
    struct job *j = ctx;
    return enrol_code_make(w, j->name, true, j->now_ms, j->made, e);
}
static bool use(struct work *w, void *ctx, struct err *e)
{
    struct job *j = ctx;
    return enrol_code_use(w, j->code, "0123456789abcdef", j->now_ms, &j->out, e);
}

static bool fits(struct kit *k, const char *code, int64_t now_ms, struct ledger_code_use *out)
{
    struct err e = ERR_INIT;
    struct job j = { .code = code, .now_ms = now_ms };
    assert_fine(ledger_do(k->hub.ledger, use, &j, &e), e);
    if (out)
        *out = j.out;
    return j.out.fits;
}

static void a_code_is_good_once_and_in_time(void **state)
{
    struct kit k;
    struct err e = ERR_INIT;
    struct job j = { .name = "白山 hub", .now_ms = 1000 }, late = { .name = "x", .now_ms = 1000 };
    struct ledger_code_use got;
    char typed[40];
    (void)state;
    kit_open(&k, NULL, NULL);
    assert_fine(ledger_do(k.hub.ledger, make, &j, &e), e);
    assert_fine(ledger_do(k.hub.ledger, make, &late, &e), e);
    assert_int_equal(strlen(j.made), 14);
    assert_int_equal(kit_number(&k, "SELECT count(*) FROM code WHERE hash LIKE '%-%'"), 0); /* only its hash is kept */
    assert_false(fits(&k, "aaaa-bbbb-cccc", 2000, NULL));
    assert_false(fits(&k, "", 2000, NULL));
    assert_false(fits(&k, "aaaa-bbbb-cccc-dddd", 2000, NULL));
    snprintf(typed, sizeof typed, " %c%s ", j.made[0] >= 'a' ? j.made[0] - 32 : j.made[0], j.made + 1);
    assert_true(fits(&k, typed, 2000, &got));
    assert_string_equal(got.name, "白山 hub");
    assert_true(got.hub);
    assert_false(fits(&k, j.made, 2000, NULL));
    assert_false(fits(&k, late.made, 1000 + ENROL_CODE_LIFE_DAYS * INT64_C(86400000), NULL));
    kit_close(&k);
}

static void names_are_clean(void **state)
{
    struct kit k;
    char huge[300];
    (void)state;
    kit_open(&k, NULL, NULL);
    memset(huge, 'a', sizeof huge);
    huge[250] = 0;
    const char *const bad[] = { "", "a\nb", "a\xff", "\xe2\x80\xae" "abc", huge };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = ERR_INIT;
        struct job j = { .name = bad[i], .now_ms = 1 };
        assert_refused(ledger_do(k.hub.ledger, make, &j, &e), e, ERR_INVALID, "name");
    }
    kit_close(&k);
}

static void a_code_reads_well_over_the_telephone(void **state)
{
    char code[ENROL_CODE_TEXT], hash[65], other[65];
    (void)state;
    for (int i = 0; i < 200; i++) {
        enrol_code_text(code);
        assert_int_equal(strcspn(code, "il1o0"), 14);
        assert_true(code[4] == '-' && code[9] == '-');
        assert_true(enrol_code_hash(code, hash));
    }
    assert_true(enrol_code_hash("abcd efgh jkmn", hash) && enrol_code_hash("ABCD-EFGH-JKMN", other));
    assert_string_equal(hash, other);
    assert_false(enrol_code_hash("abcd-efgh-jkm", hash));
    assert_false(enrol_code_hash("abcd-efgh-jkm1", hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_code_is_good_once_and_in_time), cmocka_unit_test(names_are_clean), cmocka_unit_test(a_code_reads_well_over_the_telephone) };
    return kit_main(tests);
}
