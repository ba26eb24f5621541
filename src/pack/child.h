/* child.h - runs another program to its end, without a shell. Any thread. */
#ifndef WEIKE_PACK_CHILD_H
#define WEIKE_PACK_CHILD_H
#include "base/err.h"
#include "base/str.h"

/* argv ends with NULL; argv[0] is found on PATH. Its stdin is empty, stdout goes nowhere, the end of its stderr goes
 * into the error and, if `log` is not NULL, all of it (at most 64 KiB) into `log`. ERR_MISSING if not installed. */
bool child_run(const char *const argv[], struct str *log, struct err *e) MUST_CHECK;
#endif
