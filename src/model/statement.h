/* statement.h - xAPI 1.0.3 statements, finished when the fact is committed and never changed after. Pure.
 *
 * Each function appends one statement as compact JSON with sorted keys to `out`: equal facts give equal bytes, so a
 * receiver can tell a repetition (409, same content) from a conflict. All pointers are borrowed for the call. Texts
 * that are not UTF-8 get U+FFFD in place of the bad bytes, and what would pass STATEMENT_MAX_BYTES goes without its
 * descriptions: a fact is not lost for a bad name. What the extensions mean is written in content/FORMAT.md. */
#ifndef WEIKE_MODEL_STATEMENT_H
#define WEIKE_MODEL_STATEMENT_H
#include "base/clock.h"
#include "model/attempt.h"
#include "model/study.h"

enum { STATEMENT_MAX_BYTES = 256 << 10 };
/* Our name space for what neither xAPI nor the video profile has a name for: an id nobody else can have, so that it
 * needs no domain. Extensions: clock, hours, ended-by, category, seed, questions; activities: course/ID. */
#define STATEMENT_IRI "urn:uuid:5aa4c884-dfa6-41d3-acf2-6cf0bc76f749#"

enum statement_verb {
    STATEMENT_TERMINATED, STATEMENT_COMPLETED, STATEMENT_ABANDONED, STATEMENT_ANSWERED, STATEMENT_PASSED, STATEMENT_FAILED,
    STATEMENT_VERB_COUNT
};
const char *statement_verb_iri(enum statement_verb v);

struct statement_about {       /* who, when, with what: the same in every kind */
    const char *id;            /* UUID of the statement */
    const char *home_page;     /* id space of the members, an http(s) URL */
    const char *member_id;     /* opaque; NULL or "": the guest */
    const struct clock_reading *at;
    const char *course_id;     /* NULL or "": not known any more */
    int64_t course_version;
    const char *category;      /* NULL or "": none */
    const char *content_id;    /* UUID of the lesson */
    const struct lang_text *title; /* of the lesson; NULL: not at hand */
    const char *questions_sha256;  /* quiz: which questions were asked; NULL or "": not said */
};

struct statement_viewing {
    const char *session_id;    /* UUID of the viewing */
    int64_t length_ms, position_ms;
    const struct spans *played;  /* in this viewing */
    const struct spans *counted; /* in earlier ones too, for the progress; NULL: nothing */
    int completion_permille;
    int64_t watched_ms, verified_ms, review_ms, screen_ms; /* as in study.h; result.duration is screen_ms */
    const char *ended_by;      /* "finished" "left" "idle"; NULL: not said */
};

/* `verb`: terminated, completed or abandoned. */
void statement_viewing(enum statement_verb verb, const struct statement_about *about, const struct statement_viewing *v,
                       struct str *out);
/* `answered`, of a question of the attempt that has been answered. */
void statement_answered(const struct statement_about *about, const struct attempt *a, const struct question *q,
                        struct str *out);
/* `passed` or `failed`. Adds nothing and returns false if no question of the attempt is graded. */
bool statement_result(const struct statement_about *about, const struct attempt *a, struct str *out);

/* Strict: the structure of xAPI 1.0.3 Data, no unknown properties, every IRI, UUID, date, duration and language tag well
 * formed, the parts that the verb requires in place, numbers that fit each other. Says which part is wrong. */
bool statement_validate(const char *json, size_t len, struct err *e) MUST_CHECK;
/* The same for one that json_parse has read already. */
struct json_t;
bool statement_check(const struct json_t *statement, struct err *e) MUST_CHECK;
#endif
