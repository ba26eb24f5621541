/* shrink.h - what a publisher adds so that an update costs less: patches between versions, packs of small files. All of
 * it is optional for who fetches. One thread. */
#ifndef WEIKE_PACK_AUTHOR_SHRINK_H
#define WEIKE_PACK_AUTHOR_SHRINK_H
#include "pack/author/tree_writer.h"

enum { SHRINK_PATCH_FROM = 4096 }; /* smaller files are not patched: a request costs more */

/* Patches from files of `old` to the files of `c` that took their place (same lesson, same form): made, put into the tree
 * and listed in `c`. */
bool shrink_patches(struct tree_writer *w, const struct package_head *old, struct package_head *c, struct err *e) MUST_CHECK;
/* The small files of `c` in one pack, those that `old` (NULL: none) lacks first; fewer than SMALL_PACK_FROM: none. */
bool shrink_pack(struct tree_writer *w, const struct package_head *old, const struct package_head *c, struct blob_ref *out,
                 struct err *e) MUST_CHECK;
/* A patch between two texts of the tree (both unpacked), if it is worth it against a file of instead_bytes. */
bool shrink_text(struct tree_writer *w, enum tree_kind kind, const char *from_sha, const void *from, size_t from_len,
                 const char *to_sha, const void *to, size_t to_len, uint64_t instead_bytes, bool *made,
                 struct err *e) MUST_CHECK;
/* Patches from the (at most TREE_PATCHES_MAX) indexes before this one; *count from how many without a gap. */
bool shrink_index(struct tree_writer *w, const struct channel *now, const struct str *text, bool rooted, int *count,
                  struct err *e) MUST_CHECK;
#endif
