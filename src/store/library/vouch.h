/* vouch.h - who stands for what is installed, when a root has taken a publisher's key away: each package of that key is
 * vouched for anew by the lists of today, or goes. Reading: any connection; changing: the writer. */
#ifndef WEIKE_STORE_LIBRARY_VOUCH_H
#define WEIKE_STORE_LIBRARY_VOUCH_H
#include "store/writer.h"

#include "base/hash.h"

enum { VOUCH_KEY_TEXT = 65 };
/* Key id that vouched for the active version of this course; "" if it is not here. */
bool vouch_publisher(struct db *db, const char *course_id, char out[VOUCH_KEY_TEXT], struct err *e) MUST_CHECK;

struct vouch_package { const char *id, *manifest_sha256, *publisher; int64_t version; };
/* One transaction over all active packages: `who` returns the key id that stands for it now (p->publisher: no change), or
 * NULL: it goes, and so does the memory of its version numbers. *dropped how many went. */
bool vouch_settle(struct writer *w, const char *(*who)(void *ctx, const struct vouch_package *p), void *ctx, int *dropped,
                  struct err *e) MUST_CHECK;
#endif
