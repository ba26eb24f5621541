/* speaker.h - reads the screen aloud: title first, then what can be chosen, box by box, each one marked while it is read.
 * UI thread.
 *
 * A recorded prompt of a voice package is played where there is one for the very words; everything else is spoken by
 * espeak-ng. Once a person has tapped the loudspeaker, the session is "read to me": titles, questions, choices and
 * verdicts are then read by themselves, once each. The card that asks "are you still there?" always speaks. */
#ifndef WEIKE_APP_SPEECH_SPEAKER_H
#define WEIKE_APP_SPEECH_SPEAKER_H
#include "app/core/app.h"

struct speaker;
struct speaker *speaker_new(struct app *app);
void speaker_free(struct speaker *s); /* NULL is fine */

void speaker_toggle(struct app *app);      /* the loudspeaker was tapped: read what is on the screen, or stop */
void speaker_stop(struct app *app);
bool speaker_reading(const struct app *app);
bool speaker_by_tap(const struct app *app); /* a person asked for this reading: it counts as activity, a film waits for it */
void speaker_session_over(struct app *app); /* at sign-out: silent, and nothing by itself any more */

void speaker_tick(struct app *app, int64_t boot_ms);        /* the next box, once one is over */
void speaker_drawn(struct app *app);                        /* after each frame: what is new to be read by itself */
int speaker_due_ms(const struct app *app, int64_t boot_ms); /* -1: it is woken, or has nothing to do */
#endif
