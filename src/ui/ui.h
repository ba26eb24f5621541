/* ui.h - touch UI: a screen declares its boxes each time it is drawn; the layer lays them out, finds out what
 * the finger hit and repaints only the tiles that changed. UI thread only.
 *
 * A screen's draw function runs only when something is dirty. Layout happens once the outermost box closes.
 * A widget answers for the tap that was resolved against the boxes of the PREVIOUS frame, that is, against what
 * the finger really saw. The same box tree is the accessibility tree and the test interface.
 *
 * All lengths are design units. A unit is what makes the window 1920x1080 units, but never less than 0.2 mm of the
 * real panel: on a 15.6" one (345 mm) the window is only 1725x970 units, so that 80 units are 16 mm for a finger
 * everywhere. ui_units_wide() and ui_units_high() tell. Text sizes are also multiplied by the text-size switch. */
#ifndef WEIKE_UI_UI_H
#define WEIKE_UI_UI_H
#include "base/err.h"

#include <SDL2/SDL.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum ui_role {
    ROLE_NONE, ROLE_BUTTON, ROLE_TEXT, ROLE_HEADING, ROLE_LIST, ROLE_CHOICE, ROLE_PROGRESS, ROLE_IMAGE, ROLE_SLIDER,
    ROLE_ALERT, ROLE_TAB,
};
enum ui_tone { /* fill, border and ink together; see theme.c */
    TONE_NONE,      /* no fill: the parent's */
    TONE_PAPER, TONE_CARD,          /* card: white, hairline border */
    TONE_GO, TONE_GO_SOFT, TONE_GO_OUTLINE,   /* filled green, soft green with border, white with green border */
    TONE_SUN, TONE_SUN_SOFT, TONE_STOP, TONE_STOP_SOFT, TONE_INFO, TONE_INFO_SOFT,
    TONE_SAND,      /* quiet chip: #F1EADC */
    TONE_GLASS,     /* translucent dark, over video; white ink */
    TONE_SCRIM,     /* dims what is below (overlays) */
    TONE_STOP_OUTLINE, /* white with red border */
    TONE_GO_TINT,      /* light green, no border: bars of a chart */
    TONE_FADE_UP, TONE_FADE_DOWN, /* over video: darkness growing towards the bottom, or from the top */
    TONE_GLASS_LIGHT,  /* buttons on TONE_FADE_*: a veil of white; white ink */
    TONE_COUNT
};
enum ui_ink { INK_AUTO /* what the tone says */, INK_MAIN, INK_SECOND, INK_GO, INK_SUN, INK_STOP, INK_INFO, INK_WHITE };
/* Sizes at 100 %; see theme_font_size() for what the switch makes of them. */
enum ui_font { FONT_BODY /* 34 */, FONT_NOTE /* 28 */, FONT_BUTTON /* 40 bold */, FONT_HEADING /* 46 bold */,
               FONT_TITLE /* 58 bold */, FONT_STRONG /* 34 bold */, FONT_CAPTION /* 60 bold, outlined, for subtitles */,
               FONT_NUMBER /* 72 bold */, FONT_COUNT };
/* What a box is that every screen keeps in the same corner; ui_audit() checks the place. In the left-hand mirror a row
 * with such a box in it turns its order round, and so do the corners. */
enum ui_corner { CORNER_NONE, CORNER_HOME /* top left */, CORNER_SPEAKER /* top right */, CORNER_BACK /* bottom left */,
                 CORNER_HELP /* bottom right */ };
enum { UI_CORNER_X = 48, UI_CORNER_Y = 16 }; /* units from the window's edges to the corner's box */
enum ui_align { ALIGN_START, ALIGN_CENTER, ALIGN_END };

/* Options of one box; every field may stay zero. */
struct ui_opt {
    int grow;              /* share of the left-over space on the parent's main axis */
    int w, h;              /* fixed size in units; 0 = fit content */
    int min_w, min_h;
    int pad, pad_x, pad_y; /* inner margin; pad_x/pad_y override pad */
    int gap;               /* between children */
    enum ui_tone tone;
    enum ui_font font;
    enum ui_ink ink;
    enum ui_role role;
    int radius;            /* corner radius; buttons and cards have defaults when 0; -1: square */
    enum ui_align align;   /* children on the cross axis; for a label: the text (START: as its box says) */
    enum ui_align justify; /* children on the main axis; for a label: the text's height in a taller box */
    bool stretch_off;      /* children keep their own cross size (align then places them); default: stretched */
    bool row;              /* children side by side; default: one below the other */
    bool stack;            /* children on top of each other, each filling the box (align/justify place fixed sizes) */
    bool scroll;           /* vertical; drag and fling; clips */
    bool clip;             /* clips children to the rounded box (posters) */
    bool disabled, selected, pressed;
    bool repeats;          /* a quick second tap counts too (digits, volume); else it is taken for a tremor */
    bool silent;           /* not in the accessibility tree (decoration) */
    int max_lines;         /* label: cut with an ellipsis after so many; 0 = as many as needed */
    bool may_cut;          /* label: the ellipsis is meant (a file's name); ui_audit() is silent about it */
    bool handed;           /* row: the left-hand mirror turns its order round */
    enum ui_corner corner;
    const char *name;      /* accessible name when it is not the text inside (icon-only buttons) */
    uint32_t key;          /* stable identity among equals (row id), mixed into the node id */
};

struct ui;
struct gfx; /* gfx/gfx.h: window, fonts, text, images */
struct ui *ui_new(struct gfx *gfx);
void ui_free(struct ui *ui);
void ui_set_text_size(struct ui *ui, int percent); /* 100, 125, 150 */
/* How wide the window's picture is on the real panel; 0 or nonsense: 476 mm (21.5"). */
void ui_set_panel_mm(struct ui *ui, double width_mm);
double ui_mm(const struct ui *ui, int px); /* of the window's pixels, on the panel */

/* Seeing and reaching. All change the next frame; none knows when to be put back. */
enum ui_theme { UI_THEME_PAPER, UI_THEME_CONTRAST /* black on white, 7:1 and thick borders everywhere */ };
void ui_set_theme(struct ui *ui, enum ui_theme theme);
/* Everything moves into the lower two thirds of the window (178 mm where that is more: what a small panel needs);
 * ui_units_high() is then the height of that part. */
void ui_set_low_zone(struct ui *ui, bool on);
void ui_set_mirror(struct ui *ui, bool on); /* left-hand: rows that are .handed or hold a corner turn round */

/* Events: mouse and finger alike (touch and its synthetic mouse twin never both arrive). Returns true if the
 * event was a sign of a person: any touch, key or wheel. */
bool ui_event(struct ui *ui, const SDL_Event *e, int64_t now_ms);
void ui_frame_begin(struct ui *ui, int64_t now_ms);
/* Lays out, repaints what changed and shows it; returns the number of repainted pixels. */
long ui_frame_end(struct ui *ui);
/* Repaints `n` window rectangles without declaring anything anew (a video picture moved on). */
long ui_repaint(struct ui *ui, const SDL_Rect *rect, int n);
void ui_damage_all(struct ui *ui); /* window exposed or resized: next frame repaints everything */
int ui_next_wakeup_ms(const struct ui *ui); /* -1: nothing moves, sleep until an event */
bool ui_wants_frame(const struct ui *ui);   /* an event changed something the screen must see */
void ui_request_frame(struct ui *ui);
void ui_highlight(struct ui *ui, uint64_t id); /* a ring around this box (see ui/reader.h) from the next frame on; 0: none */
void ui_set_blocks(struct ui *ui, bool on);    /* paints all text as bars: what is left for someone who cannot read */

/* Boxes. The body runs exactly once; never leave it with return, break or goto (frame_end asserts on that). */
void ui_box_open(struct ui *ui, const char *id, struct ui_opt o);
bool ui_box_close(struct ui *ui); /* returns false, for UI_SCOPE */
bool ui_tapped(const struct ui *ui);  /* was the innermost open box (role button/choice/tab/slider) tapped? */
bool ui_tapped_at(const struct ui *ui, float *x_part, float *y_part); /* where in it, 0..1 (sliders) */
bool ui_dragging(const struct ui *ui, float *x_part); /* finger is down on this slider now */
bool ui_held(const struct ui *ui); /* finger is down on the innermost open box now (a key that repeats) */

/* A key typed on a keyboard or by a card reader, one a frame: a character, or '\n', '\b', 27 (escape); 0: none. */
uint32_t ui_typed(const struct ui *ui);

void ui_label_(struct ui *ui, const char *text, struct ui_opt o);
bool ui_button_(struct ui *ui, const char *label, struct ui_opt o);                     /* tapped? */
bool ui_icon_button_(struct ui *ui, uint32_t icon, const char *label, struct ui_opt o); /* icon left of the label; .row=false puts it above when .h >= 120 */
void ui_icon(struct ui *ui, uint32_t icon, int size, enum ui_ink ink);  /* decoration: Material icon code point */
void ui_progress_(struct ui *ui, float part, struct ui_opt o);          /* bar; .h default 16 */
/* Ring of `size` units; part drawn in go; part2 (>= part) drawn in sun beyond it. Children by overlaying: use a stack. */
void ui_ring(struct ui *ui, int size, float part, float part2);
/* A picture file (blob path); cover-cropped into the box; loads in the image thread, `ground` until then. */
void ui_image_(struct ui *ui, const char *path, uint32_t ground_rgb, struct ui_opt o);
/* A person: photo if `path`, else the first character of the name in white on colour `hue` (0..11), round. */
void ui_avatar(struct ui *ui, const char *name, const char *path, unsigned hue, int size);
void ui_spacer(struct ui *ui); /* grows */
void ui_divider(struct ui *ui);
/* Foreign pixels (video): `paint` is called for each clip to repaint and must fill all of it. `serial` says when they
 * changed as a whole; parts are repainted by ui_repaint. */
typedef void ui_paint_fn(void *ctx, SDL_Surface *to, SDL_Rect box, SDL_Rect clip);
void ui_canvas_(struct ui *ui, const char *id, ui_paint_fn *paint, void *ctx, uint64_t serial, struct ui_opt o);
/* Floats above everything else, centred, over a scrim; taps below it are dead. */
#define ui_overlay(ui, id, ...) UI_SCOPE_FN(ui_overlay_open, UI_PASTE(once_, __LINE__), ui, id, __VA_ARGS__)
void ui_overlay_open(struct ui *ui, const char *id, struct ui_opt o);

SDL_Rect ui_rect(const struct ui *ui, const char *id); /* window px of a box of the last frame by its id, or zeros */
int ui_units_wide(const struct ui *ui);                 /* window size in units: 1920x1080 at 16:9 */
int ui_units_high(const struct ui *ui);
const char *ui_fmt(struct ui *ui, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* lives until frame_end */

/* The tree of the last frame, for tests and screen readers. A label matches a node's accessible name exactly, or
 * the text of a label inside a tappable node; `tap` targets the innermost tappable node that contains it. */
void ui_dump_json(const struct ui *ui, FILE *to);
bool ui_find(const struct ui *ui, const char *label, SDL_Rect *out, bool *tappable);
/* Scrolls what has that label into sight; true if it moved (another frame is needed). */
bool ui_reveal(struct ui *ui, const char *label);
/* The words that can be seen now, one after the other, for messages; NUL-terminated in `out`. */
void ui_words(const struct ui *ui, char *out, size_t size);
/* Looks at the last frame as UX.md would: targets, gaps, letters, contrast, words cut, corners. Writes a line for each
 * finding to `to` (NULL: only counts) and returns how many there are. See ui_audit.c for the measures. */
int ui_audit(const struct ui *ui, FILE *to);
struct ui_stats { int nodes, cmds, rects; double build_ms, paint_ms; };
struct ui_stats ui_stats(const struct ui *ui);

#define UI_OPT(...) ((struct ui_opt){ .grow = 0, __VA_ARGS__ })
#define UI_PASTE2(a, b) a##b
#define UI_PASTE(a, b) UI_PASTE2(a, b)
#define UI_SCOPE_FN(fn, once, ui, id, ...) for (bool once = (fn(ui, id, UI_OPT(__VA_ARGS__)), true); once; once = ui_box_close(ui))
#define ui_column(ui, id, ...) UI_SCOPE_FN(ui_box_open, UI_PASTE(once_, __LINE__), ui, id, __VA_ARGS__)
#define ui_row(ui, id, ...)    ui_column(ui, id, .row = true, __VA_ARGS__)
#define ui_stack(ui, id, ...)  ui_column(ui, id, .stack = true, __VA_ARGS__)
#define ui_label(ui, text, ...)   ui_label_(ui, text, UI_OPT(__VA_ARGS__))
#define ui_button(ui, label, ...) ui_button_(ui, label, UI_OPT(__VA_ARGS__))
#define ui_icon_button(ui, icon, label, ...) ui_icon_button_(ui, icon, label, UI_OPT(__VA_ARGS__))
#define ui_progress(ui, part, ...) ui_progress_(ui, part, UI_OPT(__VA_ARGS__))
#define ui_image(ui, path, ground, ...) ui_image_(ui, path, ground, UI_OPT(__VA_ARGS__))
#define ui_canvas(ui, id, paint, ctx, serial, ...) ui_canvas_(ui, id, paint, ctx, serial, UI_OPT(__VA_ARGS__))
#endif
