/* sandbox.h - this process gives up what it does not need before it touches bytes from outside. Call before any thread
 * is started; there is no way back.
 *
 * Landlock (files; where the kernel has it) and a seccomp filter: no network, no new programs, no tracing, no
 * changing of mounts or kernel. Our own filter in a page of BPF, because it is short and needs no library. */
#ifndef WEIKE_BASE_SANDBOX_H
#define WEIKE_BASE_SANDBOX_H
#include "base/err.h"

#include <stdint.h>

struct sandbox {
    const char *const *read;   /* folders and files that may be read (and mapped); NULL-terminated; missing ones are fine */
    const char *const *write;  /* may also be written to; not made or removed */
    uint64_t memory_bytes;     /* address space at most; 0: no limit (sanitizers need it all) */
    bool local_sockets;        /* sockets of this machine stay possible (a sound server) */
};
/* Fails only when the filter cannot be set; a kernel without Landlock is said in the log. */
bool sandbox_enter(const struct sandbox *s, struct err *e) MUST_CHECK;
#endif
