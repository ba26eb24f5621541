/* tree.h - the content tree: its names, and its two signed lists (timestamp, index). Pure but for tree_open_*.
 *
 *   repo/timestamp            the only name whose bytes change; signed; names each channel's index
 *   repo/i/<sha256>.zst       index of a channel: packages and their manifests
 *   repo/m/<aa>/<sha256>      manifest of a package (zstd)
 *   repo/b/<aa>/<sha256>      blob: one file, as played
 *   repo/k/<aa>/<sha256>      SHA-256 of each 256 KiB of the blob of that name, if it is over 1 MiB
 *
 * Parsers take only verified bytes. Fields that format 1 does not know are ignored, so that root versions and
 * delegations can be added without breaking kiosks in the field. */
#ifndef WEIKE_PACK_TREE_H
#define WEIKE_PACK_TREE_H
#include "pack/envelope.h"

#include <jansson.h>

enum {
    TREE_PATH_MAX = 96,
    TREE_TIMESTAMP_MAX = 1024,          /* the whole envelope */
    TREE_INDEX_MAX = 4 << 20,           /* JSON bytes */
    TREE_MANIFEST_MAX = 8 << 20,
    TREE_CHUNK_BYTES = 256 << 10,
    TREE_CHUNKED_FROM = 1 << 20,        /* larger blobs have chunk hashes */
    TREE_PACKAGES_MAX = 5000,
    TREE_CHANNELS_MAX = 4,
    TREE_LIFE_S = 120 * 86400,          /* of a timestamp: a stick may be on the road for months */
    TREE_LIFE_MAX_S = 400 * 86400,
};
#define TREE_CHANNEL "main"

enum tree_kind { TREE_INDEX, TREE_MANIFEST, TREE_BLOB, TREE_CHUNKS };
void tree_path(enum tree_kind kind, const char *sha256, char out[TREE_PATH_MAX]); /* below repo/, e.g. "b/ab/abcd…" */
/* The repo directory in what a person points at: a tree, a stick (WEIKE/repo), or repo itself. fd, or -1. */
int tree_open(const char *path, struct err *e) MUST_CHECK;
bool tree_find(const char *path, char **out_repo, struct err *e) MUST_CHECK; /* same, as a path; caller frees */
/* Whole file `rel` below the repo into `out`; stops and refuses at max_bytes + 1. No link is followed. */
bool tree_read(int repo_fd, const char *rel, size_t max_bytes, struct str *out, struct err *e) MUST_CHECK;

struct channel { char name[32]; int64_t version; struct tree_ref index; };
struct timestamp {
    int64_t version, issued_s, expires_s; /* Unix seconds */
    int channel_count;
    struct channel channel[TREE_CHANNELS_MAX];
};
bool timestamp_parse(const struct verified *v, struct timestamp *out, struct err *e) MUST_CHECK;
void timestamp_write(const struct timestamp *t, struct str *out); /* the payload to be signed */
const struct channel *timestamp_channel(const struct timestamp *t, const char *name); /* NULL if absent */

struct index_entry { char *id; int64_t version; struct tree_ref manifest; };
struct index { /* entries sorted by id, each id once */
    char channel[32];
    int64_t version;
    int count, cap;
    struct index_entry *entry;
};
bool index_parse(const struct verified *v, struct index *out, struct err *e) MUST_CHECK;
void index_write(const struct index *x, struct str *out);
struct index_entry *index_find(const struct index *x, const char *id); /* borrowed; NULL */
/* Adds or replaces the entry of that id, keeping the order. */
void index_put(struct index *x, const char *id, int64_t version, const struct tree_ref *manifest);
void index_release(struct index *x);

/* Door 2 on a file of the tree: reads it, checks it against `ref`, unpacks it. The error names the file. */
struct verified *tree_read_named(int repo_fd, enum tree_kind kind, const struct tree_ref *ref,
                                 struct err *e) MUST_CHECK;
/* Door 1 on repo/timestamp. */
struct verified *tree_read_timestamp(int repo_fd, const struct key_ring *ring, struct err *e) MUST_CHECK;
#endif
