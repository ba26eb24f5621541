/* packet.h - a bag of statements as it travels: sealed so that only the county can read it, signed by the device that
 * made it. The same bytes go by HTTP (PUT /v1/rec/<sha256>) or lie on a stick (WEIKE/up/<device>/); who carries them
 * reads the head and checks the signature, nothing more. Format: content/RECORDS.md. Any thread; values.
 *
 *   head (clear) | health, JSON, may be empty (clear) | sealed box of one zstd frame of JSON lines | Ed25519 signature of all before
 */
#ifndef WEIKE_PACK_PACKET_H
#define WEIKE_PACK_PACKET_H
#include "pack/key.h"

#include "base/hash.h"

enum {
    PACKET_MAX_BYTES = 256 << 10,
    PACKET_MAX_STATEMENTS = 1000,
    PACKET_OPEN_MAX_BYTES = 8 << 20, /* JSON lines once opened */
    PACKET_NAME_MAX = 96,
    EPOCH_TEXT = 33,
};

/* The county's key pair: what packets are sealed to (X25519) and what acks are signed with (Ed25519). As a file:
 * "weike-county-key 1", "id …", "ed25519 …", "x25519 …". */
struct county_key { struct public_key sign; uint8_t box[32]; };
struct county_secret { struct county_key pub; struct secret_key sign; uint8_t box[32]; }; /* county_secret_wipe */
bool county_key_load(const char *path, struct county_key *out, struct err *e) MUST_CHECK;
bool county_key_parse(const char *text, size_t len, struct county_key *out, struct err *e) MUST_CHECK;
void county_key_write(const struct county_key *k, struct str *out);
bool county_key_generate(const char *dir, struct county_key *out, struct err *e) MUST_CHECK; /* DIR/county.key 0600, DIR/county.pub; refuses if there */
bool county_secret_load(const char *path, struct county_secret *out, struct err *e) MUST_CHECK;
void county_secret_wipe(struct county_secret *s);

/* A new device key vouched for by the one it replaces (a new epoch after a cloned card or a restored backup). */
struct succession { bool there; struct public_key old; uint8_t signature[KEY_SIGNATURE_BYTES]; };

struct packet_head {
    struct public_key device;       /* its id names the device */
    char epoch[EPOCH_TEXT];         /* 32 hex digits */
    int64_t base;                   /* lowest seq this epoch will ever send */
    int64_t first, last;            /* seqs this packet accounts for, also those whose rows are damaged; first > last: health only */
    int count;                      /* statements inside */
    int64_t sealed_ms;              /* wall clock of the device, best estimate */
    int clock_trust;                /* enum clock_trust */
    uint8_t previous[SHA256_BYTES]; /* SHA-256 of the packet before it in this epoch; zeros for the first */
    struct succession succession;
};

/* Lines: each statement's exact bytes. Deterministic but for the box's ephemeral key. `health` NULL: none. */
struct packet_line { const char *bytes; size_t len; };
bool packet_seal(const struct packet_head *head, const char *health, const struct packet_line *line, int count,
                 const struct secret_key *device, const struct county_key *county, struct str *out, struct err *e) MUST_CHECK;

/* A packet whose head and signature were checked: what a carrier knows. The sealed part is borrowed from `bytes`. */
struct packet {
    struct packet_head head;
    char sha256[SHA256_HEX];        /* of all the bytes: its name */
    const char *health; size_t health_len; /* JSON text, not parsed */
    const uint8_t *box; size_t box_len;
};
bool packet_read(const void *bytes, size_t len, struct packet *out, struct err *e) MUST_CHECK;
/* Only the county can. Calls `visit` for each line (borrowed); stops when it returns false. *count how many. */
bool packet_open(const struct packet *p, const struct county_secret *county,
                 bool (*visit)(void *ctx, int n, const char *line, size_t len), void *ctx, struct err *e) MUST_CHECK;
void packet_name(const struct packet *p, char out[PACKET_NAME_MAX]); /* "<epoch8>-<first>-<last>-<hash16>.rec" */
#endif
