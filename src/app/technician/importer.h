/* importer.h - runs pack/install in a thread of its own, so that the technician's screen stays alive.
 *
 * One at a time; the functions belong to the UI thread. The loop is woken as things move on. */
#ifndef WEIKE_APP_TECHNICIAN_IMPORTER_H
#define WEIKE_APP_TECHNICIAN_IMPORTER_H
#include "app/core/app.h"
#include "pack/install/install.h"

struct importer;
struct importer *importer_new(struct app *app, const char *source); /* begins to look at the folder at once */
void importer_start(struct importer *im);  /* after INSTALL_READY: bring it in */
void importer_progress(struct importer *im, struct install_progress *out);
bool importer_package(struct importer *im, int n, struct install_package *out);
void importer_free(struct importer *im); /* cancels and returns at once; its thread cleans up. NULL is fine */
#endif
