#define _GNU_SOURCE
#define LOG_MODULE "desk"
#include "hub/doors/desk.h"
#include "base/json.h"
#include "base/log.h"
#include "hub/core/hub.h"
#include "hub/core/routes.h"
#include "hub/doors/names.h"
#include "hub/pages/admin.h"
#include "hub/vault/enrol.h"
#include "hub/ledger/journal.h"
#include "hub/records/receipts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SITES_MAX = 500, VERSION_MAX = 80, HEALTH_MAX = 4096 };

static void say_err(struct reply *out, const struct err *e)
{
    int status = e->kind == ERR_FULL ? 507 : e->kind == ERR_UNTRUSTED ? 403 : e->kind == ERR_INVALID || e->kind == ERR_TOO_BIG ? 400 : 503;
    out->retry_after_s = status >= 500 ? 300 : 0;
    if (status == 503)
        log_error("%s", e->text);
    reply_say(out, status, "%s", status == 503 ? "this hub cannot do that now" : e->text);
}

static bool key_from_hex(const char *hex, struct public_key *out)
{
    char sha[SHA256_HEX];
    if (strlen(hex) != 2 * KEY_PUBLIC_BYTES || !hex_decode(hex, out->bytes, KEY_PUBLIC_BYTES))
        return false;
    sha256_hex(out->bytes, KEY_PUBLIC_BYTES, sha);
    snprintf(out->id, sizeof out->id, "%.16s", sha);
    return true;
}

/* The JSON in an envelope that `key` signed; its type must be `type`. NULL: `e`. */
static json_t *open_signed(const struct ask *a, const struct public_key *key, const char *type, struct err *e)
{
    struct key_ring ring;
    size_t len;
    const char *got;
    key_ring_of(key, &ring);
    struct verified *v = envelope_open(a->body, a->body_len, &ring, e);
    if (!v)
        return NULL;
    const char *text = verified_bytes(v, &len);
    json_t *o = json_parse(text, len, 256 << 10, e);
    verified_free(v);
    if (o && json_get_str(o, "", "type", 32, &got, e) && strcmp(got, type) == 0)
        return o;
    if (o && e->kind == ERR_NONE)
        err_set(e, ERR_INVALID, "it is signed, but as \"%s\" and not as %s", got, type);
    json_decref(o);
    return NULL;
}

/* ---- enrolment ---- */

struct enrolment {
    struct public_key key;
    const char *code, *version, *address;
    struct ledger_code_use used;
};

static bool enrol_now(struct work *w, void *ctx, struct err *e)
{
    struct enrolment *n = ctx;
    int64_t at_ms = hub_now_ms();
    char what[ENROL_NAME_MAX + VERSION_MAX + 40];
    if (!enrol_code_use(w, n->code, n->key.id, at_ms, &n->used, e))
        return false;
    if (!n->used.fits)
        return enrol_guess(w, "enrol", n->address, at_ms, e);
    snprintf(what, sizeof what, "%s %s, version %s", n->used.hub ? "hub" : "site", n->used.name, n->version);
    return enrol_device(w, &(struct enrol_entry){ &n->key, n->used.name, n->used.hub, "", "" }, at_ms, e) &&
           ledger_audit(w, &(struct ledger_act){ n->key.id, "enrol", what, n->address, at_ms }, e);
}

static void enrol_answer(const struct hub *h, const struct enrolment *n, struct reply *out)
{
    struct str county, hub;
    str_init(&county, 0);
    str_init(&hub, 0);
    county_key_write(&h->identity.county, &county);
    key_write_public(&h->identity.hub.pub, &hub);
    json_t *o = json_pack("{s:s, s:s, s:s}", "site", n->used.name, "county", county.data, "hub", hub.data);
    out->status = 200;
    out->type = "application/json";
    json_write(o, &out->body);
    json_decref(o);
    str_release(&county);
    str_release(&hub);
}

/* The envelope is signed by the key it brings: whoever has the code proves that the key is his. So the payload must be read once
 * unverified to learn which key that is; nothing else of that reading is used. */
static bool key_offered(const struct ask *a, struct public_key *out, struct err *e)
{
    const char *json = memmem(a->body, a->body_len, "{", 1), *hex;
    json_t *o = json ? json_parse(json, a->body_len - (size_t)(json - a->body), 4096, e) : NULL;
    bool ok = o && json_get_str(o, "", "device", 2 * KEY_PUBLIC_BYTES, &hex, e) && key_from_hex(hex, out);
    json_decref(o);
    return ok || err_set(e, ERR_INVALID, "it is not a request to enrol");
}

void desk_enrol(void *hub, const struct ask *a, struct reply *out)
{
    struct hub *h = hub;
    struct err e = ERR_INIT;
    struct enrolment n = { .address = a->address };
    const char *guesser = h->options->per_ip ? a->address : NULL; /* behind a proxy all come from one */
    if (!h->identity.has_county) {
        out->retry_after_s = 600;
        reply_say(out, 503, "this hub has not joined its county yet: weike-hub join CODE on it");
        return;
    }
    json_t *o = a->body && key_offered(a, &n.key, &e) ? open_signed(a, &n.key, "enrol", &e) : NULL;
    bool whole = o && json_get_str(o, "", "code", 40, &n.code, &e) && json_get_str_or(o, "", "version", VERSION_MAX, "?", &n.version, &e);
    if (whole && !admin_may_try(h->admin, ADMIN_ENROLMENTS, guesser)) {
        out->retry_after_s = 60;
        reply_say(out, 429, "too many wrong codes: wait a minute");
    } else if (whole && ledger_do(h->ledger, enrol_now, &n, &e)) {
        if (n.used.fits) {
            admin_was_right(h->admin, ADMIN_ENROLMENTS, guesser);
            log_info("device %s is enrolled as a %s", n.key.id, n.used.hub ? "hub" : "terminal");
            enrol_answer(h, &n, out);
        } else {
            log_info("device %s brought a code that is wrong, used or too old", n.key.id);
            reply_say(out, 403, "this code is wrong, used or too old: ask for a new one");
        }
    } else {
        say_err(out, &e);
    }
    json_decref(o);
}

/* ---- introductions by a hub below ---- */

struct introduction { const json_t *sites, *health; struct public_key hub; int64_t at_ms; const char *address; };

static bool introduce_one(struct work *w, const struct introduction *n, const json_t *o, struct err *e)
{
    const char *hex, *name, *succeeds;
    bool hub;
    struct public_key key;
    struct ledger_terminal known;
    if (!json_is_object(o) || !json_get_str(o, "sites", "device", 64, &hex, e) || !json_get_str(o, "sites", "name", ENROL_NAME_MAX, &name, e) ||
        !json_get_bool_or(o, "sites", "hub", false, &hub, e) || !json_get_str_or(o, "sites", "succeeds", KEY_ID_TEXT - 1, "", &succeeds, e))
        return false;
    if (!key_from_hex(hex, &key))
        return err_set(e, ERR_INVALID, "sites: \"device\" must be 64 hex digits");
    if (!ledger_terminal_find(w, key.id, &known, e))
        return false;
    /* Who is known keeps his site. */
    return known.here || enrol_device(w, &(struct enrol_entry){ &key, name, hub, n->hub.id, succeeds }, n->at_ms, e);
}

/* What the hub below says about itself. */
static bool keep_health(struct work *w, const struct introduction *n, struct err *e)
{
    struct str text;
    str_init(&text, HEALTH_MAX);
    json_write(n->health, &text);
    bool ok = ledger_terminal_health(w, n->hub.id, text.overflowed ? "" : text.data, n->at_ms, e);
    str_release(&text);
    return ok;
}

static bool introduce_now(struct work *w, void *ctx, struct err *e)
{
    struct introduction *n = ctx;
    size_t i;
    json_t *o;
    char what[80];
    json_array_foreach(n->sites, i, o)
        if (!introduce_one(w, n, o, e))
            return false;
    snprintf(what, sizeof what, "%zu sites", json_array_size(n->sites));
    if (n->health && !keep_health(w, n, e))
        return false;
    return !json_array_size(n->sites) ||
           ledger_audit(w, &(struct ledger_act){ n->hub.id, "introduce", what, n->address, n->at_ms }, e);
}

/* Who says that he signed: the id in the envelope's second line; the key to check it with comes from our own table. */
static bool signer(struct hub *h, const struct ask *a, struct public_key *out, struct err *e)
{
    static const char head[] = "weike-signed 1\nsig ";
    char id[KEY_ID_TEXT] = "";
    if (a->body_len > sizeof head + KEY_ID_TEXT && !memcmp(a->body, head, sizeof head - 1))
        snprintf(id, sizeof id, "%.16s", a->body + sizeof head - 1);
    struct ledger_terminal known;
    struct work *w = ledger_reader(h->ledger, e);
    bool ok = w && ledger_terminal_find(w, id, &known, e);
    if (w)
        ledger_reader_done(h->ledger, w);
    if (!ok)
        return false;
    *out = known.key;
    return (known.here && known.hub && !known.revoked) || err_set(e, ERR_UNTRUSTED, "only a hub that has joined may introduce sites");
}

void desk_introduce(void *hub, const struct ask *a, struct reply *out)
{
    struct hub *h = hub;
    struct err e = ERR_INIT;
    struct introduction n = { .at_ms = hub_now_ms(), .address = a->address };
    json_t *o = a->body && signer(h, a, &n.hub, &e) ? open_signed(a, &n.hub, "introduce", &e) : NULL;
    if (o && json_get_array(o, "", "sites", true, SITES_MAX, &n.sites, &e) && json_get_object(o, "", "health", false, &n.health, &e) &&
        ledger_do(h->ledger, introduce_now, &n, &e))
        reply_say(out, 200, "%zu sites are known now", json_array_size(n.sites));
    else
        say_err(out, &e);
    json_decref(o);
}

/* ---- receipts and time ---- */

/* The county builds it from what is stored now (also after its database was restored from yesterday); others hand on the last. */
static bool newest_ack(struct hub *h, struct work *w, const char *device, struct str *out, bool *found, struct err *e)
{
    char epoch[EPOCH_TEXT];
    return ledger_receipt_newest(w, device, out, found, e) &&
           (*found || !h->identity.is_county || ledger_epoch_newest(w, device, epoch, found, e));
}

void desk_ack(void *hub, const struct ask *a, struct reply *out)
{
    struct hub *h = hub;
    struct err e = ERR_INIT;
    bool found = false;
    char sha[SHA256_HEX];
    struct work *w = ledger_reader(h->ledger, &e);
    bool ok = w && newest_ack(h, w, a->rest, &out->body, &found, &e);
    if (w)
        ledger_reader_done(h->ledger, w);
    if (!ok) {
        say_err(out, &e);
    } else if (!found || !out->body.len) {
        reply_say(out, 404, "there is no receipt for %s yet", a->rest);
    } else {
        sha256_hex(out->body.data, out->body.len, sha);
        snprintf(out->etag, sizeof out->etag, "\"%.32s\"", sha);
        out->cache = "no-cache";
        out->type = "application/octet-stream";
        out->status = a->range.if_none_match && range_tag_listed(a->range.if_none_match, out->etag, true) ? 304 : 200;
        if (out->status == 304)
            str_clear(&out->body);
    }
}

void desk_time(void *hub, const struct ask *a, struct reply *out)
{
    struct hub *h = hub;
    struct str text;
    const char *nonce = ask_argument(a, "nonce");
    if (!nonce || strlen(nonce) != 32 || strspn(nonce, "0123456789abcdef") != 32) {
        reply_say(out, 400, "ask with ?nonce= and 32 hex digits of your own");
        return;
    }
    json_t *o = json_pack("{s:s, s:s, s:I}", "type", "time", "nonce", nonce, "now_ms", (json_int_t)hub_now_ms());
    str_init(&text, 0);
    json_write(o, &text);
    json_decref(o);
    envelope_seal(&h->identity.hub, text.data, text.len, &out->body);
    str_release(&text);
    out->status = 200;
    out->type = "application/octet-stream";
}

const struct route desk_routes[] = {
    { "/v1/ack/", names_key_id, ROUTE_GET, ROUTE_ANYBODY, 0, ROUTE_HERE, desk_ack },
    { "/v1/enrol", NULL, ROUTE_POST, ROUTE_ANYBODY, 4096, ROUTE_POOL, desk_enrol },
    { "/v1/introduce", NULL, ROUTE_POST, ROUTE_ANYBODY, 256 << 10, ROUTE_POOL, desk_introduce },
    { "/v1/time", NULL, ROUTE_GET, ROUTE_ANYBODY, 0, ROUTE_HERE, desk_time },
    { 0 },
};
