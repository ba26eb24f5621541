/* response.h - responses in the xAPI interaction syntax (xAPI 1.0.3 Data §2.4.4.1), as indexes and back. Pure.
 *
 * Private to model/: screens mark options through attempt.h. "" is the response in which nothing is marked. */
#ifndef WEIKE_MODEL_RESPONSE_H
#define WEIKE_MODEL_RESPONSE_H
#include "model/question.h"

/* Options named by "c2[,]c1", in that order, each known and at most once. How many; -1 if malformed. */
int response_list(const struct question *q, const char *response, int index[QUESTION_MAX_OPTIONS]);
/* Is the option among those named? */
bool response_has(const struct question *q, const char *response, int option);
/* Targets by source of "s1[.]t2[,]s2[.]t1", -1 where a source has none. How many pairs; -1 if malformed. */
int response_pairs(const struct question *q, const char *response, int target[QUESTION_MAX_OPTIONS]);
/* The reverse; `out` >= RESPONSE_MAX. */
void response_put_list(const struct question *q, const int *index, int n, char *out);
void response_put_pairs(const struct question *q, const int target[QUESTION_MAX_OPTIONS], char *out);
#endif
