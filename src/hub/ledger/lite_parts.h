/* lite_parts.h - what the files of the SQLite ledger share: the connection behind a unit of work, each noun's
 * table, the schema. A migration is added, never edited. */
#ifndef WEIKE_HUB_LEDGER_LITE_PARTS_H
#define WEIKE_HUB_LEDGER_LITE_PARTS_H
#include "hub/ledger/engine.h"
#include "store/schema.h"

enum { LITE_APPLICATION_ID = 0x5765696c /* "Weil" */ };
extern const struct schema lite_schema;

struct lite_work {
    struct work work;
    struct db *db;
};
static inline struct db *lite_db(struct work *w)
{
    return ((struct lite_work *)w)->db;
}

extern const struct terminal_words lite_terminal_words;
extern const struct statement_words lite_statement_words;
extern const struct receipt_words lite_receipt_words;
extern const struct custody_words lite_custody_words;
extern const struct journal_words lite_journal_words;

/* Lists the first column of a query of names; ends the query. */
bool lite_names(struct query *q, ledger_name_visit *visit, void *ctx, struct err *e) MUST_CHECK;
#endif
