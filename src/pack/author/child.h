/* child.h - runs another program to its end, without a shell. Any thread. */
#ifndef WEIKE_PACK_AUTHOR_CHILD_H
#define WEIKE_PACK_AUTHOR_CHILD_H
#include "base/err.h"
#include "base/str.h"

/* argv ends with NULL; argv[0] is found on PATH. Its stdin is empty. The last line it says on stderr goes into the
 * error. With `out`, what it prints (stdout and stderr, at most 64 KiB) is appended there, else stdout goes nowhere.
 * ERR_MISSING if it is not installed. */
bool child_run(const char *const argv[], struct str *out, struct err *e) MUST_CHECK;
#endif
