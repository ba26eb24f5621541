#define _GNU_SOURCE
#include "base/fault.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static _Atomic int armed = FAULT_OFF;
static _Atomic unsigned seen, target;
static _Atomic uint64_t disk_free = UINT64_MAX;

void fault_disk(uint64_t free_bytes)
{
    atomic_store(&disk_free, free_bytes);
}

uint64_t fault_disk_free(void)
{
    return atomic_load(&disk_free);
}

void fault_arm(enum fault_mode mode, unsigned n)
{
    atomic_store(&seen, 0);
    atomic_store(&target, n);
    atomic_store(&armed, mode);
}

unsigned fault_writes(void)
{
    return atomic_load(&seen);
}

bool fault_kills_next(void)
{
    return atomic_load_explicit(&armed, memory_order_relaxed) == FAULT_KILL &&
           atomic_load(&seen) + 1 == atomic_load(&target);
}

static void die_torn(int fd, const void *data, size_t len, long long offset)
{
    ssize_t ignored = 0;
    if (fd >= 0 && len > 1)
        ignored = offset < 0 ? write(fd, data, len / 2) : pwrite(fd, data, len / 2, offset);
    (void)ignored;
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

bool fault_write(int fd, const void *data, size_t len, long long offset)
{
    int mode = atomic_load_explicit(&armed, memory_order_relaxed);
    if (mode == FAULT_OFF)
        return true;
    unsigned n = atomic_fetch_add(&seen, 1) + 1, at = atomic_load(&target);
    if (mode == FAULT_KILL && n == at)
        die_torn(fd, data, len, offset);
    if (mode == FAULT_ENOSPC && n >= at) {
        errno = ENOSPC;
        return false;
    }
    if (mode == FAULT_EIO && n == at) {
        errno = EIO;
        return false;
    }
    return true;
}
