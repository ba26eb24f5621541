/* print.h - a register as pages of A4 (cairo and pango, in weikectl only): heads on every page, page n of m, and at the foot the
 * code and the SHA-256 of the CSV file of the same rows, so that paper and file can be held against each other. */
#ifndef WEIKE_TOOL_PRINT_H
#define WEIKE_TOOL_PRINT_H
#include "store/register/register.h"

/* Into a file put in place whole (fs_replace). The same table and code give the same pages. */
bool print_register(const struct register_table *t, const struct register_made *made, const char *path, struct err *e) MUST_CHECK;
/* One page as a picture, 1-based; for looking at it where no PDF viewer is. ERR_MISSING: there is no such page. */
bool print_register_png(const struct register_table *t, const struct register_made *made, int page, const char *path,
                        struct err *e) MUST_CHECK;
#endif
