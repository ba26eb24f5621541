/* screen_review.h - two questions from before: what the home screen offers of them (a row of app/home/cards.c). UI thread. */
#ifndef WEIKE_APP_QUIZ_SCREEN_REVIEW_H
#define WEIKE_APP_QUIZ_SCREEN_REVIEW_H
#include "app/shared/card.h"

home_card_fn review_card;
#endif
