#define _GNU_SOURCE
#define LOG_MODULE "enrol"
#include "hub/vault/enrol.h"
#include "base/clock.h"
#include "base/log.h"
#include "hub/ledger/journal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Letters and digits that are not taken for one another when read over the telephone: 12 of 31 are 59 bits. */
static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";
enum { CODE_SIGNS = 12, CLONE_SLACK_MS = 10 * 60 * 1000 };

/* ---- codes ---- */

void enrol_code_text(char code[ENROL_CODE_TEXT])
{
    for (int i = 0; i < ENROL_CODE_TEXT - 1; i++)
        code[i] = i % 5 == 4 ? '-' : alphabet[random_below(sizeof alphabet - 1)];
    code[ENROL_CODE_TEXT - 1] = 0;
}

bool enrol_code_hash(const char *code, char out[SHA256_HEX])
{
    char plain[CODE_SIGNS + 1];
    int n = 0;
    for (const char *p = code; *p; p++) {
        char c = (char)tolower((unsigned char)*p);
        if (c == '-' || c == ' ')
            continue;
        if (n == CODE_SIGNS || !strchr(alphabet, c))
            return false;
        plain[n++] = c;
    }
    sha256_hex(plain, (size_t)n, out);
    return n == CODE_SIGNS;
}

static bool name_fits(const char *name, struct err *e)
{
    struct str clean;
    str_init(&clean, 0);
    bool ok = *name && strlen(name) <= ENROL_NAME_MAX && utf8_valid(name, strlen(name)) && (utf8_clean(name, &clean), !strcmp(clean.data, name));
    str_release(&clean);
    return ok || err_set(e, ERR_INVALID, "a site's name must be 1 to %d bytes of UTF-8 without control characters", ENROL_NAME_MAX);
}

bool enrol_code_make(struct work *w, const char *name, bool hub, int64_t now_ms, char code[ENROL_CODE_TEXT], struct err *e)
{
    char hash[SHA256_HEX];
    if (!name_fits(name, e))
        return false;
    enrol_code_text(code);
    if (!enrol_code_hash(code, hash))
        abort();
    struct ledger_code c = { hash, name, hub, now_ms, now_ms + ENROL_CODE_LIFE_DAYS * INT64_C(86400000) };
    return ledger_code_put(w, &c, e);
}

bool enrol_code_use(struct work *w, const char *code, const char *who, int64_t now_ms, struct ledger_code_use *out, struct err *e)
{
    char hash[SHA256_HEX];
    out->fits = false;
    return !enrol_code_hash(code, hash) || ledger_code_take(w, hash, who, now_ms, out, e);
}

bool enrol_guess(struct work *w, const char *kind, const char *address, int64_t now_ms, struct err *e)
{
    enum { ADDRESSES_MAX = 100 };
    int64_t others;
    if (!ledger_alarm_others(w, kind, address, &others, e))
        return false;
    return ledger_alarm(w, kind, others >= ADDRESSES_MAX ? "" : address, now_ms, e, "a wrong, used or too old code was tried from %s", address);
}

/* ---- devices ---- */

bool enrol_device(struct work *w, const struct enrol_entry *n, int64_t now_ms, struct err *e)
{
    struct ledger_terminal_new t = { .key = n->key, .hub = n->hub, .via = n->via, .succeeds = n->succeeds };
    return name_fits(n->name, e) && ledger_site(w, n->name, n->via, now_ms, &t.site, e) && ledger_terminal_put(w, &t, now_ms, e);
}

/* ---- a new key that the old one vouches for ---- */

/* One key can be followed by one other. A second heir means that the same card runs in two machines. */
static bool ring_for_heirs(struct work *w, const char *old, int64_t now_ms, struct err *e)
{
    int64_t heirs;
    if (!ledger_terminal_heirs(w, old, &heirs, e))
        return false;
    return heirs < 2 || ledger_alarm(w, "clone", old, now_ms, e,
                                     "%lld terminals say that they follow %s: its card was copied; each now has a name of its own",
                                     (long long)heirs, old);
}

static bool take_over(struct work *w, const struct packet_head *h, int64_t now_ms, struct ledger_terminal *out, struct err *e)
{
    struct ledger_terminal old;
    const char *id = h->succession.old.id;
    if (!ledger_terminal_find(w, id, &old, e))
        return false;
    if (!old.here || old.revoked || memcmp(old.key.bytes, h->succession.old.bytes, KEY_PUBLIC_BYTES) != 0)
        return true;
    struct ledger_terminal_new heir = { .key = &h->device, .site = old.site, .hub = old.hub, .via = old.via, .succeeds = id };
    return ledger_terminal_put(w, &heir, now_ms, e) && ring_for_heirs(w, id, now_ms, e) && ledger_terminal_find(w, h->device.id, out, e);
}

/* The one that was followed sent something made well after its heir began: both are alive. Only believed of clocks that make
 * sense. Asked for either, because either may come first. */
static bool ring_for_the_living(struct work *w, const struct packet_head *h, int64_t now_ms, struct err *e)
{
    struct ledger_pair p;
    bool found;
    if (!ledger_terminal_both_alive(w, h->device.id, CLONE_SLACK_MS, &p, &found, e))
        return false;
    return !found || ledger_alarm(w, "clone", p.old, now_ms, e,
                                  "%s still sends, although %s says that it took over from it: its card was copied", p.old, p.heir);
}

static bool note_seen(struct work *w, const struct packet *p, int64_t now_ms, struct err *e)
{
    struct str health;
    str_init(&health, 0);
    str_add(&health, p->health, p->health_len);
    struct ledger_sight s = { p->head.device.id, now_ms, p->head.sealed_ms, p->head.clock_trust, health.data };
    bool ok = ledger_terminal_seen(w, &s, e);
    str_release(&health);
    return ok;
}

bool enrol_admit(struct work *w, const struct packet *p, int64_t now_ms, struct ledger_terminal *out, struct err *e)
{
    if (!ledger_terminal_find(w, p->head.device.id, out, e))
        return false;
    if (!out->here && p->head.succession.there && !take_over(w, &p->head, now_ms, out, e))
        return false;
    if (!out->here || out->revoked)
        return true;
    if (memcmp(out->key.bytes, p->head.device.bytes, KEY_PUBLIC_BYTES) != 0) { /* another key with the same short id */
        out->here = false;
        return true;
    }
    return note_seen(w, p, now_ms, e) && ring_for_the_living(w, &p->head, now_ms, e);
}
