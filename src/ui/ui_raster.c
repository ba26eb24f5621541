/* ui_raster.c - drawing commands -> pixels, inside one rectangle. What lies under something opaque that covers the rectangle is
 * not painted: a video frame with nothing above it costs only its own callback. */
#include "base/str.h"
#include "gfx/gfx.h"
#include "gfx/image.h"
#include "ui/ui_parts.h"

#include <stdlib.h>

static bool inside(SDL_Rect in, SDL_Rect out)
{
    return in.x >= out.x && in.y >= out.y && in.x + in.w <= out.x + out.w && in.y + in.h <= out.y + out.h;
}

/* Inside the rectangle and clear of its round corners. */
static bool inside_round(SDL_Rect in, SDL_Rect out, int radius)
{
    if (!inside(in, out))
        return false;
    SDL_Rect flat = { out.x + radius, out.y, out.w - 2 * radius, out.h };
    SDL_Rect tall = { out.x, out.y + radius, out.w, out.h - 2 * radius };
    return inside(in, flat) || inside(in, tall);
}

static bool covers(const struct frame *f, const struct cmd *c, SDL_Rect dirty)
{
    bool opaque = c->kind == CMD_CANVAS || (c->kind == CMD_ROUND && c->fill >> 24 == 255);
    if (!opaque || !inside(dirty, c->clip) || !inside_round(dirty, c->r, c->radius))
        return false;
    for (int i = c->under; i >= 0; i = f->cmd[i].under)
        if (!inside_round(dirty, f->cmd[i].r, f->cmd[i].radius))
            return false;
    return true;
}

static void draw_image(struct ui *ui, const struct paint *p, const struct cmd *c)
{
    bool failed;
    const struct image *img = images_get(gfx_images(ui->gfx), c->text, c->r.w, c->r.h, &failed);
    if (img)
        paint_pixels(p, c->r.x, c->r.y, img->pixels, img->w, img->h, img->opaque);
}

static void draw(struct ui *ui, const struct paint *p, const struct cmd *c)
{
    struct text *text = gfx_text(ui->gfx);
    switch (c->kind) {
    case CMD_ROUND: paint_round(p, c->r, c->radius, c->fill, c->border, c->line); break;
    case CMD_GRADIENT: paint_gradient(p, c->r, c->fill, c->line); break;
    case CMD_TEXT: text_draw(text, &c->style, p, c->x, c->baseline, c->text, (size_t)c->len, c->fill); break;
    case CMD_ICON: text_draw_icon(text, p, c->icon, c->r.x, c->r.y, c->r.w, c->fill); break;
    case CMD_ARC: paint_arc(p, c->r.x, c->r.y, c->r.w, c->border, 0, c->to, c->fill); break;
    case CMD_IMAGE: draw_image(ui, p, c); break;
    case CMD_CANVAS: c->paint(c->ctx, p->to, c->r, p->clip); break;
    case CMD_CLIP:
    case CMD_UNCLIP: break;
    }
}

enum { CLIP_DEPTH = 4 };

static uint32_t *corner_room(struct ui *ui, int depth, int radius)
{
    size_t need = paint_corner_bytes(radius);
    if (ui->corner_bytes[depth] < need) {
        ui->corner[depth] = mem_resize(ui->corner[depth], need, 1);
        ui->corner_bytes[depth] = need;
    }
    return ui->corner[depth];
}

void raster_paint(struct ui *ui, const struct frame *f, SDL_Rect dirty)
{
    int first = 0, depth = 0, began[CLIP_DEPTH];
    for (int i = 0; i < f->cmd_count; i++)
        if (covers(f, &f->cmd[i], dirty))
            first = i;
    for (int i = first; i < f->cmd_count; i++) {
        const struct cmd *c = &f->cmd[i];
        SDL_Rect clip, seen;
        bool some = SDL_IntersectRect(&c->clip, &dirty, &clip) && SDL_IntersectRect(&c->r, &clip, &seen);
        struct paint p = paint_begin(gfx_surface(ui->gfx), some ? c->kind == CMD_CANVAS ? seen : clip : (SDL_Rect){ 0 });
        if (c->kind == CMD_CLIP && depth < CLIP_DEPTH) {
            began[depth] = i;
            paint_corners_keep(&p, c->r, c->radius, corner_room(ui, depth++, c->radius));
        } else if (c->kind == CMD_UNCLIP && depth && began[depth - 1] == c->opened) {
            depth--;
            paint_corners_restore(&p, c->r, c->radius, ui->corner[depth]);
        } else if (some) {
            draw(ui, &p, c);
        }
    }
}
