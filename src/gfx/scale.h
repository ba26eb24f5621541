/* scale.h - makes a picture smaller or larger without jagged edges (triangle filter, both ways). Any thread. */
#ifndef WEIKE_GFX_SCALE_H
#define WEIKE_GFX_SCALE_H
#include <stdint.h>

/* Fills dst (dw x dh) with the middle of src (sw x sh), cut so that it covers dst in its own proportions.
 * Pixels are ARGB8888, not premultiplied. All sizes at least 1. */
void scale_cover(const uint32_t *src, int sw, int sh, uint32_t *dst, int dw, int dh);
#endif
