/* words.c - what only looks like SQL; part of lite.h. */
#include "hub/ledger/lite.h"

/* db_query(db, "SELECT 1") in a comment is none. */
const char *words_update(void);
const char *words_update(void)
{
    return lite_text() ? "Update the lessons" : "SELECT";
}
