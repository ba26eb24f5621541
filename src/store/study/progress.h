/* progress.h - how far a member is with a lesson: kept by record/, read by screens. Reading: any connection. */
#ifndef WEIKE_STORE_STUDY_PROGRESS_H
#define WEIKE_STORE_STUDY_PROGRESS_H
#include "model/study.h"
#include "store/db.h"

struct progress {
    int64_t position_ms;   /* where to go on; 0 after the end was reached */
    int64_t watched_ms;    /* distinct media time this plan year */
    int64_t length_ms;     /* of the lesson when it was last watched; 0: never opened */
    bool finished;         /* once true, stays true */
    double best_score;     /* 0..1; -1: no attempt ended */
    bool passed;
    int attempts;          /* ended */
    int64_t last_ms;       /* wall time of the last viewing or attempt; 0: never */
};
/* Zero (best_score -1) for the guest and for a lesson never opened. */
bool progress_get(struct db *db, const char *member_id, const char *content_id, struct progress *out,
                  struct err *e) MUST_CHECK;
/* What counted before for study_init, in the plan year of `year`; empty for the guest. Caller releases both. */
bool progress_counted(struct db *db, const char *member_id, const char *content_id, int year, struct spans *counted,
                      struct spans *verified, struct err *e) MUST_CHECK;
/* For queries that join progress: reads the eight columns from `col` on, in the order of PROGRESS_COLUMNS. The join
 * must call the tables p (progress) and use PROGRESS_COLUMNS as written. */
#define PROGRESS_COLUMNS                                                                                               \
    "p.position_ms, p.length_ms, p.finished, p.best_score, p.passed, p.attempts, p.last_ms, (SELECT watched_ms FROM " \
    "counted c WHERE c.member_id = p.member_id AND c.content_id = p.content_id ORDER BY year DESC LIMIT 1)"
void progress_columns(struct query *q, int col, struct progress *out);
#endif
