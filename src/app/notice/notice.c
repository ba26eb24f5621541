#include "app/notice/notice.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "base/log.h"
#include "ui/icons.h"

int notice_count(struct app *app, struct db *db)
{
    struct clock_reading now;
    struct err e = ERR_INIT;
    int count = 0;
    app_clock(app, &now);
    if (!board_count(db, board_day(&now), &count, &e))
        log_error("%s", e.text);
    return count;
}

void notice_door(struct ui *ui, struct app *app, int count)
{
    ui_column(ui, "board", .tone = TONE_SUN_SOFT, .grow = 1, .pad = 16, .gap = 8, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .radius = 28,
              .stretch_off = true, .role = ROLE_BUTTON, .name = tr("Notice board")) {
        ui_icon(ui, ICON_NOTIFICATIONS, 88, INK_SUN);
        ui_label(ui, tr("Notice board"), .font = app->text_percent > 100 ? FONT_STRONG : FONT_BUTTON, .align = ALIGN_CENTER, .max_lines = 2);
        if (app->text_percent < 150)
            ui_label(ui, ui_fmt(ui, tr_n("%d notice", "%d notices", (unsigned long)count), count), .font = FONT_NOTE, .ink = INK_SECOND);
        if (ui_tapped(ui))
            nav_push(app->nav, &board_screen, NULL);
    }
}

/* Noon of that day at the place of the terminal, near enough for its date in any zone of the calendar. */
static int64_t noon_ms(int day)
{
    int64_t ms = (int64_t)day * 86400000 + 43200000;
    return ms + (day - clock_local_day_number(ms)) * 86400000;
}

const char *notice_days(struct ui *ui, struct app *app, int from_day, int until_day)
{
    struct clock_reading now;
    app_clock(app, &now);
    const char *from = words_date(ui, noon_ms(from_day), now.wall_ms);
    if (until_day == NOTICE_ALWAYS)
        return ui_fmt(ui, tr("since %s"), from);
    return from_day == until_day ? from : ui_fmt(ui, "%s – %s", from, words_date(ui, noon_ms(until_day), now.wall_ms));
}
