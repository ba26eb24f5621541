/* device.h - who this terminal is towards the hub: an Ed25519 key and an epoch bound to the hardware. One thread.
 *
 *   DIR/device/weike.key, weike.pub, identity.json {epoch, hardware, base, high, succeeds}
 *
 * In files beside the database, because a restored backup must not bring an old epoch back. A card put into another
 * machine, a restored backup, or a database whose newest seq lies below the highest ever sealed: a new key and epoch
 * before anything is sent; the old key signs the new one, so that nobody has to enrol again. */
#ifndef WEIKE_PACK_DEVICE_H
#define WEIKE_PACK_DEVICE_H
#include "pack/packet.h"

struct device {
    struct secret_key key;      /* device_wipe when done */
    char epoch[EPOCH_TEXT];
    int64_t base;               /* first seq of this epoch */
    int64_t high;               /* highest seq ever sealed in it */
    uint8_t previous[SHA256_BYTES]; /* hash of the last packet sealed */
    struct succession succession;   /* until the first ack of this epoch */
    bool fresh;                 /* made by this call; `why` says why */
    char why[160];
};
/* Loads the identity, or makes one, or a new epoch where needed. `next_seq`: lowest waiting seq; `last_seq`: newest
 * statement ever made here; `hardware`: what device_hardware() says, tests give their own; `restored`: a backup was restored. */
bool device_open(const char *data_dir, const char *hardware, int64_t next_seq, int64_t last_seq, bool restored,
                 struct device *out, struct err *e) MUST_CHECK;
bool device_peek(const char *data_dir, struct public_key *out, struct err *e) MUST_CHECK; /* ERR_MISSING: none yet */
/* Before a packet leaves: durably remembers its last seq and hash. */
bool device_sealed(const char *data_dir, struct device *d, int64_t last, const uint8_t sha256[SHA256_BYTES],
                   struct err *e) MUST_CHECK;
bool device_acknowledged(const char *data_dir, struct device *d, struct err *e) MUST_CHECK; /* succession is not needed any more */
void device_hardware(char out[SHA256_HEX]); /* hash of machine-id, first MAC, eMMC/SD CID where there is one; $WEIKE_HARDWARE in tests */
void device_wipe(struct device *d);
#endif
