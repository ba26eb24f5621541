/* stick_files.h - the files below WEIKE/ of one stick, which may be hostile, full, write-protected, or pulled at any byte.
 * One thread.
 *
 * Reading: beneath WEIKE/ only, no link, no other mount, regular files only, never more than was asked for. Writing: into
 * WEIKE/part.tmp, fsync, rename, fsync of the folder, so that no half file has a final name; each file is remembered with
 * its hash and read back past the caches by stick_files_check. After a failure stick_files_end says what it means. */
#ifndef WEIKE_SYNC_STICK_STICK_FILES_H
#define WEIKE_SYNC_STICK_STICK_FILES_H
#include "base/hash.h"
#include "sync/stick/stick.h"
#include "sync/stick/stick_layout.h"

#include <sys/types.h>

struct stick_written { char *rel; char sha256[SHA256_HEX]; uint64_t size; };
struct stick_files {
    char *dir;              /* the mount point or folder */
    int top;                /* fd of it */
    int fd;                 /* of WEIKE/; -1: not prepared */
    char id[STICK_ID_TEXT]; /* of the stick; "" if it has no mark */
    int failed;             /* errno of the last thing that failed on the stick; 0 */
    bool lies;              /* something read back was not what was written */
    int written_count, written_cap, checked;
    struct stick_written *written;
    uint64_t written_bytes;
};
/* True also when there is no WEIKE/ yet. ERR_MISSING: no such folder; ERR_UNTRUSTED: WEIKE is a link or a file;
 * ERR_UNSUPPORTED: of a newer format. */
bool stick_files_open(const char *dir, struct stick_files *out, struct err *e) MUST_CHECK;
void stick_files_close(struct stick_files *f);
/* Makes WEIKE/ and its mark. */
bool stick_files_prepare(struct stick_files *f, struct err *e) MUST_CHECK;
/* For two programs at one stick: false if another has it (ERR_REFUSED). Until close. */
bool stick_files_lock(struct stick_files *f, struct err *e) MUST_CHECK;
bool stick_files_writable(const struct stick_files *f); /* not mounted read-only */
/* Is it still the same stick that is there? */
bool stick_files_there(const struct stick_files *f);
/* What the last failure means for the run; STICK_FINISHED if nothing failed on the stick. */
enum stick_end stick_files_end(const struct stick_files *f);

/* Paths `rel` are below WEIKE/. */
bool stick_files_read(struct stick_files *f, const char *rel, size_t max_bytes, struct str *out, struct err *e) MUST_CHECK;
/* Size of a regular file; -1 if there is none. */
int64_t stick_files_size(struct stick_files *f, const char *rel);
/* Names in a folder, in the stick's order, at most `*budget` (counted down; 0 left: ERR_TOO_BIG). A folder that is not
 * there is empty. `visit` false stops. */
enum stick_kind { STICK_IS_UNKNOWN /* the file system does not tell */, STICK_IS_FILE, STICK_IS_FOLDER, STICK_IS_OTHER /* link, device */ };
typedef bool stick_visit(void *ctx, const char *name, enum stick_kind kind);
bool stick_files_each(struct stick_files *f, const char *rel, int *budget, stick_visit *visit, void *ctx, struct err *e) MUST_CHECK;

/* A whole file. */
bool stick_files_put(struct stick_files *f, const char *rel, const void *data, size_t len, struct err *e) MUST_CHECK;
/* A large one, bit by bit: begin, add …, end. Only one at a time; begin drops what was begun. */
struct stick_put { int fd; struct sha256 hash; uint64_t size; };
bool stick_put_begin(struct stick_files *f, struct stick_put *p, struct err *e) MUST_CHECK;
bool stick_put_add(struct stick_files *f, struct stick_put *p, const void *data, size_t len, struct err *e) MUST_CHECK;
/* `want` (may be NULL): the bytes must have this hash, else nothing appears and it is ERR_DAMAGED. */
bool stick_put_end(struct stick_files *f, struct stick_put *p, const char *rel, const char *want, struct err *e) MUST_CHECK;
void stick_put_drop(struct stick_files *f, struct stick_put *p);
bool stick_files_remove(struct stick_files *f, const char *rel, struct err *e) MUST_CHECK; /* a missing one is fine */

/* Reads back the next file that was written, from the device and not from memory. *more: others are left. False: it is
 * not what was written (f->lies; the file is removed) or cannot be read. */
bool stick_files_check(struct stick_files *f, bool *more, struct err *e) MUST_CHECK;
#endif
