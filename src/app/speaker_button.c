#include "app/speaker_button.h"
#include "app/sound.h"
#include "app/speaker.h"
#include "base/i18n.h"
#include "ui/icons.h"

void chrome_speaker_button_(struct ui *ui, struct app *app, struct ui_opt o)
{
    bool reading = speaker_reading(app);
    o.role = ROLE_BUTTON;
    o.name = reading ? tr("Stop reading") : tr("Read to me");
    o.w = o.w ? o.w : 96;
    o.h = o.h ? o.h : 96;
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
