/* package.h - what every package says of itself (its head), and the kinds of package there are. Pure.
 *
 * A package is its manifest: the signed JSON that content/FORMAT.md describes. What it says beside its head depends on its
 * kind. A kind is one row of functions, `struct package_kind`, and a struct that begins with a `struct package_head`; all rows
 * stand in the table in package.c. What a kind keeps in the database is a row in store/library/kinds.c, how an author writes it
 * one in pack/author/source.c.
 *
 * package_parse is called only on bytes whose hash or signature has been verified. Files are named by SHA-256; `name` is a label
 * for people and never a path we open. */
#ifndef WEIKE_MODEL_PACKAGE_H
#define WEIKE_MODEL_PACKAGE_H
#include "model/file_ref.h"
#include "model/lang_text.h"

#include <stddef.h>

/* A patch that makes blob `to` of blob `from` (pack/tree/patch.h), and the patch file itself. */
struct package_patch { char from[SHA256_HEX], to[SHA256_HEX], sha256[SHA256_HEX]; uint64_t size_bytes; };
enum { PACKAGE_PATCHES_MAX = 2000, PACKAGE_AUDIENCE_MAX = 64, PACKAGE_AUDIENCE_TEXT = 64 };

struct package_kind;
struct package_head {
    const struct package_kind *kind;
    char *id;                 /* reverse domain, [a-z0-9.-], at most 128 bytes */
    int64_t version;          /* 1 .. 2^53 */
    struct lang_text title, summary;
    char *category;           /* [a-z-]: "safety" "health" "farming" "village" "rights" … ; "other" if absent */
    int priority;             /* 0..100, higher first */
    struct file_ref poster;
    int audience_count;       /* areas it is meant for, [a-z0-9.-]; none: everybody. Not yet used to choose */
    char (*audience)[PACKAGE_AUDIENCE_TEXT];
    int patch_count;          /* at most PACKAGE_PATCHES_MAX */
    struct package_patch *patch;
};

typedef void package_file_fn(void *ctx, const struct file_ref *f, const char *where);

struct package_kind {
    const char *name;         /* "kind" in the manifest */
    size_t size;              /* of its struct, which begins with struct package_head */
    bool ahead;               /* small, and of a date: brought before packages of other kinds */
    const char *const *keys;  /* of the manifest beside those of the head; NULL ends them */
    /* The rest of the manifest `o`; the head is there already. After a failure `release` is called. */
    bool (*parse)(const json_t *o, struct package_head *p, struct err *e);
    void (*write)(const struct package_head *p, json_t *o);
    void (*release)(struct package_head *p); /* what `parse` made; not the head */
    void (*each_file)(const struct package_head *p, package_file_fn *visit, void *ctx); /* the files beside the poster */
};
const struct package_kind *package_kind_find(const char *name); /* NULL if this program does not know it */

/* *out: of the kind's size, to be freed with package_free. ERR_UNSUPPORTED for a kind this program does not know. */
bool package_parse(const char *json, size_t len, struct package_head **out, struct err *e) MUST_CHECK;
json_t *package_to_json(const struct package_head *p); /* new reference; package_parse makes the same of it */
void package_release(struct package_head *p); /* of a struct that lives elsewhere */
void package_free(struct package_head *p);    /* NULL is fine */
/* Calls `visit` for every file the package names, each with a path such as "lesson 2, captions zh-CN". */
void package_each_file(const struct package_head *p, package_file_fn *visit, void *ctx);
#endif
