/* script.h - drives the kiosk as a finger would: `weike --script FILE`, one step a line.
 *
 *   tap LABEL            waits (5 s) until LABEL is there and can be tapped, then presses and releases its middle
 *   wait LABEL MS        until LABEL is on the screen          gone LABEL MS   until it is not
 *   text STRING          types                                  pause MS
 *   shot FILE.png        the window as a picture                dump FILE.json  the box tree
 *   patience MS          every step after it that waits does so for MS at least: for walks that show screens, not speed
 *   audit                ui_audit() of the frame; findings go to the standard error, and the run fails at its end
 *   quit                 ends with status 0
 *
 * Blank lines and lines that begin with # are skipped. A step that fails ends the run and says which line and what
 * was on the screen. The parser (script.c) knows nothing of the screen, the runner
 * (script_run.c) is one step function for the app's loop: it sleeps nowhere. UI thread only. */
#ifndef WEIKE_UI_SCRIPT_H
#define WEIKE_UI_SCRIPT_H
#include "ui/ui.h"

#include <stddef.h>

enum script_verb {
    SCRIPT_TAP, SCRIPT_WAIT, SCRIPT_GONE, SCRIPT_TEXT, SCRIPT_SHOT, SCRIPT_DUMP, SCRIPT_PAUSE, SCRIPT_PATIENCE, SCRIPT_AUDIT,
    SCRIPT_QUIT
};
enum { SCRIPT_MAX_BYTES = 1 << 20, SCRIPT_MAX_MS = 3600000, SCRIPT_TAP_MS = 5000 };

struct script_line { enum script_verb verb; int number; char *arg; int ms; }; /* arg owned; NULL if the verb has none */
struct script { struct script_line *line; int count, cap; };

/* `s` is zeroed by the caller. On failure it is empty and the message names the line. */
bool script_parse(const char *text, size_t len, struct script *s, struct err *e) MUST_CHECK;
void script_release(struct script *s);
const char *script_verb_name(enum script_verb v);

enum script_state { SCRIPT_RUNNING, SCRIPT_DONE, SCRIPT_FAILED };
struct script_status {
    enum script_state state;
    int due_ms;          /* running: call again after so long, or after any frame */
    const char *message; /* failed: what to print; lives as long as the run */
};

struct script_run;
struct script_run *script_run_new(const struct script *s, struct gfx *gfx); /* both borrowed */
void script_run_free(struct script_run *r); /* NULL is fine */
/* Does what can be done now. Call after each frame; taps arrive as SDL mouse events in the ordinary queue. */
struct script_status script_step(struct script_run *r, struct ui *ui, int64_t now_ms);
#endif
