/* lang_text.h - a text in several languages, as an xAPI language map (xAPI 1.0.3 Data §4.2). Pure values. */
#ifndef WEIKE_MODEL_LANG_TEXT_H
#define WEIKE_MODEL_LANG_TEXT_H
#include "base/err.h"

#include <jansson.h>

enum { LANG_TEXT = 16 };

struct lang_text { /* an xAPI language map */
    int count;
    struct lang_entry { char lang[LANG_TEXT]; char *text; } *entry;
};
/* RFC 5646: subtags of one to eight letters or digits, the first of letters; at most LANG_TEXT - 1 bytes. */
bool lang_tag_valid(const char *lang);
/* Text for `lang`; else same primary subtag, zh-CN, en, the first; "" if the map is empty. Borrowed. */
const char *lang_text_get(const struct lang_text *t, const char *lang);
bool lang_text_parse(const json_t *value, const char *where, struct lang_text *out, struct err *e) MUST_CHECK;
void lang_text_copy(const struct lang_text *from, struct lang_text *out);
json_t *lang_text_to_json(const struct lang_text *t); /* new reference */
void lang_text_release(struct lang_text *t);
#endif
