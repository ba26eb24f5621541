#define _GNU_SOURCE
#define LOG_MODULE "register"
#include "hub/records/register.h"
#include "model/statement.h"
#include "store/outbox/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which it is ---- */

static bool read_body(struct query *q, int col, struct hub_register *r, struct err *e)
{
    const char *body = query_col_text(q, col);
    const char *text;
    const json_t *ext = NULL;
    int64_t month = 0;
    json_t *root = json_parse(body, strlen(body), STATEMENT_MAX_BYTES, e);
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

/* A village takes back what is its own: what another says of it is kept, and changes nothing. */
static bool is_voided(struct db *db, int64_t site, const char *id, bool *voided, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM statement WHERE about = ? AND about <> '' AND verb = 'voided' AND site = ?");
    query_text(&q, id);
    query_int(&q, site);
    *voided = query_row(&q);
    return query_end(&q, e);
}

/* Whose it was first: who names it after that cannot take it over. */
#define FIND(where, which) "SELECT t.name, s.device, s.at_ms, s.stored_ms, s.body, json_extract(s.body, '$.id'), s.site, (SELECT count(DISTINCT site)" \
                           " FROM statement WHERE verb = 'registered' AND " where ") FROM statement s JOIN site t ON t.id = s.site" \
                           " WHERE s.verb = 'registered' AND " where " AND s.site = (SELECT site FROM statement WHERE verb = 'registered' AND " where \
                           " ORDER BY nr LIMIT 1) ORDER BY s.nr " which " LIMIT 1"

/* ---- the chain, over what is here ---- */

struct walk { struct hub_register *r; uint8_t value[SHA256_BYTES]; bool begun; int64_t last; };

static void step(struct walk *w, int64_t seq, const uint8_t sha256[SHA256_BYTES])
{
    struct hub_register *r = w->r;
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

/* The terminal under all the names it has had: after a restored backup or in a new case it has a new key, signed by the old. A
 * restored backup gives numbers again: those of the name that made the register hold, then of the names before it, the last first,
 * and only then of those after. */
#define KIN "WITH RECURSIVE older(id, far) AS (SELECT ?1, 0 UNION SELECT d.succeeds, o.far + 1 FROM device d JOIN older o ON d.id = o.id" \
            " WHERE d.succeeds <> '' AND o.far < 99)," \
            " kin(id, far) AS (SELECT id, far FROM older UNION SELECT d.id, k.far + 100 FROM device d JOIN kin k ON d.succeeds = k.id WHERE k.far < 9900)," \
            " near(id, far) AS (SELECT id, min(far) FROM kin GROUP BY id)"

static bool walk_chain(struct db *db, struct hub_register *r, struct err *e)
{
    struct walk w = { .r = r };
    char head[SHA256_HEX];
    struct query q = db_query(db, KIN " SELECT s.seq, s.sha256, n.far FROM near n JOIN statement s ON s.device = n.id WHERE s.seq > 0 AND s.seq BETWEEN ?2 AND ?3"
                                      " UNION SELECT s.seq, s.sha256, n.far FROM near n JOIN rejected s ON s.device = n.id WHERE s.seq > 0 AND s.seq BETWEEN ?2 AND ?3"
                                      " ORDER BY 1, 3");
    query_text(&q, r->device);
    query_int(&q, r->chain_from);
    query_int(&q, r->chain_seq);
    while (query_row(&q)) {
        size_t len;
        const void *sha = query_col_blob(&q, 1, &len);
        if (len == SHA256_BYTES && !(w.begun && query_col_int(&q, 0) == w.last))
            step(&w, query_col_int(&q, 0), sha);
    }
    if (!query_end(&q, e))
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

bool register_find(struct db *db, const char *code, const char *sha256, struct hub_register *out, struct err *e)
{
    struct hub_register r = { .verdict = CHAIN_NONE };
    struct err why = ERR_INIT;
    char id[UUID_TEXT] = "";
    bool ok = true;
    int64_t site = 0;
    struct query q = db_query(db, code ? FIND("about = ?1 AND about <> ''", "ASC") : FIND("file = ?1 AND file <> ''", "DESC"));
    query_text(&q, code ? code : sha256);
    r.found = query_row(&q);
    if (r.found) {
        query_copy_text(&q, 0, r.site, sizeof r.site);
        query_copy_text(&q, 1, r.device, sizeof r.device);
        r.made_ms = query_col_int(&q, 2);
        r.stored_ms = query_col_int(&q, 3);
        query_copy_text(&q, 5, id, sizeof id);
        site = query_col_int(&q, 6);
        r.sites = (int)query_col_int(&q, 7);
        ok = read_body(&q, 4, &r, &why);
    }
    if (!query_end(&q, e))
        return false;
    if (!ok && e)
        *e = why;
    ok = ok && (!r.found || is_voided(db, site, id, &r.voided, e));
    if (ok && r.found && *r.head && r.chain_from > 0)
        ok = walk_chain(db, &r, e);
    if (ok)
        *out = r;
    return ok;
}

/* ---- hours ---- */

/* One end of each viewing: `terminated`, or `abandoned` after a cut. Some terminals tell neither watched nor verified. */
json_t *register_hours_json(struct db *db, int64_t from_ms, int64_t to_ms, struct err *e)
{
    json_t *list = json_array();
    struct query q = db_query(db, "SELECT t.name, s.actor, sum(ifnull(json_extract(s.body, '$.result.extensions.\"" STATEMENT_IRI "hours\".watched_ms'), 0)),"
                                  " sum(ifnull(json_extract(s.body, '$.result.extensions.\"" STATEMENT_IRI "hours\".verified_ms'), 0)), count(*)"
                                  " FROM statement s JOIN site t ON t.id = s.site WHERE s.verb IN ('terminated', 'abandoned')"
                                  " AND s.at_ms >= ? AND s.at_ms < ? AND NOT EXISTS (SELECT 1 FROM statement v WHERE v.about = json_extract(s.body, '$.id')"
                                  " AND v.about <> '' AND v.verb = 'voided' AND v.site = s.site) GROUP BY t.name, s.actor ORDER BY t.name, s.actor");
    query_int(&q, from_ms);
    query_int(&q, to_ms);
    while (query_row(&q))
        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I, s:I}", "site", query_col_text(&q, 0), "member", query_col_text(&q, 1), "watched_ms",
                                              (json_int_t)query_col_int(&q, 2), "verified_ms", (json_int_t)query_col_int(&q, 3), "viewings",
                                              (json_int_t)query_col_int(&q, 4)));
    if (query_end(&q, e))
        return list;
    json_decref(list);
    return NULL;
}
