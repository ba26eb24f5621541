/* room_settle.c - who gets what of a meeting that has ended; part of store/meeting/room.h. On the writer's thread.
 *
 * Some people a transaction, so that nobody waits long behind a meeting of three hundred. Who has a row of attendance has all
 * of his credits; the ids of viewings and statements are made of room, member and lesson, and a viewing that has ended takes
 * nothing more: so this may be cut off and begun again anywhere. */
#define _GNU_SOURCE
#define LOG_MODULE "room"
#include "store/meeting/room_parts.h"
#include "base/log.h"
#include "model/statement.h"
#include "store/states.h"
#include "store/study/viewing.h"
#include "store/node.h"
#include "store/study/hours.h"
#include "store/outbox/outbox.h"
#include "store/library/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEOPLE_AT_ONCE = 25 };

struct settling {
    struct writer *writer;
    struct db *db;
    struct room_head head;
    struct room room;
    struct room_look look;
    struct statement_room in_room;
    struct lang_text title[ROOM_LESSONS_MAX];
    int count; /* of the people of this turn */
    char member_id[PEOPLE_AT_ONCE][MEMBER_ID];
    int64_t came_after; /* event after which the next turn looks for people */
    int written;        /* rows of attendance in this transaction */
};

/* ---- whose turn it is ---- */

static bool choose_people(struct settling *s, struct err *e)
{
    struct query q = db_query(s->db, "SELECT member_id, min(seq) AS came FROM room_event v WHERE room_seq = ?1 AND kind = ?2 AND member_id <> '' AND NOT EXISTS"
                                     " (SELECT 1 FROM attendance a WHERE a.room_seq = ?1 AND a.member_id = v.member_id)"
                                     " GROUP BY member_id HAVING came > ?4 ORDER BY came LIMIT ?3");
    query_int(&q, s->head.seq);
    query_int(&q, ROOM_COME);
    query_int(&q, PEOPLE_AT_ONCE);
    query_int(&q, s->came_after);
    s->count = 0;
    while (query_row(&q)) {
        query_copy_text(&q, 0, s->member_id[s->count++], MEMBER_ID);
        s->came_after = query_col_int(&q, 1);
    }
    return query_end(&q, e);
}

static bool is_chosen(void *ctx, const char *member_id)
{
    const struct settling *s = ctx;
    for (int i = 0; i < s->count; i++)
        if (!strcmp(s->member_id[i], member_id))
            return true;
    return false;
}

static void look_before(void *ctx, const char *member_id, int lesson, struct spans *counted, struct spans *verified)
{
    struct settling *s = ctx;
    room_look_before(&s->look, member_id, lesson, counted, verified);
}

static bool replay(struct settling *s, struct err *e)
{
    struct room_options o = { .room_id = s->head.id, .lesson = s->head.lesson, .lesson_count = s->head.lesson_count, .before = look_before,
                              .with_study = is_chosen, .ctx = s };
    s->look = (struct room_look){ .db = s->db, .year = hours_month_of(s->head.began_ms) / 100 };
    memcpy(s->look.lesson, s->head.lesson, sizeof s->look.lesson);
    s->in_room = (struct statement_room){ .room_id = s->head.id, .host_id = s->head.host_id };
    room_init(&s->room, &o);
    return room_replay(s->db, s->head.seq, &s->room, e);
}

static bool read_titles(struct settling *s, struct err *e)
{
    struct err why = ERR_INIT;
    for (int i = 0; i < s->head.lesson_count; i++) {
        struct query q = db_query(s->db, "SELECT title FROM lesson_name WHERE content_id = ?");
        query_text(&q, s->head.lesson[i].content_id);
        if (query_row(&q) && !library_read_text(query_col_text(&q, 0), &s->title[i], &why))
            log_warn("lesson %s: %s", s->head.lesson[i].content_id, why.text);
        if (!query_end(&q, e))
            return false;
    }
    return true;
}

/* ---- one person ---- */

static bool put_viewing(struct settling *s, const struct room_person *p, int lesson, struct err *e)
{
    char viewing_id[UUID_TEXT], completed_id[UUID_TEXT];
    const char *content_id = s->head.lesson[lesson].content_id;
    const struct room_study *study = &p->lesson[lesson];
    room_viewing_id(s->head.id, p->member_id, content_id, viewing_id);
    room_derive_id(s->head.id, "completed", p->member_id, content_id, completed_id);
    return viewing_put_in_room(s->writer, s->db, &(struct viewing_in_room){
        .viewing_id = viewing_id, .completed_id = completed_id, .member_id = p->member_id, .lesson = &s->head.lesson[lesson],
        .title = s->title[lesson].count ? &s->title[lesson] : NULL, .study = study, .room = &s->in_room, .year = s->look.year,
        .cut_off = s->head.state == ROOM_CLOSED && !study->study.ended }, e);
}

static bool put_attendance(struct settling *s, const char *member_id, const struct statement_attendance *a, const char *statement_id,
                           struct err *e)
{
    struct query q = db_query(s->db, "INSERT INTO attendance (room_seq, member_id, present_ms, watched_ms, verified_ms, statement_id)"
                                     " VALUES (?, ?, ?, ?, ?, ?)");
    query_int(&q, s->head.seq);
    query_text(&q, member_id);
    query_int(&q, a->present_ms);
    query_int(&q, a->watched_ms);
    query_int(&q, a->verified_ms);
    query_text(&q, statement_id);
    s->written++;
    return query_run(&q, e);
}

/* What the viewings of this meeting say. Not what the replay says: made again after damage it finds its own seconds counted. */
static bool read_earned(struct settling *s, const struct room_person *p, struct statement_attendance *a, struct err *e)
{
    char id[ROOM_LESSONS_MAX][UUID_TEXT];
    int count = 0;
    for (int i = 0; i < s->head.lesson_count; i++) {
        bool again = !p->lesson[i].begun;
        room_viewing_id(s->head.id, p->member_id, s->head.lesson[i].content_id, id[count]);
        for (int k = 0; k < count; k++)
            again |= !strcmp(id[k], id[count]);
        if (again)
            continue;
        struct query q = db_query(s->db, "SELECT watched_ms, verified_ms FROM viewing WHERE id = ?");
        query_text(&q, id[count++]);
        if (query_row(&q)) {
            a->watched_ms += query_col_int(&q, 0);
            a->verified_ms += query_col_int(&q, 1);
        }
        if (!query_end(&q, e))
            return false;
    }
    return true;
}

static bool put_attended(struct settling *s, const struct room_person *p, struct err *e)
{
    char id[UUID_TEXT];
    struct str text;
    struct statement_attendance a = { .present_ms = p->present_ms, .turns = p->turns };
    if (!read_earned(s, p, &a, e))
        return false;
    struct statement_about about = { .id = id, .home_page = node_home_page(writer_node(s->writer)), .member_id = p->member_id, .at = &p->went, .room = &s->in_room };
    room_derive_id(s->head.id, "attended", p->member_id, "", id);
    str_init(&text, STATEMENT_MAX_BYTES);
    statement_attended(&about, &a, &text);
    bool ok = outbox_put(s->db, id, text.data, text.len, p->went.wall_ms, e) && put_attendance(s, p->member_id, &a, id, e);
    str_release(&text);
    return ok;
}

static bool put_person(struct settling *s, const char *member_id, struct err *e)
{
    const struct room_person *p = room_person(&s->room, member_id);
    if (!p) /* one too many for the list: known, and without anything */
        return put_attendance(s, member_id, &(struct statement_attendance){ 0 }, "", e);
    if (!room_attended(&s->room, p))
        return true;
    for (int i = 0; i < s->head.lesson_count; i++)
        if (p->lesson[i].begun && !put_viewing(s, p, i, e))
            return false;
    return put_attended(s, p, e);
}

/* ---- the meeting itself ---- */

/* Of those who came: a row given by a correction since is none of the meeting's own. */
static bool count_attended(struct settling *s, int *out, struct err *e)
{
    struct query q = db_query(s->db, "SELECT count(DISTINCT v.member_id) FROM room_event v JOIN attendance a ON a.room_seq = v.room_seq"
                                     " AND a.member_id = v.member_id WHERE v.room_seq = ? AND v.kind = ?");
    query_int(&q, s->head.seq);
    query_int(&q, ROOM_COME);
    *out = query_row(&q) ? (int)query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

static bool put_hosted(struct settling *s, int people, struct err *e)
{
    char id[UUID_TEXT];
    const struct room *r = &s->room;
    const char *lesson[ROOM_LESSONS_MAX];
    struct statement_hands *hands = mem_alloc((size_t)(r->hands_count + 1) * sizeof *hands);
    struct statement_meeting m = { .topic = r->topic, .minute = (const char *const *)r->minute, .minute_count = r->minute_count,
                                   .lesson = lesson, .hands = hands, .hands_count = r->hands_count, .people = people,
                                   .present_most = r->present_most, .duration_ms = r->held_ms, .cuts = r->cut_count,
                                   .is_signed = s->head.state == ROOM_SIGNED };
    m.gap_ms = room_gap_ms(r, &m.cuts_unknown);
    for (int i = 0; i < s->head.lesson_count; i++)
        if (r->lesson_played[i])
            lesson[m.lesson_count++] = s->head.lesson[i].content_id;
    for (int i = 0; i < r->hands_count; i++)
        hands[i] = (struct statement_hands){ r->hands[i].question_id, r->hands[i].response, r->hands[i].count,
                                             r->hands[i].lesson < 0 ? NULL : s->head.lesson[r->hands[i].lesson].content_id };
    struct statement_about about = { .id = id, .home_page = node_home_page(writer_node(s->writer)), .member_id = s->head.host_id, .at = &r->last, .room = &s->in_room };
    struct str text;
    room_derive_id(s->head.id, "hosted", "", "", id);
    str_init(&text, STATEMENT_MAX_BYTES);
    statement_hosted(&about, &m, &text);
    bool ok = outbox_put(s->db, id, text.data, text.len, r->last.wall_ms, e);
    str_release(&text);
    free(hands);
    return ok;
}

/* A room that nobody came to and nobody signed was opened by mistake: there is nothing to tell. */
static bool finish(struct settling *s, struct err *e)
{
    int people;
    if (!count_attended(s, &people, e))
        return false;
    bool empty = !people && s->head.state == ROOM_CLOSED;
    if (!empty && !put_hosted(s, people, e))
        return false;
    struct query q = db_query(s->db, "INSERT OR IGNORE INTO room_settled (room_seq) VALUES (?)");
    query_int(&q, s->head.seq);
    return query_run(&q, e);
}

static bool some_people(struct settling *s, struct err *e)
{
    room_release(&s->room);
    if (!choose_people(s, e) || !replay(s, e))
        return false;
    for (int i = 0; i < s->count; i++)
        if (!put_person(s, s->member_id[i], e))
            return false;
    return true;
}

/* Who was tapped by mistake gets no row and is met again each time: a turn of only those goes on with the next. */
static bool settle_room(struct settling *s, struct err *e)
{
    if (!read_titles(s, e))
        return false;
    do {
        if (!some_people(s, e))
            return false;
    } while (s->count == PEOPLE_AT_ONCE && !s->written);
    return s->count == PEOPLE_AT_ONCE || finish(s, e);
}

/* ---- all of them ---- */

static bool end_forgotten(struct writer *w, struct db *db, const struct clock_reading *now, struct err *e)
{
    int64_t after = 0;
    for (bool found = true; found;) {
        struct clock_reading last;
        struct query q = db_query(db, "SELECT seq FROM room WHERE state = " SQL_ROOM_OPEN
                                      " AND seq > ? ORDER BY seq LIMIT 1");
        query_int(&q, after);
        found = query_row(&q);
        after = found ? query_col_int(&q, 0) : after;
        if (!query_end(&q, e) || (found && !room_last_reading(db, after, &last, e)) ||
            (found && room_is_forgotten(&last, now) && !room_end(w, db, after, "", now, e)))
            return false;
    }
    return true;
}

static bool next_unsettled(struct db *db, struct room_head *out, bool *found, struct err *e)
{
    struct query q = db_query(db, "SELECT " ROOM_HEAD " FROM room WHERE state <> " SQL_ROOM_OPEN
                                  " AND seq NOT IN (SELECT room_seq FROM room_settled)"
                                  " ORDER BY seq LIMIT 1");
    *found = query_row(&q);
    if (*found)
        room_head_columns(&q, out);
    return query_end(&q, e);
}

static bool read_mark(struct db *db, int64_t *out, struct err *e)
{
    struct query q = db_query(db, "SELECT (SELECT count(*) FROM room_settled) * 10000000 + (SELECT count(*) FROM attendance)");
    *out = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

bool room_settle_due(struct db *db, const struct clock_reading *now)
{
    struct err why = ERR_INIT;
    struct clock_reading last;
    int64_t open_seq = 0;
    bool due = false;
    struct query q = db_query(db, "SELECT seq, state FROM room WHERE seq NOT IN (SELECT room_seq FROM room_settled)");
    while (query_row(&q)) {
        if (query_col_int(&q, 1) != ROOM_OPEN)
            due = true;
        else
            open_seq = query_col_int(&q, 0);
    }
    if (!query_end(&q, &why) || (!due && open_seq && !room_last_reading(db, open_seq, &last, &why))) {
        log_warn("%s", why.text);
        return false;
    }
    return due || (open_seq && room_is_forgotten(&last, now));
}

bool room_settle_some(struct writer *w, struct db *db, const struct clock_reading *now, bool *left, int64_t *mark, struct err *e)
{
    struct settling *s = mem_alloc(sizeof *s);
    s->db = db;
    s->writer = w;
    bool ok = end_forgotten(w, db, now, e) && next_unsettled(db, &s->head, left, e) && read_mark(db, mark, e);
    if (ok && *left) {
        s->room.lesson_now = -1;
        ok = settle_room(s, e);
        room_release(&s->room);
    }
    for (int i = 0; i < ROOM_LESSONS_MAX; i++)
        lang_text_release(&s->title[i]);
    free(s);
    return ok;
}
