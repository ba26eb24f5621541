/* salvage.h - reads what is newer out of a damaged (or older) database file into a sound one. At start only. */
#ifndef WEIKE_STORE_RESCUE_SALVAGE_H
#define WEIKE_STORE_RESCUE_SALVAGE_H
#include "store/db.h"

struct salvage {
    int64_t records; /* statements brought over, each verified by its hash */
    int64_t missing; /* statements known to have existed that neither side has; -1: cannot be known */
};
/* One transaction. Rows that cannot be read, or whose hash does not fit, are left out; that is no failure. */
bool salvage_run(struct db *into, struct db *from, struct salvage *out, struct err *e) MUST_CHECK;
#endif
