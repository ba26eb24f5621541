/* spoken_log.h - what was read aloud, as lines of JSON in a file ($WEIKE_SPOKEN): for tests that have ears but cannot read.
 *
 *   {"recorded":false,"rect":[x,y,w,h],"role":"button","screen":"home","text":"…"}     begins to be said, its box marked
 *   {"end":true}                                                                       silence */
#ifndef WEIKE_APP_SPEECH_SPOKEN_LOG_H
#define WEIKE_APP_SPEECH_SPOKEN_LOG_H
#include "ui/ui.h"

struct spoken_log;
struct spoken_log *spoken_log_open(const char *path); /* NULL for NULL, or if it cannot be written (logged) */
void spoken_log_add(struct spoken_log *l, const char *screen, const char *text, SDL_Rect r, enum ui_role role, bool recorded);
void spoken_log_end(struct spoken_log *l);
void spoken_log_close(struct spoken_log *l); /* NULL is fine, in all of them */
#endif
