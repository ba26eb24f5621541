/* mirror.h - D/repo as a whole copy of the tree above, so that everybody below can be served from here. Nothing is kept that
 * is not signed or named by a hash in something signed; the timestamp comes last, so that a round cut anywhere leaves the old
 * state served. One thread. */
#ifndef WEIKE_HUB_UPSTREAM_MIRROR_H
#define WEIKE_HUB_UPSTREAM_MIRROR_H
#include "hub/core/hub.h"
#include "sync/http/http.h"

struct mirror_result { bool contact, changed; int64_t version, issued_s; int files; uint64_t bytes; };
/* True also when nothing is new, or when the hub above has no tree. */
bool mirror_run(struct hub *h, struct http *http, bool (*stop)(void *ctx), void *ctx, struct mirror_result *out, struct err *e) MUST_CHECK;
#endif
