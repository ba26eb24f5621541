/* question.h - quiz questions after xAPI cmi.interaction (xAPI 1.0.3 Data §2.4.4.1). Pure.
 *
 * Responses are strings in the interaction syntax: choice and sequencing "c2[,]c1", matching
 * "s1[.]t2[,]s2[.]t1", true-false "true", numeric "12.5", likert "l3", fill-in the text itself ("?" for "I do not know"). */
#ifndef WEIKE_MODEL_QUESTION_H
#define WEIKE_MODEL_QUESTION_H
#include "model/course.h"

/* Every kind once; the enum and the tables of rows come from this list. The row of X(CHOICE, choice) is `question_choice`, in
 * question_choice.c (question_class.h says what it holds), and `quiz_choice` in app/quiz/quiz_choice.c. The order is the one
 * in which GIFT decides what an author means (question_class.h, gift_claims): fill-in takes what is left over. */
#define QUESTION_KINDS(X) \
    X(NUMERIC, numeric) X(CHOICE, choice) X(MATCHING, matching) X(TRUE_FALSE, true_false) X(SEQUENCING, sequencing) \
    X(LIKERT, likert) X(FILL_IN, fill_in)
#define QUESTION_KIND(NAME, name) QUESTION_##NAME,
enum question_kind { QUESTION_KINDS(QUESTION_KIND) QUESTION_KIND_COUNT };
#undef QUESTION_KIND

enum { QUESTION_MAX_OPTIONS = 12, RESPONSE_MAX = 512, QUESTION_MEANING = 17 };

struct option {
    char id[16];               /* "c1" …: stable across shuffles */
    struct lang_text text;
    struct file_ref picture;   /* may be empty */
    double weight;             /* choice: share of the score, -1..1; 1 for the right one */
    struct lang_text feedback; /* may be empty */
};

struct question {
    char id[32];               /* unique in the lesson, stable across versions */
    enum question_kind kind;
    bool multiple;             /* choice: more than one may be right */
    struct lang_text prompt, feedback; /* feedback: the explanation shown after any answer */
    struct file_ref picture;
    int64_t answer_at_ms;      /* second in the lesson that answers it; -1 if none */
    int option_count;          /* choice/true-false: choices; sequencing: steps in right order; matching: sources; likert: scale */
    struct option option[QUESTION_MAX_OPTIONS];
    int target_count;          /* matching only; option[i] belongs to target[i] */
    struct option target[QUESTION_MAX_OPTIONS];
    bool answer_true;          /* true-false */
    double min, max;           /* numeric: accepted range, inclusive; +-HUGE_VAL for open ends */
};

struct question_set { int count; struct question *question; };
/* The questions file of a lesson (content/FORMAT.md §questions). At most 200 questions. */
bool question_set_parse(const char *json, size_t len, struct question_set *out, struct err *e) MUST_CHECK;
json_t *question_set_to_json(const struct question_set *s); /* new reference */
void question_set_release(struct question_set *s);

/* The right response, in interaction syntax ("" for surveys). `size` >= RESPONSE_MAX. */
void question_correct_response(const struct question *q, char *out, size_t size);
bool question_is_survey(const struct question *q); /* not graded */
/* Share of the points, 0..1, of a response; -1 if it is not a well-formed response to this question. */
double question_grade(const struct question *q, const char *response);
/* Fill-in: the option a response fits, of highest weight, -1 if none. An accepted answer may hold * for any words,
 * and \* for a star; width, case and spaces do not matter. */
int question_fill_in_match(const struct question *q, const char *response);
/* Fill-in: the n-th answer of full weight as a person would write it, in `lang` (NULL: of all languages). Those with a star,
 * the star left out, count only where there is no other. False: there are not so many. */
bool question_accepted(const struct question *q, int n, const char *lang, char out[RESPONSE_MAX]);
bool question_wants_digits(const struct question *q); /* fill-in whose answers are digits only */
/* 16 hex digits over what is asked and what is right: kind, right response, and prompt, options and pictures as a Chinese
 * reader sees them. A translation added or an explanation reworded leaves it; a changed word or answer does not. */
void question_meaning(const struct question *q, char out[QUESTION_MEANING]);
/* Order in which to show n options (or questions): a permutation of 0..n-1 from the seed and a name; same seed, same order,
 * any machine. */
void question_shuffle(uint64_t seed, const char *question_id, int n, int *order);
#endif
