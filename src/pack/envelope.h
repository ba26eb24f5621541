/* envelope.h - the only two doors through which bytes from outside become believed. Any thread.
 *
 * An envelope is `sigs || payload` (content/FORMAT.md §B): Ed25519 over the exact payload bytes, so nothing is
 * parsed before it is verified and signer and reader cannot disagree about spelling. What an enveloped parent
 * names by SHA-256 comes through the second door. Parsers of metadata take `struct verified`, which cannot be
 * made anywhere else. */
#ifndef WEIKE_PACK_ENVELOPE_H
#define WEIKE_PACK_ENVELOPE_H
#include "pack/key.h"

#include "base/hash.h"

struct verified; /* bytes proven to come from the publisher; owned by its maker, verified_free */

enum { ENVELOPE_SIGS_MAX = 8 };

/* A metadata file as its signed parent names it. */
struct tree_ref {
    char sha256[SHA256_HEX]; /* of the file exactly as it lies in the tree */
    uint64_t size_bytes;     /* of that file */
    uint64_t json_bytes;     /* after zstd decompression; nothing longer is ever allocated */
};

/* Door 1: at least ring->threshold different keys of `ring` signed the payload. ERR_UNTRUSTED names the unknown
 * key ids otherwise; ERR_INVALID when it is no envelope at all. */
struct verified *envelope_open(const void *bytes, size_t len, const struct key_ring *ring, struct err *e) MUST_CHECK;
/* Door 2: `bytes` are exactly those that `ref` (from something verified) names; unpacks their zstd frame. */
struct verified *envelope_open_named(const void *bytes, size_t len, const struct tree_ref *ref,
                                     struct err *e) MUST_CHECK;
const char *verified_bytes(const struct verified *v, size_t *len); /* borrowed, NUL-terminated */
const char *verified_key_id(const struct verified *v); /* who signed it (first match); "" behind door 2 */
void verified_free(struct verified *v);                /* NULL is fine */

void envelope_seal(const struct secret_key *key, const void *payload, size_t len, struct str *out);
#endif
