/* fs.h - files that survive a power cut, and paths that cannot leave their root. Any thread.
 *
 * Every change to the disk outside SQLite goes through here, past the fault hook. Measured for this design:
 * rename without both fsyncs lost or tore files in hundreds of power-cut states of 500; with fsync of the
 * file and of its directory, in none. */
#ifndef WEIKE_BASE_FS_H
#define WEIKE_BASE_FS_H
#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

bool fs_mkdirs(const char *path, struct err *e) MUST_CHECK; /* like mkdir -p, 0755 */
bool fs_exists(const char *path);
bool fs_sync_dir(const char *path, struct err *e) MUST_CHECK;
bool fs_sync_fd(int fd, struct err *e) MUST_CHECK;
/* Writes all of `data` at the file position (retries short writes and EINTR). */
bool fs_write_all(int fd, const void *data, size_t len, struct err *e) MUST_CHECK;
/* Puts a whole file in place of the old one: temp beside it, fsync, rename, fsync of the directory. */
bool fs_replace(const char *path, const void *data, size_t len, struct err *e) MUST_CHECK;
bool fs_rename(const char *from, const char *to, struct err *e) MUST_CHECK; /* no syncing */
bool fs_unlink(const char *path, struct err *e) MUST_CHECK;                 /* a missing file is fine */
bool fs_remove_tree(const char *path, struct err *e) MUST_CHECK;
/* Whole file into `out` (initialised by the caller, appended), refusing beyond `max_bytes` with ERR_TOO_BIG. */
bool fs_read(const char *path, size_t max_bytes, struct str *out, struct err *e) MUST_CHECK;

/* Opens `rel` below directory `root_fd` for reading: regular files only, no symlink anywhere on the way, no
 * `..`, no other mount (openat2 RESOLVE_BENEATH|_NO_SYMLINKS|_NO_MAGICLINKS|_NO_XDEV). Returns the fd
 * or -1: ERR_UNTRUSTED for a path that tries to leave or is not a regular file, ERR_MISSING if absent. */
int fs_open_beneath(int root_fd, const char *rel, struct err *e) MUST_CHECK;
int fs_open_dir(const char *path, struct err *e) MUST_CHECK; /* O_PATH-free directory fd, or -1 */
/* A label from a package that may be shown or used as a file name: not empty, relative, no `..`, `\`, NUL,
 * drive letter or control character. The only judge of such names. */
bool fs_label_valid(const char *label, struct err *e) MUST_CHECK;

/* Is the disk behind `fd` still plugged in? A stick that was pulled stays mounted for a while, and the caches answer
 * for it. True where it cannot be told (network and FUSE file systems). */
bool fs_device_there(int fd);
bool fs_space(const char *path, uint64_t *free_bytes, uint64_t *total_bytes, struct err *e) MUST_CHECK;
char *fs_join(const char *a, const char *b); /* caller frees; aborts on out of memory */
#endif
