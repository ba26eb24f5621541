#include "scratch.h"

#include "pack/sign/envelope.h"
#include "pack/sign/zst.h"

static struct secret_key ours, other;

static int setup(void **state)
{
    struct err e = ERR_INIT;
    struct public_key k;
    return scratch_setup(state) == 0 && key_generate(scratch("a"), &k, &e) && key_load_secret(scratch("a/weike.key"), &ours, &e) &&
                   key_generate(scratch("b"), &k, &e) && key_load_secret(scratch("b/weike.key"), &other, &e) ? 0 : -1;
}

static void seal(const struct secret_key *key, const char *payload, struct str *out)
{
    str_init(out, 0);
    envelope_seal(key, payload, strlen(payload), out);
}

static void opens_what_was_sealed(void **state)
{
    struct err e = ERR_INIT;
    struct key_ring ring;
    struct str s;
    size_t len;
    (void)state;
    key_ring_of(&ours.pub, &ring);
    seal(&ours, "{\"a\":1}", &s);
    struct verified *v = envelope_open(s.data, s.len, &ring, &e);
    assert_fine(v != NULL, e);
    assert_string_equal(verified_bytes(v, &len), "{\"a\":1}");
    assert_int_equal(len, 7);
    assert_string_equal(verified_key_id(v), ours.pub.id);
    verified_free(v);
    str_release(&s);
}

/* Every single byte changed, one at a time: never opens. */
static void every_flipped_byte_is_refused(void **state)
{
    struct key_ring ring;
    struct str s;
    (void)state;
    key_ring_of(&ours.pub, &ring);
    seal(&ours, "{\"a\":1}", &s);
    for (size_t i = 0; i < s.len; i++)
        for (int bit = 0; bit < 8; bit++) {
            struct err e = ERR_INIT;
            s.data[i] ^= (char)(1 << bit);
            struct verified *v = envelope_open(s.data, s.len, &ring, &e);
            if (v || e.kind != ERR_UNTRUSTED)
                fail_msg("byte %zu bit %d: %s", i, bit, e.text);
            s.data[i] ^= (char)(1 << bit);
        }
    for (size_t n = 0; n < s.len; n++) {
        struct err e = ERR_INIT;
        assert_null(envelope_open(s.data, n, &ring, &e));
    }
    str_release(&s);
}

static void unknown_keys_are_named(void **state)
{
    struct err e = ERR_INIT;
    struct key_ring ring = { .threshold = 1 };
    struct str s;
    (void)state;
    seal(&other, "{}", &s);
    assert_refused(envelope_open(s.data, s.len, &ring, &e) != NULL, e, ERR_UNTRUSTED, other.pub.id); /* nobody is trusted */
    key_ring_of(&ours.pub, &ring);
    assert_refused(envelope_open(s.data, s.len, &ring, &e) != NULL, e, ERR_UNTRUSTED, other.pub.id);
    assert_int_equal(e.reason, ERR_BECAUSE_UNKNOWN_KEY);
    str_release(&s);
}

static void unsigned_is_said(void **state)
{
    static const char *const bad[] = { "", "{\"a\":1}", "weike-signed 1\n", "weike-signed 1\n\n{}", "<html>sign in</html>",
                                       "weike-signed 2\n\n{}" };
    struct key_ring ring;
    (void)state;
    key_ring_of(&ours.pub, &ring);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = ERR_INIT;
        assert_refused(envelope_open(bad[i], strlen(bad[i]), &ring, &e) != NULL, e, ERR_UNTRUSTED, "not signed");
        assert_int_equal(e.reason, ERR_BECAUSE_UNSAID);
    }
}

/* Two lines of signatures over one payload. */
static void two_signatures(const struct secret_key *a, const struct secret_key *b, struct str *out)
{
    struct str one, two;
    seal(a, "{}", &one);
    seal(b, "{}", &two);
    char *sig = strstr(two.data, "sig "), *end = strstr(one.data, "\n\n");
    str_init(out, 0);
    str_add(out, one.data, (size_t)(end + 1 - one.data));
    str_puts(out, sig);
    str_release(&one);
    str_release(&two);
}

static void threshold_counts_different_keys(void **state)
{
    struct err e = ERR_INIT;
    struct key_ring ring = { .count = 2, .threshold = 2, .key = { ours.pub, other.pub } };
    struct str s;
    (void)state;
    two_signatures(&ours, &other, &s);
    struct verified *v = envelope_open(s.data, s.len, &ring, &e);
    assert_fine(v != NULL, e);
    verified_free(v);
    str_release(&s);
    two_signatures(&ours, &ours, &s); /* the same key twice is one */
    assert_refused(envelope_open(s.data, s.len, &ring, &e) != NULL, e, ERR_UNTRUSTED, "1 of the needed 2");
    str_release(&s);
}

static void named_bytes(void **state)
{
    struct err e = ERR_INIT;
    struct str z;
    struct tree_ref ref = { .json_bytes = 2 };
    (void)state;
    str_init(&z, 0);
    zst_pack("{}", 2, &z);
    sha256_hex("{}", 2, ref.sha256);
    ref.size_bytes = z.len;
    struct verified *v = envelope_open_named(z.data, z.len, &ref, &e);
    assert_fine(v != NULL, e);
    verified_free(v);
    v = envelope_open_plain("{}", 2, &ref, &e);
    assert_fine(v != NULL, e);
    verified_free(v);
    assert_refused(envelope_open_plain("[]", 2, &ref, &e) != NULL, e, ERR_UNTRUSTED, "not the signed ones");
    assert_refused(envelope_open_plain("{} ", 3, &ref, &e) != NULL, e, ERR_UNTRUSTED, "3 bytes");
    z.data[z.len - 1] ^= 1;
    assert_refused(envelope_open_named(z.data, z.len, &ref, &e) != NULL, e, ERR_UNTRUSTED, "compression");
    str_clear(&z);
    zst_pack("[]", 2, &z);
    assert_refused(envelope_open_named(z.data, z.len, &ref, &e) != NULL, e, ERR_UNTRUSTED, "not the signed ones");
    while (z.len <= envelope_named_max(&ref))
        str_puts(&z, "padding ");
    assert_refused(envelope_open_named(z.data, z.len, &ref, &e) != NULL, e, ERR_TOO_BIG, "more than");
    str_release(&z);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_what_was_sealed), cmocka_unit_test(every_flipped_byte_is_refused),
        cmocka_unit_test(unknown_keys_are_named), cmocka_unit_test(unsigned_is_said),
        cmocka_unit_test(threshold_counts_different_keys), cmocka_unit_test(named_bytes),
    };
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
