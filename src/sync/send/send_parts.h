/* send_parts.h - what send.c (the link), send_seal.c (packets) and send_ack.c (receipts) share. Private to send. */
#ifndef WEIKE_SYNC_SEND_SEND_PARTS_H
#define WEIKE_SYNC_SEND_SEND_PARTS_H
#include "sync/send/bag.h"
#include "sync/send/send.h"

/* Holding device_lock: a packet that was kept just before a cut is remembered as sealed. */
bool send_settle(const char *data_dir, struct device *d, struct bag *bag, struct err *e) MUST_CHECK;
/* A packet of nothing but health; not kept, not part of the chain. */
bool send_seal_health(const char *data_dir, struct device *d, const struct county_key *county, const char *health, int64_t floor_ms,
                      struct str *out, struct err *e) MUST_CHECK;
/* A receipt that says "held", of this device's epoch, signed by the hub this terminal is enrolled at (trust/hub.pub) where
 * that key is known. */
bool send_is_held(const char *data_dir, const struct device *d, const void *bytes, size_t len);
/* A receipt signed by this key. */
bool send_open_ack(const struct public_key *signer, const void *bytes, size_t len, struct ack *out, struct err *e) MUST_CHECK;

/* send_old.c: packets that were set aside when the epoch changed. The first that does not rest; out->len 0: none. */
bool send_old_next(const char *data_dir, int64_t now_ms, struct str *out, char name[PACKET_NAME_MAX], struct err *e) MUST_CHECK;
bool send_old_done(const char *data_dir, const char *name, bool stored, int64_t now_ms, struct err *e) MUST_CHECK; /* else it rests */
bool send_old_stored(const struct ack *a, const struct packet *p); /* does the receipt, already verified, say so? */
/* Holding device_lock. Removes what a verified receipt of an earlier epoch covers. */
bool send_old_take_ack(const char *data_dir, const struct ack *a, struct err *e) MUST_CHECK;
#endif
