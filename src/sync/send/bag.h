/* bag.h - the sealed packets that are under way: DIR/device/sent/<name>.rec. The very same bytes go out again after a
 * lost receipt, by link and by stick, so that whoever gets them twice sees by their hash that they are the same.
 *
 * A packet lies here from before it first leaves until no statement of it waits any more. One that somebody holds for
 * us (or refused for now) is called <name>.rec.held-<wall ms> and rests for a day. Used holding device_lock; one thread.
 *
 * When the epoch changes, what lies there may hold the only copy of statements that a restored database has lost: it moves
 * to DIR/device/sent-old/ and stays until the county has it. */
#ifndef WEIKE_SYNC_SEND_BAG_H
#define WEIKE_SYNC_SEND_BAG_H
#include "pack/sign/county.h"
#include "pack/trust/device.h"
#include "store/db.h"

enum { BAG_REST_MS = 24 * 3600 * 1000, BAG_OLD_REST_MS = 7 * BAG_REST_MS };
struct bag_item {
    char name[PACKET_NAME_MAX]; /* of the packet */
    int64_t first, last;
    int64_t held_ms;            /* since when it rests; 0: it does not */
};
struct bag { char *dir; int count, cap; struct bag_item *item; /* ascending by first */ };

/* What lies there of this epoch; what belongs to another is set aside, what is no packet is removed. */
bool bag_open(const char *data_dir, const struct device *d, struct bag *out, struct err *e) MUST_CHECK;
bool bag_open_old(const char *data_dir, struct bag *out, struct err *e) MUST_CHECK; /* what was set aside; may overlap */
void bag_release(struct bag *b);
/* Removes what no waiting statement needs any more; what has statements that the database lost is set aside. */
bool bag_tidy(struct bag *b, struct db *db, struct err *e) MUST_CHECK;
/* The county's key is this one now (DIR/device/sealed-for remembers it): packets sealed to another are for nobody. Those whose
 * statements are all in the database go, to be sealed anew; the others are set aside. */
bool bag_seal_for(struct bag *b, struct db *db, const struct county_key *county, struct err *e) MUST_CHECK;
/* Durably. `p` was read from these bytes. */
bool bag_keep(struct bag *b, const struct packet *p, const void *bytes, size_t len, struct err *e) MUST_CHECK;
/* ERR_DAMAGED: its bytes are not what they were; it has been removed, its statements are sealed anew. */
bool bag_read(struct bag *b, int i, struct str *out, struct packet *p, struct err *e) MUST_CHECK;
bool bag_drop(struct bag *b, int i, struct err *e) MUST_CHECK;
bool bag_hold(struct bag *b, int i, int64_t now_ms, struct err *e) MUST_CHECK;
int bag_find(const struct bag *b, int64_t seq);       /* the packet that stands for seq; -1 */
int bag_find_name(const struct bag *b, const char *name); /* -1 */
bool bag_rests(const struct bag_item *item, int64_t now_ms);
bool bag_rests_old(const struct bag_item *item, int64_t now_ms); /* one that was set aside: a week */
#endif
