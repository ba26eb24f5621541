/* register.h - what a county can say about a register that a terminal made: which it was, and whether the records it rests on are
 * the ones that came. Also the hours of a month as the statements tell them, corrected ones left out. Any reader.
 *
 * The hub keeps each statement's exact bytes and, where its packet accounts for them without a hole, its sequence number; so the
 * chain of a terminal (store/outbox/chain.h there) can be computed again over what is here. Rows that arrived before the hub
 * noted numbers, or in a packet with holes, have none: then the verdict is that it cannot be told. */
#ifndef WEIKE_HUB_RECORDS_REGISTER_H
#define WEIKE_HUB_RECORDS_REGISTER_H
#include "base/hash.h"
#include "base/json.h"
#include "hub/ledger/ledger.h"
#include "store/register/register.h"

enum chain_verdict {
    CHAIN_FITS,       /* computed over what is here, the head is the one the terminal said */
    CHAIN_DIFFERS,    /* all numbers are here, and it is another: records were changed after the register was made, or before */
    CHAIN_UNKNOWN,    /* some numbers are not here (yet) */
    CHAIN_NONE,       /* the register rests on no chain: an older Weike, or nothing was recorded */
};
struct hub_register {
    bool found;
    char site[400], device[20], kind[20], code[REGISTER_CODE_TEXT], sha256[SHA256_HEX], head[SHA256_HEX];
    int month;
    int64_t rows, made_ms, stored_ms, chain_from, chain_seq;
    enum chain_verdict verdict;
    int64_t checked;               /* statements the verdict rests on */
    int64_t gap_first, gap_last;   /* UNKNOWN: the first numbers that are not here */
    bool voided;                   /* its own village took the statement back */
    int sites;                     /* how many villages said it was theirs; more than one: the first that came is shown */
};
/* By its code; with `code` NULL by the hash of the file, the newest of the village that had it first. */
bool register_find(struct work *w, const char *code, const char *sha256, struct hub_register *out, struct err *e) MUST_CHECK;

/* Watched hours by site and member, of viewings that ended in from..to and were not voided: [{site, member, watched_ms,
 * verified_ms, viewings}], sorted. NULL: `e`. */
json_t *register_hours_json(struct work *w, int64_t from_ms, int64_t to_ms, struct err *e) MUST_CHECK;
#endif
