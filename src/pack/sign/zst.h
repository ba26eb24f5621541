/* zst.h - zstd frames with hard ceilings, for metadata (blobs are stored as played). Any thread. */
#ifndef WEIKE_PACK_SIGN_ZST_H
#define WEIKE_PACK_SIGN_ZST_H
#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { ZST_WINDOW_LOG_MAX = 23 }; /* 8 MiB: a frame that asks for more is refused before it is allocated */

/* Same bytes in, same bytes out (one thread, fixed level, content size and checksum in the frame). */
void zst_pack(const void *data, size_t len, struct str *out);
/* Appends the content of the one frame to `out`, which must come to exactly `want_bytes`: longer is ERR_TOO_BIG
 * (stops there, whatever the frame claims), anything else that is wrong ERR_INVALID. */
bool zst_unpack(const void *data, size_t len, size_t want_bytes, struct str *out, struct err *e) MUST_CHECK;
/* RFC 8878 §3.1.1. Only such frames are ever given to a decompressor: the library also knows formats from before 2016,
 * with decoders nobody looks at any more. */
static inline bool zst_is_frame(const void *data, size_t len)
{
    return len >= 4 && memcmp(data, "\x28\xb5\x2f\xfd", 4) == 0;
}
/* What the frame says of its content's size; false: it does not. A claim, to be bounded and checked. */
bool zst_content_size(const void *data, size_t len, uint64_t *out);

/* The same with bytes that both sides have: matches in `base` cost next to nothing. For up to 8 MiB each. */
enum { ZST_FROM_WINDOW_LOG_MAX = 24 };
void zst_pack_from(const void *base, size_t base_len, const void *data, size_t len, struct str *out);
bool zst_unpack_from(const void *base, size_t base_len, const void *data, size_t len, size_t want_bytes, struct str *out,
                     struct err *e) MUST_CHECK;
#endif
