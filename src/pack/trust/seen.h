/* seen.h - trust/seen.json: the newest lists that were used, so that nobody passes off older ones. One thread. */
#ifndef WEIKE_PACK_TRUST_SEEN_H
#define WEIKE_PACK_TRUST_SEEN_H
#include "pack/trust/trust.h"

/* Fills what `t` has seen; a damaged file is an empty one (t->seen_damaged). Entries of keys that `t` does not believe
 * any more are left out: their roles start afresh. */
bool seen_load(const char *data_dir, struct trust *t, struct err *e) MUST_CHECK;
bool seen_save(const char *data_dir, const struct trust *t, struct err *e) MUST_CHECK;
void seen_put(struct trust *t, const struct verified *v, const struct timestamp *stamp);
/* What was seen of this signer, or of this channel under the keys it has now; borrowed, NULL: nothing. */
const struct trust_stamp *seen_stamp(const struct trust *t, const char *key_id);
const struct trust_channel *seen_channel(const struct trust *t, const char *name);
#endif
