#include "app/chrome.h"
#include "app/screens.h"
#include "app/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <time.h>

static void who(struct ui *ui, struct app *app)
{
    const char *name = app->guest ? tr("Guest") : app->who.name;
    ui_row(ui, "who", .tone = TONE_CARD, .radius = 44, .pad_x = 8, .gap = 20, .h = 88, .align = ALIGN_CENTER, .stretch_off = true,
           .min_w = 200, .role = ROLE_TEXT, .name = ui_fmt(ui, tr("Signed in: %s"), name)) {
        if (app->guest)
            ui_column(ui, "face", .w = 72, .h = 72, .radius = 36, .tone = TONE_SAND, .align = ALIGN_CENTER, .justify = ALIGN_CENTER,
                      .stretch_off = true)
                ui_icon(ui, ICON_PERSON, 48, INK_SECOND);
        else
            ui_avatar(ui, name, app_blob(app, app->who.photo_sha256), (unsigned)app->who.hue, 72);
        ui_label(ui, name, .font = FONT_BUTTON, .max_lines = 1);
        ui_column(ui, "end", .w = 16) {}
    }
}

static void clock_face(struct ui *ui, struct app *app)
{
    struct clock_reading now;
    app_clock(app, &now);
    if (now.trust == CLOCK_FLOOR) { /* a date we know to be wrong is not shown */
        ui_label(ui, tr("Date unknown"), .font = FONT_NOTE, .ink = INK_SECOND);
        return;
    }
    time_t t = (time_t)(now.wall_ms / 1000);
    struct tm tm;
    localtime_r(&t, &tm);
    ui_label(ui, ui_fmt(ui, "%d:%02d", tm.tm_hour, tm.tm_min), .font = FONT_BUTTON);
    ui_label(ui, words_weekday(ui, now.wall_ms), .font = FONT_NOTE, .ink = INK_SECOND);
}

void chrome_language_button(struct ui *ui, struct app *app)
{
    /* Each language is named in itself, whatever the screen's is. */
    if (ui_button(ui, "中 / En", .tone = TONE_CARD, .font = FONT_NOTE, .h = 88, .w = 124, .radius = 28, /* not translated */
                  .name = "中文/English"))
        app_set_lang(app, i18n_lang()[0] == 'e' ? "zh-CN" : "en");
}

static void text_size_button(struct ui *ui, struct app *app)
{
    if (ui_button(ui, tr("Aa"), .tone = TONE_CARD, .font = FONT_STRONG, .h = 88, .w = 96, .radius = 28, .name = tr("Bigger letters")))
        app_set_text_size(app, app->text_percent >= 125 ? 100 : 125);
}

void chrome_header(struct ui *ui, struct app *app, void (*middle)(struct ui *ui, void *ctx), void *ctx)
{
    ui_row(ui, "header", .gap = 24, .h = 88, .align = ALIGN_CENTER, .stretch_off = true) {
        who(ui, app);
        if (ui_button(ui, app->guest ? tr("Sign in") : tr("Not me"), .tone = TONE_CARD, .font = FONT_STRONG, .h = 88, .radius = 28))
            app_sign_out(app);
        ui_spacer(ui);
        if (middle)
            middle(ui, ctx);
        ui_row(ui, "clock", .gap = 12, .align = ALIGN_CENTER, .stretch_off = true)
            clock_face(ui, app);
        text_size_button(ui, app);
        chrome_language_button(ui, app);
    }
}

void chrome_help_button(struct ui *ui, struct app *app, const char *help)
{
    if (ui_icon_button(ui, ICON_HELP, tr("Help"), .tone = TONE_CARD, .min_h = 80, .min_w = 232, .row = true))
        nav_push(app->nav, &help_screen, help);
}

bool chrome_footer(struct ui *ui, struct app *app, const char *help, void (*middle)(struct ui *ui, void *ctx), void *ctx)
{
    bool back = false;
    ui_row(ui, "footer", .gap = 24, .h = 96, .align = ALIGN_CENTER, .stretch_off = true) {
        back = ui_icon_button(ui, ICON_ARROW_BACK, tr("Back"), .tone = TONE_CARD, .h = 96, .min_w = 232, .row = true);
        ui_spacer(ui);
        if (middle)
            middle(ui, ctx);
        ui_spacer(ui);
        chrome_help_button(ui, app, help);
    }
    return back;
}

int chrome_pager(struct ui *ui, int offset, int page, int total)
{
    int next = offset;
    ui_row(ui, "pager", .gap = 16, .align = ALIGN_CENTER, .stretch_off = true) {
        if (ui_icon_button(ui, ICON_CHEVRON_LEFT, "", .name = tr("Page back"), .tone = TONE_GO_OUTLINE, .w = 144, .h = 96,
                           .disabled = offset <= 0))
            next = offset - page < 0 ? 0 : offset - page;
        if (ui_icon_button(ui, ICON_CHEVRON_RIGHT, "", .name = tr("Page on"), .tone = TONE_GO_OUTLINE, .w = 144, .h = 96,
                           .disabled = offset + page >= total))
            next = offset + page;
    }
    return next;
}

void chrome_facts(struct ui *ui, const struct health *h)
{
    ui_row(ui, "facts", .gap = 16, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_icon(ui, ICON_SEND, 36, INK_SECOND);
        ui_label(ui, ui_fmt(ui, tr_n("%d record kept here to report", "%d records kept here to report", (unsigned long)h->waiting),
                            (int)h->waiting), .font = FONT_NOTE, .ink = INK_SECOND);
        if (h->disk_full || h->io_errors)
            ui_label(ui, words_error(h->disk_full ? ERR_FULL : ERR_IO), .font = FONT_NOTE, .ink = INK_STOP, .role = ROLE_ALERT);
    }
}
