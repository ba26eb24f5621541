/* speaker_button.h - the loudspeaker in its corner: one tap reads the screen aloud, the next one stops. UI thread. */
#ifndef WEIKE_APP_SPEECH_SPEAKER_BUTTON_H
#define WEIKE_APP_SPEECH_SPEAKER_BUTTON_H
#include "app/core/app.h"

/* Declares the button where it is called and handles its taps; 96 x 96 units unless `o` says otherwise. */
#define speaker_button(ui, app) speaker_button_(ui, app, UI_OPT(.tone = TONE_CARD))
#define speaker_button_as(ui, app, ...) speaker_button_(ui, app, UI_OPT(__VA_ARGS__)) /* over a film: .tone = TONE_GLASS_LIGHT */
void speaker_button_(struct ui *ui, struct app *app, struct ui_opt o);
/* After everything else of a frame: in its corner, when a card is up on a screen that shows none (a film). */
void speaker_button_above(struct ui *ui, struct app *app);
#endif
