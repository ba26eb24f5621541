/* ui_audit_ground.c - part of ui_audit.h.
 * Contrast of words, icons and edges against what was painted before them. Where that is a picture or film, all colours
 * between black and white are possible; what lies over it (a scrim, a fade) narrows them, and the worst of them counts. */
#include "ui/ui_audit.h"

#include <math.h>
#include <stdlib.h>

struct ground { double lo[3], hi[3]; }; /* 0..255 for red, green, blue */

static double byte_of(uint32_t c, int i)
{
    return c >> (16 - 8 * i) & 255;
}

static void anything(struct ground *g)
{
    for (int i = 0; i < 3; i++) {
        g->lo[i] = 0;
        g->hi[i] = 255;
    }
}

static void cover(struct ground *g, uint32_t argb)
{
    double a = (argb >> 24) / 255.0;
    for (int i = 0; i < 3; i++) {
        g->lo[i] += (byte_of(argb, i) - g->lo[i]) * a;
        g->hi[i] += (byte_of(argb, i) - g->hi[i]) * a;
    }
}

static uint32_t between(uint32_t top, uint32_t bottom, double part)
{
    uint32_t out = 0;
    for (int shift = 0; shift < 32; shift += 8) {
        double from = top >> shift & 255, to = bottom >> shift & 255;
        out |= (uint32_t)lround(from + (to - from) * part) << shift;
    }
    return out;
}

static bool in_arc(const struct cmd *c, int x, int y)
{
    double half = c->r.w / 2.0, d = hypot(x - c->r.x - half, y - c->r.y - half);
    return d <= half && d >= half - c->border;
}

static bool in_round(const struct cmd *c, int x, int y)
{
    int most = (c->r.w < c->r.h ? c->r.w : c->r.h) / 2, r = c->radius < most ? c->radius : most;
    int dx = x < c->r.x + r ? c->r.x + r - x : x - (c->r.x + c->r.w - 1 - r);
    int dy = y < c->r.y + r ? c->r.y + r - y : y - (c->r.y + c->r.h - 1 - r);
    return dx <= 0 || dy <= 0 || hypot(dx, dy) <= r;
}

/* What is at (x, y) once the commands before `upto` are painted. */
static struct ground ground_at(const struct frame *f, int upto, int x, int y)
{
    struct ground g;
    SDL_Point p = { x, y };
    anything(&g);
    for (int i = 0; i < upto; i++) {
        const struct cmd *c = &f->cmd[i];
        if (!SDL_PointInRect(&p, &c->r) || !SDL_PointInRect(&p, &c->clip))
            continue;
        if (c->kind == CMD_ROUND && in_round(c, x, y))
            cover(&g, c->fill);
        else if (c->kind == CMD_GRADIENT)
            cover(&g, between(c->fill, c->line, c->r.h > 1 ? (double)(y - c->r.y) / (c->r.h - 1) : 0));
        else if (c->kind == CMD_ARC && in_arc(c, x, y))
            cover(&g, c->fill);
        else if (c->kind == CMD_IMAGE || c->kind == CMD_CANVAS)
            anything(&g);
    }
    return g;
}

static uint32_t pack(const double c[3])
{
    return (uint32_t)lround(c[0]) << 16 | (uint32_t)lround(c[1]) << 8 | (uint32_t)lround(c[2]);
}

/* The contrast in the worst case; 1 where the colour itself is among the possible ones. */
static double worst(const struct ground *g, uint32_t ink)
{
    double lo = theme_contrast(ink, pack(g->lo)), hi = theme_contrast(ink, pack(g->hi));
    uint32_t black = 0;
    double l = theme_contrast(ink, black), from = theme_contrast(pack(g->lo), black), to = theme_contrast(pack(g->hi), black);
    return l > from && l < to ? 1 : fmin(lo, hi);
}

static double worst_of(const struct frame *f, int upto, uint32_t ink, SDL_Rect r, const SDL_Rect *clip)
{
    double least = 21;
    SDL_Rect seen;
    if (!SDL_IntersectRect(&r, clip, &seen))
        return least;
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 2; k++) {
            struct ground g = ground_at(f, upto, seen.x + (seen.w - 1) * i / 4, seen.y + (seen.h - 1) * k);
            least = fmin(least, worst(&g, ink));
        }
    return least;
}

static void check_words(struct audit *a, int i, double wanted)
{
    const struct frame *f = a->ui->shown;
    const struct cmd *c = &f->cmd[i];
    int px = c->style.px, spill = px / 4;
    if (c->style.halo) /* brings its own dark ground */
        return;
    SDL_Rect letters = { c->x, c->baseline - px * 3 / 4, c->r.w - 2 * spill, px * 3 / 4 };
    double is = worst_of(f, i, c->fill, letters, &c->clip);
    if (is < wanted)
        audit_say(a, "contrast", &f->node[c->node], "words %.1f:1, wanted %.1f", is, wanted);
}

static void check_icon(struct audit *a, int i, double wanted)
{
    const struct frame *f = a->ui->shown;
    const struct cmd *c = &f->cmd[i];
    SDL_Rect middle = { c->r.x + c->r.w / 4, c->r.y + c->r.h / 4, c->r.w / 2, c->r.h / 2 };
    double is = worst_of(f, i, c->fill, middle, &c->clip);
    if (is < wanted)
        audit_say(a, "contrast", &f->node[c->node], "an icon %.1f:1, wanted %.1f", is, wanted);
}

static bool over_film(const struct frame *f, const struct node *n)
{
    for (; n; n = n->parent < 0 ? NULL : &f->node[n->parent])
        if (n->o.tone == TONE_GLASS || n->o.tone == TONE_GLASS_LIGHT || n->o.tone == TONE_FADE_UP || n->o.tone == TONE_FADE_DOWN)
            return true;
    return false;
}

/* Fill or border of a button must stand out from what it lies on. Over film the icon on it does that. */
static void check_edge(struct audit *a, int i, double wanted)
{
    const struct frame *f = a->ui->shown;
    const struct cmd *c = &f->cmd[i];
    const struct node *n = &f->node[c->node];
    if (!role_is_tappable(n->o.role) || n->o.disabled || !SDL_RectEquals(&c->r, &n->r) || n->kind != NODE_BOX || over_film(f, n))
        return;
    bool rounded = n->o.clip && c->radius > 0; /* then its border is a command of its own, after what is inside */
    int out = n->vis.x > 2 ? n->vis.x - 2 : n->vis.x + n->vis.w + 1;
    struct ground under = ground_at(f, i, out, n->vis.y + n->vis.h / 2), own = under;
    if (fabs(under.hi[1] - under.lo[1]) > 32 || (rounded && c->fill >> 24))
        return;
    cover(&own, c->fill);
    double fill = theme_contrast(pack(own.lo), pack(under.lo));
    double line = c->line >> 24 && c->border ? theme_contrast(c->line, pack(under.lo)) : 1;
    if (fmax(fill, line) < wanted)
        audit_say(a, "contrast", n, "its edge %.1f:1, wanted %.1f", fmax(fill, line), wanted);
}

void audit_ground(struct audit *a)
{
    const struct frame *f = a->ui->shown;
    bool strong = a->ui->theme == theme_get(UI_THEME_CONTRAST);
    for (int i = 0; i < f->cmd_count; i++) {
        const struct cmd *c = &f->cmd[i];
        if (!audit_sees(a, &f->node[c->node]))
            continue;
        if (c->kind == CMD_TEXT)
            check_words(a, i, strong ? 7 : 4.5);
        else if (c->kind == CMD_ICON)
            check_icon(a, i, strong ? 4.5 : 3);
        else if (c->kind == CMD_ROUND)
            check_edge(a, i, 3);
    }
}
