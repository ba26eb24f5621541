/* nav.h - the stack of screens. UI thread only.
 *
 * A screen is a zeroed struct of class->size. enter() gets the argument given to nav_push/nav_replace (copied
 * bytes are the caller's business: pass something enter() copies). leave() frees what the screen owns.
 * Changes asked for while a screen draws take effect after the frame.
 *
 * A screen that decides by what it reads (go on with a quiz, or begin a new one?) must not read what the screens before it have
 * posted but the disk has not got. Such a class says `after_posts`: it enters when the change takes effect, after the screens it
 * replaces have left, and not before all that was posted until then is saved. Meanwhile the gate's page is on top. */
#ifndef WEIKE_UI_NAV_H
#define WEIKE_UI_NAV_H
#include "ui/ui.h"

#include <stddef.h>
#include <stdint.h>

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
    bool after_posts;                                /* enters when all that was posted before is saved */
    size_t arg_size;                                 /* of these: bytes of its argument, kept until then; 0: none */
    bool (*busy)(void *screen);                      /* no idle return while it says so (playing, quiz); may be NULL */
    void (*hush)(void *screen, bool quiet);          /* it is read aloud: a film waits until it is not; NULL: nothing sounds here */
};

/* Of what the screens post. Without one (tests) everything counts as saved. */
struct nav_gate {
    uint64_t (*newest)(void *app);                                /* what has been posted until now */
    bool (*saved)(void *app, uint64_t newest, int patience_ms);   /* is that on the disk, or given up? May wait for so long */
    const struct screen_class *wait;                              /* the page meanwhile; no argument */
};

struct nav;
struct nav *nav_new(void *app);
void nav_set_gate(struct nav *nav, const struct nav_gate *gate); /* borrowed, outlives `nav` */
void nav_free(struct nav *nav); /* leaves all screens */
void nav_push(struct nav *nav, const struct screen_class *c, const void *arg);
void nav_replace(struct nav *nav, const struct screen_class *c, const void *arg);
void nav_pop(struct nav *nav);
void nav_reset(struct nav *nav, const struct screen_class *c, const void *arg); /* empties the stack first */
const struct screen_class *nav_top(const struct nav *nav); /* NULL when empty */
void *nav_top_screen(const struct nav *nav);
bool nav_settle(struct nav *nav); /* applies pending changes; true if the top changed */
#endif
