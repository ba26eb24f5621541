/* stick_sweep.h - makes room in a stick's repo/ by taking away blobs that the newest list names no more. For kiosks and hubs;
 * only when room is short, because a list that is replaced today may be somebody's newest until then. One thread. */
#ifndef WEIKE_SYNC_STICK_STICK_SWEEP_H
#define WEIKE_SYNC_STICK_STICK_SWEEP_H
#include "sync/stick/stick_files.h"

/* Removes the blobs (and their lists of chunks) that `keep` says false of. Names that are no blob's are left alone. */
bool stick_sweep(struct stick_files *f, bool (*keep)(void *ctx, const char *sha256), void *ctx, uint64_t *freed_bytes,
                 struct err *e) MUST_CHECK;
#endif
