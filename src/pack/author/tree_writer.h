/* tree_writer.h - puts files into a content tree under the names of their hashes, each written aside first. One
 * thread; a lock on the tree keeps other writers out. Nothing served changes until tree_writer_publish. */
#ifndef WEIKE_PACK_AUTHOR_TREE_WRITER_H
#define WEIKE_PACK_AUTHOR_TREE_WRITER_H
#include "model/course.h"
#include "pack/tree/tree.h"

struct tree_writer {
    char *repo;          /* TREE/repo */
    char *scratch;       /* a folder on the same disk for what is being made; gone after close */
    int fd;              /* of repo; holds the lock */
    uint64_t new_bytes;
};
/* TREE/repo; or `tree` itself if its name is "repo" (what a web server serves as /repo). Makes it if it is not there.
 * ERR_REFUSED while another process writes it. */
bool tree_writer_open(const char *tree, struct tree_writer *out, struct err *e) MUST_CHECK;
void tree_writer_close(struct tree_writer *w);
/* Copies `path` in as a blob (with its chunk list if it is large); fills out->sha256 and size. */
bool tree_writer_add_file(struct tree_writer *w, const char *path, struct file_ref *out, struct err *e) MUST_CHECK;
bool tree_writer_add_bytes(struct tree_writer *w, const void *data, size_t len, struct file_ref *out,
                           struct err *e) MUST_CHECK;
/* Adds bytes, or moves a finished file of w->scratch, under a name below repo/ that is not made here: a patch, a pack, a
 * root. One that is there already, of the same size, stays. */
bool tree_writer_add_named(struct tree_writer *w, const char *rel, const void *data, size_t len, struct err *e) MUST_CHECK;
bool tree_writer_move_named(struct tree_writer *w, const char *rel, const char *from, uint64_t size_bytes,
                            struct err *e) MUST_CHECK;
char *tree_writer_path(const struct tree_writer *w, enum tree_kind kind, const char *sha256); /* caller frees */
/* Compresses JSON text and adds it as an index or manifest. */
bool tree_writer_add_json(struct tree_writer *w, enum tree_kind kind, const struct str *json, struct tree_ref *out,
                          struct err *e) MUST_CHECK;
/* The commit point: everything added so far lasts before the new timestamp replaces the old one. */
bool tree_writer_publish(struct tree_writer *w, const struct str *envelope, struct err *e) MUST_CHECK;
#endif
