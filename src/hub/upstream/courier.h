/* courier.h - a stick at a hub: its packets in, receipts and lessons out. Works beside a running hub. One thread. */
#ifndef WEIKE_HUB_UPSTREAM_COURIER_H
#define WEIKE_HUB_UPSTREAM_COURIER_H
#include "base/err.h"

#include <stdint.h>

struct courier_result { int taken, known, refused, acks, acks_in; uint64_t tree_bytes; };
/* `dir`: where the stick is mounted. A packet that cannot be taken stays on the stick; what could be done stands in `out` also on
 * failure. */
bool courier_visit(const char *data_dir, const char *dir, struct courier_result *out, struct err *e) MUST_CHECK;
#endif
