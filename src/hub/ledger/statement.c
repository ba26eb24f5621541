#include "hub/ledger/statement.h"
#include "hub/ledger/engine.h"

bool ledger_packet_put(struct work *w, const struct ledger_packet *p, enum ledger_verdict verdict[],
                       bool *seen, struct err *e)
{
    return w->words->statement->packet_put(w, p, verdict, seen, e);
}

bool ledger_register_by_code(struct work *w, const char *code, struct ledger_register *out,
                             struct str *body, bool *found, struct err *e)
{
    return w->words->statement->register_by_code(w, code, out, body, found, e);
}

bool ledger_register_by_file(struct work *w, const char *sha256, struct ledger_register *out,
                             struct str *body, bool *found, struct err *e)
{
    return w->words->statement->register_by_file(w, sha256, out, body, found, e);
}

bool ledger_voided(struct work *w, int64_t site, const char *id, bool *voided, struct err *e)
{
    return w->words->statement->voided(w, site, id, voided, e);
}

bool ledger_numbers(struct work *w, const struct ledger_numbers *of, ledger_number_visit *visit, void *ctx,
                    struct err *e)
{
    return w->words->statement->numbers(w, of, visit, ctx, e);
}

bool ledger_hours(struct work *w, int64_t from_ms, int64_t to_ms, ledger_hours_visit *visit, void *ctx,
                  struct err *e)
{
    return w->words->statement->hours(w, from_ms, to_ms, visit, ctx, e);
}
