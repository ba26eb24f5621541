/* custody.h - the ledger's words for packets kept sealed on their way up, and how far each has come. The
 * bytes themselves lie in files (hub/records/carry.h). Each is said to a unit of work or, where it only
 * asks, to any reader. */
#ifndef WEIKE_HUB_LEDGER_CUSTODY_H
#define WEIKE_HUB_LEDGER_CUSTODY_H
#include "base/hash.h"
#include "hub/ledger/ledger.h"
#include "pack/sign/key.h"

#include <stddef.h>

struct ledger_custody { const char *sha256, *device, *epoch; int64_t first, last, bytes; };
bool ledger_custody_put(struct work *w, const struct ledger_custody *c, int64_t now_ms, bool *twice,
                        struct err *e) MUST_CHECK;
bool ledger_custody_has(struct work *w, const char *sha256, bool *has, struct err *e) MUST_CHECK;
/* Bytes kept of one terminal; NULL: of all. */
bool ledger_custody_bytes(struct work *w, const char *device, int64_t *bytes, struct err *e) MUST_CHECK;
struct ledger_custody_sums { int64_t packets, bytes, waiting, refused, oldest_ms; }; /* oldest_ms 0: none */
bool ledger_custody_sums(struct work *w, struct ledger_custody_sums *out, struct err *e) MUST_CHECK;

/* ---- the way up ---- */
struct ledger_custody_item { int64_t nr; int tries; char sha256[SHA256_HEX], device[KEY_ID_TEXT]; };
/* The oldest after `nr` that the hub above has neither taken nor refused. *found false: none. */
bool ledger_custody_next(struct work *w, int64_t after_nr, struct ledger_custody_item *out, bool *found,
                         struct err *e) MUST_CHECK;
bool ledger_custody_sent(struct work *w, int64_t nr, int64_t now_ms, struct err *e) MUST_CHECK;
/* *here: it still was */
bool ledger_custody_refused(struct work *w, int64_t nr, const char *why, bool *here,
                            struct err *e) MUST_CHECK;
/* Refused ones are offered again: of one terminal, NULL: of all. */
bool ledger_custody_offer(struct work *w, const char *device, struct err *e) MUST_CHECK;
/* Those taken above before then, and still here, are offered again. */
bool ledger_custody_again(struct work *w, int64_t sent_before_ms, struct err *e) MUST_CHECK;
/* terminals with packets that the hub above has */
bool ledger_custody_taken(struct work *w, ledger_name_visit *visit, void *ctx, struct err *e) MUST_CHECK;

/* What becomes of each packet of an epoch, by its numbers, as `judge` says. */
enum ledger_custody_fate { LEDGER_KEEP, LEDGER_FORGET, LEDGER_OFFER };
struct ledger_custody_numbers { const char *sha256; int64_t first, last; };
typedef enum ledger_custody_fate ledger_custody_judge(void *ctx, const struct ledger_custody_numbers *p);
bool ledger_custody_settle(struct work *w, const char *device, const char *epoch,
                           ledger_custody_judge *judge, void *ctx, struct err *e) MUST_CHECK;
#endif
