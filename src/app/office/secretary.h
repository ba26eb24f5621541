/* secretary.h - what the village secretary finds behind "Village office": a table of rows in screen_secretary.c.
 * UI thread. Whoever has a screen for the secretary adds a row there and nothing else. */
#ifndef WEIKE_APP_OFFICE_SECRETARY_H
#define WEIKE_APP_OFFICE_SECRETARY_H
#include "app/core/app.h"

struct secretary_row {
    uint32_t icon;
    enum ui_ink ink;           /* of the icon */
    const char *title, *text;  /* TR_MARK: a verb first; one short line under it */
    const struct screen_class *open;             /* entered without an argument */
    /* May be NULL. Asked on enter and resume: writes what there is, in place of `text`; returns a screen to open in place of
     * `open`, or NULL. */
    const struct screen_class *(*words)(struct app *app, char *out, size_t size);
};
#endif
