/* helper.h - another program of ours, run as a child and spoken to line by line (weike-pinyin, weike-recorder).
 *
 * What it links, and what goes wrong in it, is not this process's. One thread each, which starts the program, hears what it
 * says and buries it; the functions may be called from any one other thread and never wait for the child. */
#ifndef WEIKE_BASE_HELPER_H
#define WEIKE_BASE_HELPER_H
#include "base/err.h"

#include <stdint.h>

enum { HELPER_LINE_MAX = 16 << 10, HELPER_ARGS = 8, HELPER_GRACE_MS = 1000 };

struct helper_how {
    const char *program;       /* path; copied */
    const char *args[HELPER_ARGS]; /* after its name, up to the first NULL; copied */
    void (*line)(void *ctx, const char *line); /* on the helper's thread, without the line's end; not after helper_let_go */
    void (*over)(void *ctx, const struct err *why); /* it has ended, or could not be started; same thread; ERR_NONE: with status 0 */
    void *ctx;
};

struct helper;
struct helper *helper_new(const struct helper_how *how);
/* False if it has ended or does not listen (its queue is full). `line` without its end. */
bool helper_say(struct helper *h, const char *line);
/* Ends it: its stdin ends; after HELPER_GRACE_MS it is killed. No callback runs after this returns. Its thread frees `h`.
 * NULL is fine. Not from a callback. */
void helper_let_go(struct helper *h);
/* Before the program ends: until all that were let go are buried. False if one still is not after `timeout_ms`. */
bool helper_settle(int64_t timeout_ms);
#endif
