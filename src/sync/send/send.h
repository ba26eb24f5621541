/* send.h - carries waiting statements up to the hub, exactly once: seals packets, puts them, applies receipts. One
 * thread (the syncer's, or weikectl's); send_apply_ack also serves sticks. */
#ifndef WEIKE_SYNC_SEND_SEND_H
#define WEIKE_SYNC_SEND_SEND_H
#include "pack/packet/ack.h"
#include "pack/trust/device.h"
#include "store/store.h"
#include "sync/http/http.h"

enum send_end { SEND_DONE, SEND_NOTHING, SEND_UNREACHABLE, SEND_PORTAL, SEND_NOT_ENROLLED, SEND_NO_COUNTY_KEY, SEND_HUB_FULL, SEND_REFUSED, SEND_CUT,
                SEND_NOT_HERE /* the server takes no records */, SEND_STORAGE, SEND_STOPPED };
struct send_result {
    enum send_end end;
    int packets, statements;    /* put in this run */
    int64_t receipted;          /* statements that receipts freed in this run */
    int retry_after_s;
    bool contact;
    struct err err;
};
struct send_options {
    struct http *http;
    const char *server, *data_dir;
    struct db *db;              /* a reader of this thread */
    struct writer *writer;
    const struct county_key *county;
    const char *hardware;       /* device_hardware() */
    int64_t floor_ms;
    bool restored;              /* the database was restored from a backup at this start */
    const char *health;         /* JSON object to go along, NULL: none */
    uint64_t allowance;         /* bytes; UINT64_MAX: no limit */
    bool (*stop)(void *ctx);    /* asked between packets; may be NULL */
    void *ctx;
};
void send_run(const struct send_options *o, struct send_result *out);

/* The next packet of waiting statements beyond `after_seq`, for links and sticks alike: the very bytes of one that is under
 * way already (sync/send/bag.h), else one newly sealed, of at most max_count statements, and kept there before this returns.
 * *last its last seq; out->len 0 when nothing waits. Rows whose hash does not fit stay behind; the packet accounts for
 * their seqs. ERR_TOO_BIG: one statement alone (*last) passes what a packet holds. Takes device_lock; refreshes `d`. */
bool send_seal_next(struct db *db, const char *data_dir, struct device *d, const struct county_key *county, int64_t after_seq, int max_count,
                    const char *health, int64_t floor_ms, struct str *out, int64_t *last, int *count, struct err *e) MUST_CHECK;
/* Verifies an ack envelope and applies it in one transaction: delivered, asked again, rejected; notes last_receipt_ms and
 * last_receipt_count. An ack of another device, epoch or signer changes nothing and is an error (ERR_UNTRUSTED); one that
 * frees nothing new is fine, and so is one that is only `held`. One that covers seqs never sealed here is of somebody with the
 * same identity: it changes nothing either (ERR_UNTRUSTED), and the next device_open makes a new identity.
 * Takes device_lock; refreshes `d`. */
bool send_apply_ack(struct writer *w, const char *data_dir, struct device *d, const struct county_key *county, const void *bytes, size_t len,
                    int64_t *receipted, struct err *e) MUST_CHECK;
#endif
