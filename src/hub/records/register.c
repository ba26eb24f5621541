#define _GNU_SOURCE
#define LOG_MODULE "register"
#include "hub/records/register.h"
#include "hub/ledger/statement.h"
#include "model/statement.h"
#include "store/outbox/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which it is ---- */

static bool read_body(const struct str *body, struct hub_register *r, struct err *e)
{
    const char *text;
    const json_t *ext = NULL;
    int64_t month = 0;
    json_t *root = json_parse(body->data, body->len, STATEMENT_MAX_BYTES, e);
    if (!root)
        return false;
    ext = json_object_get(json_object_get(json_object_get(root, "result"), "extensions"), STATEMENT_IRI "register");
    bool ok = json_is_object(ext) && json_get_str(ext, "register", "kind", sizeof r->kind - 1, &text, e);
    if (ok)
        snprintf(r->kind, sizeof r->kind, "%s", text);
    ok = ok && json_get_str(ext, "register", "code", sizeof r->code - 1, &text, e);
    if (ok)
        snprintf(r->code, sizeof r->code, "%s", text);
    ok = ok && json_get_str(ext, "register", "sha256", sizeof r->sha256 - 1, &text, e);
    if (ok)
        snprintf(r->sha256, sizeof r->sha256, "%s", text);
    ok = ok && json_get_str_or(ext, "register", "chain_head", sizeof r->head - 1, "", &text, e);
    if (ok)
        snprintf(r->head, sizeof r->head, "%s", text);
    ok = ok && json_get_int(ext, "register", "month", 0, 999999, &month, e) && json_get_int(ext, "register", "rows", 0, INT32_MAX, &r->rows, e) &&
         json_get_int_or(ext, "register", "chain_seq", 0, INT64_MAX, 0, &r->chain_seq, e) &&
         json_get_int_or(ext, "register", "chain_from", 0, INT64_MAX, 0, &r->chain_from, e);
    r->month = (int)month;
    json_decref(root);
    return ok;
}

/* ---- the chain, over what is here ---- */

struct walk { struct hub_register *r; uint8_t value[SHA256_BYTES]; bool begun; int64_t last; };

/* Of a number that comes more than once the first counts. */
static void step(void *ctx, int64_t seq, const uint8_t sha256[SHA256_BYTES])
{
    struct walk *w = ctx;
    struct hub_register *r = w->r;
    if (w->begun && seq == w->last)
        return;
    int64_t expected = w->begun ? w->last + 1 : r->chain_from;
    if (seq > expected && !r->gap_first) {
        r->gap_first = expected;
        r->gap_last = seq - 1;
    }
    chain_value(w->begun ? w->value : NULL, sha256, w->value);
    w->begun = true;
    w->last = seq;
    r->checked++;
}

static bool walk_chain(struct work *work, struct hub_register *r, struct err *e)
{
    struct walk w = { .r = r };
    char head[SHA256_HEX];
    if (!ledger_numbers(work, &(struct ledger_numbers){ r->device, r->chain_from, r->chain_seq }, step, &w, e))
        return false;
    if (!r->gap_first && (!w.begun || w.last < r->chain_seq)) {
        r->gap_first = w.begun ? w.last + 1 : r->chain_from;
        r->gap_last = r->chain_seq;
    }
    hex_encode(w.value, sizeof w.value, head);
    /* Numbers that no record ever had leave holes, and the chain goes on over them: so it is tried first. */
    r->verdict = w.begun && !strcmp(head, r->head) ? CHAIN_FITS : r->gap_first ? CHAIN_UNKNOWN : CHAIN_DIFFERS;
    if (r->verdict == CHAIN_FITS)
        r->gap_first = r->gap_last = 0;
    return true;
}

bool register_find(struct work *w, const char *code, const char *sha256, struct hub_register *out, struct err *e)
{
    struct hub_register r = { .verdict = CHAIN_NONE };
    struct ledger_register said;
    struct str body;
    str_init(&body, 0);
    bool ok = code ? ledger_register_by_code(w, code, &said, &body, &r.found, e) : ledger_register_by_file(w, sha256, &said, &body, &r.found, e);
    if (ok && r.found) {
        snprintf(r.site, sizeof r.site, "%s", said.site_name);
        snprintf(r.device, sizeof r.device, "%s", said.device);
        r.made_ms = said.at_ms;
        r.stored_ms = said.stored_ms;
        r.sites = (int)said.sites;
        /* A village takes back what is its own: what another says of it is kept, and changes nothing. */
        ok = read_body(&body, &r, e) && ledger_voided(w, said.site, said.id, &r.voided, e);
    }
    str_release(&body);
    if (ok && r.found && *r.head && r.chain_from > 0)
        ok = walk_chain(w, &r, e);
    if (ok)
        *out = r;
    return ok;
}

/* ---- hours ---- */

static void add_hours(void *ctx, const struct ledger_hours *h)
{
    json_array_append_new(ctx, json_pack("{s:s, s:s, s:I, s:I, s:I}", "site", h->site, "member", h->member, "watched_ms", (json_int_t)h->watched_ms,
                                         "verified_ms", (json_int_t)h->verified_ms, "viewings", (json_int_t)h->viewings));
}

json_t *register_hours_json(struct work *w, int64_t from_ms, int64_t to_ms, struct err *e)
{
    json_t *list = json_array();
    if (ledger_hours(w, from_ms, to_ms, add_hours, list, e))
        return list;
    json_decref(list);
    return NULL;
}
