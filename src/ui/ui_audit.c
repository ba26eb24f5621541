/* Looks at the shown frame as a person of seventy would need it; the measures are those of the touch checklist, in
 * millimetres of the real panel. Every measure may be missed by a pixel, which is what rounding costs.
 *
 *   small     a target under 16 x 16 mm; a filled green button under 20 mm high
 *   gap       neighbouring targets closer than 3 mm, 6 mm where one of them is red
 *   overlap   two targets that share pixels, neither inside the other
 *   letters   em under 6.6 mm; notes 4.8 mm; headings and the largest words of a choice 9 mm
 *   contrast  words under 4.5:1, icons and the edges of buttons under 3:1; high contrast: 7 and 4.5 (ui_audit_ground.c)
 *   cut       words that end in "...", do not fit into their box, or are clipped by anything but a scroller
 *   outside   something to see or tap that sticks out of the window or of what it lies in
 *   corner    Home, speaker, Back or Help not in their places; no Help or speaker on the screen
 *   high      something to tap above the low zone */
#include "ui/ui_audit.h"
#include "gfx/gfx.h"
#include "gfx/paragraph.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const double target_mm = 16, main_mm = 20, gap_mm = 3, red_gap_mm = 6, body_mm = 6.6, note_mm = 4.8, heading_mm = 9;
enum { MOST_TARGETS = 1024, CORNER_SLACK = 8 /* units */, WHOLE_PERCENT = 60 };

static const struct node *at(const struct audit *a, int i)
{
    return i < 0 ? NULL : &a->ui->shown->node[i];
}

/* --- saying it --- */

static const char *name_of(const struct audit *a, const struct node *n)
{
    if (n->o.name || n->text)
        return n->o.name ? n->o.name : n->text;
    for (int i = n->first; i >= 0; i = at(a, i)->next) {
        const char *name = name_of(a, at(a, i));
        if (name && *name)
            return name;
    }
    return "";
}

static void put_path(const struct audit *a, const struct node *n, int left)
{
    if (!n || !left)
        return;
    put_path(a, at(a, n->parent), left - 1);
    fprintf(a->to, "/%s", n->id_text);
}

void audit_say(struct audit *a, const char *kind, const struct node *n, const char *fmt, ...)
{
    a->found++;
    if (!a->to)
        return;
    va_list ap;
    fprintf(a->to, "%s: ", kind);
    if (n) {
        fprintf(a->to, "\"%.60s\" at %d,%d (", name_of(a, n), n->r.x, n->r.y);
        put_path(a, n, 6);
        fputs("): ", a->to);
    }
    va_start(ap, fmt);
    vfprintf(a->to, fmt, ap);
    va_end(ap);
    fputc('\n', a->to);
}

static bool less(const struct audit *a, int px, double wanted_mm)
{
    return ui_mm(a->ui, px + 1) < wanted_mm;
}

bool audit_sees(const struct audit *a, const struct node *n)
{
    return n->vis.w > 0 && n->vis.h > 0 && !node_is_hidden_by_overlay(a->ui, n);
}

static bool is_whole_window(const struct audit *a, const struct node *n) /* "show the buttons" over a film */
{
    return 100LL * n->vis.w * n->vis.h >= (int64_t)WHOLE_PERCENT * a->ui->w * a->ui->h;
}

static bool is_inside(const struct audit *a, const struct node *n, const struct node *of)
{
    for (n = at(a, n->parent); n; n = at(a, n->parent))
        if (n == of)
            return true;
    return false;
}

/* --- targets --- */

static void check_size(struct audit *a, const struct node *n)
{
    if (less(a, n->r.w, target_mm) || less(a, n->r.h, target_mm))
        audit_say(a, "small", n, "%.1f x %.1f mm, wanted %.0f x %.0f", ui_mm(a->ui, n->r.w), ui_mm(a->ui, n->r.h), target_mm,
                  target_mm);
    else if (n->o.role == ROLE_BUTTON && n->o.tone == TONE_GO && less(a, n->r.h, main_mm))
        audit_say(a, "small", n, "a main button %.1f mm high, wanted %.0f", ui_mm(a->ui, n->r.h), main_mm);
    if (a->ui->top && n->vis.y < a->ui->top)
        audit_say(a, "high", n, "%.0f mm above the low zone", ui_mm(a->ui, a->ui->top - n->vis.y));
}

static bool is_red(const struct node *n)
{
    return n->o.tone == TONE_STOP || n->o.tone == TONE_STOP_SOFT || n->o.tone == TONE_STOP_OUTLINE;
}

static int apart(int a, int a_size, int b, int b_size) /* negative: they share a stretch of this axis */
{
    return a < b ? b - a - a_size : a - b - b_size;
}

static void check_pair(struct audit *a, const struct node *p, const struct node *q)
{
    int dx = apart(p->vis.x, p->vis.w, q->vis.x, q->vis.w), dy = apart(p->vis.y, p->vis.h, q->vis.y, q->vis.h);
    double wanted = is_red(p) || is_red(q) ? red_gap_mm : gap_mm;
    int gap = dx > 0 && dy > 0 ? (int)hypot(dx, dy) : dx > dy ? dx : dy;
    if (!less(a, gap, wanted) || is_inside(a, p, q) || is_inside(a, q, p))
        return;
    if (gap < 0)
        audit_say(a, "overlap", p, "shares %d x %d px with \"%.60s\"", dx < 0 ? -dx : 0, dy < 0 ? -dy : 0, name_of(a, q));
    else
        audit_say(a, "gap", p, "%.1f mm to \"%.60s\", wanted %.0f", ui_mm(a->ui, gap), name_of(a, q), wanted);
}

static void check_targets(struct audit *a)
{
    const struct node *target[MOST_TARGETS];
    int count = 0;
    for (int i = 0; i < a->ui->shown->count; i++) {
        const struct node *n = at(a, i);
        if (!role_is_tappable(n->o.role) || !audit_sees(a, n) || is_whole_window(a, n))
            continue;
        check_size(a, n);
        for (int k = 0; k < count; k++)
            check_pair(a, target[k], n);
        if (count < MOST_TARGETS)
            target[count++] = n;
    }
}

/* --- words --- */

static bool is_heading(const struct node *n)
{
    return n->o.role == ROLE_HEADING || n->font == FONT_HEADING || n->font == FONT_TITLE || n->font == FONT_CAPTION;
}

static void check_letters(struct audit *a, const struct node *n)
{
    double wanted = is_heading(n) ? heading_mm : n->font == FONT_NOTE ? note_mm : body_mm;
    if (less(a, n->style.px, wanted))
        audit_say(a, "letters", n, "%.1f mm, wanted %.1f", ui_mm(a->ui, n->style.px), wanted);
}

static int largest_px(const struct audit *a, const struct node *n)
{
    int px = n->kind == NODE_LABEL && n->text[0] ? n->style.px : 0;
    for (int i = n->first; i >= 0; i = at(a, i)->next) {
        int own = largest_px(a, at(a, i));
        px = own > px ? own : px;
    }
    return px;
}

static void check_choice(struct audit *a, const struct node *n)
{
    int px = n->o.role == ROLE_CHOICE ? largest_px(a, n) : 0;
    if (px && less(a, px, heading_mm))
        audit_say(a, "letters", n, "a choice in %.1f mm, wanted %.1f", ui_mm(a->ui, px), heading_mm);
}

static void check_fit(struct audit *a, const struct node *n)
{
    int room = n->r.w - 2 * n->o.pad_x, high = n->r.h - 2 * n->o.pad_y, lines = 1;
    if (n->text_w > n->r.w || strchr(n->text, '\n')) {
        const struct para *p = paragraph_get(gfx_paragraphs(a->ui->gfx), &n->style, n->text, room, n->o.max_lines);
        lines = p->count;
        if (p->widest > room + 1)
            audit_say(a, "cut", n, "a line of %d px in %d", p->widest, room);
        if (p->count && p->line[p->count - 1].ellipsis && !n->o.may_cut)
            audit_say(a, "cut", n, "ends in dots after %d line%s of %d px", p->count, p->count > 1 ? "s" : "", room);
    }
    int spare = n->line_h - n->style.px; /* of the blank above and below one line half may go */
    if (lines * n->line_h - spare / 2 > high + 1)
        audit_say(a, "cut", n, "%d line%s, %d px high, in %d", lines, lines > 1 ? "s" : "", lines * n->line_h, high);
}

/* --- places --- */

static bool sticks_out(const SDL_Rect *in, const SDL_Rect *of, bool scrolls)
{
    bool across = in->x < of->x - 1 || in->x + in->w > of->x + of->w + 1;
    return across || (!scrolls && (in->y < of->y - 1 || in->y + in->h > of->y + of->h + 1));
}

static void check_place(struct audit *a, const struct node *n)
{
    const struct node *up = n;
    SDL_Rect r = n->r;
    int blank = n->kind == NODE_LABEL ? (n->line_h - n->style.px) / 2 : 0; /* above and below the letters */
    r.y += blank;
    r.h -= 2 * blank;
    while (!up->floating && (up = at(a, up->parent)) != NULL) {
        if (sticks_out(&r, &up->r, up->o.scroll)) {
            audit_say(a, "outside", n, "%d,%d %dx%d px in %s at %d,%d %dx%d", n->r.x, n->r.y, n->r.w, n->r.h, up->id_text,
                      up->r.x, up->r.y, up->r.w, up->r.h);
            return;
        }
        if (up->o.scroll)
            return;
    }
}

/* --- corners --- */

static void check_corner(struct audit *a, const struct node *n, bool seen[CORNER_HELP + 1])
{
    enum ui_corner c = n->o.corner;
    bool right = (c == CORNER_SPEAKER || c == CORNER_HELP) != a->ui->mirror, low = c == CORNER_BACK || c == CORNER_HELP;
    int x = right ? a->ui->w - n->r.x - n->r.w : n->r.x;
    int y = low ? a->ui->h - n->r.y - n->r.h : n->r.y - a->ui->top;
    int slack = ui_px(a->ui, CORNER_SLACK);
    seen[c] = true;
    if (abs(x - ui_px(a->ui, UI_CORNER_X)) > slack || abs(y - ui_px(a->ui, UI_CORNER_Y)) > slack)
        audit_say(a, "corner", n, "%.0f,%.0f units from the %s %s, wanted %d,%d", (double)((float)x / a->ui->scale),
                  (double)((float)y / a->ui->scale), low ? "lower" : "upper", right ? "right" : "left", UI_CORNER_X, UI_CORNER_Y);
}

static void check_corners(struct audit *a)
{
    bool seen[CORNER_HELP + 1] = { false }, film = false;
    for (int i = 0; i < a->ui->shown->count; i++) {
        const struct node *n = at(a, i);
        film |= role_is_tappable(n->o.role) && is_whole_window(a, n);
        if (n->o.corner && audit_sees(a, n))
            check_corner(a, n, seen);
    }
    if (a->ui->shown->top_layer || film) /* a question over the screen; a film with its buttons away */
        return;
    if (!seen[CORNER_SPEAKER])
        audit_say(a, "corner", NULL, "no speaker on this screen");
    if (!seen[CORNER_HELP])
        audit_say(a, "corner", NULL, "no Help on this screen");
}

int ui_audit(const struct ui *ui, FILE *to)
{
    struct audit a = { .ui = ui, .to = to };
    check_targets(&a);
    for (int i = 0; i < ui->shown->count; i++) {
        const struct node *n = at(&a, i);
        bool words = n->kind == NODE_LABEL && n->text[0];
        if (!audit_sees(&a, n))
            continue;
        if (words) {
            check_letters(&a, n);
            check_fit(&a, n);
        }
        check_choice(&a, n);
        if (words || n->kind == NODE_ICON || role_is_tappable(n->o.role))
            check_place(&a, n);
    }
    audit_ground(&a);
    check_corners(&a);
    return a.found;
}
