/* hub.h - what all parts of one running hub share. Made before the first request and constant while it serves, but for what
 * says otherwise. */
#ifndef WEIKE_HUB_CORE_HUB_H
#define WEIKE_HUB_CORE_HUB_H
#include "hub/core/options.h"
#include "hub/records/ingest.h"
#include "hub/ledger/ledger.h"
#include "hub/vault/identity.h"
#include "web/server.h"

#include <stdatomic.h>

struct admin;
struct hub {
    const struct options *options;
    const char *data_dir;
    struct ledger *ledger;
    struct identity identity;
    struct ingest_place place;
    struct admin *admin;          /* its own lock */
    struct server_load load;
    atomic_llong tree_requests, packets; /* since the start; any thread */
};
int64_t hub_now_ms(void); /* wall clock, best estimate */
#endif
