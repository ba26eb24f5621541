#include "store/db.h"

int db_exec(struct db *db, const char *sql)
{
    return db && sql != 0;
}
