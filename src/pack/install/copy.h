/* copy.h - one blob from a tree into incoming/<sha256>.part, hashed on the way, going on where it stopped.
 *
 * The bytes are read from the source once and those very bytes are hashed and written, so a stick that answers a
 * second reading differently gains nothing. One thread. */
#ifndef WEIKE_PACK_INSTALL_COPY_H
#define WEIKE_PACK_INSTALL_COPY_H
#include "base/hash.h"

enum { COPY_STEP_BYTES = 1 << 20 };
enum copy_result { COPY_MORE, COPY_DONE, COPY_FAILED };

struct copy;
/* `repo_fd` is borrowed until copy_close. NULL on failure; nothing is read yet. */
struct copy *copy_open(int repo_fd, const char *data_dir, const char *sha256, uint64_t size_bytes,
                       struct err *e) MUST_CHECK;
/* Moves about a mebibyte (also of what an earlier run left behind, which is hashed again). `moved` gets how many
 * bytes further we are. COPY_DONE: the part is whole, verified and fsync'd. COPY_FAILED: ERR_UNTRUSTED wrong
 * bytes, ERR_TOO_BIG longer than signed, ERR_MISSING the source cannot be read, ERR_IO and ERR_FULL our own disk.
 * A part with wrong bytes is removed; otherwise it stays for the next time. */
enum copy_result copy_step(struct copy *c, uint64_t *moved, struct err *e) MUST_CHECK;
void copy_close(struct copy *c); /* NULL is fine */

char *copy_part_path(const char *data_dir, const char *sha256); /* caller frees */
uint64_t copy_part_bytes(const char *data_dir, const char *sha256); /* how much an earlier run left; 0 if none */
#endif
