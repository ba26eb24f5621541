/* reserve.h - a file that only takes up space, given up when a full disk would cost a record. Any thread.
 *
 * Content is refused long before the disk is full, but other programs share it. On SQLITE_FULL the writer drops
 * the reserve and commits again: answers are still saved while the screen says "storage full". */
#ifndef WEIKE_STORE_RESERVE_H
#define WEIKE_STORE_RESERVE_H
#include "base/err.h"

enum { RESERVE_BYTES = 8 << 20 };
/* Makes it if it is missing and the disk has at least 8 times as much free; otherwise does nothing. */
bool reserve_make(const char *dir, struct err *e) MUST_CHECK;
bool reserve_drop(const char *dir); /* true if there was one */
#endif
