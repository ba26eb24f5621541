#include "hub/ledger/terminal.h"
#include "hub/ledger/engine.h"

bool ledger_code_put(struct work *w, const struct ledger_code *c, struct err *e)
{
    return w->words->terminal->code_put(w, c, e);
}

bool ledger_code_take(struct work *w, const char *hash, const char *who, int64_t now_ms,
                      struct ledger_code_use *out, struct err *e)
{
    return w->words->terminal->code_take(w, hash, who, now_ms, out, e);
}

bool ledger_site(struct work *w, const char *name, const char *via, int64_t now_ms, int64_t *id,
                 struct err *e)
{
    return w->words->terminal->site(w, name, via, now_ms, id, e);
}

bool ledger_terminal_put(struct work *w, const struct ledger_terminal_new *t, int64_t now_ms, struct err *e)
{
    return w->words->terminal->terminal_put(w, t, now_ms, e);
}

bool ledger_terminal_find(struct work *w, const char *id, struct ledger_terminal *out, struct err *e)
{
    return w->words->terminal->terminal_find(w, id, out, e);
}

bool ledger_terminal_revoke(struct work *w, const char *id, int64_t at_ms, bool *found, struct err *e)
{
    return w->words->terminal->terminal_revoke(w, id, at_ms, found, e);
}

bool ledger_terminal_seen(struct work *w, const struct ledger_sight *s, struct err *e)
{
    return w->words->terminal->terminal_seen(w, s, e);
}

bool ledger_terminal_health(struct work *w, const char *id, const char *health, int64_t now_ms, struct err *e)
{
    return w->words->terminal->terminal_health(w, id, health, now_ms, e);
}

bool ledger_terminal_heirs(struct work *w, const char *id, int64_t *count, struct err *e)
{
    return w->words->terminal->terminal_heirs(w, id, count, e);
}

bool ledger_terminal_both_alive(struct work *w, const char *id, int64_t slack_ms, struct ledger_pair *out,
                                bool *found, struct err *e)
{
    return w->words->terminal->terminal_both_alive(w, id, slack_ms, out, found, e);
}

bool ledger_terminals_untold(struct work *w, int limit, ledger_stranger_visit *visit, void *ctx,
                             struct err *e)
{
    return w->words->terminal->terminals_untold(w, limit, visit, ctx, e);
}

bool ledger_terminal_told(struct work *w, const char *id, int64_t at_ms, struct err *e)
{
    return w->words->terminal->terminal_told(w, id, at_ms, e);
}

bool ledger_terminal_untell(struct work *w, const char *id, int64_t from_ms, int64_t to_ms, struct err *e)
{
    return w->words->terminal->terminal_untell(w, id, from_ms, to_ms, e);
}

bool ledger_terminals(struct work *w, ledger_state_visit *visit, void *ctx, struct err *e)
{
    return w->words->terminal->terminals(w, visit, ctx, e);
}

bool ledger_census(struct work *w, struct ledger_census *out, struct err *e)
{
    return w->words->terminal->census(w, out, e);
}
