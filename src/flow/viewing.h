/* viewing.h - one viewing of one lesson by one person: feeds the study ledger from what is presented, and has it
 * saved.
 *
 * A checkpoint goes to the writer every VIEWING_CHECKPOINT_MS of play and at each pause and seek, so that a power
 * cut costs less than 5 s of credit. */
#ifndef WEIKE_FLOW_VIEWING_H
#define WEIKE_FLOW_VIEWING_H
#include "flow/flow.h"
#include "flow/presented.h"
#include "model/study.h"
#include "store/library/library.h"
#include "store/people/member.h"

enum { VIEWING_CHECKPOINT_MS = 4000, VIEWING_TICK_MS = 1000 };

struct viewing {
    struct flow *flow;
    const struct open_lesson *lesson; /* borrowed; outlives the viewing */
    char id[UUID_TEXT];
    char member_id[MEMBER_ID];        /* whose it is, also after a sign-out; "": a guest's */
    struct study study;
    bool begun, ended;
    bool clip;              /* shown to answer a question: does not move the place to go on from */
    bool presenting;        /* the ledger was told that the media runs */
    int64_t ticked_boot_ms, saved_boot_ms;
};

/* What a step asks of whoever shows the film. */
enum viewing_news {
    VIEWING_NOTHING,
    VIEWING_ASK,        /* "still listening?" from now on */
    VIEWING_UNANSWERED, /* nobody said so: pause */
};

void viewing_begin(struct viewing *v, struct flow *f, const char *member_id, const struct open_lesson *lesson,
                   int64_t position_ms, bool clip);
/* Tells the ledger what the film does now. At every step, and before it is let go. */
enum viewing_news viewing_follow(struct viewing *v, const struct presented *p, int64_t boot_ms);
void viewing_seek(struct viewing *v, int64_t from_ms, int64_t to_ms, int64_t boot_ms);
void viewing_presence(struct viewing *v, int64_t boot_ms); /* a sign of the person: also answers the question */
bool viewing_asking(const struct viewing *v);              /* it waits for an answer */
/* Last record of it; later calls do nothing. `how` if it was not watched to its end: "left" "idle". */
void viewing_end(struct viewing *v, const char *how, int64_t boot_ms);
void viewing_release(struct viewing *v);
#endif
