/* enrol.h - who may send here: one-time codes, sites and their devices, successions, and the signs of a cloned card. All inside
 * a vault transaction (or, where it says so, with any reader). */
#ifndef WEIKE_HUB_VAULT_ENROL_H
#define WEIKE_HUB_VAULT_ENROL_H
#include "pack/packet/packet.h"
#include "store/db.h"

enum { ENROL_CODE_TEXT = 15 /* "xxxx-xxxx-xxxx" */, ENROL_NAME_MAX = 200, ENROL_CODE_LIFE_DAYS = 14 };

void enrol_code_text(char code[ENROL_CODE_TEXT]);                /* a new one, of chance only */
bool enrol_code_hash(const char *code, char out[65]);            /* what is kept of it; false: it cannot be a code */
/* A new code for a site of that name; said once, kept only as its hash. ERR_INVALID for a name nobody can read. */
bool enrol_code_make(struct db *db, const char *name, bool hub, int64_t now_ms, char code[ENROL_CODE_TEXT], struct err *e) MUST_CHECK;
/* Uses it up. *fits false: unknown, used or too old. Dashes, spaces and capitals in `code` do not matter. */
struct enrol_code { char name[ENROL_NAME_MAX + 1]; bool hub; };
bool enrol_code_use(struct db *db, const char *code, const char *who, int64_t now_ms, struct enrol_code *out, bool *fits, struct err *e) MUST_CHECK;

/* Enters a device (again: under a new site). `via` "" or the id of the hub that vouches. */
bool enrol_device(struct db *db, const struct public_key *key, const char *name, bool hub, const char *via, const char *succeeds,
                  int64_t now_ms, struct err *e) MUST_CHECK;

struct enrol_known { bool here, hub, revoked; int64_t site; struct public_key key; };
bool enrol_find(struct db *db, const char *device_id, struct enrol_known *out, struct err *e) MUST_CHECK; /* any reader */
/* May this packet's device send? A stranger vouched for by a known one is entered under the same site. Notes when it was seen,
 * and raises the alarm when two live under one identity. */
bool enrol_admit(struct db *db, const struct packet *p, int64_t now_ms, struct enrol_known *out, struct err *e) MUST_CHECK;
bool enrol_revoke(struct db *db, const char *device_id, bool revoke, int64_t now_ms, bool *found, struct err *e) MUST_CHECK;
#endif
