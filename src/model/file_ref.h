/* file_ref.h - reading and writing FILE objects of a manifest: {"sha256", "size", "type", "name"}. Pure. */
#ifndef WEIKE_MODEL_FILE_REF_H
#define WEIKE_MODEL_FILE_REF_H
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

#include <jansson.h>
#include <stdint.h>

struct file_ref { /* sha256 empty: no such file */
    char sha256[SHA256_HEX];
    uint64_t size_bytes;
    char *type; /* media type, e.g. "video/mp4" */
    char *name; /* label, e.g. "l1.mp4" */
};
enum { BLOB_MAX_BYTES = 1 << 30 };

/* An absent key leaves `out` empty unless `required`. Refuses bad hashes, sizes over BLOB_MAX_BYTES and names that
 * could lead outside a folder (fs_label_valid). */
bool file_ref_parse(const json_t *parent, const char *where, const char *key, bool required, struct file_ref *out,
                    struct err *e) MUST_CHECK;
void file_ref_set(json_t *parent, const char *key, const struct file_ref *f); /* nothing for an empty one */
void file_ref_release(struct file_ref *f);
/* Refuses the first key of `o` that is not in the NULL-ended list. */
bool keys_known(const json_t *o, const char *where, const char *const *known, struct err *e) MUST_CHECK;
#endif
