#include "ui/reader.h"
#include "ui/ui_parts.h"

#include <string.h>

enum part { PART_TITLE, PART_CONTENT, PART_FOOTER, PART_HEADER, PART_COUNT };
enum { NAME_MIN = 6 }; /* bytes: two characters; less may be part of anything */

struct reading {
    const struct ui *ui;
    struct reader_item *out;
    int count, max;
    enum part part; /* what is being gathered */
    uint64_t title; /* the page's, the first there is; headings of its parts stay where they are */
};

static const struct node *at(const struct ui *ui, int i)
{
    return &ui->shown->node[i];
}

static bool seen(const struct ui *ui, const struct node *n, SDL_Rect *out)
{
    SDL_Rect window = { 0, 0, ui->w, ui->h };
    return n->r.w > 0 && SDL_IntersectRect(&n->vis, &window, out) && 2 * out->w >= n->r.w && 2 * out->h >= n->r.h;
}

static void add_piece(struct reader_item *item, const char *text)
{
    for (int i = 0; text && i < item->piece_count; i++) /* a face has the name that stands beside it */
        if (strcmp(item->piece[i], text) == 0 || (strlen(text) >= NAME_MIN && strstr(item->piece[i], text)))
            return;
    if (text && *text && item->piece_count < READER_PIECES_MAX)
        item->piece[item->piece_count++] = text;
}

static bool is_called(const struct node *n, const char *id)
{
    return strcmp(n->id_text, id) == 0;
}

/* The name given to what can be tapped; else a name and the words inside. */
static void add_pieces(const struct ui *ui, const struct node *n, struct reader_item *item)
{
    if (n->o.name || n->kind == NODE_LABEL)
        add_piece(item, n->o.name ? n->o.name : n->text);
    if (n->o.name && role_is_tappable(n->o.role))
        return;
    for (int i = n->first; i >= 0; i = at(ui, i)->next)
        if (!is_called(at(ui, i), "clock") && !at(ui, i)->o.silent)
            add_pieces(ui, at(ui, i), item);
}

static bool is_title(const struct node *n)
{
    return n->o.role == ROLE_HEADING;
}

/* Something to say as one: what can be tapped, a text, or a box with a name of its own. */
static bool is_item(const struct node *n)
{
    return role_is_tappable(n->o.role) || n->kind == NODE_LABEL || (n->o.name && n->kind != NODE_BAR && n->kind != NODE_RING);
}

static void add_item(struct reading *g, const struct node *n)
{
    struct reader_item item = { .id = n->id, .role = n->o.role, .selected = n->o.selected, .card = n->layer > 0 };
    if (g->count == g->max || !seen(g->ui, n, &item.r))
        return;
    add_pieces(g->ui, n, &item);
    if (item.piece_count)
        g->out[g->count++] = item;
    if (g->part == PART_TITLE && item.piece_count)
        g->title = n->id;
}

static void gather(struct reading *g, const struct node *n, enum part part)
{
    if (n->o.disabled || n->o.silent || n->o.corner == CORNER_SPEAKER || is_called(n, "clock"))
        return;
    if (is_called(n, "footer"))
        part = PART_FOOTER;
    else if (is_called(n, "header"))
        part = PART_HEADER;
    if (is_item(n)) {
        if (node_is_hidden_by_overlay(g->ui, n))
            return;
        if (g->part == PART_TITLE ? is_title(n) && !g->title : part == g->part && n->id != g->title)
            add_item(g, n);
        return;
    }
    for (int i = n->first; i >= 0; i = at(g->ui, i)->next)
        gather(g, at(g->ui, i), part);
}

int reader_list(const struct ui *ui, struct reader_item *out, int max)
{
    struct reading g = { .ui = ui, .out = out, .max = max };
    for (int p = 0; p < PART_COUNT && ui->shown->count; p++) {
        g.part = (enum part)p;
        gather(&g, at(ui, 0), PART_CONTENT);
    }
    return g.count;
}

bool reader_card_is_up(const struct ui *ui)
{
    return ui->now->top_layer > 0;
}

bool reader_find(const struct ui *ui, uint64_t id, SDL_Rect *out)
{
    const struct node *n = shown_node(ui, id);
    SDL_Rect r;
    bool there = n && !node_is_hidden_by_overlay(ui, n) && seen(ui, n, &r);
    if (there && out)
        *out = r;
    return there;
}
