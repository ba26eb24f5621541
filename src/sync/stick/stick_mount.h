/* stick_mount.h - where things are mounted (/proc/self/mountinfo), and the two things root may do with a stick's mount: let it
 * be written while records are put on it, and forget what memory holds of it. Any thread. */
#ifndef WEIKE_SYNC_STICK_STICK_MOUNT_H
#define WEIKE_SYNC_STICK_STICK_MOUNT_H
#include "base/err.h"

#include <stddef.h>

struct stick_mount {
    char dir[512];      /* mount point */
    char source[256];   /* "/dev/sdb1"; "" if it has none */
    char type[32];      /* "vfat" "exfat" "fuseblk" "ext4" … */
    bool read_only;     /* this mount point, or the whole file system */
    unsigned major, minor; /* of its block device; major 0: it has none (network, memory, some FUSE) */
};
/* One line of mountinfo (proc_pid_mountinfo(5)); \040 and its like are undone. Pure. */
bool stick_mount_parse(const char *line, struct stick_mount *out);
/* All mounts, in the order they were made; stops when `visit` returns false. `path` NULL: /proc/self/mountinfo. */
bool stick_mount_each(const char *path, bool (*visit)(void *ctx, const struct stick_mount *m), void *ctx, struct err *e) MUST_CHECK;
/* The mount that `dir` itself is the top of; false if it is only a folder of one. */
bool stick_mount_at(const char *dir, struct stick_mount *out);
/* Remounts read-write or read-only, keeping nosuid, nodev and noexec. ERR_REFUSED: we are not root; ERR_IO: the stick is
 * write-protected, or its file system cannot be written. Only for mount points. */
bool stick_mount_writable(const char *dir, bool writable, struct err *e) MUST_CHECK;
/* As root: what memory holds of the device behind `dir` is given up, so that the next reading comes from the stick. */
void stick_mount_forget(const char *dir);
#endif
