/* envelope.h - the only two doors through which bytes from outside become believed. Any thread.
 *
 * An envelope is `sigs || payload` (content/FORMAT.md §B): Ed25519 over the exact payload bytes, so nothing is
 * parsed before it is verified and signer and reader cannot disagree about spelling. What an enveloped parent
 * names by SHA-256 comes through the second door. Parsers of metadata take `struct verified`, which cannot be
 * made anywhere else. */
#ifndef WEIKE_PACK_SIGN_ENVELOPE_H
#define WEIKE_PACK_SIGN_ENVELOPE_H
#include "pack/sign/key.h"

#include "base/hash.h"

struct verified; /* bytes proven to come from the publisher; owned by its maker, verified_free */

enum { ENVELOPE_SIGS_MAX = 8 };

/* A metadata file as its signed parent names it. */
struct tree_ref {
    char sha256[SHA256_HEX]; /* of the bytes after decompression: the file's name */
    uint64_t size_bytes;     /* of the file as it was published, for estimates; another compressor may differ */
    uint64_t json_bytes;     /* exactly, after decompression; nothing longer is ever allocated */
};

/* Door 1: at least ring->threshold different keys of `ring` signed the payload. ERR_UNTRUSTED names the unknown
 * key ids otherwise; ERR_INVALID when it is no envelope at all. */
struct verified *envelope_open(const void *bytes, size_t len, const struct key_ring *ring, struct err *e) MUST_CHECK;
/* Door 2: unpacks a zstd frame; what comes out is exactly what `ref` (from something verified) names. */
struct verified *envelope_open_named(const void *bytes, size_t len, const struct tree_ref *ref,
                                     struct err *e) MUST_CHECK;
/* The same for bytes that are unpacked already (out of a cache, or made by a patch). */
struct verified *envelope_open_plain(const void *bytes, size_t len, const struct tree_ref *ref,
                                     struct err *e) MUST_CHECK;
size_t envelope_named_max(const struct tree_ref *ref); /* longest compressed file worth reading for it */
/* Door 3: a person vouches for this file (`weikectl trust`, a draft about to be signed). No signature is checked. */
struct verified *envelope_open_vouched(const void *bytes, size_t len, struct err *e) MUST_CHECK;
const char *verified_bytes(const struct verified *v, size_t *len); /* borrowed, NUL-terminated */
const char *verified_key_id(const struct verified *v); /* who signed it (first match); "" behind door 2 */
const char *verified_signer(const struct verified *v, int n); /* the n-th who signed it; NULL: no more */
void verified_free(struct verified *v);                /* NULL is fine */

void envelope_seal(const struct secret_key *key, const void *payload, size_t len, struct str *out);
/* Signed by each of `count` keys; 0: a draft that nobody has signed yet. */
void envelope_seal_all(const struct secret_key *keys, int count, const void *payload, size_t len, struct str *out);
/* The same envelope with one signature more. ERR_REFUSED if this key has signed it already. */
bool envelope_add(const void *bytes, size_t len, const struct secret_key *key, struct str *out, struct err *e) MUST_CHECK;
/* How many different keys of the ring have signed it well; -1 if it is no envelope. */
int envelope_signers(const void *bytes, size_t len, const struct key_ring *ring);
#endif
