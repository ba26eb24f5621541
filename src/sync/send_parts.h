/* send_parts.h - what send.c (the link), send_seal.c (packets) and send_ack.c (receipts) share. Private to send. */
#ifndef WEIKE_SYNC_SEND_PARTS_H
#define WEIKE_SYNC_SEND_PARTS_H
#include "sync/bag.h"
#include "sync/send.h"

/* Holding device_lock: a packet that was kept just before a cut is remembered as sealed. */
bool send_settle(const char *data_dir, struct device *d, struct bag *bag, struct err *e) MUST_CHECK;
/* A packet of nothing but health; not kept, not part of the chain. */
bool send_seal_health(const char *data_dir, struct device *d, const struct county_key *county, const char *health, int64_t floor_ms,
                      struct str *out, struct err *e) MUST_CHECK;
/* A receipt that says "held", of this device's epoch, signed by the hub this terminal is enrolled at (trust/hub.pub) where
 * that key is known. */
bool send_is_held(const char *data_dir, const struct device *d, const void *bytes, size_t len);
#endif
