/* secretary.h - what the village secretary finds behind "Village office": a table of rows in screen_secretary.c.
 * UI thread. Whoever has a screen for the secretary adds a row there and nothing else. */
#ifndef WEIKE_APP_SECRETARY_H
#define WEIKE_APP_SECRETARY_H
#include "app/app.h"

struct secretary_row {
    uint32_t icon;
    enum ui_ink ink;           /* of the icon */
    const char *title, *text;  /* TR_MARK: a verb first; one short line under it */
    const struct screen_class *open;             /* entered without an argument */
    void (*words)(struct app *app, char *out, size_t size); /* may be NULL: what there is, instead of `text`; asked on enter and resume */
};
/* May this person see it? (home shows the button then) */
bool secretary_may(const struct app *app);
#endif
