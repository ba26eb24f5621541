#include "app/shared/chrome.h"
#include "app/core/screens.h"
#include "app/speech/speaker_button.h"
#include "app/core/words.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <time.h>

static const struct chrome_sign *sign; /* NULL: none */

void chrome_set_sign(const struct chrome_sign *s)
{
    sign = s;
}

static bool has_sign(struct app *app)
{
    return sign && sign->there(app);
}

static void draw_sign(struct ui *ui, struct app *app)
{
    if (has_sign(app))
        sign->draw(ui, app);
}

/* The face and name: whose screen this is, and the way home. */
static void who(struct ui *ui, struct app *app)
{
    const char *name = app->session.guest ? tr("Guest") : app->session.who.name;
    bool home = nav_top(app->nav) == &home_screen;
    ui_row(ui, "who", .tone = TONE_CARD, .radius = CHROME_HEAD / 2, .pad_x = 8, .gap = 16, .h = CHROME_HEAD, .align = ALIGN_CENTER,
           .stretch_off = true, .min_w = 180, .role = home ? ROLE_TEXT : ROLE_BUTTON, .corner = CORNER_HOME,
           .name = ui_fmt(ui, tr("Signed in: %s"), name)) {
        if (app->session.guest)
            ui_column(ui, "face", .w = 80, .h = 80, .radius = 40, .tone = TONE_SAND, .align = ALIGN_CENTER, .justify = ALIGN_CENTER,
                      .stretch_off = true)
                ui_icon(ui, ICON_PERSON, 48, INK_SECOND);
        else
            ui_avatar(ui, name, app_blob(app, app->session.who.photo_sha256), (unsigned)app->session.who.hue, 80);
        ui_label(ui, name, .font = FONT_BUTTON, .max_lines = 1, .may_cut = true);
        if (!home)
            ui_icon(ui, ICON_HOME, 44, INK_GO);
        ui_column(ui, "end", .w = 12) {}
        if (!home && ui_tapped(ui))
            nav_reset(app->nav, &home_screen, NULL);
    }
}

static void done_button(struct ui *ui, struct app *app)
{
    if (ui_icon_button(ui, app->session.guest ? ICON_PERSON : ICON_EXIT_TO_APP, app->session.guest ? tr("Sign in") : tr("I am done"), .tone = TONE_CARD,
                       .font = FONT_STRONG, .h = CHROME_HEAD, .radius = 28, .pad_x = 24, .gap = 12, .row = true))
        app_sign_out(app);
}

void chrome_left(struct ui *ui, struct app *app)
{
    if (!app->session.signed_in)
        return;
    who(ui, app);
    done_button(ui, app);
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

static void language_button(struct ui *ui, struct app *app)
{
    /* Each language is named in itself, whatever the screen's is. */
    if (ui_button(ui, "中 / En", .tone = TONE_CARD, .font = FONT_NOTE, .h = CHROME_HEAD, .min_w = 124, .pad_x = 12, .radius = 28, /* not translated */
                  .name = "中文/English"))
        app_set_lang(app, i18n_lang()[0] == 'e' ? "zh-CN" : "en");
}

static bool comfort_button(struct ui *ui, struct app *app)
{
    if (nav_top(app->nav) == &comfort_screen)
        return false;
    bool tapped = ui_button(ui, tr("Aa"), .tone = TONE_CARD, .font = FONT_STRONG, .h = CHROME_HEAD, .min_w = 100, .pad_x = 12, .radius = 28,
                            .name = tr("See and reach"));
    if (tapped)
        nav_push(app->nav, &comfort_screen, NULL);
    return tapped;
}

bool chrome_right(struct ui *ui, struct app *app)
{
    bool covered = comfort_button(ui, app);
    language_button(ui, app);
    speaker_button_as(ui, app, .tone = TONE_CARD, .w = CHROME_HEAD, .h = CHROME_HEAD, .corner = CORNER_SPEAKER);
    return covered;
}

enum { LOW = 960 }; /* units; the smallest whole window is 970 high */

bool chrome_is_low(const struct ui *ui)
{
    return ui_units_high(ui) < LOW;
}

bool chrome_is_tight(struct ui *ui, const struct app *app)
{
    return app->text_percent > 100 || ui_units_wide(ui) < 1900 || chrome_is_low(ui);
}

void chrome_header(struct ui *ui, struct app *app, void (*middle)(struct ui *ui, void *ctx), void *ctx)
{
    ui_row(ui, "header", .gap = 20, .h = CHROME_HEAD, .align = ALIGN_CENTER, .stretch_off = true) {
        chrome_left(ui, app);
        ui_spacer(ui);
        if (middle)
            middle(ui, ctx);
        else if (!has_sign(app))
            ui_row(ui, "clock", .gap = 12, .align = ALIGN_CENTER, .stretch_off = true)
                clock_face(ui, app);
        draw_sign(ui, app);
        chrome_right(ui, app);
    }
}

void chrome_header_title(struct ui *ui, struct app *app, const char *title)
{
    ui_row(ui, "header", .gap = 20, .h = CHROME_HEAD, .align = ALIGN_CENTER, .stretch_off = true) {
        chrome_left(ui, app);
        ui_label(ui, title, .font = FONT_HEADING, .role = ROLE_HEADING, .grow = 1, .max_lines = 1, .pad_x = app->session.signed_in ? 8 : 0);
        draw_sign(ui, app);
        chrome_right(ui, app);
    }
}

bool chrome_back_button(struct ui *ui, const char *label, const char *name)
{
    return ui_icon_button(ui, ICON_ARROW_BACK, label ? label : tr("Back"), .tone = TONE_CARD, .h = CHROME_FOOT, .min_w = 232, .row = true,
                          .corner = CORNER_BACK, .name = name);
}

bool chrome_help_button(struct ui *ui, struct app *app, const char *help)
{
    bool tapped = ui_icon_button(ui, ICON_HELP, tr("Help"), .tone = TONE_CARD, .h = CHROME_FOOT, .min_w = 232, .row = true,
                                 .corner = CORNER_HELP);
    if (tapped)
        nav_push(app->nav, &help_screen, help);
    return tapped;
}

bool chrome_footer(struct ui *ui, struct app *app, const char *help, void (*middle)(struct ui *ui, void *ctx), void *ctx)
{
    bool back = false;
    ui_row(ui, "footer", .gap = 24, .h = CHROME_FOOT, .align = ALIGN_CENTER, .stretch_off = true) {
        back = chrome_back_button(ui, NULL, NULL);
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
        if (ui_icon_button(ui, ICON_CHEVRON_LEFT, "", .name = tr("Page back"), .tone = TONE_GO_OUTLINE, .min_w = 128, .grow = 1, .pad_x = 8, .h = 100,
                           .disabled = offset <= 0))
            next = offset - page < 0 ? 0 : offset - page;
        if (ui_icon_button(ui, ICON_CHEVRON_RIGHT, "", .name = tr("Page on"), .tone = TONE_GO_OUTLINE, .min_w = 128, .grow = 1, .pad_x = 8, .h = 100,
                           .disabled = offset + page >= total))
            next = offset + page;
    }
    return next;
}
