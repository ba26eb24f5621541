#include "forge.h"

#include "pack/trust/trust.h"

/* A signed list, opened. */
static struct verified *list(const struct secret_key *key, int64_t version, int64_t issued_s, int64_t expires_s, struct timestamp *t)
{
    struct err e = ERR_INIT;
    struct str payload, envelope;
    struct key_ring ring;
    *t = (struct timestamp){ .version = version, .issued_s = issued_s, .expires_s = expires_s };
    str_init(&payload, 0);
    str_init(&envelope, 0);
    timestamp_write(t, &payload);
    envelope_seal(key, payload.data, payload.len, &envelope);
    key_ring_of(&key->pub, &ring);
    struct verified *v = envelope_open(envelope.data, envelope.len, &ring, &e);
    assert_fine(v != NULL, e);
    str_release(&payload);
    str_release(&envelope);
    return v;
}

static void pins_and_replaces(void **state)
{
    struct err e = ERR_INIT;
    struct trust t;
    char old[KEY_ID_TEXT];
    (void)state;
    assert_fine(trust_load(scratch("none"), &t, &e), e);
    assert_int_equal(t.ring.count, 0);
    assert_fine(trust_pin(scratch("d"), &forge_key.pub, old, &e), e);
    assert_string_equal(old, "");
    assert_fine(trust_load(scratch("d"), &t, &e), e);
    assert_int_equal(t.ring.count, 1);
    assert_string_equal(t.ring.key[0].id, forge_key.pub.id);
    assert_fine(trust_pin(scratch("d"), &forge_other_key.pub, old, &e), e);
    assert_string_equal(old, forge_key.pub.id);
    put_text(scratch("d/trust/publisher.pub"), "rot");
    assert_refused(trust_load(scratch("d"), &t, &e), e, ERR_INVALID, "publisher.pub");
}

static const int64_t year = 365 * 86400;

/* What the clock may and may not do: only signed dates and the build date push the floor. */
static void accepts_by_signed_dates_only(void **state)
{
    static const struct { int64_t version, issued, expires, floor; enum err_kind kind; } table[] = {
        { 5, 50, 51, 0, ERR_NONE },        /* the very list that is here: below */
        { 6, 40, 60, 0, ERR_NONE },
        { 4, 50, 60, 0, ERR_OLDER },       /* version went back */
        { 6, 40, 49, 0, ERR_OLDER },       /* ended before the newest signed date */
        { 6, 40, 60, 70, ERR_OLDER },      /* ended before the program was built */
        { 6, 200, 201, 0, ERR_NONE },      /* from a future the clock knows nothing of */
    };
    struct err e = ERR_INIT;
    struct trust t;
    struct timestamp stamp;
    (void)state;
    assert_fine(trust_pin(scratch("a"), &forge_key.pub, NULL, &e), e);
    assert_fine(trust_load(scratch("a"), &t, &e), e);
    struct verified *v = list(&forge_key, 5, 50 * year, 51 * year, &stamp);
    assert_fine(trust_remember(scratch("a"), &t, v, &stamp, &e), e);
    verified_free(v);
    assert_fine(trust_load(scratch("a"), &t, &e), e);
    assert_int_equal(trust_seen_version(&t), 5);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct err why = ERR_INIT;
        v = list(&forge_key, table[i].version, table[i].issued * year, table[i].expires * year, &stamp);
        bool ok = trust_accepts(&t, v, &stamp, table[i].floor * year * 1000, &why);
        if (ok != (table[i].kind == ERR_NONE) || why.kind != table[i].kind)
            fail_msg("row %zu: %s", i, why.text);
        verified_free(v);
    }
    v = list(&forge_other_key, 1, 50 * year, 60 * year, &stamp); /* a new key starts afresh */
    assert_fine(trust_accepts(&t, v, &stamp, 0, &e), e);
    verified_free(v);
}

static void damaged_memory_is_no_dead_end(void **state)
{
    static const char *const rot[] = { "", "{", "{\"key\":1}", "\xff\xff", "{\"key\":\"x\",\"sha256\":\"y\",\"version\":1,\"floor\":0}" };
    struct err e = ERR_INIT;
    (void)state;
    assert_fine(trust_pin(scratch("m"), &forge_key.pub, NULL, &e), e);
    for (size_t i = 0; i < sizeof rot / sizeof *rot; i++) {
        struct trust t;
        struct timestamp stamp;
        put_text(scratch("m/trust/seen.json"), rot[i]);
        assert_fine(trust_load(scratch("m"), &t, &e), e);
        assert_true(t.seen_damaged);
        assert_int_equal(trust_seen_version(&t), 0);
        struct verified *v = list(&forge_key, 3, year, 2 * year, &stamp);
        assert_fine(trust_remember(scratch("m"), &t, v, &stamp, &e), e);
        assert_fine(trust_load(scratch("m"), &t, &e), e);
        assert_false(t.seen_damaged);
        assert_int_equal(trust_seen_version(&t), 3);
        verified_free(v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(pins_and_replaces), cmocka_unit_test(accepts_by_signed_dates_only),
                                        cmocka_unit_test(damaged_memory_is_no_dead_end) };
    return cmocka_run_group_tests(tests, forge_setup, scratch_teardown);
}
