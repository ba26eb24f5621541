/* stick_chip.h - a stick is in: opens its screen again. In a lesson or quiz only a sign, so that nobody is called away. UI thread. */
#ifndef WEIKE_APP_MAIL_STICK_CHIP_H
#define WEIKE_APP_MAIL_STICK_CHIP_H
#include "app/shared/chrome.h"

void stick_chip_draw(struct ui *ui, struct app *app); /* nothing while no stick is in */
extern const struct chrome_sign stick_sign; /* the same, in each header */
#endif
