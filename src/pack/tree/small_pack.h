/* small_pack.h - small blobs of one package in one file, p/<sha256>, so that a slow link needs one request for them.
 *
 *   weike-pack 1
 *   <sha256> <size> <stored> one line a blob
 *                            (empty line)
 *   the blobs, in that order: a zstd frame each, or the bytes as they are where <stored> = <size>
 *
 * A file may hold two packs, one after the other: what is new in this version first, so that who has the version before
 * need not read on. Every blob is verified by its own hash when it is taken out, so a pack need not be whole, nor be
 * verified itself. Values; any thread. */
#ifndef WEIKE_PACK_TREE_SMALL_PACK_H
#define WEIKE_PACK_TREE_SMALL_PACK_H
#include "pack/tree/tree.h"

enum {
    SMALL_PACK_BLOB_MAX = 64 << 10,
    SMALL_PACK_COUNT_MAX = 2000,
    SMALL_PACK_FROM = 4,              /* fewer are not worth a pack */
};
struct small_pack_item { char sha256[SHA256_HEX]; uint32_t size_bytes, stored_bytes; uint64_t offset; }; /* offset in the pack */
struct small_pack { int count, cap; struct small_pack_item *item; uint64_t size_bytes; /* of the whole pack */ };

enum small_pack_result { SMALL_PACK_GOOD, SMALL_PACK_MORE /* the head has not come whole yet */, SMALL_PACK_BAD };
/* Reads the head out of the first `len` bytes of a pack. */
enum small_pack_result small_pack_parse(const void *bytes, size_t len, struct small_pack *out, struct err *e);
/* The blob n, out of the first `len` bytes of the pack, in place of what `out` held. ERR_MISSING not come yet, ERR_UNTRUSTED
 * not the blob it should be. */
bool small_pack_get(const struct small_pack *p, int n, const void *bytes, size_t len, struct str *out, struct err *e) MUST_CHECK;
void small_pack_release(struct small_pack *p);
/* A whole file, as verify and mirrors see it: every section, every blob. */
bool small_pack_check(const void *bytes, size_t len, struct err *e) MUST_CHECK;

/* Making one: the head of a pack of these (offsets are filled in). */
void small_pack_add(struct small_pack *p, const char *sha256, uint32_t size_bytes, uint32_t stored_bytes);
void small_pack_head(struct small_pack *p, struct str *out);
#endif
