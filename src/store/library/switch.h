/* switch.h - what library.c and switch.c share. Private to store/. */
#ifndef WEIKE_STORE_LIBRARY_SWITCH_H
#define WEIKE_STORE_LIBRARY_SWITCH_H
#include "store/library/library.h"

enum { MANIFEST_MAX_BYTES = 8 << 20 };
enum { LESSON_TO_COME, LESSON_READY, LESSON_REPAIRING }; /* lesson.ready */

bool library_read_text(const char *json, struct lang_text *out, struct err *e) MUST_CHECK; /* a stored language map */
/* Installs inside the writer's transaction, as library_install does. */
bool library_put(struct db *db, const struct library_package *p, struct err *e) MUST_CHECK;
/* The same with the lessons whose files are here. */
bool library_put_here(struct db *db, const struct library_package *p, struct err *e) MUST_CHECK;
/* Looks again which lessons of the active course after `after_seq` have their files: those that lost one are being
 * repaired from now on, those that have all are shown; its manifest is kept beside the database if it is not yet.
 * *seq: that course, 0: there is none; *lost: lessons newly in repair. */
bool library_recheck(struct db *db, int64_t after_seq, int64_t *seq, int *lost, struct err *e) MUST_CHECK;
/* Every blob that was put aside; stops when `visit` returns false. */
void library_damaged_each(const char *dir, bool (*visit)(void *ctx, const char *sha256, const char *path), void *ctx);
/* At a start after a cut: a blob was put aside, but what that means may not have been committed. */
bool library_recheck_damaged(struct db *db, struct err *e) MUST_CHECK;
/* Counts the shown lessons of a package again. Inside the writer's transaction. */
bool library_resize(struct db *db, int64_t package_seq, struct err *e) MUST_CHECK;
#endif
