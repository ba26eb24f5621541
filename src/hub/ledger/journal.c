#include "hub/ledger/journal.h"
#include "hub/ledger/engine.h"

#include <stdarg.h>
#include <stdio.h>

bool ledger_alarm(struct work *w, const char *kind, const char *subject, int64_t now_ms, struct err *e,
                  const char *fmt, ...)
{
    char text[500];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return ledger_alarm_text(w, kind, subject, now_ms, text, e);
}

bool ledger_alarm_text(struct work *w, const char *kind, const char *subject, int64_t now_ms,
                       const char *text, struct err *e)
{
    return w->words->journal->alarm_text(w, kind, subject, now_ms, text, e);
}

bool ledger_alarm_over(struct work *w, int64_t id, int64_t now_ms, bool *found, struct err *e)
{
    return w->words->journal->alarm_over(w, id, now_ms, found, e);
}

bool ledger_alarm_settle(struct work *w, const char *kind, const char *subject, int64_t now_ms, struct err *e)
{
    return w->words->journal->alarm_settle(w, kind, subject, now_ms, e);
}

bool ledger_alarm_others(struct work *w, const char *kind, const char *subject, int64_t *count, struct err *e)
{
    return w->words->journal->alarm_others(w, kind, subject, count, e);
}

bool ledger_alarms(struct work *w, ledger_alarm_visit *visit, void *ctx, struct err *e)
{
    return w->words->journal->alarms(w, visit, ctx, e);
}

bool ledger_audit(struct work *w, const struct ledger_act *a, struct err *e)
{
    return w->words->journal->audit(w, a, e);
}

bool ledger_audits(struct work *w, int limit, ledger_audit_visit *visit, void *ctx, struct err *e)
{
    return w->words->journal->audits(w, limit, visit, ctx, e);
}

bool ledger_count(struct work *w, const char *name, int64_t more, struct err *e)
{
    return w->words->journal->count(w, name, more, e);
}

bool ledger_total(struct work *w, const char *name, int64_t *out, struct err *e)
{
    return w->words->journal->total(w, name, out, e);
}

bool ledger_set(struct work *w, const char *key, const char *value, struct err *e)
{
    return w->words->journal->set(w, key, value, e);
}

bool ledger_get(struct work *w, const char *key, char *out, size_t size, struct err *e)
{
    return w->words->journal->get(w, key, out, size, e);
}

bool ledger_operator_find(struct work *w, const char *name, char hash[PIN_HASH_TEXT], bool *any,
                          bool *found, struct err *e)
{
    return w->words->journal->operator_find(w, name, hash, any, found, e);
}

bool ledger_operator_any(struct work *w, bool *any, struct err *e)
{
    return w->words->journal->operator_any(w, any, e);
}

bool ledger_operator_put(struct work *w, const char *name, const char *hash, int64_t now_ms, struct err *e)
{
    return w->words->journal->operator_put(w, name, hash, now_ms, e);
}

bool ledger_operator_set(struct work *w, const char *name, const char *hash, struct err *e)
{
    return w->words->journal->operator_set(w, name, hash, e);
}
