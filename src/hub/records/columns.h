/* columns.h - what later reports will group and sum by, taken out of a valid statement. Pure. */
#ifndef WEIKE_HUB_RECORDS_COLUMNS_H
#define WEIKE_HUB_RECORDS_COLUMNS_H
#include "hub/ledger/statement.h"

/* Is it a statement, and what is in it? False: ERR_INVALID says what is wrong; out->id is filled as far as it can be read. */
bool columns_read(const char *json, size_t len, struct columns *out, struct err *e) MUST_CHECK;
/* "2026-11-22T09:41:00.000Z", also with an offset, to Unix ms; "PT1H2M3.45S" to ms. */
bool columns_time(const char *text, int64_t *out_ms);
bool columns_duration(const char *text, int64_t *out_ms);
#endif
