/* outbox.h - the finished xAPI statements, in the order they were made; forgotten only on a receipt from above.
 *
 * Reading: any connection, its thread. Every body is checked against its hash before it is handed out. */
#ifndef WEIKE_STORE_OUTBOX_OUTBOX_H
#define WEIKE_STORE_OUTBOX_OUTBOX_H
#include "base/hash.h"
#include "store/db.h"

enum outbox_state { OUTBOX_WAITING, OUTBOX_DELIVERED, OUTBOX_QUARANTINED, OUTBOX_STATE_COUNT };
const char *outbox_state_name(enum outbox_state s); /* "waiting" "delivered" "quarantined" */

struct outbox_row {
    int64_t seq;
    char id[UUID_TEXT];
    const char *body; /* until visit returns */
    size_t body_len;
    enum outbox_state state;
    int64_t delivered_ms; /* wall time of the receipt; 0: none yet */
    const char *reason;   /* why it is quarantined, "" if nobody said; until visit returns */
};
/* Oldest first, from `after_seq` (0: all). A row whose hash does not fit its body (bit-rot) is not handed out; it
 * counts in `damaged` (may be NULL). `visit` false stops. */
bool outbox_each(struct db *db, int64_t after_seq, bool (*visit)(void *ctx, const struct outbox_row *row), void *ctx,
                 int64_t *damaged, struct err *e) MUST_CHECK;
/* The same, of waiting statements only; costs what it visits, however many were delivered. */
bool outbox_waiting(struct db *db, int64_t after_seq, bool (*visit)(void *ctx, const struct outbox_row *row), void *ctx,
                    int64_t *damaged, struct err *e) MUST_CHECK;
/* Lowest waiting seq (0: nothing waits) and the newest seq ever given (0: none), also if its row was forgotten since. */
bool outbox_bounds(struct db *db, int64_t *first_waiting, int64_t *last_seq, struct err *e) MUST_CHECK;

/* ---- inside the writer's transaction ---- */

/* An id that is there already changes nothing. */
bool outbox_put(struct db *db, const char id[UUID_TEXT], const char *body, size_t len, int64_t wall_ms,
                struct err *e) MUST_CHECK;
enum { OUTBOX_KEEP_DAYS = 30, OUTBOX_REASON_MAX = 200 /* bytes kept of a reason */ };
/* first..last are inclusive; seqs without a row are fine. `changed` (never NULL): rows that changed.
 * A receipt: waiting -> delivered. Rows in quarantine stay there. */
bool outbox_deliver(struct db *db, int64_t first, int64_t last, int64_t wall_ms, int64_t *changed, struct err *e) MUST_CHECK;
/* Asked for again: delivered -> waiting, where the row is still kept. */
bool outbox_want(struct db *db, int64_t first, int64_t last, int64_t *changed, struct err *e) MUST_CHECK;
/* Refused above: -> quarantined with the reason, whatever it was. */
bool outbox_reject(struct db *db, int64_t seq, const char *why, struct err *e) MUST_CHECK;
/* Removes rows delivered before `before_ms`, oldest receipt first, at most `limit`; nothing else ever removes one. */
bool outbox_forget(struct db *db, int64_t before_ms, int limit, int *removed, struct err *e) MUST_CHECK;
/* Marks rows of waiting statements whose hash does not fit, from `after_seq`, at most `limit`; for the background
 * check. *last: where to go on, 0 at the end. */
bool outbox_quarantine_damaged(struct db *db, int64_t after_seq, int limit, int64_t *last, int *found,
                               struct err *e) MUST_CHECK;
#endif
