#define _GNU_SOURCE
#define LOG_MODULE "register"
#include "store/register/register_void.h"
#include "base/log.h"
#include "model/statement.h"
#include "store/states.h"
#include "store/study/viewing.h"
#include "store/study/hours.h"
#include "store/people/member.h"
#include "store/outbox/fact.h"
#include "store/outbox/outbox.h"
#include "store/register/register_viewing.h"
#include "store/meeting/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name, *zh; } reasons[VOID_REASON_COUNT] = {
    [VOID_WRONG_PERSON] = { "wrong-person", "记错了人" },
    [VOID_NOT_THERE] = { "not-there", "本人不在场" },
    [VOID_TWICE] = { "twice", "重复记录" },
    [VOID_OTHER] = { "other", "其他差错" },
};

const char *void_reason_name(enum void_reason r)
{
    return (unsigned)r < VOID_REASON_COUNT ? reasons[r].name : "other";
}

const char *void_reason_words(const char *name)
{
    for (int i = 0; i < VOID_REASON_COUNT; i++)
        if (!strcmp(reasons[i].name, name))
            return reasons[i].zh;
    return name;
}

/* ---- what it is about ---- */

static bool is_voided(struct db *db, const char *statement_id, bool *voided, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM voided WHERE statement_id = ?");
    query_text(&q, statement_id);
    *voided = query_row(&q);
    return query_end(&q, e);
}

static bool look_viewing(struct db *db, const char *statement_id, struct void_target *out, bool *found, struct err *e)
{
    char viewing[UUID_TEXT];
    viewing_end_id(statement_id, viewing);
    struct query q = db_query(db, "SELECT v.member_id, ifnull(m.name, ''), ifnull(n.title, ''), v.began_ms, v.watched_ms FROM viewing v"
                                  " LEFT JOIN member m ON m.id = v.member_id LEFT JOIN lesson_name n ON n.content_id = v.content_id"
                                  " WHERE v.id = ? AND v.state <> " SQL_VIEWING_UNDER_WAY
                                  " AND v.member_id <> ''");
    query_text(&q, viewing);
    *found = query_row(&q);
    if (*found) {
        *out = (struct void_target){ .at_ms = query_col_int(&q, 3), .watched_ms = query_col_int(&q, 4) };
        query_copy_text(&q, 0, out->member_id, sizeof out->member_id);
        query_copy_text(&q, 1, out->member_name, sizeof out->member_name);
        query_copy_text(&q, 2, out->what, sizeof out->what);
    }
    return query_end(&q, e);
}

static bool look_attendance(struct db *db, const char *statement_id, struct void_target *out, bool *found, struct err *e)
{
    struct query q = db_query(db, "SELECT a.member_id, ifnull(m.name, ''), r.topic, r.began_ms, a.watched_ms FROM attendance a"
                                  " JOIN room r ON r.seq = a.room_seq LEFT JOIN member m ON m.id = a.member_id"
                                  " WHERE a.statement_id = ? AND a.statement_id <> ''"
                                  " AND r.state <> " SQL_ROOM_OPEN);
    query_text(&q, statement_id);
    *found = query_row(&q);
    if (*found) {
        *out = (struct void_target){ .attendance = true, .at_ms = query_col_int(&q, 3), .watched_ms = query_col_int(&q, 4) };
        query_copy_text(&q, 0, out->member_id, sizeof out->member_id);
        query_copy_text(&q, 1, out->member_name, sizeof out->member_name);
        query_copy_text(&q, 2, out->what, sizeof out->what);
    }
    return query_end(&q, e);
}

bool register_void_look(struct db *db, const char *statement_id, struct void_target *out, struct err *e)
{
    bool found;
    struct void_target t = { .at_ms = 0 };
    if (!uuid_valid(statement_id))
        return err_set(e, ERR_REFUSED, "\"%s\" is no record of a viewing or a meeting", statement_id);
    if (!look_viewing(db, statement_id, &t, &found, e) || (!found && !look_attendance(db, statement_id, &t, &found, e)))
        return false;
    if (!found)
        return err_set(e, ERR_REFUSED, "%s is no record of a viewing that has ended, nor of an attendance", statement_id);
    if (!is_voided(db, statement_id, &t.voided, e))
        return false;
    *out = t;
    return true;
}

/* ---- voiding ---- */

struct voiding {
    struct fact fact;
    const char *home_page, *host_id, *statement_id, *reason, *member_id; /* member_id "": nobody instead */
    struct void_done done;
    struct void_ids ids;
    int64_t watched_ms, verified_ms; /* given to member_id */
};

/* The statement that takes the record back, and the row that says so. */
static bool put_voided(struct db *db, const struct voiding *v, const char *statement_id, const char *by_id, const char *new_id, struct err *e)
{
    struct str body;
    struct statement_about about = { .id = by_id, .home_page = v->home_page, .member_id = v->host_id, .at = &v->fact.at };
    str_init(&body, STATEMENT_MAX_BYTES);
    statement_voided(&about, statement_id, v->reason, &body);
    bool ok = outbox_put(db, by_id, body.data, body.len, v->fact.at.wall_ms, e);
    str_release(&body);
    if (!ok)
        return false;
    struct query q = db_query(db, "INSERT INTO voided (statement_id, by_id, new_id, host_id, reason, at_ms) VALUES (?, ?, ?, ?, ?, ?)");
    query_text(&q, statement_id);
    query_text(&q, by_id);
    query_text(&q, new_id);
    query_text(&q, v->host_id);
    query_text(&q, v->reason);
    query_int(&q, v->fact.at.wall_ms);
    return query_run(&q, e);
}

/* One viewing is taken back, and given to somebody else where that is wanted. `n`: which of the ids. */
static bool void_viewing(struct db *db, struct voiding *v, const char *viewing, int n, const struct statement_room *room, struct err *e)
{
    char end[UUID_TEXT], new_end[UUID_TEXT] = "";
    const char *new_viewing = v->ids.viewing[n];
    viewing_end_id(viewing, end);
    if (*v->member_id)
        viewing_end_id(new_viewing, new_end);
    if (!put_voided(db, v, end, v->ids.by[n], new_end, e))
        return false;
    struct corrected c = { .home_page = v->home_page, .member_id = v->member_id, .new_id = new_viewing, .room = room };
    bool ok = corrected_take(db, viewing, &c, e) && (!*v->member_id || corrected_give(db, &c, e));
    v->watched_ms += c.watched_ms;
    v->verified_ms += c.verified_ms;
    corrected_release(&c);
    return ok;
}

/* ---- attendance: the person's row of the meeting, and the viewings that were earned in it ---- */

struct meeting { int64_t seq, began_ms, ended_ms, present_ms, watched_ms, verified_ms; char id[UUID_TEXT], host[65]; int64_t clock; };

static bool read_meeting(struct db *db, const char *statement_id, struct meeting *m, struct err *e)
{
    struct query q = db_query(db, "SELECT r.seq, r.id, r.host_id, r.began_ms, r.ended_ms, r.clock, a.present_ms, a.watched_ms, a.verified_ms"
                                  " FROM attendance a JOIN room r ON r.seq = a.room_seq WHERE a.statement_id = ?");
    query_text(&q, statement_id);
    if (query_row(&q)) {
        *m = (struct meeting){ .seq = query_col_int(&q, 0), .began_ms = query_col_int(&q, 3), .ended_ms = query_col_int(&q, 4),
                               .clock = query_col_int(&q, 5), .present_ms = query_col_int(&q, 6), .watched_ms = query_col_int(&q, 7),
                               .verified_ms = query_col_int(&q, 8) };
        query_copy_text(&q, 1, m->id, sizeof m->id);
        query_copy_text(&q, 2, m->host, sizeof m->host);
    }
    return query_end(&q, e);
}

/* After the viewings: it says what they gave. */
static bool give_attendance(struct db *db, struct voiding *v, const struct meeting *m, struct err *e)
{
    struct str body;
    bool there;
    struct query q = db_query(db, "SELECT 1 FROM attendance a WHERE room_seq = ? AND member_id = ? AND NOT EXISTS"
                                  " (SELECT 1 FROM voided v WHERE v.statement_id = a.statement_id)");
    query_int(&q, m->seq);
    query_text(&q, v->member_id);
    there = query_row(&q);
    if (!query_end(&q, e))
        return false;
    if (there)
        return err_set(e, ERR_REFUSED, "that person has a row in this meeting already");
    struct clock_reading at = { .wall_ms = m->began_ms, .wall_raw_ms = m->began_ms, .trust = (enum clock_trust)m->clock };
    snprintf(at.boot_id, sizeof at.boot_id, "%s", v->fact.at.boot_id);
    struct statement_room room = { .room_id = m->id, .host_id = m->host };
    struct statement_about about = { .id = v->done.new_id, .home_page = v->home_page, .member_id = v->member_id, .at = &at, .room = &room };
    struct statement_attendance a = { .present_ms = m->present_ms, .watched_ms = v->watched_ms, .verified_ms = v->verified_ms };
    str_init(&body, STATEMENT_MAX_BYTES);
    statement_attended(&about, &a, &body);
    bool ok = outbox_put(db, v->done.new_id, body.data, body.len, at.wall_ms, e);
    str_release(&body);
    if (!ok)
        return false;
    q = db_query(db, "INSERT INTO attendance (room_seq, member_id, present_ms, watched_ms, verified_ms, statement_id) VALUES (?, ?, ?, ?, ?, ?)");
    query_int(&q, m->seq);
    query_text(&q, v->member_id);
    query_int(&q, m->present_ms);
    query_int(&q, v->watched_ms);
    query_int(&q, v->verified_ms);
    query_text(&q, v->done.new_id);
    return query_run(&q, e);
}

/* What the member earned of this lesson in the meeting, unless it was taken back before. Its new id is made as the meeting makes
 * them, so that this correction can be corrected as well. */
static bool void_of_meeting(struct db *db, struct voiding *v, const struct meeting *m, const char *from_id, const char *content_id, int n, struct err *e)
{
    struct statement_room room = { .room_id = m->id, .host_id = m->host };
    char viewing[UUID_TEXT];
    bool there, other = false;
    if (!room_viewing_last(db, m->id, from_id, content_id, viewing, &there, e))
        return false;
    if (!there)
        return true;
    if (*v->member_id && !room_viewing_last(db, m->id, v->member_id, content_id, v->ids.viewing[n], &other, e))
        return false;
    return other ? err_set(e, ERR_REFUSED, "that person has a viewing in this meeting already") : void_viewing(db, v, viewing, n, &room, e);
}

static bool void_attendance(struct db *db, struct voiding *v, const struct void_target *t, struct err *e)
{
    struct meeting m = { 0 };
    char content[ROOM_LESSONS_MAX][UUID_TEXT];
    int count = 0;
    if (!read_meeting(db, v->statement_id, &m, e) || !room_viewed(db, m.id, t->member_id, content, &count, e))
        return false;
    if (!put_voided(db, v, v->statement_id, v->done.by_id, *v->member_id ? v->done.new_id : "", e))
        return false;
    for (int i = 0; i < count; i++)
        if (!void_of_meeting(db, v, &m, t->member_id, content[i], i + 1, e))
            return false;
    return !*v->member_id || give_attendance(db, v, &m, e);
}

static bool find_member(struct db *db, const char *id, struct member *out, struct err *e)
{
    struct err why = ERR_INIT;
    if (member_get(db, id, out, &why))
        return true;
    if (why.kind == ERR_MISSING)
        return err_set(e, ERR_REFUSED, "nobody here has the id \"%s\"", id);
    *e = why;
    return false;
}

static bool may_correct(struct db *db, const struct voiding *v, struct err *e)
{
    struct member by, other;
    if (!find_member(db, v->host_id, &by, e) || (*v->member_id && !find_member(db, v->member_id, &other, e)))
        return false;
    return (by.active && (by.role == MEMBER_SECRETARY || by.role == MEMBER_TECHNICIAN)) ||
           err_set(e, ERR_REFUSED, "%s may not correct records: only a secretary or a technician", by.name);
}

static bool put(struct db *db, struct fact *f, struct err *e)
{
    struct voiding *v = (struct voiding *)f;
    struct void_target t;
    v->watched_ms = v->verified_ms = 0; /* it may run twice */
    if (!may_correct(db, v, e) || !register_void_look(db, v->statement_id, &t, e))
        return false;
    if (t.voided)
        return err_set(e, ERR_REFUSED, "this record was corrected before");
    if (!strcmp(t.member_id, v->member_id))
        return err_set(e, ERR_REFUSED, "that is the person it was recorded for");
    if (t.attendance)
        return void_attendance(db, v, &t, e);
    char viewing[UUID_TEXT];
    viewing_end_id(v->statement_id, viewing);
    return void_viewing(db, v, viewing, 0, NULL, e);
}

bool register_void(struct writer *w, const char *home_page, const char *host_id, const char *statement_id, const char *reason,
                   const char *member_id, struct void_done *out, struct err *e)
{
    static const struct fact_kind kind = { .put = put };
    struct voiding *v = fact_new(w, &kind, sizeof *v);
    v->home_page = home_page;
    v->host_id = host_id;
    v->statement_id = statement_id;
    v->reason = reason;
    v->member_id = member_id ? member_id : "";
    node_clock(writer_node(w), &v->fact.at);
    for (int i = 0; i < VOID_VIEWINGS_MAX + 1; i++) {
        uuid_v7(v->fact.at.wall_ms, v->ids.by[i]);
        uuid_v7(v->fact.at.wall_ms, v->ids.viewing[i]);
    }
    snprintf(v->done.by_id, sizeof v->done.by_id, "%s", v->ids.by[0]);
    viewing_end_id(v->ids.viewing[0], v->done.new_id);
    bool ok = fact_do(w, &v->fact, e);
    if (ok && !*v->member_id)
        v->done.new_id[0] = 0;
    if (ok && out)
        *out = v->done;
    fact_free(&v->fact);
    return ok;
}
