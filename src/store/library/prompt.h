/* prompt.h - recorded prompts that are here, found by their words. Reading: any connection, its thread. */
#ifndef WEIKE_STORE_LIBRARY_PROMPT_H
#define WEIKE_STORE_LIBRARY_PROMPT_H
#include "model/voice.h"
#include "store/db.h"

/* The blob in which these very words are spoken in `lang`; of several packages the one with the highest priority.
 * sha256 "" if there is none. */
bool prompt_recording(struct db *db, const char *lang, const char *text, char sha256[SHA256_HEX], struct err *e) MUST_CHECK;
/* Languages and dialects that have recordings, each once, by name. */
struct prompt_lang { char lang[LANG_TEXT]; int prompts; };
bool prompt_langs(struct db *db, struct prompt_lang *out, int max, int *count, struct err *e) MUST_CHECK;
/* Of one key, as it was recorded; "" and "" if there is none. `text` at least VOICE_TEXT_MAX + 1. */
bool prompt_of_key(struct db *db, const char *lang, const char *key, char *text, size_t size, struct err *e) MUST_CHECK;
#endif
