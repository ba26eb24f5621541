/* trust.h - whom this data directory believes, and the newest signed facts it has seen. Any one thread.
 *
 *   trust/publisher.pub   the one pinned key (a chain of roots will replace it: the ring then comes from the
 *                         newest root, and nothing else here changes)
 *   trust/seen.json       newest timestamp used, per signing key, so that a new key starts afresh
 *
 * A data directory trusts nobody at first. seen.json only ever guards against older lists; if it is lost or
 * damaged, packages still cannot go back, because the library knows their versions. */
#ifndef WEIKE_PACK_TRUST_H
#define WEIKE_PACK_TRUST_H
#include "pack/tree.h"

struct trust {
    struct key_ring ring;      /* count 0: nobody */
    char seen_key[KEY_ID_TEXT];
    int64_t seen_version;      /* timestamp version; 0: none yet */
    char seen_sha256[SHA256_HEX]; /* of that timestamp's payload */
    int64_t floor_s;           /* newest `issued` of anything verified: no honest clock is earlier */
    bool seen_damaged;         /* seen.json was there but unreadable */
};

bool trust_load(const char *data_dir, struct trust *out, struct err *e) MUST_CHECK;
/* Pins `key` in place of any other, durably. *replaced (may be NULL) gets the old id, "" if there was none. */
bool trust_pin(const char *data_dir, const struct public_key *key, char replaced[KEY_ID_TEXT],
               struct err *e) MUST_CHECK;
/* May this verified timestamp be used? ERR_OLDER for one below the newest seen or certainly expired. `floor_ms`:
 * see clock.h; the wall clock has no say. Pure. */
bool trust_accepts(const struct trust *t, const struct verified *v, const struct timestamp *stamp, int64_t floor_ms,
                   struct err *e) MUST_CHECK;
/* Remembers it as the newest used. */
bool trust_remember(const char *data_dir, struct trust *t, const struct verified *v, const struct timestamp *stamp,
                    struct err *e) MUST_CHECK;
#endif
