/* picture.h - pictures of courses as they are published: WebP, PNG or JPEG; SVG is drawn to WebP when packing, with
 * librsvg and libwebp's programs, because a kiosk draws only simple SVG. One thread. */
#ifndef WEIKE_PACK_AUTHOR_PICTURE_H
#define WEIKE_PACK_AUTHOR_PICTURE_H
#include "base/err.h"

enum { PICTURE_WIDTH_PX = 960, PICTURE_HEIGHT_PX = 540 };

/* The media type by name and first bytes ("image/webp" …; "image/svg+xml" for what must be drawn first). */
bool picture_type(const char *path, const char **out, struct err *e) MUST_CHECK;
/* Draws `svg` into `webp`, using `scratch` (a folder) for what lies between. */
bool picture_draw(const char *svg, const char *webp, const char *scratch, struct err *e) MUST_CHECK;
#endif
