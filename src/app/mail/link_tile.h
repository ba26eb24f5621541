/* link_tile.h - the link, small: what comes, what waits, what is in the way. A tap opens its screen. UI thread. */
#ifndef WEIKE_APP_MAIL_LINK_TILE_H
#define WEIKE_APP_MAIL_LINK_TILE_H
#include "app/core/app.h"

/* Foot of the home screen: what comes, what waits, the last receipt. */
void link_facts_draw(struct ui *ui, struct app *app, const struct health *h);
/* On the wall, small: last contact, or what is in the way. Nothing where no network is set up. */
void link_tile_draw(struct ui *ui, struct app *app);
#endif
