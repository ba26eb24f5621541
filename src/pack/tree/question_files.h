/* question_files.h - the pictures that questions name. A manifest names a lesson's questions file; that file names its
 * own pictures, so whoever needs all files of a package (import, verify, sweep) looks into it too. */
#ifndef WEIKE_PACK_TREE_QUESTION_FILES_H
#define WEIKE_PACK_TREE_QUESTION_FILES_H
#include "model/question.h"
#include "store/db.h"

enum { QUESTION_FILES_MAX_BYTES = 4 << 20 }; /* of one questions file */

/* Every picture of a set; `where` is such as "question q3, option c2". The refs may be changed. */
void question_files_each(struct question_set *s, bool (*visit)(void *ctx, struct file_ref *f, const char *where),
                         void *ctx);
/* Parses the bytes of a questions file, proven to be those that `f` names. */
bool question_files_parse(const struct str *bytes, const struct file_ref *f, struct question_set *out,
                          struct err *e) MUST_CHECK;

/* The same from DIR/blobs, for a lesson that is installed. */
bool question_files_read(const char *data_dir, const struct file_ref *f, struct question_set *out,
                         struct err *e) MUST_CHECK;

/* The pictures of all active courses, so that a sweep keeps them. */
struct question_files { void *tree; };
bool question_files_collect(struct db *db, struct question_files *out, struct err *e) MUST_CHECK;
bool question_files_has(const struct question_files *q, const char *sha256);
void question_files_release(struct question_files *q);
#endif
