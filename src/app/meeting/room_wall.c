#include "app/meeting/room_wall.h"
#include "app/shared/chrome.h"
#include "base/i18n.h"
#include "base/str.h"
#include "ui/icons.h"

#include <stdlib.h>
#include <string.h>

enum {
    GAP = 16, FACE_WIDE = 130, FACE_HIGH = 84, NAME_HIGH = 46, /* a face; the name below it grows with the letters */
    ROW_BUTTON = 88, PAGER_HIGH = 104, COLUMNS_MAX = 15, ROWS_MAX = 12, LETTERS_A_ROW = 9,
};

struct room_grid room_grid_fit(int width, int height, int text_percent)
{
    int wide = FACE_WIDE * text_percent / 100, high = FACE_HIGH + NAME_HIGH * text_percent / 100;
    int columns = (width - ROW_BUTTON) / (wide + GAP), rows = (height - PAGER_HIGH) / (high + GAP);
    columns = columns < 1 ? 1 : columns > COLUMNS_MAX ? COLUMNS_MAX : columns;
    rows = rows < 1 ? 1 : rows > ROWS_MAX ? ROWS_MAX : rows;
    return (struct room_grid){ columns, rows };
}

int room_grid_page(int index, int page)
{
    return index < 0 ? 0 : index / page * page;
}

static bool is_present(const struct room_wall *w, int i)
{
    return w->present(w->ctx, w->all.member[i].id);
}

static void filter(struct room_wall *w)
{
    w->shown_count = 0;
    for (int i = 0; i < w->all.count; i++)
        if (!w->initial || w->all.member[i].initial == w->initial)
            w->shown[w->shown_count++] = i;
    if (w->offset >= w->shown_count)
        w->offset = 0;
}

void room_wall_load(struct room_wall *w, struct app *app, bool (*present)(void *, const char *), void *ctx)
{
    enum { EVERYBODY = 1 << 20 };
    *w = (struct room_wall){ .app = app, .present = present, .ctx = ctx };
    if (!member_page(app_db(app), 0, 0, EVERYBODY, &w->all, NULL, NULL))
        w->all = (struct member_list){ 0 };
    if (!member_initials(app_db(app), w->initials, NULL))
        w->initials[0] = 0;
    w->shown = mem_alloc(sizeof *w->shown * (size_t)(w->all.count + 1));
    filter(w);
}

void room_wall_release(struct room_wall *w)
{
    member_list_release(&w->all);
    free(w->shown);
    *w = (struct room_wall){ 0 };
}

const struct member *room_wall_member(const struct room_wall *w, const char *id)
{
    for (int i = 0; i < w->all.count; i++)
        if (!strcmp(w->all.member[i].id, id))
            return &w->all.member[i];
    return NULL;
}

static void picture(struct ui *ui, struct room_wall *w, const struct member *m, bool here, int size)
{
    ui_stack(ui, "picture", .h = size) {
        ui_row(ui, "middle", .justify = ALIGN_CENTER, .align = ALIGN_CENTER, .stretch_off = true)
            ui_avatar(ui, m->name, app_blob(w->app, m->photo_sha256), (unsigned)m->hue, size);
        if (here)
            ui_row(ui, "tick", .justify = ALIGN_END, .align = ALIGN_START, .stretch_off = true)
                ui_column(ui, "badge", .w = 40, .h = 40, .radius = 20, .tone = TONE_CARD, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true)
                    ui_icon(ui, ICON_CHECK_CIRCLE, 38, INK_GO);
    }
}

static bool face(struct ui *ui, struct room_wall *w, int i, int high)
{
    enum { PAD = 6, LINE_SHORT = 50, LINE_LONG = 40, SMALLEST = 40, LARGEST = 112 };
    const struct member *m = &w->all.member[i];
    size_t letters = utf8_count(m->name);
    bool here = is_present(w, i), long_name = letters > 3, two = letters > 4, tapped = false;
    int size = high - 2 * PAD - 8 - (two ? 2 * LINE_LONG : LINE_SHORT) * w->app->text_percent / 100;
    size = size < SMALLEST ? SMALLEST : size > LARGEST ? LARGEST : size;
    ui_column(ui, "person", .key = (uint32_t)hash64(0, m->id, strlen(m->id)), .tone = here ? TONE_GO_SOFT : TONE_CARD, .role = ROLE_BUTTON,
              .grow = 1, .radius = 20, .pad_x = 4, .pad_y = PAD, .gap = 2, .justify = ALIGN_CENTER, .selected = here, .name = m->name,
              .repeats = true) {
        picture(ui, w, m, here, size);
        ui_label(ui, m->name, .font = long_name ? FONT_NOTE : FONT_STRONG, .align = ALIGN_CENTER, .max_lines = two ? 2 : 1, .silent = true);
        tapped = ui_tapped(ui);
    }
    return tapped;
}

/* "The whole row is here": for the secretary, who sees a bench fill up. */
static bool row_button(struct ui *ui, bool all_here)
{
    bool tapped = false;
    ui_column(ui, "wholerow", .tone = all_here ? TONE_SAND : TONE_GO_OUTLINE, .role = ROLE_BUTTON, .w = ROW_BUTTON, .radius = 20, .gap = 2,
              .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true, .disabled = all_here, .name = tr("The whole row is here")) {
        ui_icon(ui, ICON_GROUP, 48, all_here ? INK_SECOND : INK_GO);
        ui_icon(ui, ICON_CHECK, 36, all_here ? INK_SECOND : INK_GO);
        tapped = ui_tapped(ui);
    }
    return tapped;
}

static bool row(struct ui *ui, struct room_wall *w, int first, int columns, int high, struct room_wall_tap *out)
{
    bool all_here = true, any = false, tapped = false;
    ui_row(ui, "faces", .key = (uint32_t)first, .grow = 1, .gap = GAP) {
        for (int c = 0; c < columns; c++) {
            int at = first + c;
            if (at >= w->shown_count) {
                ui_column(ui, "empty", .key = (uint32_t)at, .grow = 1) {}
                continue;
            }
            any = true;
            all_here &= is_present(w, w->shown[at]);
            if (face(ui, w, w->shown[at], high)) {
                *out = (struct room_wall_tap){ .count = 1, .member = { &w->all.member[w->shown[at]] } };
                tapped = true;
            }
        }
        if (!any)
            ui_column(ui, "norow", .w = ROW_BUTTON) {}
        else if (row_button(ui, all_here)) {
            *out = (struct room_wall_tap){ .row = true };
            for (int at = first; at < first + columns && at < w->shown_count; at++)
                if (!is_present(w, w->shown[at]))
                    out->member[out->count++] = &w->all.member[w->shown[at]];
            tapped = out->count > 0;
        }
    }
    return tapped;
}

static void choose_letter(struct room_wall *w, char initial)
{
    w->initial = initial;
    w->offset = 0;
    w->letters_open = false;
    filter(w);
}

static void letters(struct ui *ui, struct room_wall *w)
{
    int count = (int)strlen(w->initials);
    ui_overlay(ui, "letters", .tone = TONE_CARD, .pad = 48, .gap = 24, .w = 1240) {
        ui_label(ui, tr("First letter of the family name"), .font = FONT_HEADING, .role = ROLE_HEADING);
        for (int r = 0; r * LETTERS_A_ROW < count; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .gap = 20)
                for (int c = r * LETTERS_A_ROW; c < (r + 1) * LETTERS_A_ROW; c++) {
                    if (c >= count)
                        ui_column(ui, "none", .key = (uint32_t)c, .grow = 1) {}
                    else if (ui_button(ui, ui_fmt(ui, "%c", w->initials[c]), .key = (uint32_t)c, .grow = 1, .h = 104, .pad_x = 8,
                                       .tone = w->initial == w->initials[c] ? TONE_GO : TONE_CARD))
                        choose_letter(w, w->initials[c]);
                }
        ui_row(ui, "ways", .gap = 24) {
            if (ui_icon_button(ui, ICON_GROUP, tr("Everybody"), .tone = TONE_GO_OUTLINE, .grow = 1, .h = 104, .row = true))
                choose_letter(w, 0);
            if (ui_icon_button(ui, ICON_CLOSE, tr("Close"), .tone = TONE_CARD, .grow = 1, .h = 104, .row = true))
                w->letters_open = false;
        }
    }
}

static void pager(struct ui *ui, struct room_wall *w, int page)
{
    int pages = (w->shown_count + page - 1) / page;
    ui_row(ui, "wallfoot", .gap = GAP, .h = PAGER_HIGH, .align = ALIGN_CENTER, .stretch_off = true) {
        if (ui_button(ui, w->initial ? ui_fmt(ui, "%c", w->initial) : tr("A–Z"), .tone = w->initial ? TONE_GO : TONE_CARD, .w = 128, .h = PAGER_HIGH,
                      .name = tr("Find by letter")))
            w->letters_open = true;
        ui_label(ui, pages > 1 ? ui_fmt(ui, "%d / %d", w->offset / page + 1, pages) : "", .ink = INK_SECOND, .grow = 1, .align = ALIGN_CENTER,
                 .max_lines = 1);
        w->offset = chrome_pager(ui, w->offset, page, w->shown_count);
    }
}

bool room_wall_draw(struct ui *ui, struct room_wall *w, int width, int height, struct room_wall_tap *out)
{
    struct room_grid g = room_grid_fit(width, height, w->app->text_percent);
    int page = g.columns * g.rows, high = (height - PAGER_HIGH) / g.rows - GAP;
    bool tapped = false;
    w->offset = room_grid_page(w->offset, page);
    ui_column(ui, "wall", .grow = 1, .gap = GAP) {
        ui_column(ui, "people", .grow = 1, .gap = GAP, .role = ROLE_LIST)
            for (int r = 0; r < g.rows; r++)
                tapped |= row(ui, w, w->offset + r * g.columns, g.columns, high, out);
        pager(ui, w, page);
    }
    if (w->letters_open)
        letters(ui, w);
    return tapped;
}
