/* check.h - reads a big database through in the background after a cut, and once a week. Its own thread.
 *
 * Damage sets the marker "damaged" (the next start repairs) and a flag; a statement whose hash does not fit is
 * quarantined, so that it never goes up; a broken chain is said in the log. */
#ifndef WEIKE_STORE_RESCUE_CHECK_H
#define WEIKE_STORE_RESCUE_CHECK_H
#include "store/writer.h"

enum { CHECK_WEEK_MS = 7 * 24 * 3600 * 1000 };
struct check;
struct check *check_start(const char *dir, struct writer *w, int64_t delay_ms);
bool check_found_damage(struct check *c); /* any thread; NULL is fine */
void check_stop(struct check *c);         /* ends it at once; NULL is fine */
/* The same without a thread, all at once: for tests and weikectl doctor. */
bool check_now(const char *dir, struct writer *w, bool *sound, int *quarantined, struct err *e) MUST_CHECK;
bool check_due(struct db *db, int64_t now_ms); /* none for a week */
#endif
