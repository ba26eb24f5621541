/* register_make.c - the `registered` statement and its short code. Part of register.h. */
#define _GNU_SOURCE
#include "base/clock.h"
#include "model/statement.h"
#include "store/node.h"
#include "store/outbox/chain.h"
#include "store/outbox/fact.h"
#include "store/register/register.h"

#include <stdio.h>
#include <string.h>

struct making {
    struct fact fact;
    const struct register_table *table;
    const char *home_page, *by;
    char id[UUID_TEXT];
    struct register_made made;
    int64_t chain_from;
};

/* The last one of this kind and month: nothing has changed if the file would be the same, byte for byte. */
static bool made_before(struct db *db, struct making *m, struct err *e)
{
    struct query q = db_query(db, "SELECT sha256, code, rows, made_ms, chain_seq FROM register WHERE kind = ? AND month = ? ORDER BY seq DESC LIMIT 1");
    query_int(&q, m->table->kind);
    query_int(&q, m->table->month);
    m->made.again = query_row(&q) && !strcmp(query_col_text(&q, 0), m->made.sha256);
    if (m->made.again) {
        query_copy_text(&q, 1, m->made.code, sizeof m->made.code);
        m->made.rows = query_col_int(&q, 2);
        m->made.made_ms = query_col_int(&q, 3);
        m->made.chain_seq = query_col_int(&q, 4);
    }
    return query_end(&q, e);
}

static void say(struct making *m)
{
    struct str body;
    struct statement_about about = { .id = m->id, .home_page = m->home_page, .member_id = m->by, .at = &m->fact.at };
    struct statement_register r = { .kind = register_kind_name(m->table->kind), .month = m->table->month, .rows = m->made.rows,
                                    .sha256 = m->made.sha256, .code = m->made.code, .chain_from = m->chain_from,
                                    .chain_seq = m->made.chain_seq, .chain_head = m->made.chain };
    str_init(&body, STATEMENT_MAX_BYTES);
    statement_registered(&about, &r, &body);
    fact_word(&m->fact, 0, m->id, &body);
    fact_say(&m->fact, 0);
}

static bool put_row(struct db *db, const struct making *m, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO register (kind, month, made_ms, rows, sha256, code, chain_seq, statement_id)"
                                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    query_int(&q, m->table->kind);
    query_int(&q, m->table->month);
    query_int(&q, m->made.made_ms);
    query_int(&q, m->made.rows);
    query_text(&q, m->made.sha256);
    query_text(&q, m->made.code);
    query_int(&q, m->made.chain_seq);
    query_text(&q, m->id);
    return query_run(&q, e);
}

static bool put(struct db *db, struct fact *f, struct err *e)
{
    struct making *m = (struct making *)f;
    struct chain_head head;
    if (!made_before(db, m, e))
        return false;
    if (m->made.again)
        return true;
    if (!chain_head(db, &head, e) || !chain_from(db, &m->chain_from, e))
        return false;
    m->made.rows = m->table->count;
    m->made.made_ms = f->at.wall_ms;
    m->made.chain_seq = head.seq;
    m->made.chain[0] = 0;
    if (head.there)
        hex_encode(head.value, sizeof head.value, m->made.chain);
    register_code(m->table->kind, m->table->month, m->table->site, m->made.sha256, m->made.chain, m->made.code);
    say(m);
    return put_row(db, m, e);
}

bool register_make(struct writer *w, const char *home_page, const char *by, const struct register_table *t,
                   struct register_made *out, struct err *e)
{
    static const struct fact_kind kind = { .put = put };
    struct making *m = fact_new(w, &kind, sizeof *m);
    struct str csv;
    m->table = t;
    m->home_page = home_page;
    m->by = by;
    str_init(&csv, (size_t)1 << 30);
    register_csv(t, &csv);
    sha256_hex(csv.data, csv.len, m->made.sha256);
    str_release(&csv);
    node_clock(writer_node(w), &m->fact.at);
    uuid_v7(m->fact.at.wall_ms, m->id);
    bool ok = fact_do(w, &m->fact, e) ||
              err_at(e, "register %s of %04d-%02d", register_kind_name(t->kind), t->month / 100, t->month % 100);
    if (ok)
        *out = m->made;
    fact_free(&m->fact);
    return ok;
}
