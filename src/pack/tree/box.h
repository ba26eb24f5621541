/* box.h - a child process that can read one file, write one file, and nothing else: for work on bytes from outside.
 *
 * A seccomp filter (Linux 4.14) lets read, write and exit pass; any other call kills the child. No other descriptor is
 * open in it. Everything the work needs (memory, mapped files) is made before. Any thread; waits until the child is over. */
#ifndef WEIKE_PACK_TREE_BOX_H
#define WEIKE_PACK_TREE_BOX_H
#include "base/err.h"

#include <stdint.h>

enum { BOX_IN, BOX_OUT }; /* the two descriptors inside */

struct box {
    int in, out;        /* borrowed; they become BOX_IN and BOX_OUT */
    unsigned cpu_s;     /* processor time at most */
    uint64_t out_bytes; /* the output never grows beyond */
};
/* Runs work(ctx) in the box. True if it came to its end: *code is what it returned (0..63). It must not allocate, lock or
 * log. False: it was killed (ERR_INVALID), or there can be no box here (ERR_UNSUPPORTED). */
bool box_run(const struct box *b, int (*work)(void *ctx), void *ctx, int *code, struct err *e) MUST_CHECK;
#endif
