/* enrol.h - who may send here: one-time codes, sites and their devices, successions, and the signs of a cloned card. All inside
 * a unit of work of the ledger. */
#ifndef WEIKE_HUB_VAULT_ENROL_H
#define WEIKE_HUB_VAULT_ENROL_H
#include "hub/ledger/terminal.h"
#include "pack/packet/packet.h"

enum { ENROL_CODE_TEXT = 15 /* "xxxx-xxxx-xxxx" */, ENROL_NAME_MAX = LEDGER_SITE_MAX, ENROL_CODE_LIFE_DAYS = 14 };

void enrol_code_text(char code[ENROL_CODE_TEXT]);                /* a new one, of chance only */
bool enrol_code_hash(const char *code, char out[65]);            /* what is kept of it; false: it cannot be a code */
/* A new code for a site of that name; said once, kept only as its hash. ERR_INVALID for a name nobody can read. */
bool enrol_code_make(struct work *w, const char *name, bool hub, int64_t now_ms, char code[ENROL_CODE_TEXT],
                     struct err *e) MUST_CHECK;
/* Uses it up. .fits false: unknown, used or too old. Dashes, spaces and capitals in `code` do not matter. */
bool enrol_code_use(struct work *w, const char *code, const char *who, int64_t now_ms, struct ledger_code_use *out,
                    struct err *e) MUST_CHECK;
/* Somebody at `address` guesses a code: one alarm of this kind each, and one for all further ones once a hundred ring. Not for the audit,
 * which is never cut short: whoever knocks could fill the disk with it. */
bool enrol_guess(struct work *w, const char *kind, const char *address, int64_t now_ms, struct err *e) MUST_CHECK;

/* Enters a device (again: under a new site). `via` "" or the id of the hub that vouches; `succeeds` "" or who it follows. */
struct enrol_entry { const struct public_key *key; const char *name; bool hub; const char *via, *succeeds; };
bool enrol_device(struct work *w, const struct enrol_entry *n, int64_t now_ms, struct err *e) MUST_CHECK;

/* May this packet's device send? A stranger vouched for by a known one is entered under the same site. Notes when it was seen,
 * and raises the alarm when two live under one identity. */
bool enrol_admit(struct work *w, const struct packet *p, int64_t now_ms, struct ledger_terminal *out,
                 struct err *e) MUST_CHECK;
#endif
