/* ack.h - the receipt for packets: which sequence numbers of a device's epoch have arrived, signed by who keeps them.
 *
 * JSON in an envelope (pack/sign/envelope.h): small, and readable when somebody must find out. A kiosk forgets only what a
 * `stored` ack signed by the county's key covers. Values; any thread. Format: content/RECORDS.md. */
#ifndef WEIKE_PACK_PACKET_ACK_H
#define WEIKE_PACK_PACKET_ACK_H
#include "pack/sign/envelope.h"
#include "pack/packet/packet.h"

enum { ACK_MAX_BYTES = 16 << 10, ACK_RANGES_MAX = 200, ACK_REJECTED_MAX = 50, ACK_WHY_MAX = 160 };
enum ack_level { ACK_HELD, ACK_STORED }; /* on its way in somebody's custody; kept by the county */

struct ack_range { int64_t first, last; };
/* `seq` 0: not known to the keeper (a packet with missing rows), look for the id. */
struct ack_rejected { int64_t seq; char id[UUID_TEXT]; char why[ACK_WHY_MAX]; };
struct ack {
    char device[KEY_ID_TEXT];
    char epoch[EPOCH_TEXT];
    enum ack_level level;
    int64_t upto;                 /* everything from the epoch's base to here is here; 0: nothing yet */
    int range_count;
    struct ack_range range[ACK_RANGES_MAX];   /* beyond upto, ascending, not touching */
    int want_count;
    struct ack_range want[ACK_RANGES_MAX];    /* please send again (the keeper lost them); ascending, not touching */
    int rejected_count;
    struct ack_rejected rejected[ACK_REJECTED_MAX]; /* counted as arrived, but refused: for people to look at */
    char packet[SHA256_HEX];      /* the one it answers; "" for none */
    int64_t now_ms;               /* wall clock of who signed */
};
/* The whole envelope, always within ACK_MAX_BYTES: what does not fit any more of rejected, want and ranges (in this
 * order, from the end) is left for the next ack. */
void ack_write(const struct ack *a, const struct secret_key *key, struct str *out);
bool ack_parse(const struct verified *v, struct ack *out, struct err *e) MUST_CHECK;
/* Does `newer` say at least all that `older` says? An ack that does not dominate must not replace the other. */
bool ack_dominates(const struct ack *newer, const struct ack *older);
bool ack_covers(const struct ack *a, int64_t seq);
#endif
