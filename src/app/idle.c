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

static struct session_idle rule(const struct app *app)
{
    return (struct session_idle){ .idle_s = app->config.idle_seconds, .leaves = applies(app), .company = busy(app) };
}

void idle_tick(struct app *app, int64_t boot_ms)
{
    struct session_idle r = rule(app);
    switch (session_step(&app->session, &r, boot_ms)) {
    case SESSION_SAME: break;
    case SESSION_COUNTS: ui_request_frame(app->ui); break;
    case SESSION_OVER: app_sign_out(app); break;
    }
}

int idle_due_ms(const struct app *app, int64_t boot_ms)
{
    struct session_idle r = rule(app);
    return session_due_ms(&app->session, &r, boot_ms);
}

void idle_draw(struct app *app)
{
    struct ui *ui = app->ui;
    if (app->session.idle_left_s <= 0)
        return;
    ui_overlay(ui, "idle", .tone = TONE_CARD, .pad = 56, .gap = 32, .w = 900, .align = ALIGN_CENTER, .stretch_off = true) {
        ui_label(ui, tr("Are you still there?"), .font = FONT_TITLE, .role = ROLE_HEADING);
        ui_label(ui, ui_fmt(ui, "%d", app->session.idle_left_s), .font = FONT_NUMBER, .ink = INK_SUN, .role = ROLE_ALERT);
        ui_label(ui, tr("Then the screen goes back to the faces. Nothing is lost."), .ink = INK_SECOND);
        if (ui_icon_button(ui, ICON_CHECK, tr("I am here"), .tone = TONE_GO, .h = 112, .w = 520, .row = true))
            session_here(&app->session, clock_boot_ms());
    }
}
