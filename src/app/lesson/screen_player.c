/* screen_player.c - a lesson plays: film, ledger, presence, and what each control does. */
#define LOG_MODULE "player"
#include "app/lesson/media.h"
#include "app/lesson/player_view.h"
#include "app/mail/sticks.h"
#include "app/speech/speaker.h"
#include "base/i18n.h"
#include "base/log.h"

enum { CONTROLS_MS = 5000, REPEAT_MS = 5000 };

static int64_t first_position(const struct player_view *s)
{
    int64_t at = s->arg.from_ms >= 0 ? s->arg.from_ms : s->lesson.progress.position_ms;
    return at < s->lesson.lesson->duration_ms ? at : 0;
}

static bool open_film(struct player_view *s)
{
    struct app *app = s->app;
    film_init(&s->film, store_dir(app->store), s->lesson.lesson);
    return film_open(&s->film, &(struct film_opts){
        .api = media_api(), .weight = app->config.weight, .start_ms = first_position(s), .volume = app->volume,
        .wake = app_wake, .wake_ctx = app });
}

static void show_controls(struct player_view *s, int64_t boot_ms)
{
    s->controls_until_boot_ms = boot_ms + CONTROLS_MS;
    ui_request_frame(s->app->ui);
}

static void screen_enter(void *screen, void *app, const void *arg)
{
    struct player_view *s = screen;
    s->app = app;
    s->arg = *(const struct lesson_arg *)arg;
    film_init(&s->film, NULL, NULL); /* what cannot be opened is drawn too */
    s->opened = library_open(app_read(app), s->arg.course_id, s->arg.content_id, s->app->session.who.id, &s->lesson, &s->film.problem);
    if (!s->opened)
        log_error("lesson %s: %s", s->arg.content_id, s->film.problem.text);
    if (!s->opened || !open_film(s))
        return;
    if (s->app->captions_on)
        film_set_caption(&s->film, film_caption_of(s->lesson.lesson, i18n_lang()));
    viewing_begin(&s->viewing, &s->app->flow, s->app->session.who.id, &s->lesson, first_position(s), s->arg.clip);
    show_controls(s, clock_boot_ms());
}

static void stop(struct player_view *s)
{
    if (!s->film.player)
        return;
    int64_t now = clock_boot_ms();
    struct presented last = film_last(&s->film);
    viewing_follow(&s->viewing, &last, now);
    viewing_end(&s->viewing, s->app->session.signed_in ? "left" : "idle", now);
}

static void screen_leave(void *screen)
{
    struct player_view *s = screen;
    stop(s);
    film_close(&s->film);
    viewing_release(&s->viewing);
    if (s->opened)
        open_lesson_release(&s->lesson);
}

/* --- what every tick looks at --- */

static void follow_viewing(struct player_view *s, int64_t boot_ms)
{
    struct presented now = film_presented(&s->film);
    enum viewing_news news = viewing_follow(&s->viewing, &now, boot_ms);
    if (news == VIEWING_ASK || (news == VIEWING_UNANSWERED && film_hold(&s->film, FILM_UNANSWERED)))
        ui_request_frame(s->app->ui);
}

static bool wants_controls(const struct player_view *s, int64_t boot_ms)
{
    if (film_over(&s->film))
        return false; /* the card at the end says all there is to do */
    return boot_ms < s->controls_until_boot_ms || film_paused(&s->film) || s->scrubbing;
}

static void screen_tick(void *screen, int64_t boot_ms)
{
    struct player_view *s = screen;
    if (!s->film.player)
        return;
    unsigned news = film_follow(&s->film, s->app->ui);
    bool stick = sticks_is_news(s->app->sticks, boot_ms), controls = wants_controls(s, boot_ms);
    if ((news & ~(unsigned)FILM_SECOND) || (controls && (news & FILM_SECOND)) || controls != s->controls_shown || stick != s->stick_shown)
        ui_request_frame(s->app->ui);
    s->controls_shown = controls;
    s->stick_shown = stick;
    follow_viewing(s, boot_ms);
}

static int screen_due_ms(void *screen, int64_t boot_ms)
{
    struct player_view *s = screen;
    (void)boot_ms;
    return film_due_ms(&s->film);
}

static bool screen_busy(void *screen)
{
    struct player_view *s = screen;
    return film_playing(&s->film);
}

static void listening(struct player_view *s, int64_t boot_ms)
{
    viewing_presence(&s->viewing, boot_ms);
    film_release(&s->film, FILM_UNANSWERED);
}

static void screen_touched(void *screen, int64_t boot_ms)
{
    struct player_view *s = screen;
    if (!s->film.player)
        return;
    listening(s, boot_ms); /* here, as the finger comes down: the card is gone before it is lifted */
    if (s->controls_shown)
        s->controls_until_boot_ms = boot_ms + CONTROLS_MS; /* whoever uses them keeps them */
    ui_request_frame(s->app->ui);
}

/* --- another screen above, or a voice that reads this one --- */

static void screen_cover(void *screen)
{
    struct player_view *s = screen;
    if (film_hold(&s->film, FILM_COVERED))
        follow_viewing(s, clock_boot_ms());
}

static void screen_resume(void *screen)
{
    struct player_view *s = screen;
    film_release(&s->film, FILM_COVERED);
    film_set_volume(&s->film, s->app->volume);
    show_controls(s, clock_boot_ms());
}

static void screen_hush(void *screen, bool quiet)
{
    struct player_view *s = screen;
    if (quiet)
        film_hold(&s->film, FILM_READ_ALOUD);
    else
        film_release(&s->film, FILM_READ_ALOUD);
}

/* --- what the controls do --- */

static void toggle(struct player_view *s)
{
    film_pause(&s->film, film_playing(&s->film));
    speaker_stop(s->app);
    show_controls(s, clock_boot_ms());
}

static void seek(struct player_view *s, int64_t to_ms)
{
    int64_t from_ms = film_now_ms(&s->film);
    viewing_seek(&s->viewing, from_ms, film_seek(&s->film, to_ms), clock_boot_ms());
    show_controls(s, clock_boot_ms());
}

static void say_again(struct player_view *s)
{
    int64_t now_ms = s->film.state.position_ms;
    seek(s, s->film.captions.count ? cues_sentence_start(&s->film.captions, now_ms) : now_ms - REPEAT_MS);
}

static void next_caption(struct player_view *s)
{
    int next = s->film.caption + 1;
    film_set_caption(&s->film, next < s->lesson.lesson->caption_count ? next : -1);
    s->app->captions_on = next < s->lesson.lesson->caption_count;
}

static void change_volume(struct player_view *s, int by)
{
    app_set_volume(s->app, s->app->volume + by);
    film_set_volume(&s->film, s->app->volume);
}

static void watch_again(struct player_view *s)
{
    struct lesson_arg arg = s->arg;
    if (!arg.clip) /* a part is shown again from where it starts */
        arg.from_ms = 0;
    nav_replace(s->app->nav, &player_screen, &arg);
}

static void obey(struct player_view *s, const struct player_wish *w)
{
    int64_t now = clock_boot_ms();
    switch (w->kind) {
    case PLAYER_NOTHING: break;
    case PLAYER_CONTROLS: s->controls_until_boot_ms = w->value ? now + CONTROLS_MS : now; break;
    case PLAYER_TOGGLE: toggle(s); break;
    case PLAYER_SEEK: seek(s, w->value); break;
    case PLAYER_SAY_AGAIN: say_again(s); break;
    case PLAYER_NEXT_CAPTION: next_caption(s); break;
    case PLAYER_NEXT_SPEED: film_next_speed(&s->film); break;
    case PLAYER_NEXT_VOICE: film_next_voice(&s->film); break;
    case PLAYER_VOLUME: change_volume(s, (int)w->value); break;
    case PLAYER_LISTENING: listening(s, now); break;
    case PLAYER_WATCH_AGAIN: watch_again(s); break;
    case PLAYER_QUIZ: nav_replace(s->app->nav, &quiz_screen, &s->arg); break;
    case PLAYER_TALK: nav_replace(s->app->nav, &comments_screen, &s->arg); break;
    case PLAYER_LEAVE: nav_pop(s->app->nav); break;
    }
}

static void screen_draw(struct ui *ui, void *screen)
{
    struct player_wish wish;
    player_view_draw(ui, screen, &wish);
    obey(screen, &wish);
}

const struct screen_class player_screen = {
    .name = "player", .size = sizeof(struct player_view), .after_posts = true, .arg_size = sizeof(struct lesson_arg), .enter = screen_enter, .leave = screen_leave, .draw = screen_draw,
    .tick = screen_tick, .due_ms = screen_due_ms, .touched = screen_touched, .busy = screen_busy,
    .cover = screen_cover, .resume = screen_resume, .hush = screen_hush,
};
