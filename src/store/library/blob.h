/* blob.h - files named by their SHA-256 below DIR/blobs/ab/abcd... Any thread; immutable once there.
 *
 * Whoever has verified the bytes of a file moves it in with blob_adopt; only then may a row name it. */
#ifndef WEIKE_STORE_LIBRARY_BLOB_H
#define WEIKE_STORE_LIBRARY_BLOB_H
#include "base/err.h"
#include "base/hash.h"

#include <stdint.h>

char *blob_path(const char *dir, const char *sha256); /* caller frees; sha256 must be valid (asserted) */
bool blob_exists(const char *dir, const char *sha256, uint64_t size_bytes);
int blob_open(const char *dir, const char *sha256, struct err *e) MUST_CHECK; /* read-only fd or -1 */
/* Renames `file` (already verified and fsync'd, same file system) into place. The caller makes the folders last:
 * once per group of adopted blobs, before the transaction that names them. */
bool blob_adopt(const char *dir, const char *file, const char *sha256, struct err *e) MUST_CHECK;
bool blob_sync(const char *dir, const char *const *sha256, int count, struct err *e) MUST_CHECK;
/* Calls `visit` for every blob; stops when it returns false. */
bool blob_each(const char *dir, bool (*visit)(void *ctx, const char *sha256, uint64_t size_bytes), void *ctx,
               struct err *e) MUST_CHECK;
/* The first blob after `after` in the order of names ("" begins), to go through all of them in small steps while they
 * come and go. *found false: there is none. `after` and `out` may be the same. */
bool blob_next(const char *dir, const char *after, char out[SHA256_HEX], bool *found, struct err *e) MUST_CHECK;
bool blob_remove(const char *dir, const char *sha256, struct err *e) MUST_CHECK;
#endif
