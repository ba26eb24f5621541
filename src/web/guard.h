/* guard.h - sends away who holds a connection without using it: slow heads, slow bodies. A thread of its own that sleeps while
 * nobody is connected; the other functions may be called from any thread.
 *
 * libmicrohttpd's time-out starts again with each byte, so that one byte every half minute would keep a connection for ever. */
#ifndef WEIKE_WEB_GUARD_H
#define WEIKE_WEB_GUARD_H
#include <stddef.h>
#include <stdint.h>

/* In a crowd (three quarters of `limit` connections) heads must come at once. */
enum { GUARD_CROWD_MS = 2000, GUARD_HEAD_MS = 60000, GUARD_BODY_MS = 60000, GUARD_BODY_BYTES_PER_S = 200 };

struct guard;
struct guard_entry; /* one connection */
struct guard *guard_new(int limit);
void guard_free(struct guard *g); /* all must have left */
struct guard_entry *guard_enter(struct guard *g, int socket); /* waits for a head from now on */
void guard_leave(struct guard *g, struct guard_entry *c);
void guard_head(struct guard *g, struct guard_entry *c);      /* the answer is out: the next head */
void guard_body(struct guard *g, struct guard_entry *c, size_t bytes);
void guard_none(struct guard *g, struct guard_entry *c);      /* it waits for us */
long guard_closed(struct guard *g);                           /* how many were sent away */
/* One look; the ms until the next is needed, -1: nobody is here. For tests, too. */
int64_t guard_sweep(struct guard *g, int64_t boot_ms);
#endif
