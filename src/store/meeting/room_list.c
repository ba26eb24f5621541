/* room_list.c - meetings for screens: lists, who was there, what somebody missed; part of store/meeting/room.h. */
#define _GNU_SOURCE
#include "store/meeting/room_parts.h"
#include "store/library/library.h"
#include "store/states.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_MS = 24 * 3600 * 1000 };

/* ---- rooms of a month ---- */

void room_list_release(struct room_list *l)
{
    for (int i = 0; i < l->count; i++) {
        for (int k = 0; k < l->row[i].lesson_count; k++)
            lang_text_release(&l->row[i].lesson[k].title);
        free(l->row[i].lesson);
        free(l->row[i].topic);
    }
    free(l->row);
    *l = (struct room_list){ 0 };
}

static int64_t month_begin(int year, int month)
{
    struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = 1, .tm_isdst = -1 };
    return (int64_t)mktime(&tm) * 1000;
}

static void month_bounds(int month, int64_t *from_ms, int64_t *to_ms)
{
    *from_ms = month ? month_begin(month / 100, month % 100) : INT64_MIN;
    *to_ms = month ? month_begin(month / 100, month % 100 + 1) : INT64_MAX;
}

static bool title_of(struct db *db, const char *content_id, struct lang_text *out, struct err *e)
{
    struct err why = ERR_INIT;
    struct query q = db_query(db, "SELECT title FROM lesson_name WHERE content_id = ?");
    query_text(&q, content_id);
    bool read = !query_row(&q) || library_read_text(query_col_text(&q, 0), out, &why);
    if (!query_end(&q, e))
        return false;
    if (!read && e)
        *e = why;
    return read;
}

static void read_room(struct query *q, struct room_row *row)
{
    struct room_head h;
    room_head_columns(q, &h);
    *row = (struct room_row){ .state = (enum room_state)h.state, .began_ms = h.began_ms, .ended_ms = h.ended_ms,
                              .lesson_count = h.lesson_count, .topic = mem_dup(query_col_text(q, 7)),
                              .people = (int)query_col_int(q, 9), .settled = query_col_int(q, 10) != 0 };
    memcpy(row->id, h.id, sizeof row->id);
    memcpy(row->host_id, h.host_id, sizeof row->host_id);
    query_copy_text(q, 8, row->host_name, sizeof row->host_name);
    row->lesson = mem_alloc((size_t)(h.lesson_count + 1) * sizeof *row->lesson);
    for (int i = 0; i < h.lesson_count; i++)
        memcpy(row->lesson[i].content_id, h.lesson[i].content_id, UUID_TEXT);
}

static bool count_rooms(struct db *db, int64_t from_ms, int64_t to_ms, int *out, struct err *e)
{
    struct query q = db_query(db, "SELECT count(*) FROM room WHERE began_ms >= ? AND began_ms < ?");
    query_int(&q, from_ms);
    query_int(&q, to_ms);
    *out = query_row(&q) ? (int)query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

bool room_list(struct db *db, int month, int offset, int limit, struct room_list *out, int *total, struct err *e)
{
    struct room_list list = { 0 };
    int64_t from_ms, to_ms;
    int cap = 0, count = 0;
    month_bounds(month, &from_ms, &to_ms);
    if (total && !count_rooms(db, from_ms, to_ms, &count, e))
        return false;
    struct query q = db_query(db, "SELECT r.seq, r.id, r.host_id, r.state, r.began_ms, r.ended_ms, r.playlist, r.topic, ifnull(m.name, ''),"
                                  " (SELECT count(*) FROM attendance a WHERE a.room_seq = r.seq),"
                                  " EXISTS (SELECT 1 FROM room_settled s WHERE s.room_seq = r.seq)"
                                  " FROM room r LEFT JOIN member m ON m.id = r.host_id WHERE r.began_ms >= ? AND r.began_ms < ?"
                                  " ORDER BY r.began_ms DESC, r.seq DESC LIMIT ? OFFSET ?");
    query_int(&q, from_ms);
    query_int(&q, to_ms);
    query_int(&q, limit);
    query_int(&q, offset);
    while (query_row(&q)) {
        ARRAY_GROW(list.row, list.count, cap);
        read_room(&q, &list.row[list.count++]);
    }
    bool ok = query_end(&q, e);
    for (int i = 0; ok && i < list.count; i++)
        for (int k = 0; ok && k < list.row[i].lesson_count; k++)
            ok = title_of(db, list.row[i].lesson[k].content_id, &list.row[i].lesson[k].title, e);
    if (!ok) {
        room_list_release(&list);
        return false;
    }
    *out = list;
    if (total)
        *total = count;
    return true;
}

/* ---- who was there ---- */

void attendance_list_release(struct attendance_list *l)
{
    free(l->row);
    *l = (struct attendance_list){ 0 };
}

bool room_attendance(struct db *db, const char *room_id, struct attendance_list *out, struct err *e)
{
    struct attendance_list list = { 0 };
    int cap = 0;
    struct query q = db_query(db, "SELECT a.member_id, ifnull(m.name, ''), ifnull(m.photo_sha256, ''), ifnull(m.hue, 0), a.present_ms,"
                                  " a.watched_ms, a.verified_ms, a.statement_id,"
                                  " EXISTS (SELECT 1 FROM voided v WHERE v.statement_id = a.statement_id)"
                                  " FROM room r JOIN attendance a ON a.room_seq = r.seq LEFT JOIN member m ON m.id = a.member_id"
                                  " WHERE r.id = ? ORDER BY m.initial, m.sort_key, a.member_id");
    query_text(&q, room_id);
    while (query_row(&q)) {
        ARRAY_GROW(list.row, list.count, cap);
        struct attendance *a = &list.row[list.count++];
        *a = (struct attendance){ .hue = (int)query_col_int(&q, 3), .present_ms = query_col_int(&q, 4), .watched_ms = query_col_int(&q, 5),
                                  .verified_ms = query_col_int(&q, 6), .voided = query_col_int(&q, 8) != 0 };
        query_copy_text(&q, 0, a->member_id, sizeof a->member_id);
        query_copy_text(&q, 1, a->name, sizeof a->name);
        query_copy_text(&q, 2, a->photo_sha256, sizeof a->photo_sha256);
        query_copy_text(&q, 7, a->statement_id, sizeof a->statement_id);
    }
    if (!query_end(&q, e)) {
        attendance_list_release(&list);
        return false;
    }
    *out = list;
    return true;
}

/* ---- what somebody missed ---- */

void makeup_list_release(struct makeup_list *l)
{
    for (int i = 0; i < l->count; i++)
        lang_text_release(&l->row[i].title);
    free(l->row);
    *l = (struct makeup_list){ 0 };
}

struct missed { int64_t seq, began_ms; char room_id[UUID_TEXT]; };

/* Signed meetings of the last days that this member was not at, newest first. */
static bool missed_rooms(struct db *db, const char *member_id, int64_t now_ms, struct missed **out, int *count, struct err *e)
{
    int cap = 0;
    struct query q = db_query(db, "SELECT r.seq, r.began_ms, r.id FROM room r"
                                  " WHERE r.state = " SQL_ROOM_SIGNED " AND r.began_ms >= ? AND NOT EXISTS"
                                  " (SELECT 1 FROM attendance a WHERE a.room_seq = r.seq AND a.member_id = ? AND NOT EXISTS"
                                  "  (SELECT 1 FROM voided v WHERE v.statement_id = a.statement_id)) AND (EXISTS"
                                  " (SELECT 1 FROM room_settled s WHERE s.room_seq = r.seq) OR NOT EXISTS (SELECT 1 FROM room_event v"
                                  "  WHERE v.room_seq = r.seq AND v.kind = ? AND v.member_id = ?)) ORDER BY r.began_ms DESC, r.seq DESC");
    query_int(&q, now_ms - (int64_t)ROOM_MAKEUP_DAYS * DAY_MS);
    query_text(&q, member_id);
    query_int(&q, ROOM_COME); /* not settled yet: who came was there */
    query_text(&q, member_id);
    while (query_row(&q)) {
        ARRAY_GROW(*out, *count, cap);
        struct missed *m = &(*out)[(*count)++];
        *m = (struct missed){ .seq = query_col_int(&q, 0), .began_ms = query_col_int(&q, 1) };
        query_copy_text(&q, 2, m->room_id, sizeof m->room_id);
    }
    return query_end(&q, e);
}

/* Content ids that were played there, each once, in order. */
static bool shown_in(struct db *db, int64_t room_seq, char out[ROOM_LESSONS_MAX][UUID_TEXT], int *count, struct err *e)
{
    char chosen[UUID_TEXT] = "";
    struct query q = db_query(db, "SELECT kind, text FROM room_event INDEXED BY room_event_shown"
                                  " WHERE room_seq = ? AND kind IN (" SQL_ROOM_LESSON ", " SQL_ROOM_PLAY
                                  ") ORDER BY seq");
    query_int(&q, room_seq);
    *count = 0;
    while (query_row(&q)) {
        int i = 0;
        if (query_col_int(&q, 0) == ROOM_LESSON) {
            query_copy_text(&q, 1, chosen, sizeof chosen);
            continue;
        }
        while (i < *count && strcmp(out[i], chosen) != 0)
            i++;
        if (i == *count && *chosen && *count < ROOM_LESSONS_MAX)
            memcpy(out[(*count)++], chosen, UUID_TEXT);
    }
    return query_end(&q, e);
}

static bool add_missed(struct db *db, const char *member_id, const struct missed *room, const char *content_id, struct makeup_list *list,
                       int *cap, struct err *e)
{
    for (int i = 0; i < list->count; i++)
        if (!strcmp(list->row[i].content_id, content_id))
            return true;
    struct query q = db_query(db, "SELECT k.id FROM lesson l JOIN package k ON k.seq = l.package_seq WHERE l.content_id = ?1 AND k.active = 1"
                                  " AND l.ready = " SQL_LESSON_READY
                                  " AND NOT EXISTS (SELECT 1 FROM progress p WHERE p.member_id = ?2"
                                  " AND p.content_id = ?1"
                                  "  AND p.finished = 1) ORDER BY k.priority DESC, k.id LIMIT 1");
    query_text(&q, content_id);
    query_text(&q, member_id);
    bool found = query_row(&q);
    if (found) {
        ARRAY_GROW(list->row, list->count, *cap);
        struct makeup *m = &list->row[list->count++];
        *m = (struct makeup){ .began_ms = room->began_ms };
        memcpy(m->room_id, room->room_id, sizeof m->room_id);
        memcpy(m->content_id, content_id, sizeof m->content_id);
        query_copy_text(&q, 0, m->course_id, sizeof m->course_id);
    }
    if (!query_end(&q, e))
        return false;
    return !found || title_of(db, content_id, &list->row[list->count - 1].title, e);
}

bool room_makeup(struct db *db, const char *member_id, int64_t now_ms, int limit, struct makeup_list *out, struct err *e)
{
    struct makeup_list list = { 0 };
    struct missed *room = NULL;
    int rooms = 0, cap = 0;
    bool ok = !*member_id || missed_rooms(db, member_id, now_ms, &room, &rooms, e);
    for (int i = 0; ok && i < rooms && list.count < limit; i++) {
        char shown[ROOM_LESSONS_MAX][UUID_TEXT];
        int count;
        ok = shown_in(db, room[i].seq, shown, &count, e);
        for (int k = 0; ok && k < count && list.count < limit; k++)
            ok = add_missed(db, member_id, &room[i], shown[k], &list, &cap, e);
    }
    free(room);
    if (!ok) {
        makeup_list_release(&list);
        return false;
    }
    *out = list;
    return true;
}
