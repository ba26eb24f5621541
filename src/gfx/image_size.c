/* image_size.c - width and height out of the first bytes of a JPEG, PNG or WebP; part of image.h. */
#include "gfx/image.h"

#include <string.h>

static int be16(const uint8_t *p)
{
    return p[0] << 8 | p[1];
}

static int le16(const uint8_t *p)
{
    return p[0] | p[1] << 8;
}

static bool png_size(const uint8_t *h, size_t len, int *w, int *h_out)
{
    if (len < 24 || memcmp(h, "\x89PNG\r\n\x1a\n", 8) != 0 || memcmp(h + 12, "IHDR", 4) != 0)
        return false;
    if (h[16] || h[20]) /* beyond 24 bits nobody means it */
        return *w = *h_out = 1 << 24, true;
    *w = h[17] << 16 | be16(h + 18);
    *h_out = h[21] << 16 | be16(h + 22);
    return true;
}

/* RFC 9649: VP8 (lossy), VP8L (lossless), VP8X (extended). */
static bool webp_size(const uint8_t *h, size_t len, int *w, int *h_out)
{
    if (len < 30 || memcmp(h, "RIFF", 4) != 0 || memcmp(h + 8, "WEBP", 4) != 0)
        return false;
    if (!memcmp(h + 12, "VP8 ", 4)) {
        *w = le16(h + 26) & 0x3fff;
        *h_out = le16(h + 28) & 0x3fff;
    } else if (!memcmp(h + 12, "VP8L", 4)) {
        uint32_t bits = (uint32_t)le16(h + 21) | (uint32_t)le16(h + 23) << 16;
        *w = (int)(bits & 0x3fff) + 1;
        *h_out = (int)(bits >> 14 & 0x3fff) + 1;
    } else if (!memcmp(h + 12, "VP8X", 4)) {
        *w = (le16(h + 24) | h[26] << 16) + 1;
        *h_out = (le16(h + 27) | h[29] << 16) + 1;
    } else {
        return false;
    }
    return true;
}

/* ITU-T T.81: walks the segments to the first frame header. */
static bool jpeg_size(const uint8_t *h, size_t len, int *w, int *h_out)
{
    if (len < 4 || h[0] != 0xff || h[1] != 0xd8)
        return false;
    for (size_t at = 2; at + 9 < len && h[at] == 0xff;) {
        int marker = h[at + 1];
        if (marker == 0xff) { /* fill byte */
            at++;
            continue;
        }
        if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
            *h_out = be16(h + at + 5);
            *w = be16(h + at + 7);
            return true;
        }
        at += 2 + (size_t)be16(h + at + 2);
    }
    return false;
}

bool image_size(const uint8_t *head, size_t len, int *w, int *h, struct err *e)
{
    int ww = 0, hh = 0;
    if (!png_size(head, len, &ww, &hh) && !webp_size(head, len, &ww, &hh) && !jpeg_size(head, len, &ww, &hh))
        return err_set(e, ERR_UNSUPPORTED, "not a WebP, PNG or JPEG picture");
    if (ww < 1 || hh < 1)
        return err_set(e, ERR_INVALID, "a picture of %d x %d pixels", ww, hh);
    *w = ww;
    *h = hh;
    return true;
}
