/* screen_hours.c - my hours: the ring against the year's target, by month or by kind, and the lessons behind them. */
#include "app/shared/chrome.h"
#include "app/core/screens.h"
#include "app/shared/tiles.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <string.h>

enum { PAGE = 3, PAGE_BIG = 2 /* with big letters */, BARS = 8, BARS_BIG = 4, MONTHS_BIG = 6 };

struct hours_view {
    struct app *app;
    int year, month;              /* now */
    struct hours_year sums;
    struct hours_category_list kinds;
    struct hours_lesson_list lessons;
    int offset, total, page;
    bool by_kind;                 /* the chart shows categories instead of months */
    int64_t now_ms;
};

static void load_lessons(struct hours_view *s)
{
    hours_lesson_list_release(&s->lessons);
    if (!hours_lessons(app_db(s->app), s->app->session.who.id, s->year * 100 + 1, s->year * 100 + 12, s->offset, s->page, &s->lessons, &s->total, NULL))
        s->lessons = (struct hours_lesson_list){ 0 };
}

static void hours_enter(void *screen, void *app, const void *arg)
{
    struct hours_view *s = screen;
    struct clock_reading now;
    (void)arg;
    s->app = app;
    s->page = PAGE;
    app_clock(app, &now);
    s->now_ms = now.wall_ms;
    s->year = hours_month_of(now.wall_ms) / 100;
    s->month = hours_month_of(now.wall_ms) % 100;
    if (!hours_year(app_db(app), s->app->session.who.id, s->year, &s->sums, NULL))
        memset(&s->sums, 0, sizeof s->sums);
    if (!hours_categories(app_db(app), s->app->session.who.id, s->year * 100 + 1, s->year * 100 + 12, &s->kinds, NULL))
        s->kinds = (struct hours_category_list){ 0 };
    load_lessons(s);
}

static void hours_leave(void *screen)
{
    struct hours_view *s = screen;
    hours_category_list_release(&s->kinds);
    hours_lesson_list_release(&s->lessons);
}

static bool is_big(const struct hours_view *s)
{
    return s->app->text_percent > 100;
}

static void legend(struct ui *ui, enum ui_tone tone, const char *name, const char *value, enum ui_font font)
{
    ui_row(ui, name, .gap = 14, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_column(ui, "square", .w = 28, .h = 28, .radius = 6, .tone = tone) {}
        ui_label(ui, name, .font = font, .grow = 1, .max_lines = 2);
        ui_label(ui, value, .font = FONT_STRONG, .max_lines = 1);
    }
}

static void summary(struct ui *ui, struct hours_view *s)
{
    const struct config_target *target = tile_target(s->app);
    int m = tile_minutes_per_hour(target);
    const struct hours *h = &s->sums.total;
    enum ui_font font = is_big(s) ? FONT_NOTE : FONT_BODY;
    ui_row(ui, "summary", .tone = TONE_CARD, .w = 680, .pad_x = 28, .pad_y = 20, .gap = 28, .align = ALIGN_CENTER, .stretch_off = true) {
        tile_ring(ui, s->app, h, target, is_big(s) ? 240 : 292);
        ui_column(ui, "legend", .grow = 1, .gap = is_big(s) ? 10 : 24) {
            legend(ui, TONE_GO, tr("Verified"), words_hours(ui, h->verified_ms, m), font);
            legend(ui, TONE_SUN, tr("Only watched"), words_hours(ui, h->watched_ms - h->verified_ms, m), font);
            legend(ui, TONE_SAND, tr("Screen on"), words_hours(ui, h->screen_ms, m), font);
        }
    }
}

static void bar(struct ui *ui, uint32_t key, const char *name, const char *value, int64_t ms, int64_t most, int full, bool now)
{
    int height = most > 0 ? (int)(ms * full / most) : 0;
    ui_column(ui, "bar", .key = key, .grow = 1, .gap = 6, .justify = ALIGN_END, .align = ALIGN_CENTER, .stretch_off = true) {
        if (ms > 0)
            ui_label(ui, value, .font = FONT_NOTE, .ink = INK_SECOND, .silent = true, .max_lines = 1);
        if (ms > 0)
            ui_column(ui, "fill", .w = 52, .h = height < 6 ? 6 : height, .radius = 12, .tone = now ? TONE_GO : TONE_GO_TINT) {}
        else
            ui_column(ui, "fill", .w = 52, .h = 6, .radius = 3, .tone = TONE_SAND) {}
        ui_label(ui, name, .font = FONT_NOTE, .ink = now ? INK_GO : INK_MAIN, .max_lines = 2, .align = ALIGN_CENTER);
    }
}

/* The whole year where it fits, else the half of it that ends now. */
static void months(struct ui *ui, struct hours_view *s, int minutes)
{
    int64_t most = 1;
    bool half = chrome_is_tight(ui, s->app);
    int first = half && s->month > MONTHS_BIG ? s->month - MONTHS_BIG : 0, last = half ? first + MONTHS_BIG : 12;
    for (int i = first; i < last; i++)
        most = s->sums.month[i].watched_ms > most ? s->sums.month[i].watched_ms : most;
    for (int i = first; i < last; i++)
        bar(ui, (uint32_t)i, words_month(ui, i + 1), words_hours(ui, s->sums.month[i].watched_ms, minutes), s->sums.month[i].watched_ms, most,
            is_big(s) ? 80 : 160, i + 1 == s->month);
}

static void kinds(struct ui *ui, struct hours_view *s, int minutes)
{
    int64_t most = s->kinds.count ? s->kinds.row[0].hours.watched_ms : 1;
    int bars = chrome_is_tight(ui, s->app) ? BARS_BIG : BARS;
    for (int i = 0; i < s->kinds.count && i < bars; i++)
        bar(ui, (uint32_t)i, words_category(s->kinds.row[i].category), words_hours(ui, s->kinds.row[i].hours.watched_ms, minutes),
            s->kinds.row[i].hours.watched_ms, most, is_big(s) ? 60 : 130, false);
}

static bool chart_tab(struct ui *ui, const char *label, bool on)
{
    return ui_button(ui, label, .tone = on ? TONE_GO : TONE_SAND, .h = 84, .pad_x = 28, .font = FONT_STRONG, .radius = 42, .role = ROLE_TAB, .selected = on);
}

static void chart(struct ui *ui, struct hours_view *s)
{
    int minutes = tile_minutes_per_hour(tile_target(s->app));
    ui_column(ui, "chart", .tone = TONE_CARD, .grow = 1, .pad_x = 28, .pad_y = 20, .gap = 12) {
        ui_row(ui, "head", .gap = 20, .align = ALIGN_CENTER, .stretch_off = true) {
            ui_label(ui, ui_fmt(ui, tr("Year %d"), s->year), .font = FONT_HEADING, .role = ROLE_HEADING, .max_lines = 1);
            ui_spacer(ui);
            if (chart_tab(ui, tr("By month"), !s->by_kind))
                s->by_kind = false;
            if (chart_tab(ui, tr("By kind"), s->by_kind))
                s->by_kind = true;
        }
        ui_row(ui, "bars", .grow = 1, .gap = 8) {
            if (s->by_kind)
                kinds(ui, s, minutes);
            else
                months(ui, s, minutes);
        }
    }
}

static void lesson_line(struct ui *ui, struct hours_view *s, const struct hours_lesson *l, uint32_t key)
{
    bool verified = l->hours.verified_ms * 2 >= l->hours.watched_ms && l->hours.verified_ms > 0, big = is_big(s);
    ui_row(ui, "line", .key = key, .pad_x = 36, .gap = 24, .grow = 1, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, words_day(ui, l->last_ms, s->now_ms), .w = big ? 230 : 200, .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 1);
        ui_label(ui, lang_text_get(&l->title, i18n_lang()), .font = big ? FONT_STRONG : FONT_BUTTON, .grow = 1, .max_lines = 2);
        if (!chrome_is_tight(ui, s->app))
            ui_label(ui, words_category(l->category), .w = 210, .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 1);
        ui_label(ui, words_length(ui, l->hours.watched_ms), .w = big ? 320 : 260, .font = FONT_STRONG, .align = ALIGN_END, .max_lines = 1);
        ui_row(ui, "sign", .w = big ? 330 : 260, .gap = 12, .align = ALIGN_CENTER, .stretch_off = true) {
            ui_icon(ui, verified ? ICON_CHECK_CIRCLE : ICON_VISIBILITY, 40, verified ? INK_GO : INK_SUN);
            ui_label(ui, verified ? tr("Verified") : tr("Only watched"), .font = FONT_NOTE, .ink = verified ? INK_GO : INK_SUN, .max_lines = 1);
        }
    }
}

static void lessons(struct ui *ui, struct hours_view *s)
{
    ui_column(ui, "lessons", .tone = TONE_CARD, .grow = 1, .pad_y = 8, .role = ROLE_LIST) {
        for (int i = 0; i < s->lessons.count; i++) {
            if (i)
                ui_divider(ui);
            lesson_line(ui, s, &s->lessons.row[i], (uint32_t)i);
        }
        for (int i = s->lessons.count; i < s->page && s->lessons.count; i++)
            ui_column(ui, "none", .key = (uint32_t)i, .grow = 1) {}
        if (!s->lessons.count)
            ui_row(ui, "nothing", .grow = 1, .gap = 24, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
                ui_icon(ui, ICON_SCHOOL, 72, INK_GO);
                ui_label(ui, tr("What you learn will be listed here."), .ink = INK_SECOND);
            }
    }
}

static void pager(struct ui *ui, void *ctx)
{
    struct hours_view *s = ctx;
    if (s->total <= s->page)
        return;
    int next = chrome_pager(ui, s->offset, s->page, s->total);
    if (next != s->offset) {
        s->offset = next;
        load_lessons(s);
    }
}

static void hours_draw(struct ui *ui, void *screen)
{
    struct hours_view *s = screen;
    int page = is_big(s) ? PAGE_BIG : PAGE;
    if (page != s->page) {
        s->page = page;
        s->offset = s->offset / page * page;
        load_lessons(s);
    }
    chrome_screen(ui, "hours") {
        chrome_header(ui, s->app, NULL, NULL);
        ui_row(ui, "upper", .gap = 24, .min_h = 384) {
            summary(ui, s);
            chart(ui, s);
        }
        lessons(ui, s);
        if (chrome_footer(ui, s->app, tr("Green is verified: somebody was surely there.\nOrange was watched, but nobody answered when we asked.\nScreen on is how long lessons were open."), pager, s))
            nav_pop(s->app->nav);
    }
}

const struct screen_class hours_screen = {
    .name = "hours", .size = sizeof(struct hours_view), .after_posts = true, .enter = hours_enter, .leave = hours_leave, .draw = hours_draw,
};
