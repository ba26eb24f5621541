/* receipts.h - what a receipt says: which seqs of a device's epoch have arrived. Inside a unit of work of the ledger (take)
 * or with any reader (build). */
#ifndef WEIKE_HUB_RECORDS_RECEIPTS_H
#define WEIKE_HUB_RECORDS_RECEIPTS_H
#include "hub/ledger/receipt.h"
#include "pack/packet/packet.h"

/* Notes that the packet's seqs are here. *fresh: how many of them were not before. */
bool receipts_take(struct work *w, const struct packet_head *head, int64_t now_ms, int64_t *fresh, struct err *e) MUST_CHECK;
/* What is here of the epoch, what is missing below the highest seq known to exist (after this database was
 * restored from yesterday: what the kiosk must send again), and what was refused: `of->first` of the seqs that
 * it answers, then the newest. *found false: no such epoch. */
bool receipts_build(struct work *w, const struct ledger_aside *of, struct ack *out, bool *found, struct err *e) MUST_CHECK;

/* Of two receipts of the same epoch, both signed by the county: was `a` signed after `b`, or at least not before? */
bool receipts_newer(const struct ack *a, const struct ack *b, int64_t now_ms);
#endif
