#include "scratch.h"

#include "pack/sign/key.h"

#include <unistd.h>

static void generates_and_loads(void **state)
{
    struct err e = ERR_INIT;
    struct public_key made, loaded;
    struct secret_key secret;
    struct stat st;
    (void)state;
    assert_fine(key_generate(scratch("keys"), &made, &e), e);
    assert_int_equal(stat(scratch("keys/weike.key"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_fine(key_load_public(scratch("keys/weike.pub"), &loaded, &e), e);
    assert_memory_equal(&made, &loaded, sizeof made);
    assert_fine(key_load_secret(scratch("keys/weike.key"), &secret, &e), e);
    assert_string_equal(secret.pub.id, made.id);
    uint8_t sig[KEY_SIGNATURE_BYTES];
    key_sign(&secret, "lesson", 6, sig);
    assert_true(key_verifies(&loaded, "lesson", 6, sig));
    assert_false(key_verifies(&loaded, "lessoN", 6, sig));
    sig[5] ^= 1;
    assert_false(key_verifies(&loaded, "lesson", 6, sig));
}

static void never_overwrites(void **state)
{
    struct err e = ERR_INIT;
    struct public_key key;
    struct str before, after;
    (void)state;
    assert_fine(key_generate(scratch("once"), &key, &e), e);
    get(scratch("once/weike.key"), &before);
    assert_refused(key_generate(scratch("once"), &key, &e), e, ERR_REFUSED, "weike.key");
    get(scratch("once/weike.key"), &after);
    assert_string_equal(before.data, after.data);
    /* also when only the public half is left */
    assert_int_equal(unlink(scratch("once/weike.key")), 0);
    assert_refused(key_generate(scratch("once"), &key, &e), e, ERR_REFUSED, "weike.pub");
    assert_false(fs_exists(scratch("once/weike.key")));
    str_release(&before);
    str_release(&after);
}

/* RFC 8032 §7.1 test 2: what others sign, we verify; and our id is the start of the key's SHA-256. */
static void agrees_with_rfc8032(void **state)
{
    struct public_key key = { .id = "" };
    uint8_t sig[KEY_SIGNATURE_BYTES];
    (void)state;
    assert_true(hex_decode("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", key.bytes, 32));
    assert_true(hex_decode("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                           "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00", sig, 64));
    assert_true(key_verifies(&key, "\x72", 1, sig));
}

static void refuses_what_is_no_key(void **state)
{
    static const struct { const char *what, *text; } bad[] = {
        { "empty", "" },
        { "no head", "id 0123456789abcdef\ned25519 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c\n" },
        { "short", "weike-public-key 1\nid 0123456789abcdef\ned25519 3d40\n" },
        { "capitals", "weike-public-key 1\nid 0123456789abcdef\ned25519 3D4017C3E843895A92B70AA74D1B7EBC9C982CCF2EC4968CC0CD55F12AF4660C\n" },
        { "a line more", "weike-public-key 1\nid 0123456789abcdef\n"
                         "ed25519 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c\nmore\n" },
        { "another's id", "weike-public-key 1\nid 0123456789abcdef\n"
                          "ed25519 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c\n" },
        { "secret for public", "weike-secret-key 1\nid 0123456789abcdef\n"
                               "ed25519-seed 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c\n" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = ERR_INIT;
        struct public_key key;
        put_text(scratch("bad.pub"), bad[i].text);
        assert_refused(key_load_public(scratch("bad.pub"), &key, &e), e, ERR_INVALID, "bad.pub");
    }
    struct err e = ERR_INIT;
    struct public_key key;
    assert_refused(key_load_public(scratch("none.pub"), &key, &e), e, ERR_MISSING, "none.pub");
    static char big[5000];
    memset(big, 'a', sizeof big);
    put(scratch("big.pub"), big, sizeof big);
    assert_refused(key_load_public(scratch("big.pub"), &key, &e), e, ERR_TOO_BIG, "big.pub");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(generates_and_loads), cmocka_unit_test(never_overwrites),
                                        cmocka_unit_test(agrees_with_rfc8032), cmocka_unit_test(refuses_what_is_no_key) };
    return scratch_main(tests);
}
