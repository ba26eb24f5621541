/* Roots and packs of small files. The first byte chooses: bytes as they came; anything signed by the right keys; the next
 * step after a good root; a pack. Whatever comes is refused with a reason, or is what it says it is. */
/* sources: src/base/err.c src/base/str.c src/base/json.c src/base/hash.c src/base/fs.c src/base/fault.c src/pack/sign/key.c src/pack/sign/key_file.c src/pack/sign/envelope.c src/pack/sign/zst.c src/pack/tree/tree.c src/pack/trust/root.c src/pack/tree/small_pack.c */
#include "pack/trust/root.h"
#include "pack/tree/small_pack.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEYS = 3 };

/* The same keys in every run, so that a corpus stays good. */
static const struct secret_key *keys(void)
{
    static struct secret_key k[KEYS];
    for (int i = 0; !k[KEYS - 1].pub.id[0] && i < KEYS; i++) {
        uint8_t seed[32] = "a key that fuzzing may know, 32.";
        char hex[2 * KEY_PUBLIC_BYTES + 1];
        seed[0] = (uint8_t)i;
        crypto_sign_seed_keypair(k[i].pub.bytes, k[i].bytes, seed);
        hex_encode(k[i].pub.bytes, KEY_PUBLIC_BYTES, hex);
        assert(key_public_from_hex(hex, &k[i].pub));
    }
    return k;
}

static struct root base(void)
{
    struct root r = { .version = 1, .issued_s = 1800000000, .expires_s = 1800000000 + ROOT_LIFE_S, .channel_count = 1 };
    r.keys = (struct key_ring){ .count = KEYS, .threshold = 2 };
    for (int i = 0; i < KEYS; i++)
        r.keys.key[i] = keys()[i].pub;
    key_ring_of(&keys()[0].pub, &r.timestamp);
    key_ring_of(&keys()[1].pub, &r.channel[0].ring);
    memcpy(r.channel[0].name, TREE_CHANNEL, sizeof TREE_CHANNEL);
    return r;
}

static void good_ring(const struct key_ring *r)
{
    assert(r->count >= 1 && r->count <= KEY_RING_MAX && r->threshold >= 1 && r->threshold <= r->count);
    for (int i = 0; i < r->count; i++)
        for (int k = 0; k < i; k++)
            assert(strcmp(r->key[i].id, r->key[k].id) != 0 && memcmp(r->key[i].bytes, r->key[k].bytes, KEY_PUBLIC_BYTES) != 0);
}

static void good(const struct root *r)
{
    struct str text, sealed;
    struct root again;
    struct err e = ERR_INIT;
    assert(r->version > 0 && r->expires_s >= r->issued_s && r->channel_count > 0 && r->channel_count <= ROOT_CHANNELS_MAX);
    good_ring(&r->keys);
    good_ring(&r->timestamp);
    for (int i = 0; i < r->channel_count; i++) {
        good_ring(&r->channel[i].ring);
        assert(tree_channel_valid(r->channel[i].name));
        assert(!r->channel[i].prefix[0] == !strcmp(r->channel[i].name, TREE_CHANNEL));
    }
    str_init(&text, 0);
    str_init(&sealed, 0);
    root_write(r, &text);
    envelope_seal_all(NULL, 0, text.data, text.len, &sealed);
    if (sealed.len <= ROOT_BYTES_MAX)
        assert(root_draft(sealed.data, sealed.len, &again, &e) && again.version == r->version && again.keys.count == r->keys.count);
    str_release(&text);
    str_release(&sealed);
}

static void came(const uint8_t *data, size_t size)
{
    struct root r;
    struct err e = ERR_INIT;
    if (root_open(data, size, &r, &e)) {
        good(&r);
        assert(envelope_signers(data, size, &r.keys) >= r.keys.threshold);
    } else {
        assert(e.kind != ERR_NONE && e.text[0]);
    }
    struct root one = base();
    if (root_step(&one, data, size, &r, &e))
        assert(r.version == 2 && envelope_signers(data, size, &one.keys) >= 2);
}

/* Anything, signed by enough of the keys. */
static void sealed(const uint8_t *data, size_t size)
{
    struct str text;
    str_init(&text, 0);
    envelope_seal_all(keys(), KEYS, data, size, &text);
    came((const uint8_t *)text.data, text.len);
    str_release(&text);
}

/* A signature more, on whatever it is. */
static void added(const uint8_t *data, size_t size)
{
    struct str text;
    struct err e = ERR_INIT;
    struct root one = base();
    str_init(&text, 0);
    int before = envelope_signers(data, size, &one.keys);
    if (envelope_add(data, size, &keys()[2], &text, &e))
        assert(before >= 0 && envelope_signers(text.data, text.len, &one.keys) >= 1);
    else
        assert(e.kind == ERR_INVALID || e.kind == ERR_REFUSED);
    str_release(&text);
}

static void packed(const uint8_t *data, size_t size)
{
    struct small_pack p;
    struct str blob;
    struct err e = ERR_INIT;
    if (!small_pack_check(data, size, &e) && small_pack_parse(data, size, &p, &e) != SMALL_PACK_GOOD)
        return;
    if (small_pack_parse(data, size, &p, &e) != SMALL_PACK_GOOD)
        return;
    assert(p.count > 0 && p.size_bytes <= TREE_PACK_MAX);
    str_init(&blob, SMALL_PACK_BLOB_MAX + 1);
    for (int i = 0; i < p.count; i++) {
        if (small_pack_get(&p, i, data, size, &blob, &e))
            assert(blob.len == p.item[i].size_bytes);
    }
    small_pack_release(&p);
    str_release(&blob);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const door[])(const uint8_t *, size_t) = { came, sealed, added, packed };
    if (size)
        door[data[0] % 4](data + 1, size - 1);
    return 0;
}
