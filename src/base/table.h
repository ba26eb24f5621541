/* table.h - CSV that WPS and Excel open correctly and safely: UTF-8 with BOM, CRLF, quoted where needed, and cells
 * that would be taken for a formula (= + - @, tab, CR first) led by an apostrophe. */
#ifndef WEIKE_BASE_TABLE_H
#define WEIKE_BASE_TABLE_H
#include "base/str.h"

void table_begin(struct str *out);                            /* the BOM */
void table_text(struct str *out, bool first, const char *text);
void table_number(struct str *out, bool first, double value); /* at most 2 decimals, "0" for zero, never a formula */
void table_end_row(struct str *out);
#endif
