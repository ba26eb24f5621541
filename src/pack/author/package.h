/* package.h - one source folder as a course: its pictures drawn, captions converted, films weighed (and transcoded
 * when asked), every file put into the tree. One thread. */
#ifndef WEIKE_PACK_AUTHOR_PACKAGE_H
#define WEIKE_PACK_AUTHOR_PACKAGE_H
#include "pack/author/source.h"
#include "pack/author/tree_writer.h"

struct package_options {
    bool renditions;
    void (*say)(void *ctx, const char *line); /* may be NULL */
    void *ctx;
};
/* `out` is released by the caller with course_release. */
/* Names of pictures in s->lesson[].questions become references to files of the tree. */
bool package_make(struct tree_writer *w, struct source *s, const struct package_options *o, struct course *out,
                  struct err *e) MUST_CHECK;
#endif
