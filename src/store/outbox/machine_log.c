#define _GNU_SOURCE
#include "store/outbox/machine_log.h"
#include "base/str.h"
#include "store/outbox/fact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 500 };

const char *machine_kind_name(enum machine_kind k)
{
    static const char *const name[MACHINE_KIND_COUNT] = { "", "start", "stop", "cut", "repaired", "disk-full", "disk-error", "stick-in",
                                                          "stick-out", "content-link", "content-stick", "content-folder", "records-stick" };
    return k > 0 && k < MACHINE_KIND_COUNT ? name[k] : "unknown";
}

/* Inside the writer's transaction. */
static bool machine_log_put(struct db *db, enum machine_kind kind, int64_t amount, const char *text, const struct clock_reading *at,
                     struct err *e)
{
    char kept[TEXT_MAX + 1];
    size_t n = strnlen(text ? text : "", TEXT_MAX);
    for (bool cut = n == TEXT_MAX; cut && n && ((unsigned char)text[n] & 0xc0) == 0x80;)
        n--; /* cut before the first byte of a character */
    memcpy(kept, text ? text : "", n);
    kept[n] = 0;
    struct query q = db_query(db, "INSERT INTO machine_log (kind, at_ms, clock, boot_id, boot_ms, amount, text) VALUES (?, ?, ?, ?, ?, ?, ?)");
    query_int(&q, kind);
    query_int(&q, at->wall_ms);
    query_int(&q, at->trust);
    query_text(&q, at->boot_id);
    query_int(&q, at->boot_ms);
    query_int(&q, amount);
    query_text(&q, kept);
    return query_run(&q, e);
}

/* ---- posting ---- */

struct entry { struct fact fact; enum machine_kind kind; int64_t amount; char *text; };

static bool put(struct db *db, struct fact *f, struct err *e)
{
    const struct entry *n = (const struct entry *)f;
    return machine_log_put(db, n->kind, n->amount, n->text, &f->at, e);
}

static void release(struct fact *f)
{
    free(((struct entry *)f)->text);
}

static uint64_t post(struct writer *w, const struct fact_kind *kind, enum machine_kind what, int64_t amount, const char *text)
{
    struct entry *n = fact_new(w, kind, sizeof *n);
    n->kind = what;
    n->amount = amount;
    n->text = mem_dup(text ? text : "");
    node_clock(writer_node(w), &n->fact.at);
    return fact_post(w, &n->fact);
}

uint64_t machine_log_post(struct writer *w, enum machine_kind kind, int64_t amount, const char *text)
{
    static const struct fact_kind entry = { .put = put, .release = release };
    return post(w, &entry, kind, amount, text);
}

/* The cut is dated to the newest thing that was written before it: later than that nothing is known of the machine. */
static bool put_cut(struct db *db, struct fact *f, struct err *e)
{
    struct clock_reading at = f->at;
    struct query q = db_query(db, "SELECT max(ifnull((SELECT at_ms FROM machine_log ORDER BY seq DESC LIMIT 1), 0),"
                                  " ifnull((SELECT saved_ms FROM viewing ORDER BY seq DESC LIMIT 1), 0),"
                                  " ifnull((SELECT wall_ms FROM room_event ORDER BY seq DESC LIMIT 1), 0),"
                                  " ifnull((SELECT created_ms FROM statement ORDER BY seq DESC LIMIT 1), 0))");
    int64_t last = query_row(&q) ? query_col_int(&q, 0) : 0;
    if (!query_end(&q, e))
        return false;
    if (last > 0 && last < at.wall_ms)
        at.wall_ms = last;
    at.boot_id[0] = 0; /* of another boot, or another run of this one: which, nobody knows */
    at.boot_ms = 0;
    return machine_log_put(db, MACHINE_CUT, 0, NULL, &at, e);
}

uint64_t machine_log_cut(struct writer *w)
{
    static const struct fact_kind cut = { .put = put_cut, .release = release };
    return post(w, &cut, MACHINE_CUT, 0, NULL);
}

/* ---- content ---- */

bool machine_log_content(struct db *db, enum machine_kind how, const char *course_id, int64_t version, int64_t bytes, struct err *e)
{
    struct clock_reading at;
    char text[TEXT_MAX];
    int64_t built = clock_build_floor_ms(), seen = node_saved_floor(db);
    snprintf(text, sizeof text, "%s %lld", course_id, (long long)version);
    struct query q = db_query(db, "SELECT 1 FROM machine_log WHERE kind BETWEEN ? AND ? AND text = ?");
    query_int(&q, MACHINE_CONTENT_LINK);
    query_int(&q, MACHINE_CONTENT_FOLDER);
    query_text(&q, text);
    bool told = query_row(&q);
    if (!query_end(&q, e) || told)
        return told;
    clock_read(seen > built ? seen : built, &at);
    return machine_log_put(db, how, bytes, text, &at, e);
}

/* ---- reading ---- */

bool machine_log_each(struct db *db, int64_t from_ms, int64_t to_ms, bool (*visit)(void *ctx, const struct machine_fact *f),
                      void *ctx, struct err *e)
{
    bool go_on = true;
    struct query q = db_query(db, "SELECT seq, kind, at_ms, clock, amount, text FROM machine_log WHERE at_ms >= ? AND at_ms < ?"
                                  " ORDER BY at_ms, seq");
    query_int(&q, from_ms);
    query_int(&q, to_ms);
    while (go_on && query_row(&q)) {
        struct machine_fact f = { .seq = query_col_int(&q, 0), .kind = (enum machine_kind)query_col_int(&q, 1),
                                  .at_ms = query_col_int(&q, 2), .clock = (enum clock_trust)query_col_int(&q, 3),
                                  .amount = query_col_int(&q, 4), .text = query_col_text(&q, 5) };
        go_on = visit(ctx, &f);
    }
    return query_end(&q, e);
}
