#define _GNU_SOURCE
#include "tool/print.h"
#include "base/clock.h"
#include "base/fs.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Points, 1/72 inch. */
#define A4_SHORT 595.276
#define A4_LONG 841.890
enum { MARGIN = 40, PAD = 5, ROW_PAD = 3, FOOT = 46, WIDE_WEIGHT = 92 /* registers heavier than this lie on their side */ };
static const char family[] = "Noto Sans CJK SC, Noto Sans SC, sans-serif";

struct sheet {
    const struct register_table *table;
    const struct register_made *made;
    cairo_t *cr;
    double width, height;
    double *column;      /* left edges, columns + 1 */
    double *row_height;  /* [count] */
    int *first;          /* first row of each page, pages + 1 */
    int pages;
};

/* ---- text ---- */

static PangoLayout *layout_new(struct sheet *s, const char *text, double points, bool bold, double width)
{
    PangoLayout *l = pango_cairo_create_layout(s->cr);
    PangoFontDescription *font = pango_font_description_from_string(family);
    pango_font_description_set_absolute_size(font, points * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(l, font);
    pango_font_description_free(font);
    pango_layout_set_text(l, text, -1);
    if (width > 0) {
        pango_layout_set_width(l, (int)(width * PANGO_SCALE));
        pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    }
    return l;
}

static double layout_height(PangoLayout *l)
{
    int w, h;
    pango_layout_get_size(l, &w, &h);
    return (double)h / PANGO_SCALE;
}

static double text_height(struct sheet *s, const char *text, double points, bool bold, double width)
{
    PangoLayout *l = layout_new(s, text, points, bold, width);
    double h = layout_height(l);
    g_object_unref(l);
    return h;
}

struct text { double points; bool bold, struck; PangoAlignment align; double grey; };

/* Returns its height. */
static double draw_text(struct sheet *s, double x, double y, double width, const char *text, const struct text *how)
{
    PangoLayout *l = layout_new(s, text, how->points, how->bold, width);
    pango_layout_set_alignment(l, how->align);
    if (how->struck) {
        PangoAttrList *attrs = pango_attr_list_new();
        pango_attr_list_insert(attrs, pango_attr_strikethrough_new(TRUE));
        pango_layout_set_attributes(l, attrs);
        pango_attr_list_unref(attrs);
    }
    cairo_set_source_rgb(s->cr, how->grey, how->grey, how->grey);
    cairo_move_to(s->cr, x, y);
    pango_cairo_show_layout(s->cr, l);
    double h = layout_height(l);
    g_object_unref(l);
    return h;
}

static void line(struct sheet *s, double y, double thick)
{
    cairo_set_source_rgb(s->cr, 0.35, 0.35, 0.35);
    cairo_set_line_width(s->cr, thick);
    cairo_move_to(s->cr, MARGIN, y);
    cairo_line_to(s->cr, s->width - MARGIN, y);
    cairo_stroke(s->cr);
}

/* ---- measuring ---- */

enum { CELL = 9, HEAD = 9, HEAD_EN = 6 };

static double cell_width(const struct sheet *s, int c)
{
    return s->column[c + 1] - s->column[c] - 2 * PAD;
}

static bool is_wide(const struct register_table *t)
{
    int sum = 0;
    for (int c = 0; c < t->columns; c++)
        sum += t->column[c].weight;
    return sum > WIDE_WEIGHT;
}

static void measure_columns(struct sheet *s)
{
    const struct register_table *t = s->table;
    double sum = 0, at = MARGIN;
    for (int c = 0; c < t->columns; c++)
        sum += t->column[c].weight;
    s->column = mem_alloc((size_t)(t->columns + 1) * sizeof *s->column);
    for (int c = 0; c < t->columns; c++) {
        s->column[c] = at;
        at += (s->width - 2 * MARGIN) * t->column[c].weight / sum;
    }
    s->column[t->columns] = s->width - MARGIN;
}

/* The English name, words apart so that it wraps between them. */
static const char *head_words(const struct sheet *s, int c, char out[60])
{
    snprintf(out, 60, "%s", s->table->column[c].en);
    for (char *p = out; *p; p++)
        *p = *p == '_' ? ' ' : *p;
    return out;
}

static double head_height(struct sheet *s)
{
    double most = 0;
    char en[60];
    for (int c = 0; c < s->table->columns; c++) {
        double h = text_height(s, s->table->column[c].zh, HEAD, true, cell_width(s, c)) +
                   text_height(s, head_words(s, c, en), HEAD_EN, false, cell_width(s, c));
        most = h > most ? h : most;
    }
    return most + 2 * PAD;
}

static double title_height(struct sheet *s)
{
    return text_height(s, "清", 18, true, 0) + text_height(s, "清", 10, false, 0) + 14;
}

static double body_height(struct sheet *s)
{
    return s->height - 2 * MARGIN - FOOT - title_height(s) - head_height(s);
}

/* A row is kept together; one that is higher than a page is cut at its end. */
static void paginate(struct sheet *s)
{
    const struct register_table *t = s->table;
    double room = body_height(s), used = 0;
    int cap = 0;
    s->row_height = mem_alloc((size_t)(t->count + 1) * sizeof *s->row_height);
    ARRAY_GROW(s->first, s->pages, cap);
    s->first[s->pages++] = 0;
    for (int i = 0; i < t->count; i++) {
        double most = text_height(s, "清", CELL, false, 0);
        for (int c = 0; c < t->columns; c++) {
            double h = *t->row[i].cell[c] ? text_height(s, t->row[i].cell[c], CELL, false, cell_width(s, c)) : 0;
            most = h > most ? h : most;
        }
        most += 2 * ROW_PAD;
        s->row_height[i] = most < room ? most : room;
        if (used > 0 && used + s->row_height[i] > room) {
            ARRAY_GROW(s->first, s->pages, cap);
            s->first[s->pages++] = i;
            used = 0;
        }
        used += s->row_height[i];
    }
    ARRAY_GROW(s->first, s->pages, cap);
    s->first[s->pages] = t->count;
}

/* ---- drawing ---- */

static double draw_title(struct sheet *s)
{
    char text[300], en[200];
    const struct register_table *t = s->table;
    double width = s->width - 2 * MARGIN, y = MARGIN;
    snprintf(text, sizeof text, "%s　%s", t->site, register_kind_title(t->kind, true));
    snprintf(en, sizeof en, "%d年%d月　%s　共 %d 行", t->month / 100, t->month % 100, register_kind_title(t->kind, false), t->count);
    y += draw_text(s, MARGIN, y, width, text, &(struct text){ 18, true, false, PANGO_ALIGN_CENTER, 0 });
    y += 2 + draw_text(s, MARGIN, y + 2, width, en, &(struct text){ 10, false, false, PANGO_ALIGN_CENTER, 0.25 });
    return MARGIN + title_height(s);
}

static double draw_head(struct sheet *s, double y)
{
    double h = head_height(s);
    char en[60];
    cairo_set_source_rgb(s->cr, 0.93, 0.93, 0.91);
    cairo_rectangle(s->cr, MARGIN, y, s->width - 2 * MARGIN, h);
    cairo_fill(s->cr);
    for (int c = 0; c < s->table->columns; c++) {
        bool number = s->table->column[c].cell == REGISTER_NUMBER;
        PangoAlignment align = number ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
        double x = s->column[c] + PAD, used = draw_text(s, x, y + PAD, cell_width(s, c), s->table->column[c].zh,
                                                        &(struct text){ HEAD, true, false, align, 0 });
        draw_text(s, x, y + PAD + used, cell_width(s, c), head_words(s, c, en), &(struct text){ HEAD_EN, false, false, align, 0.35 });
    }
    line(s, y, 1);
    line(s, y + h, 1);
    return y + h;
}

static void draw_row(struct sheet *s, int i, double y)
{
    const struct register_row *r = &s->table->row[i];
    for (int c = 0; c < s->table->columns; c++) {
        const struct register_column *column = &s->table->column[c];
        bool says_why = !strcmp(column->en, "status") || !strcmp(column->en, "note");
        cairo_save(s->cr);
        cairo_rectangle(s->cr, s->column[c], y, s->column[c + 1] - s->column[c], s->row_height[i]);
        cairo_clip(s->cr);
        draw_text(s, s->column[c] + PAD, y + ROW_PAD, cell_width(s, c), r->cell[c],
                  &(struct text){ CELL, false, r->voided && !says_why, column->cell == REGISTER_NUMBER ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT,
                                  r->voided && !says_why ? 0.4 : 0 });
        cairo_restore(s->cr);
    }
    line(s, y + s->row_height[i], 0.25);
}

static void draw_foot(struct sheet *s, int page)
{
    char text[300], day[11], hour[8] = "";
    struct tm tm;
    time_t at = (time_t)(s->made->made_ms / 1000);
    double width = s->width - 2 * MARGIN, y = s->height - MARGIN - FOOT + 8;
    clock_local_day(s->made->made_ms, day);
    if (localtime_r(&at, &tm))
        strftime(hour, sizeof hour, "%H:%M", &tm);
    line(s, y, 0.6);
    snprintf(text, sizeof text, "核对码 %s", s->made->code);
    draw_text(s, MARGIN, y + 5, width, text, &(struct text){ 12, true, false, PANGO_ALIGN_LEFT, 0 });
    snprintf(text, sizeof text, "第 %d 页 共 %d 页　page %d of %d", page, s->pages, page, s->pages);
    draw_text(s, MARGIN, y + 7, width, text, &(struct text){ 9, false, false, PANGO_ALIGN_RIGHT, 0 });
    snprintf(text, sizeof text, "制表 %s %s　SHA-256 %s", day, hour, s->made->sha256);
    draw_text(s, MARGIN, y + 24, width, text, &(struct text){ 7.5, false, false, PANGO_ALIGN_LEFT, 0.25 });
}

static void draw_page(struct sheet *s, int page)
{
    double y = draw_head(s, draw_title(s));
    if (s->table->count == 0)
        draw_text(s, MARGIN, y + 12, s->width - 2 * MARGIN, "本月没有记录　Nothing recorded this month",
                  &(struct text){ 10, false, false, PANGO_ALIGN_CENTER, 0.25 });
    for (int i = s->first[page - 1]; i < s->first[page]; i++) {
        draw_row(s, i, y);
        y += s->row_height[i];
    }
    draw_foot(s, page);
}

static void sheet_begin(struct sheet *s, cairo_surface_t *surface)
{
    s->cr = cairo_create(surface);
    measure_columns(s);
    paginate(s);
}

static void sheet_end(struct sheet *s)
{
    cairo_destroy(s->cr);
    free(s->column);
    free(s->row_height);
    free(s->first);
}

static struct sheet sheet_of(const struct register_table *t, const struct register_made *made)
{
    bool wide = is_wide(t);
    return (struct sheet){ .table = t, .made = made, .width = wide ? A4_LONG : A4_SHORT, .height = wide ? A4_SHORT : A4_LONG };
}

static cairo_status_t collect(void *ctx, const unsigned char *data, unsigned len)
{
    return str_add(ctx, data, len) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static bool put_file(cairo_status_t status, const struct str *bytes, const char *path, struct err *e)
{
    if (status != CAIRO_STATUS_SUCCESS)
        return err_set(e, ERR_IO, "making the pages: %s", cairo_status_to_string(status));
    return fs_replace(path, bytes->data, bytes->len, e);
}

bool print_register(const struct register_table *t, const struct register_made *made, const char *path, struct err *e)
{
    struct sheet s = sheet_of(t, made);
    struct str bytes;
    char date[32];
    str_init(&bytes, (size_t)256 << 20);
    cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(collect, &bytes, s.width, s.height);
    clock_format_utc(made->made_ms, date, sizeof date);
    memcpy(date + 19, "Z", 2); /* the same code gives the same file: no date of printing inside */
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_TITLE, made->code);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, date);
    sheet_begin(&s, pdf);
    for (int page = 1; page <= s.pages; page++) {
        draw_page(&s, page);
        cairo_show_page(s.cr);
    }
    sheet_end(&s);
    cairo_surface_finish(pdf);
    bool ok = put_file(cairo_surface_status(pdf), &bytes, path, e);
    cairo_surface_destroy(pdf);
    str_release(&bytes);
    return ok;
}

bool print_register_png(const struct register_table *t, const struct register_made *made, int page, const char *path, struct err *e)
{
    struct sheet s = sheet_of(t, made);
    struct str bytes;
    const double scale = 2;
    cairo_surface_t *png = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(s.width * scale), (int)(s.height * scale));
    str_init(&bytes, (size_t)64 << 20);
    sheet_begin(&s, png);
    bool ok = page >= 1 && page <= s.pages;
    if (ok) {
        cairo_scale(s.cr, scale, scale);
        cairo_set_source_rgb(s.cr, 1, 1, 1);
        cairo_paint(s.cr);
        draw_page(&s, page);
        cairo_status_t status = cairo_surface_write_to_png_stream(png, collect, &bytes);
        ok = put_file(status, &bytes, path, e);
    } else {
        err_set(e, ERR_MISSING, "there is no page %d; there are %d", page, s.pages);
    }
    sheet_end(&s);
    cairo_surface_destroy(png);
    str_release(&bytes);
    return ok;
}
