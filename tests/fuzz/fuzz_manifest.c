/* Signed lists: envelope, timestamp, index and the compression around them. The first byte chooses the door; whatever
 * comes is refused with a reason or is what it says it is. */
/* sources: src/base/err.c src/base/str.c src/base/json.c src/base/hash.c src/base/fs.c src/base/fault.c src/model/lang_text.c src/model/file_ref.c src/model/course.c src/model/package.c src/model/voice.c src/model/notice.c src/pack/sign/key.c src/pack/sign/key_file.c src/pack/sign/envelope.c src/pack/sign/zst.c src/pack/tree/tree.c */
#include "model/course.h"
#include "pack/tree/tree.h"
#include "pack/sign/zst.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same key in every run, so that a corpus stays good. */
static const struct secret_key *key(void)
{
    static struct secret_key k;
    if (!k.pub.id[0]) {
        static const uint8_t seed[32] = "a key that fuzzing may know, 32.";
        char hex[SHA256_HEX];
        crypto_sign_seed_keypair(k.pub.bytes, k.bytes, seed);
        sha256_hex(k.pub.bytes, sizeof k.pub.bytes, hex);
        memcpy(k.pub.id, hex, KEY_ID_TEXT - 1);
    }
    return &k;
}

static void refused(const struct err *e)
{
    assert(e->kind != ERR_NONE && e->text[0]);
}

static void try_timestamp(const struct verified *v)
{
    struct timestamp t, again;
    struct err e = ERR_INIT;
    if (!timestamp_parse(v, &t, &e)) {
        refused(&e);
        return;
    }
    assert(t.version > 0 && t.expires_s >= t.issued_s && t.channel_count > 0 && t.channel_count <= TREE_CHANNELS_MAX);
    struct str text, sealed;
    struct key_ring ring;
    str_init(&text, 0);
    str_init(&sealed, 0);
    timestamp_write(&t, &text);
    envelope_seal(key(), text.data, text.len, &sealed);
    key_ring_of(&key()->pub, &ring);
    struct verified *w = envelope_open(sealed.data, sealed.len, &ring, &e);
    assert(w && timestamp_parse(w, &again, &e) && again.version == t.version && again.channel_count == t.channel_count);
    verified_free(w);
    str_release(&text);
    str_release(&sealed);
}

static void try_index(const struct verified *v)
{
    struct index x;
    struct err e = ERR_INIT;
    if (!index_parse(v, &x, &e)) {
        refused(&e);
        return;
    }
    for (int i = 0; i < x.count; i++) {
        char path[TREE_PATH_MAX];
        assert(!i || strcmp(x.entry[i - 1].id, x.entry[i].id) < 0);
        assert(x.entry[i].manifest.json_bytes <= TREE_MANIFEST_MAX && sha256_hex_valid(x.entry[i].manifest.sha256));
        tree_path(TREE_MANIFEST, x.entry[i].manifest.sha256, path);
        assert(!strstr(path, ".."));
        assert(!x.entry[i].patch_from[0] || sha256_hex_valid(x.entry[i].patch_from));
        assert(!x.entry[i].pack.sha256[0] || (sha256_hex_valid(x.entry[i].pack.sha256) && x.entry[i].pack.size_bytes <= TREE_PACK_MAX));
    }
    index_release(&x);
}

/* An envelope as it came. */
static void door_one(const uint8_t *data, size_t size)
{
    struct key_ring ring;
    struct err e = ERR_INIT;
    key_ring_of(&key()->pub, &ring);
    struct verified *v = envelope_open(data, size, &ring, &e);
    if (v)
        try_timestamp(v);
    else
        assert(e.kind == ERR_UNTRUSTED);
    verified_free(v);
}

/* Anything, signed by the publisher: parsers must stand it all the same. */
static void sealed(const uint8_t *data, size_t size)
{
    struct str text;
    str_init(&text, 0);
    envelope_seal(key(), data, size, &text);
    door_one((const uint8_t *)text.data, text.len);
    str_release(&text);
}

/* As if a signed list named what this frame unpacks to. */
static struct verified *believe(const struct str *z, size_t json_bytes)
{
    struct tree_ref ref = { .size_bytes = z->len, .json_bytes = json_bytes };
    struct err e = ERR_INIT;
    struct str plain;
    str_init(&plain, json_bytes + 1);
    bool unpacks = zst_unpack(z->data, z->len, json_bytes, &plain, &e);
    sha256_hex(plain.data, plain.len, ref.sha256);
    str_release(&plain);
    e = (struct err)ERR_INIT;
    struct verified *v = envelope_open_named(z->data, z->len, &ref, &e);
    assert(!v == !(unpacks && z->len <= envelope_named_max(&ref)));
    if (!v)
        refused(&e);
    return v;
}

static void packed(const uint8_t *data, size_t size)
{
    struct str z;
    str_init(&z, 0);
    zst_pack(data, size, &z);
    struct verified *v = believe(&z, size);
    assert(v);
    try_index(v);
    verified_free(v);
    str_release(&z);
}

/* A frame as it came, of the length its first bytes claim. */
static void frame(const uint8_t *data, size_t size)
{
    if (size < 3)
        return;
    struct str z;
    size_t len, claimed = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
    str_init(&z, 0);
    str_add(&z, data + 3, size - 3);
    struct verified *v = believe(&z, claimed);
    if (v) {
        struct course c = { 0 };
        struct err e = ERR_INIT;
        const char *text = verified_bytes(v, &len);
        assert(len == claimed);
        if (!course_parse(text, len, &c, &e))
            refused(&e);
        course_release(&c);
    }
    verified_free(v);
    str_release(&z);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const door[])(const uint8_t *, size_t) = { door_one, sealed, packed, frame };
    if (size)
        door[data[0] % 4](data + 1, size - 1);
    return 0;
}
