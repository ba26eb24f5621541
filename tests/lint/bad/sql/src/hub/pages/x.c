#include "hub/pages/x.h"
#include "store/db.h"

int x_count(struct db *db)
{
    return db_exec(db, x_text());
}

const char *x_text(void)
{
    return "DELETE FROM alarm";
}
