#include "app/idle.h"
#include "app/core/screens.h"
#include "base/i18n.h"
#include "ui/icons.h"

/* Counting down applies to a session left alone, the technician's too; at the wall there is nothing to leave. */
static bool applies(const struct app *app)
{
    const struct screen_class *top = nav_top(app->nav);
    return top && top != &signin_screen;
}

static bool busy(const struct app *app)
{
    const struct screen_class *top = nav_top(app->nav);
    return top && top->busy && top->busy(nav_top_screen(app->nav));
}

static int64_t quiet_ms(const struct app *app, int64_t boot_ms)
{
    return boot_ms - app->touched_boot_ms;
}

void idle_tick(struct app *app, int64_t boot_ms)
{
    if (busy(app))
        app->touched_boot_ms = boot_ms; /* a lesson that plays is company; the ledger asks for presence itself */
    int64_t over = quiet_ms(app, boot_ms) - (int64_t)app->config.idle_seconds * 1000;
    int left = over < 0 || !applies(app) ? 0 : IDLE_COUNTDOWN_S - (int)(over / 1000);
    if (applies(app) && over >= IDLE_COUNTDOWN_S * 1000) {
        app->idle_left_s = 0;
        app_sign_out(app);
        return;
    }
    if (left == app->idle_left_s)
        return;
    app->idle_left_s = left;
    ui_request_frame(app->ui);
}

int idle_due_ms(const struct app *app, int64_t boot_ms)
{
    if (!applies(app))
        return -1;
    int64_t over = quiet_ms(app, boot_ms) - (int64_t)app->config.idle_seconds * 1000;
    if (over < 0)
        return (int)-over;
    return 1000 - (int)(over % 1000);
}

void idle_draw(struct app *app)
{
    struct ui *ui = app->ui;
    if (app->idle_left_s <= 0)
        return;
    ui_overlay(ui, "idle", .tone = TONE_CARD, .pad = 56, .gap = 32, .w = 900, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, tr("Are you still there?"), .font = FONT_TITLE, .role = ROLE_HEADING);
        ui_label(ui, ui_fmt(ui, "%d", app->idle_left_s), .font = FONT_NUMBER, .ink = INK_SUN, .role = ROLE_ALERT);
        ui_label(ui, tr("Then the screen goes back to the faces. Nothing is lost."), .ink = INK_SECOND);
        if (ui_icon_button(ui, ICON_CHECK, tr("I am here"), .tone = TONE_GO, .h = 112, .w = 520, .row = true)) {
            app->touched_boot_ms = clock_boot_ms();
            app->idle_left_s = 0;
        }
    }
}
