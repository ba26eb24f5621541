/* screen_shelf.c - all courses by pictures, six or eight a page, with a tab for each category that is there. */
#include "app/shared/chrome.h"
#include "app/core/screens.h"
#include "app/shared/tiles.h"
#include "app/core/words.h"
#include "base/i18n.h"

#include <string.h>

enum { ROWS = 2, TABS = 6 };

struct shelf {
    struct app *app;
    struct course_list page;
    int offset, total, columns;
    struct category_row tab[TABS];
    int tabs, chosen; /* -1: all */
    struct list_seen seen;
};

static void load(struct shelf *s)
{
    struct db *db = app_list(s->app, &s->seen);
    course_list_release(&s->page);
    const char *category = s->chosen < 0 ? NULL : s->tab[s->chosen].category;
    if (!library_courses(db, s->app->session.who.id, category, s->offset, s->columns * ROWS, &s->page, &s->total, NULL))
        s->page = (struct course_list){ 0 };
}

static void shelf_resume(void *screen)
{
    load(screen);
}

static void shelf_tick(void *screen, int64_t boot_ms)
{
    struct shelf *s = screen;
    (void)boot_ms;
    if (!app_list_stale(s->app, &s->seen))
        return;
    load(s);
    ui_request_frame(s->app->ui);
}

static void shelf_enter(void *screen, void *app, const void *arg)
{
    struct shelf *s = screen;
    (void)arg;
    s->app = app;
    s->chosen = -1;
    s->columns = 4;
    if (!library_categories(app_db(app), s->tab, TABS, &s->tabs, NULL))
        s->tabs = 0;
    load(s);
}

static void shelf_leave(void *screen)
{
    course_list_release(&((struct shelf *)screen)->page);
}

static void tab(struct ui *ui, struct shelf *s, int i)
{
    bool on = s->chosen == i;
    ui_row(ui, "tab", .key = (uint32_t)(i + 1), .h = 92, .min_w = 120, .pad_x = 28, .gap = 12, .radius = 46, .tone = on ? TONE_GO : TONE_CARD, .role = ROLE_TAB,
           .selected = on, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        if (i >= 0)
            ui_icon(ui, words_category_icon(s->tab[i].category), 40, on ? INK_WHITE : INK_GO);
        ui_label(ui, i < 0 ? tr("All") : words_category(s->tab[i].category), .font = FONT_STRONG, .max_lines = 1);
        if (ui_tapped(ui) && !on) {
            s->chosen = i;
            s->offset = 0;
            load(s);
        }
    }
}

static void pager(struct ui *ui, void *ctx)
{
    struct shelf *s = ctx;
    int next = chrome_pager(ui, s->offset, s->columns * ROWS, s->total);
    if (next != s->offset) {
        s->offset = next;
        load(s);
    }
}

static void shelf_draw(struct ui *ui, void *screen)
{
    struct shelf *s = screen;
    int columns = s->app->text_percent > 100 ? 3 : 4;
    if (columns != s->columns) {
        s->columns = columns;
        s->offset = 0;
        load(s);
    }
    chrome_screen(ui, "allcourses") {
        chrome_header(ui, s->app, NULL, NULL);
        ui_row(ui, "tabs", .gap = 16)
            for (int i = -1; i < s->tabs; i++)
                tab(ui, s, i);
        ui_column(ui, "grid", .gap = 24, .grow = 1, .role = ROLE_LIST)
            for (int r = 0; r < ROWS; r++)
                ui_row(ui, "row", .key = (uint32_t)r, .gap = 24, .grow = 1)
                    for (int i = r * columns; i < (r + 1) * columns; i++) {
                        if (i >= s->page.count)
                            ui_column(ui, "none", .key = (uint32_t)i, .grow = 1) {}
                        else if (tile_course(ui, s->app, &s->page.row[i]))
                            nav_push(s->app->nav, &course_screen, s->page.row[i].id);
                    }
        if (chrome_footer(ui, s->app, tr("Tap a picture to open a course.\nThe arrows turn the page."), pager, s))
            nav_pop(s->app->nav);
    }
}

const struct screen_class shelf_screen = {
    .name = "shelf", .size = sizeof(struct shelf), .enter = shelf_enter, .leave = shelf_leave, .draw = shelf_draw, .resume = shelf_resume,
    .tick = shelf_tick,
};
