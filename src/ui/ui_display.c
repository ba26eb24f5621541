/* ui_display.c - from placed boxes to drawing commands, back to front; overlays after everything else. */
#include "base/str.h"
#include "gfx/gfx.h"
#include "gfx/image.h"
#include "gfx/paragraph.h"
#include "ui/ui_parts.h"
#include "ui/theme.h"

#include <string.h>

struct look {            /* what a box hands down to those inside */
    uint32_t ink;
    bool glass, disabled;
    int under;           /* innermost CMD_CLIP, -1 */
};

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 31;
}

static uint64_t mix_rect(uint64_t h, SDL_Rect r)
{
    return mix(mix(h, (uint64_t)(uint32_t)r.x << 32 | (uint32_t)r.y), (uint64_t)(uint32_t)r.w << 32 | (uint32_t)r.h);
}

static uint64_t mix_text(uint64_t h, const char *s, size_t len)
{
    for (; len >= 8; s += 8, len -= 8) {
        uint64_t v;
        memcpy(&v, s, 8);
        h = mix(h, v);
    }
    uint64_t v = len;
    memcpy(&v, s, len);
    return mix(h, v ^ (uint64_t)len << 60);
}

static uint64_t hash_of(const struct cmd *c, uint64_t extra)
{
    uint64_t h = mix_rect(mix_rect((uint64_t)c->kind + 1, c->r), c->clip);
    h = mix(h, (uint64_t)c->fill << 32 | c->line);
    h = mix(h, (uint64_t)(uint32_t)c->radius << 32 | (uint32_t)c->border);
    h = mix(h, (uint64_t)(uint32_t)c->x << 32 | (uint32_t)c->baseline);
    h = mix(h, (uint64_t)c->icon << 32 | (uint32_t)(int32_t)(c->to * 100000));
    h = mix(h, (uint64_t)c->style.face << 48 | (uint64_t)c->style.px << 16 | (uint64_t)c->style.halo);
    if (c->text)
        h = mix_text(h, c->text, (size_t)c->len);
    return mix(h, extra);
}

static int push(struct ui *ui, struct cmd c, uint64_t extra)
{
    struct frame *f = ui->now;
    SDL_Rect seen;
    bool group = c.kind == CMD_CLIP || c.kind == CMD_UNCLIP; /* always in pairs, also when out of sight */
    if (!group && !SDL_IntersectRect(&c.r, &c.clip, &seen))
        return -1;
    ARRAY_GROW(f->cmd, f->cmd_count, f->cmd_cap);
    c.hash = hash_of(&c, extra);
    c.node = f->emitting;
    f->cmd[f->cmd_count] = c;
    return f->cmd_count++;
}

/* --- the box itself --- */

static int radius_of(const struct ui *ui, const struct node *n)
{
    if (n->o.radius)
        return n->o.radius < 0 ? 0 : n->o.radius;
    switch (n->o.tone) {
    case TONE_NONE:
    case TONE_PAPER:
    case TONE_SCRIM:
    case TONE_FADE_UP:
    case TONE_FADE_DOWN: return 0;
    default: return ui_px(ui, role_is_tappable(n->o.role) ? THEME_RADIUS : THEME_RADIUS + 4);
    }
}

static bool is_pale(enum ui_tone t)
{
    return t == TONE_CARD || t == TONE_SAND || t == TONE_SUN_SOFT || t == TONE_INFO_SOFT;
}

static struct theme_tone tone_of(const struct ui *ui, const struct node *n, const struct look *look)
{
    const struct theme *theme = ui->theme;
    struct theme_tone t = *theme_tone(theme, n->o.tone);
    uint32_t paper = theme_tone(theme, TONE_PAPER)->fill;
    if (role_is_tappable(n->o.role) && is_pale(n->o.tone) && t.border <= theme->edge_border) {
        t.line = theme->edge; /* what can be tapped shows where it ends */
        t.border = theme->edge_border;
    }
    if (n->o.selected && n->o.tone == TONE_CARD) {
        t = *theme_tone(theme, TONE_GO_SOFT);
        t.border = theme->chosen_border;
    }
    if (look->disabled) { /* fades towards the paper, but the words stay readable */
        t.fill = t.fill ? (t.fill & 0xff000000) | paint_mix(t.fill, paper, theme->fade_permille) : 0;
        t.line = t.line ? 0xff000000 | paint_mix(t.line, paper, 600) : 0;
        t.ink = theme->off_ink;
    }
    bool pressed = n->o.pressed || touch_pressed(&ui->touch) == n->id;
    if (pressed && t.fill)
        t.fill = (t.fill & 0xff000000) | paint_mix(t.fill, 0x10201a, t.ink == 0xffffffff ? 300 : 130);
    return t;
}

static void emit_ground(struct ui *ui, const struct node *n, const struct theme_tone *t, const struct look *look,
                        bool with_border)
{
    struct cmd c = { .kind = CMD_ROUND, .r = n->r, .clip = n->clip, .fill = t->fill, .radius = radius_of(ui, n),
                     .under = look->under };
    if (t->bottom) {
        c.kind = CMD_GRADIENT;
        c.line = t->bottom;
    } else if (with_border && t->line >> 24) {
        c.line = t->line;
        c.border = ui_px(ui, t->border);
    }
    if (c.fill >> 24 || c.line >> 24 || t->bottom)
        push(ui, c, 0);
}

static void emit_border(struct ui *ui, const struct node *n, const struct theme_tone *t, const struct look *look)
{
    if (t->line >> 24)
        push(ui, (struct cmd){ .kind = CMD_ROUND, .r = n->r, .clip = n->clip, .line = t->line, .under = look->under,
                               .border = ui_px(ui, t->border), .radius = radius_of(ui, n) }, 0);
}

/* --- what is inside --- */

static enum ui_align text_align(const struct ui *ui, const struct node *n)
{
    const struct node *up = node_at(ui, n->parent);
    if (n->o.align != ALIGN_START)
        return n->o.align;
    return up->o.row && !up->o.stack ? ALIGN_START : up->o.align;
}

static enum ui_align text_rise(const struct ui *ui, const struct node *n)
{
    const struct node *up = node_at(ui, n->parent);
    if (n->o.justify != ALIGN_START)
        return n->o.justify;
    return up->o.stack ? up->o.justify : up->o.row ? up->o.align : ALIGN_START;
}

static int slack(enum ui_align a, int room)
{
    return a == ALIGN_CENTER ? room / 2 : a == ALIGN_END ? room : 0;
}

static void emit_line(struct ui *ui, const struct node *n, const struct look *look, uint32_t ink, const char *s, int len,
                      int x, int y, int w)
{
    if (ui->blocks) {
        SDL_Rect bar = { x, y + (n->line_h - n->style.px * 3 / 4) / 2, w, n->style.px * 3 / 4 };
        push(ui, (struct cmd){ .kind = CMD_ROUND, .r = bar, .clip = n->clip, .fill = ink, .radius = bar.h / 4, .under = look->under }, 0);
        return;
    }
    int spill = n->style.px / 4 + 2 * n->style.halo; /* descenders, slanted or tall letters, the rim */
    push(ui, (struct cmd){ .kind = CMD_TEXT, .clip = n->clip, .fill = ink, .style = n->style, .text = s, .len = len, .x = x,
                           .baseline = y + text_baseline(&n->style, n->line_h), .under = look->under,
                           .r = { x - spill, y - spill, w + 2 * spill, n->line_h + 2 * spill } }, 0);
}

static void emit_label(struct ui *ui, const struct node *n, const struct look *look)
{
    uint32_t ink = n->o.ink == INK_AUTO || look->disabled ? look->ink : theme_ink(ui->theme, n->o.ink);
    int room = n->r.w - 2 * n->o.pad_x, x = n->r.x + n->o.pad_x, len = (int)strlen(n->text);
    int high = n->r.h - 2 * n->o.pad_y, y = n->r.y + n->o.pad_y;
    enum ui_align align = text_align(ui, n), rise = text_rise(ui, n);
    if (n->text_w <= n->r.w && !strchr(n->text, '\n')) {
        int w = n->text_w - 2 * n->o.pad_x;
        int tail = align ? text_tail(gfx_text(ui->gfx), &n->style, n->text, (size_t)len) : 0;
        emit_line(ui, n, look, ink, n->text, len, x + slack(align, room - w + tail), y + slack(rise, high - n->line_h), w);
        return;
    }
    const struct para *p = paragraph_get(gfx_paragraphs(ui->gfx), &n->style, n->text, room, n->o.max_lines);
    y += slack(rise, high - p->count * n->line_h);
    for (int i = 0; i < p->count; i++, y += n->line_h) {
        const struct para_line *l = &p->line[i];
        const char *s = n->text + l->start;
        int bytes = l->len;
        if (l->ellipsis) {
            s = ui_fmt(ui, "%.*s%s", l->len, s, paragraph_dots(s, (size_t)l->len));
            bytes = (int)strlen(s);
        }
        int tail = align && !l->ellipsis ? text_tail(gfx_text(ui->gfx), &n->style, s, (size_t)bytes) : 0;
        emit_line(ui, n, look, ink, s, bytes, x + slack(align, room - l->width + tail), y, l->width);
    }
}

static void emit_icon(struct ui *ui, const struct node *n, const struct look *look)
{
    int size = n->style.px;
    SDL_Rect r = { n->r.x + (n->r.w - size) / 2, n->r.y + (n->r.h - size) / 2, size, size };
    push(ui, (struct cmd){ .kind = CMD_ICON, .r = r, .clip = n->clip, .icon = n->icon, .under = look->under,
                           .fill = n->o.ink == INK_AUTO || look->disabled ? look->ink : theme_ink(ui->theme, n->o.ink) }, 0);
}

static void emit_bar(struct ui *ui, const struct node *n, const struct look *look)
{
    const struct node *up = node_at(ui, n->parent);
    int radius = n->o.radius < 0 ? 0 : n->r.h / 2, w = (int)((float)n->r.w * n->part + 0.5f);
    struct cmd c = { .kind = CMD_ROUND, .r = n->r, .clip = n->clip, .radius = radius, .under = look->under,
                     .fill = look->glass ? ui->theme->track_glass : ui->theme->track };
    push(ui, c, 0);
    if (w > 0) {
        c.r.w = w < 2 * radius ? 2 * radius : w;
        c.fill = look->glass ? ui->theme->bar_glass : n->o.ink == INK_AUTO ? ui->theme->go : theme_ink(ui->theme, n->o.ink);
        push(ui, c, 0);
    }
    if (up->o.role == ROLE_SLIDER) {
        int knob = ui_px(ui, 48), x = n->r.x + w - knob / 2;
        c.r = (SDL_Rect){ x, n->r.y + (n->r.h - knob) / 2, knob, knob };
        c.radius = knob / 2;
        c.fill = look->glass ? 0xffffffff : ui->theme->go;
        push(ui, c, 0);
    }
}

static void emit_ring(struct ui *ui, const struct node *n, const struct look *look)
{
    int size = n->r.w < n->r.h ? n->r.w : n->r.h;
    struct cmd c = { .kind = CMD_ARC, .r = { n->r.x, n->r.y, size, size }, .clip = n->clip, .under = look->under,
                     .border = size * 117 / 1000, .to = 1, .fill = ui->theme->track };
    push(ui, c, 0);
    if (n->part2 > n->part) {
        c.to = n->part2;
        c.fill = ui->theme->sun;
        push(ui, c, 0);
    }
    if (n->part > 0) {
        c.to = n->part;
        c.fill = ui->theme->go;
        push(ui, c, 0);
    }
}

static bool has_picture(struct ui *ui, const char *path, int w, int h)
{
    bool failed;
    return path && path[0] && images_get(gfx_images(ui->gfx), path, w, h, &failed);
}

static int begin_clip(struct ui *ui, const struct node *n, const struct look *look, int radius)
{
    return push(ui, (struct cmd){ .kind = CMD_CLIP, .r = n->r, .clip = n->clip, .radius = radius, .under = look->under }, 0);
}

static void end_clip(struct ui *ui, int clip)
{
    struct cmd c = ui->now->cmd[clip];
    c.kind = CMD_UNCLIP;
    c.opened = clip;
    push(ui, c, 0);
}

static void emit_image(struct ui *ui, const struct node *n, const struct look *look)
{
    bool there = has_picture(ui, n->path, n->r.w, n->r.h);
    int radius = n->o.radius > 0 ? n->o.radius : 0;
    push(ui, (struct cmd){ .kind = CMD_ROUND, .r = n->r, .clip = n->clip, .fill = n->ground, .radius = radius,
                           .under = look->under }, 0);
    if (!there)
        return;
    int clip = radius ? begin_clip(ui, n, look, radius) : -1;
    push(ui, (struct cmd){ .kind = CMD_IMAGE, .r = n->r, .clip = n->clip, .text = n->path, .len = (int)strlen(n->path),
                           .under = clip >= 0 ? clip : look->under }, 0);
    if (clip >= 0)
        end_clip(ui, clip);
}

static void emit_face(struct ui *ui, const struct node *n, const struct look *look)
{
    int size = n->r.w;
    if (has_picture(ui, n->path, size, n->r.h)) {
        int clip = begin_clip(ui, n, look, size / 2);
        push(ui, (struct cmd){ .kind = CMD_IMAGE, .r = n->r, .clip = n->clip, .text = n->path, .under = clip,
                               .len = (int)strlen(n->path) }, 0);
        end_clip(ui, clip);
        return;
    }
    push(ui, (struct cmd){ .kind = CMD_ROUND, .r = n->r, .clip = n->clip, .fill = n->ground, .radius = size / 2,
                           .under = look->under }, 0);
    const char *end = n->text;
    if (!utf8_next(&end))
        return;
    int len = (int)(end - n->text), w = text_width(gfx_text(ui->gfx), &n->style, n->text, (size_t)len);
    emit_line(ui, n, look, 0xffffffff, n->text, len, n->r.x + (size - w) / 2, n->r.y, w);
}

static void emit_content(struct ui *ui, const struct node *n, const struct look *look)
{
    switch (n->kind) {
    case NODE_BOX: break;
    case NODE_LABEL: emit_label(ui, n, look); break;
    case NODE_ICON: emit_icon(ui, n, look); break;
    case NODE_BAR: emit_bar(ui, n, look); break;
    case NODE_RING: emit_ring(ui, n, look); break;
    case NODE_IMAGE: emit_image(ui, n, look); break;
    case NODE_FACE: emit_face(ui, n, look); break;
    case NODE_CANVAS:
        push(ui, (struct cmd){ .kind = CMD_CANVAS, .r = n->r, .clip = n->clip, .paint = n->paint, .ctx = n->ctx,
                               .under = look->under }, n->serial + 1);
        break;
    }
}

/* A mark at the right edge says that there is more, and where one is. */
static void emit_thumb(struct ui *ui, const struct node *n, const struct look *look)
{
    const struct scroll *s = scroll_of(ui, n->id);
    if (s->max <= 0 || n->r.h <= 0)
        return;
    int wide = ui_px(ui, 10), edge = ui_px(ui, 8), room = n->r.h - 2 * ui_px(ui, 24), least = ui_px(ui, 60);
    int high = (int)((int64_t)room * n->r.h / (n->r.h + s->max));
    high = high < least ? least : high;
    int y = n->r.y + (n->r.h - room) / 2 + (int)((float)(room - high) * s->y / (float)s->max);
    push(ui, (struct cmd){ .kind = CMD_ROUND, .r = { n->r.x + n->r.w - wide - edge, y, wide, high }, .clip = n->clip,
                           .fill = ui->theme->thumb, .radius = wide / 2, .under = look->under }, 0);
}

/* The loudspeaker stays alive while a card is up, and is seen to be. */
static bool stands_above(const struct ui *ui, const struct node *n)
{
    return n->o.corner == CORNER_SPEAKER && n->layer < ui->now->top_layer;
}

static void emit(struct ui *ui, const struct node *n, struct look look)
{
    if (n->vis.w <= 0 && (n->o.clip || n->o.scroll || n->clip.w <= 0))
        return;
    look.disabled |= n->o.disabled;
    ui->now->emitting = (int)(n - ui->now->node);
    struct theme_tone t = tone_of(ui, n, &look);
    bool rounded = n->o.clip && radius_of(ui, n) > 0;
    if (n->o.tone != TONE_NONE) {
        look.ink = t.ink;
        look.glass = n->o.tone == TONE_GLASS || n->o.tone == TONE_FADE_UP || n->o.tone == TONE_FADE_DOWN ||
                     n->o.tone == TONE_GLASS_LIGHT;
        if (n->kind != NODE_BAR) /* there the tone only says what it lies on */
            emit_ground(ui, n, &t, &look, !rounded);
    } else if (n->o.disabled) {
        look.ink = t.ink;
    }
    struct look inner = look;
    if (rounded)
        inner.under = begin_clip(ui, n, &look, radius_of(ui, n));
    emit_content(ui, n, &inner);
    for (int i = n->first; i >= 0; i = node_at(ui, i)->next)
        if (!node_at(ui, i)->floating && !stands_above(ui, node_at(ui, i)))
            emit(ui, node_at(ui, i), inner);
    if (n->o.scroll)
        emit_thumb(ui, n, &inner);
    if (rounded) {
        end_clip(ui, inner.under);
        emit_border(ui, n, &t, &look);
    }
}

/* Round what is being read aloud, above all else: part of it may lie under a neighbour's edge. */
static void emit_highlight(struct ui *ui)
{
    int i = id_map_find(&ui->now->ids, ui->highlight), out = ui_px(ui, 10);
    if (i < 0)
        return;
    const struct node *n = node_at(ui, i);
    SDL_Rect all = { 0, 0, ui->w, ui->h }, r = { n->vis.x - out, n->vis.y - out, n->vis.w + 2 * out, n->vis.h + 2 * out };
    if (SDL_IntersectRect(&r, &all, &r))
        push(ui, (struct cmd){ .kind = CMD_ROUND, .r = r, .clip = all, .radius = ui_px(ui, THEME_RADIUS), .border = ui_px(ui, 8),
                               .line = ui->theme->sun, .under = -1 }, 0);
}

void display_build(struct ui *ui)
{
    struct frame *f = ui->now;
    struct look look = { .ink = theme_ink(ui->theme, INK_MAIN), .under = -1 };
    f->cmd_count = 0;
    emit(ui, node_at(ui, 0), look);
    for (int i = 0; i < f->count; i++)
        if (f->node[i].floating)
            emit(ui, &f->node[i], look);
    for (int i = 0; i < f->count; i++)
        if (stands_above(ui, &f->node[i]))
            emit(ui, &f->node[i], look);
    emit_highlight(ui);
}
