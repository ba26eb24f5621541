/* link.h - the network, as the screens see it: loads weike-sync.so in the background, after the first picture, and keeps
 * the newest snapshot of what the link does. libcurl and what it drags in would cost the start more than all else.
 *
 * The functions belong to the UI thread and never wait, but link_free at the very end. */
#ifndef WEIKE_APP_MAIL_LINK_H
#define WEIKE_APP_MAIL_LINK_H
#include "app/core/app.h"
#include "sync/api.h"

struct link *link_new(struct app *app);
void link_load(struct link *l);   /* begins, in a thread of its own */
void link_free(struct link *l);   /* waits for that thread, ends what it began; NULL is fine */
bool link_tick(struct link *l);   /* takes a new snapshot when there is one; true if a screen at rest would look different */
void link_refresh(struct link *l); /* a new snapshot now: its countdowns move without a wake */
const struct sync_api *link_api(struct link *l);  /* NULL: not loaded, or it cannot be; then link_trouble says why */
const char *link_trouble(struct link *l);         /* English, for the technician; "" if none */
struct stick_watch *link_watch(struct link *l);   /* NULL: not yet */

/* NULL until the module is here. */
const struct syncer_view *link_view(struct link *l);
bool link_is_set_up(struct link *l);              /* a server is set: there is something to say about a link */
unsigned link_serial(struct link *l);             /* rises with each snapshot */
void link_try_now(struct link *l);
void link_pause(struct link *l, bool pause);
void link_borrow(struct link *l, bool borrow);    /* a phone's link: BORROW_S long, config.borrow_mb at most */
enum { BORROW_S = 120 };
#endif
