#include "hub/ledger/custody.h"
#include "hub/ledger/engine.h"

bool ledger_custody_put(struct work *w, const struct ledger_custody *c, int64_t now_ms, bool *twice,
                        struct err *e)
{
    return w->words->custody->custody_put(w, c, now_ms, twice, e);
}

bool ledger_custody_has(struct work *w, const char *sha256, bool *has, struct err *e)
{
    return w->words->custody->custody_has(w, sha256, has, e);
}

bool ledger_custody_bytes(struct work *w, const char *device, int64_t *bytes, struct err *e)
{
    return w->words->custody->custody_bytes(w, device, bytes, e);
}

bool ledger_custody_sums(struct work *w, struct ledger_custody_sums *out, struct err *e)
{
    return w->words->custody->custody_sums(w, out, e);
}

bool ledger_custody_next(struct work *w, int64_t after_nr, struct ledger_custody_item *out, bool *found,
                         struct err *e)
{
    return w->words->custody->custody_next(w, after_nr, out, found, e);
}

bool ledger_custody_sent(struct work *w, int64_t nr, int64_t now_ms, struct err *e)
{
    return w->words->custody->custody_sent(w, nr, now_ms, e);
}

bool ledger_custody_refused(struct work *w, int64_t nr, const char *why, bool *here, struct err *e)
{
    return w->words->custody->custody_refused(w, nr, why, here, e);
}

bool ledger_custody_offer(struct work *w, const char *device, struct err *e)
{
    return w->words->custody->custody_offer(w, device, e);
}

bool ledger_custody_again(struct work *w, int64_t sent_before_ms, struct err *e)
{
    return w->words->custody->custody_again(w, sent_before_ms, e);
}

bool ledger_custody_taken(struct work *w, ledger_name_visit *visit, void *ctx, struct err *e)
{
    return w->words->custody->custody_taken(w, visit, ctx, e);
}

bool ledger_custody_settle(struct work *w, const char *device, const char *epoch,
                           ledger_custody_judge *judge, void *ctx, struct err *e)
{
    return w->words->custody->custody_settle(w, device, epoch, judge, ctx, e);
}
