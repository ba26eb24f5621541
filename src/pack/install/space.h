/* space.h - frees room for content: what no lesson needs, and parts of downloads nobody waits for. One thread, that of the
 * import or fetch which holds the lock on incoming/. */
#ifndef WEIKE_PACK_INSTALL_SPACE_H
#define WEIKE_PACK_INSTALL_SPACE_H
#include "pack/install/plan.h"
#include "store/writer.h"

/* Removes blobs that neither the library nor the plan names. Failing is logged: it is only a convenience. */
void space_sweep(const struct plan *p, struct db *db, struct writer *w);
/* While content is being copied: is at least half of the reserve for records still free? Something else may have filled the
 * disk since the plan was made. ERR_FULL. `path`: anything on that disk. Any thread. */
bool space_left(const char *path, struct err *e) MUST_CHECK;
/* Gives up parts of blobs that the plan does not want. */
void space_drop_parts(const struct plan *p);
#endif
