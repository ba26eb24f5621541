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
 * needs no domain. Extensions: clock, hours, ended-by, category, seed, questions, meeting, attendance, register, reason, voice_ms;
 * activities: course/ID, register/KIND/MONTH; attachment: voice; verb: registered. */
#define STATEMENT_IRI "urn:uuid:5aa4c884-dfa6-41d3-acf2-6cf0bc76f749#"

enum statement_verb {
    STATEMENT_TERMINATED, STATEMENT_COMPLETED, STATEMENT_ABANDONED, STATEMENT_ANSWERED, STATEMENT_PASSED, STATEMENT_FAILED,
    STATEMENT_ATTENDED, STATEMENT_HOSTED, STATEMENT_VOIDED, STATEMENT_COMMENTED, STATEMENT_REGISTERED,
    STATEMENT_VERB_COUNT
};
const char *statement_verb_iri(enum statement_verb v);

struct statement_room {        /* the meeting it happened in */
    const char *room_id;       /* UUID: the activity urn:uuid:ID of type meeting */
    const char *host_id;       /* member who led it: context.instructor */
    const char *team;          /* account name of the group; NULL or "": STATEMENT_TEAM */
};
#define STATEMENT_TEAM "everyone" /* those who came: the group of a room that no other group is known for */

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
    const struct statement_room *room; /* NULL: no meeting */
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

/* ---- what needs no lesson: content_id may be NULL or "", course_id too ---- */

struct statement_attendance { int64_t present_ms, watched_ms, verified_ms; int turns; /* answers given aloud */ };
/* `attended` on the meeting (about->room, required), duration present_ms. */
void statement_attended(const struct statement_about *about, const struct statement_attendance *a, struct str *out);

struct statement_hands { const char *question_id, *response; int count; const char *lesson; /* content id; NULL or "": none was shown */ };
struct statement_meeting {
    const char *topic;              /* NULL or "": none */
    const char *const *minute;      /* as model/room.h's MINUTE */
    const char *const *lesson;      /* content ids that were played */
    const struct statement_hands *hands;
    int minute_count, lesson_count, hands_count;
    int people, present_most;       /* who attended; at the same time at most */
    int64_t duration_ms, gap_ms;    /* without and of the cuts */
    int cuts, cuts_unknown;         /* unknown: how long, nobody can say */
    bool is_signed;
};
/* `hosted` by the host (about->member_id) on the meeting (about->room, required). What would make it too long stays behind: hands, then minutes
 * and topic. */
void statement_hosted(const struct statement_about *about, const struct statement_meeting *m, struct str *out);

/* `voided`: the object is the statement that does not hold any more. `reason` may be "" or NULL. */
void statement_voided(const struct statement_about *about, const char *voided_id, const char *reason, struct str *out);

struct statement_comment {
    const char *text;               /* NULL or "": only spoken */
    const void *voice;              /* the Opus file; NULL: only written */
    size_t voice_bytes;             /* at most STATEMENT_VOICE_MAX */
    int64_t voice_ms;
};
enum { STATEMENT_VOICE_MAX = 160 << 10 };
/* `commented` on the lesson, else on the meeting (one of both is required): result.response, and the voice as an attachment whose
 * fileUrl is a data: IRI (audio/ogg). False: the voice is larger than STATEMENT_VOICE_MAX; nothing is added. */
bool statement_commented(const struct statement_about *about, const struct statement_comment *c, struct str *out) MUST_CHECK;

struct statement_register {
    const char *kind;               /* "viewing" "attendance" … */
    int month;                      /* 202611 */
    int64_t rows;
    const char *sha256, *code;      /* of the CSV's bytes; the short code on the page */
    int64_t chain_from, chain_seq;  /* first statement of the chain, 0: none yet; newest statement it rests on */
    const char *chain_head;         /* hex; NULL or "": none */
};
/* `registered` by the member who made the page. */
void statement_registered(const struct statement_about *about, const struct statement_register *r, struct str *out);

/* Strict: the structure of xAPI 1.0.3 Data, no unknown properties, every IRI, UUID, date, duration and language tag well
 * formed, the parts that the verb requires in place, numbers that fit each other. Says which part is wrong. */
bool statement_validate(const char *json, size_t len, struct err *e) MUST_CHECK;
/* The same for one that json_parse has read already. */
struct json_t;
bool statement_check(const struct json_t *statement, struct err *e) MUST_CHECK;
#endif
