/* statement.h - the ledger's words for what was opened here: packets with their statements, registers, the
 * numbers behind a chain, hours. Each is said to a unit of work or, where it only asks, to any reader. */
#ifndef WEIKE_HUB_LEDGER_STATEMENT_H
#define WEIKE_HUB_LEDGER_STATEMENT_H
#include "base/hash.h"
#include "hub/ledger/ledger.h"

#include <stddef.h>

/* What later reports group and sum by, taken out of a valid statement (hub/records/columns.h). */
struct columns {
    char id[UUID_TEXT];
    char verb[48];           /* last part of its IRI */
    char actor[128];         /* account name, else mailbox; "" */
    char activity[512];
    int64_t at_ms;
    bool has_duration, has_success, has_score;
    int64_t duration_ms;
    bool success;
    double score;            /* scaled, -1..1 */
    char about[40];          /* voided: the statement it takes back; registered: the code; "" */
    char file[SHA256_HEX];   /* registered: SHA-256 of the file; "" */
};

/* ---- putting ---- */
struct ledger_statement {          /* borrowed, all of it */
    const char *body; size_t len;  /* exact bytes, UTF-8 if it is valid */
    uint8_t sha256[SHA256_BYTES];  /* of them */
    int64_t seq;                   /* its number at the terminal; 0: not known */
    const struct columns *columns; /* NULL: no valid statement */
    uint8_t id[16];                /* if it is valid: its UUID */
    const char *uuid, *why;        /* if not: the id as far as it can be read, what is wrong */
};
struct ledger_packet {
    uint8_t sha256[SHA256_BYTES];
    const char *device, *epoch;
    int64_t first, last;
    const uint8_t *previous; size_t previous_len;
    int64_t site, at_ms;
    const struct ledger_statement *statement; int count;
};
enum ledger_verdict {
    LEDGER_NEW,
    LEDGER_SAME,           /* the same bytes were here, as a statement or among the conflicts: a copy */
    LEDGER_CONFLICT,       /* the id is another's: both are kept, the first stands */
    LEDGER_REJECTED,       /* not valid: kept aside */
    LEDGER_REJECTED_SAME,  /* and it was there */
};
/* One after the other, verdict[i] of statement[i]; a copy that knows its number gives it to one that does
 * not. *seen: the whole packet was here; then nothing is done and no verdict given. */
bool ledger_packet_put(struct work *w, const struct ledger_packet *p, enum ledger_verdict verdict[],
                       bool *seen, struct err *e) MUST_CHECK;

/* ---- asking ---- */
/* A `registered` statement, of the site that named the code or file first: by code the first of that site,
 * by file the newest. */
struct ledger_register {
    char site_name[400], device[20], id[UUID_TEXT];
    int64_t site, at_ms, stored_ms;
    int64_t sites;                 /* how many named it */
};
/* `body` gets the statement. *found false: nobody named it. */
struct str;
bool ledger_register_by_code(struct work *w, const char *code, struct ledger_register *out,
                             struct str *body, bool *found, struct err *e) MUST_CHECK;
bool ledger_register_by_file(struct work *w, const char *sha256, struct ledger_register *out,
                             struct str *body, bool *found, struct err *e) MUST_CHECK;
/* Did `site` itself take its statement back? */
bool ledger_voided(struct work *w, int64_t site, const char *id, bool *voided, struct err *e) MUST_CHECK;

/* The bytes' hashes of the numbers first..last (also of rejected ones) of a terminal under all the names
 * it has had: after a restored backup or in a new case it has a new key, signed by the old. Ascending; one
 * number may come more than once, as a restored backup gives numbers again: those of the name asked for
 * first, then of the names before it, the last first, then after. */
struct ledger_numbers { const char *device; int64_t first, last; };
typedef void ledger_number_visit(void *ctx, int64_t seq, const uint8_t sha256[SHA256_BYTES]);
bool ledger_numbers(struct work *w, const struct ledger_numbers *of, ledger_number_visit *visit, void *ctx,
                    struct err *e) MUST_CHECK;

/* Watched hours by site and member, sorted, of viewings that ended in from..to (not `to`) and that their
 * site did not void. */
struct ledger_hours { const char *site, *member; int64_t watched_ms, verified_ms, viewings; };
typedef void ledger_hours_visit(void *ctx, const struct ledger_hours *h);
bool ledger_hours(struct work *w, int64_t from_ms, int64_t to_ms, ledger_hours_visit *visit, void *ctx,
                  struct err *e) MUST_CHECK;
#endif
