/* voice_note.h - a widget to say something: record (60 s at most, with level and time), listen again, delete. UI thread.
 *
 *     s->voice = voice_note_open(app);          enter()
 *     voice_note_draw(ui, s->voice);            a growing row or column inside the screen's own box; wants 700 x 260 units
 *     voice_note_tick(s->voice, boot_ms);       tick()
 *     if (voice_note_ready(s->voice)) … voice_note_keep(s->voice, sha256, &ms) …   on "Send"/"Keep"
 *     voice_note_close(s->voice);               leave(); what was not kept is gone
 *
 * Without a microphone the button is dead and one sentence says so. A screen must not be left by itself while somebody
 * speaks: voice_note_busy() belongs into its busy(). */
#ifndef WEIKE_APP_SPEECH_VOICE_NOTE_H
#define WEIKE_APP_SPEECH_VOICE_NOTE_H
#include "app/core/app.h"

struct voice_note;
struct voice_note *voice_note_open(struct app *app);
void voice_note_close(struct voice_note *n); /* NULL is fine */
void voice_note_draw(struct ui *ui, struct voice_note *n);
void voice_note_tick(struct voice_note *n, int64_t boot_ms);
bool voice_note_busy(const struct voice_note *n);   /* recording or playing */
bool voice_note_ready(const struct voice_note *n);  /* there is a recording to keep */
/* Moves the recording among the blobs through the writer: whatever is posted AFTER this call may name `sha256` (jobs
 * run in order). The widget is empty again. False if there is nothing to keep. */
bool voice_note_keep(struct voice_note *n, char sha256[SHA256_HEX], int64_t *ms);
#endif
