/* pin.h - PIN and picture codes of members and of the technician's corner. Checked and changed through the writer. */
#ifndef WEIKE_STORE_PEOPLE_PIN_H
#define WEIKE_STORE_PEOPLE_PIN_H
#include "store/db.h"
#include "store/writer.h"

/* PIN and picture codes. Five failures lock the subject for 5 minutes of running time; the lock survives a
 * restart. `subject`: a member id, or PIN_TECHNICIAN for the technician's corner. */
#define PIN_TECHNICIAN "*technician"
enum pin_verdict { PIN_RIGHT, PIN_WRONG, PIN_LOCKED, PIN_UNSET };
/* Works on the writer's thread (Argon2id takes about 50 ms, and the failure must be saved): post, then poll. */
uint64_t pin_post(struct writer *w, const char *subject, const char *code); /* digits, or "3-7-11" */
/* False while it is waiting. `locked_ms`: how long the lock lasts still; may be NULL. */
bool pin_result(struct writer *w, uint64_t ticket, enum pin_verdict *out, int64_t *locked_ms, int *tries_left);
bool pin_check(struct writer *w, const char *subject, const char *code, enum pin_verdict *out, int64_t *locked_ms,
               struct err *e) MUST_CHECK; /* posts and waits */
bool pin_set_technician(struct writer *w, const char *pin, struct err *e) MUST_CHECK; /* 6 to 12 digits */
bool pin_is_set(struct db *db, const char *subject, bool *out, struct err *e) MUST_CHECK;
/* Milliseconds the subject is still locked for; 0 if not. */
bool pin_locked(struct db *db, const char *subject, int64_t *locked_ms, struct err *e) MUST_CHECK;
bool member_set_pin(struct writer *w, const char *id, const char *pin, struct err *e) MUST_CHECK; /* "": none */

/* ---- for the other files of store/people ---- */
bool pin_digits_valid(const char *pin, size_t min); /* min..12 digits */
bool pin_pictures_valid(const char *code);          /* "3-7-11" */
/* Inside the writer's transaction. NULL leaves what is there, "" takes it away; failures and lock are cleared. */
bool pin_put(struct db *db, const char *subject, const char *hash, const char *pictures, struct err *e) MUST_CHECK;
#endif
