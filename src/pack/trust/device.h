/* device.h - who this terminal is towards the hub: an Ed25519 key and an epoch bound to the hardware.
 * A struct device belongs to one thread.
 *
 *   DIR/device/weike.key, weike.pub, identity.json {key, epoch, hardware, base, high, previous, succeeds}
 *   DIR/device/ancestor.key: the key before, while no receipt says that the county knows the new one
 *   DIR/device/renew: the epoch that is to end, see device_doubt
 *
 * In files beside the database, because a restored backup must not bring an old epoch back. A card put into another
 * machine, a restored backup, or a database whose newest seq lies below the highest ever sealed: a new key and epoch
 * before anything is sent; the old key signs the new one, so that nobody has to enrol again. */
#ifndef WEIKE_PACK_TRUST_DEVICE_H
#define WEIKE_PACK_TRUST_DEVICE_H
#include "pack/packet/packet.h"

struct device {
    struct secret_key key;      /* device_wipe when done */
    char epoch[EPOCH_TEXT];
    int64_t base;               /* first seq of this epoch */
    int64_t high;               /* highest seq ever sealed in it; base - 1: none yet */
    uint8_t previous[SHA256_BYTES]; /* hash of the last packet sealed */
    struct succession succession;   /* until the first ack of this epoch */
    bool fresh;                 /* made by this call; `why` says why */
    char why[160];
    char hardware[SHA256_HEX];  /* what it is bound to */
    char start[SHA256_HEX];     /* the start of the program for which a restored backup was answered; "" none */
};
/* Loads the identity, or makes one, or a new epoch where needed. `next_seq`: lowest waiting seq (0: none); `last_seq`:
 * newest statement ever made here; `hardware`: what device_hardware() says, tests give their own; `restored`: a backup
 * was restored at this start of the program (said as often as one likes: one start makes one new epoch). */
bool device_open(const char *data_dir, const char *hardware, int64_t next_seq, int64_t last_seq, bool restored,
                 struct device *out, struct err *e) MUST_CHECK;
bool device_peek(const char *data_dir, struct public_key *out, struct err *e) MUST_CHECK; /* ERR_MISSING: none yet */
/* The link's thread, a stick's and weikectl seal for the same device: around reading, sealing and remembering each holds
 * this lock (of the file device/lock; waits ten seconds at most) and refreshes what it knows. -1 on failure. device_open takes it by itself. */
int device_lock(const char *data_dir, struct err *e) MUST_CHECK;
void device_unlock(int lock); /* -1 is fine */
/* Holding the lock. Another terminal was seen to use this identity (a copied disk, an image put back): durably, until the
 * next device_open, which makes a new one. device_doubted: so it is; receipts of this epoch may speak of the other's rows. */
bool device_doubt(const char *data_dir, const struct device *d, struct err *e) MUST_CHECK;
bool device_doubted(const char *data_dir, const struct device *d);
bool device_refresh(const char *data_dir, struct device *d, struct err *e) MUST_CHECK;
/* Holding the lock. Before a packet leaves: durably remembers its last seq and hash. */
bool device_sealed(const char *data_dir, struct device *d, int64_t last, const uint8_t sha256[SHA256_BYTES],
                   struct err *e) MUST_CHECK;
bool device_acknowledged(const char *data_dir, struct device *d, struct err *e) MUST_CHECK; /* succession is not needed any more */
/* Hash of what stays with the board: serial number, first built-in network card, the eMMC or SD card we start from,
 * machine-id. $WEIKE_HARDWARE in tests. */
void device_hardware(char out[SHA256_HEX]);
void device_wipe(struct device *d);
#endif
