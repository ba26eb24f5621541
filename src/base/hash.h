/* hash.h - SHA-256, random ids, PIN hashes (libsodium). Any thread; objects belong to one thread.
 *
 * Signatures live in pack/; only what several layers need is here. */
#ifndef WEIKE_BASE_HASH_H
#define WEIKE_BASE_HASH_H
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_HEX = 65, UUID_TEXT = 37, PIN_HASH_TEXT = 128 };

struct sha256 { _Alignas(16) unsigned char opaque[128]; };
void sha256_init(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *data, size_t len);
void sha256_end(struct sha256 *h, uint8_t out[SHA256_BYTES]);
void sha256_hex(const void *data, size_t len, char out[SHA256_HEX]);
/* Hex SHA-256 of everything readable from `fd` (from its start); refuses past `max_bytes` with ERR_TOO_BIG. */
bool sha256_fd(int fd, uint64_t max_bytes, char out[SHA256_HEX], uint64_t *size_bytes, struct err *e) MUST_CHECK;
bool sha256_hex_valid(const char *text); /* 64 lower-case hex digits */

void random_bytes(void *out, size_t len);
uint32_t random_below(uint32_t bound);
/* RFC 9562 §5.7: 48 bits of wall time, then random. Made once per fact, when it is committed. */
void uuid_v7(int64_t wall_ms, char out[UUID_TEXT]);
bool uuid_valid(const char *text); /* 8-4-4-4-12 lower-case hex */

/* Argon2id (RFC 9106) with 19 MiB and t=2, which a 1 GB board can afford at sign-in. */
bool pin_hash(const char *pin, char out[PIN_HASH_TEXT], struct err *e) MUST_CHECK;
bool pin_matches(const char *pin, const char *hash); /* constant time in the PIN */
uint64_t hash64(uint64_t seed, const void *data, size_t len); /* FNV-1a; for caches and tiles, not for trust */
#endif
