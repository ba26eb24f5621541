#define _GNU_SOURCE
/* Packets: sealed, read by a carrier, opened by the county, and everything that must be refused. */
#include "pack/packet/packet.h"
#include "base/clock.h"
#include "scratch.h"

#include <sodium.h>

static struct county_secret county, other_county;
static struct secret_key device, old_device;
static const char epoch[] = "00112233445566778899aabbccddeeff";

static void make_key(const char *name, struct secret_key *out)
{
    struct public_key pub;
    struct err e = ERR_INIT;
    char *path = fs_join(scratch(name), "weike.key");
    assert_fine(key_generate(scratch(name), &pub, &e) && key_load_secret(path, out, &e), e);
    free(path);
}

static void make_county(const char *name, struct county_secret *out)
{
    struct county_key pub;
    struct err e = ERR_INIT;
    char *path = fs_join(scratch(name), "county.key");
    assert_fine(county_key_generate(scratch(name), &pub, &e) && county_secret_load(path, out, &e), e);
    assert_memory_equal(pub.box, out->pub.box, sizeof pub.box);
    assert_string_equal(pub.sign.id, out->pub.sign.id);
    free(path);
}

/* content/records/example.rec, and its county's keys: made in November 2026, and to be opened for ever. */
static const char example[] =
    "574b523101010200010000000000290000000000020000006098a202a2019f86d081884c7d659a2feaa0c55ad015cecf5a9989c36631604f87b6d39191772062"
    "15df4c9ce17c6c00f59437f1d188000000000000000000000000000000000d007b2277616974696e67223a327d8a22c3f0a9c1e2c7bdcbb79a475033752355c9"
    "d3230d9b3804a9819d8df0032b8edd42bebc0307416950a970df88995a3b89b614c31ea56e186054712737b8002ed6a27a5a032a2185882a34ff671fb6605b59"
    "ab15876c41690c490f48bf1b0fac3c16d98c12cb9a8686b73c777275aec998077ae5bc312d54e417dab2a209d68ad4362fe1c4945358fa7e2f6078af7161c5d7"
    "dbe7d54ef3c983d2cc8ead7a3926550664a91c50f58e801af108780d2be63da8648212b9baf3abad31cd061fde13ae3011aa301fbe4797dd3ab500bec4c816f5"
    "f6b8c52af9359cbce019d8eb104a11bca7571e3842f3e71c2fae5ebf09dd9dfaf6d6bdec94881ec40cb76269043468243ed3dabe409e902de2a44307de557785"
    "50796a52f135c45abcc7b101b87302263f91e806f7d364c00605fc40870ca0d8ff71a5d8bc849fa56cab0dec7a0be7ee260b3c095419f7b214509a369ca378a8"
    "ecbd2ba5a965226a44c42a037d26f910326a2578b6e18dfce19a866b05da9064facb47e5700a9c984385750946c75649468c0315484efbb4fa3b86b40e08";
static const char example_county[] =
    "weike-county-secret 1\nid b42ac6eab54d9c1f\ned25519-seed 8e4c996b3facef0f78a81b644d27ec0012c90e18fec584005a5f36261e8def56\n"
    "x25519-secret a61d579b450aa1079c193f9b926d1be5339089f602f18161e8d91df10c6c7ca5\n";

static bool see_example(void *ctx, int n, const char *bytes, size_t len)
{
    struct str *all = ctx;
    assert_int_equal(n, all->len ? 1 : 0);
    str_add(all, bytes, len);
    return true;
}

static void the_published_example_opens(void **state)
{
    (void)state;
    uint8_t bytes[sizeof example / 2];
    struct county_secret secret;
    struct packet p;
    struct err e = ERR_INIT;
    struct str all;
    assert_true(hex_decode(example, bytes, sizeof bytes));
    put_text(scratch("example.key"), example_county);
    assert_fine(county_secret_load(scratch("example.key"), &secret, &e), e);
    assert_fine(packet_read(bytes, sizeof bytes, &p, &e), e);
    assert_string_equal(p.sha256, "0ac134a8c0899c45c27af8cb1d5eb001178005ebf2ffe847521d08b779b34ced");
    assert_string_equal(p.head.device.id, "5aeae30b06117b5f");
    assert_true(p.head.first == 41 && p.head.last == 42 && p.head.sealed_ms == 1795340540000);
    str_init(&all, 0);
    assert_fine(packet_open(&p, &secret, see_example, &all, &e), e);
    char sum[SHA256_HEX];
    sha256_hex(all.data, all.len, sum);
    assert_string_equal(sum, "cd10d21a45021650c2843460217fb68bd274343bb59102d2d3bf39e1c07679cc");
    str_release(&all);
}

static int setup(void **state)
{
    if (scratch_setup(state) != 0)
        return -1;
    make_key("device", &device);
    make_key("old", &old_device);
    make_county("county", &county);
    make_county("other", &other_county);
    return 0;
}

static struct packet_head head_for(int count)
{
    struct packet_head h = { .device = device.pub, .base = 1, .first = 11, .last = 10 + count, .count = count, .sealed_ms = 1795000000123,
                             .clock_trust = CLOCK_RTC };
    memcpy(h.epoch, epoch, sizeof h.epoch);
    h.previous[15] = 7;
    return h;
}

enum { LINES = 12 };
static char text[LINES][80];
static struct packet_line line[LINES];

static void seal(const struct packet_head *h, const char *health, struct str *out)
{
    struct err e = ERR_INIT;
    for (int i = 0; i < LINES; i++) {
        snprintf(text[i], sizeof text[i], "{\"id\":\"%d\",\"said\":\"防骗\"}", i);
        line[i] = (struct packet_line){ text[i], strlen(text[i]) };
    }
    assert_fine(packet_seal(h, health, line, h->count, &device, &county.pub, out, &e), e);
}

struct seen { int count; bool same; int stop_at; };
static bool look(void *ctx, int n, const char *bytes, size_t len)
{
    struct seen *s = ctx;
    s->same = s->same && n == s->count && len == line[n].len && memcmp(bytes, line[n].bytes, len) == 0;
    return ++s->count != s->stop_at;
}

static void there_and_back(void **state)
{
    (void)state;
    struct packet_head h = head_for(LINES);
    struct packet p;
    struct str out;
    struct err e = ERR_INIT;
    struct seen s = { .same = true };
    str_init(&out, 0);
    seal(&h, "{\"disk\":1}", &out);
    assert_fine(packet_read(out.data, out.len, &p, &e), e);
    assert_string_equal(p.head.device.id, device.pub.id);
    assert_string_equal(p.head.epoch, epoch);
    assert_true(p.head.base == 1 && p.head.first == 11 && p.head.last == 22 && p.head.count == LINES);
    assert_true(p.head.sealed_ms == 1795000000123 && p.head.clock_trust == CLOCK_RTC && !p.head.succession.there);
    assert_memory_equal(p.head.previous, h.previous, sizeof h.previous);
    assert_true(p.health_len == 10 && memcmp(p.health, "{\"disk\":1}", 10) == 0);
    char sum[SHA256_HEX];
    sha256_hex(out.data, out.len, sum);
    assert_string_equal(sum, p.sha256);
    assert_fine(packet_open(&p, &county, look, &s, &e), e);
    assert_true(s.count == LINES && s.same);
    s = (struct seen){ .same = true, .stop_at = 3 };
    assert_fine(packet_open(&p, &county, look, &s, &e), e);
    assert_int_equal(s.count, 3);
    str_release(&out);
}

static void name_of_a_packet(void **state)
{
    (void)state;
    struct packet p = { .head = head_for(3), .sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" };
    char name[PACKET_NAME_MAX];
    struct packet_label l;
    packet_name(&p, name);
    assert_string_equal(name, "00112233-11-13-0123456789abcdef.rec");
    assert_true(packet_label_parse(name, &l) && l.first == 11 && l.last == 13);
    assert_string_equal(l.hash16, "0123456789abcdef");
    static const char *const bad[] = { "", "00112233-11-13-0123456789abcde.rec", "00112233-11-13-0123456789abcdef.re", "0011223-11-13-0123456789abcdef.rec",
        "00112233--13-0123456789abcdef.rec", "00112233-11-9999999999999999-0123456789abcdef.rec", "00112233-11-13-0123456789abcdef.rec ",
        "../12233-11-13-0123456789abcdef.rec" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(packet_label_parse(bad[i], &l));
}

static void health_only(void **state)
{
    (void)state;
    struct packet_head h = head_for(0);
    struct packet p;
    struct str out;
    struct err e = ERR_INIT;
    struct seen s = { .same = true };
    str_init(&out, 0);
    seal(&h, "{}", &out);
    assert_fine(packet_read(out.data, out.len, &p, &e), e);
    assert_true(p.head.first > p.head.last && p.head.count == 0 && p.box_len == 0);
    assert_fine(packet_open(&p, &county, look, &s, &e), e);
    assert_int_equal(s.count, 0);
    str_release(&out);
}

static void damaged_rows_are_accounted_for(void **state)
{
    (void)state;
    struct packet_head h = head_for(5);
    struct packet p;
    struct str out;
    struct err e = ERR_INIT;
    h.last = 40;
    str_init(&out, 0);
    seal(&h, NULL, &out);
    assert_fine(packet_read(out.data, out.len, &p, &e), e);
    assert_true(p.head.count == 5 && p.head.last == 40 && p.health_len == 0);
    str_release(&out);
}

/* Every single changed bit, and every shorter length, is noticed before anything is used. */
static void any_change_is_noticed(void **state)
{
    (void)state;
    struct packet_head h = head_for(4);
    struct packet p;
    struct str out;
    struct err e = ERR_INIT;
    str_init(&out, 0);
    succession_make(&old_device, &device.pub, epoch, &h.succession);
    seal(&h, "{\"a\":1}", &out);
    assert_fine(packet_read(out.data, out.len, &p, &e), e);
    assert_true(p.head.succession.there && strcmp(p.head.succession.old.id, old_device.pub.id) == 0);
    for (size_t i = 0; i < out.len; i++) {
        out.data[i] ^= (char)(1 << i % 8);
        e = (struct err)ERR_INIT;
        assert_false(packet_read(out.data, out.len, &p, &e));
        assert_true(e.kind != ERR_NONE && e.text[0]);
        out.data[i] ^= (char)(1 << i % 8);
    }
    for (size_t len = 0; len < out.len; len++) {
        char *copy = mem_alloc(len + 1); /* so that ASan sees a read beyond */
        memcpy(copy, out.data, len);
        assert_false(packet_read(copy, len, &p, &e));
        free(copy);
    }
    str_release(&out);
}

static void resign(struct str *out)
{
    uint8_t sig[KEY_SIGNATURE_BYTES];
    key_sign(&device, out->data, out->len - sizeof sig, sig);
    memcpy(out->data + out->len - sizeof sig, sig, sizeof sig);
}

/* Signed by an enrolled device, and still refused. */
static void signed_nonsense_is_refused(void **state)
{
    (void)state;
    static const struct { const char *what; int at; uint8_t value; enum err_kind kind; const char *says; } bad[] = {
        { "magic", 0, 'X', ERR_INVALID, "not a packet" },
        { "unknown flag", 5, 0x80, ERR_UNSUPPORTED, "flags" },
        { "trust 3", 5, 3, ERR_UNSUPPORTED, "flags" },
        { "count over span", 6, 200, ERR_INVALID, "cannot stand" },
        { "count over the ceiling", 7, 0xff, ERR_INVALID, "cannot stand" },
        { "base 0", 8, 0, ERR_INVALID, "base 0" },
        { "first below base", 8, 99, ERR_INVALID, "base 99" },
        { "health past the end", 95, 0x1f, ERR_INVALID, "shorter" },
        { "health past the ceiling", 95, 0xff, ERR_INVALID, "shorter" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct packet_head h = head_for(8);
        struct packet p;
        struct str out;
        struct err e = ERR_INIT;
        str_init(&out, 0);
        seal(&h, "{}", &out);
        out.data[bad[i].at] = (char)bad[i].value;
        resign(&out);
        bool ok = packet_read(out.data, out.len, &p, &e);
        if (ok || e.kind != bad[i].kind || !strstr(e.text, bad[i].says))
            fail_msg("%s: %d %s \"%s\"", bad[i].what, ok, err_kind_name(e.kind), e.text);
        str_release(&out);
    }
}

static void a_succession_nobody_signed(void **state)
{
    (void)state;
    struct packet_head h = head_for(3);
    struct packet p;
    struct str out;
    struct err e = ERR_INIT;
    str_init(&out, 0);
    succession_make(&old_device, &device.pub, epoch, &h.succession);
    seal(&h, NULL, &out);
    out.data[96 + 40] ^= 1;
    resign(&out);
    assert_refused(packet_read(out.data, out.len, &p, &e), e, ERR_UNTRUSTED, "did not sign");
    str_release(&out);
}

static void only_the_county_opens(void **state)
{
    (void)state;
    struct packet_head h = head_for(LINES);
    struct packet p;
    struct str out;
    struct err e = ERR_INIT;
    struct seen s = { .same = true };
    str_init(&out, 0);
    seal(&h, NULL, &out);
    assert_null(memmem(out.data, out.len, "said", 4));
    assert_fine(packet_read(out.data, out.len, &p, &e), e);
    assert_refused(packet_open(&p, &other_county, look, &s, &e), e, ERR_UNTRUSTED, "another county");
    p.dictionary = 99;
    assert_refused(packet_open(&p, &county, look, &s, &e), e, ERR_UNSUPPORTED, "dictionary 99");
    p.dictionary = 0;
    assert_false(packet_open(&p, &county, look, &s, &e));
    assert_int_equal(s.count, 0);
    str_release(&out);
}

/* What a device seals is the county's to judge: bombs, two frames, wrong numbers of lines. */
static void boxes_that_lie(void **state)
{
    (void)state;
    static const unsigned char bomb[] = { 0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x40 }; /* one segment of 1 GiB */
    struct packet_head h = head_for(2);
    struct err e = ERR_INIT;
    struct seen s = { .same = true };
    struct str out;
    str_init(&out, 0);
    seal(&h, NULL, &out);
    struct packet p;
    assert_fine(packet_read(out.data, out.len, &p, &e), e);
    p.head.count = 3;
    assert_refused(packet_open(&p, &county, look, &s, &e), e, ERR_INVALID, "do not hold together");
    uint8_t box[sizeof bomb + crypto_box_SEALBYTES];
    assert_int_equal(crypto_box_seal(box, bomb, sizeof bomb, county.pub.box), 0);
    p.box = box;
    p.box_len = sizeof box;
    assert_false(packet_open(&p, &county, look, &s, &e));
    assert_true(e.kind == ERR_INVALID || e.kind == ERR_TOO_BIG);
    assert_int_equal(s.count, 0);
    str_release(&out);
}

static void what_cannot_be_sealed(void **state)
{
    (void)state;
    struct packet_head h = head_for(1);
    struct str out;
    struct err e = ERR_INIT;
    struct packet_line two_lines = { "{}\n{}", 5 };
    static char big[600 << 10];
    random_bytes(big, sizeof big);
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)('0' + (big[i] & 63));
    struct packet_line long_line = { big, sizeof big };
    str_init(&out, 0);
    assert_refused(packet_seal(&h, NULL, &two_lines, 1, &device, &county.pub, &out, &e), e, ERR_INVALID, "line feed");
    assert_refused(packet_seal(&h, NULL, &long_line, 1, &device, &county.pub, &out, &e), e, ERR_TOO_BIG, "a packet has");
    h.epoch[0] = 'x';
    assert_refused(packet_seal(&h, NULL, line, 1, &device, &county.pub, &out, &e), e, ERR_INVALID, "epoch");
    h.epoch[0] = '0';
    h.last = h.first - 1;
    assert_refused(packet_seal(&h, NULL, line, 1, &device, &county.pub, &out, &e), e, ERR_INVALID, "cannot stand");
    assert_int_equal(out.len, 0);
    str_release(&out);
}

static void successions(void **state)
{
    (void)state;
    struct succession s;
    succession_make(&old_device, &device.pub, epoch, &s);
    assert_true(succession_holds(&s, &device.pub, epoch));
    assert_false(succession_holds(&s, &device.pub, "ff112233445566778899aabbccddeeff"));
    assert_false(succession_holds(&s, &county.pub.sign, epoch));
    s.old = device.pub;
    assert_false(succession_holds(&s, &device.pub, epoch));
}

static void county_files(void **state)
{
    (void)state;
    struct county_key k;
    struct err e = ERR_INIT;
    struct str pub;
    get(scratch("county/county.pub"), &pub);
    assert_fine(county_key_parse(pub.data, pub.len, &k, &e), e);
    assert_memory_equal(&k, &county.pub, sizeof k);
    assert_fine(county_key_load(scratch("county/county.pub"), &k, &e), e);
    assert_refused(county_key_load(scratch("county/county.key"), &k, &e), e, ERR_INVALID, "weike-county-key 1");
    assert_refused(county_key_generate(scratch("county"), &k, &e), e, ERR_REFUSED, "never written over");
    struct county_secret s;
    assert_refused(county_secret_load(scratch("county/county.pub"), &s, &e), e, ERR_INVALID, "weike-county-secret 1");
    char *id = strstr(pub.data, "id ") + 3;
    *id = *id == '0' ? '1' : '0';
    assert_refused(county_key_parse(pub.data, pub.len, &k, &e), e, ERR_INVALID, "does not belong");
    for (size_t len = 0; len < pub.len - 1; len++)
        assert_false(county_key_parse(pub.data, len, &k, &e));
    struct stat st;
    assert_true(stat(scratch("county/county.key"), &st) == 0 && (st.st_mode & 0777) == 0600);
    str_release(&pub);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_example_opens), cmocka_unit_test(there_and_back), cmocka_unit_test(name_of_a_packet), cmocka_unit_test(health_only),
        cmocka_unit_test(damaged_rows_are_accounted_for), cmocka_unit_test(any_change_is_noticed),
        cmocka_unit_test(signed_nonsense_is_refused), cmocka_unit_test(a_succession_nobody_signed), cmocka_unit_test(only_the_county_opens), cmocka_unit_test(boxes_that_lie),
        cmocka_unit_test(what_cannot_be_sealed), cmocka_unit_test(successions), cmocka_unit_test(county_files),
    };
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
