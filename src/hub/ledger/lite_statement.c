/* lite_statement.c - packets, statements, registers and hours in hub.db. Part of lite.h. */
#include "base/str.h"
#include "hub/ledger/lite_parts.h"
#include "model/statement.h"

#include <string.h>

/* ---- putting ---- */

static bool put_packet(struct db *db, const struct ledger_packet *p, bool *seen, struct err *e)
{
    struct query q = db_query(
        db, "INSERT INTO packet (sha256, device, epoch, first, last, count, previous, at_ms) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    query_blob(&q, p->sha256, sizeof p->sha256);
    query_text(&q, p->device);
    query_text(&q, p->epoch);
    query_int(&q, p->first);
    query_int(&q, p->last);
    query_int(&q, p->count);
    query_blob(&q, p->previous, p->previous_len);
    query_int(&q, p->at_ms);
    if (!query_run(&q, e))
        return false;
    *seen = db_changes(db) == 0;
    return true;
}

static bool put_rejected(struct db *db, const struct ledger_packet *p, const struct ledger_statement *s,
                         enum ledger_verdict *v, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO rejected (device, epoch, sha256, seq, id, why, at_ms, body) "
                                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    query_text(&q, p->device);
    query_text(&q, p->epoch);
    query_blob(&q, s->sha256, sizeof s->sha256);
    query_int(&q, s->seq);
    query_text(&q, s->uuid);
    query_text(&q, s->why);
    query_int(&q, p->at_ms);
    query_blob(&q, s->body, s->len);
    if (!query_run(&q, e))
        return false;
    *v = db_changes(db) > 0 ? LEDGER_REJECTED : LEDGER_REJECTED_SAME;
    return true;
}

static bool put_conflict(struct db *db, const struct ledger_packet *p, const struct ledger_statement *s,
                         enum ledger_verdict *v, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO conflict (id, sha256, device, at_ms, body) VALUES (?, ?, ?, "
                                  "?, ?) ON CONFLICT DO NOTHING");
    query_blob(&q, s->id, sizeof s->id);
    query_blob(&q, s->sha256, sizeof s->sha256);
    query_text(&q, p->device);
    query_int(&q, p->at_ms);
    query_text_len(&q, s->body, s->len);
    if (!query_run(&q, e))
        return false;
    *v = db_changes(db) > 0 ? LEDGER_CONFLICT : LEDGER_SAME;
    return true;
}

/* The id is taken: by the same statement or by another one. */
static bool compare(struct db *db, const struct ledger_packet *p, const struct ledger_statement *s,
                    enum ledger_verdict *v, struct err *e)
{
    size_t len;
    struct query q = db_query(db, "SELECT sha256 FROM statement WHERE id = ?");
    query_blob(&q, s->id, sizeof s->id);
    bool there = query_row(&q);
    const void *sha = query_col_blob(&q, 0, &len);
    bool same = there && len == sizeof s->sha256 && !memcmp(sha, s->sha256, len);
    if (!query_end(&q, e))
        return false;
    if (!same)
        return put_conflict(db, p, s, v, e);
    *v = LEDGER_SAME;
    q = db_query(
        db,
        "UPDATE statement SET seq = ? WHERE id = ? AND seq = 0"); /* it came in a packet with holes first */
    query_int(&q, s->seq);
    query_blob(&q, s->id, sizeof s->id);
    return query_run(&q, e);
}

static bool put_statement(struct db *db, const struct ledger_packet *p, const struct ledger_statement *s,
                          enum ledger_verdict *v, struct err *e)
{
    const struct columns *c = s->columns;
    struct query q = db_query(db, "INSERT INTO statement (id, sha256, device, site, verb, actor, activity, "
                                  "at_ms, duration_ms, success, score, stored_ms, "
                                  "body, seq, about, file) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                                  "?, ?) ON CONFLICT (id) DO NOTHING");
    query_blob(&q, s->id, sizeof s->id);
    query_blob(&q, s->sha256, sizeof s->sha256);
    query_text(&q, p->device);
    query_int(&q, p->site);
    query_text(&q, c->verb);
    query_text(&q, c->actor);
    query_text(&q, c->activity);
    query_int(&q, c->at_ms);
    c->has_duration ? query_int(&q, c->duration_ms) : query_text(&q, NULL);
    c->has_success ? query_int(&q, c->success) : query_text(&q, NULL);
    c->has_score ? query_num(&q, c->score) : query_text(&q, NULL);
    query_int(&q, p->at_ms);
    query_text_len(&q, s->body, s->len);
    query_int(&q, s->seq);
    query_text(&q, c->about);
    query_text(&q, c->file);
    if (!query_run(&q, e))
        return false;
    *v = LEDGER_NEW;
    return db_changes(db) > 0 || compare(db, p, s, v, e);
}

static bool packet_put(struct work *w, const struct ledger_packet *p, enum ledger_verdict verdict[],
                       bool *seen, struct err *e)
{
    struct db *db = lite_db(w);
    if (!put_packet(db, p, seen, e))
        return false;
    for (int i = 0; !*seen && i < p->count; i++) {
        const struct ledger_statement *s = &p->statement[i];
        if (!(s->columns ? put_statement(db, p, s, &verdict[i], e) : put_rejected(db, p, s, &verdict[i], e)))
            return false;
    }
    return true;
}

/* ---- registers ---- */

/* Whose it was first: who names it after that cannot take it over. */
#define FIND(where, which)                                                                                   \
    "SELECT t.name, s.device, s.at_ms, s.stored_ms, s.body, json_extract(s.body, '$.id'), s.site, (SELECT "  \
    "count(DISTINCT site)"                                                                                   \
    " FROM statement WHERE verb = 'registered' AND " where ") FROM statement s JOIN site t ON t.id = s.site" \
    " WHERE s.verb = 'registered' AND " where                                                                \
    " AND s.site = (SELECT site FROM statement WHERE verb = 'registered' AND " where                         \
    " ORDER BY nr LIMIT 1) ORDER BY s.nr " which " LIMIT 1"

static bool found_register(struct query *q, struct ledger_register *out, struct str *body, bool *found,
                           struct err *e)
{
    *found = query_row(q);
    if (*found) {
        query_copy_text(q, 0, out->site_name, sizeof out->site_name);
        query_copy_text(q, 1, out->device, sizeof out->device);
        out->at_ms = query_col_int(q, 2);
        out->stored_ms = query_col_int(q, 3);
        str_puts(body, query_col_text(q, 4));
        query_copy_text(q, 5, out->id, sizeof out->id);
        out->site = query_col_int(q, 6);
        out->sites = query_col_int(q, 7);
    }
    return query_end(q, e);
}

static bool register_by_code(struct work *w, const char *code, struct ledger_register *out, struct str *body,
                             bool *found, struct err *e)
{
    struct query q = db_query(lite_db(w), FIND("about = ?1 AND about <> ''", "ASC"));
    query_text(&q, code);
    return found_register(&q, out, body, found, e);
}

static bool register_by_file(struct work *w, const char *sha256, struct ledger_register *out,
                             struct str *body, bool *found, struct err *e)
{
    struct query q = db_query(lite_db(w), FIND("file = ?1 AND file <> ''", "DESC"));
    query_text(&q, sha256);
    return found_register(&q, out, body, found, e);
}

static bool voided(struct work *w, int64_t site, const char *id, bool *is, struct err *e)
{
    struct query q = db_query(
        lite_db(w),
        "SELECT 1 FROM statement WHERE about = ? AND about <> '' AND verb = 'voided' AND site = ?");
    query_text(&q, id);
    query_int(&q, site);
    *is = query_row(&q);
    return query_end(&q, e);
}

/* ---- numbers ---- */

/* All names that the terminal has had, and how far each lies from the one asked for: those before it, then
 * those after. */
#define KIN                                                                                                  \
    "WITH RECURSIVE older(id, far) AS (SELECT ?1, 0 UNION SELECT d.succeeds, o.far + 1 FROM device d JOIN "  \
    "older o ON d.id = o.id"                                                                                 \
    " WHERE d.succeeds <> '' AND o.far < 99),"                                                               \
    " kin(id, far) AS (SELECT id, far FROM older UNION SELECT d.id, k.far + 100 FROM device d JOIN kin k "   \
    "ON d.succeeds = k.id WHERE k.far < 9900),"                                                              \
    " near(id, far) AS (SELECT id, min(far) FROM kin GROUP BY id)"

static bool numbers(struct work *w, const struct ledger_numbers *of, ledger_number_visit *visit, void *ctx,
                    struct err *e)
{
    struct query q = db_query(lite_db(w),
                              KIN " SELECT s.seq, s.sha256, n.far FROM near n JOIN statement s ON s.device = "
                                  "n.id WHERE s.seq > 0 AND s.seq BETWEEN ?2 AND ?3"
                                  " UNION SELECT s.seq, s.sha256, n.far FROM near n JOIN rejected s ON "
                                  "s.device = n.id WHERE s.seq > 0 AND s.seq BETWEEN ?2 AND ?3"
                                  " ORDER BY 1, 3");
    query_text(&q, of->device);
    query_int(&q, of->first);
    query_int(&q, of->last);
    while (query_row(&q)) {
        size_t len;
        const void *sha = query_col_blob(&q, 1, &len);
        if (len == SHA256_BYTES)
            visit(ctx, query_col_int(&q, 0), sha);
    }
    return query_end(&q, e);
}

/* ---- hours ---- */

/* One end of each viewing: `terminated`, or `abandoned` after a cut. Some terminals tell neither watched nor
 * verified. */
static bool hours(struct work *w, int64_t from_ms, int64_t to_ms, ledger_hours_visit *visit, void *ctx,
                  struct err *e)
{
    struct query q = db_query(
        lite_db(w),
        "SELECT t.name, s.actor, sum(ifnull(json_extract(s.body, '$.result.extensions.\"" STATEMENT_IRI
        "hours\".watched_ms'), 0)),"
        " sum(ifnull(json_extract(s.body, '$.result.extensions.\"" STATEMENT_IRI
        "hours\".verified_ms'), 0)), count(*)"
        " FROM statement s JOIN site t ON t.id = s.site WHERE s.verb IN ('terminated', 'abandoned')"
        " AND s.at_ms >= ? AND s.at_ms < ? AND NOT EXISTS (SELECT 1 FROM statement v WHERE v.about = "
        "json_extract(s.body, '$.id')"
        " AND v.about <> '' AND v.verb = 'voided' AND v.site = s.site) GROUP BY t.name, s.actor ORDER BY "
        "t.name, s.actor");
    query_int(&q, from_ms);
    query_int(&q, to_ms);
    while (query_row(&q)) {
        struct ledger_hours h = { query_col_text(&q, 0), query_col_text(&q, 1), query_col_int(&q, 2),
                                  query_col_int(&q, 3), query_col_int(&q, 4) };
        visit(ctx, &h);
    }
    return query_end(&q, e);
}

const struct statement_words lite_statement_words = {
    .packet_put = packet_put,
    .register_by_code = register_by_code,
    .register_by_file = register_by_file,
    .voided = voided,
    .numbers = numbers,
    .hours = hours,
};
