/* ui_parts.h - inside of ui/: the boxes of one frame, and the state that outlives frames. UI thread only.
 *
 *   ui.c          frames, events, the public face    ui_box.c      declaring boxes
 *   ui_widgets.c  what screens use                   ui_layout.c   sizes and places
 *   touch.c       finger -> press, tap, drag         ui_display.c  boxes -> drawing commands
 *   tiles.c       which parts of the window changed  ui_raster.c   drawing commands -> pixels
 *   ui_find.c     by label; the JSON tree            ui_audit*.c   is the frame fit for old hands and eyes? */
#ifndef WEIKE_UI_UI_PARTS_H
#define WEIKE_UI_UI_PARTS_H
#include "gfx/paint.h"
#include "gfx/text.h"
#include "ui/theme.h"
#include "ui/tiles.h"
#include "ui/touch.h"
#include "ui/ui.h"

enum { MAX_DEPTH = 48, MAX_NODES = 16384, MAX_SCROLLS = 48, MAX_KEYS = 32 };

enum node_kind { NODE_BOX, NODE_LABEL, NODE_ICON, NODE_BAR, NODE_RING, NODE_IMAGE, NODE_FACE, NODE_CANVAS };

struct node {
    uint64_t id;
    enum node_kind kind;
    int parent, first, last, next; /* indexes into the frame; -1 */
    int layer;                     /* 0; inside an overlay one more */
    bool floating;                 /* an overlay: not part of its parent's flow */
    const char *id_text;           /* as declared, for ui_rect */
    struct ui_opt o;               /* lengths already in px */
    /* what it shows, by kind */
    enum ui_font font;             /* label */
    const char *text;              /* label; face: the name */
    uint32_t icon;
    float part, part2;             /* bar, ring */
    const char *path;              /* image, face */
    uint32_t ground;               /* image, face: colour until the picture is there */
    ui_paint_fn *paint;
    void *ctx;
    uint64_t serial;
    struct text_style style;
    int line_h;
    /* layout, px */
    int text_w;                    /* label: its widest line and the padding */
    int want_w, least_w;           /* natural width; narrowest without harm */
    int want_h, least_h;
    int content_h;                 /* of what is inside, for scrolling */
    SDL_Rect r, vis;               /* place in the window; the part of it not scrolled or clipped away */
    SDL_Rect clip;                 /* what its surroundings let through */
};

/* Strings of one frame; grows in blocks so that pointers stay. */
struct arena { struct block *first, *at; };
char *arena_add(struct arena *a, size_t size);
void arena_clear(struct arena *a);
void arena_release(struct arena *a);

/* id -> index, open addressing. */
struct id_map { uint64_t *id; int *index; int cap, count; };
int id_map_find(const struct id_map *m, uint64_t id); /* -1 */
void id_map_clear(struct id_map *m);
void id_map_release(struct id_map *m);

enum cmd_kind { CMD_ROUND, CMD_GRADIENT, CMD_TEXT, CMD_ICON, CMD_ARC, CMD_IMAGE, CMD_CANVAS, CMD_CLIP, CMD_UNCLIP };

struct cmd { /* one thing to draw; everything it needs lives in the same frame */
    enum cmd_kind kind;
    SDL_Rect r, clip;
    uint32_t fill, line;       /* ARGB; text, icon, arc: fill */
    int radius, border;
    struct text_style style;
    const char *text;          /* text, or path */
    int len, x, baseline;      /* text: bytes, where the pen starts */
    uint32_t icon;
    float to;                  /* arc: turns */
    ui_paint_fn *paint;
    void *ctx;
    int under;                 /* index of the CMD_CLIP it lies in, -1 */
    int opened;                /* CMD_UNCLIP: index of its CMD_CLIP */
    int node;                  /* whose it is */
    uint64_t hash;             /* of all that changes its pixels */
};

struct frame {
    struct node *node;
    int count, cap;
    struct arena arena;
    struct id_map ids;
    struct cmd *cmd;
    int cmd_count, cmd_cap;
    int emitting;               /* node whose commands are being made */
    int top_layer;
};

struct scroll { uint64_t id; float y, v; int max; uint64_t seen; }; /* px, px/ms */

struct ui {
    struct gfx *gfx;
    int w, h;
    float scale;                /* px per unit */
    double panel_mm;            /* width of the window's picture on the panel; 0: not told */
    int top;                    /* px that the low zone leaves free above everything */
    bool low, mirror;
    const struct theme *theme;
    int text_percent;
    struct frame frame[2];
    struct frame *now, *shown;  /* being declared; on the screen */
    int stack[MAX_DEPTH], depth;
    struct touch touch;
    struct touch_tap tap;       /* the tap this frame answers, id 0: none */
    uint32_t keys[MAX_KEYS], typed;
    int key_count;
    struct scroll scroll[MAX_SCROLLS];
    struct tiles tiles;
    uint64_t serial;            /* of the frame */
    int64_t now_ms;
    bool dirty, building, blocks;
    uint64_t highlight;         /* box with a ring around it; 0: none */
    uint32_t *corner[4];        /* kept corners of rounded clips while painting */
    size_t corner_bytes[4];
    struct ui_stats stats;
};

int ui_px(const struct ui *ui, int units);
struct node *node_at(const struct ui *ui, int index);            /* of the frame being declared */
struct node *node_add(struct ui *ui, const char *id, struct ui_opt o, enum node_kind kind); /* as child of the open box */
const char *ui_keep(struct ui *ui, const char *text);            /* copy that lives as long as the frame; NULL stays */
const struct node *shown_node(const struct ui *ui, uint64_t id); /* of the frame on the screen; NULL */
struct scroll *scroll_of(struct ui *ui, uint64_t id);
bool role_is_tappable(enum ui_role role);
bool node_is_hidden_by_overlay(const struct ui *ui, const struct node *n);

void layout_run(struct ui *ui);      /* sizes and places of ui->now */
void display_build(struct ui *ui);   /* its drawing commands */
void raster_paint(struct ui *ui, const struct frame *f, SDL_Rect dirty);
#endif
