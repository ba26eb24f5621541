/* packet.h - a bag of statements as it travels: sealed so that only the county can read it, signed by the device that
 * made it. The same bytes go by HTTP (PUT /v1/rec/<sha256>) or lie on a stick (WEIKE/up/<device>/); who carries them
 * reads the head and checks the signature, nothing more. Format: content/RECORDS.md. Any thread; values.
 *
 *   head (clear) | health, JSON, may be empty (clear) | sealed box of one zstd frame of JSON lines | Ed25519 signature of all before
 */
#ifndef WEIKE_PACK_PACKET_PACKET_H
#define WEIKE_PACK_PACKET_PACKET_H
#include "pack/sign/county.h"

#include "base/hash.h"

enum {
    PACKET_MAX_BYTES = 256 << 10,
    PACKET_MAX_STATEMENTS = 1000,
    PACKET_OPEN_MAX_BYTES = 8 << 20, /* JSON lines once opened */
    PACKET_HEALTH_MAX = 8 << 10,
    PACKET_NAME_MAX = 96,
    EPOCH_TEXT = 33, EPOCH_BYTES = 16,
    PACKET_PREVIOUS_BYTES = 16,
};

/* A new device key vouched for by the one it replaces (a new epoch after a cloned card or a restored backup): the old
 * key's signature over the new key and its epoch. */
struct succession { bool there; struct public_key old; uint8_t signature[KEY_SIGNATURE_BYTES]; };
void succession_make(const struct secret_key *old, const struct public_key *heir, const char epoch[EPOCH_TEXT], struct succession *out);
bool succession_holds(const struct succession *s, const struct public_key *heir, const char epoch[EPOCH_TEXT]);

struct packet_head {
    struct public_key device;       /* its id names the device */
    char epoch[EPOCH_TEXT];         /* 32 hex digits */
    int64_t base;                   /* lowest seq this epoch will ever send; >= 1 */
    int64_t first, last;            /* seqs this packet accounts for, also those whose rows are damaged; first > last: health only */
    int count;                      /* statements inside, in the order of their seqs; = last - first + 1 unless rows are missing */
    int64_t sealed_ms;              /* wall clock of the device, best estimate */
    int clock_trust;                /* enum clock_trust */
    uint8_t previous[PACKET_PREVIOUS_BYTES]; /* of the SHA-256 of the packet before it in this epoch; zeros for the first */
    struct succession succession;
};

/* Lines: each statement's exact bytes, without line feeds. Deterministic but for the box's ephemeral key. `health` NULL:
 * none. `out` is empty on failure; ERR_TOO_BIG: take fewer lines. */
struct packet_line { const char *bytes; size_t len; };
bool packet_seal(const struct packet_head *head, const char *health, const struct packet_line *line, int count,
                 const struct secret_key *device, const struct county_key *county, struct str *out, struct err *e) MUST_CHECK;

/* A packet whose head, succession and signature were checked: what a carrier knows. The sealed part is borrowed from `bytes`. */
struct packet {
    struct packet_head head;
    int dictionary;                 /* which of pack/packet/packet_dict.h; a number from the future is a carrier's to carry */
    char sha256[SHA256_HEX];        /* of all the bytes: its name */
    const char *health; size_t health_len; /* JSON text, not parsed */
    const uint8_t *box; size_t box_len;
};
bool packet_read(const void *bytes, size_t len, struct packet *out, struct err *e) MUST_CHECK;
/* Only the county can. Checks the whole (as many lines as the head says), then calls `visit` for each line (borrowed;
 * n counts from 0). A `visit` that returns false stops it, which is no failure. ERR_UNTRUSTED: sealed to another key;
 * ERR_UNSUPPORTED: a dictionary that this program does not have yet. */
bool packet_open(const struct packet *p, const struct county_secret *county,
                 bool (*visit)(void *ctx, int n, const char *line, size_t len), void *ctx, struct err *e) MUST_CHECK;
void packet_name(const struct packet *p, char out[PACKET_NAME_MAX]); /* "<epoch8>-<first>-<last>-<hash16>.rec" */
/* Reads such a name; false if it is none. */
struct packet_label { char epoch8[9]; int64_t first, last; char hash16[17]; };
bool packet_label_parse(const char *name, struct packet_label *out);
#endif
