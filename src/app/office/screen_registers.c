/* screen_registers.c - the registers that write themselves: six tiles for a month, then the rows of one, page by page. A tap on a
 * row corrects it; one button puts the register onto the stick. */
#define LOG_MODULE "registers"
#include "app/shared/chrome.h"
#include "app/office/registers.h"
#include "app/core/screens.h"
#include "app/mail/sticks.h"
#include "base/i18n.h"
#include "base/log.h"
#include "store/study/hours.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

/* What of a register stands on the screen: its other columns are in the file. */
static const struct shown { uint32_t icon; enum ui_ink ink; const char *column[6]; } shown[REGISTER_KIND_COUNT] = {
    [REGISTER_VIEWING] = { ICON_PLAY_CIRCLE_FILLED, INK_GO, { "date", "full_name", "lesson", "watched_minutes", "status" } },
    [REGISTER_ATTENDANCE] = { ICON_GROUP, INK_INFO, { "date", "full_name", "topic", "present_minutes", "status" } },
    [REGISTER_DISCUSSION] = { ICON_FORUM, INK_SUN, { "date", "full_name", "about", "content" } },
    [REGISTER_EQUIPMENT] = { ICON_SETTINGS, INK_SECOND, { "date", "switched_on", "switched_off", "played_hours", "condition" } },
    [REGISTER_DOWNLOAD] = { ICON_CLOUD_DOWNLOAD, INK_INFO, { "date", "course", "size_mb", "source" } },
    [REGISTER_HOURS] = { ICON_TRENDING_UP, INK_GO, { "full_name", "month_hours", "year_hours", "target_hours", "percent" } },
};

static const char *kind_title(enum register_kind kind)
{
    return tr(register_kind_title(kind, false));
}

static const char *registers_month_words(struct ui *ui, int month)
{
    static const char *const name[] = { "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                                        "November", "December" };
    if (!strcmp(i18n_lang(), "en"))
        return ui_fmt(ui, "%s %d", name[(month % 100 + 11) % 12], month / 100);
    return ui_fmt(ui, tr("%d-%02d"), month / 100, month % 100);
}

static int month_step(int month, int by)
{
    int n = month / 100 * 12 + month % 100 - 1 + by;
    return n / 12 * 100 + n % 12 + 1;
}

/* ---- reading ---- */

static void count_rows(struct registers *s)
{
    for (int k = 0; k < REGISTER_KIND_COUNT; k++) {
        struct err e = ERR_INIT;
        struct register_table t;
        s->rows[k] = -1;
        if (register_read(app_db(s->app), &s->app->config, (enum register_kind)k, s->month, &t, &e)) {
            s->rows[k] = t.count;
            register_table_release(&t);
        } else {
            log_error("%s", e.text);
        }
    }
}

void registers_load(struct registers *s)
{
    struct err e = ERR_INIT;
    register_table_release(&s->table);
    s->sorry = NULL;
    if (!register_read(app_db(s->app), &s->app->config, s->kind, s->month, &s->table, &e)) {
        log_error("%s", e.text);
        s->sorry = TR_MARK("It cannot be read now. Please call the technician.");
    }
    if (s->offset >= s->table.count)
        s->offset = 0;
}

static void open_kind(struct registers *s, enum register_kind kind)
{
    s->kind = kind;
    s->page = REGISTERS_ROWS;
    s->offset = 0;
    registers_load(s);
}

static void registers_enter(void *screen, void *app, const void *arg)
{
    struct registers *s = screen;
    struct clock_reading now;
    (void)arg;
    s->app = app;
    app_clock(app, &now);
    s->month = s->this_month = hours_month_of(now.wall_ms);
    count_rows(s);
}

static void registers_leave(void *screen)
{
    struct registers *s = screen;
    registers_out_release(s);
    registers_fix_release(s);
    register_table_release(&s->table);
}

static void registers_tick(void *screen, int64_t boot_ms)
{
    struct registers *s = screen;
    enum registers_saved now = registers_saved(s);
    (void)boot_ms;
    registers_fix_tick(s);
    if (now != s->seen)
        ui_request_frame(s->app->ui);
    s->seen = now;
}

static bool registers_busy(void *screen)
{
    return registers_saved(screen) == SAVED_WORKING;
}

/* ---- the page of kinds ---- */

static void turn_month(struct registers *s, int by)
{
    s->month = month_step(s->month, by);
    count_rows(s);
}

static void months(struct ui *ui, struct registers *s)
{
    ui_row(ui, "months", .gap = 32, .justify = ALIGN_CENTER, .align = ALIGN_CENTER, .stretch_off = true, .handed = true) {
        if (ui_icon_button(ui, ICON_CHEVRON_LEFT, "", .name = tr("A month earlier"), .tone = TONE_CARD, .w = 160, .h = 100, .row = true, .repeats = true))
            turn_month(s, -1);
        ui_label(ui, registers_month_words(ui, s->month), .font = FONT_TITLE, .role = ROLE_HEADING, .align = ALIGN_CENTER, .min_w = 480);
        if (ui_icon_button(ui, ICON_CHEVRON_RIGHT, "", .name = tr("A month later"), .tone = TONE_CARD, .w = 160, .h = 100, .row = true, .repeats = true,
                           .disabled = s->month >= s->this_month))
            turn_month(s, 1);
    }
}

static void kind_tile(struct ui *ui, struct registers *s, enum register_kind kind)
{
    int rows = s->rows[kind];
    ui_column(ui, "kind", .key = (uint32_t)kind, .tone = TONE_CARD, .role = ROLE_BUTTON, .grow = 1, .pad = 16, .gap = 6, .align = ALIGN_CENTER,
              .justify = ALIGN_CENTER, .stretch_off = true, .name = kind_title(kind)) {
        ui_icon(ui, shown[kind].icon, 84, shown[kind].ink);
        ui_label(ui, kind_title(kind), .font = FONT_STRONG, .align = ALIGN_CENTER, .max_lines = 2);
        ui_label(ui, rows < 0 ? tr("cannot be read") : ui_fmt(ui, tr_n("%d row", "%d rows", (unsigned long)rows), rows), .font = FONT_NOTE, .ink = INK_SECOND);
        if (ui_tapped(ui))
            open_kind(s, kind);
    }
}

static void kinds_draw(struct ui *ui, struct registers *s)
{
    chrome_screen(ui, "registers") {
        chrome_header_title(ui, s->app, tr("Registers"));
        months(ui, s);
        ui_column(ui, "kinds", .grow = 1, .gap = 24, .role = ROLE_LIST)
            for (int r = 0; r < 2; r++)
                ui_row(ui, "row", .key = (uint32_t)r, .grow = 1, .gap = 24)
                    for (int c = 0; c < 3; c++)
                        kind_tile(ui, s, (enum register_kind)(r * 3 + c));
        if (chrome_footer(ui, s->app, tr("The registers fill themselves from what happens at this screen.\nChoose the month, then tap a register to read it.\nThere you can put it on a stick, or correct a mistake."), NULL, NULL))
            nav_pop(s->app->nav);
    }
}

/* ---- the page of rows ---- */

static int column_of(const struct registers *s, const char *en)
{
    for (int c = 0; c < s->table.columns; c++)
        if (!strcmp(s->table.column[c].en, en))
            return c;
    return 0;
}

/* "watched_minutes" as a person writes it. */
static const char *column_words(struct ui *ui, const struct register_column *c)
{
    char text[60];
    if (strcmp(i18n_lang(), "en"))
        return c->zh;
    snprintf(text, sizeof text, "%s", c->en);
    for (char *p = text; *p; p++)
        *p = *p == '_' ? ' ' : *p;
    text[0] = text[0] >= 'a' && text[0] <= 'z' ? (char)(text[0] - 'a' + 'A') : text[0];
    return ui_fmt(ui, "%s", text);
}

static int column_share(const struct register_column *c)
{
    return c->cell == REGISTER_NUMBER ? 9 : c->cell == REGISTER_DATE ? 11 : c->cell == REGISTER_TIME ? 8 : c->weight < 10 ? 9 : c->weight;
}

enum { CELL_GAP = 32, CELLS_EDGE = 28, SCREEN_EDGE = 48 };

/* Units for one share of the columns: rows and head must stand below each other, whatever is in them. */
static int share_width(struct ui *ui, const struct registers *s)
{
    int shares = 0, wide = ui_units_wide(ui) - 2 * (SCREEN_EDGE + CELLS_EDGE) + CELL_GAP;
    for (int i = 0; i < 6 && shown[s->kind].column[i]; i++) {
        shares += column_share(&s->table.column[column_of(s, shown[s->kind].column[i])]);
        wide -= CELL_GAP;
    }
    return wide * 16 / (shares ? shares : 1); /* sixteenths */
}

static void cells(struct ui *ui, const struct registers *s, const struct register_row *row)
{
    int share = share_width(ui, s);
    for (int i = 0; i < 6 && shown[s->kind].column[i]; i++) {
        int c = column_of(s, shown[s->kind].column[i]);
        const struct register_column *column = &s->table.column[c];
        bool number = column->cell == REGISTER_NUMBER;
        ui_column(ui, "cell", .key = (uint32_t)i, .w = share * column_share(column) / 16, .justify = ALIGN_CENTER)
            ui_label(ui, row ? row->cell[c] : column_words(ui, column), .font = row ? FONT_BODY : FONT_NOTE, .align = number ? ALIGN_END : ALIGN_START,
                     .ink = row && !row->voided ? INK_AUTO : INK_SECOND, .max_lines = row ? 1 : 2, .may_cut = true);
    }
}

void registers_head_cells(struct ui *ui, const struct registers *s)
{
    ui_row(ui, "head", .pad_x = CELLS_EDGE, .gap = CELL_GAP, .align = ALIGN_CENTER)
        cells(ui, s, NULL);
}

/* Nobody erases: what does not count any more stays, with a line through it. */
void registers_row_draw(struct ui *ui, struct registers *s, int i, bool may_tap)
{
    const struct register_row *row = &s->table.row[i];
    bool button = may_tap && *row->statement_id && !row->voided;
    ui_stack(ui, "record", .key = (uint32_t)i, .tone = TONE_CARD, .grow = 1, .min_h = 84, .role = button ? ROLE_BUTTON : ROLE_NONE,
             .name = button ? row->cell[column_of(s, "full_name")] : NULL) {
        ui_row(ui, "cells", .pad_x = CELLS_EDGE, .gap = CELL_GAP, .align = ALIGN_CENTER)
            cells(ui, s, row);
        if (row->voided)
            ui_column(ui, "void", .pad_x = 20, .justify = ALIGN_CENTER, .silent = true)
                ui_column(ui, "line", .h = 4, .radius = -1, .tone = TONE_STOP, .silent = true) {}
        if (button && ui_tapped(ui))
            registers_fix_begin(s, row->statement_id);
    }
}

static void rows_draw(struct ui *ui, struct registers *s)
{
    int page = s->per_page = chrome_is_tight(ui, s->app) ? 4 : 6;
    bool fixes = s->kind == REGISTER_VIEWING || s->kind == REGISTER_ATTENDANCE;
    if (!s->table.count) {
        ui_column(ui, "nothing", .tone = TONE_CARD, .grow = 1, .gap = 24, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
            ui_icon(ui, shown[s->kind].icon, 140, INK_SECOND);
            ui_label(ui, s->sorry ? tr(s->sorry) : tr("Nothing in this month"), .font = FONT_HEADING, .role = ROLE_HEADING);
        }
        return;
    }
    registers_head_cells(ui, s);
    ui_column(ui, "rows", .grow = 1, .gap = 16, .role = ROLE_LIST)
        for (int i = s->offset; i < s->offset + page; i++) {
            if (i < s->table.count)
                registers_row_draw(ui, s, i, fixes);
            else
                ui_column(ui, "none", .key = (uint32_t)i, .grow = 1, .min_h = 84) {}
        }
}

static void rows_foot(struct ui *ui, void *ctx)
{
    struct registers *s = ctx;
    bool stick = s->app->sticks && sticks_place(s->app->sticks) && !sticks_pulled(s->app->sticks);
    if (s->table.count > s->per_page)
        s->offset = chrome_pager(ui, s->offset, s->per_page, s->table.count);
    if (ui_icon_button(ui, stick ? ICON_USB : ICON_FOLDER, stick ? tr("Save to the stick") : tr("Save"), .tone = TONE_GO, .h = 100, .min_w = 240, .row = true,
                       .disabled = s->sorry != NULL))
        registers_save(s);
}

static void register_draw(struct ui *ui, struct registers *s)
{
    chrome_screen(ui, "register") {
        /* On a small panel the dates of the rows must say which month it is. */
        chrome_header_title(ui, s->app, chrome_is_tight(ui, s->app) ? kind_title(s->kind)
                                                                    : ui_fmt(ui, "%s · %s", kind_title(s->kind), registers_month_words(ui, s->month)));
        rows_draw(ui, s);
        if (chrome_footer(ui, s->app, tr("Is a row wrong? Tap it. It stays, with a line through it, and the right one is added.\n“Save” writes a page to print and a table, with a code that the county can check."), rows_foot, s)) {
            s->page = REGISTERS_KINDS;
            register_table_release(&s->table);
            count_rows(s);
        }
    }
    registers_saved_draw(ui, s);
}

static void registers_draw(struct ui *ui, void *screen)
{
    struct registers *s = screen;
    if (s->page == REGISTERS_KINDS)
        kinds_draw(ui, s);
    else if (s->page == REGISTERS_ROWS)
        register_draw(ui, s);
    else
        registers_fix_draw(ui, s);
}

const struct screen_class registers_screen = {
    .name = "registers", .size = sizeof(struct registers), .after_posts = true, .enter = registers_enter, .leave = registers_leave, .draw = registers_draw,
    .tick = registers_tick, .busy = registers_busy,
};
