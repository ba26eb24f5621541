/* lang_text.h - a text in several languages: an xAPI language map. Pure; the struct owns its texts. */
#ifndef WEIKE_MODEL_LANG_TEXT_H
#define WEIKE_MODEL_LANG_TEXT_H
#include "base/err.h"

#include <jansson.h>

enum { LANG_TEXT = 16 };

struct lang_text {
    int count;
    struct lang_entry { char lang[LANG_TEXT]; char *text; } *entry;
};
/* RFC 5646: subtags of one to eight letters or digits, the first of letters; at most LANG_TEXT - 1 bytes. */
bool lang_tag_valid(const char *lang);
/* Text for `lang`; else same primary subtag, zh-CN, en, the first; "" if the map is empty. Borrowed. */
const char *lang_text_get(const struct lang_text *t, const char *lang);
bool lang_text_parse(const json_t *value, const char *where, struct lang_text *out, struct err *e) MUST_CHECK;
/* The same of a key of `o`; absent: no text. `required`: it is there, has a text, and none of them is empty. */
bool lang_text_field(const json_t *o, const char *where, const char *key, bool required, struct lang_text *out, struct err *e) MUST_CHECK;
void lang_text_copy(const struct lang_text *from, struct lang_text *out);
json_t *lang_text_to_json(const struct lang_text *t); /* new reference */
void lang_text_release(struct lang_text *t);
#endif
