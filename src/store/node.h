/* node.h - what all facts of one data directory share: whose records these are, which date it is at least, when somebody last
 * studied here. One a store, made with its writer and reached through it. Any thread. */
#ifndef WEIKE_STORE_NODE_H
#define WEIKE_STORE_NODE_H
#include "base/clock.h"
#include "store/writer.h"

struct room_backlog; /* store/meeting/room.h: events that the disk has not taken yet */

struct node *node_new(const char *home_page, int64_t floor_ms); /* floor_ms: see node_saved_floor */
void node_free(struct node *n);                                 /* after writer_stop; NULL is fine */

const char *node_home_page(const struct node *n); /* id space of the members in statements; as long as the node */

/* ---- the floor of dates: no honest clock shows less ---- */

int64_t node_floor_ms(const struct node *n); /* a signature has vouched for this date; 0: none yet */
void node_clock(const struct node *n, struct clock_reading *out); /* clock_read with that floor, or the build's where it is later */
/* A date that a verified signature vouches for. Lower ones change nothing. */
uint64_t node_post_floor(struct writer *w, int64_t vouched_ms);
/* The floor was raised by a key that a root has revoked since: it begins again at this date. */
uint64_t node_reset_floor(struct writer *w, int64_t vouched_ms);
int64_t node_saved_floor(struct db *db); /* as it was last saved; 0 if never */
/* Inside the writer's transaction: saves what a reading vouches for, now and then only, to spare the flash. */
bool node_save_reading(struct db *db, const struct clock_reading *at, struct err *e) MUST_CHECK;

/* ---- studying ---- */

void node_studied(struct node *n, const struct clock_reading *now); /* somebody studies: raises the floor too */
int64_t node_idle_ms(const struct node *n); /* since then; at first since the node was made */

/* ---- for store/meeting ---- */

struct room_backlog **node_rooms(struct node *n); /* the writer's thread; what hangs there is freed with the node by its owner */
#endif
