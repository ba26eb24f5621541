/* Receipts: written, read, compared; and what must be refused although it is signed. */
#include "pack/packet/ack.h"
#include "base/json.h"
#include "scratch.h"

static struct secret_key key, stranger;
static struct key_ring ring;

static int setup(void **state)
{
    struct public_key pub;
    struct err e = ERR_INIT;
    if (scratch_setup(state) != 0 || !key_generate(scratch("k"), &pub, &e) || !key_load_secret(scratch("k/weike.key"), &key, &e) ||
        !key_generate(scratch("s"), &pub, &e) || !key_load_secret(scratch("s/weike.key"), &stranger, &e))
        return -1;
    key_ring_of(&key.pub, &ring);
    return 0;
}

static struct ack plain(void)
{
    return (struct ack){ .device = "0123456789abcdef", .epoch = "00112233445566778899aabbccddeeff", .level = ACK_STORED, .upto = 20,
        .range_count = 2, .range = { { 25, 30 }, { 40, 40 } }, .want_count = 1, .want = { { 22, 23 } }, .rejected_count = 1,
        .rejected = { { 12, "0190c1a2-0000-7000-8000-000000000001", "no such verb" } },
        .packet = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", .now_ms = 1795000000123 };
}

static bool read_back(const struct str *sealed, struct ack *out, struct err *e)
{
    struct verified *v = envelope_open(sealed->data, sealed->len, &ring, e);
    bool ok = v && ack_parse(v, out, e);
    verified_free(v);
    return ok;
}

static void there_and_back(void **state)
{
    (void)state;
    struct ack a = plain(), b;
    struct str text;
    struct err e = ERR_INIT;
    str_init(&text, 0);
    ack_write(&a, &key, &text);
    memset(&b, 0xff, sizeof b);
    assert_fine(read_back(&text, &b, &e), e);
    assert_string_equal(b.device, a.device);
    assert_string_equal(b.epoch, a.epoch);
    assert_string_equal(b.packet, a.packet);
    assert_string_equal(b.rejected[0].why, "no such verb");
    assert_string_equal(b.rejected[0].id, a.rejected[0].id);
    assert_true(b.level == ACK_STORED && b.upto == 20 && b.range_count == 2 && b.range[1].first == 40 && b.want_count == 1 &&
                b.want[0].last == 23 && b.rejected_count == 1 && b.rejected[0].seq == 12 && b.now_ms == a.now_ms);
    str_release(&text);
}

static void another_signer_is_refused(void **state)
{
    (void)state;
    struct ack a = plain(), b;
    struct str text;
    struct err e = ERR_INIT;
    str_init(&text, 0);
    ack_write(&a, &stranger, &text);
    assert_refused(read_back(&text, &b, &e), e, ERR_UNTRUSTED, "not trusted");
    str_release(&text);
}

static void signed_nonsense_is_refused(void **state)
{
    (void)state;
#define GOOD "\"type\":\"ack\",\"format\":1,\"device\":\"0123456789abcdef\",\"epoch\":\"00112233445566778899aabbccddeeff\",\"level\":\"stored\",\"upto\":5,\"now_ms\":1"
    static const struct { const char *json; enum err_kind kind; const char *says; } bad[] = {
        { "[]", ERR_INVALID, "not a JSON object" },
        { "{}", ERR_INVALID, "type" },
        { "{\"type\":\"time\",\"format\":1}", ERR_INVALID, "not as a receipt" },
        { "{\"type\":\"ack\",\"format\":2}", ERR_UNSUPPORTED, "format 2" },
        { "{\"type\":\"ack\",\"format\":1,\"device\":\"0123456789ABCDEF\"}", ERR_INVALID, "device" },
        { "{\"type\":\"ack\",\"format\":1,\"device\":\"0123456789abcdef\",\"epoch\":\"\"}", ERR_INVALID, "epoch" },
        { "{" GOOD ",\"upto\":6}", ERR_INVALID, "duplicate" },
        { "{" GOOD ",\"packet\":\"ab\"}", ERR_INVALID, "packet" },
        { "{" GOOD ",\"ranges\":[[5,6]]}", ERR_INVALID, "range 1" },
        { "{" GOOD ",\"ranges\":[[8,7]]}", ERR_INVALID, "range 1" },
        { "{" GOOD ",\"ranges\":[[8,9],[10,12]]}", ERR_INVALID, "range 2" },
        { "{" GOOD ",\"ranges\":[[8,9,10]]}", ERR_INVALID, "range 1" },
        { "{" GOOD ",\"ranges\":[[8,999999999999999]]}", ERR_INVALID, "range 1" },
        { "{" GOOD ",\"ranges\":[8]}", ERR_INVALID, "range 1" },
        { "{" GOOD ",\"want\":[[0,1]]}", ERR_INVALID, "want" },
        { "{" GOOD ",\"rejected\":[1]}", ERR_INVALID, "entry 1" },
        { "{" GOOD ",\"rejected\":[{\"id\":\"x\",\"why\":\"\"}]}", ERR_INVALID, "UUID" },
        { "{" GOOD ",\"rejected\":[{\"id\":\"0190c1a2-0000-7000-8000-000000000001\"}]}", ERR_INVALID, "why" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct str text;
        struct ack a;
        struct err e = ERR_INIT;
        str_init(&text, 0);
        envelope_seal(&key, bad[i].json, strlen(bad[i].json), &text);
        bool ok = read_back(&text, &a, &e);
        if (ok || e.kind != bad[i].kind || !strstr(e.text, bad[i].says))
            fail_msg("%s: %d %s \"%s\"", bad[i].json, ok, err_kind_name(e.kind), e.text);
        str_release(&text);
    }
}

static void the_largest_fits(void **state)
{
    (void)state;
    struct ack a = plain(), b;
    struct str text;
    struct err e = ERR_INIT;
    a.range_count = a.want_count = ACK_RANGES_MAX;
    for (int i = 0; i < ACK_RANGES_MAX; i++)
        a.range[i] = a.want[i] = (struct ack_range){ 200000000000000 + i * 10, 200000000000005 + i * 10 };
    a.rejected_count = ACK_REJECTED_MAX;
    for (int i = 0; i < ACK_REJECTED_MAX; i++) {
        a.rejected[i] = a.rejected[0];
        memset(a.rejected[i].why, 0xe9, ACK_WHY_MAX); /* not UTF-8, not ended */
        memcpy(a.rejected[i].why, "\"\"\"\"", 4);
    }
    str_init(&text, 0);
    ack_write(&a, &key, &text);
    assert_true(text.len <= ACK_MAX_BYTES);
    assert_fine(read_back(&text, &b, &e), e);
    assert_true(b.upto == a.upto && b.range_count == ACK_RANGES_MAX);
    str_release(&text);
}

static void what_an_ack_covers(void **state)
{
    (void)state;
    struct ack a = plain();
    static const struct { int64_t seq; bool covered; } rows[] = { { 0, false }, { -3, false }, { 1, true }, { 20, true }, { 21, false }, { 22, false },
        { 25, true }, { 30, true }, { 31, false }, { 40, true }, { 41, false } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(ack_covers(&a, rows[i].seq), rows[i].covered);
}

static void which_ack_dominates(void **state)
{
    (void)state;
    struct ack a = plain(), b = plain();
    assert_true(ack_dominates(&a, &b));
    b.upto = 30, b.range_count = 1, b.range[0] = (struct ack_range){ 40, 50 };
    assert_true(ack_dominates(&b, &a));
    assert_false(ack_dominates(&a, &b));
    b.level = ACK_HELD;
    assert_false(ack_dominates(&b, &a));
    b = plain();
    b.range_count = 1;
    assert_false(ack_dominates(&b, &a));
    assert_true(ack_dominates(&a, &b));
    b = plain();
    b.epoch[0] = 'f';
    assert_false(ack_dominates(&a, &b));
    assert_false(ack_dominates(&b, &a));
    b = plain();
    b.range[0] = (struct ack_range){ 21, 39 }; /* touches upto; with 40 it is 1..40 */
    b.range[1] = (struct ack_range){ 41, 41 };
    a.range[0] = (struct ack_range){ 18, 39 }, a.range_count = 1;
    assert_true(ack_dominates(&b, &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back), cmocka_unit_test(another_signer_is_refused), cmocka_unit_test(signed_nonsense_is_refused),
        cmocka_unit_test(the_largest_fits), cmocka_unit_test(what_an_ack_covers), cmocka_unit_test(which_ack_dominates),
    };
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
