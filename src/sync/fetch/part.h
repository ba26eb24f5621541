/* part.h - one blob on its way in: incoming/<sha256>.part, grown by bytes nobody has believed yet. One thread.
 *
 * With the list of chunk hashes (tree k/, for blobs over 1 MiB) each 256 KiB is verified as it completes, so a spliced or
 * foreign body costs one chunk. The list itself is not signed: only the hash of the whole makes the blob, and a list that
 * leads astray is dropped. What a kill leaves is used again after it has been verified; what a power cut leaves is at
 * most 256 KiB short. The same part is what pack/install/copy.h fills from a stick: either goes on where the other stopped. */
#ifndef WEIKE_SYNC_FETCH_PART_H
#define WEIKE_SYNC_FETCH_PART_H
#include "base/hash.h"
#include "base/str.h"

enum part_result {
    PART_MORE,
    PART_WHOLE,   /* verified and on the disk: blob_adopt may have it */
    PART_REWOUND, /* bytes proved wrong and were dropped: `part_at` went back, ask again from there */
    PART_WRONG,   /* the server's bytes are not this blob, tried twice */
    PART_FAILED,  /* our disk: `e` */
};
struct part;
/* `list`: chunk hashes or NULL; copied. Nothing is read yet. */
struct part *part_open(const char *data_dir, const char *sha256, uint64_t size_bytes, const struct str *list, struct err *e);
/* Looks at some of what an earlier run left: PART_MORE until all was looked at. Never PART_REWOUND. *ready is true then. */
enum part_result part_check(struct part *p, bool *ready, struct err *e);
/* A new answer begins: what comes from here on may be from another place than what is there. */
void part_begin(struct part *p);
/* Adds bytes that belong at part_at(); what lies past the blob's end is not looked at. */
enum part_result part_add(struct part *p, const void *data, size_t len, struct err *e);
/* Bytes that are here already, from `from`; short only at part_at(). */
bool part_read(const struct part *p, uint64_t from, size_t len, struct str *out, struct err *e) MUST_CHECK;
uint64_t part_at(const struct part *p);   /* bytes that are here */
uint64_t part_size(const struct part *p);
bool part_sync(struct part *p, struct err *e) MUST_CHECK; /* before a pause: what is here survives a power cut */
const char *part_path(const struct part *p);
void part_close(struct part *p);          /* the file stays; NULL is fine */
void part_discard(struct part *p);        /* closes it and leaves nothing behind; NULL is fine */
size_t part_list_bytes(uint64_t size_bytes); /* how long its list of chunk hashes is; 0: none needed */
#endif
