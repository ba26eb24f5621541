/* speech.h - words before they are spoken: which part of a text is in which language, and what would be misread. Pure.
 *
 * espeak-ng has one voice a language, and its Chinese one (cmn-latn-pinyin; Debian's `cmn` spells tones out in English)
 * reads Latin letters as pinyin, so English words inside Chinese need the other voice. It knows one reading of a character
 * only; words in which another one is right are written for it in pinyin. */
#ifndef WEIKE_MEDIA_VOICE_SPEECH_H
#define WEIKE_MEDIA_VOICE_SPEECH_H
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct speech_run { const char *text; size_t len; bool chinese; }; /* borrowed from the text */
/* The next run of `*text`, which moves on; false at its end. Digits and signs go with what is before them, at the start
 * with `chinese`. Runs that say nothing (signs only) are left out. */
bool speech_run_next(const char **text, bool chinese, struct speech_run *out);
/* What to hand to espeak-ng for it; replaces `out`. */
void speech_run_spell(const struct speech_run *run, struct str *out);
#endif
