/* fsrs.h - when to ask a question again: FSRS-6, with the two grades that a quiz knows. Pure.
 *
 * The Free Spaced Repetition Scheduler, version 6, as the open-spaced-repetition project published it: formulas and the
 * 21 default weights from its wiki, "The Algorithm" (github.com/open-spaced-repetition/fsrs4anki/wiki/The-Algorithm),
 * the limits on which the wiki is silent (bounds of stability and difficulty, growth of a same-day "good" at least 1,
 * forgetting never above S/e^(w17 w18), ranges of the fuzz) as in its py-fsrs 6. Written anew from the formulas.
 *
 * A memory is stability S (days until the chance of recall has fallen to 90 %) and difficulty D (1..10). Here a wrong
 * answer is the grade Again (1), a right one Good (3); nobody is asked how hard it felt. Learning steps of minutes,
 * which FSRS leaves to the program, there are none: a visit is once a day at most. */
#ifndef WEIKE_MODEL_FSRS_H
#define WEIKE_MODEL_FSRS_H
#include <stdbool.h>
#include <stdint.h>

enum { FSRS_WEIGHTS = 21, FSRS_MAX_DAYS = 365 };
extern const double fsrs_weight[FSRS_WEIGHTS];

struct fsrs { double stability, difficulty; };

/* The first answer ever. */
void fsrs_first(struct fsrs *m, bool right);
/* A later answer, `days` local days after the one before; 0: the same day (below 0 counts as 0). */
void fsrs_next(struct fsrs *m, int64_t days, bool right);
/* Chance of recall `days` after the last answer, 0..1. */
double fsrs_recall(const struct fsrs *m, int64_t days);
/* Days until it should be asked again, for a recall of 90 %: 1..FSRS_MAX_DAYS. */
int fsrs_days(const struct fsrs *m);
/* The same moved a little by `hash`, so that what was learned together does not all fall on one day: by nothing below
 * 3 days, by one or two days up to 9, by about a twentieth later. Same hash, same days. */
int fsrs_days_mixed(const struct fsrs *m, uint64_t hash);
#endif
