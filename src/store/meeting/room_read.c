/* room_read.c - a meeting read back from its events; part of store/meeting/room.h. */
#define _GNU_SOURCE
#define LOG_MODULE "room"
#include "store/meeting/room_parts.h"
#include "store/states.h"
#include "store/study/viewing.h"
#include "base/json.h"
#include "base/log.h"
#include "store/study/hours.h"
#include "store/study/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLAYLIST_MAX_BYTES = 64 << 10 };

/* ---- rows ---- */

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

/* Written by ourselves; what cannot be read is a damaged row, and a lesson of no length earns nobody anything. */
static void read_playlist(const char *text, struct room_head *h)
{
    json_t *list = json_loadb(text, strlen(text), 0, NULL);
    size_t n = json_array_size(list);
    if (!list || strlen(text) > PLAYLIST_MAX_BYTES)
        log_warn("meeting %s: the list of its lessons cannot be read", h->id);
    for (size_t i = 0; i < n && h->lesson_count < ROOM_LESSONS_MAX; i++) {
        const json_t *o = json_array_get(list, i);
        struct room_lesson *l = &h->lesson[h->lesson_count++];
        copy(l->course_id, sizeof l->course_id, json_string_value(json_object_get(o, "course")));
        copy(l->content_id, sizeof l->content_id, json_string_value(json_object_get(o, "lesson")));
        copy(l->category, sizeof l->category, json_string_value(json_object_get(o, "category")));
        l->course_version = json_integer_value(json_object_get(o, "version"));
        l->length_ms = json_integer_value(json_object_get(o, "length_ms"));
        l->completion_permille = (int)json_integer_value(json_object_get(o, "completion"));
    }
    json_decref(list);
}

void room_head_columns(struct query *q, struct room_head *out)
{
    *out = (struct room_head){ .seq = query_col_int(q, 0), .state = (int)query_col_int(q, 3), .began_ms = query_col_int(q, 4),
                               .ended_ms = query_col_int(q, 5) };
    query_copy_text(q, 1, out->id, sizeof out->id);
    query_copy_text(q, 2, out->host_id, sizeof out->host_id);
    read_playlist(query_col_text(q, 6), out);
}

static bool room_head_get(struct db *db, const char *room_id, struct room_head *out, bool *found, struct err *e)
{
    struct query q = db_query(db, "SELECT " ROOM_HEAD " FROM room WHERE id = ?");
    query_text(&q, room_id);
    *found = query_row(&q);
    if (*found)
        room_head_columns(&q, out);
    return query_end(&q, e);
}

static bool has_ended(struct db *db, const char *viewing_id, bool *ended, bool *voided, struct err *e)
{
    char end[UUID_TEXT];
    viewing_end_id(viewing_id, end);
    struct query q = db_query(db, "SELECT EXISTS (SELECT 1 FROM voided WHERE statement_id = ?)"
                                  " FROM viewing WHERE id = ? AND state <> " SQL_VIEWING_UNDER_WAY);
    query_text(&q, end);
    query_text(&q, viewing_id);
    *ended = query_row(&q);
    *voided = *ended && query_col_int(&q, 0);
    return query_end(&q, e);
}

bool room_viewing_last(struct db *db, const char *room_id, const char *member_id, const char *content_id, char out[UUID_TEXT], bool *there,
                       struct err *e)
{
    bool ended, voided = true;
    room_viewing_id(room_id, member_id, content_id, out);
    for (;;) {
        char before[UUID_TEXT];
        if (!has_ended(db, out, &ended, &voided, e))
            return false;
        *there = ended && !voided;
        if (!voided)
            return true;
        memcpy(before, out, sizeof before);
        room_derive_id(before, "again", member_id, content_id, out);
    }
}

bool room_viewed(struct db *db, const char *room_id, const char *member_id, char out[ROOM_LESSONS_MAX][UUID_TEXT], int *count, struct err *e)
{
    struct room_head h = { .lesson_count = 0 };
    bool found;
    *count = 0;
    if (!room_head_get(db, room_id, &h, &found, e))
        return false;
    for (int i = 0; i < h.lesson_count; i++) {
        char id[UUID_TEXT];
        bool there, again = false;
        if (!room_viewing_last(db, room_id, member_id, h.lesson[i].content_id, id, &there, e))
            return false;
        for (int k = 0; k < *count; k++)
            again |= !strcmp(out[k], h.lesson[i].content_id);
        if (there && !again)
            memcpy(out[(*count)++], h.lesson[i].content_id, UUID_TEXT);
    }
    return true;
}

static void read_reading(struct query *q, int col, struct clock_reading *out)
{
    int64_t trust = query_col_int(q, col + 3);
    *out = (struct clock_reading){ .boot_ms = query_col_int(q, col + 1), .wall_ms = query_col_int(q, col + 2),
                                   .wall_raw_ms = query_col_int(q, col + 2),
                                   .trust = trust < CLOCK_FLOOR || trust > CLOCK_SIGNED ? CLOCK_FLOOR : (enum clock_trust)trust };
    query_copy_text(q, col, out->boot_id, sizeof out->boot_id);
}

bool room_replay(struct db *db, int64_t room_seq, struct room *r, struct err *e)
{
    struct query q = db_query(db, "SELECT boot_id, boot_ms, wall_ms, clock, kind, media_ms, member_id, text FROM room_event"
                                  " WHERE room_seq = ? ORDER BY seq");
    query_int(&q, room_seq);
    while (query_row(&q)) {
        struct room_event ev = { .kind = (enum room_kind)query_col_int(&q, 4), .media_ms = query_col_int(&q, 5) };
        char member_id[MEMBER_ID];
        query_copy_text(&q, 6, member_id, sizeof member_id);
        ev.member_id = member_id;
        ev.text = query_col_text(&q, 7);
        read_reading(&q, 0, &ev.at);
        room_apply(r, &ev);
    }
    return query_end(&q, e);
}

bool room_last_reading(struct db *db, int64_t room_seq, struct clock_reading *out, struct err *e)
{
    *out = (struct clock_reading){ .wall_ms = 0 };
    struct query q = db_query(db, "SELECT boot_id, boot_ms, wall_ms, clock FROM room_event WHERE room_seq = ? ORDER BY seq DESC LIMIT 1");
    query_int(&q, room_seq);
    if (query_row(&q))
        read_reading(&q, 0, out);
    return query_end(&q, e);
}

bool room_is_forgotten(const struct clock_reading *last, const struct clock_reading *now)
{
    if (!strcmp(last->boot_id, now->boot_id))
        return now->boot_ms - last->boot_ms > ROOM_FORGOTTEN_MS;
    if (last->trust == CLOCK_FLOOR || now->trust == CLOCK_FLOOR) /* a clock that lost its battery tells nothing of a cut's length */
        return false;
    return now->wall_ms - last->wall_ms > ROOM_FORGOTTEN_MS;
}

/* ---- sessions ---- */

void room_look_before(void *ctx, const char *member_id, int lesson, struct spans *counted, struct spans *verified)
{
    const struct room_look *look = ctx;
    const struct room_lesson *l = &look->lesson[lesson];
    struct err why = ERR_INIT;
    if (progress_counted(look->db, member_id, l->content_id, look->year, counted, verified, &why))
        return;
    /* What counted before cannot be read: nothing may count twice, so all of this is review. */
    log_error("lesson %s of %s: %s", l->content_id, member_id, why.text);
    spans_add(counted, 0, l->length_ms);
    spans_add(verified, 0, l->length_ms);
}

static bool nobody(void *ctx, const char *member_id)
{
    (void)ctx;
    (void)member_id;
    return false;
}

static bool session_of(struct db *db, const struct room_head *h, bool studies, struct room_session *out, struct err *e)
{
    struct room_session s = { .began_ms = h->began_ms };
    struct room_look *look = mem_alloc(sizeof *look);
    *look = (struct room_look){ .db = db, .year = hours_month_of(h->began_ms) / 100 };
    memcpy(look->lesson, h->lesson, sizeof look->lesson);
    memcpy(s.id, h->id, sizeof s.id);
    memcpy(s.host_id, h->host_id, sizeof s.host_id);
    s.look = look;
    struct room_options o = { .room_id = h->id, .lesson = h->lesson, .lesson_count = h->lesson_count, .ctx = look };
    if (studies && h->state == ROOM_OPEN)
        o.before = room_look_before;
    else
        o.with_study = nobody; /* of one that has ended, credits are in what counted before */
    room_init(&s.room, &o);
    if (!room_replay(db, h->seq, &s.room, e)) {
        room_session_release(&s);
        return false;
    }
    *out = s;
    return true;
}

static bool open_one(struct db *db, const struct clock_reading *now, bool studies, struct room_session *out, struct err *e)
{
    struct room_head h;
    struct clock_reading last;
    struct query q = db_query(db, "SELECT " ROOM_HEAD " FROM room WHERE state = " SQL_ROOM_OPEN
                                  " ORDER BY seq DESC LIMIT 1");
    bool found = query_row(&q);
    if (found)
        room_head_columns(&q, &h);
    if (!query_end(&q, e) || (found && !room_last_reading(db, h.seq, &last, e)))
        return false;
    if (found && !room_is_forgotten(&last, now))
        return session_of(db, &h, studies, out, e);
    *out = (struct room_session){ .room = { .lesson_now = -1 } };
    return true;
}

bool room_open_session(struct db *db, const struct clock_reading *now, struct room_session *out, struct err *e)
{
    return open_one(db, now, true, out, e);
}

bool room_open_glance(struct db *db, const struct clock_reading *now, struct room_session *out, struct err *e)
{
    return open_one(db, now, false, out, e);
}

bool room_read(struct db *db, const char *room_id, struct room_session *out, struct err *e)
{
    struct room_head h;
    bool found;
    if (!room_head_get(db, room_id, &h, &found, e))
        return false;
    return found ? session_of(db, &h, true, out, e) : err_set(e, ERR_MISSING, "there is no meeting %s", room_id);
}

void room_session_release(struct room_session *s)
{
    room_release(&s->room);
    free(s->look);
    s->look = NULL;
    *s->id = '\0';
}
