/* receipts.h - which seqs of a device's epoch have arrived, and the receipt that says so. Inside a vault transaction
 * (take) or with any reader (build). */
#ifndef WEIKE_HUB_RECORDS_RECEIPTS_H
#define WEIKE_HUB_RECORDS_RECEIPTS_H
#include "pack/packet/ack.h"
#include "store/db.h"

/* Notes that the packet's seqs are here. *fresh: how many of them were not before. */
bool receipts_take(struct db *db, const struct packet_head *head, int64_t now_ms, int64_t *fresh, struct err *e) MUST_CHECK;
/* What is here of the epoch, what is missing below the highest seq known to exist (after this database was restored
 * from yesterday: what the kiosk must send again), and what was refused: first of the seqs that it answers (NULL: none
 * in particular), then the newest. *found false: no such epoch. */
bool receipts_build(struct db *db, const char *device, const char *epoch, const struct ack_range *answers, struct ack *out, bool *found,
                    struct err *e) MUST_CHECK;
/* The newest epoch of a device. */
bool receipts_epoch(struct db *db, const char *device, char out[EPOCH_TEXT], bool *found, struct err *e) MUST_CHECK;

/* The newest stored receipt, as signed by the county: kept here, also for those below. */
bool receipts_keep(struct db *db, const char *device, const char *epoch, const void *envelope, size_t len, int64_t now_ms,
                   struct err *e) MUST_CHECK;
bool receipts_kept(struct db *db, const char *device, struct str *out, bool *found, struct err *e) MUST_CHECK;
/* Of two receipts of the same epoch, both signed by the county: was `a` signed after `b`, or at least not before? */
bool receipts_newer(const struct ack *a, const struct ack *b, int64_t now_ms);
#endif
