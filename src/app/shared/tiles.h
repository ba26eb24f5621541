/* tiles.h - pieces that several screens show the same way: a course on the shelf, the ring of hours. */
#ifndef WEIKE_APP_SHARED_TILES_H
#define WEIKE_APP_SHARED_TILES_H
#include "app/core/app.h"
#include "store/library/library.h"

/* A course as picture, name and how much of it is done. True if tapped. */
bool tile_course(struct ui *ui, struct app *app, const struct course_row *c);
/* Ring with the hours inside: verified in green, only watched in sun, against the target (NULL: none is set). */
void tile_ring(struct ui *ui, const struct app *app, const struct hours *h, const struct config_target *target, int size);
const struct config_target *tile_target(struct app *app); /* today's, over all categories */
int tile_minutes_per_hour(const struct config_target *target);
#endif
