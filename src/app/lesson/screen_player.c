/* screen_player.c - a lesson plays: player, captions, ledger, presence, and what each control does. */
#define LOG_MODULE "player"
#include "app/lesson/choice.h"
#include "app/lesson/media.h"
#include "app/lesson/player_view.h"
#include "app/speech/speaker.h"
#include "app/mail/sticks.h"
#include "app/shared/words.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "gfx/gfx.h"
#include "media/client/scaler.h"
#include "store/library/blob.h"

#include <stdlib.h>
#include <string.h>

static bool film_is_here(void *ctx, const struct file_ref *film)
{
    struct player_view *s = ctx;
    return blob_exists(store_dir(s->app->store), film->sha256, film->size_bytes);
}

static void load_captions(struct player_view *s)
{
    struct err e = ERR_INIT;
    cues_release(&s->captions);
    s->cue = -1;
    if (s->caption < 0)
        return;
    char *path = blob_path(store_dir(s->app->store), s->lesson.lesson->caption[s->caption].file.sha256);
    struct str text;
    str_init(&text, CUES_MAX_BYTES);
    if (!fs_read(path, CUES_MAX_BYTES, &text, &e) || !cues_parse(text.data, text.len, &s->captions, &e)) {
        log_warn("captions of %s: %s", s->lesson.lesson->content_id, e.text);
        s->caption = -1;
    }
    str_release(&text);
    free(path);
}

static void choose_captions(struct player_view *s)
{
    const struct lesson *l = s->lesson.lesson;
    s->caption = -1;
    for (int i = l->caption_count - 1; s->app->captions_on && i >= 0; i--)
        if (s->caption < 0 || !strcmp(l->caption[i].lang, i18n_lang()))
            s->caption = i;
    load_captions(s);
}

static int64_t first_position(const struct player_view *s)
{
    int64_t at = s->arg.from_ms >= 0 ? s->arg.from_ms : s->lesson.progress.position_ms;
    return at < s->lesson.lesson->duration_ms ? at : 0;
}

static bool open_player(struct player_view *s, struct err *e)
{
    s->rendition = choice_rendition(s->lesson.lesson, s->app->config.weight, film_is_here, s);
    s->api = app_media(s->app);
    if (!s->rendition || !s->api)
        return err_set(e, ERR_UNSUPPORTED, "no way to play this lesson");
    int fd = blob_open(store_dir(s->app->store), s->rendition->media.sha256, e);
    if (fd < 0)
        return false;
    struct player_opts o = {
        .fd = fd, .name = s->rendition->media.name, .start_ms = first_position(s), .audio_lang = i18n_lang(),
        .volume = s->app->volume, .speed_permille = s->speed_permille, .wake = app_wake, .wake_ctx = s->app,
    };
    s->player = s->api->open(&o, e);
    s->scaler = s->player ? s->api->scaler_new() : NULL;
    return s->player != NULL;
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
    s->speed_permille = 1000;
    s->caption = s->cue = s->still = -1;
    s->opened = library_open(app_db(app), s->arg.course_id, s->arg.content_id, s->app->who.id, &s->lesson, &s->problem);
    if (!s->opened || !open_player(s, &s->problem)) {
        log_error("lesson %s: %s", s->arg.content_id, s->problem.text);
        return;
    }
    choose_captions(s);
    viewing_begin(&s->viewing, app, &s->lesson, first_position(s), s->arg.clip);
    show_controls(s, clock_boot_ms());
}

static void stop(struct player_view *s)
{
    if (!s->player)
        return;
    int64_t now = clock_boot_ms();
    s->api->state(s->player, &s->state);
    if (s->state.phase == PLAYER_PLAYING)
        s->state.phase = PLAYER_PAUSED; /* tells the ledger where it stopped, to the millisecond */
    viewing_follow(&s->viewing, &s->state, s->speed_permille, now);
    viewing_end(&s->viewing, s->viewing.study.ended ? "finished" : s->app->signed_in ? "left" : "idle", now);
    s->api->close(s->player);
    s->api->scaler_free(s->scaler);
    s->player = NULL;
    s->scaler = NULL;
}

static void screen_leave(void *screen)
{
    struct player_view *s = screen;
    stop(s);
    viewing_release(&s->viewing);
    cues_release(&s->captions);
    if (s->opened)
        open_lesson_release(&s->lesson);
}

/* --- what every tick looks at --- */

static struct scaler_rect video_box(const struct player_view *s, const struct picture *pic)
{
    int w = gfx_width(s->app->gfx), h = gfx_height(s->app->gfx);
    struct scaler_rect box = { .w = w, .h = (int)((int64_t)w * pic->display_height / pic->display_width) };
    if (box.h > h)
        box = (struct scaler_rect){ .w = (int)((int64_t)h * pic->display_width / pic->display_height), .h = h };
    box.x = (w - box.w) / 2;
    box.y = (h - box.h) / 2;
    return box;
}

static void follow_picture(struct player_view *s)
{
    enum { MAX_RECTS = 256 };
    struct scaler_rect damage[MAX_RECTS];
    SDL_Rect rects[MAX_RECTS];
    bool changed = false;
    const struct picture *pic = s->api->frame(s->player, &changed);
    if (!pic || pic->display_width <= 0 || pic->display_height <= 0)
        return;
    struct scaler_rect target = video_box(s, pic);
    if (!changed && (!s->picture_shown || !memcmp(&target, &s->picture_box, sizeof target)))
        return; /* the window's size may change while the picture stands still */
    s->picture_box = target;
    int n = s->api->scaler_take(s->scaler, pic, s->picture_box, damage, MAX_RECTS);
    if (!s->picture_shown) {
        s->picture_shown = true;
        media_trim();
        log_debug("first video picture is in the next frame"); /* what bench measures the tap by */
        ui_request_frame(s->app->ui); /* the first one is part of a whole frame */
        return;
    }
    for (int i = 0; i < n; i++)
        rects[i] = (SDL_Rect){ damage[i].x, damage[i].y, damage[i].w, damage[i].h };
    ui_repaint(s->app->ui, rects, n);
}

void player_view_paint(void *ctx, SDL_Surface *to, SDL_Rect box, SDL_Rect clip)
{
    struct player_view *s = ctx;
    SDL_Rect inside = { s->picture_box.x, s->picture_box.y, s->picture_box.w, s->picture_box.h }, common;
    (void)box;
    if (!s->picture_shown || !SDL_IntersectRect(&clip, &inside, &common) || !SDL_RectEquals(&common, &clip))
        SDL_FillRect(to, &clip, SDL_MapRGB(to->format, 0, 0, 0)); /* some of it is letterbox */
    if (s->scaler && s->picture_shown)
        s->api->scaler_paint(s->scaler, to->pixels, to->pitch, (struct scaler_rect){ clip.x, clip.y, clip.w, clip.h });
}

static int still_at(const struct rendition *r, int64_t ms)
{
    int at = -1;
    for (int i = 0; i < r->still_count && r->still[i].at_ms <= ms; i++)
        at = i;
    return at < 0 && r->still_count ? 0 : at;
}

static void follow_position(struct player_view *s)
{
    int cue = s->caption < 0 ? -1 : cues_at(&s->captions, s->state.position_ms);
    int still = still_at(s->rendition, s->state.position_ms);
    int64_t second = s->state.position_ms / 1000;
    if (cue != s->cue || still != s->still || (s->controls_shown && second != s->shown_second))
        ui_request_frame(s->app->ui);
    s->cue = cue;
    s->still = still;
    s->shown_second = second;
}

bool player_view_asking(const struct player_view *s)
{
    return s->viewing.begun && s->viewing.study.asked_boot_ms >= 0;
}

static void follow_presence(struct player_view *s, int64_t boot_ms)
{
    struct study *st = &s->viewing.study;
    if (st->asked_boot_ms < 0 && s->state.phase == PLAYER_PLAYING && boot_ms >= st->ask_due_boot_ms) {
        viewing_asked(&s->viewing, boot_ms);
        ui_request_frame(s->app->ui);
    }
    if (st->asked_boot_ms >= 0 && !s->paused_for_absence && study_unanswered(st, boot_ms)) {
        s->paused_for_absence = true;
        s->api->pause(s->player, true);
        ui_request_frame(s->app->ui);
    }
}

static bool wants_controls(const struct player_view *s, int64_t boot_ms)
{
    if (s->state.phase == PLAYER_ENDED || s->state.phase == PLAYER_FAILED)
        return false; /* the card at the end says all there is to do */
    return boot_ms < s->controls_until_boot_ms || s->state.phase == PLAYER_PAUSED || s->scrubbing;
}

static void screen_tick(void *screen, int64_t boot_ms)
{
    struct player_view *s = screen;
    if (!s->player)
        return;
    enum player_phase before = s->state.phase;
    follow_picture(s);
    s->api->state(s->player, &s->state);
    if (s->state.phase == PLAYER_FAILED && before != PLAYER_FAILED)
        s->problem = s->state.problem;
    bool stick = sticks_is_news(s->app->sticks, boot_ms);
    if (s->state.phase != before || wants_controls(s, boot_ms) != s->controls_shown || stick != s->stick_shown)
        ui_request_frame(s->app->ui);
    s->controls_shown = wants_controls(s, boot_ms);
    s->stick_shown = stick;
    viewing_follow(&s->viewing, &s->state, s->speed_permille, boot_ms);
    follow_position(s);
    follow_presence(s, boot_ms);
}

static int screen_due_ms(void *screen, int64_t boot_ms)
{
    struct player_view *s = screen;
    (void)boot_ms;
    if (!s->player || s->state.phase == PLAYER_PAUSED || s->state.phase == PLAYER_ENDED || s->state.phase == PLAYER_FAILED)
        return -1; /* the player wakes us after a seek */
    int due = s->api->due_ms(s->player);
    return due < 0 || due > 200 ? 200 : due;
}

static bool screen_busy(void *screen)
{
    struct player_view *s = screen;
    return s->player && (s->state.phase == PLAYER_PLAYING || s->state.phase == PLAYER_OPENING);
}

static void screen_touched(void *screen, int64_t boot_ms)
{
    struct player_view *s = screen;
    if (!s->player)
        return;
    viewing_presence(&s->viewing, boot_ms);
    if (s->paused_for_absence) { /* here, as the finger comes down: the card is gone before it is lifted */
        s->paused_for_absence = false;
        s->api->pause(s->player, false);
    }
    if (s->controls_shown)
        s->controls_until_boot_ms = boot_ms + CONTROLS_MS; /* whoever uses them keeps them */
    ui_request_frame(s->app->ui);
}

/* --- what the controls do --- */

void player_view_toggle(struct player_view *s)
{
    s->paused_for_absence = s->paused_for_reading = false;
    s->api->pause(s->player, s->state.phase == PLAYER_PLAYING);
    speaker_stop(s->app);
    show_controls(s, clock_boot_ms());
}

void player_view_seek(struct player_view *s, int64_t to_ms)
{
    int64_t length = s->state.length_ms > 0 ? s->state.length_ms : s->lesson.lesson->duration_ms;
    to_ms = to_ms > length - 500 ? length - 500 : to_ms;
    to_ms = to_ms < 0 ? 0 : to_ms;
    s->api->state(s->player, &s->state);
    viewing_seek(&s->viewing, s->state.position_ms, to_ms, clock_boot_ms());
    s->api->seek(s->player, to_ms);
    show_controls(s, clock_boot_ms());
}

void player_view_repeat_sentence(struct player_view *s)
{
    int64_t at = s->captions.count ? cues_sentence_start(&s->captions, s->state.position_ms) : s->state.position_ms - 5000;
    player_view_seek(s, at);
}

void player_view_next_caption(struct player_view *s)
{
    if (++s->caption >= s->lesson.lesson->caption_count)
        s->caption = -1;
    s->app->captions_on = s->caption >= 0;
    load_captions(s);
}

void player_view_next_speed(struct player_view *s)
{
    s->speed_permille = s->speed_permille == 1000 ? 1250 : s->speed_permille == 1250 ? 750 : 1000;
    s->api->speed(s->player, s->speed_permille);
}

void player_view_next_audio(struct player_view *s)
{
    if (s->state.audio_track_count > 1)
        s->api->audio_track(s->player, (s->state.audio_track + 1) % s->state.audio_track_count);
}

void player_view_volume(struct player_view *s, int delta)
{
    app_set_volume(s->app, s->app->volume + delta);
    s->api->volume(s->player, s->app->volume);
}

void player_view_again(struct player_view *s)
{
    struct lesson_arg arg = s->arg;
    if (!arg.clip) /* a part is shown again from where it starts */
        arg.from_ms = 0;
    nav_replace(s->app->nav, &player_screen, &arg);
}

void player_view_quiz(struct player_view *s)
{
    struct lesson_arg arg = s->arg;
    nav_replace(s->app->nav, &quiz_screen, &arg);
}

void player_view_leave(struct player_view *s)
{
    nav_pop(s->app->nav);
}

void player_view_covered(struct player_view *s)
{
    s->covered = s->player && s->state.phase == PLAYER_PLAYING;
    if (!s->covered)
        return;
    s->api->pause(s->player, true);
    s->api->state(s->player, &s->state);
    viewing_follow(&s->viewing, &s->state, s->speed_permille, clock_boot_ms());
}

static void screen_resume(void *screen)
{
    struct player_view *s = screen;
    if (s->covered)
        s->api->pause(s->player, false);
    s->covered = false;
    if (s->player)
        s->api->volume(s->player, s->app->volume);
    show_controls(s, clock_boot_ms());
}

void player_view_talk(struct player_view *s)
{
    nav_replace(s->app->nav, &comments_screen, &s->arg);
}

static void screen_hush(void *screen, bool quiet)
{
    struct player_view *s = screen;
    bool playing = s->player && s->state.phase == PLAYER_PLAYING;
    if (quiet ? playing : s->paused_for_reading && !s->paused_for_absence)
        s->api->pause(s->player, quiet);
    s->paused_for_reading = quiet && playing;
}

static void screen_draw(struct ui *ui, void *screen)
{
    player_view_draw(ui, screen);
}

const struct screen_class player_screen = {
    .name = "player", .size = sizeof(struct player_view), .enter = screen_enter, .leave = screen_leave, .draw = screen_draw,
    .tick = screen_tick, .due_ms = screen_due_ms, .touched = screen_touched, .busy = screen_busy,
    .resume = screen_resume, .hush = screen_hush,
};
