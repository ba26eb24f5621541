#include "app/mail/link_tile.h"
#include "app/core/screens.h"
#include "app/core/words.h"
#include "app/mail/link.h"
#include "app/mail/link_words.h"
#include "base/i18n.h"
#include "ui/icons.h"

/* Kept in the data; a view is newer. */
static const char *receipt_words(struct ui *ui, struct app *app, const struct syncer_view *v, int64_t now_ms)
{
    return v && v->last_receipt_ms && app->text_percent <= 100 /* big letters leave no room */
        ? ui_fmt(ui, tr(" · last receipt %s"), words_moment(ui, v->last_receipt_ms, now_ms)) : "";
}

static void coming(struct ui *ui, const struct syncer_view *v)
{
    if (v->state != SYNCER_FETCHING || !v->fetch.lessons_total)
        return;
    ui_icon(ui, ICON_CLOUD_DOWNLOAD, 40, INK_INFO);
    ui_label(ui, ui_fmt(ui, tr("New lessons %d / %d"), v->fetch.lessons_done, v->fetch.lessons_total), .font = FONT_NOTE,
             .ink = INK_SECOND, .max_lines = 1);
    ui_column(ui, "gap", .w = 16) {}
}

void link_facts_draw(struct ui *ui, struct app *app, const struct health *h)
{
    const struct syncer_view *v = link_is_set_up(app->link) ? link_view(app->link) : NULL;
    int waiting = (int)h->waiting; /* the link's own view is as old as its last wake */
    struct clock_reading now;
    app_clock(app, &now);
    ui_row(ui, "facts", .gap = 16, .h = 100, .radius = 28, .pad_x = 16, .align = ALIGN_CENTER, .stretch_off = true, .role = ROLE_BUTTON,
           .name = tr("News and records")) {
        if (v)
            coming(ui, v);
        bool stopped = v && link_words_is_stopped(v);
        ui_icon(ui, v && v->state != SYNCER_FETCHING ? link_words_icon(v) : ICON_SEND, 36, stopped ? INK_STOP : INK_SECOND);
        ui_label(ui, ui_fmt(ui, "%s%s", ui_fmt(ui, tr_n("%d record kept here to report", "%d records kept here to report",
                                                        (unsigned long)waiting), waiting),
                            receipt_words(ui, app, v, now.wall_ms)), .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 2);
        if (v && *link_words_short(v))
            ui_label(ui, ui_fmt(ui, "· %s", link_words_short(v)), .font = FONT_NOTE, .ink = stopped ? INK_STOP : INK_SUN,
                     .max_lines = 1);
        if (h->disk_full || h->io_errors)
            ui_label(ui, words_error(h->disk_full ? ERR_FULL : ERR_IO), .font = FONT_NOTE, .ink = INK_STOP, .role = ROLE_ALERT);
        if (ui_tapped(ui))
            nav_push(app->nav, &link_screen, NULL);
    }
}

void link_tile_draw(struct ui *ui, struct app *app)
{
    const struct syncer_view *v = link_view(app->link);
    struct clock_reading now;
    if (!link_is_set_up(app->link))
        return;
    app_clock(app, &now);
    bool stopped = link_words_is_stopped(v);
    ui_row(ui, "link", .tone = TONE_CARD, .role = ROLE_BUTTON, .min_h = 116, .pad_x = 16, .pad_y = 8, .gap = 12, .align = ALIGN_CENTER,
           .stretch_off = true, .name = tr("News and records")) {
        ui_icon(ui, link_words_icon(v), 44, stopped ? INK_STOP : INK_SECOND);
        ui_column(ui, "words", .grow = 1) {
            if (stopped) {
                ui_label(ui, link_words_short(v), .font = FONT_NOTE, .ink = INK_STOP, .max_lines = 2);
            } else {
                ui_label(ui, tr("Last contact"), .font = FONT_NOTE, .ink = INK_SECOND, .max_lines = 1);
                ui_label(ui, link_words_contact(ui, v, now.wall_ms), .font = FONT_NOTE, .max_lines = 1);
            }
        }
        if (ui_tapped(ui))
            nav_push(app->nav, &link_screen, NULL);
    }
}
