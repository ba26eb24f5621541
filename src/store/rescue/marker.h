/* marker.h - small files beside weike.db that say how the last run ended. At start and close only.
 *
 * "clean" holds size and time of weike.db as it was closed: the same again means nobody touched it, and the start
 * can skip reading it. "damaged" says that a running program met damage. "restoring" names the damaged file of a
 * repair under way. A lost marker costs a check, never a record. */
#ifndef WEIKE_STORE_RESCUE_MARKER_H
#define WEIKE_STORE_RESCUE_MARKER_H
#include "base/err.h"

#include <stddef.h>

bool marker_is_clean(const char *dir);
bool marker_set_clean(const char *dir, struct err *e) MUST_CHECK;
void marker_clear_clean(const char *dir); /* once the journal exists: whichever of the two a cut keeps tells the truth */
bool marker_is_damaged(const char *dir);
void marker_set_damaged(const char *dir);
void marker_clear_damaged(const char *dir);
bool marker_restoring(const char *dir, char *file, size_t size); /* name of the damaged file, without the folder */
bool marker_set_restoring(const char *dir, const char *file, struct err *e) MUST_CHECK;
bool marker_clear_restoring(const char *dir, struct err *e) MUST_CHECK;
#endif
