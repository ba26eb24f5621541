#include "pack/sign/key.h"
#include "base/fs.h"
#include "base/hash.h"
#include "pack/sign/key_file.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char public_head[] = "weike-public-key 1";
static const char secret_head[] = "weike-secret-key 1";

static void ready(void)
{
    if (sodium_init() < 0)
        abort();
}

static void public_from_bytes(const uint8_t bytes[KEY_PUBLIC_BYTES], struct public_key *out)
{
    char hex[SHA256_HEX];
    sha256_hex(bytes, KEY_PUBLIC_BYTES, hex);
    memcpy(out->bytes, bytes, KEY_PUBLIC_BYTES);
    memcpy(out->id, hex, KEY_ID_TEXT - 1);
    out->id[KEY_ID_TEXT - 1] = 0;
}

static void secret_from_seed(const uint8_t seed[crypto_sign_SEEDBYTES], struct secret_key *out)
{
    uint8_t pub[KEY_PUBLIC_BYTES];
    ready();
    crypto_sign_seed_keypair(pub, out->bytes, seed);
    public_from_bytes(pub, &out->pub);
}

/* Both files read: head line, "id <16 hex>", "<field> <64 hex>", and nothing else. */
static bool parse(const struct str *text, const char *head, const char *field, char id[KEY_ID_TEXT], uint8_t value[32])
{
    char line[3][96] = { "" };
    int n = 0;
    const char *p = text->data;
    while (*p && n < 3) {
        size_t len = strcspn(p, "\n");
        size_t keep = len && p[len - 1] == '\r' ? len - 1 : len;
        if (keep >= sizeof line[0])
            return false;
        memcpy(line[n], p, keep);
        line[n++][keep] = 0;
        p += len + (p[len] == '\n');
    }
    size_t flen = strlen(field);
    if (n != 3 || p[strspn(p, "\r\n ")] || strlen(text->data) != text->len || strcmp(line[0], head) != 0 ||
        strncmp(line[1], "id ", 3) != 0 || strlen(line[1]) != 3 + KEY_ID_TEXT - 1 ||
        strncmp(line[2], field, flen) != 0 || line[2][flen] != ' ')
        return false;
    memcpy(id, line[1] + 3, KEY_ID_TEXT);
    bool ok = hex_decode(line[2] + flen + 1, value, 32);
    sodium_memzero(line, sizeof line);
    return ok;
}

static bool load(const char *path, const char *head, const char *field, char id[KEY_ID_TEXT], uint8_t value[32],
                 struct err *e)
{
    struct str text;
    str_init(&text, 4096);
    bool ok = fs_read(path, 1024, &text, e);
    if (ok && !parse(&text, head, field, id, value))
        ok = err_set(e, ERR_INVALID, "%s is not a key file (its first line should be \"%s\")", path, head);
    sodium_memzero(text.data, text.len);
    str_release(&text);
    return ok;
}

bool key_load_public(const char *path, struct public_key *out, struct err *e)
{
    char id[KEY_ID_TEXT];
    uint8_t bytes[KEY_PUBLIC_BYTES];
    if (!load(path, public_head, "ed25519", id, bytes, e))
        return false;
    struct public_key key;
    public_from_bytes(bytes, &key);
    if (strcmp(key.id, id) != 0)
        return err_set(e, ERR_INVALID, "%s: its id %s does not belong to its key %s", path, id, key.id);
    *out = key;
    return true;
}

bool key_load_secret(const char *path, struct secret_key *out, struct err *e)
{
    char id[KEY_ID_TEXT];
    uint8_t seed[crypto_sign_SEEDBYTES];
    struct secret_key key;
    bool ok = load(path, secret_head, "ed25519-seed", id, seed, e);
    if (ok) {
        secret_from_seed(seed, &key);
        if (strcmp(key.pub.id, id) != 0)
            ok = err_set(e, ERR_INVALID, "%s: its id %s does not belong to its key %s", path, id, key.pub.id);
        else
            *out = key;
        secret_key_wipe(&key);
    }
    sodium_memzero(seed, sizeof seed);
    return ok;
}

void key_write_public(const struct public_key *key, struct str *out)
{
    char hex[2 * KEY_PUBLIC_BYTES + 1];
    hex_encode(key->bytes, sizeof key->bytes, hex);
    str_printf(out, "%s\nid %s\ned25519 %s\n", public_head, key->id, hex);
}

void secret_key_wipe(struct secret_key *key)
{
    sodium_memzero(key, sizeof *key);
}

bool key_generate(const char *dir, struct public_key *out, struct err *e)
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    char hex[2 * sizeof seed + 1];
    struct secret_key key;
    struct str secret, pub;
    random_bytes(seed, sizeof seed);
    secret_from_seed(seed, &key);
    hex_encode(seed, sizeof seed, hex);
    str_init(&secret, 1024);
    str_init(&pub, 1024);
    str_printf(&secret, "%s\nid %s\ned25519-seed %s\n", secret_head, key.pub.id, hex);
    key_write_public(&key.pub, &pub);
    bool ok = key_file_pair(dir, "weike", &secret, &pub, e);
    if (ok)
        *out = key.pub;

    sodium_memzero(seed, sizeof seed);
    sodium_memzero(hex, sizeof hex);
    sodium_memzero(secret.data, secret.len);
    secret_key_wipe(&key);
    str_release(&secret);
    str_release(&pub);
    return ok;
}

void key_sign(const struct secret_key *key, const void *data, size_t len, uint8_t out[KEY_SIGNATURE_BYTES])
{
    ready();
    crypto_sign_detached(out, NULL, data, len, key->bytes);
}

bool key_verifies(const struct public_key *key, const void *data, size_t len, const uint8_t sig[KEY_SIGNATURE_BYTES])
{
    ready();
    return crypto_sign_verify_detached(sig, data, len, key->bytes) == 0;
}

const struct public_key *key_ring_find(const struct key_ring *ring, const char *id)
{
    for (int i = 0; i < ring->count; i++)
        if (strcmp(ring->key[i].id, id) == 0)
            return &ring->key[i];
    return NULL;
}

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, KEY_ID_TEXT - 1);
}

void key_ring_id(const struct key_ring *ring, char out[KEY_ID_TEXT])
{
    char id[KEY_RING_MAX][KEY_ID_TEXT], hex[SHA256_HEX];
    struct str all;
    if (ring->count == 1) {
        memcpy(out, ring->key[0].id, KEY_ID_TEXT);
        return;
    }
    for (int i = 0; i < ring->count; i++)
        memcpy(id[i], ring->key[i].id, KEY_ID_TEXT);
    qsort(id, (size_t)ring->count, sizeof id[0], by_id);
    str_init(&all, 1024);
    str_printf(&all, "%d of", ring->threshold);
    for (int i = 0; i < ring->count; i++)
        str_printf(&all, " %s", id[i]);
    sha256_hex(all.data, all.len, hex);
    memcpy(out, hex, KEY_ID_TEXT - 1);
    out[KEY_ID_TEXT - 1] = 0;
    str_release(&all);
}

bool key_public_from_hex(const char *hex, struct public_key *out)
{
    uint8_t bytes[KEY_PUBLIC_BYTES];
    if (strlen(hex) != 2 * sizeof bytes || !hex_decode(hex, bytes, sizeof bytes))
        return false;
    public_from_bytes(bytes, out);
    return true;
}

void key_ring_of(const struct public_key *key, struct key_ring *out)
{
    *out = (struct key_ring){ .count = 1, .threshold = 1, .key = { *key } };
}
