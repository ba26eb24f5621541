/* source_kinds.h - how an author writes each kind of package: one row of functions a kind (the table is in source.c).
 * Private to pack/author/. */
#ifndef WEIKE_PACK_AUTHOR_SOURCE_KINDS_H
#define WEIKE_PACK_AUTHOR_SOURCE_KINDS_H
#include "pack/author/source.h"

struct package_work; /* package_parts.h */
struct source_kind {
    const char *file;                   /* "course.json": whose folder this is */
    const struct package_kind *package; /* what becomes of it */
    size_t body_size;                   /* of source.body */
    const char *category;               /* where none is given */
    const char *const *keys;            /* of the file beside those of the head; NULL ends them */
    /* Fills s->body; the head is read already. `release` is called also after a failure. */
    bool (*read)(const json_t *o, struct source *s, struct err *e);
    /* Puts its files into the tree and fills the package, whose head is there already. */
    bool (*make)(const struct package_work *k, struct package_head *out, struct err *e);
    void (*release)(struct source *s);  /* what s->body holds */
};
extern const struct source_kind source_kind_course; /* source_course.c */
extern const struct source_kind source_kind_voice;  /* source_voice.c */
#endif
