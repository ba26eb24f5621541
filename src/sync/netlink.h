/* netlink.h - notices when a network link appears: a new address on something that runs, or a new way out. One thread;
 * the descriptor may be polled together with others. Renewals, statistics and links that go away are no news. */
#ifndef WEIKE_SYNC_NETLINK_H
#define WEIKE_SYNC_NETLINK_H
#include <stdbool.h>

struct netlink;
struct netlink *netlink_new(void);        /* never NULL; where the kernel has no such socket it stays silent */
int netlink_fd(const struct netlink *n);  /* readable: something changed; -1: silent */
/* After fd was readable: is there an address or route that was not there before? */
bool netlink_appeared(struct netlink *n);
void netlink_free(struct netlink *n);     /* NULL is fine */
#endif
