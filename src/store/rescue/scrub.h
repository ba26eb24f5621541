/* scrub.h - reads all blobs through, slowly, and takes away what no longer fits its name (bit-rot), so that it is
 * neither played nor passed on; its lessons are "being repaired" until the next fetch or stick brings the file again.
 *
 * struct scrub belongs to one thread; scrub_start makes that thread itself. A blob that does not fit is read a second
 * time from the medium before it is believed, then moved to incoming/<sha256>.damaged: a fetch may take good pieces out
 * of it. After SCRUB_LIMIT of them the storage itself is failing: nothing more is moved, people must look. */
#ifndef WEIKE_STORE_RESCUE_SCRUB_H
#define WEIKE_STORE_RESCUE_SCRUB_H
#include "store/writer.h"

enum {
    SCRUB_STEP_BYTES = 4 << 20,
    SCRUB_LIMIT = 20,
};
enum scrub_result { SCRUB_MORE, SCRUB_OVER /* all was read */, SCRUB_FAILED };

struct scrub;
/* Goes on where the last one stopped. `db` is a reader of this thread; both borrowed. */
struct scrub *scrub_open(const char *dir, struct db *db, struct writer *w);
/* Reads about `bytes`. */
enum scrub_result scrub_step(struct scrub *s, uint64_t bytes, struct err *e) MUST_CHECK;
int scrub_found(const struct scrub *s);   /* blobs moved away by this struct */
void scrub_close(struct scrub *s);        /* remembers where it is; NULL is fine */
bool scrub_due(struct db *db, int64_t now_ms); /* under way, or none for a week */

struct scrub_pace {
    int64_t first_ms; /* from the start to the first look */
    int64_t pause_ms; /* between two steps */
    int64_t quiet_ms; /* only while nobody has studied for so long */
};
struct scrubber;
/* Looks every hour whether a round is due. `pace` NULL: five minutes after the start, a step every 5 s (below 1 MB/s,
 * 20 GB in seven hours) while nobody has studied for a minute; tests hurry. */
struct scrubber *scrubber_start(const char *dir, struct writer *w, const struct scrub_pace *pace);
void scrubber_stop(struct scrubber *s);                             /* at once; NULL is fine */
#endif
