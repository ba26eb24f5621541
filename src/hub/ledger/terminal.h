/* terminal.h - the ledger's words for who may send: one-time codes, sites, and the terminals and hubs at
 * them. Each is said to a unit of work or, where it only asks, to any reader. */
#ifndef WEIKE_HUB_LEDGER_TERMINAL_H
#define WEIKE_HUB_LEDGER_TERMINAL_H
#include "hub/ledger/ledger.h"
#include "pack/sign/key.h"

enum { LEDGER_SITE_MAX = 200 }; /* bytes of a site's name */

/* ---- one-time codes, kept as their hash ---- */
struct ledger_code { const char *hash, *name; bool hub; int64_t made_ms, until_ms; };
bool ledger_code_put(struct work *w, const struct ledger_code *c, struct err *e) MUST_CHECK;
/* Uses it up. .fits false: unknown, used, or not good any more at `now_ms`. */
struct ledger_code_use { bool fits, hub; char name[LEDGER_SITE_MAX + 1]; };
bool ledger_code_take(struct work *w, const char *hash, const char *who, int64_t now_ms,
                      struct ledger_code_use *out, struct err *e) MUST_CHECK;

/* ---- sites and terminals ---- */
/* The site of that name which `via` told us about ("": it enrolled here); made if it is new. */
bool ledger_site(struct work *w, const char *name, const char *via, int64_t now_ms, int64_t *id,
                 struct err *e) MUST_CHECK;
/* A terminal, or a hub below, enters; one that was here is let in again, at its new site. */
struct ledger_terminal_new {
    const struct public_key *key;
    int64_t site;
    bool hub;
    const char *via, *succeeds;
};
bool ledger_terminal_put(struct work *w, const struct ledger_terminal_new *t, int64_t now_ms,
                         struct err *e) MUST_CHECK;

struct ledger_terminal {
    bool here, hub, revoked;
    int64_t site;
    char via[KEY_ID_TEXT];
    struct public_key key;
};
/* .here false: not known */
bool ledger_terminal_find(struct work *w, const char *id, struct ledger_terminal *out,
                          struct err *e) MUST_CHECK;
/* At 0 it may send again. *found false: there is no such terminal. */
bool ledger_terminal_revoke(struct work *w, const char *id, int64_t at_ms, bool *found,
                            struct err *e) MUST_CHECK;

/* A packet of it came: when, when it says it was made and how far its clock is trusted, what it says of
 * itself ("": nothing). Of what was made earlier than what is known nothing is kept but that it came. */
struct ledger_sight { const char *id; int64_t seen_ms, sealed_ms; int clock; const char *health; };
bool ledger_terminal_seen(struct work *w, const struct ledger_sight *s, struct err *e) MUST_CHECK;
/* a hub's own */
bool ledger_terminal_health(struct work *w, const char *id, const char *health, int64_t now_ms,
                            struct err *e) MUST_CHECK;

/* How many say that they follow it. */
bool ledger_terminal_heirs(struct work *w, const char *id, int64_t *count, struct err *e) MUST_CHECK;
/* Is it one of a pair of which the old one made something more than `slack_ms` after its heir began? Only
 * of clocks that were ever set. *found false: no. */
struct ledger_pair { char old[KEY_ID_TEXT], heir[KEY_ID_TEXT]; };
bool ledger_terminal_both_alive(struct work *w, const char *id, int64_t slack_ms, struct ledger_pair *out,
                                bool *found, struct err *e) MUST_CHECK;

/* ---- introductions to the hub above ---- */
/* Those that it has not been told about, the oldest first. */
struct ledger_stranger {
    const char *id, *site, *succeeds;
    const uint8_t *key; /* KEY_PUBLIC_BYTES */
    bool hub;
};
typedef void ledger_stranger_visit(void *ctx, const struct ledger_stranger *s);
bool ledger_terminals_untold(struct work *w, int limit, ledger_stranger_visit *visit, void *ctx,
                             struct err *e) MUST_CHECK;
bool ledger_terminal_told(struct work *w, const char *id, int64_t at_ms, struct err *e) MUST_CHECK;
/* To be told again, unless that was between the two. */
bool ledger_terminal_untell(struct work *w, const char *id, int64_t from_ms, int64_t to_ms,
                            struct err *e) MUST_CHECK;

/* ---- for people ---- */
struct ledger_terminal_state {
    const char *site, *id, *via, *succeeds, *health;
    bool hub;
    int clock;
    int64_t since_ms, seen_ms, sealed_ms, revoked_ms;
    int64_t custody_packets, custody_bytes;
    int64_t arrived; /* numbers that are here */
};
typedef void ledger_state_visit(void *ctx, const struct ledger_terminal_state *s);
/* by site, then age */
bool ledger_terminals(struct work *w, ledger_state_visit *visit, void *ctx, struct err *e) MUST_CHECK;
struct ledger_census { int64_t sites, terminals, last_seen_ms; }; /* terminals: that may send */
bool ledger_census(struct work *w, struct ledger_census *out, struct err *e) MUST_CHECK;
#endif
