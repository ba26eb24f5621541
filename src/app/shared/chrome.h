/* chrome.h - the fixed corners of every screen. Top left: who is signed in (a tap leads home) and "I am done"; top right:
 * the loudspeaker, left of it language and "See and reach"; bottom left: Back; bottom right: Help. */
#ifndef WEIKE_APP_SHARED_CHROME_H
#define WEIKE_APP_SHARED_CHROME_H
#include "app/core/app.h"

enum { CHROME_HEAD = 96, CHROME_FOOT = 100 }; /* units high */

/* Top row. `middle` (may be NULL: the clock, where there is room) draws between "I am done" and the buttons on the right.
 * Handles its own taps. */
void chrome_header(struct ui *ui, struct app *app, void (*middle)(struct ui *ui, void *ctx), void *ctx);
/* The same with the name of the screen in the middle; where nobody is signed in it begins at the left edge. */
void chrome_header_title(struct ui *ui, struct app *app, const char *title);
/* Bottom row: back (left) and help (right); `middle` as above. True if back was tapped. */
bool chrome_footer(struct ui *ui, struct app *app, const char *help, void (*middle)(struct ui *ui, void *ctx), void *ctx);
bool chrome_back_button(struct ui *ui, const char *label, const char *name); /* NULL: "Back"; NULL: as the label */
bool chrome_help_button(struct ui *ui, struct app *app, const char *help); /* true: the help now covers this screen */
/* The two ends of a header, for screens that make their own. */
void chrome_left(struct ui *ui, struct app *app);
bool chrome_right(struct ui *ui, struct app *app); /* true: another screen now covers this one (a film must pause) */
/* Large letters or a small panel: fewer things a page. */
bool chrome_is_tight(struct ui *ui, const struct app *app);
bool chrome_is_low(const struct ui *ui); /* the low zone: two thirds of the window's height */
/* Page turner: two big buttons; returns the new offset. */
int chrome_pager(struct ui *ui, int offset, int page, int total);
/* A sign of another noun's in every header, in the clock's place: set once, at the start. */
struct chrome_sign { bool (*there)(struct app *app); void (*draw)(struct ui *ui, struct app *app); };
void chrome_set_sign(const struct chrome_sign *sign);
/* One screen with the ground, edges and gaps that all share; use as: chrome_screen(ui, "home") { … } */
#define chrome_screen(ui, id) ui_column(ui, id, .tone = TONE_PAPER, .radius = -1, .pad_x = UI_CORNER_X, .pad_y = UI_CORNER_Y, .gap = 18, .grow = 1)
#endif
