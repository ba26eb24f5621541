/* script_run.c - one step of a test script at a time; the parser is script.c. */
#include "base/str.h"
#include "gfx/gfx.h"
#include "ui/script.h"
#include "ui/touch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum phase { PHASE_NEW, PHASE_PRESSED, PHASE_RELEASED };
enum { POLL_MS = 20, GUARD_MS = TOUCH_GUARD_MS + 20 }; /* else the ui takes the second tap for a tremor */

struct script_run {
    const struct script *script;
    struct gfx *gfx;
    int at;                /* line being done */
    bool begun;            /* its clock is running */
    int64_t since_ms;
    int patience_ms;       /* what a step waits at least before it fails */
    enum phase phase;      /* of a tap */
    SDL_Point point;
    int64_t tapped_ms;
    int audits, findings;  /* frames looked at, and what was found on them all */
    struct script_status failed;
    char message[2000];
};

struct script_run *script_run_new(const struct script *s, struct gfx *gfx)
{
    struct script_run *r = mem_alloc(sizeof *r);
    r->script = s;
    r->gfx = gfx;
    r->tapped_ms = INT64_MIN / 2;
    return r;
}

void script_run_free(struct script_run *r)
{
    free(r);
}

static struct script_status running(int due_ms)
{
    return (struct script_status){ SCRIPT_RUNNING, due_ms < 1 ? 1 : due_ms, NULL };
}

static struct script_status fail(struct script_run *r, const struct ui *ui, const char *why)
{
    const struct script_line *l = &r->script->line[r->at];
    char words[1500];
    ui_words(ui, words, sizeof words);
    SDL_snprintf(r->message, sizeof r->message, "script line %d: %s %s: %s; on the screen: %s", l->number,
                 script_verb_name(l->verb), l->arg ? l->arg : "", why, words[0] ? words : "(no words)");
    r->failed = (struct script_status){ SCRIPT_FAILED, 0, r->message };
    return r->failed;
}

static struct script_status next(struct script_run *r)
{
    r->at++;
    r->begun = false;
    r->phase = PHASE_NEW;
    return running(1);
}

static void mouse(uint32_t type, SDL_Point at)
{
    SDL_Event e = { .type = type };
    e.button.button = SDL_BUTTON_LEFT;
    e.button.state = type == SDL_MOUSEBUTTONDOWN ? SDL_PRESSED : SDL_RELEASED;
    e.button.clicks = 1;
    e.button.x = at.x;
    e.button.y = at.y;
    SDL_PushEvent(&e);
}

static bool waits(const struct script_run *r, int limit_ms, int64_t now)
{
    return now - r->since_ms < (limit_ms > r->patience_ms ? limit_ms : r->patience_ms);
}

/* Press and release travel through the event queue in successive steps, with a frame between them. */
static struct script_status tap(struct script_run *r, struct ui *ui, const struct script_line *l, int64_t now)
{
    SDL_Rect box;
    bool tappable = false, there;
    if (r->phase == PHASE_PRESSED) {
        mouse(SDL_MOUSEBUTTONUP, r->point);
        r->phase = PHASE_RELEASED;
        r->tapped_ms = now;
        return running(1);
    }
    if (r->phase == PHASE_RELEASED) /* its frame has been drawn unless events are still queued */
        return ui_wants_frame(ui) || SDL_HasEvent(SDL_MOUSEBUTTONUP) ? running(1) : next(r);
    there = ui_find(ui, l->arg, &box, &tappable);
    if (there && tappable && now - r->tapped_ms >= GUARD_MS && !ui_wants_frame(ui)) {
        r->point = (SDL_Point){ box.x + box.w / 2, box.y + box.h / 2 };
        mouse(SDL_MOUSEBUTTONDOWN, r->point);
        r->phase = PHASE_PRESSED;
        return running(1);
    }
    if (!there)
        ui_reveal(ui, l->arg);
    if (waits(r, SCRIPT_TAP_MS, now))
        return running(POLL_MS);
    return fail(r, ui, there ? "is there but cannot be tapped" : "is not on the screen");
}

static struct script_status look_for(struct script_run *r, struct ui *ui, const struct script_line *l, int64_t now)
{
    bool wanted = l->verb == SCRIPT_WAIT, there = ui_find(ui, l->arg, NULL, NULL);
    if (there == wanted && !ui_wants_frame(ui))
        return next(r);
    if (waits(r, l->ms, now))
        return running(POLL_MS);
    return there == wanted ? next(r) : fail(r, ui, wanted ? "did not come" : "did not go away");
}

static struct script_status type(struct script_run *r, const struct script_line *l)
{
    for (const char *s = l->arg; *s;) {
        const char *from = s;
        utf8_next(&s);
        SDL_Event e = { .type = SDL_TEXTINPUT };
        memcpy(e.text.text, from, (size_t)(s - from));
        SDL_PushEvent(&e);
    }
    return next(r);
}

static struct script_status write_dump(struct script_run *r, struct ui *ui, const struct script_line *l)
{
    FILE *f = fopen(l->arg, "w");
    if (!f)
        return fail(r, ui, "the file cannot be written");
    ui_dump_json(ui, f);
    bool ok = !ferror(f);
    ok = fclose(f) == 0 && ok;
    return ok ? next(r) : fail(r, ui, "the file cannot be written");
}

static struct script_status shoot(struct script_run *r, struct ui *ui, const struct script_line *l)
{
    struct err e = ERR_INIT;
    if (ui_wants_frame(ui))
        return running(1);
    return gfx_screenshot(r->gfx, l->arg, &e) ? next(r) : fail(r, ui, e.text);
}

static struct script_status audit(struct script_run *r, struct ui *ui, const struct script_line *l)
{
    int found = ui_audit(ui, NULL);
    if (found) {
        fprintf(stderr, "script line %d: %d finding%s\n", l->number, found, found > 1 ? "s" : "");
        ui_audit(ui, stderr);
    }
    r->audits++;
    r->findings += found;
    return next(r);
}

static struct script_status finish(struct script_run *r)
{
    if (r->audits)
        fprintf(stderr, "audit: %d screens, %d findings\n", r->audits, r->findings);
    if (!r->findings)
        return (struct script_status){ SCRIPT_DONE, 0, NULL };
    SDL_snprintf(r->message, sizeof r->message, "the script ran to its end, but %d findings are above", r->findings);
    return r->failed = (struct script_status){ SCRIPT_FAILED, 0, r->message };
}

struct script_status script_step(struct script_run *r, struct ui *ui, int64_t now)
{
    if (r->failed.state == SCRIPT_FAILED)
        return r->failed;
    if (r->at >= r->script->count)
        return finish(r);
    const struct script_line *l = &r->script->line[r->at];
    if (!r->begun) {
        r->begun = true;
        r->since_ms = now;
    }
    switch (l->verb) {
    case SCRIPT_TAP: return tap(r, ui, l, now);
    case SCRIPT_WAIT:
    case SCRIPT_GONE: return look_for(r, ui, l, now);
    case SCRIPT_TEXT: return type(r, l);
    case SCRIPT_SHOT: return shoot(r, ui, l);
    case SCRIPT_DUMP: return ui_wants_frame(ui) ? running(1) : write_dump(r, ui, l);
    case SCRIPT_PAUSE: return now - r->since_ms < l->ms ? running((int)(r->since_ms + l->ms - now)) : next(r);
    case SCRIPT_PATIENCE: r->patience_ms = l->ms; return next(r);
    case SCRIPT_AUDIT: return ui_wants_frame(ui) ? running(1) : audit(r, ui, l);
    case SCRIPT_QUIT: return finish(r);
    }
    return running(POLL_MS);
}
