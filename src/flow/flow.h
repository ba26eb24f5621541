/* flow.h - what every use case without a screen works with: the store, and the newest fact it has posted.
 * The thread that opened the store.
 *
 * A use case is given events and times and says what came of them. The kiosk, pages on phones and tests drive it alike.
 * It posts each fact as it happens and never waits for the disk, but where its header says so. */
#ifndef WEIKE_FLOW_FLOW_H
#define WEIKE_FLOW_FLOW_H
#include "base/hash.h"
#include "store/store.h"

struct flow {
    struct store *store;   /* borrowed; outlives every use case */
    uint64_t *posted;      /* ticket of the newest fact: who lists facts waits for it; borrowed */
    /* Of the meeting that this program itself began or left open: going on with it is no cut. "": none. */
    char meeting_id[UUID_TEXT];
};

struct db *flow_db(const struct flow *f);
struct writer *flow_writer(const struct flow *f);
void flow_clock(const struct flow *f, struct clock_reading *out);
int flow_plan_year(const struct clock_reading *at);      /* hours are counted by it */
void flow_posted(struct flow *f, uint64_t ticket);       /* keeps it, unless it is 0 */
/* Waits until what was posted is on the disk or is lost: before it is read back. A few milliseconds. */
void flow_settle(struct flow *f);
#endif
