/* hub.h - what all doors of one running hub share. Made before the first request and constant while it serves, but for what
 * says otherwise. */
#ifndef WEIKE_HUB_HUB_H
#define WEIKE_HUB_HUB_H
#include "hub/vault/identity.h"
#include "hub/records/ingest.h"
#include "hub/options.h"
#include "hub/ledger/ledger.h"

#include <stdatomic.h>

struct admin;
struct hub {
    const struct options *options;
    const char *data_dir;
    struct ledger *ledger;
    struct identity identity;
    struct ingest_place place;
    struct admin *admin;          /* its own lock */
    struct {                      /* counted since the start; any thread */
        atomic_llong requests, refused, tree_bytes, tree_requests, packets, closed_slow;
        atomic_long connections, body_bytes; /* now */
    } load;
};
int64_t hub_now_ms(void); /* wall clock, best estimate */
#endif
