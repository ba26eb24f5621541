#define LOG_MODULE "room"
#include "app/meeting/room_meeting.h"
#include "base/i18n.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum { HERE_EVERY_MS = 5000 };

/* The meeting this program itself began or left open: going on with it is no cut. UI thread. */
static char ours[UUID_TEXT];

const char *meeting_begin(struct app *app, const struct room_playlist *list)
{
    struct open_lesson lesson[ROOM_LESSONS_MAX];
    struct room_pick pick[ROOM_LESSONS_MAX];
    struct clock_reading now;
    struct err e = ERR_INIT;
    char id[UUID_TEXT];
    int opened = 0;
    while (opened < list->count && library_open(app_db(app), list->lesson[opened].course_id, list->lesson[opened].content_id, "",
                                                &lesson[opened], &e)) {
        pick[opened] = (struct room_pick){ &lesson[opened].course, lesson[opened].lesson };
        opened++;
    }
    bool ok = opened == list->count && opened > 0;
    if (ok) {
        app_clock(app, &now);
        uuid_v7(now.wall_ms, id);
        app->posted = room_open(app_writer(app), id, app->who.id, pick, opened, &now);
        ok = writer_wait(app_writer(app), app->posted, &e); /* nothing plays yet: a few milliseconds of disk */
    }
    for (int i = 0; i < opened; i++)
        open_lesson_release(&lesson[i]);
    if (!ok)
        log_error("meeting: %s", e.text);
    else
        memcpy(ours, id, sizeof ours);
    return ok ? NULL : tr("The meeting could not be begun.");
}

static void add(struct meeting *m, const struct room_event *ev)
{
    room_apply(&m->session.room, ev);
    m->app->posted = room_post(app_writer(m->app), m->session.id, ev);
}

void meeting_say(struct meeting *m, enum room_kind kind, const char *member_id, const char *text)
{
    int64_t film_ms = m->presenting ? m->film_ms : m->session.room.position_ms; /* who comes or goes, does so here */
    struct room_event ev = { .kind = kind, .media_ms = film_ms, .member_id = member_id, .text = text };
    app_clock(m->app, &ev.at);
    add(m, &ev);
    if (kind == ROOM_HERE)
        m->here_boot_ms = ev.at.boot_ms;
}

void meeting_say_at(struct meeting *m, enum room_kind kind, int64_t media_ms)
{
    struct room_event ev = { .kind = kind, .media_ms = media_ms };
    app_clock(m->app, &ev.at);
    add(m, &ev);
    m->ticked_boot_ms = ev.at.boot_ms;
}

static bool open_lesson_now(struct meeting *m, struct err *e)
{
    const struct room *r = &m->session.room;
    if (m->opened)
        open_lesson_release(&m->lesson);
    m->opened = false;
    if (r->lesson_now < 0)
        return err_set(e, ERR_MISSING, "no lesson is chosen");
    const struct room_lesson *l = &r->options.lesson[r->lesson_now];
    m->opened = library_open(app_db(m->app), l->course_id, l->content_id, "", &m->lesson, e);
    return m->opened;
}

bool meeting_lesson(struct meeting *m, int n, struct err *e)
{
    struct room *r = &m->session.room;
    if (n < 0 || n >= r->options.lesson_count)
        return err_set(e, ERR_MISSING, "no such lesson in this meeting");
    struct room_event ev = { .kind = ROOM_LESSON, .media_ms = r->lesson_position[n], .text = r->options.lesson[n].content_id };
    app_clock(m->app, &ev.at);
    add(m, &ev);
    return open_lesson_now(m, e);
}

bool meeting_open(struct meeting *m, struct app *app)
{
    struct clock_reading now;
    struct err e = ERR_INIT;
    *m = (struct meeting){ .app = app };
    app_clock(app, &now);
    if (app->posted && !writer_wait(app_writer(app), app->posted, &e))
        log_error("%s", e.text); /* what was said before a screen was left is read back below */
    if (!room_open_session(app_db(app), &now, &m->session, &e) || !m->session.id[0]) {
        if (e.kind != ERR_NONE)
            log_error("meeting: %s", e.text);
        return false;
    }
    m->found = strcmp(m->session.id, ours) != 0;
    memcpy(ours, m->session.id, sizeof ours);
    if (m->found)
        meeting_say(m, ROOM_CUT, NULL, NULL);
    if (m->session.room.lesson_now < 0 ? !meeting_lesson(m, 0, &e) : !open_lesson_now(m, &e))
        log_error("meeting: %s", e.text);
    return true;
}

void meeting_leave(struct meeting *m)
{
    if (m->opened)
        open_lesson_release(&m->lesson);
    m->opened = false;
    room_session_release(&m->session);
}

bool meeting_waiting(struct app *app, char *title, size_t size, int *present)
{
    struct room_session s = { 0 };
    struct clock_reading now;
    app_clock(app, &now);
    bool there = room_open_glance(app_db(app), &now, &s, NULL) && s.id[0];
    if (there) {
        struct open_lesson o;
        int n = s.room.lesson_now < 0 ? 0 : s.room.lesson_now;
        *present = s.room.present;
        *title = 0;
        if (n < s.room.options.lesson_count &&
            library_open(app_db(app), s.room.options.lesson[n].course_id, s.room.options.lesson[n].content_id, "", &o, NULL)) {
            snprintf(title, size, "%s", lang_text_get(&o.lesson->title, i18n_lang()));
            open_lesson_release(&o);
        }
    }
    room_session_release(&s);
    return there;
}

bool meeting_host(struct app *app, struct member *out)
{
    struct room_session s = { 0 };
    struct clock_reading now;
    app_clock(app, &now);
    bool there = room_open_glance(app_db(app), &now, &s, NULL) && s.id[0] && member_get(app_db(app), s.host_id, out, NULL) && out->active;
    room_session_release(&s);
    return there;
}

void meeting_touched(struct meeting *m, int64_t boot_ms)
{
    struct room *r = &m->session.room;
    if (r->begun && !r->signed_off && (r->asked_boot_ms >= 0 || boot_ms - m->here_boot_ms >= HERE_EVERY_MS || !m->here_boot_ms))
        meeting_say(m, ROOM_HERE, NULL, NULL);
}

void meeting_follow(struct meeting *m, const struct player_state *p, int64_t boot_ms)
{
    struct room *r = &m->session.room;
    bool presenting = p->phase == PLAYER_PLAYING && !p->seeking;
    m->film_ms = p->position_ms;
    if (p->phase == PLAYER_ENDED && !r->ended) {
        meeting_say_at(m, ROOM_LESSON_END, m->lesson.lesson->duration_ms);
        m->presenting = false;
    } else if (presenting && !m->presenting) {
        meeting_say_at(m, ROOM_PLAY, p->position_ms);
        m->presenting = true;
    } else if (!presenting && m->presenting) {
        /* A seek has moved position_ms already; what ran until then was told by meeting_seek. */
        meeting_say_at(m, ROOM_PAUSE, p->seeking ? r->position_ms : p->position_ms);
        m->presenting = false;
    } else if (presenting && boot_ms - m->ticked_boot_ms >= ROOM_TICK_MS) {
        meeting_say_at(m, ROOM_TICK, p->position_ms);
    }
}

void meeting_seek(struct meeting *m, int64_t from_ms, int64_t to_ms)
{
    if (m->presenting)
        meeting_say_at(m, ROOM_PAUSE, from_ms);
    m->presenting = false;
    meeting_say_at(m, ROOM_SEEK, to_ms);
}
