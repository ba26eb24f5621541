/* stick_give.h - content that this site has and the next ones lack, put on the stick: so it can walk from village to village.
 * One thread.
 *
 * Only what is wholly here and whose signer we trust; never an older list over a newer one, never over the list of another
 * publisher, and never so that something that could be had from the stick can not be had any more. Blobs first, the
 * timestamp last: a stick pulled at any byte still holds the old state, or the new one. */
#ifndef WEIKE_SYNC_STICK_STICK_GIVE_H
#define WEIKE_SYNC_STICK_STICK_GIVE_H
#include "sync/stick/stick_scan.h"
#include "sync/stick/stick_site.h"
#include "sync/stick/stick_tree.h"

struct stick_give;
/* What there is to give. `own` may be "" (no device yet). NULL only on failure of the stick or our disk. */
struct stick_give *stick_give_open(struct stick_files *f, const struct stick_scan *scan, const char *data_dir, const char *own,
                                   int64_t floor_ms, struct db *db, struct err *e) MUST_CHECK;
/* About a mebibyte. *more: others are left. */
bool stick_give_step(struct stick_give *g, bool *more, struct err *e) MUST_CHECK;
void stick_give_bytes(const struct stick_give *g, uint64_t *done, uint64_t *total);
/* What is here, for the note of this site: fills packages and lacks. */
void stick_give_site(const struct stick_give *g, struct stick_site *out);
void stick_give_close(struct stick_give *g); /* NULL is fine */
#endif
