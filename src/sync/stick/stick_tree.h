/* stick_tree.h - DIR/tree: the signed lists of what a site has, kept as they came, so that they can be given on (the blobs
 * are in blobs/). Laid out like a repo/ without b/. Fetching from a server keeps its lists there too. One thread at a time;
 * whoever changes it holds the lock on incoming/ (an open struct install does). */
#ifndef WEIKE_SYNC_STICK_STICK_TREE_H
#define WEIKE_SYNC_STICK_STICK_TREE_H
#include "pack/install/plan.h"

/* Keeps the lists of the source's newest state if they are newer than those kept, each verified as it is copied. What the
 * source lacks (a stick copied by hand) is left out. */
bool stick_tree_keep(const char *source, const char *data_dir, int64_t floor_ms, struct err *e) MUST_CHECK;
/* A signed list as it lies in a tree: bytes that were verified against `ref`, still compressed. */
bool stick_tree_read(int repo_fd, enum tree_kind kind, const struct tree_ref *ref, struct str *out, struct err *e) MUST_CHECK;
/* The lists kept, every package looked at: PLAN_CURRENT is wholly here. NULL: nothing is kept, or `e`. */
struct plan *stick_tree_open(const char *data_dir, int64_t floor_ms, struct db *db, struct err *e) MUST_CHECK;
#endif
