/* viewing.h - one viewing of one lesson: feeds the study ledger from what the player presents, and has it saved.
 *
 * A checkpoint goes to the writer every VIEWING_CHECKPOINT_MS of play and at each pause and seek, so that a power cut
 * costs less than 5 s of credit. UI thread. */
#ifndef WEIKE_APP_LESSON_VIEWING_H
#define WEIKE_APP_LESSON_VIEWING_H
#include "app/core/app.h"
#include "media/player/player.h"
#include "model/study.h"
#include "store/library/library.h"

enum { VIEWING_CHECKPOINT_MS = 4000, VIEWING_TICK_MS = 1000 };

struct viewing {
    struct app *app;
    const struct open_lesson *lesson; /* borrowed; outlives the viewing */
    char id[UUID_TEXT];
    char member_id[MEMBER_ID];        /* whose it is, also after a sign-out took the name from the screen */
    struct study study;
    bool begun, ended;
    bool clip;              /* shown to answer a question: does not move the place to go on from */
    bool presenting;        /* the ledger was told that the media runs */
    int64_t ticked_boot_ms, saved_boot_ms;
};

void viewing_begin(struct viewing *v, struct app *app, const struct open_lesson *lesson, int64_t position_ms, bool clip);
/* Tells the ledger what the player does now. Call at every tick of the screen. */
void viewing_follow(struct viewing *v, const struct player_state *p, int speed_permille, int64_t boot_ms);
void viewing_seek(struct viewing *v, int64_t from_ms, int64_t to_ms, int64_t boot_ms);
void viewing_presence(struct viewing *v, int64_t boot_ms);
bool viewing_asking(const struct viewing *v); /* "still listening?" waits for an answer */
void viewing_asked(struct viewing *v, int64_t boot_ms);
/* Last record of it; later calls do nothing. `how`: "finished" "left" "idle". */
void viewing_end(struct viewing *v, const char *how, int64_t boot_ms);
void viewing_release(struct viewing *v);
#endif
