/* ui_box.c - declaring boxes: a screen's function opens and closes them each frame; part of ui.h. */
#include "base/hash.h"
#include "base/str.h"
#include "ui/ui_parts.h"
#include "ui/theme.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* --- strings of a frame --- */

enum { BLOCK = 32 << 10 };
struct block { struct block *next; size_t used, cap; char data[]; };

char *arena_add(struct arena *a, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    while (a->at && a->at->cap - a->at->used < size && a->at->next)
        a->at = a->at->next;
    if (!a->at || a->at->cap - a->at->used < size) {
        size_t cap = size > BLOCK ? size : BLOCK;
        struct block *b = mem_alloc(sizeof *b + cap);
        b->cap = cap;
        if (a->at)
            a->at->next = b;
        else
            a->first = b;
        a->at = b;
    }
    char *p = a->at->data + a->at->used;
    a->at->used += size;
    return p;
}

void arena_clear(struct arena *a)
{
    for (struct block *b = a->first; b; b = b->next)
        b->used = 0;
    a->at = a->first;
}

void arena_release(struct arena *a)
{
    for (struct block *b = a->first, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    *a = (struct arena){ 0 };
}

const char *ui_keep(struct ui *ui, const char *text)
{
    if (!text)
        return NULL;
    size_t n = strlen(text) + 1;
    return memcpy(arena_add(&ui->now->arena, n), text, n);
}

const char *ui_fmt(struct ui *ui, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    assert(n >= 0);
    char *out = arena_add(&ui->now->arena, (size_t)n + 1);
    vsnprintf(out, (size_t)n + 1, fmt, again);
    va_end(again);
    return out;
}

/* --- ids --- */

static int slot_of(const struct id_map *m, uint64_t id)
{
    int at = (int)(id & (uint64_t)(m->cap - 1));
    while (m->id[at] && m->id[at] != id)
        at = (at + 1) & (m->cap - 1);
    return at;
}

int id_map_find(const struct id_map *m, uint64_t id)
{
    if (!m->cap || !id)
        return -1;
    int at = slot_of(m, id);
    return m->id[at] ? m->index[at] : -1;
}

static void id_map_grow(struct id_map *m)
{
    struct id_map old = *m;
    m->cap = old.cap ? old.cap * 2 : 512;
    m->id = mem_alloc((size_t)m->cap * sizeof *m->id);
    m->index = mem_alloc((size_t)m->cap * sizeof *m->index);
    for (int i = 0; i < old.cap; i++) {
        if (!old.id[i])
            continue;
        int at = slot_of(m, old.id[i]);
        m->id[at] = old.id[i];
        m->index[at] = old.index[i];
    }
    free(old.id);
    free(old.index);
}

static void id_map_add(struct id_map *m, uint64_t id, int index)
{
    if (m->count * 2 >= m->cap)
        id_map_grow(m);
    int at = slot_of(m, id);
    m->count += !m->id[at];
    m->id[at] = id;
    m->index[at] = index;
}

void id_map_clear(struct id_map *m)
{
    if (m->cap)
        memset(m->id, 0, (size_t)m->cap * sizeof *m->id);
    m->count = 0;
}

void id_map_release(struct id_map *m)
{
    free(m->id);
    free(m->index);
    *m = (struct id_map){ 0 };
}

/* --- declaring --- */

int ui_px(const struct ui *ui, int units)
{
    if (units <= 0)
        return units;
    int px = (int)lroundf((float)units * ui->scale);
    return px > 0 ? px : 1;
}

static struct ui_opt to_px(const struct ui *ui, struct ui_opt o)
{
    int *length[] = { &o.w, &o.h, &o.min_w, &o.min_h, &o.pad, &o.pad_x, &o.pad_y, &o.gap, &o.radius };
    for (size_t i = 0; i < sizeof length / sizeof *length; i++)
        *length[i] = ui_px(ui, *length[i]);
    if (!o.pad_x)
        o.pad_x = o.pad;
    if (!o.pad_y)
        o.pad_y = o.pad;
    return o;
}

struct node *node_at(const struct ui *ui, int index)
{
    return &ui->now->node[index];
}

bool role_is_tappable(enum ui_role role)
{
    return role == ROLE_BUTTON || role == ROLE_CHOICE || role == ROLE_TAB || role == ROLE_SLIDER;
}

/* Equal ids among siblings would share taps: the second one is told apart by its number. */
static uint64_t id_of(struct ui *ui, uint64_t parent, const char *id, uint32_t key)
{
    uint64_t h = hash64(parent, id, strlen(id));
    h = hash64(h, &key, sizeof key);
    for (uint32_t again = 1; !h || id_map_find(&ui->now->ids, h) >= 0; again++)
        h = hash64(h, &again, sizeof again);
    return h;
}

struct node *node_add(struct ui *ui, const char *id, struct ui_opt o, enum node_kind kind)
{
    struct frame *f = ui->now;
    assert(ui->building);
    assert(f->count < MAX_NODES); /* a screen pages its lists; it does not declare ten thousand rows */
    ARRAY_GROW(f->node, f->count, f->cap);
    int i = f->count++, up = ui->depth ? ui->stack[ui->depth - 1] : -1;
    struct node *n = &f->node[i], *parent = up >= 0 ? &f->node[up] : NULL;
    *n = (struct node){ .kind = kind, .parent = up, .first = -1, .last = -1, .next = -1, .o = to_px(ui, o) };
    n->id = id_of(ui, parent ? parent->id : 1, id, o.key);
    n->id_text = ui_keep(ui, id);
    n->o.name = ui_keep(ui, o.name);
    n->layer = parent ? parent->layer : 0;
    id_map_add(&f->ids, n->id, i);
    if (!parent)
        return n;
    *(parent->last >= 0 ? &f->node[parent->last].next : &parent->first) = i;
    parent->last = i;
    return n;
}

void ui_box_open(struct ui *ui, const char *id, struct ui_opt o)
{
    assert(ui->depth < MAX_DEPTH);
    node_add(ui, id, o, NODE_BOX);
    ui->stack[ui->depth++] = ui->now->count - 1;
}

bool ui_box_close(struct ui *ui)
{
    assert(ui->depth > 1); /* the root closes in ui_frame_end */
    int closed = ui->stack[--ui->depth];
    int up = ui->depth ? ui->stack[ui->depth - 1] : -1;
    if (up >= 0 && node_at(ui, up)->floating && node_at(ui, closed)->parent == up)
        ui->depth--; /* an overlay is two boxes: the scrim and the card on it */
    return false;
}

void ui_overlay_open(struct ui *ui, const char *id, struct ui_opt o)
{
    ui_box_open(ui, id, UI_OPT(.tone = TONE_SCRIM, .radius = -1, .stack = true, .align = ALIGN_CENTER,
                               .justify = ALIGN_CENTER, .stretch_off = true));
    struct node *scrim = node_at(ui, ui->now->count - 1);
    scrim->floating = true;
    scrim->layer++;
    if (scrim->layer > ui->now->top_layer)
        ui->now->top_layer = scrim->layer;
    ui_box_open(ui, "card", o);
}

/* --- asking about the frame on the screen --- */

const struct node *shown_node(const struct ui *ui, uint64_t id)
{
    int i = id_map_find(&ui->shown->ids, id);
    return i < 0 ? NULL : &ui->shown->node[i];
}

static uint64_t open_id(const struct ui *ui)
{
    return ui->depth ? node_at(ui, ui->stack[ui->depth - 1])->id : 0;
}

bool ui_tapped(const struct ui *ui)
{
    return ui->tap.id && ui->tap.id == open_id(ui);
}

bool ui_tapped_at(const struct ui *ui, float *x_part, float *y_part)
{
    if (!ui_tapped(ui))
        return false;
    if (x_part)
        *x_part = ui->tap.x_part;
    if (y_part)
        *y_part = ui->tap.y_part;
    return true;
}

bool ui_dragging(const struct ui *ui, float *x_part)
{
    uint64_t id = touch_sliding(&ui->touch);
    const struct node *n = id ? shown_node(ui, id) : NULL;
    if (!n || id != open_id(ui) || n->r.w < 1)
        return false;
    float p = (float)(ui->touch.x - n->r.x) / (float)n->r.w;
    if (x_part)
        *x_part = p < 0 ? 0 : p > 1 ? 1 : p;
    return true;
}

bool ui_held(const struct ui *ui)
{
    uint64_t id = touch_pressed(&ui->touch);
    return id && id == open_id(ui);
}

SDL_Rect ui_rect(const struct ui *ui, const char *id)
{
    for (int i = 0; i < ui->shown->count; i++)
        if (!strcmp(ui->shown->node[i].id_text, id))
            return ui->shown->node[i].r;
    return (SDL_Rect){ 0 };
}

bool node_is_hidden_by_overlay(const struct ui *ui, const struct node *n)
{
    return n->layer < ui->shown->top_layer && n->o.corner != CORNER_SPEAKER; /* what stands on a card can be read aloud too */
}
