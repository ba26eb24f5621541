/* room.h - frees room for content: what no lesson needs, and parts of downloads nobody waits for. One thread, that of the
 * import or fetch which holds the lock on incoming/. */
#ifndef WEIKE_PACK_ROOM_H
#define WEIKE_PACK_ROOM_H
#include "pack/plan.h"
#include "store/writer.h"

/* Removes blobs that neither the library nor the plan names. Failing is logged: it is only a convenience. */
void room_sweep(const struct plan *p, struct db *db, struct writer *w);
/* Gives up parts of blobs that the plan does not want. */
void room_drop_parts(const struct plan *p);
#endif
