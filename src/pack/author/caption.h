/* caption.h - caption files of authors (WebVTT or SubRip; UTF-8, UTF-16 or GB18030) as the UTF-8 WebVTT that is
 * published, so that the kiosk reads one format only. Pure but for reading the file. */
#ifndef WEIKE_PACK_AUTHOR_CAPTION_H
#define WEIKE_PACK_AUTHOR_CAPTION_H
#include "base/err.h"
#include "base/str.h"

enum { CAPTION_MAX_BYTES = 4 << 20 };

/* Appends WebVTT to `out`. Refuses a file without a single cue, naming the line that is wrong. */
bool caption_read(const char *path, struct str *out, struct err *e) MUST_CHECK;
/* Bytes of a text file as UTF-8 without BOM and with \n line ends, whatever they were. Appended to `out`. */
bool caption_to_utf8(const char *bytes, size_t len, struct str *out, struct err *e) MUST_CHECK;
#endif
