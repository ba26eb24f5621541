#define _GNU_SOURCE
#include "hub/pages/admin.h"
#include "base/clock.h"
#include "base/thread.h"
#include "hub/ledger/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NONCES = 256, CHECKS = 16, CHECK_LIFE_MS = 10 * 60 * 1000 };

struct tries {               /* of one minute; there is room for as many addresses as there may be tries */
    int64_t minute_ms;
    int all, addresses;
    struct { char address[64]; int tries; } by[ADMIN_TRIES_ALL];
};

struct admin {
    struct gate gate; /* for all below */
    struct { char text[ADMIN_NONCE_TEXT]; int64_t until_ms; } nonce[NONCES];
    int next_nonce;
    /* Passwords that were right: a keyed hash of each, so that not every picture of the page costs an Argon2id. */
    uint8_t key[32];
    struct { char hash[SHA256_HEX]; int64_t until_ms; } check[CHECKS];
    int next_check;
    struct tries tries[ADMIN_DOORS];
};

struct admin *admin_new(void)
{
    struct admin *a = mem_alloc(sizeof *a);
    gate_init(&a->gate);
    random_bytes(a->key, sizeof a->key);
    return a;
}

void admin_free(struct admin *a)
{
    if (!a)
        return;
    gate_release(&a->gate);
    free(a);
}

/* ---- nonces ---- */

void admin_nonce(struct admin *a, char out[ADMIN_NONCE_TEXT])
{
    uint8_t bytes[(ADMIN_NONCE_TEXT - 1) / 2];
    random_bytes(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, out);
    gate_lock(&a->gate);
    memcpy(a->nonce[a->next_nonce].text, out, ADMIN_NONCE_TEXT);
    a->nonce[a->next_nonce].until_ms = clock_boot_ms() + ADMIN_NONCE_LIFE_MS;
    a->next_nonce = (a->next_nonce + 1) % NONCES;
    gate_unlock(&a->gate);
}

bool admin_nonce_use(struct admin *a, const char *nonce)
{
    bool fits = false;
    if (strlen(nonce) != ADMIN_NONCE_TEXT - 1)
        return false;
    gate_lock(&a->gate);
    for (int i = 0; i < NONCES; i++)
        if (a->nonce[i].until_ms > clock_boot_ms() && !strcmp(a->nonce[i].text, nonce)) {
            a->nonce[i].until_ms = 0;
            fits = true;
        }
    gate_unlock(&a->gate);
    return fits;
}

/* ---- passwords ---- */

static void mark(const struct admin *a, const char *name, const char *password, char out[SHA256_HEX])
{
    uint8_t sum[SHA256_BYTES];
    struct sha256 h;
    sha256_init(&h);
    sha256_add(&h, a->key, sizeof a->key);
    sha256_add(&h, name, strlen(name) + 1);
    sha256_add(&h, password, strlen(password));
    sha256_end(&h, sum);
    hex_encode(sum, sizeof sum, out);
}

static bool known_mark(struct admin *a, const char *hash)
{
    for (int i = 0; i < CHECKS; i++)
        if (a->check[i].until_ms > clock_boot_ms() && !strcmp(a->check[i].hash, hash))
            return true;
    return false;
}

/* The count of this address, NULL: it has none (yet). */
static int *tries_of(struct tries *t, const char *address, bool make)
{
    for (int i = 0; i < t->addresses; i++)
        if (!strcmp(t->by[i].address, address))
            return &t->by[i].tries;
    if (!make || t->addresses == ADMIN_TRIES_ALL)
        return NULL;
    snprintf(t->by[t->addresses].address, sizeof t->by[0].address, "%s", address);
    t->by[t->addresses].tries = 0;
    return &t->by[t->addresses++].tries;
}

bool admin_may_try(struct admin *a, enum admin_door door, const char *address)
{
    struct tries *t = &a->tries[door];
    gate_lock(&a->gate);
    if (clock_boot_ms() - t->minute_ms >= 60000) {
        t->minute_ms = clock_boot_ms();
        t->all = t->addresses = 0;
    }
    bool may = t->all < ADMIN_TRIES_ALL;
    int *n = may && address ? tries_of(t, address, true) : NULL;
    if (n)
        may = *n < ADMIN_TRIES_ADDRESS;
    if (may) { /* what is refused does not count: one address must not use up the sum */
        t->all++;
        if (n)
            ++*n;
    }
    gate_unlock(&a->gate);
    return may;
}

void admin_was_right(struct admin *a, enum admin_door door, const char *address)
{
    struct tries *t = &a->tries[door];
    gate_lock(&a->gate);
    int *n = address ? tries_of(t, address, false) : NULL;
    if (n)
        *n = 0;
    if (t->all > 0)
        t->all--;
    gate_unlock(&a->gate);
}

static bool stored_hash(struct work *w, const char *name, char hash[PIN_HASH_TEXT], bool *any)
{
    struct err e = ERR_INIT;
    bool found;
    if (ledger_operator_find(w, name, hash, any, &found, &e))
        return found;
    *any = true; /* cannot look: nobody gets in */
    return false;
}

enum admin_who admin_check(struct admin *a, struct work *w, const char *name, const char *password, const char *address)
{
    char hash[PIN_HASH_TEXT] = "", seen[SHA256_HEX];
    bool any, found = stored_hash(w, name ? name : "", hash, &any);
    if (!any)
        return ADMIN_NO_OPERATOR;
    if (!name || !password || strlen(password) > ADMIN_PASSWORD_MAX)
        return ADMIN_DENIED;
    mark(a, name, password, seen);
    gate_lock(&a->gate);
    bool known = found && known_mark(a, seen);
    gate_unlock(&a->gate);
    if (known)
        return ADMIN_OK;
    if (!admin_may_try(a, ADMIN_PASSWORDS, address))
        return ADMIN_TOO_OFTEN;
    /* For a name that is not there the same work is done, so that the time tells nothing. */
    bool right = pin_matches(password, hash) && found;
    if (!right)
        return ADMIN_DENIED;
    admin_was_right(a, ADMIN_PASSWORDS, address);
    gate_lock(&a->gate);
    memcpy(a->check[a->next_check].hash, seen, SHA256_HEX);
    a->check[a->next_check].until_ms = clock_boot_ms() + CHECK_LIFE_MS;
    a->next_check = (a->next_check + 1) % CHECKS;
    gate_unlock(&a->gate);
    return ADMIN_OK;
}

void admin_forget_checks(struct admin *a)
{
    gate_lock(&a->gate);
    for (int i = 0; i < CHECKS; i++)
        a->check[i].until_ms = 0;
    gate_unlock(&a->gate);
}

/* ---- operators ---- */

bool admin_first_code(struct work *w, char code[ENROL_CODE_TEXT], bool *needed, struct err *e)
{
    bool any;
    char hash[SHA256_HEX];
    if (!ledger_operator_any(w, &any, e))
        return false;
    *needed = !any;
    if (any)
        return true;
    enrol_code_text(code);
    return enrol_code_hash(code, hash) && ledger_set(w, "operator_code", hash, e);
}

bool admin_set_password(struct work *w, const char *name, const char *hash, struct err *e)
{
    return ledger_operator_set(w, name, hash, e);
}

bool admin_first(struct work *w, const char *code, const char *name, const char *hash, int64_t now_ms, bool *fits, struct err *e)
{
    bool any;
    char want[SHA256_HEX], got[SHA256_HEX] = "";
    *fits = false;
    if (!ledger_operator_any(w, &any, e) || !ledger_get(w, "operator_code", want, sizeof want, e))
        return false;
    *fits = !any && enrol_code_hash(code, got) && *want && strcmp(want, got) == 0;
    if (!*fits)
        return true;
    return ledger_operator_put(w, name, hash, now_ms, e) && ledger_set(w, "operator_code", "", e);
}
