/* admin.h - who may look and change: operators with a password (Argon2id), forms that work once. Own lock; any thread.
 *
 * There is no default password. While there is no operator, each start prints a new one-time code; whoever has it becomes the
 * first. A form carries a nonce that this process gave out; used, old, or from before a restart it is refused. */
#ifndef WEIKE_HUB_PAGES_ADMIN_H
#define WEIKE_HUB_PAGES_ADMIN_H
#include "hub/vault/enrol.h"
#include "hub/ledger/ledger.h"

enum { ADMIN_NONCE_TEXT = 33, ADMIN_NONCE_LIFE_MS = 30 * 60 * 1000, ADMIN_NAME_MAX = 60, ADMIN_PASSWORD_MIN = 8, ADMIN_PASSWORD_MAX = 200 };
enum admin_who { ADMIN_OK, ADMIN_DENIED, ADMIN_TOO_OFTEN, ADMIN_NO_OPERATOR };

struct admin;
struct admin *admin_new(void);
void admin_free(struct admin *a);
void admin_nonce(struct admin *a, char out[ADMIN_NONCE_TEXT]);
bool admin_nonce_use(struct admin *a, const char *nonce); /* once */

/* Who may guess again: so often from one address in a minute, so often from all together (each guess costs Argon2id or a
 * commit). Passwords and enrolment codes are counted apart, so that neither door can be shut from the other. */
enum admin_door { ADMIN_PASSWORDS, ADMIN_ENROLMENTS, ADMIN_DOORS };
enum { ADMIN_TRIES_ADDRESS = 10, ADMIN_TRIES_ALL = 100 };
/* Counts. `address` NULL: all come from one (a proxy), only the sum is looked at. */
bool admin_may_try(struct admin *a, enum admin_door door, const char *address);
void admin_was_right(struct admin *a, enum admin_door door, const char *address); /* that was no guess: the address begins anew */

/* Reader. ADMIN_TOO_OFTEN: too many wrong ones; who is known by now stays in. */
enum admin_who admin_check(struct admin *a, struct work *w, const char *name, const char *password, const char *address);

/* Inside the transaction. */
bool admin_first_code(struct work *w, char code[ENROL_CODE_TEXT], bool *needed, struct err *e) MUST_CHECK;
/* *fits false: not the code, or there is an operator already. */
bool admin_first(struct work *w, const char *code, const char *name, const char *hash, int64_t now_ms, bool *fits, struct err *e) MUST_CHECK;
bool admin_set_password(struct work *w, const char *name, const char *hash, struct err *e) MUST_CHECK;
void admin_forget_checks(struct admin *a); /* after a password changed */
#endif
