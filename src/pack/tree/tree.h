/* tree.h - the content tree: its names, and its two signed lists (timestamp, index). Pure but for tree_open_*.
 *
 *   repo/root/<N>.root        who may sign what, version N; every version stays (pack/trust/root.h)
 *   repo/timestamp            the only name whose bytes change; signed; names each channel's index
 *   repo/i/<sha256>.zst       index of a channel: packages and their manifests (zstd)
 *   repo/m/<aa>/<sha256>      manifest of a package (zstd)
 *   repo/b/<aa>/<sha256>      blob: one file, as played
 *   repo/k/<aa>/<sha256>      SHA-256 of each 256 KiB of the blob of that name, if it is over 1 MiB
 *   repo/p/<sha256>           small blobs of a package in one file (pack/tree/small_pack.h); optional
 *   repo/i/<from>-<to>.zp     patches between indexes and
 *   repo/m/<aa>/<from>-<to>.zp  manifests, and
 *   repo/d/<aa>/<from>-<to>   between blobs (pack/tree/patch.h); <aa> of <to>; all optional
 *
 * Indexes and manifests are named by the hash of what they unpack to, so that it does not matter who compressed them,
 * or whether they came whole or as a patch. Parsers take only verified bytes. Fields that format 1 does not know are
 * ignored. */
#ifndef WEIKE_PACK_TREE_TREE_H
#define WEIKE_PACK_TREE_TREE_H
#include "pack/sign/envelope.h"

#include <jansson.h>

enum {
    TREE_PATH_MAX = 160,
    TREE_TIMESTAMP_MAX = 1024,          /* the whole envelope */
    TREE_INDEX_MAX = 4 << 20,           /* JSON bytes */
    TREE_MANIFEST_MAX = 8 << 20,
    TREE_CHUNK_BYTES = 256 << 10,
    TREE_CHUNKED_FROM = 1 << 20,        /* larger blobs have chunk hashes */
    TREE_PACKAGES_MAX = 5000,
    TREE_CHANNELS_MAX = 4,              /* in one timestamp */
    TREE_CHANNEL_TEXT = 32,
    TREE_PATCHES_MAX = 8,               /* index patches kept at a time */
    TREE_PACK_MAX = 4 << 20,            /* a pack of small blobs */
    TREE_LIFE_S = 120 * 86400,          /* of a timestamp: a stick may be on the road for months */
    TREE_LIFE_MAX_S = 400 * 86400,
};
#define TREE_CHANNEL "main"
#define TREE_LOCAL "local/" /* channels of townships: "local/<town>" */

enum tree_kind { TREE_INDEX, TREE_MANIFEST, TREE_BLOB, TREE_CHUNKS, TREE_PACK };
void tree_path(enum tree_kind kind, const char *sha256, char out[TREE_PATH_MAX]); /* below repo/, e.g. "b/ab/abcd…" */
/* The patch that makes `to` of `from`: of an index, a manifest or a blob. */
void tree_patch_path(enum tree_kind kind, const char *from, const char *to, char out[TREE_PATH_MAX]);
void tree_root_path(int64_t version, char out[TREE_PATH_MAX]); /* "root/3.root" */
bool tree_channel_valid(const char *name); /* "main", "local/baishan": [a-z0-9.-], one "local/" before it */
/* The repo directory in what a person points at: a tree, a stick (WEIKE/repo), or repo itself. fd, or -1. */
int tree_open(const char *path, struct err *e) MUST_CHECK;
bool tree_find(const char *path, char **out_repo, struct err *e) MUST_CHECK; /* same, as a path; caller frees */
/* Whole file `rel` below the repo into `out`; stops and refuses at max_bytes + 1. No link is followed. */
bool tree_read(int repo_fd, const char *rel, size_t max_bytes, struct str *out, struct err *e) MUST_CHECK;

/* Verified bytes as the JSON of a list of this type and of format 1; NULL on failure, else json_decref() it. */
json_t *tree_list_open(const struct verified *v, const char *type, size_t max_bytes, struct err *e) MUST_CHECK;

struct channel {
    char name[TREE_CHANNEL_TEXT];
    int64_t version;
    struct tree_ref index;
    int patches; /* from so many previous versions there is an i/ patch to this one */
};
struct timestamp {
    int64_t version, issued_s, expires_s; /* Unix seconds */
    int64_t root_version;                 /* the newest root there is; 0: a tree of one pinned key */
    int channel_count;
    struct channel channel[TREE_CHANNELS_MAX];
};
bool timestamp_parse(const struct verified *v, struct timestamp *out, struct err *e) MUST_CHECK;
void timestamp_write(const struct timestamp *t, struct str *out); /* the payload to be signed */
const struct channel *timestamp_channel(const struct timestamp *t, const char *name); /* NULL if absent */

struct blob_ref { char sha256[SHA256_HEX]; uint64_t size_bytes; }; /* sha256 empty: none */
struct index_entry {
    char *id;
    int64_t version;
    struct tree_ref manifest;
    char patch_from[SHA256_HEX]; /* manifest from which there is an m/ patch to this one; "": none */
    struct blob_ref pack;        /* small blobs of the package in one file */
};
struct index { /* entries sorted by id, each id once */
    char channel[TREE_CHANNEL_TEXT];
    int64_t version;
    int count, cap;
    struct index_entry *entry;
};
bool index_parse(const struct verified *v, struct index *out, struct err *e) MUST_CHECK;
void index_write(const struct index *x, struct str *out);
struct index_entry *index_find(const struct index *x, const char *id); /* borrowed; NULL */
/* Adds or replaces the entry of that id, keeping the order; without patch and pack. Borrowed until the next put. */
struct index_entry *index_put(struct index *x, const char *id, int64_t version, const struct tree_ref *manifest);
void index_release(struct index *x);

/* Door 2 on an index or manifest of the tree: reads it, unpacks it, checks it against `ref`. The error names the file.
 * What an index of a rooted tree unpacks to is an envelope again: see trust_index(). */
struct verified *tree_read_named(int repo_fd, enum tree_kind kind, const struct tree_ref *ref,
                                 struct err *e) MUST_CHECK;
/* Door 1 on repo/timestamp. */
struct verified *tree_read_timestamp(int repo_fd, const struct key_ring *ring, struct err *e) MUST_CHECK;
#endif
