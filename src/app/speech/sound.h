/* sound.h - what is heard outside films: voice messages, recorded prompts, and words spoken by the machine. UI thread.
 *
 * One sound at a time: a new one ends the one before, and a reading aloud. All sounds play in a process of their own
 * (weike-voice, media/client/mouth.h) which is started by the first one, killed when it is stopped, and let go when it has been
 * silent for a while; a kiosk that never spoke has none. The end of a sound wakes the loop. */
#ifndef WEIKE_APP_SPEECH_SOUND_H
#define WEIKE_APP_SPEECH_SOUND_H
#include "app/core/app.h"

struct sound;
struct sound *sound_new(struct app *app); /* starts nothing */
void sound_free(struct sound *s);         /* NULL is fine */

/* Each returns a ticket for sound_state, or 0 with the reason. Ogg Opus only. */
uint32_t sound_play(struct app *app, int fd, struct err *e); /* takes `fd` in any case; it must be seekable */
uint32_t sound_play_file(struct app *app, const char *path, struct err *e);
uint32_t sound_play_bytes(struct app *app, const void *data, size_t len, struct err *e); /* copied */
/* Spoken by espeak-ng; `lang` "zh-CN" or "en" is for what could be either (digits). */
uint32_t sound_say(struct app *app, const char *text, const char *lang, struct err *e);
void sound_stop(struct app *app); /* silent within a period of the device */

struct sound_state {
    bool playing;            /* asked for and not yet over */
    bool failed;             /* over, because it could not be played */
    bool taken;              /* over, because another one began */
    int64_t started_boot_us; /* when its first samples went to the device; 0: not yet */
    int64_t heard_ms;        /* since then */
};
void sound_state(struct app *app, uint32_t ticket, struct sound_state *out); /* a ticket from before: over */

void sound_warm(struct app *app);         /* a finger is on something that will speak: have the process ready */
void sound_tick(struct app *app, int64_t boot_ms);
int sound_due_ms(struct app *app, int64_t boot_ms); /* -1: never */
#endif
