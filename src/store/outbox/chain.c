#define _GNU_SOURCE
#include "store/outbox/chain.h"
#include "base/clock.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { BACKDATED_MS = 24 * 3600 * 1000 /* a meeting signed the next morning, or a day put right by hand, is no forgery */ };

const char *chain_fault_name(enum chain_fault f)
{
    static const char *const name[CHAIN_FAULT_COUNT] = { "changed", "broken", "removed", "lost", "backdated" };
    return (unsigned)f < CHAIN_FAULT_COUNT ? name[f] : "broken";
}

void chain_value(const uint8_t before[SHA256_BYTES], const uint8_t body_sha256[SHA256_BYTES], uint8_t out[SHA256_BYTES])
{
    struct sha256 h;
    sha256_init(&h);
    if (before)
        sha256_add(&h, before, SHA256_BYTES);
    sha256_add(&h, body_sha256, SHA256_BYTES);
    sha256_end(&h, out);
}

bool chain_intact(const struct chain_report *r)
{
    return !r->count[CHAIN_CHANGED] && !r->count[CHAIN_BROKEN] && !r->count[CHAIN_REMOVED] && !r->count[CHAIN_BACKDATED];
}

/* ---- links: a row, or a run of forgotten ones ---- */

struct link {
    bool there, run, has; /* has: it carries a value (that of its last row) */
    int64_t first, last, began; /* began: seq at which the chain begins, inside it; 0 */
    uint8_t value[SHA256_BYTES], before[SHA256_BYTES];
    bool has_before;
};

static bool take_blob(struct query *q, int col, uint8_t out[SHA256_BYTES])
{
    size_t len;
    const void *data = query_col_blob(q, col, &len);
    if (len == SHA256_BYTES)
        memcpy(out, data, len);
    return len == SHA256_BYTES;
}

static void take_run(struct query *q, struct link *l)
{
    *l = (struct link){ .there = true, .run = true, .first = query_col_int(q, 0), .last = query_col_int(q, 1),
                        .began = query_col_int(q, 4) };
    l->has_before = take_blob(q, 2, l->before);
    l->has = take_blob(q, 3, l->value);
}

#define RUN_COLUMNS "SELECT first, last, before, chain, began, rows FROM forgotten "

/* What lies just before (or after) `seq`. */
static bool neighbour(struct db *db, int64_t seq, bool after, struct link *out, struct err *e)
{
    struct link row = { 0 }, run = { 0 };
    struct query q = db_query(db, after ? "SELECT seq, chain FROM statement WHERE seq > ? ORDER BY seq LIMIT 1"
                                        : "SELECT seq, chain FROM statement WHERE seq < ? ORDER BY seq DESC LIMIT 1");
    query_int(&q, seq);
    if (query_row(&q)) {
        row = (struct link){ .there = true, .first = query_col_int(&q, 0), .last = query_col_int(&q, 0) };
        row.has = take_blob(&q, 1, row.value);
    }
    if (!query_end(&q, e))
        return false;
    q = db_query(db, after ? RUN_COLUMNS "WHERE first > ? ORDER BY first LIMIT 1" : RUN_COLUMNS "WHERE first < ? ORDER BY first DESC LIMIT 1");
    query_int(&q, seq);
    if (query_row(&q))
        take_run(&q, &run);
    if (!query_end(&q, e))
        return false;
    bool nearer = run.there && (!row.there || (after ? run.first < row.first : run.last > row.last));
    *out = nearer ? run : row;
    return true;
}

bool chain_head(struct db *db, struct chain_head *out, struct err *e)
{
    struct link last;
    if (!neighbour(db, INT64_MAX, false, &last, e))
        return false;
    *out = (struct chain_head){ .seq = last.last, .there = last.has };
    memcpy(out->value, last.value, sizeof out->value);
    return true;
}

bool chain_next(struct db *db, const uint8_t body_sha256[SHA256_BYTES], uint8_t out[SHA256_BYTES], struct err *e)
{
    struct chain_head head;
    if (!chain_head(db, &head, e))
        return false;
    chain_value(head.there ? head.value : NULL, body_sha256, out);
    return true;
}

/* Rows from before the chain come first, and so few that none is left after the first receipts. */
bool chain_from(struct db *db, int64_t *seq, struct err *e)
{
    struct query q = db_query(db, "SELECT min(ifnull((SELECT seq FROM statement WHERE chain <> x'' ORDER BY seq LIMIT 1), 9223372036854775807),"
                                  " ifnull((SELECT CASE WHEN began THEN began ELSE first END FROM forgotten WHERE chain <> x'' ORDER BY first"
                                  " LIMIT 1), 9223372036854775807))");
    int64_t first = query_row(&q) ? query_col_int(&q, 0) : INT64_MAX;
    if (!query_end(&q, e))
        return false;
    *seq = first == INT64_MAX ? 0 : first;
    return true;
}

/* ---- forgetting ---- */

static bool row_link(struct db *db, int64_t seq, struct link *out, uint8_t sha256[SHA256_BYTES], struct err *e)
{
    struct query q = db_query(db, "SELECT sha256, chain FROM statement WHERE seq = ?");
    query_int(&q, seq);
    *out = (struct link){ .first = seq, .last = seq };
    if (query_row(&q)) {
        out->there = take_blob(&q, 0, sha256);
        out->has = take_blob(&q, 1, out->value);
    }
    return query_end(&q, e);
}

/* How the row joins what lies before it, written into its own link. True: it follows. */
static bool join_before(struct link *row, const struct link *before, const uint8_t sha256[SHA256_BYTES])
{
    uint8_t want[SHA256_BYTES];
    if (!row->has)
        return !before->has;
    chain_value(before->has ? before->value : NULL, sha256, want);
    if (memcmp(want, row->value, sizeof want))
        return false;
    row->began = before->has ? 0 : row->first;
    row->has_before = before->has;
    memcpy(row->before, before->value, sizeof row->before);
    return true;
}

static bool follows(const struct link *run, const struct link *before)
{
    if (!before->has)
        return !run->has || run->began;
    return run->has_before && !memcmp(run->before, before->value, SHA256_BYTES);
}

static bool run_rows(struct db *db, int64_t first, int64_t *rows, struct err *e)
{
    struct query q = db_query(db, RUN_COLUMNS "WHERE first = ?");
    query_int(&q, first);
    *rows = query_row(&q) ? query_col_int(&q, 5) : 0;
    return query_end(&q, e);
}

static bool drop_run(struct db *db, int64_t first, struct err *e)
{
    struct query q = db_query(db, "DELETE FROM forgotten WHERE first = ?");
    query_int(&q, first);
    return query_run(&q, e);
}

static bool put_run(struct db *db, const struct link *l, int64_t rows, struct err *e)
{
    struct query q = db_query(db, "INSERT INTO forgotten (first, last, rows, before, chain, began) VALUES (?, ?, ?, ?, ?, ?)");
    query_int(&q, l->first);
    query_int(&q, l->last);
    query_int(&q, rows);
    query_blob(&q, l->before, l->has_before ? SHA256_BYTES : 0);
    query_blob(&q, l->value, l->has ? SHA256_BYTES : 0);
    query_int(&q, l->began);
    return query_run(&q, e);
}

/* Two that follow one another become one that begins like the first and ends like the second. */
static void join(struct link *first, const struct link *second)
{
    if (!first->has) {
        first->began = second->began;
        first->has_before = second->has_before;
        memcpy(first->before, second->before, SHA256_BYTES);
    }
    first->last = second->last;
    first->has = second->has;
    memcpy(first->value, second->value, SHA256_BYTES);
}

bool chain_forget(struct db *db, int64_t seq, struct err *e)
{
    uint8_t sha256[SHA256_BYTES] = { 0 };
    struct link row, before, after;
    int64_t rows = 1, more = 0;
    if (!row_link(db, seq, &row, sha256, e) || !row.there)
        return !row.there;
    if (!neighbour(db, seq, false, &before, e) || !neighbour(db, seq, true, &after, e))
        return false;
    bool fits = join_before(&row, &before, sha256);
    if (fits && before.there && before.run) {
        if (!run_rows(db, before.first, &more, e) || !drop_run(db, before.first, e))
            return false;
        join(&before, &row);
        row = before;
        rows += more;
    }
    if (after.there && after.run && follows(&after, &row)) {
        if (!run_rows(db, after.first, &more, e) || !drop_run(db, after.first, e))
            return false;
        join(&row, &after);
        rows += more;
    }
    return put_run(db, &row, rows, e);
}

/* ---- looking ---- */

struct walk {
    struct db *db;
    struct chain_report *report;
    bool (*visit)(void *ctx, const struct chain_finding *f);
    void *ctx;
    bool go_on;
    struct link before;
    int64_t before_ms;
    struct chain_finding late; /* rows dated back, one after the other; last_seq 0: none */
    int64_t newest_ms; /* latest date so far from a clock not known to be wrong; 0 */
    enum clock_trust newest_trust;
};

static const char *day(int64_t ms, char out[11])
{
    if (ms > 0)
        clock_local_day(ms, out);
    else
        snprintf(out, 11, "?");
    return out;
}

static void tell(struct walk *w, struct chain_finding *f, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void tell(struct walk *w, struct chain_finding *f, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(f->text, sizeof f->text, fmt, ap);
    va_end(ap);
    w->report->count[f->fault]++;
    if (w->visit && w->go_on)
        w->go_on = w->visit(w->ctx, f);
}

/* A repair noted a gap in front of `seq`. */
static bool known_gap(struct db *db, int64_t seq, int64_t *repaired_ms, struct err *e)
{
    struct query q = db_query(db, "SELECT at_ms FROM chain_gap WHERE seq = ?");
    query_int(&q, seq);
    *repaired_ms = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

static void tell_gap(struct walk *w, int64_t seq, int64_t at_ms, int64_t repaired_ms)
{
    char a[11], b[11], c[11];
    struct chain_finding f = { .seq = w->before.last + 1, .last_seq = seq - 1, .at_ms = at_ms, .after_ms = w->before_ms };
    f.fault = repaired_ms ? CHAIN_LOST : f.seq <= f.last_seq ? CHAIN_REMOVED : CHAIN_BROKEN;
    if (f.fault == CHAIN_LOST) {
        tell(w, &f, "before row %lld of %s, rows may be missing after row %lld of %s: the database was repaired on %s",
             (long long)seq, day(at_ms, a), (long long)w->before.last, day(w->before_ms, b), day(repaired_ms, c));
    } else if (f.fault == CHAIN_REMOVED) {
        tell(w, &f, "rows %lld to %lld were taken out: row %lld of %s does not follow row %lld of %s", (long long)f.seq,
             (long long)f.last_seq, (long long)seq, day(at_ms, a), (long long)w->before.last, day(w->before_ms, b));
    } else {
        f.seq = f.last_seq = seq;
        tell(w, &f, "row %lld of %s does not follow the row before it: one of the two was changed or put in", (long long)seq,
             day(at_ms, a));
    }
}

/* A link in its place: does it follow? */
static bool see_link(struct walk *w, const struct link *l, bool fits, int64_t at_ms, struct err *e)
{
    int64_t repaired_ms;
    if (!known_gap(w->db, l->first, &repaired_ms, e))
        return false;
    if (l->has && !w->before.has && !w->report->from_seq)
        w->report->from_seq = l->began ? l->began : l->first;
    if (!fits || repaired_ms)
        tell_gap(w, l->first, at_ms, repaired_ms);
    bool had = w->before.has;
    struct link last = w->before;
    w->before = *l;
    if (!l->has && had) { /* a value was wiped: what comes after still follows the last one known */
        w->before.has = true;
        memcpy(w->before.value, last.value, SHA256_BYTES);
    }
    w->before_ms = at_ms ? at_ms : w->before_ms;
    return true;
}

static bool see_run(struct walk *w, struct query *q, struct err *e)
{
    struct link run;
    take_run(q, &run);
    int64_t rows = query_col_int(q, 5);
    w->report->forgotten += rows;
    return see_link(w, &run, follows(&run, &w->before), 0, e);
}

/* Date and trust as the statement itself says them: keys are sorted and compact, and inside a text the quotes are escaped. */
static int64_t read_date(const char *body, enum clock_trust *trust)
{
    static const char key[] = "\"timestamp\":\"", how[] = "\"trust\":\"";
    const char *at = NULL, *t = strstr(body, how);
    for (const char *p = body; (p = strstr(p, key)); p += sizeof key - 1)
        at = p + sizeof key - 1;
    struct tm tm = { 0 };
    int ms = 0;
    *trust = !t ? CLOCK_RTC : !strncmp(t + sizeof how - 1, "signed", 6) ? CLOCK_SIGNED : !strncmp(t + sizeof how - 1, "rtc", 3) ? CLOCK_RTC : CLOCK_FLOOR;
    if (!at || sscanf(at, "%4d-%2d-%2dT%2d:%2d:%2d.%3d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms) < 6)
        return 0;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return (int64_t)timegm(&tm) * 1000 + ms;
}

static void end_late(struct walk *w)
{
    char a[11], b[11];
    struct chain_finding *f = &w->late;
    if (!f->last_seq)
        return;
    if (f->seq == f->last_seq)
        tell(w, f, "row %lld is dated %s, after rows of %s", (long long)f->seq, day(f->at_ms, a), day(f->after_ms, b));
    else
        tell(w, f, "rows %lld to %lld are dated %s and later, after rows of %s", (long long)f->seq, (long long)f->last_seq,
             day(f->at_ms, a), day(f->after_ms, b));
    f->last_seq = 0;
}

/* A date may only run backwards where a clock was put right. `corrected`: the row stands for one that was voided, and has its date. */
static void see_date(struct walk *w, int64_t seq, int64_t at_ms, enum clock_trust trust, bool corrected)
{
    if (!at_ms || trust == CLOCK_FLOOR || corrected)
        return;
    if (at_ms < w->newest_ms - BACKDATED_MS && !(trust == CLOCK_SIGNED && w->newest_trust != CLOCK_SIGNED)) {
        if (!w->late.last_seq)
            w->late = (struct chain_finding){ .fault = CHAIN_BACKDATED, .seq = seq, .at_ms = at_ms, .after_ms = w->newest_ms };
        w->late.last_seq = seq;
        w->late.at_ms = at_ms < w->late.at_ms ? at_ms : w->late.at_ms;
        return;
    }
    end_late(w);
    if (at_ms > w->newest_ms || trust > w->newest_trust) {
        w->newest_ms = at_ms;
        w->newest_trust = trust;
    }
}

/* Columns: seq, sha256, chain, body, corrected. */
static bool see_row(struct walk *w, struct query *q, struct err *e)
{
    struct link row = { .there = true, .first = query_col_int(q, 0), .last = query_col_int(q, 0) };
    uint8_t stored[SHA256_BYTES] = { 0 }, is[SHA256_BYTES];
    char date[11];
    enum clock_trust trust;
    const char *body = query_col_text(q, 3);
    int64_t at_ms = read_date(body, &trust);
    bool has_hash = take_blob(q, 1, stored);
    row.has = take_blob(q, 2, row.value);
    struct sha256 h;
    sha256_init(&h);
    sha256_add(&h, body, strlen(body));
    sha256_end(&h, is);
    w->report->rows++;
    w->report->unchained += !row.has && !w->before.has;
    bool changed = !has_hash || memcmp(is, stored, sizeof is);
    if (changed) {
        struct chain_finding f = { .fault = CHAIN_CHANGED, .seq = row.first, .last_seq = row.first, .at_ms = at_ms };
        tell(w, &f, "row %lld of %s was changed: it does not fit its hash", (long long)row.first, day(at_ms, date));
    }
    if (!see_link(w, &row, join_before(&row, &w->before, stored), at_ms, e))
        return false;
    see_date(w, row.first, changed ? 0 : at_ms, trust, query_col_int(q, 4) != 0);
    return true;
}

/* Rows taken off the end: numbers were given that no row has. A repair leaps over some, and says so. */
static bool see_end(struct walk *w, struct err *e)
{
    int64_t given = 0, leapt = 0;
    char a[11];
    struct query q = db_query(w->db, "SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'statement'), 0),"
                                     " ifnull((SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'seq_leapt_to'), 0)");
    if (query_row(&q)) {
        given = query_col_int(&q, 0);
        leapt = query_col_int(&q, 1);
    }
    if (!query_end(&q, e))
        return false;
    if (given > w->before.last && given != leapt) {
        struct chain_finding f = { .fault = CHAIN_REMOVED, .seq = w->before.last + 1, .last_seq = given, .after_ms = w->before_ms };
        tell(w, &f, "rows %lld to %lld were taken off the end, after row %lld of %s", (long long)f.seq, (long long)given,
             (long long)w->before.last, day(w->before_ms, a));
    }
    return true;
}

static bool walk_all(struct walk *w, struct err *e)
{
    struct err why = ERR_INIT;
    bool ok = true;
    struct query rows = db_query(w->db, "SELECT seq, sha256, chain, body, EXISTS (SELECT 1 FROM voided WHERE new_id = statement.id)"
                                        " FROM statement ORDER BY seq");
    struct query runs = db_query(w->db, RUN_COLUMNS "ORDER BY first");
    bool row = query_row(&rows), run = query_row(&runs);
    while (ok && (row || run)) {
        if (run && (!row || query_col_int(&runs, 0) < query_col_int(&rows, 0))) {
            ok = see_run(w, &runs, &why);
            run = query_row(&runs);
        } else {
            ok = see_row(w, &rows, &why);
            row = query_row(&rows);
        }
    }
    bool ended = query_end(&rows, e);
    ended = query_end(&runs, ended ? e : NULL) && ended;
    if (ended && !ok && e)
        *e = why;
    return ended && ok;
}

bool chain_verify(struct db *db, bool (*visit)(void *ctx, const struct chain_finding *f), void *ctx, struct chain_report *out,
                  struct err *e)
{
    struct chain_report r = { 0 };
    struct walk w = { .db = db, .report = &r, .visit = visit, .ctx = ctx, .go_on = true };
    if (!walk_all(&w, e))
        return false;
    end_late(&w);
    if (!see_end(&w, e) || !chain_head(db, &r.head, e))
        return false;
    *out = r;
    return true;
}

/* ---- after a repair ---- */

static bool note_gap(struct db *db, int64_t seq, int64_t after_seq, int64_t wall_ms, struct err *e)
{
    struct query q = db_query(db, "INSERT OR IGNORE INTO chain_gap (seq, after_seq, at_ms) VALUES (?, ?, ?)");
    query_int(&q, seq);
    query_int(&q, after_seq);
    query_int(&q, wall_ms);
    return query_run(&q, e);
}

bool chain_note_gaps(struct db *db, int64_t after_seq, int64_t wall_ms, struct err *e)
{
    bool ok = true;
    struct link before;
    struct err why = ERR_INIT;
    if (!neighbour(db, after_seq + 1, false, &before, e))
        return false;
    struct query q = db_query(db, "SELECT seq, sha256, chain FROM statement WHERE seq > ? ORDER BY seq");
    query_int(&q, after_seq);
    while (ok && query_row(&q)) {
        uint8_t sha256[SHA256_BYTES] = { 0 };
        struct link row = { .there = true, .first = query_col_int(&q, 0), .last = query_col_int(&q, 0) };
        take_blob(&q, 1, sha256);
        row.has = take_blob(&q, 2, row.value);
        if (!join_before(&row, &before, sha256))
            ok = note_gap(db, row.first, before.last, wall_ms, &why);
        before = row;
    }
    if (!query_end(&q, e))
        return false;
    if (!ok && e)
        *e = why;
    return ok;
}
