/* catalogue.h - the manifests of active courses beside the database, so that a lost or older database finds what is in
 * blobs/ again without any network. Private to store/; inside the writer's transaction.
 *
 *   DIR/manifests/<sha256 of the manifest>   "weike-manifest 1\n" "publisher <key id>\n" "\n" the exact verified bytes */
#ifndef WEIKE_STORE_LIBRARY_CATALOGUE_H
#define WEIKE_STORE_LIBRARY_CATALOGUE_H
#include "store/library/library.h"

bool catalogue_keep(const char *dir, const char *sha256, const struct library_package *p, struct err *e) MUST_CHECK;
/* Removes files of courses that are not active any more, writes those that are missing. */
bool catalogue_tidy(struct db *db, struct err *e) MUST_CHECK;
/* Once for a database that is new or was put back: installs every course whose manifest still fits its hash, with those
 * of its lessons whose files are here; older versions give way to newer ones. Its own transactions; a cut is harmless.
 * *courses: how many it did not know. */
bool catalogue_rebuild(struct db *db, int *courses, struct err *e) MUST_CHECK;
bool catalogue_doubt(struct db *db, struct err *e) MUST_CHECK; /* the next catalogue_rebuild reads them (again) */
#endif
