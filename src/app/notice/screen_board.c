/* screen_board.c - the notices that hold today, newest first, a few a page. */
#include "app/notice/notice.h"
#include "app/shared/chrome.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "base/log.h"
#include "ui/icons.h"

#include <string.h>

struct board {
    struct app *app;
    struct board_list list;
    int offset, page, total;
    struct list_seen seen;
};

static void load(struct board *s)
{
    struct err e = ERR_INIT;
    struct clock_reading now;
    struct board_list list = { 0 };
    struct db *db = app_list(s->app, &s->seen);
    app_clock(s->app, &now);
    s->total = notice_count(s->app, db);
    if (s->offset >= s->total)
        s->offset = 0;
    if (!board_page(db, board_day(&now), s->offset, s->page, &list, &e))
        log_error("%s", e.text);
    board_list_release(&s->list);
    s->list = list;
}

static void board_enter(void *screen, void *app, const void *arg)
{
    struct board *s = screen;
    (void)arg;
    s->app = app;
    s->page = 1;
    load(s);
}

static void board_leave(void *screen)
{
    board_list_release(&((struct board *)screen)->list);
}

static void board_resume(void *screen)
{
    load(screen);
}

static void board_tick(void *screen, int64_t boot_ms)
{
    struct board *s = screen;
    (void)boot_ms;
    if (!app_list_stale(s->app, &s->seen))
        return;
    load(s);
    ui_request_frame(s->app->ui);
}

/* ---- drawing ---- */

static int rows_fitting(struct ui *ui, const struct app *app)
{
    return chrome_is_low(ui) || app->text_percent > 125 ? 2 : app->text_percent > 100 || chrome_is_tight(ui, app) ? 3 : 4;
}

static void card(struct ui *ui, struct board *s, const struct board_row *r)
{
    const char *title = lang_text_get(&r->title, i18n_lang());
    ui_row(ui, "notice", .key = (uint32_t)hash64(0, r->id, strlen(r->id)), .tone = TONE_CARD, .clip = true, .grow = 1, .gap = 32,
           .role = ROLE_BUTTON, .name = title) {
        ui_stack(ui, "picture", .w = 320, .align = ALIGN_CENTER, .justify = ALIGN_CENTER) {
            ui_image(ui, app_blob(s->app, r->poster_sha256), words_category_rgb(r->category), .silent = true, .radius = -1);
            if (!r->poster_sha256[0])
                ui_icon(ui, words_category_icon(r->category), 96, INK_SECOND);
        }
        ui_column(ui, "words", .grow = 1, .gap = 6, .justify = ALIGN_CENTER) {
            ui_label(ui, title, .font = s->app->text_percent > 100 ? FONT_STRONG : FONT_BUTTON, .max_lines = 2);
            ui_label(ui, notice_days(ui, s->app, r->from_day, r->until_day), .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 1);
        }
        ui_column(ui, "sign", .w = 96, .justify = ALIGN_CENTER, .align = ALIGN_CENTER, .stretch_off = true)
            ui_icon(ui, ICON_CHEVRON_RIGHT, 64, INK_GO);
        if (ui_tapped(ui))
            nav_push(s->app->nav, &notice_screen, r->id);
    }
}

static void nothing_today(struct ui *ui)
{
    ui_column(ui, "empty", .grow = 1, .gap = 24, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, ICON_NOTIFICATIONS, 160, INK_SECOND);
        ui_label(ui, tr("No notices today"), .font = FONT_HEADING, .role = ROLE_HEADING);
    }
}

static void pager(struct ui *ui, void *ctx)
{
    struct board *s = ctx;
    if (s->total <= s->page)
        return;
    int offset = chrome_pager(ui, s->offset, s->page, s->total);
    if (offset != s->offset) {
        s->offset = offset;
        load(s);
    }
}

static void board_draw(struct ui *ui, void *screen)
{
    struct board *s = screen;
    int page = rows_fitting(ui, s->app);
    if (page != s->page) {
        s->page = page;
        s->offset -= s->offset % page;
        load(s);
    }
    chrome_screen(ui, "board") {
        chrome_header_title(ui, s->app, tr("Notice board"));
        if (!s->list.count)
            nothing_today(ui);
        else
            ui_column(ui, "notices", .gap = 20, .grow = 1, .role = ROLE_LIST) {
                for (int i = 0; i < s->list.count; i++)
                    card(ui, s, &s->list.row[i]);
                for (int i = s->list.count; i < s->page; i++)
                    ui_column(ui, "none", .key = (uint32_t)i, .grow = 1) {}
            }
        if (chrome_footer(ui, s->app, tr("Tap a notice to read all of it.\nThe loudspeaker reads it to you.\nThe newest notice is at the top."), pager, s))
            nav_pop(s->app->nav);
    }
}

const struct screen_class board_screen = {
    .name = "board", .size = sizeof(struct board), .enter = board_enter, .leave = board_leave, .draw = board_draw, .resume = board_resume,
    .tick = board_tick,
};
