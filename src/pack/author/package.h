/* package.h - one source folder as a package: its pictures drawn, of a course captions converted and films weighed (and
 * transcoded when asked), every file put into the tree. One thread. */
#ifndef WEIKE_PACK_AUTHOR_PACKAGE_H
#define WEIKE_PACK_AUTHOR_PACKAGE_H
#include "pack/author/source.h"
#include "pack/author/tree_writer.h"

struct package_options {
    bool renditions;
    void (*say)(void *ctx, const char *line); /* may be NULL */
    void *ctx;
};
/* *out is freed by the caller with package_free. Names of pictures in the questions of `s` become references to files of the tree. */
bool package_make(struct tree_writer *w, struct source *s, const struct package_options *o, struct package_head **out,
                  struct err *e) MUST_CHECK;
#endif
