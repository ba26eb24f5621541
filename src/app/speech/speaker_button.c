#include "app/speech/speaker_button.h"
#include "app/speech/sound.h"
#include "app/speech/speaker.h"
#include "base/i18n.h"
#include "ui/icons.h"
#include "ui/reader.h"

enum { SIDE = 96 };
static bool declared; /* in this frame; the UI thread's */

void speaker_button_(struct ui *ui, struct app *app, struct ui_opt o)
{
    bool reading = speaker_reading(app);
    declared = true;
    o.role = ROLE_BUTTON;
    o.name = reading ? tr("Stop reading") : tr("Read to me");
    o.w = o.w ? o.w : SIDE;
    o.h = o.h ? o.h : SIDE;
    o.radius = o.radius ? o.radius : 28;
    if (reading)
        o.tone = TONE_SUN;
    o.align = o.justify = ALIGN_CENTER;
    o.stretch_off = o.row = true;
    ui_box_open(ui, "speaker", o);
    if (ui_tapped(ui))
        speaker_toggle(app);
    ui_icon(ui, reading ? ICON_VOLUME_OFF : ICON_VOLUME_UP, o.h * 56 / 100, INK_AUTO);
    ui_box_close(ui);
}

void speaker_button_above(struct ui *ui, struct app *app)
{
    if (!declared && reader_card_is_up(ui))
        ui_row(ui, "speakerrow", .pad_x = UI_CORNER_X, .pad_y = UI_CORNER_Y, .justify = ALIGN_END, .stretch_off = true)
            speaker_button_as(ui, app, .tone = TONE_CARD, .corner = CORNER_SPEAKER);
    declared = false;
}
