/* patch.h - makes a file of the one before it: zstd frames that refer to the old bytes (as `zstd --patch-from`).
 *
 * A patch is a hint, never believed: what comes out is checked against the hash a signed list gives. Blobs are patched
 * in a box (pack/tree/box.h), so that bytes from outside never meet a decompressor inside the program with big windows.
 * Any thread; patch_apply waits for its child process (about 0.1 s for 10 MB). */
#ifndef WEIKE_PACK_TREE_PATCH_H
#define WEIKE_PACK_TREE_PATCH_H
#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum {
    PATCH_WINDOW_LOG_MAX = 26,     /* 64 MiB */
    PATCH_FILE_MAX = 64 << 20,     /* larger blobs are not patched: the base would leave the window */
    PATCH_KEEP_PERCENT = 70,       /* of the whole: a patch that saves less is not worth a round trip */
};

/* ---- in memory: indexes and manifests ---- */
/* False: not worth it (over PATCH_KEEP_PERCENT of `instead_bytes`, what the whole costs on the wire). */
bool patch_make(const void *base, size_t base_len, const void *to, size_t to_len, uint64_t instead_bytes, struct str *out);
/* Appends exactly `want_bytes` to `out`, else ERR_TOO_BIG or ERR_INVALID. The caller then opens them by their hash
 * (envelope_open_plain). */
bool patch_unpack(const void *base, size_t base_len, const void *patch, size_t patch_len, size_t want_bytes, struct str *out,
                  struct err *e) MUST_CHECK;

/* ---- files: blobs ---- */
/* Writes `out_path`. *worth false (nothing is written): one of them is too large, or the patch saves too little. */
bool patch_make_file(const char *base_path, const char *to_path, const char *out_path, uint64_t *size_bytes, bool *worth,
                     struct err *e) MUST_CHECK;
/* Makes `out_path` (written anew, fsync'd, never longer than size_bytes) and checks that it is `sha256`; if anything is
 * wrong there is no such file. ERR_UNTRUSTED/ERR_INVALID/ERR_TOO_BIG: the patch or base is bad, take the whole blob;
 * ERR_UNSUPPORTED: no box on this machine, take the whole blob; ERR_FULL, ERR_IO: our disk. */
bool patch_apply(const char *base_path, const char *patch_path, const char *sha256, uint64_t size_bytes,
                 const char *out_path, struct err *e) MUST_CHECK;
#endif
