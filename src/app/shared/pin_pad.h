/* pin_pad.h - the code of whoever is signed in, asked once more before something that cannot be taken back. UI thread. */
#ifndef WEIKE_APP_SHARED_PIN_PAD_H
#define WEIKE_APP_SHARED_PIN_PAD_H
#include "app/core/app.h"
#include "store/people/pin.h"

struct pin_pad {            /* zeroed: nothing typed yet */
    char digits[13], pictures[16];
    int picks;
    uint64_t checking;      /* the writer's ticket; 0: none */
    enum pin_verdict said;  /* PIN_RIGHT: nothing to complain about */
    int64_t locked_ms;
    int tries_left;
    bool tapped;            /* who has no code signs with a tap */
};
void pin_pad_draw(struct ui *ui, struct app *app, struct pin_pad *p, const char *why);
/* True once: it was the right code. Call from the screen's tick. */
bool pin_pad_tick(struct app *app, struct pin_pad *p);
#endif
