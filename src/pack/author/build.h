/* build.h - source folders -> content tree, signed. One thread; one builder at a time per tree (it takes a lock).
 *
 * Deterministic: same sources, same tree. Every file but the timestamp is named by its hash and written aside
 * first; the new timestamp is the commit point, so an interrupted run leaves the old tree served. */
#ifndef WEIKE_PACK_AUTHOR_BUILD_H
#define WEIKE_PACK_AUTHOR_BUILD_H
#include "pack/author/authority.h"

struct build_options {
    const char *source, *tree;
    const struct secret_key *key;      /* one pinned key signs everything, or */
    const struct authority *authority; /* a root says who signs what (then key is NULL) */
    const char *channel;               /* NULL: "main" */
    bool renditions;   /* transcode to the house weights */
    bool patches;      /* from the version before: films, manifests, indexes */
    bool packs;        /* of small files */
    int64_t now_s;     /* `issued` of a new timestamp, Unix seconds */
    void (*say)(void *ctx, const char *line); /* progress for people; may be NULL */
    void *ctx;
};
struct build_result {
    int packages, added, unchanged;   /* in the source */
    int patches, packs;               /* made for what was added */
    int64_t timestamp_version;
    bool published;                   /* a new timestamp was written */
    uint64_t new_bytes;               /* written below repo/ */
};
bool build_tree(const struct build_options *o, struct build_result *out, struct err *e) MUST_CHECK;
#endif
