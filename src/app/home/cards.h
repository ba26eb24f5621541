/* cards.h - the things that wait for this person: each provider is one row of the table in cards.c and says whether it has
 * something to offer now; the home screen shows the first HOME_CARDS of them, in the table's order. UI thread. */
#ifndef WEIKE_APP_HOME_CARDS_H
#define WEIKE_APP_HOME_CARDS_H
#include "app/shared/card.h"

enum { HOME_CARDS = 2 };
int cards_offer(struct app *app, struct home_card out[HOME_CARDS]); /* how many */
#endif
