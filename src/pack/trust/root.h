/* root.h - who may sign what: the document that several offline keys sign together, and that a kiosk follows from
 * version to version. Values; any thread. Format: content/FORMAT.md.
 *
 * Version N+1 counts only if enough keys of N *and* enough keys of N+1 signed it, so that a lost or stolen key is
 * replaced without touching a kiosk, and one key alone can do nothing. Nobody skips a version. */
#ifndef WEIKE_PACK_TRUST_ROOT_H
#define WEIKE_PACK_TRUST_ROOT_H
#include "pack/tree/tree.h"

enum {
    ROOT_BYTES_MAX = 16 << 10,        /* the whole envelope */
    ROOT_CHANNELS_MAX = 24,
    ROOT_PREFIX_TEXT = 65,
    ROOT_COUNTY_TEXT = 512,
    ROOT_LIFE_S = 3 * 365 * 86400,
    ROOT_LIFE_MAX_S = 4 * 366 * 86400,
};

struct root_channel {
    char name[TREE_CHANNEL_TEXT];
    struct key_ring ring;
    char prefix[ROOT_PREFIX_TEXT];    /* its package ids begin with this; "" only in "main" */
};
struct root {
    int64_t version;                  /* from 1; 0: no root */
    int64_t issued_s, expires_s;      /* Unix seconds */
    struct key_ring keys;             /* who signs roots */
    struct key_ring timestamp;
    int channel_count;
    struct root_channel channel[ROOT_CHANNELS_MAX];
    char county[ROOT_COUNTY_TEXT];    /* text of county.pub: whom records are sealed to; "": none */
};

/* The first one a place believes: a person vouches for it, and enough of its own keys have signed it. */
bool root_open(const void *bytes, size_t len, struct root *out, struct err *e) MUST_CHECK;
/* The one after `now`: ERR_UNTRUSTED if too few of either signed it, ERR_OLDER or ERR_MISSING for another version. */
bool root_step(const struct root *now, const void *bytes, size_t len, struct root *out, struct err *e) MUST_CHECK;
/* A draft, signed by nobody or too few; for those who sign. */
bool root_draft(const void *bytes, size_t len, struct root *out, struct err *e) MUST_CHECK;
void root_write(const struct root *r, struct str *out); /* the payload to be signed */
const struct root_channel *root_channel_find(const struct root *r, const char *name); /* borrowed; NULL */
#endif
