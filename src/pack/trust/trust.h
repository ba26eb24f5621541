/* trust.h - whom this data directory believes, and the newest signed facts it has seen. Any one thread.
 *
 *   trust/publisher.pub   one pinned key that signs everything, or
 *   trust/root/<N>.root   the chain of roots it has followed; the newest says who signs what
 *   trust/seen.json       newest lists used: timestamps by signing key, indexes by channel and its keys, so that a role
 *                         whose keys a new root changes starts afresh
 *
 * A data directory trusts nobody at first. seen.json only ever guards against older lists; if it is lost or
 * damaged, packages still cannot go back, because the library knows their versions. */
#ifndef WEIKE_PACK_TRUST_TRUST_H
#define WEIKE_PACK_TRUST_TRUST_H
#include "pack/trust/root.h"

enum { TRUST_STAMPS_MAX = 8, TRUST_CHANNELS_MAX = 16, TRUST_STEPS_MAX = 64 /* roots followed in one run */ };

struct trust_stamp { /* the newest timestamp used of one signer */
    char key[KEY_ID_TEXT];
    int64_t version;
    char sha256[SHA256_HEX]; /* of its payload */
    int channel_count;       /* a channel once listed stays listed while the root has it */
    char channel[TREE_CHANNELS_MAX][TREE_CHANNEL_TEXT];
};
struct trust_channel { /* the newest index used of one channel, under these keys */
    char name[TREE_CHANNEL_TEXT];
    char keys[KEY_ID_TEXT];  /* of the ring that vouched for it: see key_ring_id() */
    int64_t version;
    char sha256[SHA256_HEX];
};
struct trust {
    struct key_ring ring;    /* who signs the timestamp; count 0: nobody is trusted */
    struct root root;        /* version 0: one pinned key signs everything */
    int stamp_count, channel_count;
    struct trust_stamp stamp[TRUST_STAMPS_MAX];
    struct trust_channel channel[TRUST_CHANNELS_MAX];
    int64_t floor_s;         /* newest `issued` of anything verified: no honest clock is earlier */
    bool floor_forgiven;     /* a new root took the timestamp away from the keys that had raised the floor. Until the next list is
                              * used, floor_s alone says which dates are too early; the date that the node keeps does not */
    bool seen_damaged;       /* seen.json was there but unreadable */
};

bool trust_load(const char *data_dir, struct trust *out, struct err *e) MUST_CHECK;
/* Is `t` still what lies there? Not if another program followed a root or used a newer list since it was loaded: then what
 * was decided with `t` is decided again. */
bool trust_holds(const char *data_dir, const struct trust *t, bool *holds, struct err *e) MUST_CHECK;
/* Pins `key` in place of any other key or root, durably. *replaced (may be NULL) gets the old key's id, "" if there was
 * none. */
bool trust_pin(const char *data_dir, const struct public_key *key, char replaced[KEY_ID_TEXT],
               struct err *e) MUST_CHECK;
/* Begins (anew) with this root, for which a person vouches, in place of any key or chain. *out (may be NULL): it. */
bool trust_pin_root(const char *data_dir, const void *bytes, size_t len, struct root *out, struct err *e) MUST_CHECK;
/* Trust without a data directory (verify, hubs, tests). */
void trust_of_key(const struct public_key *key, struct trust *out);
void trust_of_root(const struct root *root, struct trust *out);
/* Of a file a person points to: a public key or a root. `bytes` gets the file. */
bool trust_read_file(const char *path, struct trust *out, struct str *bytes, struct err *e) MUST_CHECK;

/* One step from root N to N+1, made durable before it counts. `data_dir` NULL: in memory only. On failure N stays. */
bool trust_advance(const char *data_dir, struct trust *t, const void *bytes, size_t len, struct err *e) MUST_CHECK;
/* As many steps as the tree has roots for, at most TRUST_STEPS_MAX; *steps how many. A bad root stops it with an error
 * after the good ones before it were kept. Nothing to do with a pinned key. */
bool trust_advance_tree(const char *data_dir, struct trust *t, int repo_fd, int *steps, struct err *e) MUST_CHECK;

/* May this verified timestamp be used? ERR_OLDER for one below the newest seen or certainly expired, ERR_MISSING if it
 * tells of a root that is not here, ERR_UNTRUSTED if it lacks a channel or contradicts itself. `floor_ms`: see clock.h;
 * the wall clock has no say. Pure. */
bool trust_accepts(const struct trust *t, const struct verified *v, const struct timestamp *stamp, int64_t floor_ms,
                   struct err *e) MUST_CHECK;
/* The index of channel `c` out of the file that the timestamp names: with a root its own signatures are checked, and
 * that its ids keep to the channel's prefix; always that it is the version named. `signer` (may be NULL): who signed it. */
bool trust_index(const struct trust *t, const struct verified *stamp, const struct channel *c, const struct verified *file,
                 struct index *out, char signer[KEY_ID_TEXT], struct err *e) MUST_CHECK;
/* Remembers it as the newest used. A channel that was refused is to be taken out of `stamp` first. */
bool trust_remember(const char *data_dir, struct trust *t, const struct verified *v, const struct timestamp *stamp,
                    struct err *e) MUST_CHECK;
/* Keys of a channel (the pinned key for every one without a root), and its prefix; NULL: no such channel. Borrowed. */
const struct key_ring *trust_channel_ring(const struct trust *t, const char *name, const char **prefix);
/* Does any channel's key of today's root stand for what `publisher` (a key id) signed? Without a root: yes, for pinning
 * another key by hand leaves what is here alone. */
bool trust_stands_for(const struct trust *t, const char *publisher);
const char *trust_county(const struct trust *t);   /* text of county.pub in the root, for county_key_parse; "" */
int64_t trust_seen_version(const struct trust *t); /* of the newest timestamp used; 0: none */
#endif
