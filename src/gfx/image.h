/* image.h - pictures from files, decoded and cut to size in a thread, kept under a ceiling in bytes.
 *
 * images_get() never waits: it answers with the picture or asks the thread for it and says NULL for now; the wake
 * function tells the UI thread when something has arrived. A file that cannot be decoded is remembered as such.
 * Files and decoded sizes have ceilings, checked from the header before decoding. UI thread, except the worker. */
#ifndef WEIKE_GFX_IMAGE_H
#define WEIKE_GFX_IMAGE_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image {
    int w, h;
    bool opaque;
    uint32_t *pixels; /* w*h, ARGB8888 */
};

struct images;
struct images *images_new(size_t max_bytes, void (*wake)(void *ctx), void *ctx);
void images_free(struct images *im);
/* The file cut to cover w x h (centre kept). NULL: not there yet, or never (then *failed). Valid until the next
 * images_get() or images_settle(). */
const struct image *images_get(struct images *im, const char *path, int w, int h, bool *failed);
/* Takes over what the thread finished; true if anything arrived (a frame should be drawn). */
bool images_settle(struct images *im);

/* Decodes now, in this thread (tests, and the worker itself). Caller frees with image_free. */
struct image *image_load(const char *path, int w, int h, struct err *e) MUST_CHECK;
void image_free(struct image *img);
/* Pixel size of a WebP, PNG or JPEG from its first bytes. ERR_UNSUPPORTED for other files. */
bool image_size(const uint8_t *head, size_t len, int *w, int *h, struct err *e) MUST_CHECK;
#endif
