#define LOG_MODULE "room"
#include "app/meeting/room_film.h"
#include "app/lesson/choice.h"
#include "app/lesson/media.h"
#include "app/shared/words.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "store/library/blob.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_RECTS = 256, DUE_MS = 200, END_MS = 500 };

static bool is_here(void *ctx, const struct file_ref *film)
{
    struct room_film *f = ctx;
    return blob_exists(store_dir(f->app->store), film->sha256, film->size_bytes);
}

static void load_captions(struct room_film *f)
{
    int track = -1;
    for (int i = f->lesson->caption_count - 1; i >= 0; i--)
        if (track < 0 || !strcmp(f->lesson->caption[i].lang, i18n_lang()))
            track = i;
    if (track < 0)
        return;
    struct err e = ERR_INIT;
    char *path = blob_path(store_dir(f->app->store), f->lesson->caption[track].file.sha256);
    struct str text;
    str_init(&text, CUES_MAX_BYTES);
    if (!fs_read(path, CUES_MAX_BYTES, &text, &e) || !cues_parse(text.data, text.len, &f->captions, &e))
        log_warn("captions of %s: %s", f->lesson->content_id, e.text);
    str_release(&text);
    free(path);
}

void room_film_init(struct room_film *f, struct app *app, const struct course *c, const struct lesson *l)
{
    *f = (struct room_film){ .app = app, .lesson = l, .cue = -1, .still = -1, .shown_second = -1,
                             .poster_sha256 = l->poster.sha256[0] ? l->poster.sha256 : c->poster.sha256,
                             .ground_rgb = words_category_rgb(c->category) };
    load_captions(f);
}

static bool open_player(struct room_film *f, int64_t from_ms, struct err *e)
{
    f->rendition = choice_rendition(f->lesson, f->app->config.weight, is_here, f);
    f->api = app_media(f->app);
    if (!f->rendition || !f->api)
        return err_set(e, ERR_UNSUPPORTED, "no way to play this lesson");
    int fd = blob_open(store_dir(f->app->store), f->rendition->media.sha256, e);
    if (fd < 0)
        return false;
    struct player_opts o = {
        .fd = fd, .name = f->rendition->media.name, .start_ms = from_ms, .audio_lang = i18n_lang(), .volume = f->app->volume,
        .speed_permille = 1000, .wake = app_wake, .wake_ctx = f->app,
    };
    f->player = f->api->open(&o, e);
    f->scaler = f->player ? f->api->scaler_new() : NULL;
    return f->player != NULL;
}

bool room_film_start(struct room_film *f, int64_t from_ms)
{
    if (f->player)
        return true;
    f->problem = (struct err)ERR_INIT;
    if (from_ms < 0 || from_ms >= f->lesson->duration_ms)
        from_ms = 0;
    if (open_player(f, from_ms, &f->problem))
        return true;
    log_error("lesson %s: %s", f->lesson->content_id, f->problem.text);
    return false;
}

void room_film_pause(struct room_film *f, bool pause)
{
    if (f->player)
        f->api->pause(f->player, pause);
}

int64_t room_film_length_ms(const struct room_film *f)
{
    return f->state.length_ms > 0 ? f->state.length_ms : f->lesson->duration_ms;
}

void room_film_seek(struct room_film *f, int64_t to_ms)
{
    int64_t last = room_film_length_ms(f) - END_MS;
    to_ms = to_ms > last ? last : to_ms;
    if (f->player)
        f->api->seek(f->player, to_ms < 0 ? 0 : to_ms);
}

bool room_film_running(const struct room_film *f)
{
    return f->player && f->state.phase == PLAYER_PLAYING && !f->state.seeking;
}

static struct scaler_rect fit(SDL_Rect box, const struct picture *pic)
{
    struct scaler_rect r = { .w = box.w, .h = (int)((int64_t)box.w * pic->display_height / pic->display_width) };
    if (r.h > box.h)
        r = (struct scaler_rect){ .w = (int)((int64_t)box.h * pic->display_width / pic->display_height), .h = box.h };
    r.x = box.x + (box.w - r.w) / 2;
    r.y = box.y + (box.h - r.h) / 2;
    return r;
}

static void follow_picture(struct room_film *f)
{
    struct scaler_rect damage[MAX_RECTS];
    SDL_Rect rects[MAX_RECTS], box = ui_rect(f->app->ui, "roomfilm");
    bool changed = false;
    const struct picture *pic = f->api->frame(f->player, &changed);
    if (!pic || pic->display_width <= 0 || pic->display_height <= 0 || box.w <= 0 || box.h <= 0)
        return;
    struct scaler_rect target = fit(box, pic);
    if (!changed && (!f->picture_shown || !memcmp(&target, &f->picture_box, sizeof target)))
        return;
    f->picture_box = target;
    int n = f->api->scaler_take(f->scaler, pic, target, damage, MAX_RECTS);
    if (!f->picture_shown) {
        f->picture_shown = true;
        media_trim();
        ui_request_frame(f->app->ui); /* the first one is part of a whole frame */
        return;
    }
    for (int i = 0; i < n; i++)
        rects[i] = (SDL_Rect){ damage[i].x, damage[i].y, damage[i].w, damage[i].h };
    ui_repaint(f->app->ui, rects, n);
}

static int still_at(const struct rendition *r, int64_t ms)
{
    int at = -1;
    for (int i = 0; i < r->still_count && r->still[i].at_ms <= ms; i++)
        at = i;
    return at < 0 && r->still_count ? 0 : at;
}

void room_film_tick(struct room_film *f)
{
    if (!f->player)
        return;
    enum player_phase before = f->state.phase;
    follow_picture(f);
    f->api->state(f->player, &f->state);
    if (f->state.phase == PLAYER_FAILED && before != PLAYER_FAILED)
        f->problem = f->state.problem;
    int cue = f->app->captions_on && f->captions.count ? cues_at(&f->captions, f->state.position_ms) : -1;
    int still = still_at(f->rendition, f->state.position_ms);
    int64_t second = f->state.position_ms / 1000;
    if (f->state.phase != before || cue != f->cue || still != f->still || second != f->shown_second)
        ui_request_frame(f->app->ui);
    f->cue = cue;
    f->still = still;
    f->shown_second = second;
}

int room_film_due_ms(const struct room_film *f)
{
    if (!f->player || f->state.phase == PLAYER_PAUSED || f->state.phase == PLAYER_ENDED || f->state.phase == PLAYER_FAILED)
        return -1;
    int due = f->api->due_ms(f->player);
    return due < 0 || due > DUE_MS ? DUE_MS : due;
}

static void paint(void *ctx, SDL_Surface *to, SDL_Rect box, SDL_Rect clip)
{
    struct room_film *f = ctx;
    SDL_Rect inside = { f->picture_box.x, f->picture_box.y, f->picture_box.w, f->picture_box.h }, common;
    (void)box;
    bool any = f->picture_shown && SDL_IntersectRect(&clip, &inside, &common);
    if (!any || !SDL_RectEquals(&common, &clip))
        SDL_FillRect(to, &clip, SDL_MapRGB(to->format, 0, 0, 0)); /* some of it is letterbox */
    if (any && f->scaler)
        f->api->scaler_paint(f->scaler, to->pixels, to->pitch, (struct scaler_rect){ common.x, common.y, common.w, common.h });
}

static void picture(struct ui *ui, struct room_film *f)
{
    bool stills = f->player && f->still >= 0 && !f->state.has_video;
    if (stills)
        ui_image(ui, app_blob(f->app, f->rendition->still[f->still].file.sha256), 0x1D2420, .grow = 1, .silent = true, .radius = -1);
    else if (f->player && f->picture_shown)
        ui_canvas(ui, "roomfilm", paint, f, 2, .grow = 1, .silent = true, .radius = -1);
    else
        ui_stack(ui, "roomfilm", .grow = 1)
            ui_image(ui, app_blob(f->app, f->poster_sha256), f->ground_rgb, .grow = 1, .silent = true, .radius = -1);
}

void room_film_draw(struct ui *ui, struct room_film *f, bool square)
{
    ui_stack(ui, "film", .grow = 1, .clip = true, .radius = square ? -1 : 28)
        picture(ui, f);
}

const char *room_film_caption(const struct room_film *f)
{
    return f->cue >= 0 ? f->captions.cue[f->cue].text : NULL;
}

void room_film_close(struct room_film *f)
{
    if (f->player) {
        f->api->close(f->player);
        f->api->scaler_free(f->scaler);
    }
    cues_release(&f->captions);
    *f = (struct room_film){ .app = f->app, .cue = -1, .still = -1 };
}
