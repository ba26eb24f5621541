/* stick_words.h - what a stick's screen says, in plain sentences: how it stands, how it ended, what is on it. */
#ifndef WEIKE_APP_MAIL_STICK_WORDS_H
#define WEIKE_APP_MAIL_STICK_WORDS_H
#include "sync/stick/stick.h"
#include "ui/ui.h"

struct stick_words { const char *title, *text; uint32_t icon; enum ui_ink ink; enum ui_tone tone; };
/* Only when OVER. "Safe to remove" is said where everything written was read back, and nowhere else. */
struct stick_words stick_words_end(struct ui *ui, const struct stick_progress *p);
struct stick_words stick_words_pulled(void);
struct stick_words stick_words_strange(void); /* not prepared for Weike */
/* Above the list: what is new and whether it fits, or why nothing is taken. */
const char *stick_words_content(struct ui *ui, const struct stick_progress *p);
const char *stick_words_package(struct ui *ui, const struct install_package *p);
#endif
