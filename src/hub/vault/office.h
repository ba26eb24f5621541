/* office.h - what people must know later: alarms that ring until somebody has looked, the log of who did what, totals and
 * settings. Inside a vault transaction; the getters with any reader. */
#ifndef WEIKE_HUB_VAULT_OFFICE_H
#define WEIKE_HUB_VAULT_OFFICE_H
#include "store/db.h"

/* One open alarm for each kind and subject; again: counted. */
bool office_alarm(struct db *db, const char *kind, const char *subject, int64_t now_ms, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 6, 7))) MUST_CHECK;
bool office_alarm_over(struct db *db, int64_t id, int64_t now_ms, bool *found, struct err *e) MUST_CHECK;
/* Somebody at `address` guesses a code: one alarm each, and one for all further ones once a hundred ring. Not for the audit, which
 * is never cut short: whoever knocks could fill the disk with it. */
bool office_guess(struct db *db, const char *kind, const char *address, int64_t now_ms, struct err *e) MUST_CHECK;
/* The reason of an alarm is gone by itself. */
bool office_alarm_settle(struct db *db, const char *kind, const char *subject, int64_t now_ms, struct err *e) MUST_CHECK;
bool office_audit(struct db *db, const char *who, const char *act, const char *what, const char *place, int64_t now_ms, struct err *e) MUST_CHECK;
bool office_count(struct db *db, const char *name, int64_t more, struct err *e) MUST_CHECK;
bool office_total(struct db *db, const char *name, int64_t *out, struct err *e) MUST_CHECK;
bool office_set(struct db *db, const char *key, const char *value, struct err *e) MUST_CHECK;
/* "" if it is not set. */
bool office_get(struct db *db, const char *key, char *out, size_t size, struct err *e) MUST_CHECK;
#endif
