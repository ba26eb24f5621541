/* authority.h - the folder of keys somebody publishes with: the chain of roots and the secret keys of the roles it
 * names. One thread; authority_wipe when done.
 *
 *   KEYS/root/<N>.root            signed roots, all of them
 *   KEYS/timestamp/weike.key, KEYS/main/weike.key, KEYS/local/<town>/weike.key, …
 *
 * Which key is for what says the newest root, not the folder's name, so that old and new keys may lie side by side.
 * The offline keys of the root itself have no business here. */
#ifndef WEIKE_PACK_AUTHOR_AUTHORITY_H
#define WEIKE_PACK_AUTHOR_AUTHORITY_H
#include "pack/trust/root.h"

struct authority {
    char *dir;
    struct root root;                       /* the newest */
    int stamp_count, channel_count;         /* exactly as many as the root demands */
    struct secret_key stamp[KEY_RING_MAX], channel[KEY_RING_MAX];
};
/* ERR_MISSING names the role and keys that are lacking. */
bool authority_open(const char *dir, const char *channel, struct authority *out, struct err *e) MUST_CHECK;
void authority_wipe(struct authority *a);
/* The newest root of the folder, and its exact bytes (`bytes` may be NULL). Checks the chain from its oldest root on. */
bool authority_root(const char *dir, struct root *out, struct str *bytes, struct err *e) MUST_CHECK;
char *authority_root_path(const char *dir, int64_t version); /* KEYS/root/<N>.root; caller frees */
#endif
