/* root_edit.h - making and changing the root in a folder of keys: what `weikectl root` does. One thread.
 *
 *   KEYS/root-1 … root-3/weike.key   the offline keys, to be carried to three people
 *   KEYS/timestamp/, KEYS/main/, KEYS/local/<town>/   keys of the roles (pack/author/authority.h)
 *   KEYS/root/<N>.root               signed by enough; KEYS/root/<N>.draft: not yet */
#ifndef WEIKE_PACK_AUTHOR_ROOT_EDIT_H
#define WEIKE_PACK_AUTHOR_ROOT_EDIT_H
#include "pack/author/authority.h"

enum { ROOT_EDIT_KEYS = 3, ROOT_EDIT_THRESHOLD = 2 };

/* Makes all keys and root 1, signed. ERR_REFUSED if the folder holds a root already. */
bool root_init(const char *dir, const char *county, int64_t now_s, struct root *out, struct err *e) MUST_CHECK;

struct root_change {     /* NULL: leave it */
    const char *replace; /* "timestamp", "main", "local/<town>", or the id of a root key: a new key in place of the old */
    const char *pub;     /* file of the new public key; NULL: one is made in the folder */
    const char *town;    /* a new channel "local/<town>" … */
    const char *prefix;  /* … whose package ids begin with this */
    const char *drop;    /* a channel "local/<town>" to be given up */
    const char *stamp;   /* file of a further public key that may sign timestamps: of a town that publishes by itself */
    const char *county;  /* file county.pub */
};
/* The next version as a draft nobody has signed; on top of a draft that is there. With nothing to change: new dates. */
bool root_rotate(const char *dir, const struct root_change *c, int64_t now_s, struct root *out, char **draft,
                 struct err *e) MUST_CHECK;

struct root_signing { struct root root; int old_need, old_have, own_need, own_have; char *done; /* its final path, or NULL */ };
/* Adds one signature; once there are enough, KEYS/root/<N>.draft becomes <N>.root. The root before it must lie beside it. */
bool root_sign(const char *draft, const struct secret_key *key, struct root_signing *out, struct err *e) MUST_CHECK;
#endif
