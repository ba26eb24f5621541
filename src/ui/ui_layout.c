/* ui_layout.c - five passes over the tree: natural widths up, given widths down (text is wrapped there), heights up, and places
 * down. Sizes are px. `want` is the natural size, `least` what a box may shrink to before text becomes unreadable. */
#include "gfx/gfx.h"
#include "gfx/paragraph.h"
#include "ui/ui_parts.h"

#include <string.h>

static int max(int a, int b)
{
    return a > b ? a : b;
}

static int min(int a, int b)
{
    return a < b ? a : b;
}

static struct node *child_of(struct ui *ui, const struct node *n)
{
    return n->first < 0 ? NULL : node_at(ui, n->first);
}

/* The next sibling that takes part in the flow. */
static struct node *skip_floating(struct ui *ui, struct node *c)
{
    while (c && c->floating)
        c = c->next < 0 ? NULL : node_at(ui, c->next);
    return c;
}

#define EACH_CHILD(c, ui, n) \
    for (struct node *c = skip_floating(ui, child_of(ui, n)); c; c = skip_floating(ui, c->next < 0 ? NULL : node_at(ui, c->next)))

static int children(struct ui *ui, const struct node *n)
{
    int count = 0;
    EACH_CHILD(c, ui, n)
        count++;
    return count;
}

static int gaps(struct ui *ui, const struct node *n)
{
    int count = children(ui, n);
    return count > 1 ? (count - 1) * n->o.gap : 0;
}

/* --- natural widths --- */

static int widest_line(struct ui *ui, const struct node *n)
{
    struct text *text = gfx_text(ui->gfx);
    int w = 0;
    for (const char *s = n->text; s;) {
        const char *nl = strchr(s, '\n');
        w = max(w, text_width(text, &n->style, s, nl ? (size_t)(nl - s) : strlen(s)));
        s = nl ? nl + 1 : NULL;
    }
    return w;
}

static void fit_label(struct ui *ui, struct node *n)
{
    int around = 2 * n->o.pad_x;
    n->want_w = n->text_w = widest_line(ui, n) + around;
    n->least_w = min(n->want_w, 3 * n->style.px + around);
}

/* What children with a share ask for: shares are equal parts, so the neediest decides. */
static int shared_want(struct ui *ui, const struct node *n, bool least)
{
    int total = 0, each = 0;
    EACH_CHILD(c, ui, n) {
        int w = least ? c->least_w : c->want_w;
        if (c->o.grow <= 0)
            continue;
        total += c->o.grow;
        each = max(each, (w + c->o.grow - 1) / c->o.grow);
    }
    return total * each;
}

static void fit_box_w(struct ui *ui, struct node *n)
{
    int want = 0, least = 0;
    EACH_CHILD(c, ui, n) {
        bool flows = n->o.row && !n->o.stack;
        if (flows && c->o.grow > 0)
            least += c->least_w;
        else if (flows)
            want += c->want_w, least += c->least_w;
        else
            want = max(want, c->want_w), least = max(least, c->least_w);
    }
    int around = 2 * n->o.pad_x;
    if (n->o.row && !n->o.stack) {
        want += shared_want(ui, n, false);
        around += gaps(ui, n);
    }
    n->want_w = want + around;
    n->least_w = least + around;
}

static void fit_w(struct ui *ui, struct node *n)
{
    for (struct node *c = child_of(ui, n); c; c = c->next < 0 ? NULL : node_at(ui, c->next))
        fit_w(ui, c);
    if (n->kind == NODE_LABEL)
        fit_label(ui, n);
    else
        fit_box_w(ui, n);
    n->want_w = max(n->want_w, n->o.min_w);
    n->least_w = max(n->least_w, n->o.min_w);
    if (n->o.w > 0)
        n->want_w = n->least_w = n->o.w;
}

/* --- sharing out one axis --- */

struct part { int want, least, grow, size; };

static struct part *parts_for(struct ui *ui, int count) /* lives as long as the frame */
{
    return (struct part *)(void *)arena_add(&ui->now->arena, (size_t)count * sizeof(struct part));
}

/* Children without a share get what they want (less, down to `least`, when it is too tight); the rest is divided by
 * share, but nobody gets less than `least`. */
static void share(struct part *p, int count, int room)
{
    int fixed = 0, slack = 0, floor = 0, total = 0;
    for (int i = 0; i < count; i++) {
        if (p[i].grow > 0) {
            floor += p[i].least;
            total += p[i].grow;
        } else {
            fixed += p[i].want;
            slack += p[i].want - p[i].least;
        }
        p[i].size = p[i].grow > 0 ? -1 : p[i].want;
    }
    int lack = fixed + floor - room;
    for (int i = 0; i < count && lack > 0 && slack > 0; i++) {
        int own = p[i].grow > 0 ? 0 : p[i].want - p[i].least;
        int give = lack >= slack ? own : (int)((int64_t)lack * own / slack);
        p[i].size -= p[i].grow > 0 ? 0 : give;
        lack -= give;
        slack -= own;
    }
    int left = room;
    for (int i = 0; i < count; i++)
        left -= p[i].grow > 0 ? 0 : p[i].size;
    for (bool again = true; again && total > 0;) { /* those whose share would be too small get their least */
        again = false;
        for (int i = 0; i < count; i++) {
            if (p[i].size >= 0 || p[i].least <= (int64_t)left * p[i].grow / total)
                continue;
            p[i].size = p[i].least;
            left -= p[i].least;
            total -= p[i].grow;
            again = total > 0;
            break;
        }
    }
    for (int i = 0; i < count; i++) {
        if (p[i].size >= 0)
            continue;
        p[i].size = total > 0 ? (int)((int64_t)left * p[i].grow / total) : 0;
        left -= p[i].size;
        total -= p[i].grow;
    }
}

/* --- given widths --- */

static bool keeps_own_width(const struct node *parent, const struct node *c)
{
    if (c->o.w > 0)
        return true;
    return parent->o.stretch_off && (parent->o.stack || !parent->o.row);
}

static void give_w(struct ui *ui, struct node *n);

static void give_row(struct ui *ui, struct node *n, int room)
{
    struct part *p = parts_for(ui, children(ui, n));
    int count = 0, i = 0;
    EACH_CHILD(c, ui, n)
        p[count++] = (struct part){ c->want_w, c->least_w, c->o.w > 0 ? 0 : c->o.grow, 0 };
    share(p, count, room - gaps(ui, n));
    EACH_CHILD(c, ui, n)
        c->r.w = p[i++].size;
}

static void give_w(struct ui *ui, struct node *n)
{
    int room = max(n->r.w - 2 * n->o.pad_x, 0);
    if (n->o.row && !n->o.stack) {
        give_row(ui, n, room);
    } else {
        EACH_CHILD(c, ui, n)
            c->r.w = c->o.w > 0 ? c->o.w : keeps_own_width(n, c) && !(n->o.stack && c->o.grow > 0) ? min(c->want_w, room) : room;
    }
    for (struct node *c = child_of(ui, n); c; c = c->next < 0 ? NULL : node_at(ui, c->next)) {
        if (c->floating)
            c->r.w = ui->w;
        give_w(ui, c);
    }
}

/* --- heights --- */

static int label_lines(struct ui *ui, const struct node *n)
{
    if (n->text_w <= n->r.w && !strchr(n->text, '\n'))
        return 1;
    return paragraph_get(gfx_paragraphs(ui->gfx), &n->style, n->text, n->r.w - 2 * n->o.pad_x, n->o.max_lines)->count;
}

static void fit_box_h(struct ui *ui, struct node *n)
{
    int want = 0, least = 0;
    bool flows = !n->o.row && !n->o.stack;
    EACH_CHILD(c, ui, n) {
        want = flows ? want + c->want_h : max(want, c->want_h);
        least = flows ? least + c->least_h : max(least, c->least_h);
    }
    int around = 2 * n->o.pad_y + (flows ? gaps(ui, n) : 0);
    n->content_h = want + around;
    n->want_h = want + around;
    n->least_h = n->o.scroll ? 0 : least + around;
}

static void fit_h(struct ui *ui, struct node *n)
{
    for (struct node *c = child_of(ui, n); c; c = c->next < 0 ? NULL : node_at(ui, c->next))
        fit_h(ui, c);
    if (n->kind == NODE_LABEL)
        n->want_h = n->least_h = label_lines(ui, n) * n->line_h + 2 * n->o.pad_y;
    else
        fit_box_h(ui, n);
    n->want_h = max(n->want_h, n->o.min_h);
    n->least_h = max(n->least_h, n->o.min_h);
    if (n->o.h > 0)
        n->want_h = n->least_h = n->o.h;
}

/* --- places --- */

static int offset(enum ui_align a, int room, int size)
{
    return a == ALIGN_CENTER ? (room - size) / 2 : a == ALIGN_END ? room - size : 0;
}

static void place(struct ui *ui, struct node *n);

/* Left hands get the rows turned round that hold a corner, or say so; the text in them keeps its direction. */
static bool turned(struct ui *ui, const struct node *n)
{
    bool corner = n->o.handed;
    EACH_CHILD(c, ui, n)
        corner |= c->o.corner != CORNER_NONE;
    return ui->mirror && corner;
}

static void place_row(struct ui *ui, struct node *n)
{
    int room_w = n->r.w - 2 * n->o.pad_x, room_h = n->r.h - 2 * n->o.pad_y, used = gaps(ui, n);
    bool turn = turned(ui, n);
    EACH_CHILD(c, ui, n)
        used += c->r.w;
    int x = n->r.x + n->o.pad_x + offset(n->o.justify, room_w, used), y = n->r.y + n->o.pad_y, ends = 2 * n->r.x + n->r.w;
    EACH_CHILD(c, ui, n) {
        c->r.h = c->o.h > 0 ? c->o.h : n->o.stretch_off ? min(c->want_h, max(room_h, c->least_h)) : room_h;
        c->r.x = x;
        c->r.y = y + offset(n->o.align, room_h, c->r.h);
        x += c->r.w + n->o.gap;
        if (turn)
            c->r.x = ends - c->r.x - c->r.w;
    }
}

static int scrolled(struct ui *ui, struct node *n)
{
    if (!n->o.scroll)
        return 0;
    struct scroll *s = scroll_of(ui, n->id);
    s->max = max(n->content_h - n->r.h, 0);
    if (s->y > (float)s->max)
        s->y = (float)s->max;
    return (int)s->y;
}

static void place_column(struct ui *ui, struct node *n)
{
    struct part *p = parts_for(ui, children(ui, n));
    int count = 0, i = 0, used = gaps(ui, n), room_w = n->r.w - 2 * n->o.pad_x, room_h = n->r.h - 2 * n->o.pad_y;
    EACH_CHILD(c, ui, n)
        p[count++] = (struct part){ c->want_h, n->o.scroll ? c->want_h : c->least_h, c->o.h > 0 ? 0 : c->o.grow, 0 };
    share(p, count, n->o.scroll ? max(room_h, n->content_h - 2 * n->o.pad_y) - used : room_h - used);
    EACH_CHILD(c, ui, n) {
        c->r.h = p[i++].size;
        used += c->r.h;
    }
    int y = n->r.y + n->o.pad_y + (n->o.scroll ? -scrolled(ui, n) : offset(n->o.justify, room_h, used));
    EACH_CHILD(c, ui, n) {
        c->r.x = n->r.x + n->o.pad_x + offset(n->o.align, room_w, c->r.w);
        c->r.y = y;
        y += c->r.h + n->o.gap;
    }
}

static void place_stack(struct ui *ui, struct node *n)
{
    bool whole = n->parent < 0 || n->floating; /* the window: what lies on it keeps below the top of the low zone */
    int top = whole ? ui->top : 0, room_w = n->r.w - 2 * n->o.pad_x, room_h = n->r.h - top - 2 * n->o.pad_y;
    EACH_CHILD(c, ui, n) {
        bool own = n->o.stretch_off && c->o.grow <= 0;
        c->r.h = c->o.h > 0 ? c->o.h : own ? min(c->want_h, room_h) : room_h;
        c->r.x = n->r.x + n->o.pad_x + offset(n->o.align, room_w, c->r.w);
        c->r.y = n->r.y + top + n->o.pad_y + offset(n->o.justify, room_h, c->r.h);
    }
}

static void place(struct ui *ui, struct node *n)
{
    if (n->o.stack)
        place_stack(ui, n);
    else if (n->o.row)
        place_row(ui, n);
    else
        place_column(ui, n);
    SDL_Rect inside = n->clip;
    if (n->o.scroll || n->o.clip)
        inside = n->vis;
    for (struct node *c = child_of(ui, n); c; c = c->next < 0 ? NULL : node_at(ui, c->next)) {
        c->clip = inside;
        if (c->floating)
            c->r = c->clip = (SDL_Rect){ 0, 0, ui->w, ui->h };
        if (!SDL_IntersectRect(&c->r, &c->clip, &c->vis))
            c->vis = (SDL_Rect){ c->r.x, c->r.y, 0, 0 };
        place(ui, c);
    }
}

void layout_run(struct ui *ui)
{
    struct node *root = node_at(ui, 0);
    fit_w(ui, root);
    root->r = root->vis = root->clip = (SDL_Rect){ 0, 0, ui->w, ui->h };
    give_w(ui, root);
    fit_h(ui, root);
    place(ui, root);
}
