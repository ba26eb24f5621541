#include "base/hash.h"
#include "base/str.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void ready(void)
{
    if (sodium_init() < 0) /* cheap and thread-safe when repeated */
        abort();
}

static crypto_hash_sha256_state *state(struct sha256 *h)
{
    static_assert(sizeof(crypto_hash_sha256_state) <= sizeof h->opaque, "struct sha256 holds libsodium's state");
    return (crypto_hash_sha256_state *)(void *)h->opaque;
}

void sha256_init(struct sha256 *h)
{
    crypto_hash_sha256_init(state(h));
}

void sha256_add(struct sha256 *h, const void *data, size_t len)
{
    crypto_hash_sha256_update(state(h), data, len);
}

void sha256_end(struct sha256 *h, uint8_t out[SHA256_BYTES])
{
    crypto_hash_sha256_final(state(h), out);
}

void sha256_hex(const void *data, size_t len, char out[SHA256_HEX])
{
    uint8_t sum[SHA256_BYTES];
    crypto_hash_sha256(sum, data, len);
    hex_encode(sum, sizeof sum, out);
}

bool sha256_fd(int fd, uint64_t max_bytes, char out[SHA256_HEX], uint64_t *size_bytes, struct err *e)
{
    struct sha256 h;
    sha256_init(&h);
    uint64_t total = 0;
    unsigned char buf[65536];
    for (;;) {
        ssize_t n = pread(fd, buf, sizeof buf, (off_t)total);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_errno(e, "reading at byte %llu", (unsigned long long)total);
        if (n == 0)
            break;
        total += (uint64_t)n;
        if (total > max_bytes)
            return err_set(e, ERR_TOO_BIG, "longer than %llu bytes", (unsigned long long)max_bytes);
        sha256_add(&h, buf, (size_t)n);
    }
    uint8_t sum[SHA256_BYTES];
    sha256_end(&h, sum);
    hex_encode(sum, sizeof sum, out);
    if (size_bytes)
        *size_bytes = total;
    return true;
}

bool sha256_hex_valid(const char *text)
{
    uint8_t sum[SHA256_BYTES];
    return hex_decode(text, sum, sizeof sum);
}

void random_bytes(void *out, size_t len)
{
    ready();
    randombytes_buf(out, len);
}

uint32_t random_below(uint32_t bound)
{
    ready();
    return randombytes_uniform(bound);
}

void uuid_v7(int64_t wall_ms, char out[UUID_TEXT])
{
    uint8_t b[16];
    random_bytes(b, sizeof b);
    uint64_t ms = wall_ms < 0 ? 0 : (uint64_t)wall_ms;
    for (int i = 0; i < 6; i++)
        b[i] = (uint8_t)(ms >> (40 - 8 * i));
    b[6] = (uint8_t)(0x70 | (b[6] & 0x0f));
    b[8] = (uint8_t)(0x80 | (b[8] & 0x3f));
    char hex[33], *p = out;
    hex_encode(b, sizeof b, hex);
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            *p++ = '-';
        *p++ = hex[i];
    }
    *p = 0;
}

bool uuid_valid(const char *text)
{
    if (!text || strlen(text) != 36)
        return false;
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        char c = text[i];
        if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

bool pin_hash(const char *pin, char out[PIN_HASH_TEXT], struct err *e)
{
    static_assert(crypto_pwhash_STRBYTES <= PIN_HASH_TEXT, "room for libsodium's text form");
    ready();
    if (crypto_pwhash_str_alg(out, pin, strlen(pin), 2, 19u << 20, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return err_set(e, ERR_IO, "not enough memory to protect the PIN");
    return true;
}

bool pin_matches(const char *pin, const char *hash)
{
    ready();
    return hash && *hash && crypto_pwhash_str_verify(hash, pin, strlen(pin)) == 0;
}

uint64_t hash64(uint64_t seed, const void *data, size_t len)
{
    const unsigned char *p = data;
    uint64_t h = seed ? seed : 14695981039346656037u;
    while (len--)
        h = (h ^ *p++) * 1099511628211u;
    return h;
}
