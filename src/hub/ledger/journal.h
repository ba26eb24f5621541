/* journal.h - the ledger's words for what people must know later: alarms that ring until somebody has
 * looked, the audit of who did what, totals, settings, operators. Each is said to a unit of work or, where
 * it only asks, to any reader. */
#ifndef WEIKE_HUB_LEDGER_JOURNAL_H
#define WEIKE_HUB_LEDGER_JOURNAL_H
#include "base/hash.h"
#include "hub/ledger/ledger.h"

#include <stddef.h>

/* ---- alarms ---- */
/* One open alarm for each kind and subject; again: counted, with the new text. */
bool ledger_alarm(struct work *w, const char *kind, const char *subject, int64_t now_ms, struct err *e,
                  const char *fmt, ...) __attribute__((format(printf, 6, 7))) MUST_CHECK;
bool ledger_alarm_text(struct work *w, const char *kind, const char *subject, int64_t now_ms,
                       const char *text, struct err *e) MUST_CHECK;
/* somebody has looked */
bool ledger_alarm_over(struct work *w, int64_t id, int64_t now_ms, bool *found, struct err *e) MUST_CHECK;
/* The reason of an alarm is gone by itself. */
bool ledger_alarm_settle(struct work *w, const char *kind, const char *subject, int64_t now_ms,
                         struct err *e) MUST_CHECK;
/* How many of this kind ring for other subjects. */
bool ledger_alarm_others(struct work *w, const char *kind, const char *subject, int64_t *count,
                         struct err *e) MUST_CHECK;
struct ledger_alarm_row { int64_t id, first_ms, last_ms, times; const char *kind, *subject, *text; };
typedef void ledger_alarm_visit(void *ctx, const struct ledger_alarm_row *a);
/* those that ring, newest first, 200 at most */
bool ledger_alarms(struct work *w, ledger_alarm_visit *visit, void *ctx, struct err *e) MUST_CHECK;

/* ---- the audit: only ever added to ---- */
struct ledger_act { const char *who, *act, *what, *place; int64_t at_ms, nr; }; /* nr: given by the ledger */
bool ledger_audit(struct work *w, const struct ledger_act *a, struct err *e) MUST_CHECK;
typedef void ledger_audit_visit(void *ctx, const struct ledger_act *a);
/* newest first */
bool ledger_audits(struct work *w, int limit, ledger_audit_visit *visit, void *ctx, struct err *e) MUST_CHECK;

/* ---- totals and settings ---- */
bool ledger_count(struct work *w, const char *name, int64_t more, struct err *e) MUST_CHECK;
/* 0: never counted */
bool ledger_total(struct work *w, const char *name, int64_t *out, struct err *e) MUST_CHECK;
bool ledger_set(struct work *w, const char *key, const char *value, struct err *e) MUST_CHECK;
/* cut to size; "": not set */
bool ledger_get(struct work *w, const char *key, char *out, size_t size, struct err *e) MUST_CHECK;

/* ---- operators ---- */
/* *any: there are operators. *found: this one; without, `hash` is some other's, so that checking costs the
 * same time. */
bool ledger_operator_find(struct work *w, const char *name, char hash[PIN_HASH_TEXT], bool *any,
                          bool *found, struct err *e) MUST_CHECK;
bool ledger_operator_any(struct work *w, bool *any, struct err *e) MUST_CHECK;
bool ledger_operator_put(struct work *w, const char *name, const char *hash, int64_t now_ms,
                         struct err *e) MUST_CHECK;
/* a new password of one that is there */
bool ledger_operator_set(struct work *w, const char *name, const char *hash, struct err *e) MUST_CHECK;
#endif
