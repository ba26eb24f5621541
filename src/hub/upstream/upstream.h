/* upstream.h - the hub above: introduces our sites to it, carries packets up and receipts down, fetches the tree. A thread of
 * its own, paced by sync/pace.h like a kiosk; it never holds back who sends to us. */
#ifndef WEIKE_HUB_UPSTREAM_UPSTREAM_H
#define WEIKE_HUB_UPSTREAM_UPSTREAM_H
#include "hub/core/hub.h"

struct upstream;
struct upstream *upstream_start(struct hub *h); /* NULL: there is none above. Before the server starts: it listens for packets */
void upstream_stop(struct upstream *u);         /* after the server; ends within a second; NULL is fine */
#endif
