/* receipt.h - the ledger's words for which numbers of a terminal's epoch have arrived, and for the
 * county's signed receipts. Each is said to a unit of work or, where it only asks, to any reader. What a
 * receipt says is hub/records/receipts.h. */
#ifndef WEIKE_HUB_LEDGER_RECEIPT_H
#define WEIKE_HUB_LEDGER_RECEIPT_H
#include "hub/ledger/ledger.h"
#include "pack/packet/ack.h"

/* ---- numbers ---- */
struct ledger_span {
    const char *device, *epoch;
    int64_t base, claimed;   /* lowest it will ever send; highest known to exist */
    int64_t first, last;     /* that are here now; first > last: none, only the epoch is noted */
};
/* *fresh: how many of them were not here before. */
bool ledger_span_take(struct work *w, const struct ledger_span *s, int64_t now_ms, int64_t *fresh,
                      struct err *e) MUST_CHECK;

struct ledger_epoch { int64_t base, claimed; }; /* lowest base and highest claim of all that came */
bool ledger_epoch_find(struct work *w, const char *device, const char *epoch, struct ledger_epoch *out,
                       bool *found, struct err *e) MUST_CHECK;
bool ledger_epoch_newest(struct work *w, const char *device, char out[EPOCH_TEXT], bool *found,
                         struct err *e) MUST_CHECK;
/* What is here, ascending, never touching. The visit says whether it wants more. */
typedef bool ledger_span_visit(void *ctx, const struct ack_range *r);
bool ledger_spans(struct work *w, const char *device, const char *epoch, ledger_span_visit *visit,
                  void *ctx, struct err *e) MUST_CHECK;
/* Statements put aside whose id is known: those numbered as in `first` first (NULL: none), then the
 * newest; 50 at most. */
struct ledger_aside { const char *device, *epoch; const struct ack_range *first; };
typedef bool ledger_aside_visit(void *ctx, const struct ack_rejected *r);
bool ledger_asides(struct work *w, const struct ledger_aside *of, ledger_aside_visit *visit, void *ctx,
                   struct err *e) MUST_CHECK;

/* ---- signed receipts: the newest of each epoch ---- */
struct ledger_receipt { const char *device, *epoch; const void *envelope; size_t len; };
bool ledger_receipt_put(struct work *w, const struct ledger_receipt *r, int64_t now_ms,
                        struct err *e) MUST_CHECK;
/* Adds the envelope to `out`. The newest of a device, or that of one epoch. */
bool ledger_receipt_newest(struct work *w, const char *device, struct str *out, bool *found,
                           struct err *e) MUST_CHECK;
bool ledger_receipt_of(struct work *w, const char *device, const char *epoch, struct str *out, bool *found,
                       struct err *e) MUST_CHECK;
/* that have one */
bool ledger_receipt_devices(struct work *w, ledger_name_visit *visit, void *ctx, struct err *e) MUST_CHECK;
#endif
