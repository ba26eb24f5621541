/* chrome.h - the fixed corners of every screen: who is signed in, clock, language; back, help, notices. */
#ifndef WEIKE_APP_CHROME_H
#define WEIKE_APP_CHROME_H
#include "app/app.h"

/* Top row. `middle` (may be NULL) draws between the name and the clock. Handles its own taps. */
void chrome_header(struct ui *ui, struct app *app, void (*middle)(struct ui *ui, void *ctx), void *ctx);
/* Bottom row: back (left) and help (right); `middle` as above. True if back was tapped. */
bool chrome_footer(struct ui *ui, struct app *app, const char *help, void (*middle)(struct ui *ui, void *ctx), void *ctx);
void chrome_help_button(struct ui *ui, struct app *app, const char *help);
void chrome_language_button(struct ui *ui, struct app *app);
/* Page turner: two big buttons; returns the new offset. */
int chrome_pager(struct ui *ui, int offset, int page, int total);
/* Foot of the home screen: what comes, what waits, the last receipt; opens the link's screen. */
void chrome_facts(struct ui *ui, struct app *app, const struct health *h);
/* The same on the wall, small: last contact, or what is in the way. Nothing where no network is set up. */
void chrome_link_tile(struct ui *ui, struct app *app);
/* A stick is in: opens its screen again. In a lesson or quiz only a sign, so that nobody is called away. */
void chrome_stick_chip(struct ui *ui, struct app *app);
/* One screen with the ground, edges and gaps that all share; use as: chrome_screen(ui, "home") { … } */
#define chrome_screen(ui, id) ui_column(ui, id, .tone = TONE_PAPER, .radius = -1, .pad_x = 48, .pad_y = 16, .gap = 20, .grow = 1)
#endif
