/* cards.h - what the home screen offers beside today's lesson: things that wait for this person. UI thread.
 *
 * Each provider is one row of the table in cards.c and says whether it has something to offer now; the home screen shows
 * the first HOME_CARDS of them, in the table's order. */
#ifndef WEIKE_APP_SHARED_CARDS_H
#define WEIKE_APP_SHARED_CARDS_H
#include "app/core/app.h"

enum { HOME_CARDS = 2, HOME_CARD_TEXT = 200, HOME_CARD_ARG = 256 };

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

bool review_card(struct app *app, struct home_card *out); /* two questions from before: screen_review.c */

int cards_offer(struct app *app, struct home_card out[HOME_CARDS]); /* how many */
#endif
