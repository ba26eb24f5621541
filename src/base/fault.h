/* fault.h - makes the n-th write of this process fail or kill it, for the power-cut loop. Tests only.
 *
 * base/fs and the SQLite VFS shim in store/ call fault_write() before each operation that changes the disk.
 * Unarmed (always, outside tests) this is one load and a compare. Any thread. */
#ifndef WEIKE_BASE_FAULT_H
#define WEIKE_BASE_FAULT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_mode {
    FAULT_OFF,
    FAULT_COUNT,  /* count writes only */
    FAULT_KILL,   /* at write n: half of it reaches the file (torn), then SIGKILL */
    FAULT_ENOSPC, /* write n and all later ones fail with ENOSPC */
    FAULT_EIO,    /* write n fails with EIO, once */
};

void fault_arm(enum fault_mode mode, unsigned n); /* first write is 1; resets the count */
bool fault_kills_next(void); /* FAULT_KILL and the next write is the one: time to open an fd for the torn half */
unsigned fault_writes(void);                      /* operations seen since fault_arm */
/* True: go on. False: errno is set and the caller must fail. With FAULT_KILL and fd >= 0 the first half of
 * data goes to `fd` at `offset` (-1: append at the current position) before the process dies. */
bool fault_write(int fd, const void *data, size_t len, long long offset);
/* From now on no disk seems to have more than this free (UINT64_MAX, at first: what it has), for disks that fill up. */
void fault_disk(uint64_t free_bytes);
uint64_t fault_disk_free(void);
#endif
