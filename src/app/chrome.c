#include "app/chrome.h"
#include "app/link.h"
#include "app/link_words.h"
#include "app/screens.h"
#include "app/sticks.h"
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
    if (ui_button(ui, tr("Aa"), .tone = TONE_CARD, .font = FONT_STRONG, .h = 88, .w = 96, .radius = 28,
                  .name = tr("Bigger letters")))
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
        chrome_stick_chip(ui, app);
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

void chrome_facts(struct ui *ui, struct app *app, const struct health *h)
{
    const struct syncer_view *v = link_is_set_up(app->link) ? link_view(app->link) : NULL;
    int waiting = (int)h->waiting; /* the link's own view is as old as its last wake */
    struct clock_reading now;
    app_clock(app, &now);
    ui_row(ui, "facts", .gap = 16, .h = 80, .align = ALIGN_CENTER, .stretch_off = true, .role = ROLE_BUTTON,
           .name = tr("News and records")) {
        if (v)
            coming(ui, v);
        bool stopped = v && link_words_is_stopped(v);
        ui_icon(ui, v && v->state != SYNCER_FETCHING ? link_words_icon(v) : ICON_SEND, 36, stopped ? INK_STOP : INK_SECOND);
        ui_label(ui, ui_fmt(ui, "%s%s", ui_fmt(ui, tr_n("%d record kept here to report", "%d records kept here to report",
                                                        (unsigned long)waiting), waiting),
                            receipt_words(ui, app, v, now.wall_ms)), .font = FONT_NOTE, .ink = INK_SECOND);
        if (v && *link_words_short(v))
            ui_label(ui, ui_fmt(ui, "· %s", link_words_short(v)), .font = FONT_NOTE, .ink = stopped ? INK_STOP : INK_SUN,
                     .max_lines = 1);
        if (h->disk_full || h->io_errors)
            ui_label(ui, words_error(h->disk_full ? ERR_FULL : ERR_IO), .font = FONT_NOTE, .ink = INK_STOP, .role = ROLE_ALERT);
        if (ui_tapped(ui))
            nav_push(app->nav, &link_screen, NULL);
    }
}

void chrome_link_tile(struct ui *ui, struct app *app)
{
    const struct syncer_view *v = link_view(app->link);
    struct clock_reading now;
    if (!link_is_set_up(app->link))
        return;
    app_clock(app, &now);
    bool stopped = link_words_is_stopped(v);
    ui_row(ui, "link", .tone = TONE_CARD, .role = ROLE_BUTTON, .h = 120, .pad_x = 20, .gap = 16, .align = ALIGN_CENTER,
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

static const char *chip_words(struct ui *ui, struct app *app, bool *working)
{
    struct stick_progress p;
    bool looked = sticks_progress(app->sticks, &p);
    uint64_t total = sticks_bytes_total(&p);
    *working = looked && p.state == STICK_WORKING;
    if (*working && total)
        return ui_fmt(ui, tr("Stick: %d %%"), (int)(sticks_bytes_done(&p) * 100 / total));
    return looked && p.state == STICK_OVER ? tr("Stick: done") : tr("A stick is in");
}

void chrome_stick_chip(struct ui *ui, struct app *app)
{
    const struct screen_class *top = nav_top(app->nav);
    bool still = top == &player_screen || top == &quiz_screen, working;
    if (!sticks_place(app->sticks))
        return;
    const char *words = chip_words(ui, app, &working);
    ui_row(ui, "stickchip", .tone = top == &player_screen ? TONE_GLASS : TONE_INFO_SOFT, .radius = 44, .h = 88, .pad_x = 28,
           .gap = 12, .align = ALIGN_CENTER, .stretch_off = true,
           .role = still ? ROLE_TEXT : ROLE_BUTTON, .name = words) {
        ui_icon(ui, ICON_USB, 48, top == &player_screen ? INK_WHITE : INK_INFO);
        ui_label(ui, words, .font = FONT_NOTE, .max_lines = 1);
        if (!still && ui_tapped(ui))
            nav_push(app->nav, &stick_screen, NULL);
    }
}
