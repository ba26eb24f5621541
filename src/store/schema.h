/* schema.h - the tables of weike.db and their history; and how any database of ours is brought up to date.
 * A migration is added, never edited. */
#ifndef WEIKE_STORE_SCHEMA_H
#define WEIKE_STORE_SCHEMA_H
#include "store/db.h"

enum { SCHEMA_APPLICATION_ID = 0x5765696b /* "Weik" */ };

/* The history of one kind of database file, constant: `step[n]` makes version n + 1 in one transaction. */
struct migration { const char *const *part; int count; }; /* texts of SQL, run in order */
struct schema {
    int application_id;
    int count;
    const struct migration *step;
};
extern const struct schema schema_weike; /* weike.db */
/* Brings `db` up to `s`. ERR_UNSUPPORTED if a newer program made it. */
bool schema_apply(struct db *db, const struct schema *s, struct err *e) MUST_CHECK;

int schema_version(void); /* of this program */
/* Brings `db` up to schema_version(), one transaction a step. ERR_UNSUPPORTED if a newer program made it. */
bool schema_migrate(struct db *db, struct err *e) MUST_CHECK;
/* Are all tables there? Reads one page of the schema; ERR_DAMAGED names the first that is not. */
bool schema_complete(struct db *db, struct err *e) MUST_CHECK;
#endif
