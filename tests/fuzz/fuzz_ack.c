/* Receipts: first byte even: any payload, signed by the county; odd: an envelope as it came. Refused with a reason, or what is
 * read can be written and says the same when read again. */
/* sources: src/base/err.c src/base/str.c src/base/json.c src/base/hash.c src/base/fs.c src/base/fault.c src/pack/sign/key.c src/pack/sign/key_file.c src/pack/sign/zst.c src/pack/sign/envelope.c src/pack/packet/ack.c */
#include "pack/packet/ack.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct secret_key *key(void)
{
    static struct secret_key k;
    if (!k.pub.id[0]) {
        static const uint8_t seed[32] = "a county that fuzzing may know, ";
        char hex[SHA256_HEX];
        crypto_sign_seed_keypair(k.pub.bytes, k.bytes, seed);
        sha256_hex(k.pub.bytes, sizeof k.pub.bytes, hex);
        memcpy(k.pub.id, hex, KEY_ID_TEXT - 1);
    }
    return &k;
}

static bool read_it(const void *bytes, size_t len, struct ack *out)
{
    struct key_ring ring;
    struct err e = ERR_INIT;
    key_ring_of(&key()->pub, &ring);
    struct verified *v = envelope_open(bytes, len, &ring, &e);
    bool ok = v && ack_parse(v, out, &e);
    assert(ok || (e.kind != ERR_NONE && e.text[0]));
    verified_free(v);
    return ok;
}

static void ascending(const struct ack_range *r, int count, int64_t after)
{
    assert(count >= 0 && count <= ACK_RANGES_MAX);
    for (int i = 0; i < count; i++) {
        assert(r[i].first > after && r[i].last >= r[i].first);
        after = r[i].last + 1;
    }
}

static void check(const void *bytes, size_t len)
{
    struct ack *a = mem_alloc(sizeof *a), *again = mem_alloc(sizeof *a);
    struct str text;
    str_init(&text, 0);
    if (read_it(bytes, len, a)) {
        ascending(a->range, a->range_count, a->upto);
        ascending(a->want, a->want_count, 0);
        assert(ack_dominates(a, a) && !ack_covers(a, 0) && ack_covers(a, a->upto) == (a->upto > 0));
        ack_write(a, key(), &text);
        assert(text.len <= ACK_MAX_BYTES && read_it(text.data, text.len, again));
        assert(again->upto == a->upto && again->level == a->level && strcmp(again->epoch, a->epoch) == 0);
        assert(ack_dominates(a, again));
    }
    str_release(&text);
    free(a);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text;
    if (!size)
        return 0;
    str_init(&text, 0);
    if (data[0] & 1)
        str_add(&text, data + 1, size - 1);
    else
        envelope_seal(key(), data + 1, size - 1, &text);
    check(text.data, text.len);
    str_release(&text);
    return 0;
}
