/* outbox.h - the finished xAPI statements, in the order they were made; forgotten only on a receipt from above.
 *
 * Reading: any connection, its thread. Every body is checked against its hash before it is handed out. */
#ifndef WEIKE_STORE_OUTBOX_H
#define WEIKE_STORE_OUTBOX_H
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
};
/* Oldest first, from `after_seq` (0: all). A row whose hash does not fit its body (bit-rot) is not handed out; it
 * counts in `damaged` (may be NULL). `visit` false stops. */
bool outbox_each(struct db *db, int64_t after_seq, bool (*visit)(void *ctx, const struct outbox_row *row), void *ctx,
                 int64_t *damaged, struct err *e) MUST_CHECK;
/* Inside the writer's transaction. An id that is there already changes nothing. */
bool outbox_put(struct db *db, const char id[UUID_TEXT], const char *body, size_t len, int64_t wall_ms,
                struct err *e) MUST_CHECK;
/* Marks rows of waiting statements whose hash does not fit, from `after_seq`, at most `limit`; for the background
 * check. *last: where to go on, 0 at the end. Inside the writer's transaction. */
bool outbox_quarantine_damaged(struct db *db, int64_t after_seq, int limit, int64_t *last, int *found,
                               struct err *e) MUST_CHECK;
#endif
