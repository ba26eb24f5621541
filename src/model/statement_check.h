/* statement_check.h - what the two files of the strict check share. Private to model/statement_*.c. `where` is a path such as
 * "result.score". */
#ifndef WEIKE_MODEL_STATEMENT_CHECK_H
#define WEIKE_MODEL_STATEMENT_CHECK_H
#include "base/json.h"
#include "model/statement_parts.h"

enum { WHERE_MAX = 160 };
bool check_wrong(struct err *e, const char *where, const char *want); /* false, with "WHERE must be WANT" */
void check_path(char out[WHERE_MAX], const char *where, const char *key);
/* A text that `valid` accepts (any text if NULL). NULL, with the error set, if it is not; absent ones are "". */
const char *check_text(const json_t *o, const char *where, const char *key, bool required, bool (*valid)(const char *),
                       const char *want, struct err *e);
bool check_number(const json_t *o, const char *where, const char *key, double min, double max, struct err *e);
/* The parts that the verb of this (otherwise well-formed) statement requires. */
bool check_needs(const json_t *s, const char *verb, struct err *e);
#endif
