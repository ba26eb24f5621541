/* lite.h - the ledger on SQLite: DIR/hub.db, one file, one thread that writes it. Known to ledger.c alone;
 * lite_parts.h is for its own parts.
 *
 * Units of work that wait together share one transaction, so that one fsync serves many clients (WAL,
 * synchronous=FULL). weike-hub's commands work beside a running hub through connections of their own. */
#ifndef WEIKE_HUB_LEDGER_LITE_H
#define WEIKE_HUB_LEDGER_LITE_H
#include "hub/ledger/engine.h"

extern const struct ledger_engine lite_engine;
#endif
