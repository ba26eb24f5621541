#define _GNU_SOURCE
#define LOG_MODULE "salvage"
#include "store/rescue/salvage.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "store/outbox/chain.h"
#include "store/library/library.h"
#include "store/states.h"

#include <string.h>

/* A table that is copied row by row: forwards until a page cannot be read, then backwards from the other end, so that
 * only the rows of the damaged pages are lost. `since` gives the first rowid wanted, from the sound side. */
struct table {
    const char *forward, *backward; /* SELECT; ?1 = since when `since` is set */
    const char *insert;
    const char *since;
    int columns;
    bool hashed; /* statement: columns 3 and 5 are sha256 and body */
    const char *has[2], *lacks[2]; /* table and column that the damaged side must have, or must not, for this row to hold */
};

/* Rows under way when the backup was made have changed since: from the oldest of them on, all are taken again. */
#define SINCE_OPEN(t, open) \
    "SELECT ifnull((SELECT min(seq) FROM " t " WHERE state = " open "), ifnull((SELECT max(seq) FROM " t "), 0) + 1)"
#define BOTH(columns, table, key)                                        \
    "SELECT " columns " FROM " table " WHERE " key " >= ?1 ORDER BY " key, \
    "SELECT " columns " FROM " table " WHERE " key " >= ?1 ORDER BY " key " DESC"
#define ALL(columns, table, k1, k2, k3)                                 \
    "SELECT " columns " FROM " table " ORDER BY " k1 ", " k2 ", " k3,   \
    "SELECT " columns " FROM " table " ORDER BY " k1 " DESC, " k2 " DESC, " k3 " DESC"

#define NEWER(table) "SELECT ifnull(max(seq), 0) + 1 FROM " table

static const struct table tables[] = {
    /* Before the rows: only runs behind all rows of the sound side hold there. */
    { BOTH("first, last, rows, before, chain, began", "forgotten", "first"),
      "INSERT OR IGNORE INTO forgotten (first, last, rows, before, chain, began) VALUES (?, ?, ?, ?, ?, ?)", NEWER("statement"), 6,
      .has = { "forgotten", "began" } },
    { BOTH("seq, after_seq, at_ms", "chain_gap", "seq"), "INSERT OR IGNORE INTO chain_gap (seq, after_seq, at_ms) VALUES (?, ?, ?)",
      NEWER("statement"), 3, .has = { "chain_gap", "seq" } },
    { BOTH("seq, id, state, sha256, created_ms, body, chain", "statement", "seq"),
      "INSERT OR IGNORE INTO statement (seq, id, state, sha256, created_ms, body, chain) VALUES (?, ?, ?, ?, ?, ?, ?)",
      NEWER("statement"), 7, true, .has = { "statement", "chain" } },
    { BOTH("seq, id, state, sha256, created_ms, body", "statement", "seq"),
      "INSERT OR IGNORE INTO statement (seq, id, state, sha256, created_ms, body) VALUES (?, ?, ?, ?, ?, ?)",
      NEWER("statement"), 6, true, .lacks = { "statement", "chain" } },
    { BOTH("seq, kind, member_id, at_ms, clock, boot_id, boot_ms", "event", "seq"),
      "INSERT OR IGNORE INTO event (seq, kind, member_id, at_ms, clock, boot_id, boot_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
      "SELECT ifnull(max(seq), 0) + 1 FROM event", 7, false },
    { BOTH("seq, id, member_id, content_id, course_id, course_version, category, year, state, began_ms, clock, boot_id,"
           " began_boot_ms, saved_ms, saved_boot_ms, length_ms, completion_permille, position_ms, played, watched_ms, verified_ms,"
           " review_ms, screen_ms, ended_by", "viewing", "seq"),
      "INSERT OR REPLACE INTO viewing (seq, id, member_id, content_id, course_id, course_version, category, year, state,"
      " began_ms, clock, boot_id, began_boot_ms, saved_ms, saved_boot_ms, length_ms, completion_permille, position_ms, played,"
      " watched_ms, verified_ms, review_ms, screen_ms, ended_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      SINCE_OPEN("viewing", SQL_VIEWING_UNDER_WAY), 24, false },
    { BOTH("seq, id, member_id, content_id, course_id, course_version, questions_sha256, seed, state, score, passed, began_ms,"
           " saved_ms", "attempt", "seq"),
      /* not OR REPLACE: that would delete the attempt's answers with the old row */
      "INSERT INTO attempt (seq, id, member_id, content_id, course_id, course_version, questions_sha256, seed, state, score,"
      " passed, began_ms, saved_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (seq) DO UPDATE SET"
      " state = excluded.state, score = excluded.score, passed = excluded.passed, saved_ms = excluded.saved_ms",
      SINCE_OPEN("attempt", SQL_ATTEMPT_UNDER_WAY), 13, false },
    { BOTH("seq, attempt_seq, question_id, response, answered, verdict, score, duration_ms, saved_ms", "answer", "attempt_seq"),
      "INSERT OR REPLACE INTO answer (seq, attempt_seq, question_id, response, answered, verdict, score, duration_ms, saved_ms)"
      " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE ?2 IN (SELECT seq FROM attempt)",
      SINCE_OPEN("attempt", SQL_ATTEMPT_UNDER_WAY), 9, false },
    { ALL("id, name, initial, sort_key, hue, photo_sha256, role, active, created_ms", "member", "id", "id", "id"),
      "INSERT OR REPLACE INTO member (id, name, initial, sort_key, hue, photo_sha256, role, active, created_ms)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", NULL, 9, false },
    { ALL("subject, hash, pictures, failures, lock_boot_id, lock_until_ms", "pin", "subject", "subject", "subject"),
      "INSERT OR REPLACE INTO pin (subject, hash, pictures, failures, lock_boot_id, lock_until_ms) VALUES (?, ?, ?, ?, ?, ?)",
      NULL, 6, false },
    { ALL("key, value", "setting", "key", "key", "key"), "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", NULL, 2,
      false },
    { ALL("member_id, content_id, position_ms, length_ms, finished, best_score, passed, attempts, last_ms", "progress",
          "member_id", "content_id", "content_id"),
      "INSERT OR REPLACE INTO progress (member_id, content_id, position_ms, length_ms, finished, best_score, passed, attempts,"
      " last_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", NULL, 9, false },
    { ALL("member_id, content_id, year, spans, verified, watched_ms", "counted", "member_id", "content_id", "year"),
      "INSERT OR REPLACE INTO counted (member_id, content_id, year, spans, verified, watched_ms) VALUES (?, ?, ?, ?, ?, ?)",
      NULL, 6, false },
    { ALL("member_id, month, category, screen_ms, watched_ms, verified_ms, review_ms", "hours_month", "member_id", "month",
          "category"),
      "INSERT OR REPLACE INTO hours_month (member_id, month, category, screen_ms, watched_ms, verified_ms, review_ms)"
      " VALUES (?, ?, ?, ?, ?, ?, ?)", NULL, 7, false },
    { ALL("member_id, month, content_id, category, screen_ms, watched_ms, verified_ms, review_ms, last_ms", "hours_lesson",
          "member_id", "month", "content_id"),
      "INSERT OR REPLACE INTO hours_lesson (member_id, month, content_id, category, screen_ms, watched_ms, verified_ms,"
      " review_ms, last_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", NULL, 9, false },
    { BOTH("seq, id, host_id, state, began_ms, ended_ms, clock, playlist, topic", "room", "seq"),
      /* not OR REPLACE: that would delete what happened in the room with the old row */
      "INSERT INTO room (seq, id, host_id, state, began_ms, ended_ms, clock, playlist, topic) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (seq) DO UPDATE SET state = excluded.state, ended_ms = excluded.ended_ms, topic = excluded.topic",
      SINCE_OPEN("room", SQL_ROOM_OPEN), 9, .has = { "room", "seq" } },
    { BOTH("seq, room_seq, kind, boot_id, boot_ms, wall_ms, media_ms, member_id, text, clock", "room_event", "seq"),
      "INSERT OR IGNORE INTO room_event (seq, room_seq, kind, boot_id, boot_ms, wall_ms, media_ms, member_id, text, clock)"
      " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE ?2 IN (SELECT seq FROM room)", NEWER("room_event"), 10,
      .has = { "room_event", "seq" } },
    { ALL("room_seq", "room_settled", "room_seq", "room_seq", "room_seq"),
      "INSERT OR IGNORE INTO room_settled (room_seq) SELECT ?1 WHERE ?1 IN (SELECT seq FROM room)", NULL, 1, .has = { "room_settled", "room_seq" } },
    { ALL("room_seq, member_id, present_ms, watched_ms, verified_ms, statement_id", "attendance", "room_seq", "member_id", "statement_id"),
      "INSERT OR REPLACE INTO attendance (room_seq, member_id, present_ms, watched_ms, verified_ms, statement_id)"
      " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?1 IN (SELECT seq FROM room)", NULL, 6, .has = { "attendance", "room_seq" } },
    { ALL("statement_id, by_id, new_id, host_id, reason, at_ms", "voided", "statement_id", "statement_id", "statement_id"),
      "INSERT OR REPLACE INTO voided (statement_id, by_id, new_id, host_id, reason, at_ms) VALUES (?, ?, ?, ?, ?, ?)", NULL, 6,
      .has = { "voided", "statement_id" } },
    { BOTH("seq, kind, at_ms, clock, boot_id, boot_ms, amount, text", "machine_log", "seq"),
      "INSERT OR IGNORE INTO machine_log (seq, kind, at_ms, clock, boot_id, boot_ms, amount, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      NEWER("machine_log"), 8, .has = { "machine_log", "seq" } },
    { BOTH("seq, kind, month, made_ms, rows, sha256, code, chain_seq, statement_id", "register", "seq"),
      "INSERT OR IGNORE INTO register (seq, kind, month, made_ms, rows, sha256, code, chain_seq, statement_id)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", NEWER("register"), 9, .has = { "register", "seq" } },
    { ALL("seq, id, content_id, room_id, member_id, text, voice_sha256, voice_ms, at_ms, hidden_by, hidden_ms", "comment", "seq", "seq",
          "seq"),
      "INSERT OR REPLACE INTO comment (seq, id, content_id, room_id, member_id, text, voice_sha256, voice_ms, at_ms, hidden_by,"
      " hidden_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", NULL, 11, .has = { "comment", "seq" } },
    /* Without its row a voice that somebody spoke here is a file nobody knows: the next sweep would delete it. */
    { ALL("sha256, at_ms", "recording", "sha256", "sha256", "sha256"), "INSERT OR IGNORE INTO recording (sha256, at_ms) VALUES (?, ?)", NULL, 2,
      .has = { "recording", "sha256" } },
    { ALL("member_id, content_id, question_id, meaning, stability, difficulty, last_day, due_day, boot_id, boot_ms, asked, wrong",
          "review", "member_id", "content_id", "question_id"),
      "INSERT OR REPLACE INTO review (member_id, content_id, question_id, meaning, stability, difficulty, last_day, due_day, boot_id,"
      " boot_ms, asked, wrong) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", NULL, 12, .has = { "review", "member_id" } },
    { ALL("member_id, place, id, seed, content_id, question_id, meaning, response, answered, duration_ms", "review_open", "member_id", "place",
          "place"),
      "INSERT OR REPLACE INTO review_open (member_id, place, id, seed, content_id, question_id, meaning, response, answered, duration_ms)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", NULL, 10, .has = { "review_open", "place" } },
    { ALL("content_id, question_id, meaning, asked, wrong, last_ms", "question_tally", "content_id", "question_id", "question_id"),
      "INSERT OR REPLACE INTO question_tally (content_id, question_id, meaning, asked, wrong, last_ms) VALUES (?, ?, ?, ?, ?, ?)", NULL, 6,
      .has = { "question_tally", "content_id" } },
};

static bool hash_fits(struct query *row)
{
    uint8_t is[SHA256_BYTES];
    size_t hash_len, body_len;
    const void *hash = query_col_blob(row, 3, &hash_len), *body = query_col_blob(row, 5, &body_len);
    struct sha256 h;
    sha256_init(&h);
    sha256_add(&h, body_len ? body : "", body_len);
    sha256_end(&h, is);
    return hash_len == sizeof is && memcmp(hash, is, sizeof is) == 0;
}

/* False only if the sound side fails. A row the sound side refuses (a constraint) is skipped. */
static bool put_row(struct db *into, const struct table *t, struct query *row, int64_t *taken, struct err *e)
{
    if (t->hashed && !hash_fits(row))
        return true;
    struct query q = db_query(into, t->insert);
    for (int i = 0; i < t->columns; i++)
        query_value(&q, row, i);
    struct err why = ERR_INIT;
    if (!query_run(&q, &why)) {
        if (why.kind == ERR_REFUSED)
            return true;
        if (e)
            *e = why;
        return false;
    }
    *taken += db_changes(into) > 0;
    return true;
}

static bool copy_rows(struct db *into, struct db *from, const struct table *t, const char *select, int64_t since, int64_t *taken,
                      bool *readable, struct err *e)
{
    bool ok = true;
    struct err why = ERR_INIT;
    struct query q = db_query(from, select);
    if (t->since)
        query_int(&q, since);
    while (ok && query_row(&q))
        ok = put_row(into, t, &q, taken, e);
    *readable = query_end(&q, &why);
    if (!*readable)
        log_warn("%s", why.text);
    return ok;
}

/* What the damaged side was made by: an older Weike has fewer tables. */
static bool has_column(struct db *db, const char *const name[2])
{
    struct query q = db_query(db, "SELECT 1 FROM pragma_table_info(?) WHERE name = ?");
    query_text(&q, name[0]);
    query_text(&q, name[1]);
    bool there = query_row(&q);
    return query_end(&q, NULL) && there;
}

static bool copy_table(struct db *into, struct db *from, const struct table *t, int64_t *taken, struct err *e)
{
    int64_t since = 0;
    *taken = 0;
    if ((t->has[0] && !has_column(from, t->has)) || (t->lacks[0] && has_column(from, t->lacks)))
        return true;
    if (t->since) {
        struct query q = db_query(into, t->since);
        if (query_row(&q))
            since = query_col_int(&q, 0);
        if (!query_end(&q, e))
            return false;
    }
    bool readable;
    if (!copy_rows(into, from, t, t->forward, since, taken, &readable, e))
        return false;
    return readable || copy_rows(into, from, t, t->backward, since, taken, &readable, e);
}

/* Courses are not copied row by row but installed again from their manifests, whose hash is known. */
static bool copy_courses(struct db *into, struct db *from, struct err *e)
{
    struct query q = db_query(from, "SELECT m.body, k.manifest_sha256, k.publisher, k.id FROM package k"
                                    " JOIN manifest m ON m.package_seq = k.seq WHERE k.active = 1");
    bool ok = true;
    while (ok && query_row(&q)) {
        size_t len;
        char is[SHA256_HEX];
        struct err why = ERR_INIT;
        const char *body = query_col_blob(&q, 0, &len);
        sha256_hex(body, len, is);
        if (strcmp(is, query_col_text(&q, 1)))
            continue;
        struct library_package p = { .manifest = body, .manifest_len = len, .publisher = query_col_text(&q, 2) };
        if (!db_exec(into, "SAVEPOINT course", e))
            ok = false;
        else if (!library_put_here(into, &p, &why)) { /* an older one, or a blob is gone: leave this course out */
            log_warn("%s", why.text);
            ok = db_exec(into, "ROLLBACK TO course; RELEASE course", e);
        } else {
            ok = db_exec(into, "RELEASE course", e);
        }
    }
    struct err why = ERR_INIT;
    if (!query_end(&q, &why))
        log_warn("%s", why.text);
    return ok;
}

static bool recount(struct db *db, struct err *e)
{
    return db_exec(db, /* when a copied row was receipted is not copied: from its making on it is kept as long as any */
                       "UPDATE statement SET delivered_ms = created_ms WHERE state = " SQL_OUTBOX_DELIVERED
                       " AND delivered_ms = 0;"
                       "UPDATE counter SET value = (SELECT count(*) FROM member WHERE active = 1) WHERE name = 'member';"
                       "UPDATE counter SET value = (SELECT count(*) FROM package WHERE active = 1 AND kind = 'course') WHERE name = 'course';"
                       "UPDATE counter SET value = (SELECT ifnull(sum(lessons), 0) FROM package WHERE active = 1) WHERE name = 'lesson';"
                       "UPDATE counter SET value = (SELECT count(*) FROM viewing) WHERE name = 'viewing';"
                       "UPDATE counter SET value = (SELECT count(*) FROM answer) WHERE name = 'answer';"
                       "UPDATE counter SET value = (SELECT count(*) FROM statement)"
                       " + (SELECT value FROM counter WHERE name = 'forgotten') WHERE name = 'statement';"
                       "UPDATE counter SET value = (SELECT count(*) FROM statement"
                       " WHERE state = " SQL_OUTBOX_WAITING ") WHERE name = 'waiting';"
                       "UPDATE counter SET value = (SELECT count(*) FROM statement"
                       " WHERE state = " SQL_OUTBOX_QUARANTINED ") WHERE name = 'quarantined'", e);
}

static int64_t number(struct db *db, const char *sql, int64_t fallback)
{
    struct query q = db_query(db, sql);
    int64_t value = query_row(&q) ? query_col_int(&q, 0) : fallback;
    return query_end(&q, NULL) ? value : fallback;
}

bool salvage_run(struct db *into, struct db *from, struct salvage *out, struct err *e)
{
    int64_t had = number(into, "SELECT ifnull(max(seq), 0) FROM statement", 0), taken = 0;
    int64_t newest = number(from, "SELECT seq FROM sqlite_sequence WHERE name = 'statement'", -1);
    if (newest < 0)
        newest = number(from, "SELECT ifnull(max(seq), 0) FROM statement", -1);
    int64_t leapt = number(from, "SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'seq_leapt_to'", 0);
    int64_t had_rows = had;
    if (had < leapt) /* an earlier repair left these numbers out */
        had = leapt;
    struct salvage done = { 0 };
    if (!db_begin(into, e))
        return false;
    bool ok = copy_courses(into, from, e);
    for (size_t i = 0; ok && i < sizeof tables / sizeof *tables; i++) {
        ok = copy_table(into, from, &tables[i], &taken, e);
        if (tables[i].hashed)
            done.records += taken;
    }
    struct clock_reading now;
    clock_read(clock_build_floor_ms(), &now);
    if (!ok || !chain_note_gaps(into, had_rows, now.wall_ms, e) || !recount(into, e)) {
        db_rollback(into);
        return err_at(e, "reading newer records out of the damaged database");
    }
    if (!db_commit(into, e))
        return false;
    done.missing = newest < 0 ? -1 : newest > had ? newest - had - done.records : 0;
    *out = done;
    return true;
}
