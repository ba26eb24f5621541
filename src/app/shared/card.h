/* card.h - one thing that waits for this person, as the home screen offers it beside today's lesson. UI thread.
 *
 * Each provider is one row of the table in app/home/cards.c. */
#ifndef WEIKE_APP_SHARED_CARD_H
#define WEIKE_APP_SHARED_CARD_H
#include "app/core/app.h"

enum { HOME_CARD_TEXT = 200, HOME_CARD_ARG = 256 };

struct home_card {
    uint32_t icon;
    enum ui_tone tone;                /* TONE_SUN_SOFT: please do; TONE_INFO_SOFT: there is something new */
    char title[HOME_CARD_TEXT];       /* translated: a verb first */
    char text[HOME_CARD_TEXT];        /* one short line under it; may be "" */
    const struct screen_class *open;  /* where a tap leads */
    _Alignas(8) char arg[HOME_CARD_ARG]; /* what it is entered with */
};
/* Asked when the home screen is entered or resumed, not at each frame. `out` is zeroed before. */
typedef bool home_card_fn(struct app *app, struct home_card *out);
#endif
