/* panel.h - how wide the picture is on the real panel, so that buttons can be laid out in millimetres. UI thread only.
 *
 * Panels tell their size in EDID (VESA E-EDID Standard Release A2). Many lie: projectors say nothing, televisions give
 * their aspect ratio as centimetres. What is not believable is treated as not told. */
#ifndef WEIKE_GFX_PANEL_H
#define WEIKE_GFX_PANEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct panel { int width_mm, height_mm, width_px, height_px; }; /* px: of the mode the panel prefers; 0: not told */

/* From the first block of an EDID; false for anything that is not one, or tells no believable size. */
bool panel_parse_edid(const uint8_t *edid, size_t len, struct panel *out);
/* The one connected panel under `dir` ("/sys/class/drm"), the first by name where there are more; false: none tells. */
bool panel_find(const char *dir, struct panel *out);
/* Millimetres of a window `window_px` wide on a desktop `desktop_px` wide. `told_mm`: what a person said about the
 * window's picture, 0 if nobody. Asks EDID, then the display server (unless its answer is a made-up 96 dpi); 0 if
 * nobody knows. */
double panel_window_mm(int told_mm, int window_px, const char *drm_dir);
#endif
