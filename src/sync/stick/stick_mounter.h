/* stick_mounter.h - asks systemd to mount a stick that nobody mounted, as a desktop would: read-only, nothing on it can be
 * run. The mounting itself happens in systemd, so that a damaged file system cannot hold us up. One thread. */
#ifndef WEIKE_SYNC_STICK_STICK_MOUNTER_H
#define WEIKE_SYNC_STICK_STICK_MOUNTER_H
#include "base/err.h"

#include <sys/types.h>

enum { STICK_MOUNTER_MAX_MS = 30000 };
struct stick_mounter { pid_t child; int fd; /* readable when it has ended; -1: nothing runs */ int64_t since_ms; };
void stick_mounter_init(struct stick_mounter *m);
/* `type`: "vfat" "exfat" …, may be "". ERR_REFUSED: we are not root, or one is being mounted already; ERR_MISSING: no systemd-mount. */
bool stick_mounter_ask(struct stick_mounter *m, const char *device, const char *type, struct err *e) MUST_CHECK;
/* After `fd` became readable, or time has passed: collects the child; one that takes too long is ended. */
void stick_mounter_collect(struct stick_mounter *m);
void stick_mounter_release(struct stick_mounter *m);
#endif
