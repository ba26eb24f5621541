#define LOG_MODULE "meeting"
#include "flow/meeting.h"
#include "base/i18n.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

enum { HERE_EVERY_MS = 5000 };

/* Opens the lessons of the list, as many as can be: how many. */
static int open_lessons(struct flow *f, const struct meeting_list *list, struct open_lesson *lesson,
                        struct room_pick *pick, struct err *e)
{
    int n = 0;
    for (; n < list->count; n++) {
        const struct meeting_item *it = &list->lesson[n];
        if (!library_open(flow_db(f), it->course_id, it->content_id, "", &lesson[n], e))
            break;
        pick[n] = (struct room_pick){ &lesson[n].course, lesson[n].lesson };
    }
    return n;
}

bool meeting_begin(struct flow *f, const char *host_id, const struct meeting_list *list, struct err *e)
{
    struct open_lesson lesson[ROOM_LESSONS_MAX];
    struct room_pick pick[ROOM_LESSONS_MAX];
    struct clock_reading now;
    char id[UUID_TEXT];
    if (!list->count)
        return err_set(e, ERR_MISSING, "a meeting about no lesson");
    int opened = open_lessons(f, list, lesson, pick, e);
    bool ok = opened == list->count;
    if (ok) {
        flow_clock(f, &now);
        uuid_v7(now.wall_ms, id);
        ok = writer_wait(flow_writer(f), room_open(flow_writer(f), id, host_id, pick, opened, &now), e);
    }
    for (int i = 0; i < opened; i++)
        open_lesson_release(&lesson[i]);
    if (ok)
        memcpy(f->meeting_id, id, sizeof f->meeting_id);
    return ok;
}

static void add(struct meeting *m, const struct room_event *ev)
{
    room_apply(&m->session.room, ev);
    room_post(flow_writer(m->flow), m->session.id, ev);
}

void meeting_say(struct meeting *m, enum room_kind kind, const char *member_id, const char *text)
{
    /* Who comes or goes, does so where the film stands. */
    int64_t film_ms = m->presenting ? m->film_ms : m->session.room.position_ms;
    struct room_event ev = { .kind = kind, .media_ms = film_ms, .member_id = member_id, .text = text };
    flow_clock(m->flow, &ev.at);
    add(m, &ev);
    if (kind == ROOM_HERE)
        m->here_boot_ms = ev.at.boot_ms;
}

static void say_at(struct meeting *m, enum room_kind kind, int64_t media_ms)
{
    struct room_event ev = { .kind = kind, .media_ms = media_ms };
    flow_clock(m->flow, &ev.at);
    add(m, &ev);
    m->ticked_boot_ms = ev.at.boot_ms;
}

static bool open_lesson_now(struct meeting *m, struct err *e)
{
    const struct room *r = &m->session.room;
    if (m->opened)
        open_lesson_release(&m->lesson);
    m->opened = m->presenting = false;
    m->passed_ms = r->position_ms;
    m->stopped_boot_ms = 0;
    if (r->lesson_now < 0)
        return err_set(e, ERR_MISSING, "no lesson is chosen");
    const struct room_lesson *l = &r->options.lesson[r->lesson_now];
    m->opened = library_open(flow_db(m->flow), l->course_id, l->content_id, "", &m->lesson, e);
    return m->opened;
}

bool meeting_lesson(struct meeting *m, int n, struct err *e)
{
    struct room *r = &m->session.room;
    if (n < 0 || n >= r->options.lesson_count)
        return err_set(e, ERR_MISSING, "no such lesson in this meeting");
    struct room_event ev = { .kind = ROOM_LESSON, .media_ms = r->lesson_position[n],
                             .text = r->options.lesson[n].content_id };
    flow_clock(m->flow, &ev.at);
    add(m, &ev);
    return open_lesson_now(m, e);
}

bool meeting_open(struct meeting *m, struct flow *f)
{
    struct clock_reading now;
    struct err e = ERR_INIT;
    *m = (struct meeting){ .flow = f };
    flow_clock(f, &now);
    if (!room_open_session(flow_read(f), &now, &m->session, &e) || !m->session.id[0]) {
        if (e.kind != ERR_NONE)
            log_error("meeting: %s", e.text);
        return false;
    }
    m->found = strcmp(m->session.id, f->meeting_id) != 0;
    memcpy(f->meeting_id, m->session.id, sizeof f->meeting_id);
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

static void title_now(struct flow *f, const struct room *r, char *title, size_t size)
{
    struct open_lesson o;
    int n = r->lesson_now < 0 ? 0 : r->lesson_now;
    const struct room_lesson *l = &r->options.lesson[n];
    *title = 0;
    if (n < r->options.lesson_count && library_open(flow_db(f), l->course_id, l->content_id, "", &o, NULL)) {
        snprintf(title, size, "%s", lang_text_get(&o.lesson->title, i18n_lang()));
        open_lesson_release(&o);
    }
}

bool meeting_waiting(struct flow *f, char *title, size_t size, int *present)
{
    struct room_session s = { 0 };
    struct clock_reading now;
    flow_clock(f, &now);
    bool there = room_open_glance(flow_db(f), &now, &s, NULL) && s.id[0];
    if (there) {
        *present = s.room.present;
        title_now(f, &s.room, title, size);
    }
    room_session_release(&s);
    return there;
}

bool meeting_host(struct flow *f, struct member *out)
{
    struct room_session s = { 0 };
    struct clock_reading now;
    flow_clock(f, &now);
    bool open = room_open_glance(flow_db(f), &now, &s, NULL) && s.id[0];
    bool there = open && member_get(flow_db(f), s.host_id, out, NULL) && out->active;
    room_session_release(&s);
    return there;
}

void meeting_touched(struct meeting *m, int64_t boot_ms)
{
    struct room *r = &m->session.room;
    bool due = r->asked_boot_ms >= 0 || boot_ms - m->here_boot_ms >= HERE_EVERY_MS || !m->here_boot_ms;
    if (r->begun && !r->signed_off && due)
        meeting_say(m, ROOM_HERE, NULL, NULL);
}

static void follow_film(struct meeting *m, const struct presented *p, int64_t boot_ms)
{
    struct room *r = &m->session.room;
    m->film_ms = p->position_ms;
    if (p->ended && !r->ended) {
        say_at(m, ROOM_LESSON_END, m->lesson.lesson->duration_ms);
        m->presenting = false;
    } else if (p->running && !m->presenting) {
        say_at(m, ROOM_PLAY, p->position_ms);
        m->presenting = true;
    } else if (!p->running && m->presenting) {
        /* A seek has moved position_ms already; what ran until then was told by meeting_seek. */
        say_at(m, ROOM_PAUSE, p->seeking ? r->position_ms : p->position_ms);
        m->presenting = false;
    } else if (p->running && boot_ms - m->ticked_boot_ms >= ROOM_TICK_MS) {
        say_at(m, ROOM_TICK, p->position_ms);
    }
}

/* The pause that the film has come to since the last step; -1. */
static int passed_pause(struct meeting *m, int64_t at_ms)
{
    const struct lesson *l = m->lesson.lesson;
    int64_t from_ms = m->passed_ms;
    m->passed_ms = at_ms;
    for (int i = 0; i < l->pause_count; i++)
        if (from_ms < l->pause[i].at_ms && at_ms >= l->pause[i].at_ms)
            return i;
    return -1;
}

struct meeting_news meeting_follow(struct meeting *m, const struct presented *p, int64_t boot_ms)
{
    struct room *r = &m->session.room;
    struct meeting_news news = { .pause = -1 };
    bool ran = m->presenting;
    if (!m->opened)
        return news; /* its lesson is not here: no film to follow */
    follow_film(m, p, boot_ms);
    if (ran && !m->presenting)
        m->stopped_boot_ms = boot_ms;
    if (p->running)
        news.pause = passed_pause(m, p->position_ms);
    if (p->running && r->asked_boot_ms < 0 && boot_ms >= r->ask_due_boot_ms) {
        meeting_say(m, ROOM_ASKED, NULL, NULL);
        news.ask = true;
    }
    news.unanswered = r->asked_boot_ms >= 0 && room_unanswered(r, boot_ms);
    return news;
}

void meeting_seek(struct meeting *m, int64_t from_ms, int64_t to_ms)
{
    if (m->presenting)
        say_at(m, ROOM_PAUSE, from_ms);
    m->presenting = false;
    say_at(m, ROOM_SEEK, to_ms);
    m->passed_ms = to_ms;
}

void meeting_again(struct meeting *m)
{
    say_at(m, ROOM_SEEK, 0);
    m->passed_ms = 0;
}

bool meeting_was_break(const struct meeting *m, int64_t boot_ms)
{
    return m->stopped_boot_ms && boot_ms - m->stopped_boot_ms >= MEETING_BREAK_MS;
}

int64_t meeting_position_ms(const struct meeting *m)
{
    const struct room *r = &m->session.room;
    return r->ended ? 0 : r->position_ms;
}

/* --- people --- */

static void come_or_go(struct meeting *m, const char *id, bool come, const char *why)
{
    if (room_is_present(&m->session.room, id) != come)
        meeting_say(m, come ? ROOM_COME : ROOM_GO, id, why);
}

void meeting_tapped(struct meeting *m, const char *const *member_id, int count, bool all)
{
    struct meeting_undo u = { .came = all || !room_is_present(&m->session.room, member_id[0]) };
    for (int i = 0; i < count && i < MEETING_UNDO_MAX; i++) {
        if (room_is_present(&m->session.room, member_id[i]) == u.came)
            continue; /* who was here before stays when the others are taken back */
        snprintf(u.id[u.count++], sizeof u.id[0], "%s", member_id[i]);
        come_or_go(m, member_id[i], u.came, NULL);
    }
    m->undo = u;
}

void meeting_undo(struct meeting *m)
{
    for (int i = 0; i < m->undo.count; i++)
        come_or_go(m, m->undo.id[i], !m->undo.came, ROOM_UNDO);
    m->undo.count = 0;
}
