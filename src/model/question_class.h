/* question_class.h - what the program knows of one kind of question: a row of functions, in question_KIND.c. Pure.
 *
 * A new kind is its line in QUESTION_KINDS (model/question.h), its question_KIND.c here, and its row for the screen
 * (app/quiz/quiz_kind.h). Everything else asks the rows. A `pick` is a response that may still change, "" while nothing is
 * marked; `out` has RESPONSE_MAX bytes. What a NULL function means stands beside it. */
#ifndef WEIKE_MODEL_QUESTION_CLASS_H
#define WEIKE_MODEL_QUESTION_CLASS_H
#include "model/question.h"

struct slice; /* model/gift_parts.h */

struct question_class {
    const char *name;        /* "kind" in a questions file, kind= in GIFT */
    const char *interaction; /* xAPI interactionType: a kind of ours may be one of those with other rules */
    bool survey;             /* any answer is welcome; not graded */
    bool ordered;            /* its options are tapped one after the other into an order */
    bool paired;             /* its options are joined to targets */
    bool wordless;           /* its options may have neither text nor picture: the screen has words for them */
    int choices;             /* how many can be tapped though the file need not name them; 0: those it names */

    /* --- questions file --- */
    const char *const *keys; /* its own, besides those of every question; NULL: none */
    bool (*parse)(const json_t *o, const char *where, struct question *q, struct err *e); /* its keys; NULL: none. Called for
                                every question whatever its kind: a key of the wrong type is refused, then ignored */
    void (*write)(json_t *o, const struct question *q);                               /* adds its keys; NULL: none */
    bool (*check)(const struct question *q, const char *where, struct err *e); /* what it cannot do without */

    /* --- GIFT (model/gift_parts.h) --- */
    bool (*gift_claims)(struct slice braces); /* the braces mean this kind, none before it in the list having claimed them;
                                                 NULL: only where the author says kind=NAME */
    bool (*gift_read)(struct slice braces, const char *lang, struct question *q, struct err *e);

    /* --- answers --- */
    void (*correct)(const struct question *q, char *out); /* the right response; NULL: there is none */
    double (*grade)(const struct question *q, const char *response); /* as question_grade; `response` is UTF-8 and not empty */
    bool (*right)(const struct question *q, int option); /* marking it is right; NULL: no option is right by itself */

    /* --- marks --- */
    bool (*picked)(const struct question *q, const char *pick, int option); /* NULL: nothing is ever marked */
    void (*tap)(const struct question *q, const char *pick, int option, char *out); /* NULL: options are not tapped one by one */
    bool (*fits)(const char *text);                            /* may be typed in; NULL: nothing is typed */
    bool (*begun)(const struct question *q, const char *pick); /* a pick that may stand unfinished; NULL: what `fits`, or else
                                                                  nothing or a whole response */
    bool (*whole)(const struct question *q, const char *response); /* all is marked; NULL: what can be graded is whole */

    /* --- statements --- */
    const char *xapi_options, *xapi_targets; /* under which key of the definition they are listed; NULL: not */
    bool (*pattern)(const struct question *q, int n, char *out); /* the n-th response of which each alone is right; false:
                                                                    there are not so many. NULL, or none: `correct` */
};
const struct question_class *question_class_of(enum question_kind k);
int question_choices(const struct question *q); /* how many options can be tapped or counted */
bool question_choice_right(const struct question *q, int option);
/* Of a kind with `tap`: the response that marks this option alone. */
void question_choice_response(const struct question *q, int option, char *out);

#define QUESTION_ROW(NAME, name) extern const struct question_class question_##name;
QUESTION_KINDS(QUESTION_ROW)
#undef QUESTION_ROW
#endif
