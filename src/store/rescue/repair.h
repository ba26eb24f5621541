/* repair.h - opens weike.db for writing and, if it does not hold together, puts the newest good backup in its place.
 *
 * The damaged file is never deleted: it becomes weike.db.damaged-<n>. What is newer in it than the backup, and can be
 * read and verified, is carried over. Every step may be cut off; the next start goes on. */
#ifndef WEIKE_STORE_RESCUE_REPAIR_H
#define WEIKE_STORE_RESCUE_REPAIR_H
#include "store/store.h"

/* How much of the database was looked at. */
struct repair_check { bool needed, whole; };
struct db *repair_open(const char *dir, struct store_repair *out, struct repair_check *check, struct err *e) MUST_CHECK;
#endif
