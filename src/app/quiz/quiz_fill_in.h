/* quiz_fill_in.h - the keyboard of a fill-in question: while it is open it has the whole screen. UI thread. */
#ifndef WEIKE_APP_QUIZ_QUIZ_FILL_IN_H
#define WEIKE_APP_QUIZ_QUIZ_FILL_IN_H
#include "app/quiz/quiz_view.h"

bool quiz_write_draw(struct ui *ui, struct quiz_view *s); /* false: it is not open, and nothing was drawn */
void quiz_write_close(struct quiz_view *s);
/* For the screen's class; `screen` begins with a struct quiz_view. */
void quiz_write_tick(void *screen, int64_t boot_ms);
int quiz_write_due_ms(void *screen, int64_t boot_ms);
#endif
