/* ui_widgets.c - labels, buttons, icons, bars and rings, made of boxes; part of ui.h. */
#include "ui/ui_parts.h"
#include "ui/theme.h"

#include <math.h>
#include <string.h>

static void set_style(const struct ui *ui, struct node *n, enum ui_font font)
{
    const struct theme_font *f = theme_font(font);
    n->font = font;
    n->style.face = f->face;
    n->style.px = (int)lroundf((float)theme_font_size(font, ui->text_percent) * ui->scale);
    n->style.halo = f->halo ? ui_px(ui, f->halo) : 0;
    n->line_h = n->style.px * f->line_permille / 1000;
}

void ui_label_(struct ui *ui, const char *text, struct ui_opt o)
{
    if (!o.role)
        o.role = ROLE_TEXT;
    struct node *n = node_add(ui, "#", o, NODE_LABEL);
    n->text = ui_keep(ui, text ? text : "");
    set_style(ui, n, o.font);
}

static struct ui_opt button_opt(struct ui_opt o)
{
    if (!o.role)
        o.role = ROLE_BUTTON;
    if (!o.tone)
        o.tone = TONE_CARD;
    if (!o.font)
        o.font = o.h >= 112 || o.min_h >= 112 ? FONT_HEADING : FONT_BUTTON;
    if (!o.h && !o.min_h)
        o.min_h = THEME_BUTTON_HIGH;
    if (!o.pad && !o.pad_x)
        o.pad_x = o.w && o.w < 200 ? 8 : THEME_BUTTON_PAD;
    if (!o.gap)
        o.gap = 16;
    o.align = o.justify = ALIGN_CENTER;
    o.stretch_off = true;
    return o;
}

bool ui_button_(struct ui *ui, const char *label, struct ui_opt o)
{
    o = button_opt(o);
    o.row = true;
    ui_box_open(ui, label, o);
    bool tapped = ui_tapped(ui);
    ui_label_(ui, label, UI_OPT(.font = o.font, .ink = o.ink, .silent = o.name != NULL, .align = ALIGN_CENTER));
    ui_box_close(ui);
    return tapped;
}

static int icon_size(const struct ui_opt *o, bool alone, bool above)
{
    int high = o->h ? o->h : o->min_h;
    return alone ? high * 54 / 100 : above ? high * 42 / 100 : high >= 112 ? 56 : THEME_BUTTON_ICON;
}

bool ui_icon_button_(struct ui *ui, uint32_t icon, const char *label, struct ui_opt o)
{
    bool alone = !label || !*label, above = !alone && !o.row && o.h >= 120;
    o = button_opt(o);
    o.row = !above;
    if (above)
        o.gap = 4;
    ui_box_open(ui, alone ? o.name ? o.name : "icon" : label, o);
    struct node *n = node_at(ui, ui->now->count - 1);
    n->icon = icon; /* part of its identity on the screen, for the dump */
    bool tapped = ui_tapped(ui);
    ui_icon(ui, icon, icon_size(&o, alone, above), o.ink);
    if (!alone)
        ui_label_(ui, label, UI_OPT(.font = o.font, .ink = o.ink, .silent = o.name != NULL, .align = ALIGN_CENTER));
    ui_box_close(ui);
    return tapped;
}

void ui_icon(struct ui *ui, uint32_t icon, int size, enum ui_ink ink)
{
    struct node *n = node_add(ui, "icon", UI_OPT(.w = size, .h = size, .ink = ink, .silent = true), NODE_ICON);
    n->icon = icon;
    n->style = (struct text_style){ .face = FACE_ICON, .px = n->o.w };
}

static float unit(float part)
{
    return part >= 0 ? part > 1 ? 1 : part : 0; /* NaN becomes 0 */
}

void ui_progress_(struct ui *ui, float part, struct ui_opt o)
{
    if (!o.role)
        o.role = ROLE_PROGRESS;
    if (!o.h)
        o.h = THEME_BAR_HIGH;
    node_add(ui, "bar", o, NODE_BAR)->part = unit(part);
}

void ui_ring(struct ui *ui, int size, float part, float part2)
{
    struct node *n = node_add(ui, "ring", UI_OPT(.w = size, .h = size, .role = ROLE_PROGRESS), NODE_RING);
    n->part = unit(part);
    n->part2 = unit(part2);
}

void ui_image_(struct ui *ui, const char *path, uint32_t ground_rgb, struct ui_opt o)
{
    if (!o.role)
        o.role = ROLE_IMAGE;
    struct node *n = node_add(ui, "image", o, NODE_IMAGE);
    n->path = ui_keep(ui, path);
    n->ground = 0xff000000 | ground_rgb;
}

void ui_avatar(struct ui *ui, const char *name, const char *path, unsigned hue, int size)
{
    struct node *n = node_add(ui, "face", UI_OPT(.w = size, .h = size, .role = ROLE_IMAGE, .name = name), NODE_FACE);
    n->text = ui_keep(ui, name ? name : "");
    n->path = ui_keep(ui, path);
    n->ground = theme_hue(ui->theme, hue);
    n->style = (struct text_style){ .face = FACE_BOLD, .px = n->o.w / 2 };
    n->line_h = n->o.h;
}

void ui_spacer(struct ui *ui)
{
    node_add(ui, "space", UI_OPT(.grow = 1, .silent = true), NODE_BOX);
}

void ui_divider(struct ui *ui)
{
    node_add(ui, "line", UI_OPT(.h = 2, .silent = true), NODE_IMAGE)->ground = ui->theme->line;
}

void ui_canvas_(struct ui *ui, const char *id, ui_paint_fn *paint, void *ctx, uint64_t serial, struct ui_opt o)
{
    struct node *n = node_add(ui, id, o, NODE_CANVAS);
    n->paint = paint;
    n->ctx = ctx;
    n->serial = serial;
}
