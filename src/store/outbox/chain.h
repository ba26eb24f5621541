/* chain.h - the hash chain of the records: each row of the outbox carries SHA-256(chain of the row before || SHA-256 of
 * its body), so that a row that was changed, taken out, put in or dated back later shows.
 *
 * What a receipt lets us forget leaves the chain whole: for each run of forgotten rows the value at both of its ends is
 * kept (table forgotten). Rows that a damaged disk lost are known gaps (table chain_gap): they are said, and the chain goes
 * on behind them. Rows from before tables version 5 have no value; the chain begins after them. Who can write the
 * database can also write a new chain: what was sent up with each register (its head) then no longer fits.
 * Reading: any connection, its thread. */
#ifndef WEIKE_STORE_OUTBOX_CHAIN_H
#define WEIKE_STORE_OUTBOX_CHAIN_H
#include "base/hash.h"
#include "store/db.h"

struct chain_head { int64_t seq; uint8_t value[SHA256_BYTES]; bool there; }; /* of the newest row; there: it has one */
bool chain_head(struct db *db, struct chain_head *out, struct err *e) MUST_CHECK;
bool chain_from(struct db *db, int64_t *seq, struct err *e) MUST_CHECK; /* where it begins; 0: nowhere yet */
/* The value of a row: `before` NULL where the chain begins. */
void chain_value(const uint8_t before[SHA256_BYTES], const uint8_t body_sha256[SHA256_BYTES], uint8_t out[SHA256_BYTES]);

enum chain_fault {
    CHAIN_CHANGED,  /* the body of the row does not fit its hash */
    CHAIN_BROKEN,   /* the row does not follow the one before it: it, or that one, was changed or put in */
    CHAIN_REMOVED,  /* rows between the one before it and this one are gone, and no receipt let us forget them */
    CHAIN_LOST,     /* the same, but a repair of the database said so at the time */
    CHAIN_BACKDATED,/* dated earlier than rows that were committed before it, while neither clock was known to be wrong */
    CHAIN_FAULT_COUNT
};
const char *chain_fault_name(enum chain_fault f); /* "changed" "broken" "removed" "lost" "backdated" */

struct chain_finding {
    enum chain_fault fault;
    int64_t seq, last_seq; /* rows it is about; CHAIN_REMOVED and LOST: the seqs that are gone */
    int64_t at_ms;         /* date of the row; of REMOVED and LOST: of the row after, 0 at the end of the chain */
    int64_t after_ms;      /* BACKDATED: the date before it; REMOVED, LOST: of the row before */
    char text[240];        /* one sentence: which row, what date */
};
struct chain_report {
    int64_t rows;          /* looked at */
    int64_t unchained;     /* of them from before the chain began */
    int64_t from_seq;      /* where it begins; 0: nowhere yet */
    int64_t forgotten;     /* rows that receipts let us forget since */
    int64_t count[CHAIN_FAULT_COUNT];
    struct chain_head head;
};
/* Reads all rows. `visit` may be NULL; false stops telling, not counting. True also when something was found. */
bool chain_verify(struct db *db, bool (*visit)(void *ctx, const struct chain_finding *f), void *ctx,
                  struct chain_report *out, struct err *e) MUST_CHECK;
bool chain_intact(const struct chain_report *r); /* nothing but known gaps */

/* ---- inside the writer's transaction ---- */

/* The value for a row that is about to be added at the end. */
bool chain_next(struct db *db, const uint8_t body_sha256[SHA256_BYTES], uint8_t out[SHA256_BYTES], struct err *e) MUST_CHECK;
/* Before the row is deleted because of a receipt. */
bool chain_forget(struct db *db, int64_t seq, struct err *e) MUST_CHECK;
/* After rows were salvaged behind `after_seq`: where they do not follow one another, the gap is noted. */
bool chain_note_gaps(struct db *db, int64_t after_seq, int64_t wall_ms, struct err *e) MUST_CHECK;
#endif
