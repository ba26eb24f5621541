/* register_void.h - correcting a record: it is voided and, where somebody else or something else is meant, a new one takes its place.
 * Both are kept and both go up; hours, what has counted, and attendance follow in the same transaction. */
#ifndef WEIKE_STORE_REGISTER_REGISTER_VOID_H
#define WEIKE_STORE_REGISTER_REGISTER_VOID_H
#include "base/hash.h"
#include "store/writer.h"

enum void_reason { VOID_WRONG_PERSON, VOID_NOT_THERE, VOID_TWICE, VOID_OTHER, VOID_REASON_COUNT }; /* stored by name */
const char *void_reason_name(enum void_reason r); /* "wrong-person" … */
const char *void_reason_words(const char *name);  /* "记错了人" …: for the register; an unknown one as it is */

/* What a row is that can be corrected: a viewing that has ended, or somebody's attendance of a meeting. */
struct void_target { char member_id[65], member_name[128], what[400]; int64_t at_ms, watched_ms; bool attendance, voided; };
bool register_void_look(struct db *db, const char *statement_id, struct void_target *out, struct err *e) MUST_CHECK;

/* Voids the record; with `member_id` (may be NULL) the same is recorded for that member instead, who earns what had not counted for
 * them yet. `host_id`: who corrects, a secretary or a technician. ERR_REFUSED: who may not, nobody to record it for, voided
 * before, or nothing that can be. Commits and waits.
 *
 * Seconds that the voided viewing was the first to count can be earned again; what later viewings repeated stays a
 * repetition. */
struct void_done { char by_id[UUID_TEXT], new_id[UUID_TEXT]; };
bool register_void(struct writer *w, const char *home_page, const char *host_id, const char *statement_id, const char *reason,
                   const char *member_id, struct void_done *out, struct err *e) MUST_CHECK;
#endif
