#include "app/home/cards.h"
#include "app/meeting/room_cards.h"
#include "app/quiz/screen_review.h"

#include <string.h>

/* Most pressing first. */
static home_card_fn *const provider[] = {
    room_card,
    makeup_card,
    review_card,
};

int cards_offer(struct app *app, struct home_card out[HOME_CARDS])
{
    int n = 0;
    for (size_t i = 0; i < sizeof provider / sizeof *provider && n < HOME_CARDS; i++) {
        memset(&out[n], 0, sizeof out[n]);
        if (provider[i] && provider[i](app, &out[n]))
            n++;
    }
    return n;
}
