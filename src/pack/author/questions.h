/* questions.h - question files of authors (GIFT, or our JSON) and their translations. One thread. */
#ifndef WEIKE_PACK_AUTHOR_QUESTIONS_H
#define WEIKE_PACK_AUTHOR_QUESTIONS_H
#include "model/question.h"

enum { QUESTIONS_MAX_BYTES = 1 << 20 };

/* `name` in folder `dir`: .gift (texts are in `lang`) or .json. Errors name file and line. */
bool questions_read(const char *dir, const char *name, const char *lang, struct question_set *out,
                    struct err *e) MUST_CHECK;
/* Adds the texts of the same questions in another language to `set`. Refuses a translation whose questions are not
 * the same in number, kind and options. */
bool questions_translate(const char *dir, const char *name, const char *lang, struct question_set *set,
                         struct err *e) MUST_CHECK;
#endif
