/* attempt.h - one member going through one lesson's questions. Pure: (state, event) -> state.
 *
 * The screen holds one struct attempt; each event that changes what must not be lost is also written by
 * store/ before the screen moves on, and attempt_restore rebuilds the state from those rows after a cut. */
#ifndef WEIKE_MODEL_ATTEMPT_H
#define WEIKE_MODEL_ATTEMPT_H
#include "model/question.h"

enum { ATTEMPT_MAX_QUESTIONS = 200 }; /* as many as a question_set may have */
enum verdict { VERDICT_NONE, VERDICT_RIGHT, VERDICT_PARTLY, VERDICT_WRONG, VERDICT_THANKS /* survey */ };

struct attempt_item {
    char pick[RESPONSE_MAX];  /* what is marked so far, interaction syntax; "" if nothing */
    enum verdict verdict;     /* VERDICT_NONE until answered */
    double score;             /* 0..1 */
    int64_t duration_ms;      /* from first shown to answered, boot-time clock */
};

struct attempt {
    char id[UUID_TEXT];       /* xAPI registration of this attempt */
    uint64_t seed;            /* for shuffles */
    const struct question_set *set; /* borrowed; outlives the attempt */
    bool shuffle;
    double pass_mark;
    int at;                   /* index into order; == set->count when all are answered */
    int order[ATTEMPT_MAX_QUESTIONS]; /* question order (shuffled when the lesson says so; surveys last) */
    struct attempt_item item[ATTEMPT_MAX_QUESTIONS]; /* by question index */
    int64_t shown_boot_ms;    /* when the current question came up */
};

void attempt_begin(struct attempt *a, const char id[UUID_TEXT], uint64_t seed, const struct question_set *set,
                   bool shuffle, double pass_mark, int64_t boot_ms);
const struct question *attempt_question(const struct attempt *a); /* current, NULL when over; borrowed */
struct attempt_item *attempt_item(struct attempt *a);              /* of the current question */
/* Tap on an option (by index into question.option): toggles for multiple, replaces for single/true-false/likert,
 * appends or removes for sequencing. Ignored once answered. Returns true if the pick changed. */
bool attempt_tap(struct attempt *a, int option);
/* Matching: joins source to target (target -1: takes the pair apart). Each source has at most one target and each target
 * at most one source: a new pair takes apart those that stood in its way. */
bool attempt_match(struct attempt *a, int source, int target);
bool attempt_enter(struct attempt *a, const char *text); /* numeric, fill-in: replaces the text */
bool attempt_picked(const struct attempt *a, int option);  /* is it marked? */
int attempt_rank(const struct attempt *a, int option);     /* sequencing: 0-based place, -1 */
int attempt_matched(const struct attempt *a, int source);  /* target index or -1 */
bool attempt_ready(const struct attempt *a);               /* may the answer be checked? */
enum verdict attempt_answer(struct attempt *a, int64_t boot_ms); /* grades the pick; VERDICT_NONE: not ready, or already answered */
void attempt_next(struct attempt *a, int64_t boot_ms); /* ignored until the current one is answered */
/* Puts back a saved pick or answer. False, and nothing changes, for an unknown question or a response that does not fit it. */
bool attempt_restore(struct attempt *a, const char *question_id, const char *response, bool answered, int64_t duration_ms);
/* The same by index into the set: a review asks questions of several lessons, whose ids may be alike. */
bool attempt_restore_at(struct attempt *a, int index, const char *response, bool answered, int64_t duration_ms);
double attempt_score(const struct attempt *a);  /* 0..1 over graded questions; 1 if there are none */
bool attempt_passed(const struct attempt *a);
int attempt_right_count(const struct attempt *a);
int attempt_graded_count(const struct attempt *a);
#endif
