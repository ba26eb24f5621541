/* screen_room.c - a meeting: people come and go, a film plays, it stops to talk, at the end everybody is credited. What each
 * button does; the looks are in room_view.c and its neighbours. */
#define LOG_MODULE "room"
#include "app/lesson/media.h"
#include "app/meeting/room_turn.h"
#include "app/meeting/room_view.h"
#include "app/speech/sound.h"
#include "app/speech/speaker.h"
#include "base/i18n.h"
#include "base/log.h"
#include "ui/icons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_present(void *ctx, const char *member_id)
{
    return room_is_present(ctx, member_id);
}

static void lesson_opened(struct room_view *s)
{
    const struct lesson *l = s->meeting.opened ? s->meeting.lesson.lesson : NULL;
    film_close(&s->film);
    film_init(&s->film, store_dir(s->app->store), l);
    if (l && s->app->captions_on)
        film_set_caption(&s->film, film_caption_of(l, i18n_lang()));
    s->ask = (struct room_ask){ .pause = -1, .person = -1 };
    s->break_asked = false;
}

static void screen_enter(void *screen, void *app, const void *arg)
{
    struct room_view *s = screen;
    (void)arg;
    s->app = app;
    s->there = meeting_open(&s->meeting, &s->app->flow);
    if (!s->there)
        return;
    room_wall_load(&s->wall, app, is_present, meeting_room(&s->meeting));
    lesson_opened(s);
}

/* What ran is told before the player is let go. */
void room_film_off(struct room_view *s)
{
    if (!s->film.player)
        return;
    struct presented last = film_last(&s->film);
    meeting_follow(&s->meeting, &last, clock_boot_ms());
    film_close(&s->film);
}

static void screen_leave(void *screen)
{
    struct room_view *s = screen;
    room_end_release(s);
    room_quiz_release(s);
    if (!s->there)
        return;
    room_film_off(s);
    film_close(&s->film);
    room_wall_release(&s->wall);
    meeting_leave(&s->meeting);
    memset(&s->sign, 0, sizeof s->sign); /* no digits stay in memory */
}

/* --- what every tick looks at --- */

static void stop_to_talk(struct room_view *s, int pause)
{
    film_pause(&s->film, true);
    s->ask = (struct room_ask){ .open = true, .pause = pause, .person = -1 };
    s->big = false;
    meeting_say(&s->meeting, ROOM_CARD, NULL, lang_text_get(&s->meeting.lesson.lesson->pause[pause].ask, i18n_lang()));
    ui_request_frame(s->app->ui);
}

static void say_aloud(struct room_view *s)
{
    struct err e = ERR_INIT;
    if (!sound_say(s->app, tr("Is everyone still here?"), i18n_lang(), &e))
        log_debug("%s", e.text);
}

static void follow_meeting(struct room_view *s, int64_t boot_ms)
{
    struct presented now = film_presented(&s->film);
    struct meeting_news news = meeting_follow(&s->meeting, &now, boot_ms);
    if (news.pause >= 0 && !s->ask.open)
        stop_to_talk(s, news.pause);
    if (news.ask)
        say_aloud(s);
    if (news.ask || (news.unanswered && film_hold(&s->film, FILM_UNANSWERED)))
        ui_request_frame(s->app->ui);
}

static void screen_tick(void *screen, int64_t boot_ms)
{
    struct room_view *s = screen;
    keyboard_tick(s->end.keyboard, boot_ms);
    if (s->end.voice)
        voice_note_tick(s->end.voice, boot_ms);
    if (s->page == ROOM_PAGE_SIGN || s->page == ROOM_PAGE_DONE)
        room_sign_tick(s);
    if (!s->there || !s->film.player)
        return;
    if (film_follow(&s->film, s->app->ui))
        ui_request_frame(s->app->ui);
    follow_meeting(s, boot_ms);
    if (s->film.state.phase == PLAYER_ENDED)
        s->big = false;
    if (s->big && boot_ms >= s->big_controls_until_boot_ms && boot_ms < s->big_controls_until_boot_ms + 1000)
        ui_request_frame(s->app->ui);
}

static int sooner(int a, int b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

static int screen_due_ms(void *screen, int64_t boot_ms)
{
    struct room_view *s = screen;
    return sooner(film_due_ms(&s->film), keyboard_due_ms(s->end.keyboard, boot_ms));
}

/* A meeting is not called away while people talk; an hour without any touch is no meeting any more. */
static bool screen_busy(void *screen)
{
    struct room_view *s = screen;
    return s->there && s->page != ROOM_PAGE_DONE &&
           (film_running(&s->film) || clock_boot_ms() - s->app->session.touched_boot_ms < ROOM_QUIET_MS ||
            (s->end.voice && voice_note_busy(s->end.voice)));
}

static void screen_touched(void *screen, int64_t boot_ms)
{
    struct room_view *s = screen;
    if (!s->there || s->sign.closing)
        return;
    meeting_touched(&s->meeting, boot_ms);
    s->big_controls_until_boot_ms = boot_ms + ROOM_CONTROLS_MS;
    film_release(&s->film, FILM_UNANSWERED); /* here, as the finger comes down: the card is gone before it is lifted */
    ui_request_frame(s->app->ui);
}

/* Nobody sees it, and no step tells the record where it stands. */
static void screen_cover(void *screen)
{
    struct room_view *s = screen;
    if (s->there && film_hold(&s->film, FILM_COVERED))
        follow_meeting(s, clock_boot_ms());
}

static void screen_resume(void *screen)
{
    struct room_view *s = screen;
    film_release(&s->film, FILM_COVERED);
    film_set_volume(&s->film, s->app->volume);
    ui_request_frame(s->app->ui);
}

static void screen_hush(void *screen, bool quiet)
{
    struct room_view *s = screen;
    if (quiet)
        film_hold(&s->film, FILM_READ_ALOUD);
    else
        film_release(&s->film, FILM_READ_ALOUD);
}

/* --- the film --- */

static void run(struct room_view *s)
{
    if (!s->meeting.opened)
        return;
    if (s->film.player)
        film_pause(&s->film, false);
    else
        film_open(&s->film, &(struct film_opts){
            .api = media_api(), .weight = s->app->config.weight, .start_ms = meeting_position_ms(&s->meeting), .volume = s->app->volume,
            .wake = app_wake, .wake_ctx = s->app });
    s->ask.open = s->break_asked = false;
    speaker_stop(s->app);
}

void room_play(struct room_view *s)
{
    if (film_playing(&s->film))
        film_pause(&s->film, true);
    else if (meeting_was_break(&s->meeting, clock_boot_ms()) && !s->break_asked)
        s->break_asked = true;
    else
        run(s);
}

void room_go_on(struct room_view *s)
{
    s->ask.open = false;
    room_play(s);
}

void room_back_10(struct room_view *s)
{
    enum { BACK_MS = 10000 };
    int64_t from = s->film.state.position_ms, to = from - BACK_MS < 0 ? 0 : from - BACK_MS;
    if (!s->film.player)
        return;
    meeting_seek(&s->meeting, from, to);
    film_seek(&s->film, to);
}

void room_watch_again(struct room_view *s)
{
    room_film_off(s);
    meeting_again(&s->meeting);
    lesson_opened(s);
    run(s);
}

void room_show_lesson(struct room_view *s, int n)
{
    struct err e = ERR_INIT;
    room_film_off(s);
    if (!meeting_lesson(&s->meeting, n, &e))
        log_error("lesson %d of the meeting: %s", n + 1, e.text);
    lesson_opened(s);
    s->page = ROOM_PAGE_ROOM;
}

const char *room_lesson_title(struct room_view *s, int n)
{
    const struct room *r = meeting_room(&s->meeting);
    struct open_lesson o;
    const char *title = "";
    if (n == r->lesson_now && s->meeting.opened)
        return lang_text_get(&s->meeting.lesson.lesson->title, i18n_lang());
    if (library_open(app_db(s->app), r->options.lesson[n].course_id, r->options.lesson[n].content_id, "", &o, NULL)) {
        title = ui_fmt(s->app->ui, "%s", lang_text_get(&o.lesson->title, i18n_lang()));
        open_lesson_release(&o);
    }
    return title;
}

/* --- people --- */

void room_tapped(struct room_view *s, const struct room_wall_tap *t)
{
    const char *id[MEETING_UNDO_MAX];
    for (int i = 0; i < t->count; i++)
        id[i] = t->member[i]->id;
    meeting_tapped(&s->meeting, id, t->count, t->row);
    if (t->count == 1)
        memcpy(s->undo_name, t->member[0]->name, sizeof s->undo_name);
}

const struct member *room_person_of(struct room_view *s, int person)
{
    const struct room *r = meeting_room(&s->meeting);
    return person < 0 || person >= r->person_count ? NULL : room_wall_member(&s->wall, r->person[person].member_id);
}

/* --- cards and pages --- */

void room_ask_own(struct room_view *s)
{
    if (film_playing(&s->film))
        film_pause(&s->film, true);
    s->ask = (struct room_ask){ .open = true, .pause = -1, .person = -1 };
    meeting_say(&s->meeting, ROOM_CARD, NULL, tr("A question to everybody"));
}

void room_ask_close(struct room_view *s)
{
    s->ask.open = false;
}

void room_to_page(struct room_view *s, enum room_page page)
{
    struct err e = ERR_INIT;
    if (film_playing(&s->film))
        film_pause(&s->film, true);
    if (page == ROOM_PAGE_QUIZ && !room_quiz_load(s, &e)) {
        log_error("questions: %s", e.text);
        return;
    }
    if (page == ROOM_PAGE_END)
        room_end_open(s);
    s->page = page;
}

void room_leave(struct room_view *s)
{
    nav_pop(s->app->nav);
}

static void screen_draw(struct ui *ui, void *screen)
{
    room_view_draw(ui, screen);
}

const struct screen_class room_screen = {
    .name = "room", .size = sizeof(struct room_view), .after_posts = true, .enter = screen_enter, .leave = screen_leave, .draw = screen_draw,
    .tick = screen_tick, .due_ms = screen_due_ms, .touched = screen_touched, .busy = screen_busy,
    .cover = screen_cover, .resume = screen_resume, .hush = screen_hush,
};
