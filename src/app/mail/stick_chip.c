#include "app/mail/stick_chip.h"
#include "app/core/screens.h"
#include "app/mail/sticks.h"
#include "base/i18n.h"
#include "ui/icons.h"

static bool is_in(struct app *app)
{
    return sticks_place(app->sticks) != NULL;
}

const struct chrome_sign stick_sign = { is_in, stick_chip_draw };

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

void stick_chip_draw(struct ui *ui, struct app *app)
{
    const struct screen_class *top = nav_top(app->nav);
    bool still = top == &player_screen || top == &quiz_screen, working;
    if (!sticks_place(app->sticks) || top == &stick_screen)
        return;
    const char *words = chip_words(ui, app, &working);
    ui_row(ui, "stickchip", .tone = top == &player_screen ? TONE_GLASS : TONE_INFO_SOFT, .radius = CHROME_HEAD / 2, .h = CHROME_HEAD, .pad_x = 28,
           .gap = 12, .align = ALIGN_CENTER, .stretch_off = true,
           .role = still ? ROLE_TEXT : ROLE_BUTTON, .name = words) {
        ui_icon(ui, ICON_USB, 48, top == &player_screen ? INK_WHITE : INK_INFO);
        ui_label(ui, words, .font = FONT_NOTE, .max_lines = 1);
        if (!still && ui_tapped(ui))
            nav_push(app->nav, &stick_screen, NULL);
    }
}
