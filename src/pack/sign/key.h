/* key.h - Ed25519 keys as small text files, and the set of keys one believes. Values; any thread.
 *
 * A key's id is the first 8 bytes of the SHA-256 of its public half, in hex: short enough to read out over
 * the telephone, and derived, so that a file cannot claim another key's id. */
#ifndef WEIKE_PACK_SIGN_KEY_H
#define WEIKE_PACK_SIGN_KEY_H
#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum { KEY_ID_TEXT = 17, KEY_PUBLIC_BYTES = 32, KEY_SECRET_BYTES = 64, KEY_SIGNATURE_BYTES = 64, KEY_RING_MAX = 8 };

struct public_key {
    char id[KEY_ID_TEXT];
    uint8_t bytes[KEY_PUBLIC_BYTES];
};
struct secret_key { /* secret_key_wipe when done */
    struct public_key pub;
    uint8_t bytes[KEY_SECRET_BYTES];
};

/* Whom we believe: `threshold` different keys of the ring must have signed. One pinned key today; a root of
 * several offline keys fills the same struct. */
struct key_ring {
    int count, threshold;
    struct public_key key[KEY_RING_MAX];
};

/* Makes dir/weike.key (mode 0600) and dir/weike.pub; refuses (ERR_REFUSED) if either is there already. */
bool key_generate(const char *dir, struct public_key *out, struct err *e) MUST_CHECK;
bool key_load_secret(const char *path, struct secret_key *out, struct err *e) MUST_CHECK;
bool key_load_public(const char *path, struct public_key *out, struct err *e) MUST_CHECK;
void key_write_public(const struct public_key *key, struct str *out); /* the text of a .pub file */
void secret_key_wipe(struct secret_key *key);

void key_sign(const struct secret_key *key, const void *data, size_t len, uint8_t out[KEY_SIGNATURE_BYTES]);
bool key_verifies(const struct public_key *key, const void *data, size_t len, const uint8_t sig[KEY_SIGNATURE_BYTES]);
const struct public_key *key_ring_find(const struct key_ring *ring, const char *id); /* borrowed; NULL if unknown */
void key_ring_of(const struct public_key *key, struct key_ring *out);               /* just this key */
/* One name for the whole set, whatever the order: the key's own id if it is one key, else derived from all. */
void key_ring_id(const struct key_ring *ring, char out[KEY_ID_TEXT]);
bool key_public_from_hex(const char *hex, struct public_key *out); /* 64 lower-case digits; fills the id */
#endif
