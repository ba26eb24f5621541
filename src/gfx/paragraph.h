/* paragraph.h - breaks text into lines by the Unicode rules with Chinese tailoring (ICU, UAX #14 "zh"): never a
 * 。，」 at the start of a line, never a 「（ at its end, never inside a word. UI thread only.
 *
 * Results are cached by (text, style, width, lines). '\n' forces a break. */
#ifndef WEIKE_GFX_PARAGRAPH_H
#define WEIKE_GFX_PARAGRAPH_H
#include "gfx/text.h"

struct para_line { int start, len, width; bool ellipsis; }; /* bytes; width in px includes the ellipsis */
struct para { int count, widest; struct para_line line[]; };

struct paragraphs;
struct paragraphs *paragraphs_new(struct text *text); /* borrowed */
void paragraphs_free(struct paragraphs *p);
void paragraphs_clear(struct paragraphs *p); /* after a change of fonts */
/* At most `max_lines` lines (0: no limit); what is left out is marked by an ellipsis on the last one. `s` must be
 * valid UTF-8. Valid until the next call. */
const struct para *paragraph_get(struct paragraphs *p, const struct text_style *st, const char *s, int width,
                                 int max_lines);
/* What stands for the rest after a line cut short: "…", or "..." after Latin text. */
const char *paragraph_dots(const char *s, size_t len);
#endif
