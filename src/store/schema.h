/* schema.h - the tables of weike.db and their history. A migration is added, never edited. */
#ifndef WEIKE_STORE_SCHEMA_H
#define WEIKE_STORE_SCHEMA_H
#include "store/db.h"

enum { SCHEMA_APPLICATION_ID = 0x5765696b /* "Weik" */ };
int schema_version(void); /* of this program */
/* Brings `db` up to schema_version(), one transaction a step. ERR_UNSUPPORTED if a newer program made it. */
bool schema_migrate(struct db *db, struct err *e) MUST_CHECK;
/* Are all tables there? Reads one page of the schema; ERR_DAMAGED names the first that is not. */
bool schema_complete(struct db *db, struct err *e) MUST_CHECK;
#endif
