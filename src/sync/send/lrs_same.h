/* lrs_same.h - is what an LRS holds under an id the statement that we sent? xAPI 1.0.3 Data §2.3.1: an LRS may add and
 * respell some things, and a statement is still the same one. Pure. */
#ifndef WEIKE_SYNC_SEND_LRS_SAME_H
#define WEIKE_SYNC_SEND_LRS_SAME_H
#include <stdbool.h>
#include <stddef.h>

/* Not looked at: stored, authority, version, definitions of activities, displays of verbs (they may be merged), object
 * types that go without saying, how a number or a moment is spelt. False also if either is no JSON object. */
bool lrs_same(const char *sent, size_t sent_len, const char *held, size_t held_len);
#endif
