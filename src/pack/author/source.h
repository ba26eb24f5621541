/* source.h - reads what an author wrote: a folder with course.json, voice.json or the file of another kind
 * (content/FORMAT.md). One thread.
 *
 * The result names files of that folder; build.c turns them into blobs. Everything is checked here, so that a
 * mistake is told with file and key before anything is written. */
#ifndef WEIKE_PACK_AUTHOR_SOURCE_H
#define WEIKE_PACK_AUTHOR_SOURCE_H
#include "model/package.h"

struct source_kind;
struct source {
    char *dir;
    const struct source_kind *kind;
    char *id;
    int64_t version;
    struct lang_text title, summary;
    char *category;
    int priority;
    char *poster; /* file names are relative to the folder; NULL: none */
    void *body;   /* what its kind's `read` made: struct source_course, … */
};

/* The folder that holds the file of a kind (source_kinds.h). */
bool source_read(const char *dir, struct source *out, struct err *e) MUST_CHECK;
void source_release(struct source *s);
/* `path` itself, or its sub-folders, that hold such a file; sorted. Caller frees each and the array. */
bool source_find(const char *path, char ***out_dirs, int *count, struct err *e) MUST_CHECK;
#endif
