/* ui_find.c - the boxes of the shown frame by label, and as a JSON tree: for tests and screen readers. */
#include "base/str.h"
#include "ui/ui_parts.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct node *at(const struct ui *ui, int i)
{
    return i < 0 ? NULL : &ui->shown->node[i];
}

static const char *own_name(const struct node *n)
{
    return n->o.name ? n->o.name : n->kind == NODE_LABEL ? n->text : NULL;
}

static const struct node *tappable_around(const struct ui *ui, const struct node *n)
{
    while (n && !role_is_tappable(n->o.role))
        n = at(ui, n->parent);
    return n;
}

static bool enabled(const struct ui *ui, const struct node *n)
{
    for (; n; n = at(ui, n->parent))
        if (n->o.disabled)
            return false;
    return true;
}

static bool visible(const struct ui *ui, const struct node *n)
{
    SDL_Rect window = { 0, 0, ui->w, ui->h }, seen;
    return SDL_IntersectRect(&n->vis, &window, &seen) && 2 * seen.w >= n->r.w && 2 * seen.h >= n->r.h && n->r.w > 0;
}

/* 3: can be tapped now; 2: seen; 1: declared but out of sight. */
static int grade(const struct ui *ui, const struct node *n)
{
    const struct node *t = tappable_around(ui, n);
    if (!visible(ui, t ? t : n))
        return 1;
    return t && enabled(ui, t) && !node_is_hidden_by_overlay(ui, t) ? 3 : 2;
}

static const struct node *find(const struct ui *ui, const char *label, int *best)
{
    const struct node *found = NULL;
    *best = 0;
    for (int i = 0; i < ui->shown->count; i++) {
        const struct node *n = at(ui, i);
        const char *name = own_name(n);
        if (!name || strcmp(name, label) != 0)
            continue;
        int g = grade(ui, n);
        if (g > *best) {
            *best = g;
            found = n;
        }
    }
    return found;
}

bool ui_find(const struct ui *ui, const char *label, SDL_Rect *out, bool *tappable)
{
    int g;
    const struct node *n = find(ui, label, &g);
    if (g < 2)
        return false;
    const struct node *t = tappable_around(ui, n);
    SDL_Rect window = { 0, 0, ui->w, ui->h };
    if (out)
        SDL_IntersectRect(&(t ? t : n)->vis, &window, out);
    if (tappable)
        *tappable = g == 3;
    return true;
}

bool ui_reveal(struct ui *ui, const char *label)
{
    int g;
    const struct node *n = find(ui, label, &g), *t = n ? tappable_around(ui, n) : NULL, *up;
    if (g != 1)
        return false;
    n = t ? t : n;
    for (up = at(ui, n->parent); up && !up->o.scroll;)
        up = at(ui, up->parent);
    if (!up)
        return false;
    struct scroll *s = scroll_of(ui, up->id);
    float y = s->y + (float)(n->r.y + n->r.h / 2 - (up->r.y + up->r.h / 2));
    y = y < 0 ? 0 : y > (float)s->max ? (float)s->max : y;
    if (y == s->y)
        return false;
    s->y = y;
    ui_request_frame(ui);
    return true;
}

void ui_words(const struct ui *ui, char *out, size_t size)
{
    size_t n = 0;
    out[0] = 0;
    for (int i = 0; i < ui->shown->count; i++) {
        const struct node *node = at(ui, i);
        const char *name = node->o.silent ? NULL : own_name(node);
        if (!name || !*name || !visible(ui, node))
            continue;
        size_t len = strlen(name);
        if (n + len + 4 > size)
            return;
        memcpy(out + n, n ? " | " : "", n ? 3 : 0);
        n += n ? 3 : 0;
        memcpy(out + n, name, len + 1);
        n += len;
    }
}

/* --- JSON --- */

static const char *const role_name[] = {
    [ROLE_NONE] = "group",   [ROLE_BUTTON] = "button",     [ROLE_TEXT] = "text",   [ROLE_HEADING] = "heading",
    [ROLE_LIST] = "list",    [ROLE_CHOICE] = "choice",     [ROLE_PROGRESS] = "progress", [ROLE_IMAGE] = "image",
    [ROLE_SLIDER] = "slider", [ROLE_ALERT] = "alert",      [ROLE_TAB] = "tab",
};

static void gather_text(const struct ui *ui, const struct node *n, struct str *out)
{
    if (n->kind == NODE_LABEL && n->text[0]) {
        str_puts(out, out->len ? " " : "");
        str_puts(out, n->text);
    }
    for (int i = n->first; i >= 0; i = at(ui, i)->next)
        gather_text(ui, at(ui, i), out);
}

/* The accessible name: given, or the words inside what can be tapped. */
static json_t *label_of(const struct ui *ui, const struct node *n)
{
    const char *name = own_name(n);
    if (name || !role_is_tappable(n->o.role))
        return json_string(name ? name : "");
    struct str words;
    str_init(&words, 0);
    gather_text(ui, n, &words);
    json_t *label = json_string(words.data);
    str_release(&words);
    return label;
}

static json_t *state_of(const struct ui *ui, const struct node *n)
{
    json_t *state = json_array();
    if (!enabled(ui, n))
        json_array_append_new(state, json_string("disabled"));
    if (n->o.selected)
        json_array_append_new(state, json_string("selected"));
    if (n->o.pressed || touch_pressed(&ui->touch) == n->id)
        json_array_append_new(state, json_string("pressed"));
    if (!visible(ui, n))
        json_array_append_new(state, json_string("hidden"));
    if (node_is_hidden_by_overlay(ui, n))
        json_array_append_new(state, json_string("covered"));
    return state;
}

static void add_children(const struct ui *ui, const struct node *n, json_t *list);

static void add(const struct ui *ui, const struct node *n, json_t *list)
{
    if (n->o.silent)
        return;
    if (n->o.role == ROLE_NONE) { /* only there for layout */
        add_children(ui, n, list);
        return;
    }
    json_t *o = json_object(), *inside = json_array();
    json_t *label = label_of(ui, n);
    json_object_set_new(o, "role", json_string(role_name[n->o.role]));
    json_object_set_new(o, "label", label ? label : json_string(""));
    json_object_set_new(o, "state", state_of(ui, n));
    json_object_set_new(o, "rect", json_pack("[i,i,i,i]", n->r.x, n->r.y, n->r.w, n->r.h));
    if (n->kind == NODE_BAR || n->kind == NODE_RING)
        json_object_set_new(o, "value", json_real((double)n->part));
    add_children(ui, n, inside);
    if (json_array_size(inside))
        json_object_set(o, "children", inside);
    json_decref(inside);
    json_array_append_new(list, o);
}

static void add_children(const struct ui *ui, const struct node *n, json_t *list)
{
    for (int i = n->first; i >= 0; i = at(ui, i)->next)
        add(ui, at(ui, i), list);
}

void ui_dump_json(const struct ui *ui, FILE *to)
{
    json_t *list = json_array(), *o;
    if (ui->shown->count)
        add(ui, at(ui, 0), list);
    o = json_pack("{s:i,s:i,s:o}", "width", ui->w, "height", ui->h, "boxes", list);
    json_dumpf(o, to, JSON_INDENT(1) | JSON_REAL_PRECISION(4));
    fputc('\n', to);
    json_decref(o);
}
