/* flow.h - what every use case without a screen works with: the store.
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
    /* Of the meeting that this program itself began or left open: going on with it is no cut. "": none. */
    char meeting_id[UUID_TEXT];
};

struct db *flow_db(const struct flow *f);   /* as it is now: for lists, courses and people */
/* As of all that was posted until now: for whoever decides by what he reads. Waits for the disk (store_read). */
struct db *flow_read(const struct flow *f);
struct writer *flow_writer(const struct flow *f);
void flow_clock(const struct flow *f, struct clock_reading *out);
int flow_plan_year(const struct clock_reading *at);      /* hours are counted by it */
#endif
