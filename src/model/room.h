/* room.h - a meeting before one screen, as the list of what happened in it: replayed, the list says who is here, where the
 * film stands, and what each person earned of each lesson (a `struct study` per person and lesson). Pure: no clock, no I/O.
 *
 * Coming is PLAY for that person from there, leaving is PAUSE. What counts, counts as in study.h: played segments only while
 * present, once per plan year, never more than the boot-time that passed. Nobody earns anything over a cut or from one boot of
 * the machine to the next. Signs of presence vouch for everybody present: HERE, COME, GO, HANDS, TURN, MINUTE, TOPIC and a SIGN
 * with a name. PLAY, PAUSE, SEEK and SPEED do not, as the machine makes them too: a screen that was touched sends HERE before
 * them. Two hours that nobody touches the screen are 0 ms verified.
 *
 * An event out of place changes nothing: TICK while paused, COME of who is here, anything after SIGN. Boot-time that goes back
 * within a boot is taken as "no time has passed". */
#ifndef WEIKE_MODEL_ROOM_H
#define WEIKE_MODEL_ROOM_H
#include "base/clock.h"
#include "base/hash.h"
#include "model/study.h"

enum {
    ROOM_MEMBER = 65,            /* bytes of a member's id, as store/people/member.h */
    ROOM_TEXT_MAX = 1000,        /* bytes of an event's text */
    ROOM_LESSONS_MAX = 20, ROOM_PEOPLE_MAX = 1000,
    ROOM_TICK_MS = 4000,         /* how often a playing film is told: what a power cut can take */
    ROOM_MISTAKE_MS = 10000,     /* who left again sooner and earned nothing, or was taken back sooner, was tapped by mistake */
    ROOM_QUIET_MS = 3600000,     /* of the time between two events at most this counts as having been in the room */
    ROOM_NAME = 65, ROOM_COURSE = 129, ROOM_QUESTION = 40,
};

enum room_kind { /* kept in databases: numbers are never given another meaning */
    ROOM_BEGIN = 1,   /* the meeting begins */
    ROOM_LESSON,      /* text: content id of the playlist; the film of it stands at media_ms, paused */
    ROOM_PLAY,        /* plays from media_ms */
    ROOM_TICK,        /* playing, now at media_ms */
    ROOM_PAUSE,       /* stopped at media_ms: also buffering, a pause card, an unanswered question */
    ROOM_SEEK,        /* media_ms: where it went; TICK or PAUSE before says how far it had come */
    ROOM_LESSON_END,  /* the film reached its end */
    ROOM_COME,        /* member */
    ROOM_GO,          /* member; text ROOM_UNDO: the coming before was a mistake */
    ROOM_ASKED,       /* "everyone still here?" is on the screen */
    ROOM_HERE,        /* it was answered, or the screen was touched (one every few seconds is enough) */
    ROOM_CUT,         /* found again after the program or the machine had stopped; everybody stays on the list */
    ROOM_CARD,        /* text: what the pause card asks */
    ROOM_HANDS,       /* text: "question id:response:count", of the lesson that is shown */
    ROOM_TURN,        /* member answered aloud; text: "question id:response" */
    ROOM_MINUTE,      /* text: one line of the minutes: "phrase:…" "text:…" "voice:<sha256 of the blob>:<ms>" */
    ROOM_TOPIC,       /* text: what it was about; the last one holds */
    ROOM_SIGN,        /* the end. member: who signed; "": nobody did, it closed by itself, and ended with the event before */
    ROOM_SPEED,       /* text: permille, "1250" */
};
#define ROOM_UNDO "undo"
const char *room_kind_name(enum room_kind kind); /* "come"; "?" */

struct room_event {
    enum room_kind kind;
    struct clock_reading at;   /* of wall times only wall_ms and trust matter */
    int64_t media_ms;          /* where the film stands; of kinds that have nothing to do with it: anything */
    const char *member_id;     /* NULL or "": concerns nobody alone; borrowed for the call */
    const char *text;          /* by kind; NULL or "": none; borrowed for the call */
};

struct room_lesson {           /* one of the playlist, as it was when the room was opened */
    char course_id[ROOM_COURSE], content_id[UUID_TEXT], category[ROOM_NAME];
    int64_t course_version, length_ms;
    int completion_permille;
};

struct room_study {            /* one person, one lesson */
    bool begun;                /* was here while it played; else the rest is nothing */
    struct study study;
    struct clock_reading first, last; /* when this person's viewing began, and when it was last added to */
};
struct room_person {
    char member_id[ROOM_MEMBER];
    bool present;
    bool undone;               /* never came but for one tap that was taken back */
    int64_t present_ms;        /* in the room so far */
    int comings, turns;        /* times come in; answers given aloud */
    struct clock_reading came, went; /* first coming, last leaving (or the end) */
    struct room_study *lesson; /* [lesson_count]; NULL if nobody asked for this person's studies */
};
struct room_cut { struct clock_reading at; int64_t gap_ms; /* how long; -1: the clock could not be trusted */ };
struct room_hands { int lesson; char question_id[ROOM_QUESTION]; char *response; int count; }; /* lesson: index; -1: none chosen yet */
struct room_turn { int person; char question_id[ROOM_QUESTION]; char *response; };

/* What counted before the room for this person and lesson; both spans are empty and taken over. NULL function: nothing. */
typedef void room_before(void *ctx, const char *member_id, int lesson, struct spans *counted, struct spans *verified);

struct room_options {
    const char *room_id;                     /* UUID; seeds the times of asking; not kept */
    const struct room_lesson *lesson;        /* copied */
    int lesson_count;
    room_before *before;
    bool (*with_study)(void *ctx, const char *member_id); /* NULL: everybody's studies are kept; else only where true */
    void *ctx;                               /* for both; borrowed until room_release */
};

struct room {
    struct room_options options;             /* .lesson is owned, .room_id NULL */
    uint64_t seed;
    bool begun, signed_off;                  /* signed_off: after SIGN nothing changes */
    char signed_by[ROOM_MEMBER];             /* "" nobody */
    int lesson_now;                          /* index into options.lesson; -1: none chosen yet */
    bool playing, ended;                     /* ended: the film of lesson_now reached its end */
    int speed_permille;
    int64_t position_ms, position_room_ms;   /* of the film of lesson_now, and the room_ms it was told at */
    int64_t *lesson_position;                /* [lesson_count]: where each was left */
    bool *lesson_played;                     /* [lesson_count]: was played at all */
    int64_t held_ms;                         /* time of the meeting without the cuts */
    int64_t room_ms;                         /* running time since BEGIN, gaps included as far as they are known */
    struct clock_reading began, last;        /* of BEGIN and of the newest event; a SIGN without a name is none */
    int person_count, person_cap;
    struct room_person *person;              /* in order of first coming; indexes stay */
    int present, present_most;               /* now; at the same time, at most */
    int64_t ask_due_boot_ms;                 /* when to ask "everyone still here?"; INT64_MAX while paused */
    int64_t asked_boot_ms;                   /* it is asked since; -1: not up */
    int64_t last_sign_ms;                    /* room_ms of the last sign of presence */
    int signs;
    int cut_count, cut_cap;
    struct room_cut *cut;
    int hands_count, hands_cap;
    struct room_hands *hands;                /* the last count of each lesson, question and response */
    int turn_count, turn_cap;
    struct room_turn *turn;
    int minute_count, minute_cap;
    char **minute;                           /* as the event's text */
    char *topic;                             /* never NULL */
};

void room_init(struct room *r, const struct room_options *o);
void room_release(struct room *r);
void room_apply(struct room *r, const struct room_event *ev);
/* NULL if never come. Until the next COME. */
const struct room_person *room_person(const struct room *r, const char *member_id);
bool room_is_present(const struct room *r, const char *member_id);
/* Has "everyone still here?" been up for STUDY_ANSWER_MS? Then the screen pauses. */
bool room_unanswered(const struct room *r, int64_t boot_ms);
/* Earned in this room so far, all lessons. */
int64_t room_watched_ms(const struct room *r, const struct room_person *p);
int64_t room_verified_ms(const struct room *r, const struct room_person *p);
/* Was this person there at all? Not who was tapped by mistake and taken out at once. Needs the person's studies. */
bool room_attended(const struct room *r, const struct room_person *p);
/* All known gaps together; *unknown (may be NULL): how many cuts had one that nobody can know. */
int64_t room_gap_ms(const struct room *r, int *unknown);
#endif
