/* package_parts.h - what the makers of each kind of package share: files and pictures of a source folder into the tree. Private to
 * pack/author/. */
#ifndef WEIKE_PACK_AUTHOR_PACKAGE_PARTS_H
#define WEIKE_PACK_AUTHOR_PACKAGE_PARTS_H
#include "pack/author/package.h"

struct package_work {
    struct tree_writer *w;
    struct source *s;
    const struct package_options *o;
};
void package_say(const struct package_work *k, const char *file, const char *what);
const char *package_label(const char *path);                 /* what comes after the last slash */
char *package_label_with(const char *file, const char *ext); /* the same with another ending; owned by the caller */
/* The file `path` as a blob of this name and media type. */
bool package_add_path(const struct package_work *k, const char *path, const char *label, const char *type, struct file_ref *out,
                      struct err *e) MUST_CHECK;
/* A picture of the source folder (NULL: none); an SVG is drawn. */
bool package_add_picture(const struct package_work *k, const char *file, struct file_ref *out, struct err *e) MUST_CHECK;

bool package_make_course(const struct package_work *k, struct package_head *out, struct err *e) MUST_CHECK; /* package_course.c */
#endif
