#define _GNU_SOURCE
#define LOG_MODULE "enrol"
#include "hub/vault/enrol.h"
#include "base/clock.h"
#include "base/log.h"
#include "hub/vault/office.h"

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

bool enrol_code_make(struct db *db, const char *name, bool hub, int64_t now_ms, char code[ENROL_CODE_TEXT], struct err *e)
{
    char hash[SHA256_HEX];
    if (!name_fits(name, e))
        return false;
    enrol_code_text(code);
    if (!enrol_code_hash(code, hash))
        abort();
    struct query q = db_query(db, "INSERT INTO code (hash, name, hub, made_ms, until_ms, used_ms, used_by) VALUES (?, ?, ?, ?, ?, 0, '')");
    query_text(&q, hash);
    query_text(&q, name);
    query_int(&q, hub);
    query_int(&q, now_ms);
    query_int(&q, now_ms + ENROL_CODE_LIFE_DAYS * INT64_C(86400000));
    return query_run(&q, e);
}

bool enrol_code_use(struct db *db, const char *code, const char *who, int64_t now_ms, struct enrol_code *out, bool *fits, struct err *e)
{
    char hash[SHA256_HEX];
    *fits = false;
    if (!enrol_code_hash(code, hash))
        return true;
    struct query q = db_query(db, "SELECT name, hub FROM code WHERE hash = ? AND used_ms = 0 AND until_ms > ?");
    query_text(&q, hash);
    query_int(&q, now_ms);
    *fits = query_row(&q);
    if (*fits) {
        query_copy_text(&q, 0, out->name, sizeof out->name);
        out->hub = query_col_int(&q, 1);
    }
    if (!query_end(&q, e) || !*fits)
        return !*fits;
    q = db_query(db, "UPDATE code SET used_ms = ?, used_by = ? WHERE hash = ?");
    query_int(&q, now_ms);
    query_text(&q, who);
    query_text(&q, hash);
    return query_run(&q, e);
}

/* ---- devices ---- */

static bool site_of(struct db *db, const char *name, const char *via, int64_t now_ms, int64_t *id, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO site (name, via, made_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    query_text(&q, name);
    query_text(&q, via);
    query_int(&q, now_ms);
    if (!query_run(&q, e))
        return false;
    q = db_query(db, "SELECT id FROM site WHERE name = ? AND via = ?");
    query_text(&q, name);
    query_text(&q, via);
    *id = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

static bool put_device(struct db *db, const struct public_key *key, int64_t site, bool hub, const char *via, const char *succeeds,
                       int64_t now_ms, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO device (id, key, hub, site, via, succeeds, since_ms, first_sealed_ms, seen_ms, sealed_ms, clock, "
                                  "health, revoked_ms, told_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, 0, 0, '', 0, 0) "
                                  "ON CONFLICT DO UPDATE SET hub = ?3, site = ?4, via = ?5, since_ms = ?7, revoked_ms = 0, told_ms = 0");
    query_text(&q, key->id);
    query_blob(&q, key->bytes, sizeof key->bytes);
    query_int(&q, hub);
    query_int(&q, site);
    query_text(&q, via);
    query_text(&q, succeeds);
    query_int(&q, now_ms);
    return query_run(&q, e);
}

bool enrol_device(struct db *db, const struct public_key *key, const char *name, bool hub, const char *via, const char *succeeds,
                  int64_t now_ms, struct err *e)
{
    int64_t site;
    return name_fits(name, e) && site_of(db, name, via, now_ms, &site, e) && put_device(db, key, site, hub, via, succeeds, now_ms, e);
}

bool enrol_find(struct db *db, const char *device_id, struct enrol_known *out, struct err *e)
{
    size_t len;
    *out = (struct enrol_known){ 0 };
    struct query q = db_query(db, "SELECT hub, site, revoked_ms, key FROM device WHERE id = ?");
    query_text(&q, device_id);
    if (query_row(&q)) {
        const void *key = query_col_blob(&q, 3, &len);
        *out = (struct enrol_known){ .here = len == sizeof out->key.bytes, .hub = query_col_int(&q, 0), .site = query_col_int(&q, 1),
                                     .revoked = query_col_int(&q, 2) != 0 };
        if (out->here)
            memcpy(out->key.bytes, key, len);
        snprintf(out->key.id, sizeof out->key.id, "%s", device_id);
    }
    return query_end(&q, e);
}

bool enrol_revoke(struct db *db, const char *device_id, bool revoke, int64_t now_ms, bool *found, struct err *e)
{
    struct query q = db_query(db, "UPDATE device SET revoked_ms = ? WHERE id = ?");
    query_int(&q, revoke ? now_ms : 0);
    query_text(&q, device_id);
    if (!query_run(&q, e))
        return false;
    *found = db_changes(db) > 0;
    return true;
}

/* ---- a new key that the old one vouches for ---- */

/* One key can be followed by one other. A second heir means that the same card runs in two machines. */
static bool ring_for_heirs(struct db *db, const char *old, int64_t now_ms, struct err *e)
{
    struct query q = db_query(db, "SELECT count(*) FROM device WHERE succeeds = ?");
    query_text(&q, old);
    int64_t heirs = query_row(&q) ? query_col_int(&q, 0) : 0;
    if (!query_end(&q, e))
        return false;
    return heirs < 2 || office_alarm(db, "clone", old, now_ms, e,
                                     "%lld terminals say that they follow %s: its card was copied; each now has a name of its own",
                                     (long long)heirs, old);
}

static bool take_over(struct db *db, const struct packet_head *h, int64_t now_ms, struct enrol_known *out, struct err *e)
{
    struct enrol_known old;
    if (!enrol_find(db, h->succession.old.id, &old, e))
        return false;
    if (!old.here || old.revoked || memcmp(old.key.bytes, h->succession.old.bytes, KEY_PUBLIC_BYTES) != 0)
        return true;
    struct query q = db_query(db, "SELECT via FROM device WHERE id = ?");
    char via[KEY_ID_TEXT] = "";
    query_text(&q, h->succession.old.id);
    if (query_row(&q))
        query_copy_text(&q, 0, via, sizeof via);
    if (!query_end(&q, e) || !put_device(db, &h->device, old.site, old.hub, via, h->succession.old.id, now_ms, e) ||
        !ring_for_heirs(db, h->succession.old.id, now_ms, e))
        return false;
    return enrol_find(db, h->device.id, out, e);
}

/* The one that was followed sent something made well after its heir began: both are alive. Only believed of clocks that make
 * sense. Asked for either, because either may come first. */
static bool ring_for_the_living(struct db *db, const struct packet_head *h, int64_t now_ms, struct err *e)
{
    struct query q = db_query(db, "SELECT old.id, heir.id FROM device heir JOIN device old ON old.id = heir.succeeds "
                                  "WHERE heir.succeeds <> '' AND (heir.id = ?1 OR heir.succeeds = ?1) AND heir.first_sealed_ms > 0 "
                                  "AND old.sealed_ms > heir.first_sealed_ms + ?2 AND heir.clock > 0 AND old.clock > 0 LIMIT 1");
    char old[KEY_ID_TEXT] = "", heir[KEY_ID_TEXT] = "";
    query_text(&q, h->device.id);
    query_int(&q, CLONE_SLACK_MS);
    if (query_row(&q)) {
        query_copy_text(&q, 0, old, sizeof old);
        query_copy_text(&q, 1, heir, sizeof heir);
    }
    if (!query_end(&q, e))
        return false;
    return !*heir || office_alarm(db, "clone", old, now_ms, e, "%s still sends, although %s says that it took over from it: its card was copied", old, heir);
}

static bool note_seen(struct db *db, const struct packet *p, int64_t now_ms, struct err *e)
{
    struct str health;
    str_init(&health, 0);
    str_add(&health, p->health, p->health_len);
    struct query q = db_query(db, "UPDATE device SET seen_ms = ?2, first_sealed_ms = CASE WHEN first_sealed_ms = 0 OR first_sealed_ms > ?3 THEN ?3 ELSE first_sealed_ms END, "
                                  "health = CASE WHEN ?5 <> '' AND ?3 >= sealed_ms THEN ?5 ELSE health END, "
                                  "clock = CASE WHEN ?3 >= sealed_ms THEN ?4 ELSE clock END, sealed_ms = max(sealed_ms, ?3) WHERE id = ?1");
    query_text(&q, p->head.device.id);
    query_int(&q, now_ms);
    query_int(&q, p->head.sealed_ms);
    query_int(&q, p->head.clock_trust);
    query_text(&q, health.data);
    bool ok = query_run(&q, e);
    str_release(&health);
    return ok;
}

bool enrol_admit(struct db *db, const struct packet *p, int64_t now_ms, struct enrol_known *out, struct err *e)
{
    if (!enrol_find(db, p->head.device.id, out, e))
        return false;
    if (!out->here && p->head.succession.there && !take_over(db, &p->head, now_ms, out, e))
        return false;
    if (!out->here || out->revoked)
        return true;
    if (memcmp(out->key.bytes, p->head.device.bytes, KEY_PUBLIC_BYTES) != 0) { /* another key with the same short id */
        out->here = false;
        return true;
    }
    return note_seen(db, p, now_ms, e) && ring_for_the_living(db, &p->head, now_ms, e);
}
