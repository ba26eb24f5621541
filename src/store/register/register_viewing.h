/* register_viewing.h - what a correction does to one viewing: hours and what counted are taken back, and given to somebody else.
 * Private to store/; inside the writer's transaction. */
#ifndef WEIKE_STORE_REGISTER_REGISTER_VIEWING_H
#define WEIKE_STORE_REGISTER_REGISTER_VIEWING_H
#include "base/hash.h"
#include "model/statement.h"
#include "store/db.h"

enum { VOID_VIEWINGS_MAX = 20 /* lessons of a meeting */ };
/* Made before the job runs, so that it may run twice. [0]: the record itself; the others: viewings of a meeting. */
struct void_ids { char by[VOID_VIEWINGS_MAX + 1][UUID_TEXT], viewing[VOID_VIEWINGS_MAX + 1][UUID_TEXT]; };

struct corrected {
    const char *home_page, *member_id, *new_id; /* new_id: of the viewing made instead */
    const struct statement_room *room;          /* NULL: no meeting */
    int64_t watched_ms, verified_ms;            /* corrected_give: what the other member earned */
    struct corrected_row *row;                  /* filled by corrected_take */
};
/* Takes back what the viewing earned. */
bool corrected_take(struct db *db, const char *viewing_id, struct corrected *c, struct err *e) MUST_CHECK;
/* The same viewing for c->member_id: earns what had not counted for that member. */
bool corrected_give(struct db *db, struct corrected *c, struct err *e) MUST_CHECK;
void corrected_release(struct corrected *c);
#endif
