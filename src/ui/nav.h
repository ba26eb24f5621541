/* nav.h - the stack of screens. UI thread only.
 *
 * A screen is a zeroed struct of class->size. enter() gets the argument given to nav_push/nav_replace (copied
 * bytes are the caller's business: pass something enter() copies). leave() frees what the screen owns.
 * Changes asked for while a screen draws take effect after the frame. */
#ifndef WEIKE_UI_NAV_H
#define WEIKE_UI_NAV_H
#include "ui/ui.h"

#include <stddef.h>

struct screen_class {
    const char *name;
    size_t size;
    void (*enter)(void *screen, void *app, const void *arg);
    void (*leave)(void *screen);
    void (*draw)(struct ui *ui, void *screen);
    void (*tick)(void *screen, int64_t boot_ms);     /* before every frame and at each due time; may be NULL */
    int (*due_ms)(void *screen, int64_t boot_ms);    /* ms until it wants a tick; -1 never; may be NULL */
    void (*cover)(void *screen);                     /* another screen now lies above: nobody sees this one, and it gets no ticks; may be NULL */
    void (*resume)(void *screen);                    /* the screen above was popped; may be NULL */
    void (*touched)(void *screen, int64_t boot_ms);  /* a person touched anything; may be NULL */
    bool (*busy)(void *screen);                      /* no idle return while it says so (playing, quiz); may be NULL */
    void (*hush)(void *screen, bool quiet);          /* it is read aloud: a film waits until it is not; NULL: nothing sounds here */
};

struct nav;
struct nav *nav_new(void *app);
void nav_free(struct nav *nav); /* leaves all screens */
void nav_push(struct nav *nav, const struct screen_class *c, const void *arg);
void nav_replace(struct nav *nav, const struct screen_class *c, const void *arg);
void nav_pop(struct nav *nav);
void nav_reset(struct nav *nav, const struct screen_class *c, const void *arg); /* empties the stack first */
const struct screen_class *nav_top(const struct nav *nav); /* NULL when empty */
void *nav_top_screen(const struct nav *nav);
bool nav_settle(struct nav *nav); /* applies pending changes; true if the top changed */
#endif
