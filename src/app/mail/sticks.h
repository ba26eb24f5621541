/* sticks.h - the stick that is plugged in, and the work on it. The work is not the screen's: whoever leaves the screen, or
 * begins a lesson, leaves it going. Several sticks are taken one after the other. UI thread. */
#ifndef WEIKE_APP_MAIL_STICKS_H
#define WEIKE_APP_MAIL_STICKS_H
#include "app/core/app.h"
#include "sync/api.h"

struct sticks;
struct sticks *sticks_new(struct app *app);
void sticks_leave(struct sticks *s); /* at the end: lets go of what goes on, without waiting; NULL is fine */
void sticks_free(struct sticks *s);  /* after job_settle; NULL is fine */
/* Sees what was plugged in or pulled, and opens the stick's screen once nobody is in a lesson or at a code. */
void sticks_tick(struct sticks *s, int64_t boot_ms);

enum { STICK_NEWS_MS = 10000 };
bool sticks_is_news(const struct sticks *s, int64_t boot_ms); /* plugged in less than STICK_NEWS_MS ago */
const struct stick_place *sticks_place(const struct sticks *s); /* the one whose turn it is; NULL: none */
bool sticks_pulled(const struct sticks *s);    /* it was pulled; kept while its screen is open, so that somebody is told */
void sticks_screen(struct sticks *s, bool open); /* its screen is open, on top or below another */
bool sticks_progress(struct sticks *s, struct stick_progress *out); /* false: nobody looks at it yet; `out` is then zeroed */
bool sticks_package(struct sticks *s, int n, struct install_package *out); /* release it */
void sticks_look(struct sticks *s);            /* begins to look at what is on it, unless that goes on */
void sticks_start(struct sticks *s);           /* what was found is brought in, records go out */
void sticks_hold(struct sticks *s, bool hold);
bool sticks_held(struct sticks *s);
void sticks_stop(struct sticks *s);            /* what came stays; looks anew at the rest */
void sticks_done(struct sticks *s);            /* seen to the end: the next one's turn */
unsigned sticks_serial(const struct sticks *s); /* rises with each wake */
uint64_t sticks_bytes_done(const struct stick_progress *p);
uint64_t sticks_bytes_total(const struct stick_progress *p); /* of all that moves either way */
int64_t sticks_left_s(const struct sticks *s);  /* -1: not known */
#endif
