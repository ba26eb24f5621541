/* sweep.h - lets go of what neither the tree served now nor the one before it names, so that a township's disk does not fill up over
 * the years. The one before stays, for terminals that are half-way through it. One thread: the one that mirrors. */
#ifndef WEIKE_HUB_UPSTREAM_SWEEP_H
#define WEIKE_HUB_UPSTREAM_SWEEP_H
#include "pack/trust/trust.h"

/* `stamps`: envelopes of the timestamps whose trees stay (verified before; the lists they name are checked again). If any list of
 * them cannot be read, nothing is removed. */
struct sweep_result { int files; uint64_t bytes; };
bool sweep_tree(const char *repo, const struct trust *trust, const struct timestamp *const *stamps, const struct verified *const *envelopes, int count,
                struct sweep_result *out, struct err *e) MUST_CHECK;
#endif
