/* forward.h - one round with the hub above, records only: introduces who is new here, sends what waits (oldest first), brings
 * receipts down. Every step is kept before the next; a round that is cut anywhere goes on where it was. One thread. */
#ifndef WEIKE_HUB_UPSTREAM_FORWARD_H
#define WEIKE_HUB_UPSTREAM_FORWARD_H
#include "hub/core/hub.h"
#include "sync/http/http.h"

enum forward_end { FORWARD_DONE, FORWARD_MORE /* what is held above has no receipt yet */, FORWARD_UNREACHABLE, FORWARD_BUSY, FORWARD_DENIED, FORWARD_STORAGE,
                   FORWARD_STOPPED };
struct forward_result { enum forward_end end; bool contact; int packets, settled, refused, retry_after_s; struct err err; };
void forward_round(struct hub *h, struct http *http, bool (*stop)(void *ctx), void *ctx, struct forward_result *out);
/* A receipt that came by whatever way: believed only with the county's signature; settles what it covers,
 * if it is not older than the one we have. False: it is no such receipt, or our disk fails. */
bool forward_take_ack(struct hub *h, const void *bytes, size_t len, int *settled, struct err *e) MUST_CHECK;
#endif
