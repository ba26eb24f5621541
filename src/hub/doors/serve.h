/* serve.h - GET /repo/…: files of the content tree D/repo, as any static server would give them. Any thread.
 *
 * Every name but `timestamp` is immutable: its tag is the name itself and it may be kept for ever. Files are opened below the
 * tree only, never through a link (openat2). */
#ifndef WEIKE_HUB_DOORS_SERVE_H
#define WEIKE_HUB_DOORS_SERVE_H
#include "web/exchange.h"

/* `rel` has passed names_tree. */
void serve_file(const char *data_dir, const char *rel, const struct ask *ask, struct reply *out);
#endif
