/* stick_records.h - puts waiting statements on a stick as sealed packets, WEIKE/up/<device>/. What lies there already is not
 * written again; what has been receipted by now is taken away. One thread. */
#ifndef WEIKE_SYNC_STICK_STICK_RECORDS_H
#define WEIKE_SYNC_STICK_STICK_RECORDS_H
#include "pack/trust/device.h"
#include "store/db.h"
#include "sync/stick/stick_files.h"

struct stick_lying { int64_t first, last; int count; }; /* a whole packet of ours, this epoch */
struct stick_records {
    struct stick_files *files;   /* borrowed, as all pointers here */
    struct db *db;
    const char *data_dir;
    struct device *device;
    const struct county_key *county;
    const char *health;          /* NULL: none */
    int64_t floor_ms;
    int64_t after;               /* seq up to which all is dealt with */
    int lying_count, lying_cap;
    struct stick_lying *lying;   /* ascending */
    int written, removed;        /* statements safely on the stick; packets taken away */
};
enum { STICK_BATCH = 200 }; /* statements a packet, so that a full stick leaves few behind */
/* Fill in the borrowed fields first. Looks at our packets on the stick: a broken one is removed, so that it is made anew. */
bool stick_records_begin(struct stick_records *r, struct err *e) MUST_CHECK;
/* One packet. *more: there may be others. */
bool stick_records_step(struct stick_records *r, bool *more, struct err *e) MUST_CHECK;
void stick_records_end(struct stick_records *r);
bool stick_records_waiting(struct db *db, int *count, struct err *e) MUST_CHECK; /* statements that wait */
#endif
