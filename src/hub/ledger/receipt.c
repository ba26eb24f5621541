#include "hub/ledger/receipt.h"
#include "hub/ledger/engine.h"

bool ledger_span_take(struct work *w, const struct ledger_span *s, int64_t now_ms, int64_t *fresh,
                      struct err *e)
{
    return w->words->receipt->span_take(w, s, now_ms, fresh, e);
}

bool ledger_epoch_find(struct work *w, const char *device, const char *epoch, struct ledger_epoch *out,
                       bool *found, struct err *e)
{
    return w->words->receipt->epoch_find(w, device, epoch, out, found, e);
}

bool ledger_epoch_newest(struct work *w, const char *device, char out[EPOCH_TEXT], bool *found, struct err *e)
{
    return w->words->receipt->epoch_newest(w, device, out, found, e);
}

bool ledger_spans(struct work *w, const char *device, const char *epoch, ledger_span_visit *visit,
                  void *ctx, struct err *e)
{
    return w->words->receipt->spans(w, device, epoch, visit, ctx, e);
}

bool ledger_asides(struct work *w, const struct ledger_aside *of, ledger_aside_visit *visit, void *ctx,
                   struct err *e)
{
    return w->words->receipt->asides(w, of, visit, ctx, e);
}

bool ledger_receipt_put(struct work *w, const struct ledger_receipt *r, int64_t now_ms, struct err *e)
{
    return w->words->receipt->receipt_put(w, r, now_ms, e);
}

bool ledger_receipt_newest(struct work *w, const char *device, struct str *out, bool *found, struct err *e)
{
    return w->words->receipt->receipt_newest(w, device, out, found, e);
}

bool ledger_receipt_of(struct work *w, const char *device, const char *epoch, struct str *out, bool *found,
                       struct err *e)
{
    return w->words->receipt->receipt_of(w, device, epoch, out, found, e);
}

bool ledger_receipt_devices(struct work *w, ledger_name_visit *visit, void *ctx, struct err *e)
{
    return w->words->receipt->receipt_devices(w, visit, ctx, e);
}
