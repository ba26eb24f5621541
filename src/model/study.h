/* study.h - the ledger of one viewing: what was truly played, and what of it counts. Pure: no clock, no I/O.
 *
 * watched  = media milliseconds really presented, each counted once per member, lesson and plan year, and never
 *            more than the boot-time that passed while they were (so 1.25x earns less than the media length).
 * verified = the part of watched vouched for by a sign of presence: a touch in the player, the answer to
 *            "still listening?", a quiz answer just after. A sign vouches for what was played in the
 *            STUDY_PRESENCE_MS before it; older unvouched time stays watched.
 * review   = presented again although it had counted before.
 * screen   = boot-time during which the lesson was on the screen.
 * Seeking, pausing, the background and an ended lesson earn nothing.
 *
 * What was watched unvouched before can become verified by watching it again in company; such a millisecond earns
 * at most 0.8 ms, because at 1.25x it may have been watched in that much time: verified never exceeds watched. */
#ifndef WEIKE_MODEL_STUDY_H
#define WEIKE_MODEL_STUDY_H
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    STUDY_PRESENCE_MS = 360000,   /* a sign of presence vouches for at most 6 minutes back */
    STUDY_ASK_MIN_MS = 240000,    /* "still listening?" comes 4 to 6 minutes after the last sign, by the seed */
    STUDY_ASK_MAX_MS = 360000,
    STUDY_ANSWER_MS = 60000,      /* unanswered this long: playback pauses */
};

/* A sorted set of disjoint half-open ranges of media milliseconds. */
struct span { int64_t from_ms, to_ms; };
struct spans { int count, cap; struct span *span; };
void spans_release(struct spans *s);
void spans_copy(const struct spans *from, struct spans *out);
int64_t spans_add(struct spans *s, int64_t from_ms, int64_t to_ms); /* returns how many ms were new */
int64_t spans_total(const struct spans *s);
bool spans_contains(const struct spans *s, int64_t at_ms);
/* Text form of the xAPI video profile, seconds with 3 decimals: "0.000[.]12.000[,]14.000[.]21.000". */
void spans_format(const struct spans *s, struct str *out);
bool spans_parse(const char *text, int64_t length_ms, struct spans *out, struct err *e) MUST_CHECK;

enum study_kind {
    STUDY_PLAY,      /* playback begins or goes on at media_ms */
    STUDY_TICK,      /* playing, now at media_ms (any rate; the app sends about one a second) */
    STUDY_PAUSE,     /* also: buffering, background, sleep */
    STUDY_SEEK,      /* jumps to media_ms; playing or paused stays as it was */
    STUDY_SPEED,     /* speed_permille changes from now on */
    STUDY_PRESENCE,  /* a sign of presence: touch, answered question, answered prompt */
    STUDY_ASKED,     /* the prompt was put on the screen */
    STUDY_END,       /* the media reached its end; media_ms is the length */
};
struct study_event {
    enum study_kind kind;
    int64_t boot_ms;   /* never goes back; an event that does is taken as "no time has passed" */
    int64_t media_ms;
    int speed_permille;
};

struct study { /* a value; study_release frees its arrays */
    int64_t length_ms;
    uint64_t seed;
    struct spans played;          /* this viewing */
    struct spans counted;         /* this member, lesson, plan year: watched so far, earlier viewings included */
    struct spans counted_verified;/* same, verified */
    int64_t watched_ms, verified_ms, review_ms, screen_ms; /* earned in this viewing */
    int64_t position_ms;
    int64_t ask_due_boot_ms;      /* when to put the prompt up next; INT64_MAX while paused or ended */
    int64_t asked_boot_ms;        /* prompt is up since; -1: not up */
    bool playing, ended;
    int speed_permille;
    int64_t last_boot_ms, last_media_ms; /* up to here everything is accounted for */
    int64_t media_boot_ms;        /* boot-time at which last_media_ms was presented */
    int64_t budget_us;            /* media time that the boot-time since then allows, not yet used */
    int64_t watched_left, verified_left, review_left; /* remainders of speed-aware sums, below one ms */
    int64_t last_sign_boot_ms;
    int signs;
    int pending_count, pending_cap;
    struct study_pending { int64_t from_boot_ms, to_boot_ms; int speed_permille; struct span media; } *pending; /* played, not yet vouched for */
};

/* `counted`, `counted_verified` may be NULL (nothing before). Opening the lesson is itself a sign of presence. */
void study_init(struct study *s, int64_t length_ms, int64_t position_ms, uint64_t seed, int64_t boot_ms,
                const struct spans *counted, const struct spans *counted_verified);
void study_apply(struct study *s, const struct study_event *ev);
/* The time up to `boot_ms` was not spent with this lesson: it counts for nothing, but what was played gets older. */
void study_skip(struct study *s, int64_t boot_ms);
void study_release(struct study *s);
/* How long after a sign of presence the next question comes. */
int64_t study_ask_after_ms(uint64_t seed, int signs);
/* Has the presence prompt been up for STUDY_ANSWER_MS? Then the player should pause. */
bool study_unanswered(const struct study *s, int64_t boot_ms);
bool study_finished(const struct study *s, int completion_permille); /* distinct share of counted+played >= threshold */
#endif
