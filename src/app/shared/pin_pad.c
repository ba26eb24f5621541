#include "app/shared/pin_pad.h"
#include "base/i18n.h"
#include "ui/icons.h"

#include <stdio.h>
#include <string.h>

enum { PIN_MAX = 12, PIN_LEAST = 4 };

static void check(struct app *app, struct pin_pad *p, const char *code)
{
    p->checking = pin_post(app_writer(app), app->session.who.id, code);
}

bool pin_pad_tick(struct app *app, struct pin_pad *p)
{
    enum pin_verdict said;
    if (p->tapped) {
        p->tapped = false;
        return true;
    }
    if (!p->checking || !pin_result(app_writer(app), p->checking, &said, &p->locked_ms, &p->tries_left))
        return false;
    p->checking = 0;
    p->said = said;
    memset(p->digits, 0, sizeof p->digits);
    memset(p->pictures, 0, sizeof p->pictures);
    p->picks = 0;
    ui_request_frame(app->ui);
    return said == PIN_RIGHT;
}

static void digit(struct ui *ui, struct pin_pad *p, int d)
{
    size_t n = strlen(p->digits);
    if (ui_button(ui, ui_fmt(ui, "%d", d), .tone = TONE_CARD, .font = FONT_TITLE, .grow = 1, .min_h = 124, .repeats = true, .disabled = p->checking != 0) &&
        n < PIN_MAX) {
        p->said = PIN_RIGHT;
        snprintf(p->digits + n, sizeof p->digits - n, "%d", d);
    }
}

static void number_pad(struct ui *ui, struct app *app, struct pin_pad *p)
{
    size_t n = strlen(p->digits);
    ui_column(ui, "pad", .gap = 18, .w = 620, .justify = ALIGN_CENTER) {
        for (int r = 0; r < 3; r++)
            ui_row(ui, "keys", .key = (uint32_t)r, .gap = 18)
                for (int c = 1; c <= 3; c++)
                    digit(ui, p, r * 3 + c);
        ui_row(ui, "last", .gap = 18) {
            if (ui_icon_button(ui, ICON_BACKSPACE, "", .name = tr("Rub out"), .tone = TONE_SAND, .grow = 1, .min_h = 124, .row = true, .repeats = true, .disabled = !n))
                p->digits[n - 1] = 0;
            digit(ui, p, 0);
            if (ui_icon_button(ui, ICON_CHECK, "", .name = tr("Done"), .tone = TONE_GO, .grow = 1, .min_h = 124, .row = true,
                               .disabled = n < PIN_LEAST || p->checking))
                check(app, p, p->digits);
        }
    }
}

static void picture_pad(struct ui *ui, struct app *app, struct pin_pad *p)
{
    static const uint32_t picture[MEMBER_PICTURES] = {
        ICON_WB_SUNNY, ICON_LOCAL_FLORIST, ICON_DIRECTIONS_BIKE, ICON_LOCAL_CAFE, ICON_PETS, ICON_DIRECTIONS_BOAT,
        ICON_VPN_KEY, ICON_BEACH_ACCESS, ICON_HOME, ICON_PHONE, ICON_CAKE, ICON_NOTIFICATIONS,
    };
    ui_column(ui, "pictures", .gap = 18, .w = 760, .justify = ALIGN_CENTER)
        for (int r = 0; r < 3; r++)
            ui_row(ui, "row", .key = (uint32_t)r, .gap = 18)
                for (int i = r * 4; i < r * 4 + 4; i++) {
                    if (!ui_icon_button(ui, picture[i], "", .key = (uint32_t)i, .name = ui_fmt(ui, tr("Picture %d"), i + 1), .tone = TONE_CARD, .grow = 1,
                                        .min_h = 160, .row = true, .disabled = p->checking || p->picks >= MEMBER_CODE))
                        continue;
                    size_t n = strlen(p->pictures);
                    snprintf(p->pictures + n, sizeof p->pictures - n, "%s%d", n ? "-" : "", i + 1);
                    p->said = PIN_RIGHT;
                    if (++p->picks == MEMBER_CODE)
                        check(app, p, p->pictures);
                }
}

static const char *said(struct ui *ui, const struct pin_pad *p)
{
    if (p->checking)
        return tr("One moment …");
    if (p->said == PIN_LOCKED)
        return ui_fmt(ui, tr("Too many tries. Please wait %d minutes, or ask the secretary."), (int)(p->locked_ms / 60000 + 1));
    if (p->said == PIN_WRONG)
        return ui_fmt(ui, tr_n("That was not it. %d try left.", "That was not it. %d tries left.", (unsigned long)p->tries_left), p->tries_left);
    return "";
}

static void dots(struct ui *ui, const struct app *app, const struct pin_pad *p)
{
    int filled = app->session.who.has_pictures ? p->picks : (int)strlen(p->digits), wanted = app->session.who.has_pictures ? MEMBER_CODE : PIN_LEAST;
    ui_row(ui, "dots", .gap = 20, .h = 48, .justify = ALIGN_CENTER, .align = ALIGN_CENTER, .stretch_off = true)
        for (int i = 0; i < (filled > wanted ? filled : wanted); i++)
            ui_column(ui, "dot", .key = (uint32_t)i, .w = 36, .h = 36, .radius = 18, .tone = i < filled ? TONE_GO : TONE_SAND) {}
}

void pin_pad_draw(struct ui *ui, struct app *app, struct pin_pad *p, const char *why)
{
    const struct member *m = &app->session.who;
    bool coded = m->has_pin || m->has_pictures;
    ui_row(ui, "pinpad", .grow = 1, .gap = 48) {
        ui_column(ui, "whose", .grow = 1, .gap = 20, .align = ALIGN_CENTER, .justify = ALIGN_CENTER, .stretch_off = true) {
            ui_avatar(ui, m->name, app_blob(app, m->photo_sha256), (unsigned)m->hue, 160);
            ui_label(ui, m->name, .font = FONT_HEADING);
            ui_label(ui, why, .ink = INK_SECOND, .align = ALIGN_CENTER, .max_lines = 3);
            ui_label(ui, m->has_pictures ? tr("Tap your three pictures in order") : coded ? tr("Your PIN is your signature") : tr("Your tap is your signature"),
                     .font = FONT_HEADING, .role = ROLE_HEADING, .align = ALIGN_CENTER, .max_lines = 2);
            if (coded)
                dots(ui, app, p);
            ui_label(ui, said(ui, p), .align = ALIGN_CENTER, .role = ROLE_ALERT, .ink = p->said == PIN_RIGHT ? INK_SECOND : INK_STOP, .max_lines = 2);
        }
        if (m->has_pictures)
            picture_pad(ui, app, p);
        else if (coded)
            number_pad(ui, app, p);
        else
            ui_column(ui, "tap", .w = 620, .justify = ALIGN_CENTER)
                if (ui_icon_button(ui, ICON_EDIT, tr("I sign"), .tone = TONE_GO, .min_h = 160, .row = true))
                    p->tapped = true;
        ui_column(ui, "edge", .w = 48) {}
    }
}
