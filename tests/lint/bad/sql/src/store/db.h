/* db.h - an example for the rules: what may. */
#ifndef WEIKE_STORE_DB_H
#define WEIKE_STORE_DB_H
struct db;
int db_exec(struct db *db, const char *sql);
#endif
