/* stretch.h - resizes rows of 32-bit pixels, bilinear, centre on centre. Objects belong to one thread.
 *
 * libyuv's row filter takes half of all the time it needs to fill a 1080-line screen; this one, with its places and
 * weights worked out once for a size, takes a third of that. Vertical mixing stays with libyuv. */
#ifndef WEIKE_MEDIA_CLIENT_STRETCH_H
#define WEIKE_MEDIA_CLIENT_STRETCH_H
#include <stdint.h>

enum { STRETCH_PAD = 4 }; /* readable pixels that must follow the last one of a source row, equal to it */

struct stretch;
struct stretch *stretch_new(int source, int target); /* widths, at least 1 */
void stretch_free(struct stretch *s);
/* Target pixels [from, end) of one row; both rows start at pixel 0. Up to 3 pixels on either side of the range are
 * written as well, so `target` needs room for the width rounded up to 4. */
void stretch_row(const struct stretch *s, const uint8_t *source, uint8_t *target, int from, int end);
/* First and one-past-last source pixel that target pixels [from, end) read, padding not counted. */
void stretch_reads(const struct stretch *s, int from, int end, int *first, int *last);

/* Where the centre of target pixel `t` lies: between source pixels *index and *index + 1, at *weight 256ths. */
void stretch_place(int source, int target, int t, int *index, int *weight);
#endif
