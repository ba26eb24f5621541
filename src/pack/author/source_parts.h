/* source_parts.h - what the readers of each kind of source folder share. */
#ifndef WEIKE_PACK_AUTHOR_SOURCE_PARTS_H
#define WEIKE_PACK_AUTHOR_SOURCE_PARTS_H
#include "pack/author/source_kinds.h"

/* Keys a file may have (`more` may be NULL); anything else is a typing mistake and named. */
bool source_only_keys(const json_t *o, const char *where, const char *const *allowed, const char *const *more, struct err *e) MUST_CHECK;
bool source_is_object(const json_t *o, const char *where, struct err *e) MUST_CHECK;
/* A language map, or a plain string in zh-CN. */
bool source_text(const json_t *o, const char *where, const char *key, bool required, struct lang_text *out, struct err *e) MUST_CHECK;
/* A file of the folder: named inside it, and there. */
bool source_check_file(const char *dir, const char *where, const char *name, struct err *e) MUST_CHECK;
bool source_file(const char *dir, const json_t *o, const char *where, const char *key, bool required, char **out, struct err *e) MUST_CHECK;
#endif
