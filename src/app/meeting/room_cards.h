/* room_cards.h - what the home screen offers about meetings (rows of app/home/cards.c). UI thread. */
#ifndef WEIKE_APP_MEETING_ROOM_CARDS_H
#define WEIKE_APP_MEETING_ROOM_CARDS_H
#include "app/shared/card.h"

home_card_fn room_card;   /* a meeting is open: whoever may lead one goes on with it */
home_card_fn makeup_card; /* a lesson of a meeting this member was not at */
#endif
